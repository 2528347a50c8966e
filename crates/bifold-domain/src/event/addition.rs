//! What is said about an event after it was taken in.

use super::Channel;
use crate::id::PersonId;
use crate::redact::Redactable;
use crate::text::{Short, Text};
use crate::time::At;
use serde::{Deserialize, Serialize};

/// Adds to an event what its reporter says afterwards, or what became of a message to them.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[schema(as = EventAddition)]
#[serde(deny_unknown_fields)]
pub struct Add {
    /// What is said.
    pub text: Text,
    /// By which way it came.
    #[serde(default = "super::api")]
    pub channel: Channel,
    /// Who says it, when it is not the one who enters it.
    #[serde(default)]
    pub contact: Option<Short>,
}

/// Additions to one event at most.
pub const ADDITIONS: usize = 200;

/// What was added to an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Addition {
    /// When.
    pub at: At,
    /// Who entered it.
    pub by: PersonId,
    /// What is said.
    pub text: Redactable<Text>,
    /// By which way it came.
    pub channel: Channel,
    /// Who says it, when it is not the one who entered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Redactable<Short>>,
}
