//! How incidents ended, from a file of their own.

use super::columns::{Column, ReadError};
use super::stream::MOST_ROWS;
use crate::history::Outcome;
use std::collections::BTreeMap;
use std::io::Read;

/// The columns that are read, all others are not: which incident, whether its target was met, and
/// since when that is known. `closed_at` is asked where `resolved_at` is unknown.
pub const LABEL_COLUMNS: [&str; 4] = ["number", "made_sla", "resolved_at", "closed_at"];

/// How one incident ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// Whether it missed its target.
    pub is_breached: bool,
    /// When it was resolved, in seconds, if that is known.
    pub resolved_s: Option<i64>,
    /// When it was closed, in seconds, if that is known.
    pub closed_s: Option<i64>,
}

impl Label {
    /// The outcome, if it is known since when it was known.
    pub fn outcome(&self) -> Option<Outcome> {
        Some(Outcome {
            known_s: self.resolved_s.or(self.closed_s)?,
            resolved_s: self.resolved_s,
            is_breached: self.is_breached,
        })
    }
}

/// How incidents ended, by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels(BTreeMap<String, Label>);

impl Labels {
    /// Reads the file. An incident that stands there twice ended as the last row says.
    pub fn read(input: impl Read) -> Result<Self, ReadError> {
        let mut reader = csv::Reader::from_reader(input);
        let header = reader.headers()?.clone();
        if header.is_empty() {
            return Err(ReadError::Empty);
        }
        let number = Column::require(&header, &["number"])?;
        let made = Column::require(&header, &["made_sla"])?;
        let resolved = Column::require(&header, &["resolved_at"])?;
        let closed = Column::find(&header, &["closed_at"]);
        let mut labels = BTreeMap::new();
        for record in reader.records() {
            let record = record?;
            let is_breached = match made.known(&record)?.to_ascii_lowercase().as_str() {
                "true" | "1" => false,
                "false" | "0" => true,
                _ => return Err(made.wrong(&record, "true or false")),
            };
            let label = Label {
                is_breached,
                resolved_s: resolved.time(&record)?,
                closed_s: closed.time(&record)?,
            };
            labels.insert(number.known(&record)?.to_owned(), label);
            if labels.len() > MOST_ROWS {
                return Err(ReadError::TooMany { most: MOST_ROWS });
            }
        }
        Ok(Self(labels))
    }

    /// How an incident ended.
    pub fn get(&self, number: &str) -> Option<&Label> {
        self.0.get(number)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
