//! Events in the sense of ISO/IEC 27035: what a person reported or a machine signalled.
//!
//! Everything reported is an event first; what it is gets decided by a person or a named rule,
//! and an event that is *not* an incident stays countable with who said so and why (features
//! F038). The original words never change (F028).

mod addition;
mod decide;
mod evolve;
#[cfg(test)]
mod tests;
mod told;

pub use addition::{ADDITIONS, Add, Addition};
pub use told::Told;

use crate::access::closed_set;
use crate::id::{EventId, IncidentId, PersonId, ServiceId};
use crate::record::{BrokenHistory, Context, Meta, Needs, Record};
use crate::redact::Redactable;
use crate::refusal::Refusal;
use crate::signal::source::Plan;
use crate::text::{Short, Text, Title};
use crate::time::At;
use serde::{Deserialize, Serialize};

closed_set! {
    /// What the reporter says it is.
    Sort {
        /// Something is broken.
        Fault = "fault",
        /// Something looks wrong or unsafe.
        Suspicion = "suspicion",
        /// A weakness that nobody has used yet. Reporters never need to prove it.
        Weakness = "weakness",
        /// It nearly happened.
        NearMiss = "near_miss",
        /// An AI system misbehaved.
        AiMisbehaviour = "ai_misbehaviour",
        /// Not sure.
        Unsure = "unsure",
    }
}

closed_set! {
    /// By which way it came (features F013).
    Channel {
        /// A web form.
        Web = "web",
        /// An e-mail.
        Email = "email",
        /// A telephone call, entered by an agent.
        Phone = "phone",
        /// The API.
        Api = "api",
        /// A machine's alert.
        Alert = "alert",
        /// In person.
        WalkIn = "walk_in",
        /// A chat.
        Chat = "chat",
        /// From another system, by import.
        Import = "import",
    }
}

closed_set! {
    /// Why an event is not an incident (features F034).
    Dismissal {
        /// The detection was wrong.
        FalsePositive = "false_positive",
        /// True and harmless.
        Benign = "benign",
        /// Somebody asked for something.
        Request = "request",
        /// A rule was broken without harm to service or information.
        PolicyViolation = "policy_violation",
        /// Not enough to go on.
        InsufficientInformation = "insufficient_information",
        /// A test or an exercise.
        Test = "test",
        /// Not ours.
        OutOfScope = "out_of_scope",
    }
}

/// Reports an event.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Receive {
    /// What the reporter says it is.
    #[serde(default = "unsure")]
    pub sort: Sort,
    /// One line.
    pub title: Title,
    /// What was seen, where.
    #[serde(default)]
    pub description: Option<Text>,
    /// By which way it came.
    #[serde(default = "api")]
    pub channel: Channel,
    /// The service concerned, if known.
    #[serde(default)]
    pub service: Option<ServiceId>,
    /// How to reach the reporter, when it is not the one who enters it.
    #[serde(default)]
    pub contact: Option<Short>,
    /// When it happened or began, if known.
    #[serde(default)]
    pub occurred_at: Option<At>,
    /// For a signal: the machine that sent it and its own identity for it.
    #[serde(default)]
    pub signal: Option<Signal>,
    /// Whether it speaks of the safety of information: only who reads sensitive lanes sees it,
    /// and whoever reported it.
    #[serde(default)]
    pub is_sensitive: bool,
    /// Who told it and when, where somebody else enters it. For those who triage.
    #[serde(default)]
    pub told: Option<Told>,
}

fn unsure() -> Sort {
    Sort::Unsure
}
fn api() -> Channel {
    Channel::Api
}

/// Identity of a machine's signal: the same identity twice is the same event (design §8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// The sending system, such as `alertmanager`.
    pub source: Short,
    /// Its identity there, such as a fingerprint.
    pub external_id: Short,
}

/// An incident that a rule of the source proposes to whoever triages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = EventProposal)]
pub struct Proposal {
    /// The rule's name.
    pub rule: Short,
    /// The incident.
    pub plan: Plan,
}

/// What the faults of a machine's event add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = EventTally)]
pub struct Tally {
    /// Different faults.
    pub faults: u64,
    /// How often they were signalled.
    pub signals: u64,
    /// How many are not over.
    pub firing: u64,
}

/// Decides what the event is.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, tag = "outcome", rename_all = "snake_case")]
#[schema(as = EventDecision)]
pub enum Outcome {
    /// It belongs to an incident, new or existing.
    Incident {
        /// Which.
        incident: IncidentId,
        /// Why.
        reason: Text,
    },
    /// It is a weakness, to be treated as such.
    Weakness {
        /// Why.
        reason: Text,
    },
    /// It is no incident.
    NotAnIncident {
        /// Which ground.
        ground: Dismissal,
        /// Why.
        reason: Text,
    },
}

/// What may be asked of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Takes it in.
    Receive(Receive),
    /// Takes a machine's event in, with what a rule proposes.
    Raise(Receive, Option<Proposal>),
    /// Says what its faults add up to by now. Only Bifold itself counts.
    Count(Tally),
    /// Decides what it is; may be decided again.
    Decide(Outcome),
    /// Adds what was said about it afterwards.
    Add(Add),
}

