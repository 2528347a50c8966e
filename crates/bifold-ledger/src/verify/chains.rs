//! Ids that must not repeat, and each subject's own chain of leaves.
//!
//! Ids are kept as 128 bits: a UUID as itself, anything else as the first half of its SHA-256. A
//! collision could only raise a false alarm, never hide a repetition. Ordered maps are used
//! because they need no random seed and grow without copying.

use std::collections::{BTreeMap, BTreeSet};

use super::Problem;
use crate::hash::Hash;
use crate::leaf::Subject;

/// 128 bits that stand for an id.
pub(super) fn key(id: &str) -> u128 {
    uuid(id).unwrap_or_else(|| first_half(&Hash::of(id.as_bytes())))
}

pub(super) fn first_half(hash: &Hash) -> u128 {
    hash.0
        .iter()
        .take(16)
        .fold(0, |key, byte| key << 8 | u128::from(*byte))
}

/// The value of a hyphenated UUID, either case.
fn uuid(id: &str) -> Option<u128> {
    if id.len() != 36 {
        return None;
    }
    let mut value = 0u128;
    for (at, byte) in id.bytes().enumerate() {
        if matches!(at, 8 | 13 | 18 | 23) {
            if byte != b'-' {
                return None;
            }
        } else {
            value = value << 4 | u128::from(char::from(byte).to_digit(16)?);
        }
    }
    Some(value)
}

/// Whether an id was seen before.
pub(super) enum Run {
    New,
    /// The same as the last one.
    Continued,
    /// Seen before, with others in between.
    Repeated,
}

#[derive(Debug, Default)]
pub(super) struct Ids {
    seen: BTreeSet<u128>,
    last: Option<u128>,
}

impl Ids {
    /// Whether the id is new.
    pub(super) fn insert(&mut self, id: u128) -> bool {
        self.seen.insert(id)
    }

    /// As [`Ids::insert`], but an id may return directly after itself.
    pub(super) fn insert_run(&mut self, id: u128) -> Run {
        if self.last.replace(id) == Some(id) {
            Run::Continued
        } else if self.seen.insert(id) {
            Run::New
        } else {
            Run::Repeated
        }
    }
}

/// The last known link of each subject. Carried from one log to the next, because a subject's
/// chain goes on over the turn of the year.
#[derive(Debug, Default)]
pub struct Chains {
    last: BTreeMap<u128, (u64, Hash)>,
    /// Whether a subject may be met in the middle of its chain, its beginning being in an earlier
    /// log that was not handed in.
    begins_earlier: bool,
}

impl Chains {
    /// Chains that may have begun in a log that is not at hand.
    pub(super) fn begin_earlier(&mut self) {
        self.begins_earlier = true;
    }

    /// Adds a leaf to its subject's chain. After a wrong link the chain goes on from what was
    /// found, so that one change gives one finding and not thousands.
    ///
    /// `id` is the [`key`] of the subject's id.
    pub(super) fn extend(&mut self, id: u128, subject: &Subject, leaf: Hash) -> Option<Problem> {
        let before = self.last.insert(id, (subject.n, leaf));
        if before.is_none() && self.begins_earlier {
            return None;
        }
        let expected = before.map_or(0, |(n, _)| n.saturating_add(1));
        if subject.n != expected {
            let (id, found) = (subject.id.clone(), subject.n);
            return Some(Problem::ChainGap {
                subject: id,
                expected,
                found,
            });
        }
        if subject.prev != before.map(|(_, hash)| hash) {
            return Some(Problem::ChainBroken {
                subject: subject.id.clone(),
                n: subject.n,
            });
        }
        None
    }

    pub(super) fn subjects(&self) -> u64 {
        self.last.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_stand_for_themselves_and_other_ids_for_their_hash() {
        assert_eq!(key("0198f2d0-0000-7000-8000-00000000002a") & 0xff, 0x2a);
        assert_eq!(key("0198F2D0-0000-7000-8000-00000000002A") & 0xff, 0x2a);
        let other = first_half(&Hash::of(b"0198f2d0-0000-7000-8000_00000000002a"));
        assert_eq!(key("0198f2d0-0000-7000-8000_00000000002a"), other);
        assert_ne!(key("a"), key("b"));
    }
}
