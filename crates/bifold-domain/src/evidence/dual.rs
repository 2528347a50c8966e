//! What takes two people: to release evidence, and to destroy it (NIST 800-53 AC-3(2), AU-9(5)).

use crate::id::{PersonId, RequestId};
use crate::redact::Redactable;
use crate::refusal::Refusal;
use crate::text::{Short, Text};
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// People who must approve.
pub const APPROVALS: usize = 2;

/// Something asked for that two people must approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its id; a release of several items has the same on each.
    pub id: RequestId,
    /// Who asked.
    pub by: PersonId,
    /// When.
    pub at: At,
    /// Until when it may be carried out.
    pub expires_at: Option<At>,
    /// Whether so few may approve that who asked counts as one of the two.
    pub is_small_team: bool,
    /// Who approved.
    pub approved_by: BTreeSet<PersonId>,
    /// What became of it.
    pub end: End,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Nothing yet.
    Open,
    /// Somebody said no.
    Refused,
    /// It was done.
    Done,
}

impl Request {
    /// Refuses an approval that would not count.
    pub fn approvable(&self, who: &PersonId, now: At) -> Result<(), Refusal> {
        self.in_time(now)?;
        if self.by == *who && !self.is_small_team {
            return Err(Refusal::SecondPersonNeeded {
                act: "approving what one asked for oneself",
            });
        }
        if self.approved_by.contains(who) {
            return Err(Refusal::NothingToChange);
        }
        Ok(())
    }

    /// Refuses to carry out what two people did not approve.
    pub fn doable(&self, now: At) -> Result<(), Refusal> {
        self.in_time(now)?;
        if self.is_approved() {
            Ok(())
        } else {
            Err(Refusal::SecondPersonNeeded {
                act: "releasing or destroying evidence",
            })
        }
    }

    /// Whether two different people approved. With three who may, neither of them asked for it.
    pub fn is_approved(&self) -> bool {
        self.approved_by.len() >= APPROVALS
    }

    fn in_time(&self, now: At) -> Result<(), Refusal> {
        match self.expires_at {
            Some(end) if end < now => Err(Refusal::WrongStage {
                verb: "carry out a request",
                stage: "past its last day",
            }),
            _ => Ok(()),
        }
    }
}

/// A release to somebody outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// Who asked and who approved.
    pub request: Request,
    /// To whom.
    pub recipient: Redactable<Short>,
    /// What for.
    pub purpose: Redactable<Text>,
    /// On which legal basis.
    pub legal_basis: Redactable<Text>,
}

/// A destruction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Disposal {
    /// Who asked and who approved.
    pub request: Request,
    /// How.
    pub method: Redactable<Text>,
    /// Why.
    pub reason: Redactable<Text>,
}
