//! Dual control: an act that two people approve, neither of whom asked for it; where fewer than
//! three may approve, which the request says, whoever asked may be one of the two.

use std::collections::{BTreeMap, BTreeSet};

/// Different people who must have approved.
const APPROVALS: usize = 2;

/// What happens to a ballot.
#[derive(Debug)]
pub(super) enum Act {
    /// Somebody asks.
    Requested {
        id: String,
        by: String,
        /// RFC 3339.
        expires_at: Option<String>,
        /// Whether fewer than three people may approve.
        is_small_team: bool,
    },
    /// Somebody agrees.
    Approved { id: String, by: String },
    /// Somebody refuses, which ends it.
    Refused { id: String },
    /// It is done, which ends it.
    Done { id: String, at_micros: i64 },
}

/// One request and what became of it.
#[derive(Debug)]
struct Ballot {
    requester: String,
    approvers: BTreeSet<String>,
    expires_at: Option<String>,
    is_small_team: bool,
    is_refused: bool,
    is_done: bool,
}

/// All ballots of one item about one sort of act.
#[derive(Debug, Default)]
pub(super) struct Ballots {
    ballots: BTreeMap<String, Ballot>,
}

impl Ballots {
    /// Takes a step; the error is the rule that it breaks.
    pub(super) fn take(&mut self, act: &Act) -> Result<(), String> {
        let says = |says: &str| Err(says.to_owned());
        let id = match act {
            Act::Requested {
                id,
                by,
                expires_at,
                is_small_team,
            } => {
                let ballot = Ballot {
                    requester: by.clone(),
                    approvers: BTreeSet::new(),
                    expires_at: expires_at.clone(),
                    is_small_team: *is_small_team,
                    is_refused: false,
                    is_done: false,
                };
                return match self.ballots.insert(id.clone(), ballot) {
                    None => Ok(()),
                    Some(_) => says("the same request was made before"),
                };
            }
            Act::Approved { id, .. } | Act::Refused { id } | Act::Done { id, .. } => id,
        };
        let Some(ballot) = self.ballots.get_mut(id) else {
            return says("it was never requested");
        };
        if ballot.is_refused || ballot.is_done {
            return says("the request was refused or carried out before");
        }
        match act {
            Act::Approved { by, .. } => {
                ballot.approvers.insert(by.clone());
                Ok(())
            }
            Act::Done { at_micros, .. } => {
                ballot.is_done = true;
                ballot.allows(*at_micros)
            }
            Act::Refused { .. } | Act::Requested { .. } => {
                ballot.is_refused = true;
                Ok(())
            }
        }
    }
}

impl Ballot {
    /// Whether it may be carried out at this time.
    fn allows(&self, at_micros: i64) -> Result<(), String> {
        let counts = |by: &&String| self.is_small_team || **by != self.requester;
        let count = self.approvers.iter().filter(counts).count();
        if count < APPROVALS {
            let whose = if self.is_small_team {
                "people"
            } else {
                "people other than the requester"
            };
            return Err(format!("{count} {whose} approved, {APPROVALS} must"));
        }
        let Some(text) = &self.expires_at else {
            return Ok(());
        };
        match text.parse::<jiff::Timestamp>() {
            Ok(expires) if at_micros <= expires.as_microsecond() => Ok(()),
            Ok(_) => Err(format!("the request had expired at {text}")),
            Err(_) => Err("the time at which the request expires cannot be read".to_owned()),
        }
    }
}
