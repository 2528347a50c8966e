//! Gradient-boosted trees for a probability: many small trees, each of which corrects the sum of
//! those before it (Friedman, Ann. Statist. 29, 2001; histograms and best-first growth as in Ke et
//! al., `LightGBM`, 2017).
//!
//! Numbers are put into at most [`MOST_BINS`] bins, unknown ones into a bin of their own that lies
//! below all others. Every sum is made in one fixed order on one thread, so the same rows, weights
//! and seed give the same trees, bit by bit.

mod bins;
mod grow;
mod histogram;
mod random;
mod tree;

pub(crate) use bins::{Bins, MOST_BINS};
pub(crate) use tree::Tree;

use grow::Grower;
use random::Random;
use serde::{Deserialize, Serialize};

/// How a forest is grown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Trees.
    pub(crate) trees: usize,
    /// Leaves of a tree at most.
    pub(crate) leaves: usize,
    /// How much of its correction each tree makes.
    pub(crate) rate: f64,
    /// Rows of a leaf at least.
    pub(crate) least_rows: usize,
    /// Added to the weight of a leaf, so that small ones say little.
    pub(crate) calm: f64,
    /// The share of the rows each tree sees.
    pub(crate) row_share: f64,
    /// The share of the features each tree sees.
    pub(crate) feature_share: f64,
    /// The seed of the choice of both.
    pub(crate) seed: u64,
}

impl Plan {
    /// The plan of Bifold's models, by measurement (`docs/forecast.md`).
    pub(crate) fn for_rows(rows: usize, seed: u64) -> Self {
        Self {
            trees: 200,
            leaves: 24,
            rate: 0.05,
            least_rows: (rows / 200).clamp(15, 60),
            calm: 5.0,
            row_share: 0.8,
            feature_share: 0.5,
            seed,
        }
    }
}

/// What is learned from: one column of bins a feature, and for every row its weight and answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table<'a> {
    /// Bins by feature, each as long as there are rows.
    pub(crate) columns: &'a [Vec<u8>],
    /// How much each row counts.
    pub(crate) weights: &'a [f64],
    /// What each row turned out to be.
    pub(crate) answers: &'a [bool],
}

/// A sum of trees, in log-odds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Forest {
    base: f64,
    trees: Vec<Tree>,
}

impl Forest {
    /// Grows a forest.
    pub(crate) fn grow(table: Table<'_>, plan: &Plan) -> Self {
        let rows = table.answers.len();
        let total: f64 = table.weights.iter().sum();
        let positive: f64 = answered(table)
            .map(|(weight, answer)| weight * answer)
            .sum();
        let base = log_odds((positive + 0.5) / (total + 1.0));
        // Weights of mean 1, so that `calm` means the same whatever the weights are.
        let scale = if total > 0.0 {
            count(rows) / total
        } else {
            1.0
        };
        let mut scores = vec![base; rows];
        let mut random = Random::new(plan.seed);
        let grower = Grower::new(table.columns, plan);
        let mut trees = Vec::with_capacity(plan.trees);
        for _ in 0..plan.trees {
            let slopes: Vec<(f64, f64)> = answered(table)
                .zip(&scores)
                .map(|((weight, answer), &score)| {
                    let p = probability(score);
                    let weight = weight * scale;
                    (weight * (p - answer), (weight * p * (1.0 - p)).max(1e-12))
                })
                .collect();
            let tree = grower.tree(&slopes, &mut random);
            for (row, score) in scores.iter_mut().enumerate() {
                *score += tree.score(|feature| bin(table.columns, feature, row));
            }
            trees.push(tree);
        }
        Self { base, trees }
    }

    /// The log-odds of a row of bins.
    pub(crate) fn score(&self, bins: &[u8]) -> f64 {
        let of = |feature: usize| bins.get(feature).copied().unwrap_or_default();
        self.trees
            .iter()
            .fold(self.base, |sum, tree| sum + tree.score(of))
    }

    /// The log-odds of a row, and how much of them came by each feature: at every fork on the way
    /// to a leaf the expectation moves, and the feature asked there is what moved it (Saabas 2014).
    pub(crate) fn explained(&self, bins: &[u8], shares: &mut [f64]) -> f64 {
        let of = |feature: usize| bins.get(feature).copied().unwrap_or_default();
        self.trees
            .iter()
            .fold(self.base, |sum, tree| sum + tree.explained(of, shares))
    }
}

/// The probability of log-odds.
pub(crate) fn probability(score: f64) -> f64 {
    1.0 / (1.0 + (-score).exp())
}

/// The log-odds of a probability, kept finite.
fn log_odds(p: f64) -> f64 {
    let p = p.clamp(1e-6, 1.0 - 1e-6);
    (p / (1.0 - p)).ln()
}

fn answered(table: Table<'_>) -> impl Iterator<Item = (f64, f64)> + '_ {
    let answers = table
        .answers
        .iter()
        .map(|&answer| f64::from(u8::from(answer)));
    table.weights.iter().copied().zip(answers)
}

fn bin(columns: &[Vec<u8>], feature: usize, row: usize) -> u8 {
    let column = columns.get(feature);
    column
        .and_then(|column| column.get(row))
        .copied()
        .unwrap_or_default()
}

#[allow(clippy::cast_precision_loss)] // Rows are bounded by memory.
pub(crate) fn count(of: usize) -> f64 {
    of as f64
}

#[cfg(test)]
mod tests;
