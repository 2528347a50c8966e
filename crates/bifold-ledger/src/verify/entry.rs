//! One entry, read by itself: all that can be said of it without knowing any other.
//!
//! Most of the work of a verification is in here, and none of it depends on order, so a caller
//! with several processors reads entries on all of them and feeds the results in order.

use super::Problem;
use super::chains::{first_half, key};
use crate::disclosure::{Disclosure, digest};
use crate::hash::Hash;
use crate::leaf::{Leaf, LeafError};
use crate::system;
use crate::tree::leaf_hash;

/// An entry that was parsed, hashed and compared with its disclosures.
#[derive(Debug)]
pub struct Entry {
    leaf: Result<Leaf, LeafError>,
    hash: Hash,
    pub(super) canonical: bool,
    /// Ids of the entry, the operation and the subject, as [`key`] shortens them.
    pub(super) ids: [u128; 3],
    /// The first half of each digest without a disclosure, decoys included.
    pub(super) open: Vec<u128>,
    /// Disclosures that do not belong.
    pub(super) problems: Vec<Problem>,
    /// Of the log's own entries (genesis, redaction): what they say. An unreadable disclosure
    /// whose digest fits was committed to as it is, so it is no finding.
    pub(super) told: Vec<Disclosure>,
}

impl Entry {
    /// Reads the stored bytes, with the disclosures one has.
    pub fn read(bytes: &[u8], disclosures: &[&str]) -> Self {
        let (leaf, canonical) = Leaf::read(bytes);
        let mut entry = Self {
            hash: leaf_hash(bytes),
            canonical,
            ids: [0; 3],
            open: Vec::new(),
            problems: Vec::new(),
            told: Vec::new(),
            leaf,
        };
        if let Ok(leaf) = &entry.leaf {
            entry.ids = [&leaf.entry_id, &leaf.operation, &leaf.subject.id].map(|id| key(id));
            (entry.open, entry.problems) = match_digests(leaf, disclosures);
            if leaf.kind == system::REDACTED || leaf.kind == system::GENESIS {
                let read = disclosures
                    .iter()
                    .map(|encoded| Disclosure::decode(encoded));
                entry.told = read.filter_map(Result::ok).collect();
            }
        }
        entry
    }

    /// The leaf, if the bytes are one.
    pub fn leaf(&self) -> Result<&Leaf, &LeafError> {
        self.leaf.as_ref()
    }

    /// The leaf hash of the bytes.
    pub fn hash(&self) -> Hash {
        self.hash
    }
}

/// Finds each disclosure's digest in the leaf; gives the first halves of the digests left over,
/// and the disclosures that are not of this leaf.
fn match_digests(leaf: &Leaf, disclosures: &[&str]) -> (Vec<u128>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut open: Vec<Option<&String>> = leaf.digests.iter().map(Some).collect();
    for encoded in disclosures {
        let digest = digest(encoded);
        // The list is sorted; `Leaf::parse` refuses any other.
        let place = leaf
            .digests
            .binary_search(&digest)
            .ok()
            .and_then(|place| open.get_mut(place));
        match place {
            None => problems.push(Problem::ForeignDisclosure { digest }),
            Some(place) if place.is_none() => {
                problems.push(Problem::RepeatedDisclosure { digest });
            }
            Some(place) => *place = None,
        }
    }
    let left = open.into_iter().flatten();
    let left = left.filter_map(|digest| Some(first_half(&Hash::from_base64url(digest).ok()?)));
    (left.collect(), problems)
}
