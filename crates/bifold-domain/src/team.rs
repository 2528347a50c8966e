//! Teams: who works on what, and whom a compartment may name.

use crate::access::Permission;
use crate::id::{PersonId, TeamId};
use crate::record::{BrokenHistory, Context, Meta, Needs, Record};
use crate::refusal::Refusal;
use crate::text::Short;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Its name.
    pub name: Short,
    /// Who belongs to it.
    pub members: BTreeSet<PersonId>,
}

/// Makes a team.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Its name, unique in the organisation.
    pub name: Short,
    /// Who belongs to it.
    #[serde(default)]
    pub members: BTreeSet<PersonId>,
}

/// Replaces the members.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetMembers {
    /// Who belongs to it from now on.
    pub members: BTreeSet<PersonId>,
}

/// What may be asked of a team.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Makes it.
    Form(Form),
    /// Makes it from an import, where its name was seen.
    FormImported(Short),
    /// Replaces the members.
    SetMembers(SetMembers),
}

/// What happened to a team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Made.
    Formed {
        /// Its name.
        name: Short,
        /// Its members.
        members: BTreeSet<PersonId>,
    },
    /// Members replaced.
    MembersSet {
        /// Its members from then on.
        members: BTreeSet<PersonId>,
    },
}

impl Command {
    /// Nothing beyond the directory.
    pub fn needs(&self) -> Needs {
        Needs::default()
    }
}

impl Record for Team {
    const TYPE: &'static str = "team";
    type Id = TeamId;
    type Command = Command;
    type Fact = Fact;

    fn decide(
        state: Option<&Self>,
        command: Command,
        context: &Context<'_>,
    ) -> Result<Vec<Fact>, Refusal> {
        let permission = match &command {
            Command::FormImported(_) => Permission::Import,
            _ => Permission::ManageDirectory,
        };
        context.actor.needs(permission)?;
        match (state, command) {
            (None, Command::Form(Form { name, members })) => {
                name_is_free(&name, context)?;
                known(&members, context)?;
                Ok(vec![Fact::Formed { name, members }])
            }
            (None, Command::FormImported(name)) => {
                name_is_free(&name, context)?;
                Ok(vec![Fact::Formed {
                    name,
                    members: BTreeSet::new(),
                }])
            }
            (None, Command::SetMembers(_)) => Err(Refusal::no("team")),
            (Some(team), Command::SetMembers(SetMembers { members })) => {
                known(&members, context)?;
                if members == team.members {
                    return Err(Refusal::NothingToChange);
                }
                Ok(vec![Fact::MembersSet { members }])
            }
            (Some(_), _) => Err(Refusal::AlreadyExists {
                what: "team".to_owned(),
            }),
        }
    }

    fn evolve(state: Option<Self>, fact: &Fact, meta: &Meta) -> Result<Self, BrokenHistory> {
        let broken = || BrokenHistory {
            subject: meta.subject.clone(),
            kind: "team".to_owned(),
        };
        match (state, fact) {
            (_, Fact::Formed { name, members }) => Ok(Self {
                id: TeamId::parse(&meta.subject).map_err(|_| broken())?,
                name: name.clone(),
                members: members.clone(),
            }),
            (Some(team), Fact::MembersSet { members }) => Ok(Self {
                members: members.clone(),
                ..team
            }),
            (None, Fact::MembersSet { .. }) => Err(broken()),
        }
    }
}

fn name_is_free(name: &Short, context: &Context<'_>) -> Result<(), Refusal> {
    if context.directory.teams.values().any(|t| t.name == *name) {
        return Err(Refusal::AlreadyExists {
            what: "team".to_owned(),
        });
    }
    Ok(())
}

fn known(members: &BTreeSet<PersonId>, context: &Context<'_>) -> Result<(), Refusal> {
    match members
        .iter()
        .find(|m| !context.directory.people.contains_key(m))
    {
        Some(unknown) => Err(Refusal::Unknown {
            what: "person",
            named: unknown.to_string(),
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;
    use crate::fixture::{PEOPLE, after, decide, directory, person, short, team};

    fn members(names: &[&str]) -> BTreeSet<PersonId> {
        names.iter().map(|n| person(n)).collect()
    }

    fn form(name: &str, names: &[&str]) -> Command {
        Command::Form(Form {
            name: short(name),
            members: members(names),
        })
    }

    fn set(members: BTreeSet<PersonId>) -> Command {
        Command::SetMembers(SetMembers { members })
    }

    #[test]
    fn a_team_has_a_name_of_its_own_and_members_who_exist() {
        let directory = directory();
        let desk = directory.teams.get(&team("desk"));
        let ask = |state, command| decide::<Team>(&directory, "administrator", state, command);
        let stranger = BTreeSet::from([PersonId::from_bits(99)]);
        for (state, command, code) in [
            (None, form("desk", &[]), "already-exists"),
            (None, Command::FormImported(short("desk")), "already-exists"),
            (desk, form("other", &[]), "already-exists"),
            (
                desk,
                Command::FormImported(short("other")),
                "already-exists",
            ),
            (desk, set(stranger.clone()), "unknown"),
            (desk, set(members(&["agent"])), "nothing-to-change"),
            (None, set(stranger), "not-found"),
        ] {
            assert_eq!(ask(state, command).unwrap_err().code(), code);
        }
        let facts = ask(None, form("night", &["agent"])).unwrap();
        let night: Team = after(None, &team("desk"), "administrator", &facts[0]);
        assert_eq!(night.members, members(&["agent"]));
        assert!(ask(desk, set(members(&["agent", "resolver"]))).is_ok());
        assert!(ask(None, Command::FormImported(short("night"))).is_ok());
    }

    #[test]
    fn only_an_administrator_makes_teams() {
        for (who, role) in PEOPLE {
            for command in [form("night", &[]), Command::FormImported(short("night"))] {
                let answer = decide::<Team>(&directory(), who, None, command);
                assert_eq!(answer.is_ok(), *role == Role::Administrator, "{who}");
            }
        }
    }
}
