//! The steps of a chain, and which of them make none.

use crate::access::closed_set;
use crate::calendar::Calendar;
use crate::directory::Directory;
use crate::id::{PersonId, ScheduleId, TeamId};
use crate::oncall::fault::Fault;
use crate::refusal::{Invalid, Refusal};
use crate::time::At;
use serde::{Deserialize, Serialize};

/// The longest wait of one step, in minutes: a day.
const WAIT_LIMIT: u16 = 24 * 60;
/// People in one round robin at most.
const ROUND_LIMIT: usize = 50;

closed_set! {
    /// What becomes of a chain outside of the hours of a step.
    Outside {
        /// It waits until they begin.
        Wait = "wait",
        /// It leaves out the call after this step.
        Skip = "skip",
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ChainStep)]
pub enum Step {
    /// Gives those who were called some time to answer. In the first round it is left out when the
    /// calls before it reached nobody: then there is nobody to wait for.
    Wait {
        /// How long.
        #[schema(minimum = 1, maximum = 1440)]
        minutes: u16,
    },
    /// Calls a person.
    Person {
        /// Whom.
        person: PersonId,
    },
    /// Calls all of a team.
    Team {
        /// Which.
        team: TeamId,
    },
    /// Calls whoever is on call.
    Schedule {
        /// In which schedule.
        schedule: ScheduleId,
    },
    /// Calls one of several people, each time the next one.
    RoundRobin {
        /// Whom, in this order.
        #[schema(min_items = 1, max_items = 50)]
        people: Vec<PersonId>,
    },
    /// Goes on in these hours only.
    OnlyIn {
        /// Which.
        #[schema(value_type = Object)]
        hours: Box<Calendar>,
        /// What happens outside of them.
        outside: Outside,
    },
    /// Goes back to the first step; when it has done so often enough, goes on.
    Repeat {
        /// How often.
        #[schema(minimum = 1, maximum = 5)]
        times: u8,
    },
}

impl Step {
    /// How often a chain repeats at most.
    pub const REPEAT_LIMIT: u8 = 5;

    /// Whether it calls anybody.
    pub fn is_call(&self) -> bool {
        match self {
            Self::Person { .. }
            | Self::Team { .. }
            | Self::Schedule { .. }
            | Self::RoundRobin { .. } => true,
            Self::Wait { .. } | Self::OnlyIn { .. } | Self::Repeat { .. } => false,
        }
    }

    /// Refuses one that names what is not there.
    pub(super) fn names_what_is_there(&self, directory: &Directory) -> Result<(), Refusal> {
        let unknown = |what, named: &dyn ToString| {
            let named = named.to_string();
            Err(Refusal::Unknown { what, named })
        };
        let barred = |person: &&PersonId| !directory.is_active(person);
        match self {
            Self::Person { person } if barred(&person) => unknown("active person", person),
            Self::RoundRobin { people } => match people.iter().find(barred) {
                Some(person) => unknown("active person", person),
                None => Ok(()),
            },
            Self::Team { team } if !directory.teams.contains_key(team) => unknown("team", team),
            Self::Schedule { schedule } => match directory.schedules.get(schedule) {
                Some(found) if !found.is_retired() => Ok(()),
                _ => unknown("schedule in use", schedule),
            },
            _ => Ok(()),
        }
    }

    /// Refuses hours that never come. `n` counts from 0.
    pub(super) fn comes_true(&self, n: usize, now: At) -> Result<(), Invalid> {
        match self {
            Self::OnlyIn { hours, .. } if hours.next_open(now).is_none() => {
                Err(Fault::NeverOpen { step: n + 1 }.into())
            }
            _ => Ok(()),
        }
    }
}

/// Refuses steps that could not do what they say.
pub(super) fn check(steps: &[Step]) -> Result<(), Invalid> {
    let mut has_repeated = false;
    let mut has_waited = false;
    for (n, step) in steps.iter().enumerate() {
        let after = steps.get(n + 1);
        let step_no = n + 1;
        match step {
            Step::Wait { .. } | Step::OnlyIn { .. } if after.is_none() => {
                return Err(Fault::LeadsNowhere { step: step_no }.into());
            }
            Step::Wait { minutes } if !(1..=WAIT_LIMIT).contains(minutes) => {
                return Err(Invalid::OutOfRange {
                    field: "minutes of a wait",
                    min: 1,
                    max: WAIT_LIMIT.into(),
                });
            }
            Step::Wait { .. } => has_waited = true,
            Step::OnlyIn {
                outside: Outside::Skip,
                ..
            } if !after.is_some_and(Step::is_call) => {
                return Err(Fault::NothingToSkip { step: step_no }.into());
            }
            Step::RoundRobin { people } if people.is_empty() => {
                return Err(Fault::EmptyRound { step: step_no }.into());
            }
            Step::RoundRobin { people } if people.len() > ROUND_LIMIT => {
                return Err(Invalid::TooMany {
                    what: "people of a round robin",
                    limit: ROUND_LIMIT,
                });
            }
            Step::Repeat { times } if !(1..=Step::REPEAT_LIMIT).contains(times) => {
                return Err(Invalid::OutOfRange {
                    field: "times to repeat",
                    min: 1,
                    max: Step::REPEAT_LIMIT.into(),
                });
            }
            Step::Repeat { .. } if has_repeated => {
                return Err(Fault::RepeatsTwice { step: step_no }.into());
            }
            Step::Repeat { .. } if !has_waited => {
                return Err(Fault::RepeatsAtOnce { step: step_no }.into());
            }
            Step::Repeat { .. } => has_repeated = true,
            _ => {}
        }
    }
    if steps.iter().any(Step::is_call) {
        return Ok(());
    }
    Err(Fault::CallsNobody.into())
}
