//! Makes a probability mean what it says: of the incidents given 30 %, 30 % should miss their
//! target.
//!
//! A line through the log-odds (Platt 1999), fitted on incidents that closed after all those the
//! judged model had seen. It is drawn towards changing nothing, and its slope is never negative,
//! so the order of incidents stays as it is.

use crate::boost::probability;
use serde::{Deserialize, Serialize};

/// How strongly the line is drawn towards changing nothing, in rows: what was so of the latest tenth
/// is half believed for the next one.
const CALM: f64 = 1000.0;
/// Newton's method needs some six steps.
const STEPS: usize = 25;
/// The slope at least: enough to keep the order.
const LEAST_SLOPE: f64 = 0.05;

/// The line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Calibration {
    slope: f64,
    offset: f64,
}

impl Calibration {
    /// Changes nothing.
    pub(crate) const NONE: Self = Self {
        slope: 1.0,
        offset: 0.0,
    };

    /// Fits the line to scores (log-odds), weights and what turned out.
    pub(crate) fn fit(judged: &[(f64, f64, bool)]) -> Self {
        let mut line = Self::NONE;
        for _ in 0..STEPS {
            let mut slope = CALM * (line.slope - 1.0);
            let mut offset = CALM * line.offset;
            let (mut ss, mut so, mut oo) = (CALM, 0.0, CALM);
            for &(score, weight, answer) in judged {
                let p = probability(line.score(score));
                let error = weight * (p - f64::from(u8::from(answer)));
                let bend = weight * p * (1.0 - p);
                slope += error * score;
                offset += error;
                ss += bend * score * score;
                so += bend * score;
                oo += bend;
            }
            let determinant = ss * oo - so * so;
            if determinant <= f64::EPSILON {
                break;
            }
            line.slope -= (oo * slope - so * offset) / determinant;
            line.offset -= (ss * offset - so * slope) / determinant;
            if !(line.slope.is_finite() && line.offset.is_finite()) {
                return Self::NONE;
            }
        }
        line.slope = line.slope.max(LEAST_SLOPE);
        line
    }

    /// The log-odds after the line.
    pub(crate) fn score(self, score: f64) -> f64 {
        self.slope * score + self.offset
    }

    /// The probability after the line.
    pub(crate) fn probability(self, score: f64) -> f64 {
        probability(self.score(score))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn too_bold_a_model_is_calmed() {
        // It says 88 % and 12 %; three in four and one in four are right.
        let judged: Vec<_> = (0..40_000)
            .map(|row| match row % 4 {
                0 => (2.0, 1.0, row % 8 == 0),
                1 => (2.0, 1.0, true),
                2 => (-2.0, 1.0, row % 8 == 2),
                _ => (-2.0, 1.0, false),
            })
            .collect();
        let line = Calibration::fit(&judged);
        assert!((line.probability(2.0) - 0.75).abs() < 0.02, "{line:?}");
        assert!((line.probability(-2.0) - 0.25).abs() < 0.02, "{line:?}");
        assert!((line.probability(0.0) - 0.5).abs() < 0.02);
    }

    #[test]
    fn little_evidence_changes_little_and_none_nothing() {
        assert_eq!(Calibration::fit(&[]), Calibration::NONE);
        let line = Calibration::fit(&[(3.0, 1.0, false)]);
        assert!((line.probability(0.0) - 0.5).abs() < 0.05, "{line:?}");
    }

    proptest! {
        #[test]
        fn the_order_stays_whatever_it_is_fitted_to(
            judged in prop::collection::vec((-30.0..30.0_f64, 0.0..20.0_f64, any::<bool>()), 0..60),
            a in -40.0..40.0_f64,
            b in -40.0..40.0_f64,
        ) {
            let line = Calibration::fit(&judged);
            let (pa, pb) = (line.probability(a), line.probability(b));
            prop_assert!((0.0..=1.0).contains(&pa) && (0.0..=1.0).contains(&pb));
            let keeps = if a <= b { pa <= pb } else { pb <= pa };
            prop_assert!(keeps, "{line:?}");
        }
    }
}
