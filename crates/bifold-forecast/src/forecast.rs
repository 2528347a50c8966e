//! What a model says of one open incident.

use crate::durations::Quantiles;
use crate::snapshot::{Field, Measure};
use serde::{Deserialize, Serialize};
use std::fmt;

/// So many reasons are given.
pub const REASONS: usize = 3;

/// The forecast for one incident at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// The probability that the target is missed, 0 to 1.
    pub probability: f64,
    /// What moved it most, the strongest first; at most [`REASONS`].
    pub reasons: Vec<Reason>,
    /// How long comparable closed incidents took, where there are enough of them.
    pub quantiles: Option<Quantiles>,
}

/// What moved a forecast away from the average.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// What is known of the incident.
    pub cause: Cause,
    /// By how much, in log-odds: above zero a breach is likelier for it, below zero less likely.
    pub effect: f64,
}

/// What is known of the incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A number.
    Measure {
        /// Which.
        measure: Measure,
        /// Its value, if it is known.
        value: Option<f64>,
    },
    /// A name.
    Field {
        /// Of what.
        field: Field,
        /// The name, if it is known.
        name: Option<String>,
        /// The share of breaches among the closed incidents with this name; recent ones count
        /// more, and the fewer they are, the nearer it is to the share of all.
        breached: f64,
        /// How many closed incidents had this name; none for one never seen before.
        closed: u32,
    },
}

impl Reason {
    /// Whether it makes a breach likelier.
    pub fn raises(&self) -> bool {
        self.effect > 0.0
    }
}

/// In English, for the command line: `+ team Network: 62 % of 140 closed ones were late`.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.raises() { "+ " } else { "- " })?;
        match &self.cause {
            Cause::Measure { measure, value } => {
                let word = measure.word().replace('_', " ");
                match value {
                    Some(value) => write!(f, "{word} {}", (value * 10.0).round() / 10.0),
                    None => write!(f, "{word} unknown"),
                }
            }
            Cause::Field {
                field,
                name,
                breached,
                closed,
            } => {
                let word = field.word().replace('_', " ");
                let name = name.as_deref().unwrap_or("unknown");
                match closed {
                    0 => write!(f, "{word} {name}: never seen before"),
                    _ => write!(
                        f,
                        "{word} {name}: {:.0} % of {closed} closed ones were late",
                        breached * 100.0
                    ),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_reads_as_a_sentence() {
        let cause = Cause::Field {
            field: Field::Team,
            name: Some("Network".to_owned()),
            breached: 0.618,
            closed: 140,
        };
        let reason = Reason { cause, effect: 0.4 };
        let words = "+ team Network: 62 % of 140 closed ones were late";
        assert_eq!(reason.to_string(), words);
        let cause = Cause::Measure {
            measure: Measure::QuietHours,
            value: Some(26.04),
        };
        assert_eq!(
            Reason {
                cause,
                effect: -0.1
            }
            .to_string(),
            "- quiet hours 26"
        );
    }
}
