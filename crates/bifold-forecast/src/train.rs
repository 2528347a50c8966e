//! Learns a model from an organisation's own closed incidents.

use crate::boost::{Bins, Forest, Plan, Table};
use crate::calibrate::Calibration;
use crate::durations::Durations;
use crate::encode::Encoding;
use crate::history::History;
use crate::model::{LAYOUT, Learned, Model, Named, Number};
use crate::rows::{Rows, moments};
use crate::snapshot::Field;
use crate::weight::weights;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// With fewer closed incidents there is no forecast.
pub const LEAST_CLOSED: u32 = 200;
/// With fewer of either outcome there is no forecast.
pub const LEAST_OF_EACH: u32 = 20;
/// Histories a training takes; of more, the latest opened are taken.
pub const MOST_HISTORIES: usize = 100_000;

/// One in so many closed incidents, those that closed last, is what a model is calibrated on.
const CALIBRATION_PART: usize = 10;

/// How to train.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The seed of what is left to chance: which rows and features each tree sees.
    pub seed: u64,
    /// The number of incidents after which an older one counts half.
    pub half_life: u32,
    /// Fields not to look at, such as [`Field::PEOPLE`].
    pub without: BTreeSet<Field>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            half_life: 7000,
            without: BTreeSet::new(),
        }
    }
}

/// There is no forecast yet, and this is why. An answer, not a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ColdStart {
    /// Too few incidents are closed.
    #[error("too few closed incidents to learn from: {closed}, and {least} are needed")]
    TooFew {
        /// Closed incidents whose outcome is known.
        closed: u32,
        /// How many are needed: [`LEAST_CLOSED`].
        least: u32,
    },
    /// Nearly all of them ended alike, so there is nothing to tell apart.
    #[error(
        "of {closed} closed incidents {breached} missed their target: at least {least} of each \
         outcome are needed"
    )]
    OneOutcome {
        /// Closed incidents whose outcome is known.
        closed: u32,
        /// How many of them missed their target.
        breached: u32,
        /// How many of each outcome are needed: [`LEAST_OF_EACH`].
        least: u32,
    },
}

/// Learns from the histories whose outcome was known before `now_s`. Of all others nothing is used
/// but when they were opened, and nothing that happened at `now_s` or later is looked at.
pub fn train(histories: &[History], now_s: i64, options: &Options) -> Result<Model, ColdStart> {
    let histories = latest(histories, now_s);
    let histories = histories.as_slice();
    enough(&learned(histories, now_s))?;
    let mut model = fit(histories, now_s, options);
    model.calibration = calibration(histories, now_s, options);
    Ok(model)
}

/// What may be used: at most so many, the latest opened.
fn latest(histories: &[History], now_s: i64) -> Vec<&History> {
    let mut latest: Vec<&History> = histories.iter().filter(|h| h.opened_s < now_s).collect();
    if latest.len() > MOST_HISTORIES {
        // Stable, so of equals the later in the slice go.
        latest.sort_by_key(|history| std::cmp::Reverse(history.opened_s));
        latest.truncate(MOST_HISTORIES);
    }
    latest
}

fn learned(histories: &[&History], now_s: i64) -> Learned {
    let mut learned = Learned {
        now_s,
        closed: 0,
        breached: 0,
        open: 0,
    };
    for history in histories {
        match history.outcome_before(now_s) {
            Some(end) => {
                learned.closed += 1;
                learned.breached += u32::from(end.is_breached);
            }
            None => learned.open += 1,
        }
    }
    learned
}

fn enough(learned: &Learned) -> Result<(), ColdStart> {
    let Learned {
        closed, breached, ..
    } = *learned;
    if closed < LEAST_CLOSED {
        return Err(ColdStart::TooFew {
            closed,
            least: LEAST_CLOSED,
        });
    }
    if breached.min(closed - breached) < LEAST_OF_EACH {
        return Err(ColdStart::OneOutcome {
            closed,
            breached,
            least: LEAST_OF_EACH,
        });
    }
    Ok(())
}

