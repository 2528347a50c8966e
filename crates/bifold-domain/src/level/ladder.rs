//! The ladder: what happens on the way to the end of a clock's time, and after it (features F071).
//!
//! A step is due when so much of the time has counted. It fires once a run, and every firing is a
//! fact; a step whose moment passed while nobody looked fires when somebody looks, as long as the
//! run goes on.

use super::{Clock, ClockKey, Held, Level, Run, RunState, Target};
use crate::access::Role;
use crate::id::{ChainId, PersonId, ScheduleId, TeamId};
use crate::incident::IncidentRole;
use crate::priority::Priority;
use crate::text::Short;
use crate::time::{At, MINUTE};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// When a step is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Threshold {
    /// At so many percent of the time.
    Percent(u16),
    /// So many minutes of the calendar before the end of the time, or after it.
    Minutes(i32),
    /// When the forecast says that the target will be missed, while something can still be done.
    Likely {
        /// At least so probable, in percent.
        percent: u16,
        /// More minutes of the calendar than this are left.
        left: u32,
    },
}

impl Threshold {
    /// How much must have counted, in microseconds; nothing where no time makes it due.
    pub fn of(self, target: i64) -> Option<i64> {
        match self {
            Self::Percent(percent) => Some(target.saturating_mul(i64::from(percent)) / 100),
            Self::Minutes(minutes) => Some(target + i64::from(minutes) * MINUTE),
            Self::Likely { .. } => None,
        }
    }
}

/// Whom a step is for.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// The person who has it.
    Assignee,
    /// The team that has it.
    Holders,
    /// Whoever holds a role on the incident.
    Seat(IncidentRole),
    /// Whoever holds a role in the organisation.
    Role(Role),
    /// A team.
    Team(TeamId),
    /// A person.
    Person(PersonId),
    /// A business function, such as `head-of-operations`, as the policy maps it to people.
    Function(Short),
    /// Whoever is on call in a schedule.
    Schedule(ScheduleId),
    /// A chain: a page goes along it, a notice goes to whom it would call first.
    Chain(ChainId),
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "do", rename_all = "snake_case")]
#[schema(as = LadderAct)]
pub enum Act {
    /// Tells somebody.
    Notify {
        /// Whom.
        whom: BTreeSet<Whom>,
    },
    /// Calls somebody until they answer.
    Page {
        /// Whom.
        whom: BTreeSet<Whom>,
    },
    /// Raises the handling priority, never lowers it.
    Raise {
        /// To this.
        to: Priority,
    },
    /// Hands it to a team (functional escalation).
    Reassign {
        /// Which.
        team: TeamId,
    },
    /// Proposes it as a major incident, or makes it one with somebody responsible.
    Major {
        /// Who is then responsible.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        responsible: Option<PersonId>,
    },
}

/// A step of a ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LadderStep)]
pub struct Step {
    /// When.
    pub at: Threshold,
    /// What.
    pub act: Act,
}

/// A step of a run that fired, or will.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Firing {
    /// Of which clock.
    pub clock: ClockKey,
    /// Which run: the one that began then.
    pub started: At,
    /// By which level.
    pub level: Short,
    /// Which step of its ladder; `None` for the end of the time itself.
    pub step: Option<u16>,
}

/// A firing that will come, or should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due<'a> {
    /// Which.
    pub firing: Firing,
    /// When.
    pub at: At,
    /// The end of the run's time.
    pub due: Option<At>,
    /// What it does; nothing at the end of the time itself.
    pub act: Option<&'a Act>,
}

/// What of a clock will fire, in the order of time, without what has fired already.
pub fn firings<'a>(
    clock: &Clock,
    held: &Held<'a>,
    has_fired: impl Fn(&Firing) -> bool,
) -> Vec<Due<'a>> {
    let Some((run, level, target)) = meant(clock, held) else {
        return Vec::new();
    };
    let Some(calendar) = held.calendar(&run.calendar).filter(|_| !run.is_ended()) else {
        return Vec::new();
    };
    let moment = |threshold: i64| {
        let left = threshold - run.counted;
        match run.state {
            _ if left <= 0 => Some(run.since),
            RunState::Running => calendar.after(run.since, left),
            RunState::Paused { .. } | RunState::Ended { .. } => None,
        }
    };
    let firing = |step| firing(clock, run, level, step);
    let steps = target.ladder.iter().zip(0_u16..).filter_map(|(step, n)| {
        let threshold = step.at.of(run.target)?;
        let at = moment(threshold)?;
        // A promise may end the time earlier than the target does.
        let at = run
            .promised
            .filter(|_| threshold == run.target)
            .map_or(at, |p| at.min(p));
        Some(Due {
            firing: firing(Some(n)),
            at,
            due: run.due,
            act: Some(&step.act),
        })
    });
    let end = run.due.map(|at| Due {
        firing: firing(None),
        at,
        due: Some(at),
        act: None,
    });
    let mut found: Vec<Due<'a>> = steps
        .chain(end)
        .filter(|due| !has_fired(&due.firing))
        .collect();
    found.sort_by_key(|due| (due.at, due.firing.step));
    found
}

/// What of a clock fires because a forecast says how probable a breach is, in percent.
pub fn foreseen<'a>(
    clock: &Clock,
    held: &Held<'a>,
    has_fired: impl Fn(&Firing) -> bool,
    probable: u16,
    now: At,
) -> Vec<Due<'a>> {
    let Some((run, level, target)) = meant(clock, held) else {
        return Vec::new();
    };
    let Some(calendar) = held.calendar(&run.calendar).filter(|_| !run.is_ended()) else {
        return Vec::new();
    };
    let left = run.target - run.counted_at(now, calendar);
    let steps = target.ladder.iter().zip(0_u16..);
    let due = steps.filter_map(|(step, n)| match step.at {
        Threshold::Likely {
            percent,
            left: least,
        } if probable >= percent && left > i64::from(least) * MINUTE => Some(Due {
            firing: firing(clock, run, level, Some(n)),
            at: now,
            due: run.due,
            act: Some(&step.act),
        }),
        _ => None,
    });
    due.filter(|due| !has_fired(&due.firing)).collect()
}

/// The run that goes on, and by what it is counted.
fn meant<'c, 'a>(clock: &'c Clock, held: &Held<'a>) -> Option<(&'c Run, &'a Level, &'a Target)> {
    let run = clock.run()?;
    let levels = &held.levels()?.value.levels;
    let level = levels.iter().find(|level| level.key == run.level)?;
    let mut targets = level.targets.iter();
    let target = targets.find(|target| target.metric == clock.key.metric)?;
    Some((run, level, target))
}

fn firing(clock: &Clock, run: &Run, level: &Level, step: Option<u16>) -> Firing {
    Firing {
        clock: clock.key.clone(),
        started: run.started,
        level: level.key.clone(),
        step,
    }
}
