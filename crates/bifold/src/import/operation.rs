//! Operation ids: what makes a second run of the same file add nothing.
//!
//! An id is a digest of the source, the incident's id there and the row's own bytes. Rows that
//! are equal to the byte are still different rows, so the second one of a file gets `-2` behind
//! its id, the third `-3`: the same file gives the same ids in any number of runs, and a longer
//! export of the same log gives the ids of the shorter one to the rows they share.
//!
//! The ids are kept in the plain table of operations, beside the data and not in the ledger.
//!
//! It refuses to remember without end: a file may have [`LIMIT_ROWS`] rows.

use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

/// The most rows of one file, which bounds the memory of an import to about 300 MB.
pub const LIMIT_ROWS: usize = 10_000_000;

/// Gives out operation ids for one run over one file.
#[derive(Debug, Default)]
pub(super) struct Operations {
    // A key is half the digest that the id shows. Two rows that met in the key alone would get
    // `-2` behind one of their ids, on every run alike, and would still be two.
    seen: HashSet<u64>,
    again: HashMap<u64, u32>,
}

impl Operations {
    /// Whether the file has had as many rows as it may.
    pub(super) fn is_full(&self) -> bool {
        self.seen.len() >= LIMIT_ROWS
    }

    /// The id of the next row.
    pub(super) fn id(&mut self, source: &str, external_id: &str, row: &[u8]) -> String {
        let mut hash = Sha256::new();
        for part in [source.as_bytes(), external_id.as_bytes(), row] {
            // Lengths go in, so that no two lists of parts run together.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        let mut id = String::from("import-");
        let mut key: u64 = 0;
        for byte in digest.iter().take(16) {
            key = (key << 8) | u64::from(*byte);
            // Writing to a string cannot fail.
            let _ = write!(id, "{byte:02x}");
        }
        if !self.seen.insert(key) {
            let times = self.again.entry(key).or_insert(1);
            *times = times.saturating_add(1);
            let _ = write!(id, "-{times}");
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_row_has_the_same_id_in_every_run_and_its_twin_another() {
        let run = || {
            let mut ids = Operations::default();
            ["a", "b", "a", "a"].map(|row| ids.id("servicenow", "INC1", row.as_bytes()))
        };
        let [first, other, second, third] = run();
        assert_eq!(run(), [&first, &other, &second, &third].map(Clone::clone));
        assert_ne!(first, other);
        assert_eq!(second, format!("{first}-2"));
        assert_eq!(third, format!("{first}-3"));
    }

    #[test]
    fn source_and_incident_are_part_of_it_and_do_not_run_together() {
        let id = |source, external| Operations::default().id(source, external, b"x");
        assert_ne!(id("ab", "c"), id("a", "bc"));
        assert_eq!(id("ab", "c").len(), "import-".len() + 32);
    }
}