/// A model without calibration.
fn fit(histories: &[&History], now_s: i64, options: &Options) -> Model {
    let by_incident = weights(histories, now_s, options.half_life);
    let rows = Rows::of(histories, now_s, &options.without);
    let by_row = row_weights(&rows, &by_incident);
    let shared = shared_weights(&rows, &by_incident);
    let mut columns = Vec::new();
    let mut numbers = Vec::new();
    for (&measure, values) in rows.measures() {
        let bins = Bins::of(values);
        columns.push(values.iter().map(|&value| bins.bin(value)).collect());
        numbers.push(Number { measure, bins });
    }
    let base = base(&rows, &by_row);
    let mut names = Vec::new();
    for (&field, known) in rows.fields() {
        let (encoding, values) = Encoding::learn(known, &rows, &shared, base);
        let bins = Bins::of(&values);
        columns.push(values.iter().map(|&value| bins.bin(value)).collect());
        names.push(Named {
            field,
            encoding,
            bins,
        });
    }
    let table = Table {
        columns: &columns,
        weights: &by_row,
        answers: rows.answers(),
    };
    Model {
        layout: LAYOUT,
        learned: learned(histories, now_s),
        numbers,
        names,
        forest: Forest::grow(table, &Plan::for_rows(rows.len(), options.seed)),
        calibration: Calibration::NONE,
        durations: Durations::of(histories, now_s, &by_incident),
    }
}

/// The share of rows whose incident missed its target.
fn base(rows: &Rows, by_row: &[f64]) -> f64 {
    let cells = by_row.iter().zip(rows.answers());
    let breached: f64 = cells
        .filter(|(_, answer)| **answer)
        .map(|(weight, _)| weight)
        .sum();
    let all: f64 = by_row.iter().sum();
    if all > 0.0 { breached / all } else { 0.5 }
}

/// Each row weighs what its incident does.
fn row_weights(rows: &Rows, by_incident: &[f64]) -> Vec<f64> {
    let weight = |&incident: &u32| {
        by_incident
            .get(incident as usize)
            .copied()
            .unwrap_or_default()
    };
    rows.incidents().iter().map(weight).collect()
}

/// The rows of an incident share what it weighs.
fn shared_weights(rows: &Rows, by_incident: &[f64]) -> Vec<f64> {
    let mut counts = vec![0_u32; by_incident.len()];
    for &incident in rows.incidents() {
        if let Some(count) = counts.get_mut(incident as usize) {
            *count += 1;
        }
    }
    let count = |&incident: &u32| counts.get(incident as usize).copied().unwrap_or(1);
    let weights = row_weights(rows, by_incident);
    let each = rows.incidents().iter().zip(weights);
    each.map(|(incident, weight)| weight / f64::from(count(incident).max(1)))
        .collect()
}

/// How a model trained a little earlier fared with what closed since.
///
/// Which incidents closed of late says how long they take without favour to the quick ones; those
/// opened of late would not.
fn calibration(histories: &[&History], now_s: i64, options: &Options) -> Calibration {
    let mut known: Vec<i64> = histories
        .iter()
        .filter_map(|history| Some(history.outcome_before(now_s)?.known_s))
        .collect();
    known.sort_unstable();
    let Some(&since_s) = known.get(known.len() - known.len() / CALIBRATION_PART) else {
        return Calibration::NONE;
    };
    if enough(&learned(histories, since_s)).is_err() {
        return Calibration::NONE;
    }
    let earlier = fit(histories, since_s, options);
    let by_incident = weights(histories, now_s, options.half_life);
    let mut judged = Vec::new();
    for (history, weight) in histories.iter().zip(by_incident) {
        let Some(end) = history
            .outcome_before(now_s)
            .filter(|end| end.known_s >= since_s)
        else {
            continue;
        };
        for (_, known) in moments(history, now_s) {
            judged.push((earlier.raw(&known), weight, end.is_breached));
        }
    }
    Calibration::fit(&judged)
}
