//! People. The ledger names them by pseudonym; name and address are redactable.

use crate::access::{Permission, Role};
use crate::id::PersonId;
use crate::record::{BrokenHistory, Context, Meta, Needs, Record};
use crate::redact::Redactable;
use crate::refusal::Refusal;
use crate::text::Short;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// Pseudonym.
    pub id: PersonId,
    /// Name.
    pub name: Redactable<Short>,
    /// E-mail address, by which they sign in.
    pub email: Redactable<Short>,
    /// Roles.
    pub roles: BTreeSet<Role>,
    /// Whether they may sign in and act.
    pub is_active: bool,
}

/// Adds a person.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// Name.
    pub name: Short,
    /// E-mail address, by which they sign in.
    pub email: Short,
    /// Roles.
    pub roles: BTreeSet<Role>,
}

/// Changes a person's roles.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeRoles {
    /// The roles from now on.
    pub roles: BTreeSet<Role>,
}

/// What may be asked of a person record.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Adds the first administrator of a new organisation; refused once anybody exists.
    Found(Register),
    /// Adds a person.
    Register(Register),
    /// Changes roles.
    ChangeRoles(ChangeRoles),
    /// Bars from signing in and acting.
    Disable,
    /// Lifts that bar.
    Enable,
    /// Gives them a password that somebody else chose. The password itself is no business of
    /// records; that it was done is.
    SetPassword,
}

/// What happened to a person record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Added.
    Registered {
        /// Name.
        name: Redactable<Short>,
        /// Address.
        email: Redactable<Short>,
        /// Roles.
        roles: BTreeSet<Role>,
    },
    /// Roles replaced.
    RolesChanged {
        /// The roles from then on.
        roles: BTreeSet<Role>,
    },
    /// Barred.
    Disabled,
    /// Bar lifted.
    Enabled,
    /// Somebody else set their password, and could sign in as them. An alarm follows.
    PasswordSetByOther,
}

impl Command {
    /// Nothing beyond the directory.
    pub fn needs(&self) -> Needs {
        Needs::default()
    }
}

impl Record for Person {
    const TYPE: &'static str = "person";
    type Id = PersonId;
    type Command = Command;
    type Fact = Fact;

    fn decide(
        state: Option<&Self>,
        command: Command,
        context: &Context<'_>,
    ) -> Result<Vec<Fact>, Refusal> {
        match (state, command) {
            (None, Command::Found(new)) => {
                if !context.directory.people.is_empty() {
                    return Err(Refusal::AlreadyExists {
                        what: "organisation".to_owned(),
                    });
                }
                // Nobody could ever let anybody else in.
                if !new.roles.contains(&Role::Administrator) {
                    return Err(Refusal::LastAdministrator);
                }
                Ok(vec![registered(new)])
            }
            (None, Command::Register(new)) => {
                context.actor.needs(Permission::ManageDirectory)?;
                let taken = context.directory.people.values().any(|p| {
                    p.email
                        .present()
                        .is_some_and(|e| e.as_str().eq_ignore_ascii_case(new.email.as_str()))
                });
                if taken {
                    return Err(Refusal::AlreadyExists {
                        what: "person with this address".to_owned(),
                    });
                }
                Ok(vec![registered(new)])
            }
            (state, command) => {
                context.actor.needs(Permission::ManageDirectory)?;
                match state {
                    Some(person) => person.change(command, context),
                    None => Err(Refusal::no("person")),
                }
            }
        }
    }

    fn evolve(state: Option<Self>, fact: &Fact, meta: &Meta) -> Result<Self, BrokenHistory> {
        let broken = || BrokenHistory {
            subject: meta.subject.clone(),
            kind: "person".to_owned(),
        };
        if let Fact::Registered { name, email, roles } = fact {
            return Ok(Self {
                id: PersonId::parse(&meta.subject).map_err(|_| broken())?,
                name: name.clone(),
                email: email.clone(),
                roles: roles.clone(),
                is_active: true,
            });
        }
        let mut person = state.ok_or_else(broken)?;
        match fact {
            // A password set by another says who could have acted in their name since; nothing
            // here depends on it.
            Fact::Registered { .. } | Fact::PasswordSetByOther => {}
            Fact::RolesChanged { roles } => person.roles.clone_from(roles),
            Fact::Disabled => person.is_active = false,
            Fact::Enabled => person.is_active = true,
        }
        Ok(person)
    }
}

fn registered(new: Register) -> Fact {
    Fact::Registered {
        name: new.name.into(),
        email: new.email.into(),
        roles: new.roles,
    }
}

