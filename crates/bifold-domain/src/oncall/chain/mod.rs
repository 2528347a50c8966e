//! Escalation chains: whom to call, one after the other, until somebody answers (features F075).
//!
//! The chain itself is a record; what has become of one that runs is kept by whatever it runs for.
//! [`next`] says what is to be done for it now, [`people`] whom a step reaches.

mod reach;
mod run;
mod simulate;
mod step;
#[cfg(test)]
mod tests;

pub use reach::{Nobody, people};
pub use run::{Happened, Moment, Next, Target, next};
pub use simulate::{Call, simulate};
pub use step::{Outside, Step};

use crate::access::Permission;
use crate::id::{ChainId, ScheduleId};
use crate::record::{BrokenHistory, Context, Meta, Needs, Record};
use crate::refusal::{Invalid, Refusal};
use crate::text::Short;
use serde::{Deserialize, Serialize};

/// The longest time in which nothing needs to be heard, in minutes: a day.
const SILENCE_LIMIT: u16 = 24 * 60;

/// What a chain says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ChainEntry)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name, unique in the organisation.
    pub name: Short,
    /// What is done, in this order.
    #[schema(min_items = 1, max_items = 50)]
    pub steps: Vec<Step>,
    /// Minutes after an acknowledgement, or the last sign of work since, after which the chain
    /// starts again from the top. Absent: an acknowledgement stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1440)]
    pub unacknowledge_minutes: Option<u16>,
}

impl Entry {
    /// Steps in one chain at most.
    pub const STEPS_LIMIT: usize = 50;

    /// Refuses a chain that could not do what it says, and says why.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.steps.len() > Self::STEPS_LIMIT {
            return Err(Invalid::TooMany {
                what: "steps",
                limit: Self::STEPS_LIMIT,
            });
        }
        let silence = self.unacknowledge_minutes;
        if silence.is_some_and(|minutes| !(1..=SILENCE_LIMIT).contains(&minutes)) {
            return Err(Invalid::OutOfRange {
                field: "minutes without a sign of work",
                min: 1,
                max: SILENCE_LIMIT.into(),
            });
        }
        step::check(&self.steps)
    }

    /// Whether it asks a schedule who is on call.
    pub fn asks(&self, schedule: &ScheduleId) -> bool {
        let asks = |step: &Step| matches!(step, Step::Schedule { schedule: s } if s == schedule);
        self.steps.iter().any(asks)
    }
}

/// An escalation chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chain {
    /// Its id.
    pub id: ChainId,
    /// What it says.
    pub entry: Entry,
    /// Whether it was taken out of use.
    pub is_retired: bool,
}

/// What may be asked of a chain.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Makes it.
    Make(Entry),
    /// Replaces what it says. A page that runs goes on by what was said when it began.
    Revise(Entry),
    /// Takes it out of use.
    Retire,
}

/// What happened to a chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Made.
    Made {
        /// What it says.
        entry: Entry,
    },
    /// Replaced.
    Revised {
        /// What it says from then on.
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

impl Record for Chain {
    const TYPE: &'static str = "chain";
    type Id = ChainId;
    type Command = Command;
    type Fact = Fact;

    fn decide(
        state: Option<&Self>,
        command: Command,
        context: &Context<'_>,
    ) -> Result<Vec<Fact>, Refusal> {
        context.actor.needs(Permission::ManageOnCall)?;
        let fact = match (state, command) {
            (None, Command::Make(entry)) => {
                check(&entry, None, context)?;
                Fact::Made { entry }
            }
            (None, _) => return Err(Refusal::no("escalation chain")),
            (Some(_), Command::Make(_)) => {
                return Err(Refusal::AlreadyExists {
                    what: "escalation chain".to_owned(),
                });
            }
            (Some(chain), _) if chain.is_retired => {
                return Err(Refusal::Settled {
                    what: "the chain",
                    how: "out of use",
                });
            }
            (Some(chain), Command::Revise(entry)) => {
                check(&entry, Some(chain), context)?;
                Fact::Revised { entry }
            }
            (Some(_), Command::Retire) => Fact::Retired,
        };
        Ok(vec![fact])
    }

    fn evolve(state: Option<Self>, fact: &Fact, meta: &Meta) -> Result<Self, BrokenHistory> {
        let broken = || BrokenHistory {
            subject: meta.subject.clone(),
            kind: "chain".to_owned(),
        };
        match (state, fact) {
            (_, Fact::Made { entry }) => Ok(Self {
                id: ChainId::parse(&meta.subject).map_err(|_| broken())?,
                entry: entry.clone(),
                is_retired: false,
            }),
            (Some(chain), Fact::Revised { entry }) => Ok(Self {
                entry: entry.clone(),
                ..chain
            }),
            (Some(chain), Fact::Retired) => Ok(Self {
                is_retired: true,
                ..chain
            }),
            (None, _) => Err(broken()),
        }
    }
}

/// Refuses what cannot work, names what is not there, or changes nothing.
fn check(entry: &Entry, own: Option<&Chain>, context: &Context<'_>) -> Result<(), Refusal> {
    entry.check()?;
    let directory = context.directory;
    let others = directory.chains.values();
    let mut others = others.filter(|c| !c.is_retired && own.is_none_or(|own| own.id != c.id));
    if others.any(|chain| chain.entry.name == entry.name) {
        return Err(Refusal::AlreadyExists {
            what: "escalation chain of this name".to_owned(),
        });
    }
    for (n, step) in entry.steps.iter().enumerate() {
        step.names_what_is_there(directory)?;
        step.comes_true(n, context.now)?;
    }
    match own {
        Some(own) if own.entry == *entry => Err(Refusal::NothingToChange),
        _ => Ok(()),
    }
}