/// What happened to an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Taken in. Its words never change.
    Received {
        /// Number of the year.
        number: u64,
        /// What the reporter says it is.
        sort: Sort,
        /// One line.
        title: Redactable<Title>,
        /// What was seen.
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<Redactable<Text>>,
        /// By which way it came.
        channel: Channel,
        /// The service concerned.
        #[serde(skip_serializing_if = "Option::is_none")]
        service: Option<ServiceId>,
        /// How to reach the reporter.
        #[serde(skip_serializing_if = "Option::is_none")]
        contact: Option<Redactable<Short>>,
        /// When it happened.
        #[serde(skip_serializing_if = "Option::is_none")]
        occurred_at: Option<At>,
        /// Identity of the machine's signal.
        #[serde(skip_serializing_if = "Option::is_none")]
        signal: Option<Signal>,
        /// Whether only who reads sensitive lanes sees it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_sensitive: bool,
        /// What a rule of the source proposes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proposal: Option<Proposal>,
        /// Who told it and when, where somebody else entered it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        told: Option<Box<Told>>,
    },
    /// It was signalled ten, a hundred, a thousand times and so on.
    Repeated {
        /// What its faults add up to.
        tally: Tally,
    },
    /// All its faults are over, by what the machine says.
    Cleared {
        /// What its faults add up to.
        tally: Tally,
    },
    /// It was over, and a fault of it is not any more.
    Recurred {
        /// What its faults add up to.
        tally: Tally,
    },
    /// More was said about it.
    Added {
        /// What is said.
        text: Redactable<Text>,
        /// By which way it came.
        channel: Channel,
        /// Who says it.
        #[serde(skip_serializing_if = "Option::is_none")]
        contact: Option<Redactable<Short>>,
    },
    /// Found to belong to an incident.
    BoundToIncident {
        /// Which.
        incident: IncidentId,
        /// Why.
        reason: Redactable<Text>,
    },
    /// Found to be a weakness.
    FoundWeakness {
        /// Why.
        reason: Redactable<Text>,
    },
    /// Found to be no incident.
    Dismissed {
        /// Which ground.
        ground: Dismissal,
        /// Why.
        reason: Redactable<Text>,
    },
}

/// Where an event stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Standing {
    /// Waiting for a decision.
    Undecided,
    /// Part of an incident.
    Incident {
        /// Which.
        incident: IncidentId,
    },
    /// A weakness.
    Weakness,
    /// No incident.
    Dismissed {
        /// Which ground.
        ground: Dismissal,
    },
}

impl Standing {
    /// The word used in lists.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Undecided => "undecided",
            Self::Incident { .. } => "incident",
            Self::Weakness => "weakness",
            Self::Dismissed { .. } => "dismissed",
        }
    }
}

/// An event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// Number of the year.
    pub number: u64,
    /// What the reporter says it is.
    pub sort: Sort,
    /// One line.
    pub title: Redactable<Title>,
    /// What was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Redactable<Text>>,
    /// By which way it came.
    pub channel: Channel,
    /// The service concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// How to reach the reporter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Redactable<Short>>,
    /// When it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<At>,
    /// Identity of the machine's signal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<Signal>,
    /// Whether only who reads sensitive lanes sees it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_sensitive: bool,
    /// What a rule of the source proposes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// What its faults added up to when that was last worth a line in the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tally: Option<Tally>,
    /// Since when all its faults are over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleared_at: Option<At>,
    /// What was said about it afterwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub additions: Vec<Addition>,
    /// Who reported it.
    pub reporter: PersonId,
    /// Who entered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered_by: Option<PersonId>,
    /// What was told, apart from what was entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
    /// When it was taken in.
    pub received_at: At,
    /// What it was found to be.
    pub standing: Standing,
    /// Who decided that, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<(PersonId, At)>,
}

impl Event {
    /// Its number for people, such as `EVT-2026-0042`.
    pub fn shown_number(&self) -> String {
        format!("EVT-{}-{:04}", self.received_at.year(), self.number)
    }
}

impl Command {
    /// What it needs to know of other records.
    pub fn needs(&self) -> Needs {
        match self {
            Self::Receive(_) | Self::Raise(..) => Needs {
                number: true,
                ..Needs::default()
            },
            Self::Decide(Outcome::Incident { incident, .. }) => Needs {
                incidents: vec![incident.clone()],
                ..Needs::default()
            },
            Self::Decide(_) | Self::Count(_) | Self::Add(_) => Needs::default(),
        }
    }
}

impl Record for Event {
    const TYPE: &'static str = "event";
    type Id = EventId;
    type Command = Command;
    type Fact = Fact;

    fn decide(
        state: Option<&Self>,
        command: Command,
        context: &Context<'_>,
    ) -> Result<Vec<Fact>, Refusal> {
        match (state, command) {
            (None, Command::Receive(report)) => {
                decide::receive(report, None, context).map(|f| vec![f])
            }
            (None, Command::Raise(report, proposal)) => {
                decide::receive(report, proposal, context).map(|f| vec![f])
            }
            (Some(event), Command::Count(tally)) => decide::count(event, tally, context),
            (Some(_), Command::Receive(_) | Command::Raise(..)) => Err(Refusal::AlreadyExists {
                what: "event".to_owned(),
            }),
            (None, Command::Decide(_) | Command::Count(_) | Command::Add(_)) => {
                Err(Refusal::no("event"))
            }
            (Some(event), Command::Add(more)) => decide::add(event, more, context).map(|f| vec![f]),
            (Some(event), Command::Decide(outcome)) => {
                decide::outcome(event, outcome, context).map(|f| vec![f])
            }
        }
    }

    fn evolve(state: Option<Self>, fact: &Fact, meta: &Meta) -> Result<Self, BrokenHistory> {
        evolve::evolve(state, fact, meta)
    }
}
