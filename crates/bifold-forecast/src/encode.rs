//! Names as numbers: how many of the closed incidents with a name missed their target.
//!
//! A few incidents say little, so a share is drawn towards the one of all as if [`CALM`] average
//! incidents were added. An incident's own outcome must not be in the number it is learned from,
//! or the model would believe rare names blindly: in the training each incident gets the shares of
//! the four fifths of the others that it does not belong to.

use crate::rows::{Names, Rows, UNKNOWN};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// So many average incidents are added to each name.
const CALM: f64 = 7.0;
/// Parts of the training; each is encoded by the others.
const PARTS: usize = 5;
/// Shares are kept to this many parts of one, which keeps stored models short.
const KEPT: f64 = 10_000.0;

/// What is known of a name.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Share {
    /// The weighted share of breaches, drawn towards the one of all.
    pub(crate) breached: f32,
    /// Closed incidents that had the name at some time.
    pub(crate) closed: u32,
}

/// The shares of all names of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Encoding {
    all: f32,
    unknown: Share,
    names: BTreeMap<String, Share>,
}

/// Sums by name.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    weight: f64,
    breached: f64,
    closed: u32,
    last_incident: Option<u32>,
}

impl Encoding {
    /// What is known of this name, or of the lack of one. A name never seen is an average one.
    pub(crate) fn share(&self, name: Option<&str>) -> Share {
        let never = Share {
            breached: self.all,
            closed: 0,
        };
        match name {
            Some(name) => self.names.get(name).copied().unwrap_or(never),
            None => self.unknown,
        }
    }

    /// Learns the shares from rows, and encodes each row by those parts it does not belong to.
    ///
    /// `weights` are of rows, and those of an incident together weigh what the incident does.
    /// `base` is the share of all.
    pub(crate) fn learn(
        names: &Names,
        rows: &Rows,
        weights: &[f64],
        base: f64,
    ) -> (Self, Vec<f32>) {
        let sums = Sums::of(names, rows, weights);
        let share = |id: u32| sums.whole(id).share(base);
        let learned = Self {
            all: Sum::default().share(base).breached,
            unknown: share(UNKNOWN),
            names: names
                .named()
                .map(|(name, id)| (name.to_owned(), share(id)))
                .collect(),
        };
        let cells = names.ids().iter().zip(rows.incidents());
        let encoded = cells.map(|(&id, &incident)| {
            let others = sums.whole(id).without(sums.part(id, incident));
            others.share(base).breached
        });
        (learned, encoded.collect())
    }
}

/// Sums by the id of a name.
struct Sums {
    whole: Vec<Sum>,
    parts: Vec<Vec<Sum>>,
}

impl Sums {
    fn of(names: &Names, rows: &Rows, weights: &[f64]) -> Self {
        let whole = vec![Sum::default(); names.known()];
        let mut sums = Self {
            parts: vec![whole.clone(); PARTS],
            whole,
        };
        let cells = names.ids().iter().zip(rows.incidents());
        let worth = weights.iter().zip(rows.answers());
        for ((&id, &incident), (&weight, &is_breached)) in cells.zip(worth) {
            let part = sums.parts.get_mut(incident as usize % PARTS);
            let part = part.and_then(|part| part.get_mut(id as usize));
            for sum in [sums.whole.get_mut(id as usize), part]
                .into_iter()
                .flatten()
            {
                sum.add(weight, is_breached, incident);
            }
        }
        sums
    }

    fn whole(&self, id: u32) -> Sum {
        self.whole.get(id as usize).copied().unwrap_or_default()
    }

    /// The sum of the part that an incident belongs to.
    fn part(&self, id: u32, incident: u32) -> Sum {
        let part = self.parts.get(incident as usize % PARTS);
        part.and_then(|part| part.get(id as usize))
            .copied()
            .unwrap_or_default()
    }
}

impl Sum {
    fn add(&mut self, weight: f64, is_breached: bool, incident: u32) {
        self.weight += weight;
        self.breached += if is_breached { weight } else { 0.0 };
        // The rows of an incident stand together.
        self.closed += u32::from(self.last_incident != Some(incident));
        self.last_incident = Some(incident);
    }

    fn without(self, other: Self) -> Self {
        Self {
            weight: (self.weight - other.weight).max(0.0),
            breached: (self.breached - other.breached).max(0.0),
            ..self
        }
    }

    fn share(self, base: f64) -> Share {
        let share = (self.breached + CALM * base) / (self.weight + CALM);
        #[allow(clippy::cast_possible_truncation)] // Kept with less.
        let breached = ((share * KEPT).round() / KEPT) as f32;
        Share {
            breached,
            closed: self.closed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Event, History, Outcome, Stage};
    use crate::snapshot::{Field, Snapshot};

    /// A hundred incidents, every other one the network's; those that `fail` missed their target.
    fn learned(fail: impl Fn(i64) -> bool) -> (Encoding, Vec<f32>) {
        let history = |number: i64| {
            let mut given = Snapshot::default();
            given.name(
                Field::Team,
                if number % 2 == 0 { "Network" } else { "Desk" },
            );
            let event = Event {
                at_s: number,
                stage: Stage::New,
                given,
            };
            let is_breached = fail(number);
            let outcome = Outcome {
                known_s: number + 1,
                resolved_s: None,
                is_breached,
            };
            History {
                opened_s: number,
                events: vec![event; 3],
                outcome: Some(outcome),
            }
        };
        let past: Vec<History> = (0..100).map(history).collect();
        let rows = Rows::of(&past.iter().collect::<Vec<_>>(), i64::MAX, &[].into());
        let weights = vec![1.0 / 3.0; rows.len()];
        Encoding::learn(&rows.fields()[&Field::Team], &rows, &weights, 0.5)
    }

    #[test]
    fn a_name_is_its_share_drawn_towards_all() {
        let (encoding, _) = learned(|number| number % 2 == 0);
        let expected = (50.0 + CALM * 0.5) / (50.0 + CALM);
        let network = encoding.share(Some("Network"));
        assert!((f64::from(network.breached) - expected).abs() < 1e-4);
        assert_eq!(network.closed, 50);
        let never = Share {
            breached: 0.5,
            closed: 0,
        };
        assert_eq!(encoding.share(Some("Elsewhere")), never);
        assert_eq!(encoding.share(None), never);
    }

    #[test]
    fn no_incident_is_encoded_by_its_own_outcome() {
        let (_, one) = learned(|number| number % 2 == 0);
        let (_, other) = learned(|number| number % 2 == 0 && number != 40);
        assert_eq!(one[3 * 40..3 * 41], other[3 * 40..3 * 41]);
        // The same name in another part of the training does hang on it.
        assert!(one[3 * 42] > other[3 * 42]);
    }
}
