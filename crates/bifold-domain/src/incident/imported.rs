//! What an imported incident keeps of the system it came from.

use super::command::ImportedStage;
use crate::id::TeamId;
use crate::priority::{Impact, Priority, Urgency};
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

/// A row of another system, as recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)] // See `command::Observation`.
pub struct ObservedRow {
    pub at: At,
    pub labels: Labels,
    pub stage: ImportedStage,
    pub impact: Impact,
    pub urgency: Urgency,
    pub priority: Priority,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_security: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Short>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_unassigned: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Redactable<Short>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<At>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub oddities: BTreeSet<Short>,
}
