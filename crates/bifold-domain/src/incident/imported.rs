//! What an imported incident keeps of the system it came from.

use crate::redact::Redactable;
use crate::text::Short;
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Where an imported record came from, and what it said there. Kept, not attested.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Imported {
    /// The other system.
    pub source: Short,
    /// Its id there.
    pub external_id: Short,
    /// How many of its rows were taken in.
    pub observations: u32,
    /// The time of the last observation there.
    pub observed_at: At,
    /// Its own words for state, impact, urgency and priority.
    pub labels: Labels,
    /// Who it was assigned to there.
    pub assignee: Option<Redactable<Short>>,
    /// Oddities met on the way, each once.
    pub oddities: BTreeSet<Short>,
}

/// The other system's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels {
    /// State.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Short>,
    /// Impact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact: Option<Short>,
    /// Urgency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Short>,
    /// Priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Short>,
}
