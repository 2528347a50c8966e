//! Grows one tree, the most promising leaf first.

use super::histogram::{Cut, Histogram, Sum, best, histogram, rest};
use super::random::Random;
use super::tree::{Node, Tree};
use super::{Plan, bin};

/// Values are kept to this many parts of one, which keeps stored models short.
const PARTS: f64 = 100_000.0;

/// Grows trees over the same columns.
pub(super) struct Grower<'a> {
    columns: &'a [Vec<u8>],
    plan: &'a Plan,
}

/// A leaf that may still be cut.
struct Leaf {
    node: usize,
    rows: Vec<u32>,
    slopes: Vec<(f64, f64)>,
    histograms: Vec<Histogram>,
    cut: Option<Cut>,
}

impl<'a> Grower<'a> {
    pub(super) fn new(columns: &'a [Vec<u8>], plan: &'a Plan) -> Self {
        Self { columns, plan }
    }

    /// A tree for the slopes (gradient and curvature) of the rows.
    pub(super) fn tree(&self, slopes: &[(f64, f64)], random: &mut Random) -> Tree {
        let features = random.choose(self.columns.len(), self.plan.feature_share);
        let mut rows = Vec::with_capacity(slopes.len());
        let mut seen = Vec::with_capacity(slopes.len());
        let mut whole = Sum::default();
        for (row, &slope) in (0_u32..).zip(slopes) {
            if random.share() < self.plan.row_share {
                rows.push(row);
                seen.push(slope);
                whole.add(slope);
            }
        }
        let mut nodes = vec![self.node(whole)];
        let histograms = self.histograms(&features, &rows, &seen);
        let cut = self.best_cut(&features, &histograms, whole);
        let root = Leaf {
            node: 0,
            rows,
            slopes: seen,
            histograms,
            cut,
        };
        let mut leaves = vec![root];
        while leaves.len() < self.plan.leaves {
            let Some((leaf, cut)) = take_best(&mut leaves) else {
                break;
            };
            let (left, right) = self.cut(&mut nodes, &features, &leaf, cut);
            leaves.push(left);
            leaves.push(right);
        }
        Tree { nodes }
    }

    fn node(&self, sum: Sum) -> Node {
        let value = sum.step(self.plan.calm) * self.plan.rate;
        Node(0, 0, 0, rounded(value))
    }

    fn histograms(
        &self,
        features: &[usize],
        rows: &[u32],
        slopes: &[(f64, f64)],
    ) -> Vec<Histogram> {
        let column = |&feature: &usize| self.columns.get(feature).map_or(&[][..], Vec::as_slice);
        features
            .iter()
            .map(|feature| histogram(column(feature), rows, slopes))
            .collect()
    }

    fn best_cut(&self, features: &[usize], histograms: &[Histogram], whole: Sum) -> Option<Cut> {
        let Plan {
            least_rows, calm, ..
        } = *self.plan;
        let cuts = features.iter().zip(histograms);
        cuts.filter_map(|(&feature, sums)| best(feature, sums, whole, least_rows, calm))
            .fold(None, |found: Option<Cut>, cut| match found {
                Some(found) if found.gain >= cut.gain => Some(found),
                _ => Some(cut),
            })
    }

    /// Cuts a leaf in two. The smaller child is added up, the other is what remains.
    fn cut(
        &self,
        nodes: &mut Vec<Node>,
        features: &[usize],
        leaf: &Leaf,
        cut: Cut,
    ) -> (Leaf, Leaf) {
        let left_node = nodes.len();
        nodes.push(self.node(cut.left));
        nodes.push(self.node(cut.right));
        if let Some(node) = nodes.get_mut(leaf.node) {
            node.0 = u16::try_from(cut.feature).unwrap_or(u16::MAX);
            node.1 = cut.bin;
            node.2 = u16::try_from(left_node).unwrap_or_default();
        }
        let mut halves = [(Vec::new(), Vec::new()), (Vec::new(), Vec::new())];
        for (&row, &slope) in leaf.rows.iter().zip(&leaf.slopes) {
            let goes_left = bin(self.columns, cut.feature, row as usize) <= cut.bin;
            let (rows, slopes) = &mut halves[usize::from(!goes_left)];
            rows.push(row);
            slopes.push(slope);
        }
        let [(left_rows, left_slopes), (right_rows, right_slopes)] = halves;
        let others = |sums: &[Histogram]| -> Vec<Histogram> {
            leaf.histograms
                .iter()
                .zip(sums)
                .map(|(all, part)| rest(all, part))
                .collect()
        };
        let (left_sums, right_sums) = if left_rows.len() <= right_rows.len() {
            let sums = self.histograms(features, &left_rows, &left_slopes);
            let others = others(&sums);
            (sums, others)
        } else {
            let sums = self.histograms(features, &right_rows, &right_slopes);
            (others(&sums), sums)
        };
        let child = |node, rows, slopes, histograms: Vec<Histogram>, sum| {
            let cut = self.best_cut(features, &histograms, sum);
            Leaf {
                node,
                rows,
                slopes,
                histograms,
                cut,
            }
        };
        (
            child(left_node, left_rows, left_slopes, left_sums, cut.left),
            child(
                left_node + 1,
                right_rows,
                right_slopes,
                right_sums,
                cut.right,
            ),
        )
    }
}

/// Takes out the leaf whose cut gains most, the first of equals.
fn take_best(leaves: &mut Vec<Leaf>) -> Option<(Leaf, Cut)> {
    let mut found: Option<(usize, Cut)> = None;
    for (index, leaf) in leaves.iter().enumerate() {
        if let Some(cut) = leaf.cut
            && found.is_none_or(|(_, best)| cut.gain > best.gain)
        {
            found = Some((index, cut));
        }
    }
    found.map(|(index, cut)| (leaves.swap_remove(index), cut))
}

/// Rounds to what is kept.
#[allow(clippy::cast_possible_truncation)] // Kept with less.
fn rounded(value: f64) -> f32 {
    ((value * PARTS).round() / PARTS) as f32
}
