//! What changes a plan for some time, and the handing over of a shift.

use crate::id::{IncidentId, PersonId};
use crate::oncall::shift::{Shift, Span, Why};
use crate::redact::Redactable;
use crate::text::Text;
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Somebody is on call for some time instead of whom the plan names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cover {
    /// Who.
    pub person: PersonId,
    /// When.
    pub span: Span,
    /// By an override or a swap.
    pub why: Why,
    /// In words, where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Redactable<Text>>,
    /// Who settled it.
    pub by: PersonId,
}

impl Cover {
    /// The number of the override or swap.
    pub fn number(&self) -> u32 {
        match self.why {
            Why::Override { number } | Why::Swap { number } => number,
            Why::Layer { .. } => 0,
        }
    }

    /// Whether it is an override, which may be withdrawn.
    pub fn is_override(&self) -> bool {
        matches!(self.why, Why::Override { .. })
    }

    /// Its shift within a stretch of time.
    pub(super) fn within(&self, span: &Span) -> Option<Shift> {
        let span = self.span.cut(span);
        (!span.is_empty()).then(|| Shift {
            person: self.person.clone(),
            span,
            why: self.why.clone(),
        })
    }
}

/// What became of a swap that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SwapStanding)]
pub enum Standing {
    /// Nobody has answered.
    Asked,
    /// It holds.
    Accepted,
    /// The other one said no.
    Declined,
    /// Whoever asked took it back.
    Withdrawn,
}

impl Standing {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// One person asks another to take a stretch of theirs, or to swap it for one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Swap {
    /// Its number in the schedule.
    pub number: u32,
    /// Who asked.
    pub from: PersonId,
    /// Whom.
    pub with: PersonId,
    /// What the asked one is to take.
    pub gives: Span,
    /// What the asking one takes in return.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<Span>,
    /// In words, where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Redactable<Text>>,
    /// When it was asked.
    pub at: At,
    /// What became of it.
    pub standing: Standing,
}

impl Swap {
    /// Whether it waits for an answer that can still be given.
    pub fn is_open(&self, now: At) -> bool {
        self.standing == Standing::Asked && self.begins() > now
    }

    /// When the first of its stretches begins.
    pub fn begins(&self) -> At {
        let gives = self.gives.from;
        self.takes.map_or(gives, |takes| takes.from.min(gives))
    }

    /// The stretches that change hands when it is accepted, and who has each from then on.
    pub(super) fn covers(&self) -> Vec<Cover> {
        let gives = (self.with.clone(), self.gives);
        let takes = self.takes.map(|takes| (self.from.clone(), takes));
        let all = [gives].into_iter().chain(takes);
        all.map(|(person, span)| Cover {
            person,
            span,
            why: Why::Swap {
                number: self.number,
            },
            reason: self.reason.clone(),
            by: self.with.clone(),
        })
        .collect()
    }
}

/// A shift was handed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandedOver {
    /// Its number in the schedule.
    pub number: u32,
    /// By whom.
    pub from: PersonId,
    /// To whom.
    pub to: PersonId,
    /// When.
    pub at: At,
    /// What the next one has to know.
    pub notes: Redactable<Text>,
    /// Incidents that are still open.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub incidents: BTreeSet<IncidentId>,
    /// When the next one took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<At>,
}
