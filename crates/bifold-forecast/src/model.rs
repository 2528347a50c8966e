//! What was learned, kept and asked.

use crate::boost::{Bins, Forest};
use crate::calibrate::Calibration;
use crate::durations::Durations;
use crate::encode::Encoding;
use crate::forecast::{Cause, Forecast, REASONS, Reason};
use crate::snapshot::{Field, Measure, Snapshot};
use serde::{Deserialize, Serialize};

/// The layout of stored models. One of another layout is not read, but trained anew.
pub const LAYOUT: u32 = 1;

/// A trained model. It serialises, and the same histories and options give the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    pub(crate) layout: u32,
    pub(crate) learned: Learned,
    pub(crate) numbers: Vec<Number>,
    pub(crate) names: Vec<Named>,
    pub(crate) forest: Forest,
    pub(crate) calibration: Calibration,
    pub(crate) durations: Durations,
}

/// What a model was learned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learned {
    /// The moment it was trained at, in seconds; it knows nothing of later.
    pub now_s: i64,
    /// Closed incidents it saw.
    pub closed: u32,
    /// How many of them missed their target.
    pub breached: u32,
    /// Incidents that were open then; nothing but their age was used.
    pub open: u32,
}

/// A feature that is a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Number {
    pub(crate) measure: Measure,
    pub(crate) bins: Bins,
}

/// A feature that is a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Named {
    pub(crate) field: Field,
    pub(crate) encoding: Encoding,
    pub(crate) bins: Bins,
}

impl Model {
    /// What it was learned from.
    pub fn learned(&self) -> Learned {
        self.learned
    }

    /// Whether this version of the crate can use a stored model.
    pub fn is_current(&self) -> bool {
        self.layout == LAYOUT
    }

    /// The probability of a breach alone, 0 to 1.
    pub fn probability(&self, known: &Snapshot) -> f64 {
        self.calibration
            .probability(self.forest.score(&self.bins(known)))
    }

    /// The whole forecast.
    pub fn predict(&self, known: &Snapshot) -> Forecast {
        let mut shares = vec![0.0; self.numbers.len() + self.names.len()];
        let score = self.forest.explained(&self.bins(known), &mut shares);
        Forecast {
            probability: self.calibration.probability(score),
            reasons: self.reasons(known, &shares),
            quantiles: self.durations.quantiles(known),
        }
    }

    /// The log-odds before calibration.
    pub(crate) fn raw(&self, known: &Snapshot) -> f64 {
        self.forest.score(&self.bins(known))
    }

    /// The bins of all features: first the numbers, then the names.
    fn bins(&self, known: &Snapshot) -> Vec<u8> {
        #[allow(clippy::cast_possible_truncation)] // As in the training.
        let numbers = self.numbers.iter().map(|number| {
            let value = known
                .measure(number.measure)
                .map_or(f32::NAN, |value| value as f32);
            number.bins.bin(value)
        });
        let names = self.names.iter().map(|named| {
            let name = known.named(named.field).map(|name| &**name);
            named.bins.bin(named.encoding.share(name).breached)
        });
        numbers.chain(names).collect()
    }

    fn reasons(&self, known: &Snapshot, shares: &[f64]) -> Vec<Reason> {
        let mut strongest: Vec<(usize, f64)> = shares
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, share)| *share != 0.0)
            .collect();
        // Sorting is stable, so equals keep their order.
        strongest.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        let reasons = strongest.into_iter().take(REASONS);
        reasons
            .filter_map(|(feature, effect)| {
                Some(Reason {
                    cause: self.cause(feature, known)?,
                    effect,
                })
            })
            .collect()
    }

    fn cause(&self, feature: usize, known: &Snapshot) -> Option<Cause> {
        if let Some(number) = self.numbers.get(feature) {
            let measure = number.measure;
            return Some(Cause::Measure {
                measure,
                value: known.measure(measure),
            });
        }
        let named = self.names.get(feature - self.numbers.len())?;
        let name = known.named(named.field);
        let share = named.encoding.share(name.map(|name| &**name));
        Some(Cause::Field {
            field: named.field,
            name: name.map(ToString::to_string),
            breached: f64::from(share.breached),
            closed: share.closed,
        })
    }
}
