//! Services of the catalogue (20000-1 8.2.4), with owner, criticality and what they depend on.

use crate::access::{Permission, closed_set};
use crate::id::{ServiceId, TeamId};
use crate::record::{BrokenHistory, Context, Meta, Needs, Record};
use crate::refusal::Refusal;
use crate::text::{Short, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

closed_set! {
    /// How much the organisation depends on a service.
    Criticality {
        /// The organisation stops without it.
        Vital = "vital",
        /// Important work stops.
        Important = "important",
        /// Work goes on with effort.
        Standard = "standard",
    }
}

/// A service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// What it is.
    #[serde(flatten)]
    pub entry: Entry,
    /// Whether it was withdrawn from the catalogue.
    pub is_retired: bool,
}

/// A catalogue entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ServiceEntry)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Stable key, unique in the organisation, such as `payments`.
    pub key: Short,
    /// Its name.
    pub name: Short,
    /// What users get from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    /// The team that restores it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<TeamId>,
    /// How critical it is.
    pub criticality: Criticality,
    /// Services it needs to work.
    #[serde(default)]
    pub depends_on: BTreeSet<ServiceId>,
}

/// What may be asked of a service.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Puts it into the catalogue.
    Offer(Entry),
    /// Replaces its entry.
    Revise(Entry),
    /// Withdraws it.
    Retire,
}

/// What happened to a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Put into the catalogue.
    Offered {
        /// The entry.
        entry: Entry,
    },
    /// Entry replaced.
    Revised {
        /// The entry from then on.
        entry: Entry,
    },
    /// Withdrawn.
    Retired,
}

impl Command {
    /// Nothing beyond the directory.
    pub fn needs(&self) -> Needs {
        Needs::default()
    }
}

impl Record for Service {
    const TYPE: &'static str = "service";
    type Id = ServiceId;
    type Command = Command;
    type Fact = Fact;

    fn decide(
        state: Option<&Self>,
        command: Command,
        context: &Context<'_>,
    ) -> Result<Vec<Fact>, Refusal> {
        context.actor.needs(Permission::ManageDirectory)?;
        match (state, command) {
            (None, Command::Offer(entry)) => {
                check(&entry, None, context)?;
                Ok(vec![Fact::Offered { entry }])
            }
            (None, _) => Err(Refusal::no("service")),
            (Some(_), Command::Offer(_)) => Err(Refusal::AlreadyExists {
                what: "service".to_owned(),
            }),
            (Some(service), Command::Revise(entry)) => {
                check(&entry, Some(&service.id), context)?;
                if entry == service.entry {
                    return Err(Refusal::NothingToChange);
                }
                Ok(vec![Fact::Revised { entry }])
            }
            (Some(service), Command::Retire) => {
                if service.is_retired {
                    Err(Refusal::NothingToChange)
                } else {
                    Ok(vec![Fact::Retired])
                }
            }
        }
    }

    fn evolve(state: Option<Self>, fact: &Fact, meta: &Meta) -> Result<Self, BrokenHistory> {
        let broken = || BrokenHistory {
            subject: meta.subject.clone(),
            kind: "service".to_owned(),
        };
        match (state, fact) {
            (_, Fact::Offered { entry }) => Ok(Self {
                id: ServiceId::parse(&meta.subject).map_err(|_| broken())?,
                entry: entry.clone(),
                is_retired: false,
            }),
            (Some(service), Fact::Revised { entry }) => Ok(Self {
                entry: entry.clone(),
                ..service
            }),
            (Some(service), Fact::Retired) => Ok(Self {
                is_retired: true,
                ..service
            }),
            (None, _) => Err(broken()),
        }
    }
}

fn check(entry: &Entry, own: Option<&ServiceId>, context: &Context<'_>) -> Result<(), Refusal> {
    let services = &context.directory.services;
    if services
        .values()
        .any(|s| s.entry.key == entry.key && Some(&s.id) != own)
    {
        return Err(Refusal::AlreadyExists {
            what: "service with this key".to_owned(),
        });
    }
    if let Some(team) = entry
        .owner
        .as_ref()
        .filter(|t| !context.directory.teams.contains_key(t))
    {
        return Err(Refusal::Unknown {
            what: "team",
            named: team.to_string(),
        });
    }
    if let Some(other) = entry
        .depends_on
        .iter()
        .find(|id| !services.contains_key(id))
    {
        return Err(Refusal::Unknown {
            what: "service",
            named: other.to_string(),
        });
    }
    if own.is_some_and(|own| entry.depends_on.iter().any(|d| reaches(d, own, context))) {
        return Err(Refusal::WouldLoop);
    }
    Ok(())
}

/// Whether `from` is, or depends on, `target`. Visits each service once.
fn reaches(from: &ServiceId, target: &ServiceId, context: &Context<'_>) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        if id == target {
            return true;
        }
        if seen.insert(id)
            && let Some(service) = context.directory.services.get(id)
        {
            open.extend(service.entry.depends_on.iter());
        }
    }
    false
}
