//! Checking proofs against roots one already trusts.
//!
//! Plain entries and trees are the case `start = 0` of the subtree procedures, so there is one
//! algorithm for each kind of proof (RFC 9162 §2.1.3.2 and §2.1.4.2; subtrees as in
//! draft-ietf-plants-merkle-tree-certs §4).

use std::ops::Range;

use crate::hash::Hash;
use crate::tree::{EMPTY_ROOT, node_hash};

/// Why a proof does not prove what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofRefused {
    /// The sizes or the index do not describe anything that can be proved.
    #[error("nothing can be proved about {what}; check the index and the sizes")]
    Meaningless {
        /// What was asked.
        what: &'static str,
    },
    /// The proof has too few or too many hashes for these sizes.
    #[error("the proof has {hashes} hashes, which does not fit the sizes; ask for it again")]
    WrongLength {
        /// How many hashes it has.
        hashes: usize,
    },
    /// The proof does not lead to the older (or subtree's) root.
    #[error("the proof does not lead to the older root: the log may show two histories")]
    OlderRoot,
    /// The proof does not lead to the root.
    #[error("the proof does not lead to the root: entry, index, proof or tree was altered")]
    Root,
}

/// Checks that `leaf` is entry `index` of the tree of `size` leaves with this root.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofRefused> {
    verify_subtree_inclusion(leaf, index, 0..size, proof, root)
}

/// Checks that the tree of `from` leaves is a prefix of the tree of `to` leaves.
///
/// `from = 0` is refused: any tree extends the empty one, so such a proof says nothing.
pub fn verify_consistency(
    from: u64,
    to: u64,
    proof: &[Hash],
    root_from: &Hash,
    root_to: &Hash,
) -> Result<(), ProofRefused> {
    if from == 0 {
        return Err(ProofRefused::Meaningless {
            what: "consistency with an empty tree",
        });
    }
    verify_subtree_consistency(0..from, to, proof, root_from, root_to)
}

/// A subtree starts at a multiple of a power of two not smaller than its length.
fn is_subtree(span: &Range<u64>) -> bool {
    let Some(length) = span
        .end
        .checked_sub(span.start)
        .filter(|length| *length > 0)
    else {
        return false;
    };
    length
        .checked_next_power_of_two()
        .map_or(span.start == 0, |power| span.start.is_multiple_of(power))
}

/// Checks that `leaf` is entry `index` (counted in the whole tree) of the subtree `span`.
pub fn verify_subtree_inclusion(
    leaf: &Hash,
    index: u64,
    span: Range<u64>,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofRefused> {
    if !is_subtree(&span) || !span.contains(&index) {
        return Err(ProofRefused::Meaningless {
            what: "this entry in a tree of this size",
        });
    }
    let wrong_length = ProofRefused::WrongLength {
        hashes: proof.len(),
    };
    let mut position = index - span.start;
    let mut last = span.end - span.start - 1;
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(wrong_length);
        }
        if position & 1 == 1 || position == last {
            hash = node_hash(sibling, &hash);
            // A right edge without a sibling at this level stands in for its parent.
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    match (last, hash == *root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofRefused::Root),
        _ => Err(wrong_length),
    }
}

/// Checks that the subtree `span` with root `subtree_root` is part of the tree of `size` leaves.
///
/// An empty subtree is part of every tree; it needs no proof, and `root` is not looked at.
pub fn verify_subtree_consistency(
    span: Range<u64>,
    size: u64,
    proof: &[Hash],
    subtree_root: &Hash,
    root: &Hash,
) -> Result<(), ProofRefused> {
    if span.start == span.end && span.end <= size {
        let proved = proof.is_empty() && *subtree_root == EMPTY_ROOT;
        return if proved {
            Ok(())
        } else {
            Err(ProofRefused::OlderRoot)
        };
    }
    if !is_subtree(&span) || span.end > size {
        return Err(ProofRefused::Meaningless {
            what: "consistency of trees of these sizes",
        });
    }
    let wrong_length = ProofRefused::WrongLength {
        hashes: proof.len(),
    };
    // The subtree's first and last leaf and the tree's last leaf; a shift climbs one level.
    let (mut first, mut last, mut end) = (span.start, span.end - 1, size - 1);
    // Climb while the subtree is the only thing below its ancestor; no proof hash is needed there.
    while first != last && (last == end || last & 1 == 1) {
        (first, last, end) = (first >> 1, last >> 1, end >> 1);
    }
    let (seed, rest) = if first == last {
        (*subtree_root, proof)
    } else {
        let (seed, rest) = proof.split_first().ok_or(wrong_length)?;
        (*seed, rest)
    };
    let (mut older, mut newer) = (seed, seed);
    for sibling in rest {
        if end == 0 {
            return Err(wrong_length);
        }
        if last & 1 == 1 || last == end {
            if first < last {
                older = node_hash(sibling, &older);
            }
            newer = node_hash(sibling, &newer);
            while last & 1 == 0 && last != 0 {
                (first, last, end) = (first >> 1, last >> 1, end >> 1);
            }
        } else {
            newer = node_hash(&newer, sibling);
        }
        (first, last, end) = (first >> 1, last >> 1, end >> 1);
    }
    if end != 0 {
        return Err(wrong_length);
    }
    if older != *subtree_root {
        return Err(ProofRefused::OlderRoot);
    }
    if newer == *root {
        Ok(())
    } else {
        Err(ProofRefused::Root)
    }
}
