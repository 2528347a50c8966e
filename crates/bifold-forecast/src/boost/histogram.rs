//! What the rows of a leaf add up to, by bin, and where to cut best.

use super::{MOST_BINS, count};

/// Gradient, curvature and rows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sum {
    pub(super) slope: f64,
    pub(super) bend: f64,
    pub(super) rows: u32,
}

impl Sum {
    pub(super) fn add(&mut self, (slope, bend): (f64, f64)) {
        self.slope += slope;
        self.bend += bend;
        self.rows += 1;
    }

    fn plus(self, other: Self) -> Self {
        Self {
            slope: self.slope + other.slope,
            bend: self.bend + other.bend,
            rows: self.rows + other.rows,
        }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            slope: self.slope - other.slope,
            bend: self.bend - other.bend,
            rows: self.rows.saturating_sub(other.rows),
        }
    }

    /// The step that lowers the loss most: one of Newton's, held back by `calm`.
    pub(super) fn step(self, calm: f64) -> f64 {
        -self.slope / (self.bend + calm)
    }

    /// How much that step lowers it, twice.
    fn worth(self, calm: f64) -> f64 {
        self.slope * self.slope / (self.bend + calm)
    }
}

/// The sums of one feature, by bin.
pub(super) type Histogram = [Sum; MOST_BINS];

/// Adds rows up.
pub(super) fn histogram(column: &[u8], rows: &[u32], slopes: &[(f64, f64)]) -> Histogram {
    let mut sums = [Sum::default(); MOST_BINS];
    for (&row, &slope) in rows.iter().zip(slopes) {
        let bin = column.get(row as usize).copied().unwrap_or_default();
        if let Some(sum) = sums.get_mut(usize::from(bin)) {
            sum.add(slope);
        }
    }
    sums
}

/// The sums of the other child: those of the parent without those of one.
pub(super) fn rest(parent: &Histogram, child: &Histogram) -> Histogram {
    let mut sums = *parent;
    for (sum, &less) in sums.iter_mut().zip(child) {
        *sum = sum.minus(less);
    }
    sums
}

/// A cut: rows of `feature` in bins up to `bin` go left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cut {
    pub(super) gain: f64,
    pub(super) feature: usize,
    pub(super) bin: u8,
    pub(super) left: Sum,
    pub(super) right: Sum,
}

/// The best cut of one feature, if any is allowed and gains something.
pub(super) fn best(
    feature: usize,
    sums: &Histogram,
    whole: Sum,
    least_rows: usize,
    calm: f64,
) -> Option<Cut> {
    let enough = |sum: Sum| sum.rows as usize >= least_rows && sum.bend > 0.0;
    let mut left = Sum::default();
    let mut found: Option<Cut> = None;
    for (bin, &sum) in (0_u8..).zip(sums) {
        left = left.plus(sum);
        let right = whole.minus(left);
        if sum.rows == 0 || !enough(left) || !enough(right) {
            continue;
        }
        let gain = left.worth(calm) + right.worth(calm) - whole.worth(calm);
        // Less than rounding makes of many rows is no gain.
        let is_better = gain > found.map_or(1e-9 * count(whole.rows as usize), |cut| cut.gain);
        if is_better {
            found = Some(Cut {
                gain,
                feature,
                bin,
                left,
                right,
            });
        }
    }
    found
}
