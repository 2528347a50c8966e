//! A chain that runs: what is to be done now, from what has happened so far.
//!
//! The answer is a function of the chain, the moments and the time. One thing is to be done at a
//! time; whoever does it adds the moment that says so and asks again. Asked a hundred times
//! without anything being done, the answer is a hundred times the same, so that it may be asked
//! by any number of workers, late, or again after a crash.
//!
//! It always comes to an end: a round is gone through once from the first step to the last, there
//! are [`Step::REPEAT_LIMIT`] repetitions at most, and only an acknowledgement that a person gave
//! can start it anew.

use super::{Entry, Outside, Step};
use crate::calendar::Calendar;
use crate::id::{PersonId, ScheduleId, TeamId};
use crate::time::{At, MINUTE};
use serde::{Deserialize, Serialize};

/// Something that happened while a chain ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "happened", rename_all = "snake_case")]
pub enum Happened {
    /// It was started.
    Started {
        /// How often it was started before, for whatever; a round robin goes on from there.
        turn: u64,
    },
    /// People were called.
    Paged {
        /// In which round, from 0.
        round: u8,
        /// By which step, from 0.
        step: u16,
        /// Whom; nobody when nobody could be reached.
        people: Vec<PersonId>,
    },
    /// Somebody took it on.
    Acknowledged,
    /// There was a sign of work: a note, an update, a step that was done.
    Updated,
    /// Nothing was heard for too long after it was taken on, and it starts again.
    Unacknowledged,
    /// Everybody was called, and nobody answered.
    Exhausted,
    /// What it ran for is over, or it was stopped.
    Ended,
}

/// Something that happened, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// When.
    pub at: At,
    /// What.
    #[serde(flatten)]
    pub what: Happened,
}

/// Whom a step calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A person.
    Person(PersonId),
    /// All of a team.
    Team(TeamId),
    /// Whoever is on call in a schedule.
    Schedule(ScheduleId),
    /// One of these: the first who can be called, beginning with the one at this place.
    OneOf(Vec<PersonId>, usize),
}

/// What is to be done for a chain that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Call them now, and add [`Happened::Paged`] with this round and step, whoever was reached.
    Page {
        /// In which round, from 0.
        round: u8,
        /// By which step, from 0.
        step: u16,
        /// Whom.
        target: Target,
    },
    /// Add [`Happened::Unacknowledged`], and tell whoever had taken it on.
    Unacknowledge,
    /// Add [`Happened::Exhausted`], and raise an alarm.
    GiveUp,
    /// Look again at this time, or when something happens.
    Wait(At),
    /// Nothing, until something happens.
    Rest,
}

/// What is to be done now. `so_far` is in the order in which it happened.
pub fn next(entry: &Entry, so_far: &[Moment], now: At) -> Next {
    let Some(run) = Run::of(so_far) else {
        return Next::Rest;
    };
    match (run.heard, entry.unacknowledge_minutes) {
        (Some(_), None) => Next::Rest,
        (Some(heard), Some(minutes)) => {
            let due = heard.plus(i64::from(minutes) * MINUTE);
            if due <= now {
                Next::Unacknowledge
            } else {
                Next::Wait(due)
            }
        }
        (None, _) => Walk::new(&run, now).go(&entry.steps),
    }
}

/// What the moments come to.
struct Run<'a> {
    turn: u64,
    /// When it was started, or started again.
    began: At,
    /// The last sign of whoever took it on.
    heard: Option<At>,
    /// What happened since it began.
    since: &'a [Moment],
    /// What happened since it was started for the first time.
    all: &'a [Moment],
}

impl<'a> Run<'a> {
    /// `None` before it was started and after its end.
    fn of(all: &'a [Moment]) -> Option<Self> {
        let mut run: Option<Self> = None;
        for (n, moment) in all.iter().enumerate() {
            let since = all.get(n + 1..).unwrap_or_default();
            run = match (&moment.what, run) {
                (Happened::Started { turn }, None) => Some(Self {
                    turn: *turn,
                    began: moment.at,
                    heard: None,
                    since,
                    all: since,
                }),
                (Happened::Ended, _) => None,
                (Happened::Acknowledged, Some(run)) => Some(Self {
                    heard: Some(moment.at),
                    ..run
                }),
                (Happened::Updated, Some(run)) => Some(Self {
                    heard: run.heard.map(|heard| heard.max(moment.at)),
                    ..run
                }),
                (Happened::Unacknowledged, Some(run)) => Some(Self {
                    heard: None,
                    began: moment.at,
                    since,
                    ..run
                }),
                (_, run) => run,
            };
        }
        run
    }

