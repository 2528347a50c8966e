//! Inclusion and consistency proofs: which nodes they need, how they are built, how they are
//! checked (RFC 6962 §2.1.1–2.1.2, RFC 9162 §2.1.3–2.1.4).
//!
//! Planning is separate from fetching, so that an asynchronous store can ask `needed_for_…`, read
//! those nodes, and hand in a map. Building a proof refuses indexes and sizes outside the tree;
//! checking one refuses everything that is not exactly the proof asked for: too long, too short,
//! another size, another root.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::fmt::Display;
use std::hash::BuildHasher;
use std::ops::Range;

use crate::hash::Hash;
use crate::tile::TILE_HEIGHT;
use crate::tree::{EMPTY_ROOT, Frontier, fold_right};

mod check;

pub use check::{
    ProofRefused, verify_consistency, verify_inclusion, verify_subtree_consistency,
    verify_subtree_inclusion,
};

/// Gives the root of the full subtree at (level, index); level 0 is a leaf hash.
pub trait NodeReader {
    /// Why a node could not be read.
    type Error: Display;

    /// The hash of the node.
    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

/// A node that was not in the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tree node at level {level}, index {index} was not fetched; ask `needed_for_…` first")]
pub struct MissingNode {
    /// Level of the node.
    pub level: u8,
    /// Index of the node.
    pub index: u64,
}

impl NodeReader for BTreeMap<(u8, u64), Hash> {
    type Error = MissingNode;

    fn node(&self, level: u8, index: u64) -> Result<Hash, MissingNode> {
        self.get(&(level, index))
            .copied()
            .ok_or(MissingNode { level, index })
    }
}

impl<S: BuildHasher> NodeReader for HashMap<(u8, u64), Hash, S> {
    type Error = MissingNode;

    fn node(&self, level: u8, index: u64) -> Result<Hash, MissingNode> {
        self.get(&(level, index))
            .copied()
            .ok_or(MissingNode { level, index })
    }
}

impl<R: NodeReader> NodeReader for &R {
    type Error = R::Error;

    fn node(&self, level: u8, index: u64) -> Result<Hash, R::Error> {
        (**self).node(level, index)
    }
}

/// Reads any node from a reader that has only the stored levels 0, 8, 16, …: the levels between
/// are hashed together from at most 128 nodes, as c2sp.org/tlog-tiles intends.
#[derive(Debug, Clone)]
pub struct FromStored<R>(pub R);

impl<R: NodeReader> NodeReader for FromStored<R> {
    type Error = R::Error;

    fn node(&self, level: u8, index: u64) -> Result<Hash, R::Error> {
        let (stored_level, indexes) = stored_for(level, index);
        let mut subtree = Frontier::new();
        for index in indexes {
            subtree.push(self.0.node(stored_level, index)?);
        }
        Ok(subtree.root())
    }
}

/// Which stored nodes (levels 0, 8, 16, …) make up the node at (level, index).
pub fn stored_for(level: u8, index: u64) -> (u8, Range<u64>) {
    let above = level % TILE_HEIGHT;
    (
        level - above,
        index << above..index.saturating_add(1) << above,
    )
}

/// A proof that cannot be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError<E: Display> {
    /// The entry is not in a tree of that size.
    #[error("there is no entry {index} in a tree of {size}; ask for a newer checkpoint")]
    NoSuchEntry {
        /// The entry asked for.
        index: u64,
        /// The tree size.
        size: u64,
    },
    /// Consistency was asked from the empty tree, or backwards.
    #[error("no consistency proof from size {from} to size {to}; give 1 ≤ from ≤ to")]
    NotForward {
        /// The older size.
        from: u64,
        /// The newer size.
        to: u64,
    },
    /// A node could not be read.
    #[error("a tree node could not be read: {0}")]
    Reader(E),
}

/// Leaves `start..end` whose hash is one item of a proof.
type Span = Range<u64>;

/// The full subtrees that cover a span, largest first. The spans of this file start at a multiple
/// of a power of two that is at least their length, so each 1-bit of the length is one subtree.
fn full_subtrees(span: Span) -> impl Iterator<Item = (u8, u64)> {
    let length = span.end - span.start;
    let mut start = span.start;
    (0..64u8)
        .rev()
        .filter(move |level| length >> level & 1 == 1)
        .map(move |level| {
            let node = (level, start >> level);
            start += 1 << level;
            node
        })
}

