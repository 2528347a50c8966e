//! The RFC 6962 hash tree, growing at its right edge.
//!
//! [`Frontier`] is the whole state a writer needs to append: the roots of the full subtrees that
//! cover the tree, largest first, one for each 1-bit of its size. It refuses to remove or replace
//! a leaf; there is no function for it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::hash::{Hash, HashError};

/// The root of the tree without leaves: SHA-256 of nothing (RFC 6962 §2.1).
pub const EMPTY_ROOT: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// The hash of a leaf: SHA-256 of 0x00 and the entry's bytes (RFC 6962 §2.1).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut sha = Sha256::new();
    sha.update([0x00]);
    sha.update(entry);
    Hash(sha.finalize().into())
}

/// The hash of an interior node: SHA-256 of 0x01, left and right (RFC 6962 §2.1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [0x01; 65];
    bytes[1..33].copy_from_slice(&left.0);
    bytes[33..].copy_from_slice(&right.0);
    Hash::of(&bytes)
}

/// The root over full subtrees given from the largest (leftmost) to the smallest, or `None` if
/// there are none.
pub(crate) fn fold_right(roots: &[Hash]) -> Option<Hash> {
    roots
        .iter()
        .rev()
        .copied()
        .reduce(|right, left| node_hash(&left, &right))
}

/// A full subtree: it spans the leaves `index << level .. (index + 1) << level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Height over the leaves; a leaf itself is level 0.
    pub level: u8,
    /// Position among the full subtrees of this level.
    pub index: u64,
    /// Its Merkle tree hash.
    pub hash: Hash,
}

/// The right edge of a tree: its size, and the roots of the full subtrees that cover it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Frontier {
    size: u64,
    /// Largest first; exactly one for each 1-bit of `size`.
    roots: Vec<Hash>,
}

impl Frontier {
    /// The frontier of the empty tree.
    pub fn new() -> Self {
        Self {
            size: 0,
            roots: Vec::new(),
        }
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf and returns the interior nodes (level 1 upwards) that became full by it.
    ///
    /// A tree of 2⁶⁴−1 leaves is beyond reach (at a million a second, half a million years), so
    /// the count does not check for it.
    pub fn push(&mut self, leaf: Hash) -> Vec<Node> {
        let mut completed = Vec::new();
        let mut hash = leaf;
        let mut level = 0u8;
        while self.size >> level & 1 == 1 {
            // The invariant gives a root for each 1-bit; this one is the smallest.
            let Some(left) = self.roots.pop() else { break };
            hash = node_hash(&left, &hash);
            level += 1;
            completed.push(Node {
                level,
                index: self.size >> level,
                hash,
            });
        }
        self.roots.push(hash);
        self.size += 1;
        completed
    }

    /// The Merkle tree hash of all leaves so far.
    pub fn root(&self) -> Hash {
        fold_right(&self.roots).unwrap_or(EMPTY_ROOT)
    }
}

impl Default for Frontier {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Frontier {
    /// `size:hash,hash,…`, the form of the database column.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.size)?;
        for (position, root) in self.roots.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(f, "{comma}{root}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Frontier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frontier({self})")
    }
}

/// The text was not a frontier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    /// It does not begin with a size and a colon.
    #[error("a frontier begins with its size and a colon, e.g. `0:`; rebuild it from the leaves")]
    Size,
    /// One of the hashes cannot be read.
    #[error("a subtree root of the frontier cannot be read: {0}")]
    Root(#[from] HashError),
    /// The number of hashes contradicts the size.
    #[error(
        "a tree of {size} leaves is covered by {expected} full subtrees, the text names {found}; \
         rebuild the frontier from the leaves"
    )]
    Count {
        /// The size the text names.
        size: u64,
        /// The number of 1-bits of that size.
        expected: u32,
        /// The number of hashes found.
        found: usize,
    },
}

impl FromStr for Frontier {
    type Err = FrontierError;