    /// When a step called in a round, and whether that reached anybody.
    fn paged(&self, in_round: u8, by_step: u16) -> Option<(At, bool)> {
        self.since.iter().find_map(|moment| match &moment.what {
            Happened::Paged {
                round,
                step,
                people,
            } if (*round, *step) == (in_round, by_step) => Some((moment.at, !people.is_empty())),
            _ => None,
        })
    }

    /// How often a step called before, in this run and in earlier ones.
    fn calls(&self, by_step: u16) -> u64 {
        let of_it = |moment: &&Moment| matches!(moment.what, Happened::Paged { step, .. } if step == by_step);
        let here = self.all.iter().filter(of_it).count();
        self.turn.saturating_add(here as u64)
    }

    fn is_exhausted(&self) -> bool {
        let mut moments = self.since.iter();
        moments.any(|moment| moment.what == Happened::Exhausted)
    }
}

/// One walk along the steps: what was done is passed over, what is not is the answer.
struct Walk<'a> {
    run: &'a Run<'a>,
    now: At,
    /// When the steps up to here were through.
    time: At,
    round: u8,
    step: u16,
    /// Whether the calls since the last wait reached anybody; `None` when there was none.
    reached: Option<bool>,
}

impl<'a> Walk<'a> {
    fn new(run: &'a Run<'a>, now: At) -> Self {
        Self {
            run,
            now,
            time: run.began,
            round: 0,
            step: 0,
            reached: None,
        }
    }

    fn go(mut self, steps: &[Step]) -> Next {
        // Every pass takes one step further, and rounds are limited: it ends.
        while let Some(step) = steps.get(usize::from(self.step)) {
            match step {
                Step::Wait { minutes } => self.wait(*minutes),
                Step::OnlyIn { hours, outside } => self.only_in(hours, *outside),
                Step::Repeat { times } => {
                    if self.round < (*times).min(Step::REPEAT_LIMIT) {
                        (self.round, self.step) = (self.round + 1, 0);
                        continue;
                    }
                }
                call => {
                    if let Some((at, reached)) = self.run.paged(self.round, self.step) {
                        self.time = self.time.max(at);
                        self.reached = Some(self.reached.unwrap_or(false) || reached);
                    } else if let Some(target) = self.target(call) {
                        return self.page(target);
                    }
                }
            }
            if self.time > self.now {
                return Next::Wait(self.time);
            }
            self.step = self.step.saturating_add(1);
        }
        if self.run.is_exhausted() {
            Next::Rest
        } else {
            Next::GiveUp
        }
    }

    fn page(self, target: Target) -> Next {
        Next::Page {
            round: self.round,
            step: self.step,
            target,
        }
    }

    fn wait(&mut self, minutes: u16) {
        let in_vain = self.round == 0 && self.reached == Some(false);
        if !in_vain {
            self.time = self.time.plus(i64::from(minutes.max(1)) * MINUTE);
        }
        self.reached = None;
    }

    /// Hours that never come hold nobody up.
    fn only_in(&mut self, hours: &Calendar, outside: Outside) {
        match outside {
            Outside::Wait => self.time = hours.next_open(self.time).unwrap_or(self.time),
            // By when it came here, not by now: what was left out stays left out.
            Outside::Skip if !hours.is_open(self.time) => {
                self.step = self.step.saturating_add(1);
            }
            Outside::Skip => {}
        }
    }

    fn target(&self, step: &Step) -> Option<Target> {
        match step {
            Step::Person { person } => Some(Target::Person(person.clone())),
            Step::Team { team } => Some(Target::Team(team.clone())),
            Step::Schedule { schedule } => Some(Target::Schedule(schedule.clone())),
            Step::RoundRobin { people } => {
                let calls = self.run.calls(self.step);
                let place = calls.checked_rem(people.len() as u64)?;
                let place = usize::try_from(place).unwrap_or(0);
                Some(Target::OneOf(people.clone(), place))
            }
            Step::Wait { .. } | Step::OnlyIn { .. } | Step::Repeat { .. } => None,
        }
    }
}
