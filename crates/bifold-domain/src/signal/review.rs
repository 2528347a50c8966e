//! Reviews of the fault log: somebody signs that the faults of a period were looked through
//! (27001:2022 8.15 asks for it of fault logs).

use crate::access::Permission;
use crate::id::{FaultReviewId, PersonId};
use crate::record::{BrokenHistory, Context, Meta, Needs, Record};
use crate::redact::Redactable;
use crate::refusal::Refusal;
use crate::text::Text;
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the log held of the period when it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = FaultsFound)]
pub struct Found {
    /// Faults: occurrences, each counted once.
    pub faults: u64,
    /// Signals: how often they were said.
    pub signals: u64,
    /// Faults by what became of them.
    pub by_disposition: BTreeMap<String, u64>,
    /// SHA-256 of the log's lines of the period, in hexadecimal: who exports them later can show
    /// that none was changed, added or left out.
    pub digest: String,
}

/// Signs a period.
#[derive(Debug, Clone, PartialEq)]
pub struct SignOff {
    /// The first instant.
    pub from: At,
    /// The first instant after it.
    pub until: At,
    /// What the log holds of it.
    pub found: Found,
    /// What was noticed, and what follows.
    pub remarks: Option<Text>,
}

/// What may be asked of a review.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Signs it.
    SignOff(SignOff),
}

/// What happened to a review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Signed.
    SignedOff {
        /// The first instant.
        from: At,
        /// The first instant after it.
        until: At,
        /// What the log held.
        found: Found,
        /// What was noticed.
        #[serde(skip_serializing_if = "Option::is_none")]
        remarks: Option<Redactable<Text>>,
    },
}

/// A review of the fault log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultReview {
    /// Its id.
    pub id: FaultReviewId,
    /// The first instant of its period.
    pub from: At,
    /// The first instant after it.
    pub until: At,
    /// What the log held.
    pub found: Found,
    /// What was noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remarks: Option<Redactable<Text>>,
    /// Who signed.
    pub by: PersonId,
    /// When.
    pub at: At,
}

impl Command {
    /// Nothing beyond the directory.
    pub fn needs(&self) -> Needs {
        Needs::default()
    }
}

impl Record for FaultReview {
    const TYPE: &'static str = "fault_review";
    type Id = FaultReviewId;
    type Command = Command;
    type Fact = Fact;

    fn decide(
        state: Option<&Self>,
        Command::SignOff(sign): Command,
        context: &Context<'_>,
    ) -> Result<Vec<Fact>, Refusal> {
        context.actor.needs(Permission::ReviewFaults)?;
        if state.is_some() {
            return Err(Refusal::AlreadyExists {
                what: "review".to_owned(),
            });
        }
        if sign.until <= sign.from {
            return Err(Refusal::TimeOrder {
                first: "the beginning of the period",
                then: "its end",
            });
        }
        // What is still to come was not looked through.
        if sign.until > context.now {
            return Err(Refusal::TimeOrder {
                first: "the end of the period",
                then: "its review",
            });
        }
        Ok(vec![Fact::SignedOff {
            from: sign.from,
            until: sign.until,
            found: sign.found,
            remarks: sign.remarks.map(Into::into),
        }])
    }

    fn evolve(_: Option<Self>, fact: &Fact, meta: &Meta) -> Result<Self, BrokenHistory> {
        let Fact::SignedOff {
            from,
            until,
            found,
            remarks,
        } = fact;
        Ok(Self {
            id: FaultReviewId::parse(&meta.subject).map_err(|_| BrokenHistory {
                subject: meta.subject.clone(),
                kind: "fault_review".to_owned(),
            })?,
            from: *from,
            until: *until,
            found: found.clone(),
            remarks: remarks.clone(),
            by: meta.actor.clone(),
            at: meta.at,
        })
    }
}

/// One line of the fault log in the form that reviews sign: what never changes about a fault once
/// it is over and settled, tab-separated, in the order of the log.
pub fn line(identity: &[&str]) -> String {
    let clean = |field: &&str| field.replace(['\t', '\n', '\r'], " ");
    let fields: Vec<String> = identity.iter().map(clean).collect();
    format!("{}\n", fields.join("\t"))
}

/// The name of a period for people, such as `2026-03-01/2026-04-01`.
pub fn period(from: At, until: At) -> String {
    let day = |at: At| at.to_string().chars().take(10).collect::<String>();
    format!("{}/{}", day(from), day(until))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{PEOPLE, decide, directory, morning};
    use crate::time::DAY;

    fn sign(from: At, until: At) -> Command {
        Command::SignOff(SignOff {
            from,
            until,
            found: Found {
                faults: 2,
                signals: 100,
                by_disposition: BTreeMap::from([("event".to_owned(), 2)]),
                digest: "00".repeat(32),
            },
            remarks: None,
        })
    }

    #[test]
    fn a_period_that_is_over_is_signed_by_those_who_may() {
        let month = || sign(morning().plus(-30 * DAY), morning());
        for (who, role) in PEOPLE {
            let answer = decide::<FaultReview>(&directory(), who, None, month());
            assert_eq!(answer.is_ok(), role.permits(Permission::ReviewFaults));
        }
        for wrong in [
            sign(morning(), morning()),
            sign(morning().plus(-DAY), morning().plus(DAY)),
        ] {
            let answer = decide::<FaultReview>(&directory(), "manager", None, wrong);
            assert_eq!(answer.unwrap_err().code(), "time-order");
        }
    }

    #[test]
    fn a_line_cannot_be_made_to_look_like_two() {
        assert_eq!(line(&["a\tb", "c\nd"]), "a b\tc d\n");
        assert_eq!(
            period(morning().plus(-DAY), morning()),
            "2026-02-28/2026-03-01"
        );
    }
}
