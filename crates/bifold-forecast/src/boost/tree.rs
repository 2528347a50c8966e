//! One tree, as it is kept.

use serde::{Deserialize, Serialize};

/// A fork or a leaf: `(feature, bin, left, value)`. At a fork, bins up to `bin` go to the node
/// `left`, all others to the one after it; at a leaf `left` is 0, which as the root is nobody's
/// child. `value` is what a row is expected to add, in log-odds; at a leaf, what it adds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Node(
    pub(super) u16,
    pub(super) u8,
    pub(super) u16,
    pub(super) f32,
);

/// A tree, the root first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Tree {
    pub(super) nodes: Vec<Node>,
}

impl Tree {
    /// What the tree adds for a row whose bins `bin` tells.
    pub(super) fn score(&self, bin: impl Fn(usize) -> u8) -> f64 {
        let mut value = 0.0;
        self.walk(bin, |_, node| value = node.3);
        f64::from(value)
    }

    /// The same, and adds to `shares` what came by each feature.
    pub(super) fn explained(&self, bin: impl Fn(usize) -> u8, shares: &mut [f64]) -> f64 {
        let mut value = self.nodes.first().map_or(0.0, |root| f64::from(root.3));
        self.walk(bin, |asked, node| {
            let moved = f64::from(node.3) - value;
            if let Some(share) = asked.and_then(|feature| shares.get_mut(feature)) {
                *share += moved;
            }
            value += moved;
        });
        value
    }

    /// Goes from the root to a leaf; `step` gets the feature that led to a node, and the node.
    fn walk(&self, bin: impl Fn(usize) -> u8, mut step: impl FnMut(Option<usize>, Node)) {
        let mut asked = None;
        let mut index = 0;
        // A child stands behind its parent, so even a made-up tree ends.
        while let Some(&node) = self.nodes.get(index) {
            step(asked, node);
            let Node(feature, last, left, _) = node;
            let left = usize::from(left);
            if left <= index {
                return;
            }
            let feature = usize::from(feature);
            index = left + usize::from(bin(feature) > last);
            asked = Some(feature);
        }
    }
}
