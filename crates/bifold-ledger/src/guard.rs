//! The rollback guard: a log never signs a tree that does not contain the last one it signed.
//!
//! Restoring yesterday's database backup would otherwise make the log sign a second history. The
//! last signed statement is therefore kept outside the database, and this pure decision is asked
//! before every signature. It refuses; what to do then (restore a newer backup, or declare a fork
//! with two people) is for people.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::Hash;

/// The last statement this log signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastSigned {
    /// The log's name.
    pub origin: String,
    /// The size it signed.
    pub size: u64,
    /// The root it signed.
    pub root: Hash,
}

/// Why signing would show the world a second history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RollbackRefused {
    /// The tree is shorter than the one signed last.
    #[error(
        "the log has {current} entries, but {signed} were signed already: the database is older \
         than the signature. Restore a newer backup, or declare a fork"
    )]
    Shorter {
        /// Entries signed last time.
        signed: u64,
        /// Entries now.
        current: u64,
    },
    /// The tree has another history.
    #[error(
        "the first {size} entries are not those that were signed (root {signed} then, {current} \
         now). Do not sign; find out who changed them, then restore a backup or declare a fork"
    )]
    Different {
        /// The size signed last time.
        size: u64,
        /// The root signed for it.
        signed: Hash,
        /// The root the tree has at that size now.
        current: Hash,
    },
    /// The caller did not compute the root at the size signed last.
    #[error("the root of the first {size} entries was not computed; without it nothing is signed")]
    Unknown {
        /// The size signed last time.
        size: u64,
    },
}

/// Decides whether `current` (size, root) may be signed, given what was signed last and the root
/// that today's tree has at that size.
///
/// Both must be of the same log; the caller compares `origin`, for it has one guard for each log.
/// `root_at_last_size` may be `None` only if nothing was signed yet or the size is unchanged.
pub fn may_sign(
    last: Option<&LastSigned>,
    root_at_last_size: Option<Hash>,
    current: (u64, Hash),
) -> Result<(), RollbackRefused> {
    let Some(last) = last else { return Ok(()) };
    let (size, root) = current;
    if size < last.size {
        return Err(RollbackRefused::Shorter {
            signed: last.size,
            current: size,
        });
    }
    let at_last = if size == last.size {
        Some(root)
    } else {
        root_at_last_size
    };
    match at_last {
        None => Err(RollbackRefused::Unknown { size: last.size }),
        Some(found) if found == last.root => Ok(()),
        Some(current) => Err(RollbackRefused::Different {
            size: last.size,
            signed: last.root,
            current,
        }),
    }
}

impl From<Checkpoint> for LastSigned {
    fn from(checkpoint: Checkpoint) -> Self {
        let Checkpoint { origin, size, root } = checkpoint;
        Self { origin, size, root }
    }
}

impl fmt::Display for LastSigned {
    /// The text of the guard file; the same three lines as a checkpoint's body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, size, root } = self.clone();
        Checkpoint { origin, size, root }.fmt(f)
    }
}

impl FromStr for LastSigned {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        text.parse::<Checkpoint>().map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(size: u64, root: &[u8]) -> LastSigned {
        LastSigned {
            origin: "log.example/1".to_owned(),
            size,
            root: Hash::of(root),
        }
    }

    #[test]
    fn growth_of_the_same_history_is_signed() {
        let a = Hash::of(b"a");
        let b = Hash::of(b"b");
        assert_eq!(may_sign(None, None, (0, a)), Ok(()));
        assert_eq!(may_sign(Some(&last(5, b"a")), Some(a), (9, b)), Ok(()));
        assert_eq!(may_sign(Some(&last(5, b"a")), None, (5, a)), Ok(()));
    }

    #[test]
    fn a_restored_backup_is_refused() {
        let b = Hash::of(b"b");
        let shorter = may_sign(Some(&last(5, b"a")), None, (4, b)).unwrap_err();
        assert_eq!(
            shorter,
            RollbackRefused::Shorter {
                signed: 5,
                current: 4
            }
        );
        let other = may_sign(Some(&last(5, b"a")), Some(b), (9, b)).unwrap_err();
        assert!(matches!(other, RollbackRefused::Different { size: 5, .. }));
        let same_size = may_sign(Some(&last(5, b"a")), None, (5, b)).unwrap_err();
        assert!(matches!(same_size, RollbackRefused::Different { .. }));
        // What the caller claims about the old root does not matter when the size is unchanged.
        let claimed = may_sign(Some(&last(5, b"a")), Some(Hash::of(b"a")), (5, b)).unwrap_err();
        assert!(matches!(claimed, RollbackRefused::Different { .. }));
    }

    #[test]
    fn without_the_old_root_nothing_is_signed() {
        let unknown = may_sign(Some(&last(5, b"a")), None, (9, Hash::of(b"b"))).unwrap_err();
        assert_eq!(unknown, RollbackRefused::Unknown { size: 5 });
    }

    #[test]
    fn the_file_text_round_trips() {
        let signed = last(5, b"a");
        assert_eq!(signed.to_string().parse(), Ok(signed));
    }
}
