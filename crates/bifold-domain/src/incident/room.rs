//! The room of an incident: where the people who work on it together meet, talk, decide and
//! report (features F053–F057; 20000-1 8.6.1 for major incidents).
//!
//! Every word is a fact of the incident, so that it is evidence like the rest: what was said can
//! be corrected or taken back in sight of everybody, never removed. The words of messages stand in
//! the history only; decisions and reports, which people work by, are part of the state.

use crate::access::closed_set;
use crate::id::PersonId;
use crate::kind::KindKey;
use crate::redact::Redactable;
use crate::text::{Short, Text};
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where in the room something stands: its number, and the lane whose readers alone see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// Its number, from 1, among messages or among decisions.
    pub n: u32,
    /// The lane, if it is for those of one lane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<KindKey>,
}

closed_set! {
    /// For whom a report of the situation is.
    Report {
        /// For those who work on it: conditions, actions, needs.
        Tactical = "tactical",
        /// For those who answer for the organisation.
        Executive = "executive",
    }
}

/// What rules need to know of a message; its words stand in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who said it.
    pub by: PersonId,
    /// In which lane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<KindKey>,
    /// Whether it was taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_retracted: bool,
    /// Whether it was taken into the timeline.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_kept: bool,
}

/// Something to be decided, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Where it stands.
    #[serde(flatten)]
    pub spot: Spot,
    /// What shall be done.
    pub text: Redactable<Text>,
    /// Who proposed it.
    pub proposed_by: PersonId,
    /// When.
    pub proposed_at: At,
    /// By when it has to be decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<At>,
    /// What became of it; nothing while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
}

/// What became of a proposal, who said so and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Whether it is to be done.
    pub is_taken: bool,
    /// Who decided.
    pub by: PersonId,
    /// When.
    pub at: At,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Redactable<Text>>,
}

/// A report of the situation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Briefing {
    /// For whom.
    pub report: Report,
    /// How things stand.
    pub conditions: Redactable<Text>,
    /// What is done about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<Redactable<Text>>,
    /// What is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Redactable<Text>>,
    /// By when the next was promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_by: Option<At>,
}

/// The last report of the situation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// Who wrote it.
    pub by: PersonId,
    /// When.
    pub at: At,
    /// What it says.
    #[serde(flatten)]
    pub briefing: Briefing,
}

/// How the people of an incident meet, and what it is called outside.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrangement {
    /// Where people talk: a number to dial, a link, a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bridge: Option<Redactable<Text>>,
    /// What it is called where its title must not be read (features F057).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codename: Option<Short>,
    /// Usual channels may be listened to: nothing of it leaves by them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_band: bool,
}

/// The room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// Messages, by number from 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
    /// Decisions, by number from 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
    /// The last report to each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reports: BTreeMap<Report, Reported>,
    /// How people meet.
    #[serde(flatten)]
    pub arrangement: Arrangement,
}

/// The `n`th of a list that is counted from 1.
pub(super) fn nth<T>(list: &[T], n: u32) -> Option<&T> {
    list.get(usize::try_from(n).ok()?.checked_sub(1)?)
}

/// The number of what comes next in a list that is counted from 1.
pub(super) fn next<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).map_or(u32::MAX, |len| len.saturating_add(1))
}

impl Room {
    /// Whether nothing was ever said, decided, reported or arranged.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The message with this number.
    pub fn message(&self, n: u32) -> Option<&Message> {
        nth(&self.messages, n)
    }

    /// The decision with this number.
    pub fn decision(&self, n: u32) -> Option<&Decision> {
        nth(&self.decisions, n)
    }
}