impl Person {
    fn change(&self, command: Command, context: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
        let leaves_no_administrator = |stays: bool| {
            self.is_active
                && self.roles.contains(&Role::Administrator)
                && !stays
                && context.directory.administrators() <= 1
        };
        match command {
            Command::Register(_) | Command::Found(_) => Err(Refusal::AlreadyExists {
                what: "person".to_owned(),
            }),
            Command::ChangeRoles(ChangeRoles { roles }) if roles == self.roles => {
                Err(Refusal::NothingToChange)
            }
            Command::ChangeRoles(ChangeRoles { roles }) => {
                if leaves_no_administrator(roles.contains(&Role::Administrator)) {
                    return Err(Refusal::LastAdministrator);
                }
                Ok(vec![Fact::RolesChanged { roles }])
            }
            Command::Disable if leaves_no_administrator(false) => Err(Refusal::LastAdministrator),
            Command::Disable if self.is_active => Ok(vec![Fact::Disabled]),
            Command::Enable if !self.is_active => Ok(vec![Fact::Enabled]),
            Command::SetPassword if context.actor.person != self.id => {
                Ok(vec![Fact::PasswordSetByOther])
            }
            _ => Err(Refusal::NothingToChange),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Directory;
    use crate::fixture::{PEOPLE, after, decide, directory, person, short};

    fn register(name: &str, roles: &[Role]) -> Register {
        Register {
            name: short(name),
            email: short(&format!("{name}@example.org")),
            roles: roles.iter().copied().collect(),
        }
    }

    fn roles(roles: &[Role]) -> Command {
        Command::ChangeRoles(ChangeRoles {
            roles: roles.iter().copied().collect(),
        })
    }

    fn ask(who: &str, of: &str, command: Command) -> Result<Vec<Fact>, Refusal> {
        let directory = directory();
        decide(&directory, who, directory.people.get(&person(of)), command)
    }

    #[test]
    fn an_organisation_is_founded_once_by_an_administrator() {
        let found = |roles: &[Role]| Command::Found(register("ada", roles));
        let empty = Directory::default();
        let ok =
            decide::<Person>(&empty, "bystander", None, found(&[Role::Administrator])).unwrap();
        assert!(after::<Person>(None, &person("agent"), "agent", &ok[0]).is_active);
        assert_eq!(
            decide::<Person>(&empty, "bystander", None, found(&[Role::Reporter])),
            Err(Refusal::LastAdministrator)
        );
        let again = decide::<Person>(
            &directory(),
            "administrator",
            None,
            found(&[Role::Administrator]),
        );
        assert_eq!(again.unwrap_err().code(), "already-exists");
    }

    #[test]
    fn only_an_administrator_manages_people() {
        for (who, role) in PEOPLE {
            let allowed = *role == Role::Administrator;
            for command in [
                Command::Disable,
                Command::SetPassword,
                roles(&[Role::Administrator]),
                Command::Register(register("eve", &[])),
                Command::Found(register("eve", &[Role::Administrator])),
            ] {
                let answer = ask(who, "agent", command);
                let refused = matches!(answer, Err(Refusal::NotPermitted { .. }));
                assert_eq!(refused, !allowed, "{who}");
            }
            let new = Command::Register(register("eve", &[]));
            let answer = decide::<Person>(&directory(), who, None, new);
            assert_eq!(answer.is_ok(), allowed, "{who}");
        }
    }

    #[test]
    fn an_address_is_one_persons_whatever_its_case() {
        let mut new = register("agent", &[]);
        new.email = short("AGENT@Example.org");
        let answer = decide::<Person>(&directory(), "administrator", None, Command::Register(new));
        assert_eq!(answer.unwrap_err().code(), "already-exists");
    }

    #[test]
    fn the_last_administrator_stays() {
        for command in [Command::Disable, roles(&[Role::Agent])] {
            assert_eq!(
                ask("administrator", "administrator", command),
                Err(Refusal::LastAdministrator)
            );
        }
        // A second one lets the first go; a disabled one does not count.
        for (name, is_active) in [("agent", true), ("former", false)] {
            let mut directory = directory();
            let second = directory.people.get_mut(&person(name)).unwrap();
            second.roles.insert(Role::Administrator);
            assert_eq!(second.is_active, is_active);
            let first = directory.people.get(&person("administrator"));
            let answer = decide(&directory, "administrator", first, Command::Disable);
            assert_eq!(answer.is_ok(), is_active);
        }
    }

    #[test]
    fn people_are_barred_and_let_back_in() {
        let disabled = ask("administrator", "agent", Command::Disable).unwrap();
        assert_eq!(disabled, [Fact::Disabled]);
        let agent = directory().people[&person("agent")].clone();
        let barred = after(Some(agent), &person("agent"), "administrator", &disabled[0]);
        assert!(!barred.is_active);
        let back = decide(
            &directory(),
            "administrator",
            Some(&barred),
            Command::Enable,
        );
        assert_eq!(back, Ok(vec![Fact::Enabled]));
        for same in [Command::Enable, roles(&[Role::Agent])] {
            assert_eq!(
                ask("administrator", "agent", same),
                Err(Refusal::NothingToChange)
            );
        }
        assert_eq!(
            ask("administrator", "agent", Command::SetPassword),
            Ok(vec![Fact::PasswordSetByOther])
        );
        // One's own is nobody else's business.
        assert_eq!(
            ask("administrator", "administrator", Command::SetPassword),
            Err(Refusal::NothingToChange)
        );
        assert_eq!(
            ask("administrator", "former", Command::Disable),
            Err(Refusal::NothingToChange)
        );
        assert_eq!(
            decide::<Person>(&directory(), "administrator", None, Command::Disable),
            Err(Refusal::no("person"))
        );
    }
}
