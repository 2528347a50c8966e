//! What may be asked of a schedule, and what happened to one.

use crate::id::{IncidentId, PersonId};
use crate::oncall::plan::Plan;
use crate::oncall::shift::Span;
use crate::record::Needs;
use crate::redact::Redactable;
use crate::text::Text;
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Puts somebody on call for some time, whatever the plan says.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetOverride {
    /// Who.
    pub person: PersonId,
    /// From when; a time that has passed means from now.
    pub from: At,
    /// Until before when.
    pub until: At,
    /// Why.
    #[serde(default)]
    pub reason: Option<Text>,
}

/// Asks somebody to take a stretch of one's own time on call.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskSwap {
    /// Whom.
    pub with: PersonId,
    /// What they are to take; it is all one's own, and still to come.
    pub gives: Span,
    /// What one takes of theirs in return.
    #[serde(default)]
    pub takes: Option<Span>,
    /// Why.
    #[serde(default)]
    pub reason: Option<Text>,
}

/// Hands a shift over to the next one.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// To whom.
    pub to: PersonId,
    /// What they have to know.
    pub notes: Text,
    /// Incidents that are still open.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub incidents: BTreeSet<IncidentId>,
}

/// What may be asked of a schedule.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Makes it.
    Make(Plan),
    /// Replaces its plan from now on.
    Revise(Plan),
    /// Takes it out of use.
    Retire,
    /// See [`SetOverride`].
    SetOverride(SetOverride),
    /// Takes an override back; what has passed of it stays.
    WithdrawOverride(u32),
    /// See [`AskSwap`].
    AskSwap(AskSwap),
    /// Accepts a swap.
    AcceptSwap(u32),
    /// Says no to a swap.
    DeclineSwap(u32),
    /// Takes a swap back that nobody has answered.
    WithdrawSwap(u32),
    /// See [`HandOver`].
    HandOver(HandOver),
    /// Takes a shift that was handed over.
    AcceptHandOver(u32),
}

impl Command {
    /// The incidents that a hand-over names.
    pub fn needs(&self) -> Needs {
        match self {
            Self::HandOver(HandOver { incidents, .. }) => Needs {
                incidents: incidents.iter().cloned().collect(),
                ..Needs::default()
            },
            _ => Needs::default(),
        }
    }
}

/// What happened to a schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Made.
    Made {
        /// Its plan.
        plan: Plan,
    },
    /// Plan replaced.
    Revised {
        /// The plan from then on.
        plan: Plan,
    },
    /// Taken out of use.
    Retired,
    /// Somebody was put on call for some time.
    OverrideSet {
        /// Its number in the schedule.
        number: u32,
        /// Who.
        person: PersonId,
        /// When.
        span: Span,
        /// Why.
        reason: Option<Redactable<Text>>,
    },
    /// An override was taken back.
    OverrideWithdrawn {
        /// Which.
        number: u32,
    },
    /// A swap was asked for, by the actor.
    SwapRequested {
        /// Its number in the schedule.
        number: u32,
        /// Of whom.
        with: PersonId,
        /// What they are to take.
        gives: Span,
        /// What the actor takes in return.
        takes: Option<Span>,
        /// Why.
        reason: Option<Redactable<Text>>,
    },
    /// A swap was accepted, and holds.
    SwapAccepted {
        /// Which.
        number: u32,
    },
    /// A swap was declined.
    SwapDeclined {
        /// Which.
        number: u32,
    },
    /// A swap was taken back.
    SwapWithdrawn {
        /// Which.
        number: u32,
    },
    /// A shift was handed over, by the actor.
    HandedOver {
        /// Its number in the schedule.
        number: u32,
        /// To whom.
        to: PersonId,
        /// What they have to know.
        notes: Redactable<Text>,
        /// Incidents that are still open.
        incidents: BTreeSet<IncidentId>,
    },
    /// The next one took the shift.
    HandOverAccepted {
        /// Which.
        number: u32,
    },
}