fn span_hash<R: NodeReader>(reader: &R, span: Span) -> Result<Hash, R::Error> {
    let roots = full_subtrees(span)
        .map(|(level, index)| reader.node(level, index))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(fold_right(&roots).unwrap_or(EMPTY_ROOT))
}

/// Where RFC 6962 splits `span` (of at least two leaves): the largest power of two below its
/// length.
fn split(span: &Span) -> u64 {
    span.start + (1 << (span.end - span.start - 1).ilog2())
}

/// PATH(index, D[span]) of RFC 6962 §2.1.1, leaf's sibling first.
fn inclusion_spans(index: u64, mut span: Span) -> Vec<Span> {
    let mut siblings = Vec::new();
    while span.end - span.start > 1 {
        let middle = split(&span);
        if index < middle {
            siblings.push(middle..span.end);
            span.end = middle;
        } else {
            siblings.push(span.start..middle);
            span.start = middle;
        }
    }
    siblings.reverse();
    siblings
}

/// PROOF(from, D[to]) of RFC 6962 §2.1.2, for `1 ≤ from ≤ to`.
fn consistency_spans(from: u64, to: u64) -> Vec<Span> {
    let mut span = 0..to;
    let mut spans = Vec::new();
    while span.end != from {
        let middle = split(&span);
        if from <= middle {
            spans.push(middle..span.end);
            span.end = middle;
        } else {
            spans.push(span.start..middle);
            span.start = middle;
        }
    }
    // The verifier knows the old root; it must be told the last span only if that is not it.
    if span.start != 0 {
        spans.push(span);
    }
    spans.reverse();
    spans
}

fn checked_inclusion<E: Display>(index: u64, size: u64) -> Result<Vec<Span>, ProofError<E>> {
    if index >= size {
        return Err(ProofError::NoSuchEntry { index, size });
    }
    Ok(inclusion_spans(index, 0..size))
}

fn checked_consistency<E: Display>(from: u64, to: u64) -> Result<Vec<Span>, ProofError<E>> {
    if from == 0 || from > to {
        return Err(ProofError::NotForward { from, to });
    }
    Ok(consistency_spans(from, to))
}

/// The root of the tree of the first `size` leaves.
pub fn root_at<R: NodeReader>(reader: &R, size: u64) -> Result<Hash, R::Error> {
    span_hash(reader, 0..size)
}

/// The audit path of entry `index` in the tree of `size` leaves, leaf's sibling first.
pub fn inclusion_proof<R: NodeReader>(
    reader: &R,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, ProofError<R::Error>> {
    let spans = checked_inclusion(index, size)?.into_iter();
    spans
        .map(|span| span_hash(reader, span).map_err(ProofError::Reader))
        .collect()
}

/// The proof that the tree of `from` leaves is a prefix of the tree of `to` leaves.
pub fn consistency_proof<R: NodeReader>(
    reader: &R,
    from: u64,
    to: u64,
) -> Result<Vec<Hash>, ProofError<R::Error>> {
    let spans = checked_consistency(from, to)?.into_iter();
    spans
        .map(|span| span_hash(reader, span).map_err(ProofError::Reader))
        .collect()
}

/// The nodes (level, index) that [`root_at`] will ask for.
pub fn needed_for_root(size: u64) -> Vec<(u8, u64)> {
    full_subtrees(0..size).collect()
}

/// The nodes (level, index) that [`inclusion_proof`] will ask for; none if there is no such entry.
pub fn needed_for_inclusion(index: u64, size: u64) -> Vec<(u8, u64)> {
    let spans = checked_inclusion::<Infallible>(index, size).unwrap_or_default();
    spans.into_iter().flat_map(full_subtrees).collect()
}

/// The nodes (level, index) that [`consistency_proof`] will ask for; none if it will refuse.
pub fn needed_for_consistency(from: u64, to: u64) -> Vec<(u8, u64)> {
    let spans = checked_consistency::<Infallible>(from, to).unwrap_or_default();
    spans.into_iter().flat_map(full_subtrees).collect()
}

#[cfg(test)]
mod tests;