    fn from_str(text: &str) -> Result<Self, FrontierError> {
        let (size, rest) = text.split_once(':').ok_or(FrontierError::Size)?;
        let size = parse_decimal(size).ok_or(FrontierError::Size)?;
        let roots = match rest {
            "" => Vec::new(),
            list => list
                .split(',')
                .map(str::parse)
                .collect::<Result<Vec<Hash>, _>>()?,
        };
        if roots.len() != size.count_ones() as usize {
            let expected = size.count_ones();
            return Err(FrontierError::Count {
                size,
                expected,
                found: roots.len(),
            });
        }
        Ok(Self { size, roots })
    }
}

impl TryFrom<String> for Frontier {
    type Error = FrontierError;

    fn try_from(text: String) -> Result<Self, FrontierError> {
        text.parse()
    }
}

impl From<Frontier> for String {
    fn from(frontier: Frontier) -> Self {
        frontier.to_string()
    }
}

/// A decimal number as the C2SP texts write it: digits only, no leading zero except `0` itself.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let canonical =
        text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    canonical.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// RFC 6962 §2.1, word for word and as slow as it reads.
    pub(crate) fn naive_root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => EMPTY_ROOT,
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node_hash(&naive_root(left), &naive_root(right))
            }
        }
    }

    pub(crate) fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|i| leaf_hash(&i.to_be_bytes())).collect()
    }

    #[test]
    fn the_empty_root_is_the_hash_of_nothing() {
        assert_eq!(EMPTY_ROOT, Hash::of(b""));
        assert_eq!(Frontier::new().root(), EMPTY_ROOT);
    }

    #[test]
    fn every_size_has_the_root_of_the_recursive_definition() {
        let leaves = leaves(300);
        let mut frontier = Frontier::new();
        for (size, leaf) in leaves.iter().enumerate() {
            assert_eq!(frontier.root(), naive_root(&leaves[..size]), "size {size}");
            frontier.push(*leaf);
        }
    }

    #[test]
    fn completed_nodes_are_exactly_the_full_subtrees() {
        let leaves = leaves(300);
        let mut frontier = Frontier::new();
        let mut nodes = BTreeMap::new();
        for leaf in &leaves {
            for node in frontier.push(*leaf) {
                assert!(nodes.insert((node.level, node.index), node.hash).is_none());
            }
        }
        let mut expected = 0;
        for level in 1..9u8 {
            for index in 0..(300u64 >> level) {
                let first = usize::try_from(index << level).unwrap();
                let width = 1usize << level;
                assert_eq!(
                    nodes[&(level, index)],
                    naive_root(&leaves[first..first + width])
                );
                expected += 1;
            }
        }
        assert_eq!(nodes.len(), expected);
    }

    #[test]
    fn the_column_text_round_trips_at_every_size() {
        let mut frontier = Frontier::new();
        for leaf in leaves(70) {
            let text = frontier.to_string();
            assert_eq!(text.parse::<Frontier>().as_ref(), Ok(&frontier), "{text}");
            let json = serde_json::to_string(&frontier).unwrap();
            assert_eq!(serde_json::from_str::<Frontier>(&json).unwrap(), frontier);
            frontier.push(leaf);
        }
        assert_eq!(Frontier::new().to_string(), "0:");
    }

    #[test]
    fn a_text_that_contradicts_itself_is_refused() {
        let hash = EMPTY_ROOT;
        for bad in [
            "",
            "0",
            "x:",
            "00:",
            "+1:",
            "3:",
            &format!("3:{hash}"),
            "1:abc",
        ] {
            assert!(bad.parse::<Frontier>().is_err(), "{bad}");
        }
        let wrong = format!("3:{hash}")
            .parse::<Frontier>()
            .unwrap_err()
            .to_string();
        assert!(
            wrong.contains("covered by 2 full subtrees, the text names 1"),
            "{wrong}"
        );
    }
}
