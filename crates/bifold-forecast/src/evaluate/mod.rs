//! How good the forecast is, on a log that it has not seen.
//!
//! The split is by time. A model is trained at one moment, with [`train`](crate::train()), and judged on
//! incidents opened at that moment or later. Incidents opened before, but not closed by then, are
//! in neither part. Every event that left its incident open is one judged forecast.

mod measure;

pub use measure::{AtPrefix, Band, Scores, auc};

use crate::model::Model;
use crate::servicenow::{Incident, Stream};
use crate::snapshot::Measure;
use measure::Judged;
use std::io::{self, Write};

/// The forecast at one event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction<'a> {
    /// Of which incident.
    pub incident: &'a Incident,
    /// Which of the incident's rows it is, from 1.
    pub event: u32,
    /// The probability that the target is missed, 0 to 1.
    pub probability: f64,
    /// What the best one-line rule says: hours open and 5 for each reassignment.
    pub rule: f64,
    place: u32,
}

/// The moment at which `share` of the incidents are opened, in seconds; none for an empty log.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Clamped to a share.
pub fn split(stream: &Stream, share: f64) -> Option<i64> {
    let mut opened: Vec<i64> = stream
        .incidents
        .iter()
        .map(|i| i.history.opened_s)
        .collect();
    opened.sort_unstable();
    let place = (crate::boost::count(opened.len()) * share.clamp(0.0, 1.0)) as usize;
    opened.get(place.min(opened.len().checked_sub(1)?)).copied()
}

/// Forecasts at every event that left its incident open, in the order of the log, for the incidents
/// opened at `since_s` or later. Each is made from the rows of its incident up to it.
pub fn predictions<'a>(model: &Model, stream: &'a Stream, since_s: i64) -> Vec<Prediction<'a>> {
    let later = stream
        .incidents
        .iter()
        .filter(|incident| incident.history.opened_s >= since_s);
    let mut made: Vec<Prediction<'_>> = later
        .flat_map(|incident| {
            incident
                .history
                .moments(i64::MAX)
                .map(move |(index, known)| {
                    let count = |measure| known.measure(measure).unwrap_or_default();
                    Prediction {
                        incident,
                        event: u32::try_from(index + 1).unwrap_or(u32::MAX),
                        probability: model.probability(&known),
                        rule: count(Measure::ElapsedHours) + 5.0 * count(Measure::Reassignments),
                        place: incident.places.get(index).copied().unwrap_or_default(),
                    }
                })
        })
        .collect();
    made.sort_by_key(|prediction| prediction.place);
    made
}

/// Writes predictions as CSV: `incident,event,probability`.
pub fn write(predictions: &[Prediction<'_>], to: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(to);
    writer.write_record(["incident", "event", "probability"])?;
    for made in predictions {
        let (event, probability) = (made.event.to_string(), format!("{:.6}", made.probability));
        writer.write_record([&*made.incident.number, &event, &probability])?;
    }
    writer.flush()
}

/// Judges the predictions whose incident has a label.
pub fn judge(predictions: &[Prediction<'_>]) -> Scores {
    let judged = predictions.iter().filter_map(|made| {
        let is_breached = made.incident.label?.is_breached;
        let Prediction {
            event,
            probability,
            rule,
            ..
        } = *made;
        Some(Judged {
            event,
            probability,
            rule,
            is_breached,
        })
    });
    Scores::of(&judged.collect::<Vec<_>>())
}
