//! Assets and configuration items (20000-1 8.2.5, 8.2.6; 27001 A.5.9): one inventory, two views.

use crate::access::Permission;
use crate::id::{AssetId, ServiceId};
use crate::record::{BrokenHistory, Context, Meta, Needs, Record};
use crate::refusal::Refusal;
use crate::text::Short;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asset {
    /// Its id.
    pub id: AssetId,
    /// What it is.
    #[serde(flatten)]
    pub entry: Entry,
    /// Whether it is gone.
    pub is_retired: bool,
}

/// An inventory entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = AssetEntry)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name, such as a host name.
    pub name: Short,
    /// Its type, such as `vm`, `endpoint`, `mailbox`, `paper`.
    #[serde(rename = "type")]
    pub asset_type: Short,
    /// Services it helps to deliver.
    #[serde(default)]
    pub services: BTreeSet<ServiceId>,
    /// The classification of the information on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Short>,
}

/// What may be asked of an asset.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Adds it to the inventory.
    Enrol(Entry),
    /// Replaces its entry.
    Revise(Entry),
    /// Takes it out of use.
    Retire,
}

/// What happened to an asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Added.
    Enrolled {
        /// The entry.
        entry: Entry,
    },
    /// Entry replaced.
    Revised {
        /// The entry from then on.
        entry: Entry,
    },
    /// Taken out of use.
    Retired,
}

impl Command {
    /// Nothing beyond the directory.
    pub fn needs(&self) -> Needs {
        Needs::default()
    }
}

impl Record for Asset {
    const TYPE: &'static str = "asset";
    type Id = AssetId;
    type Command = Command;
    type Fact = Fact;

    fn decide(
        state: Option<&Self>,
        command: Command,
        context: &Context<'_>,
    ) -> Result<Vec<Fact>, Refusal> {
        context.actor.needs(Permission::ManageDirectory)?;
        let known = |entry: &Entry| {
            let missing = |id: &&ServiceId| !context.directory.services.contains_key(*id);
            match entry.services.iter().find(missing) {
                Some(id) => Err(Refusal::Unknown {
                    what: "service",
                    named: id.to_string(),
                }),
                None => Ok(()),
            }
        };
        match (state, command) {
            (None, Command::Enrol(entry)) => {
                known(&entry)?;
                Ok(vec![Fact::Enrolled { entry }])
            }
            (None, _) => Err(Refusal::no("asset")),
            (Some(_), Command::Enrol(_)) => Err(Refusal::AlreadyExists {
                what: "asset".to_owned(),
            }),
            (Some(asset), Command::Revise(entry)) => {
                known(&entry)?;
                if entry == asset.entry {
                    return Err(Refusal::NothingToChange);
                }
                Ok(vec![Fact::Revised { entry }])
            }
            (Some(asset), Command::Retire) => {
                if asset.is_retired {
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
            kind: "asset".to_owned(),
        };
        match (state, fact) {
            (_, Fact::Enrolled { entry }) => Ok(Self {
                id: AssetId::parse(&meta.subject).map_err(|_| broken())?,
                entry: entry.clone(),
                is_retired: false,
            }),
            (Some(asset), Fact::Revised { entry }) => Ok(Self {
                entry: entry.clone(),
                ..asset
            }),
            (Some(asset), Fact::Retired) => Ok(Self {
                is_retired: true,
                ..asset
            }),
            (None, _) => Err(broken()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{PEOPLE, after, decide, directory, payments, server, short};

    fn entry(name: &str, service: &ServiceId) -> Entry {
        Entry {
            name: short(name),
            asset_type: short("vm"),
            services: BTreeSet::from([service.clone()]),
            classification: None,
        }
    }

    #[test]
    fn an_asset_is_enrolled_revised_and_retired_once() {
        let ask =
            |state: Option<&Asset>, command| decide(&directory(), "administrator", state, command);
        let enrol = || Command::Enrol(entry("db1", &payments()));
        let facts = ask(None, enrol()).unwrap();
        let asset: Asset = after(None, &server(), "administrator", &facts[0]);
        let json = serde_json::to_string(&asset).unwrap();
        assert_eq!(serde_json::from_str::<Asset>(&json).unwrap(), asset);
        let retired: Asset = after(Some(asset.clone()), &server(), "agent", &Fact::Retired);
        let nowhere = ServiceId::from_bits(9);
        for (state, command, code) in [
            (Some(&asset), enrol(), "already-exists"),
            (
                Some(&asset),
                Command::Revise(entry("db1", &payments())),
                "nothing-to-change",
            ),
            (
                Some(&asset),
                Command::Revise(entry("db1", &nowhere)),
                "unknown",
            ),
            (None, Command::Enrol(entry("db1", &nowhere)), "unknown"),
            (None, Command::Retire, "not-found"),
            (Some(&retired), Command::Retire, "nothing-to-change"),
        ] {
            assert_eq!(ask(state, command).unwrap_err().code(), code);
        }
        assert!(ask(Some(&asset), Command::Revise(entry("db2", &payments()))).is_ok());
    }

    #[test]
    fn only_an_administrator_keeps_the_inventory() {
        for (who, role) in PEOPLE {
            let new = Command::Enrol(entry("db1", &payments()));
            let answer = decide::<Asset>(&directory(), who, None, new);
            assert_eq!(answer.is_ok(), role.permits(Permission::ManageDirectory));
        }
    }
}
