//! Planned maintenance (27001:2022 7.13): when which services are worked on, so that their alerts
//! are held meanwhile and people know before.

mod decide;
#[cfg(test)]
mod tests;

use crate::access::closed_set;
use crate::id::{MaintenanceId, ServiceId};
use crate::record::{BrokenHistory, Context, Meta, Needs, Record};
use crate::redact::Redactable;
use crate::refusal::Refusal;
use crate::text::{Text, Title};
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What is planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = MaintenancePlan)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// One line that names it.
    pub title: Title,
    /// What users should know, in plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// The services that are worked on.
    pub services: BTreeSet<ServiceId>,
    /// When it begins.
    pub from: At,
    /// When it is to be over.
    pub until: At,
}

closed_set! {
    /// Where a maintenance stands.
    Stage {
        /// It is still to come.
        Planned = "planned",
        /// It goes on: alerts of its services are held.
        InProgress = "in_progress",
        /// It is done.
        Completed = "completed",
        /// It does not take place.
        Cancelled = "cancelled",
    }
}

impl Stage {
    /// Whether nothing will change any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }
}

/// Why a date changes, or why it is cancelled.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[schema(as = MaintenanceReason)]
#[serde(deny_unknown_fields)]
pub struct Because {
    /// Why.
    pub reason: Text,
}

/// Changes what is planned.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[schema(as = MaintenanceRevision)]
#[serde(deny_unknown_fields)]
pub struct Revise {
    /// The plan from then on.
    pub plan: Plan,
    /// Why.
    pub reason: Text,
}

/// Lets one that goes on go on for longer.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[schema(as = MaintenanceExtension)]
#[serde(deny_unknown_fields)]
pub struct Extend {
    /// When it is to be over then.
    pub until: At,
    /// Why.
    pub reason: Text,
}

/// Ends it.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, utoipa::ToSchema)]
#[schema(as = MaintenanceCompletion)]
#[serde(deny_unknown_fields)]
pub struct Complete {
    /// What was done, and what was not.
    #[serde(default)]
    pub note: Option<Text>,
}

/// What may be asked of a maintenance.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Plans it.
    Plan(Plan),
    /// Changes what is planned, before it begins.
    Revise(Revise),
    /// Begins it, at its time or before.
    Begin,
    /// Lets it go on for longer.
    Extend(Extend),
    /// Ends it.
    Complete(Complete),
    /// It does not take place.
    Cancel(Because),
}

/// What happened to a maintenance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Planned.
    Planned {
        /// Number of the year.
        number: u64,
        /// The plan.
        plan: Plan,
    },
    /// The plan was changed.
    Revised {
        /// The plan from then on.
        plan: Plan,
        /// Why.
        reason: Redactable<Text>,
    },
    /// It began.
    Begun,
    /// It goes on for longer.
    Extended {
        /// When it is to be over.
        until: At,
        /// Why.
        reason: Redactable<Text>,
    },
    /// It is done.
    Completed {
        /// What was done.
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<Redactable<Text>>,
    },
    /// It does not take place.
    Cancelled {
        /// Why.
        reason: Redactable<Text>,
    },
}

/// A planned maintenance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Maintenance {
    /// Its id.
    pub id: MaintenanceId,
    /// Number of the year.
    pub number: u64,
    /// When it was planned.
    pub planned_at: At,
    /// The plan.
    pub plan: Plan,
    /// Where it stands.
    pub stage: Stage,
    /// When it really began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<At>,
    /// When it was over, or called off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<At>,
    /// What was done, or why it was called off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Redactable<Text>>,
    /// Where its times were moved, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Move>,
}

/// New times of a maintenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// When that was said.
    pub at: At,
    /// When it begins from then on.
    pub from: At,
    /// When it is to be over from then on.
    pub until: At,
}

impl Maintenance {
    /// Its number for people, such as `MNT-2026-0003`.
    pub fn shown_number(&self) -> String {
        format!("MNT-{}-{:04}", self.planned_at.year(), self.number)
    }

    /// Until when alerts of this service are held; `None` while they are not.
    pub fn holds(&self, service: &ServiceId) -> Option<At> {
        let holds = self.stage == Stage::InProgress && self.plan.services.contains(service);
        holds.then_some(self.plan.until)
    }
}

impl Command {
    /// A number, where one is given out.
    pub fn needs(&self) -> Needs {
        Needs {
            number: matches!(self, Self::Plan(_)),
            ..Needs::default()
        }
    }
}

impl Record for Maintenance {
    const TYPE: &'static str = "maintenance";
    type Id = MaintenanceId;
    type Command = Command;
    type Fact = Fact;

    fn decide(
        state: Option<&Self>,
        command: Command,
        context: &Context<'_>,
    ) -> Result<Vec<Fact>, Refusal> {
        decide::decide(state, command, context).map(|fact| vec![fact])
    }

    fn evolve(state: Option<Self>, fact: &Fact, meta: &Meta) -> Result<Self, BrokenHistory> {
        let broken = || BrokenHistory {
            subject: meta.subject.clone(),
            kind: "maintenance".to_owned(),
        };
        if let Fact::Planned { number, plan } = fact {
            return Ok(Self {
                id: MaintenanceId::parse(&meta.subject).map_err(|_| broken())?,
                number: *number,
                planned_at: meta.at,
                plan: plan.clone(),
                stage: Stage::Planned,
                began_at: None,
                ended_at: None,
                note: None,
                moves: Vec::new(),
            });
        }
        let mut found = state.ok_or_else(broken)?;
        let times = (found.plan.from, found.plan.until);
        match fact {
            Fact::Planned { plan, .. } | Fact::Revised { plan, .. } => found.plan = plan.clone(),
            Fact::Begun => {
                found.stage = Stage::InProgress;
                found.began_at = Some(meta.at);
            }
            Fact::Extended { until, .. } => found.plan.until = *until,
            Fact::Completed { note } => {
                found.stage = Stage::Completed;
                found.ended_at = Some(meta.at);
                found.note.clone_from(note);
            }
            Fact::Cancelled { reason } => {
                found.stage = Stage::Cancelled;
                found.ended_at = Some(meta.at);
                found.note = Some(reason.clone());
            }
        }
        let (from, until) = (found.plan.from, found.plan.until);
        if times != (from, until) {
            let at = meta.at;
            found.moves.push(Move { at, from, until });
        }
        Ok(found)
    }
}
