//! What people say, decide and report in the room of an incident.

use crate::incident::room::Report;
use crate::kind::KindKey;
use crate::text::{Short, Text};
use crate::time::At;
use serde::Deserialize;

/// Says something to everybody in the room, or to those of one lane.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Say {
    /// The words.
    pub text: Text,
    /// The lane whose people alone read it; absent, everybody in the room.
    #[serde(default)]
    pub lane: Option<KindKey>,
    /// The number of the message it answers.
    #[serde(default)]
    pub answers: Option<u32>,
}

/// Corrects a message of one's own. What it said before stays readable.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendMessage {
    /// Its number.
    pub message: u32,
    /// What it says from now on.
    pub text: Text,
}

/// Takes a message back. It stays in the record, marked.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetractMessage {
    /// Its number.
    pub message: u32,
    /// Why.
    pub reason: Text,
}

/// Takes a message into the timeline.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepMessage {
    /// Its number.
    pub message: u32,
}

/// Proposes that something be done, or decides it at once.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeDecision {
    /// What shall be done.
    pub text: Text,
    /// The lane whose people alone read it; absent, everybody in the room.
    #[serde(default)]
    pub lane: Option<KindKey>,
    /// By when it has to be decided.
    #[serde(default)]
    pub by: Option<At>,
    /// It is decided with this. For those who may decide.
    #[serde(default)]
    pub at_once: bool,
}

/// Decides that what was proposed is done.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeDecision {
    /// Its number.
    pub decision: u32,
    /// Why.
    #[serde(default)]
    pub reason: Option<Text>,
}

/// Decides that what was proposed is not done.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DropDecision {
    /// Its number.
    pub decision: u32,
    /// Why.
    pub reason: Text,
}

/// Reports how things stand.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportSituation {
    /// For whom.
    pub report: Report,
    /// How things stand.
    pub conditions: Text,
    /// What is done about it.
    #[serde(default)]
    pub actions: Option<Text>,
    /// What is missing.
    #[serde(default)]
    pub needs: Option<Text>,
    /// By when the next is promised.
    #[serde(default)]
    pub next_by: Option<At>,
}

/// Says how the people of an incident meet, and what it is called outside. What is absent is no
/// longer so.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArrangeRoom {
    /// Where they talk: a number to dial, a link, a place.
    #[serde(default)]
    pub bridge: Option<Text>,
    /// What it is called in letters and pages instead of its title.
    #[serde(default)]
    pub codename: Option<Short>,
    /// Usual channels may be listened to: letters and pages say only that something waits.
    #[serde(default)]
    pub out_of_band: bool,
}
