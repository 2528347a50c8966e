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
    /// `weights` are of rows; an incident's rows together weigh what the incident does.
    pub(crate) fn learn(names: &Names, rows: &Rows, weights: &[f64]) -> (Self, Vec<f32>) {
        let mut whole = vec![Sum::default(); names.known()];
        let mut parts = vec![whole.clone(); PARTS];
        let mut all = Sum::default();
        let cells = names.ids().iter().zip(rows.incidents());
        for ((&id, &incident), (&weight, &is_breached)) in
            cells.zip(weights.iter().zip(rows.answers()))
        {
            let part = parts
                .get_mut(part(incident))
                .and_then(|part| part.get_mut(id as usize));
            let sums = [Some(&mut all), whole.get_mut(id as usize), part];
            for sum in sums.into_iter().flatten() {
                sum.add(weight, is_breached, incident);
            }
        }
        let base = all.breached / all.weight.max(f64::MIN_POSITIVE);
        let encoded = names
            .ids()
            .iter()
            .zip(rows.incidents())
            .map(|(&id, &incident)| {
                let whole = whole.get(id as usize).copied().unwrap_or_default();
                let own = parts
                    .get(part(incident))
                    .and_then(|part| part.get(id as usize));
                whole
                    .without(own.copied().unwrap_or_default())
                    .share(base)
                    .breached
            });
        let encoded = encoded.collect();
        let share = |id: u32| {
            whole
                .get(id as usize)
                .copied()
                .unwrap_or_default()
                .share(base)
        };
        let names = names
            .named()
            .map(|(name, id)| (name.to_owned(), share(id)))
            .collect();
        let all = Sum::default().share(base).breached;
        (
            Self {
                all,
                unknown: share(UNKNOWN),
                names,
            },
            encoded,
        )
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

/// The part an incident belongs to.
fn part(incident: u32) -> usize {
    incident as usize % PARTS
}
