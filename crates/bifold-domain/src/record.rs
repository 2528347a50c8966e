//! Records, and the shape every one of them has: state, command, fact, `decide`, `evolve`.

use crate::access::Actor;
use crate::directory::Directory;
use crate::id::{
    AssetId, ChainId, DisclosureId, EventId, EvidenceId, FaultReviewId, IncidentId, MaintenanceId,
    PersonId, ScheduleId, ServiceId, SourceId, StatusPageId, TeamId,
};
use crate::incident::Summary;
use crate::oncall::{chain, schedule};
use crate::refusal::Refusal;
use crate::signal::{review, source};
use crate::text::Short;
use crate::time::At;
use crate::{
    asset, disclosure, event, evidence, incident, kind::KindKey, maintenance, person, policy,
    service, status_page, team,
};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::{BTreeMap, BTreeSet};

/// A thing with a life.
pub trait Record: Sized + Clone + Serialize + DeserializeOwned + PartialEq {
    /// Its type, which is also the first half of every fact's kind (`incident.declared`).
    const TYPE: &'static str;
    /// Its identity.
    type Id: Clone + std::fmt::Display;
    /// What somebody wants.
    type Command;
    /// What happened.
    type Fact: Serialize + DeserializeOwned;

    /// Decides. Pure: the same state, command and context always give the same answer.
    fn decide(
        state: Option<&Self>,
        command: Self::Command,
        context: &Context<'_>,
    ) -> Result<Vec<Self::Fact>, Refusal>;

    /// The state after a fact. Never refuses what was once decided.
    fn evolve(state: Option<Self>, fact: &Self::Fact, meta: &Meta) -> Result<Self, BrokenHistory>;
}

/// A history that does not start with a creating fact: the stored facts are damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the history of {subject} has {kind} before the record was created")]
pub struct BrokenHistory {
    /// Whose history.
    pub subject: String,
    /// The fact that came too early.
    pub kind: String,
}

/// What stands around a fact: whose it is, which in order, who did it and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// The record's id as text.
    pub subject: String,
    /// The fact's place in the record's own history, from 0.
    pub n: u64,
    /// When it was recorded.
    pub at: At,
    /// Who did it.
    pub actor: PersonId,
}

/// What `decide` may know besides the state.
#[derive(Debug)]
pub struct Context<'a> {
    /// Who acts.
    pub actor: &'a Actor,
    /// Now.
    pub now: At,
    /// People, teams, services, who is on call, and policy of the organisation.
    pub directory: &'a Directory,
    /// Other records the command names, as far as this actor may see them.
    pub neighbours: &'a Neighbours,
}

/// Other records a command names. A name that is absent here does not exist for the actor.
#[derive(Debug, Clone, Default)]
pub struct Neighbours {
    /// Incidents by id.
    pub incidents: BTreeMap<IncidentId, Summary>,
    /// Assets that exist, with their types.
    pub assets: BTreeMap<AssetId, Short>,
    /// Events that exist.
    pub events: BTreeSet<EventId>,
    /// Sealed items of evidence, by the incident they belong to.
    pub sealed: BTreeMap<EvidenceId, IncidentId>,
    /// Open children of the incident the command is about.
    pub open_children: u64,
    /// When the incident the command is about was reported, the latest first and not all of it.
    pub reports: Vec<At>,
    /// Texts of the incident the command is about, for the guard of what users are told.
    pub texts: incident::LaneTexts,
    /// The next free number of this record type in this year.
    pub next_number: u64,
    /// Whether the actor can read the record (need to know), break-glass included.
    pub can_read: bool,
}

/// What a command needs to know of its neighbours, so that the store can load it first.
#[allow(clippy::struct_excessive_bools)] // Questions, each on its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Incidents named.
    pub incidents: Vec<IncidentId>,
    /// Assets named.
    pub assets: Vec<AssetId>,
    /// Events named.
    pub events: Vec<EventId>,
    /// Items of evidence named.
    pub evidence: Vec<EvidenceId>,
    /// Whether open children matter.
    pub open_children: bool,
    /// Whether it matters when the incident was reported.
    pub reports: bool,
    /// Whether texts of the incident matter, whoever may see them.
    pub texts: bool,
    /// Whether a number will be given out.
    pub number: bool,
}

