//! Services of the catalogue (20000-1 8.2.4), with owner, criticality and what they depend on.

use crate::access::{Permission, closed_set};
use crate::gate::Side;
use crate::id::{ServiceId, TeamId};
use crate::record::{BrokenHistory, Context, Meta, Needs, Record};
use crate::refusal::Refusal;
use crate::standing_order::{Draft, StandingOrder, may_draft, may_sign};
use crate::text::{Short, Text};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Its standing orders, the last that was drafted last. Agreed ones stay, as the record of
    /// what held when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<StandingOrder>,
}

impl Service {
    /// The standing order that holds now: the last that both sides signed.
    pub fn order_in_force(&self) -> Option<&StandingOrder> {
        self.orders.iter().rfind(|order| order.is_agreed())
    }
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
    /// How many people use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<u32>,
    /// What a minute without it costs, with the currency, such as `1,200 EUR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minute_costs: Option<Short>,
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
    /// See [`Draft`].
    DraftOrder(Draft),
    /// Signs the standing order of this version for one side.
    SignOrder(u32, Side),
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
    /// A standing order was drafted.
    OrderDrafted {
        /// Its version.
        version: u32,
        /// What it says.
        draft: Draft,
    },
    /// One side signed a standing order.
    OrderSigned {
        /// Which.
        version: u32,
        /// For whom.
        side: Side,
    },
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
        if !matches!(command, Command::DraftOrder(_) | Command::SignOrder(..)) {
            context.actor.needs(Permission::ManageDirectory)?;
        }
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
            (Some(service), Command::DraftOrder(draft)) => {
                may_draft(service, &draft, context)?;
                let last = service.orders.last().map_or(0, |order| order.version);
                let version = last.saturating_add(1);
                Ok(vec![Fact::OrderDrafted { version, draft }])
            }
            (Some(service), Command::SignOrder(version, side)) => {
                may_sign(service, version, side, context)?;
                Ok(vec![Fact::OrderSigned { version, side }])
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
                orders: Vec::new(),
            }),
            (Some(service), Fact::Revised { entry }) => Ok(Self {
                entry: entry.clone(),
                ..service
            }),
            (Some(mut service), Fact::OrderDrafted { version, draft }) => {
                // What nobody agreed to is replaced by the next draft.
                service.orders.retain(StandingOrder::is_agreed);
                service.orders.push(StandingOrder {
                    version: *version,
                    course: draft.course,
                    text: draft.text.clone(),
                    signed: BTreeMap::new(),
                });
                Ok(service)
            }
            (Some(mut service), Fact::OrderSigned { version, side }) => {
                let signature = (meta.actor.clone(), meta.at);
                let mut orders = service.orders.iter_mut();
                if let Some(order) = orders.find(|order| order.version == *version) {
                    order.signed.insert(*side, signature);
                }
                Ok(service)
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Directory;
    use crate::fixture::{PEOPLE, after, decide, directory, payments, short};

    fn id(number: u128) -> ServiceId {
        ServiceId::from_bits(number)
    }

    fn entry(key: &str, depends_on: &[u128]) -> Entry {
        Entry {
            key: short(key),
            name: short(key),
            description: None,
            owner: None,
            criticality: Criticality::Standard,
            depends_on: depends_on.iter().map(|n| id(*n)).collect(),
            users: None,
            minute_costs: None,
        }
    }

    /// 1 `payments`; 2 depends on 1; 3 depends on 2.
    fn chain() -> Directory {
        let mut directory = directory();
        for (number, key, needs) in [(2, "shop", 1), (3, "portal", 2)] {
            let fact = Fact::Offered {
                entry: entry(key, &[needs]),
            };
            let made: Service = after(None, &id(number), "administrator", &fact);
            directory.services.insert(id(number), made);
        }
        directory
    }

    fn ask(number: u128, command: Command) -> Result<Vec<Fact>, Refusal> {
        let directory = chain();
        let state = directory.services.get(&id(number));
        decide(&directory, "administrator", state, command)
    }

    #[test]
    fn dependencies_never_close_a_circle() {
        for needs in [1, 2, 3] {
            assert_eq!(
                ask(1, Command::Revise(entry("payments", &[needs]))),
                Err(Refusal::WouldLoop)
            );
        }
        assert!(ask(3, Command::Revise(entry("portal", &[1, 2]))).is_ok());
    }

    #[test]
    fn a_circle_that_is_there_already_does_not_hang_the_search() {
        let mut directory = chain();
        for (number, needs) in [(1, 3), (3, 1)] {
            let service = directory.services.get_mut(&id(number)).unwrap();
            service.entry.depends_on = BTreeSet::from([id(needs)]);
        }
        let answer = decide::<Service>(
            &directory,
            "administrator",
            directory.services.get(&id(2)),
            Command::Revise(entry("shop", &[1, 3])),
        );
        assert!(answer.is_ok());
    }

    #[test]
    fn an_entry_names_what_exists_and_a_key_of_its_own() {
        for (command, code) in [
            (Command::Offer(entry("payments", &[])), "already-exists"),
            (Command::Offer(entry("mail", &[9])), "unknown"),
            (
                Command::Offer(Entry {
                    owner: Some(TeamId::from_bits(9)),
                    ..entry("mail", &[])
                }),
                "unknown",
            ),
            (Command::Retire, "not-found"),
            (Command::Revise(entry("mail", &[])), "not-found"),
        ] {
            assert_eq!(ask(4, command).unwrap_err().code(), code);
        }
        let taken = ask(2, Command::Revise(entry("payments", &[])));
        assert_eq!(taken.unwrap_err().code(), "already-exists");
        let again = ask(1, Command::Offer(entry("other", &[])));
        assert_eq!(again.unwrap_err().code(), "already-exists");
    }

    #[test]
    fn a_service_is_revised_and_retired_once() {
        assert_eq!(
            ask(2, Command::Revise(entry("shop", &[1]))),
            Err(Refusal::NothingToChange)
        );
        let directory = directory();
        let retired: Service = after(
            directory.services.get(&payments()).cloned(),
            &payments(),
            "administrator",
            &Fact::Retired,
        );
        assert!(retired.is_retired);
        let again = decide(&directory, "administrator", Some(&retired), Command::Retire);
        assert_eq!(again, Err(Refusal::NothingToChange));
        let json = serde_json::to_string(&retired).unwrap();
        assert_eq!(serde_json::from_str::<Service>(&json).unwrap(), retired);
    }

    #[test]
    fn only_an_administrator_keeps_the_catalogue() {
        for (who, role) in PEOPLE {
            let new = Command::Offer(entry("mail", &[]));
            let answer = decide::<Service>(&directory(), who, None, new);
            assert_eq!(answer.is_ok(), role.permits(Permission::ManageDirectory));
        }
    }
}