macro_rules! records {
    ($($variant:ident($module:ident, $state:ty, $id:ty)),* $(,)?) => {
        /// Which record a command or fact is about.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Subject { $(
            #[doc = concat!("A record of type ", stringify!($module), ".")]
            $variant($id),
        )* }

        impl Subject {
            /// The record type.
            pub fn record_type(&self) -> &'static str {
                match self { $(Self::$variant(_) => <$state as Record>::TYPE),* }
            }
            /// The record id as text.
            pub fn id(&self) -> String {
                match self { $(Self::$variant(id) => id.to_string()),* }
            }
            /// The subject of a stored entry.
            pub fn parse(record_type: &str, id: &str) -> Option<Self> {
                match record_type {
                    $(<$state as Record>::TYPE => <$id>::parse(id).ok().map(Self::$variant),)*
                    _ => None,
                }
            }
        }

        /// A command to any record.
        #[derive(Debug, Clone)]
        pub enum Command { $(
            #[doc = concat!("A command to a record of type ", stringify!($module), ".")]
            $variant($id, $module::Command),
        )* }

        impl Command {
            /// Whom it is for.
            pub fn subject(&self) -> Subject {
                match self { $(Self::$variant(id, _) => Subject::$variant(id.clone())),* }
            }
            /// What it needs to know of other records.
            pub fn needs(&self) -> Needs {
                match self { $(Self::$variant(_, command) => command.needs()),* }
            }
        }

        /// A fact of any record.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Fact { $(
            #[doc = concat!("A fact of a record of type ", stringify!($module), ".")]
            $variant(<$state as Record>::Fact),
        )* }

        impl Fact {
            /// Its JSON, with the tag under `fact`.
            pub fn to_json(&self) -> Result<serde_json::Value, serde_json::Error> {
                match self { $(Self::$variant(fact) => serde_json::to_value(fact)),* }
            }
            /// Reads a fact of the record type.
            pub fn from_json(
                record_type: &str,
                json: serde_json::Value,
            ) -> Result<Self, serde_json::Error> {
                match record_type {
                    $(<$state as Record>::TYPE => serde_json::from_value(json).map(Self::$variant),)*
                    other => Err(serde::de::Error::custom(format!("no record type {other:?}"))),
                }
            }
        }

        /// The state of any record.
        #[derive(Debug, Clone, PartialEq)]
        pub enum State { $(
            #[doc = concat!("The state of a record of type ", stringify!($module), ".")]
            $variant(Box<$state>),
        )* }

        impl State {
            /// Its JSON, as kept in the snapshot.
            pub fn to_json(&self) -> Result<String, serde_json::Error> {
                match self { $(Self::$variant(state) => serde_json::to_string(state)),* }
            }
            /// Reads a snapshot.
            pub fn from_json(record_type: &str, json: &str) -> Result<Self, serde_json::Error> {
                match record_type {
                    $(<$state as Record>::TYPE => {
                        serde_json::from_str(json).map(|s| Self::$variant(Box::new(s)))
                    })*
                    other => Err(serde::de::Error::custom(format!("no record type {other:?}"))),
                }
            }
        }

        /// Decides a command to whatever record it is for.
        pub fn decide(
            state: Option<&State>,
            command: Command,
            context: &Context<'_>,
        ) -> Result<Vec<Fact>, Refusal> {
            match command {
                $(Command::$variant(_, command) => {
                    let state = match state {
                        Some(State::$variant(state)) => Some(&**state),
                        _ => None,
                    };
                    <$state as Record>::decide(state, command, context)
                        .map(|facts| facts.into_iter().map(Fact::$variant).collect())
                })*
            }
        }

        /// The state of whatever record after a fact.
        pub fn evolve(
            state: Option<State>,
            fact: &Fact,
            meta: &Meta,
        ) -> Result<State, BrokenHistory> {
            match fact {
                $(Fact::$variant(fact) => {
                    let state = match state {
                        Some(State::$variant(state)) => Some(*state),
                        _ => None,
                    };
                    <$state as Record>::evolve(state, fact, meta)
                        .map(|state| State::$variant(Box::new(state)))
                })*
            }
        }
    };
}

records! {
    Incident(incident, incident::Incident, IncidentId),
    Event(event, event::Event, EventId),
    Evidence(evidence, evidence::Evidence, EvidenceId),
    Service(service, service::Service, ServiceId),
    Asset(asset, asset::Asset, AssetId),
    Team(team, team::Team, TeamId),
    Person(person, person::Person, PersonId),
    Policy(policy, policy::Policy, policy::PolicyId),
    Schedule(schedule, schedule::Schedule, ScheduleId),
    Chain(chain, chain::Chain, ChainId),
    Source(source, source::Source, SourceId),
    Maintenance(maintenance, maintenance::Maintenance, MaintenanceId),
    StatusPage(status_page, status_page::StatusPage, StatusPageId),
    Disclosure(disclosure, disclosure::Disclosure, DisclosureId),
    FaultReview(review, review::FaultReview, FaultReviewId),
}

impl Fact {
    /// The lane whose readers may see this fact; `None` for everybody who can read the record.
    pub fn lane(&self) -> Option<KindKey> {
        match self {
            Self::Incident(fact) => fact.lane(),
            Self::Evidence(_) => Some(KindKey::security()),
            _ => None,
        }
    }
}

/// Splits the tag from a fact's JSON: `{"fact":"declared", …}` gives `declared` and the rest.
pub fn split_tag(mut json: serde_json::Value) -> Option<(String, serde_json::Value)> {
    let tag = json.as_object_mut()?.remove("fact")?;
    Some((tag.as_str()?.to_owned(), json))
}
