//! What makes levels impossible: each is refused with the reason, because a clock that never runs
//! looks like one that never breaches (features F065).

use super::{Act, Conditions, Level, Levels, Metric, Step, Target, Test, Threshold, When, Whom};
use crate::directory::Directory;
use crate::refusal::{Invalid, Refusal};
use crate::text::Short;
use std::collections::BTreeSet;

const LEVELS_LIMIT: usize = 200;
const STEPS_LIMIT: usize = 20;
/// A target is a year of the calendar at most.
const MINUTES_MAX: u32 = 366 * 24 * 60;
const PERCENT_MAX: u16 = 1_000;

impl Test {
    /// Whether the other is always so when this is.
    fn implies(self, other: Self) -> bool {
        let open = matches!(
            self,
            Self::Unassigned
                | Self::InProgress
                | Self::PendingUser
                | Self::PendingSupplier
                | Self::PendingChange
                | Self::PendingEvidence
                | Self::PendingScheduled
                | Self::Gated
        );
        self == other
            || (open && other == Self::Open)
            || (self == Self::Resolved && other == Self::Usable)
    }
}

/// A test of the first that a test of the second follows from.
fn clash(first: &BTreeSet<Test>, second: &BTreeSet<Test>) -> Option<(Test, Test)> {
    let pairs = first
        .iter()
        .flat_map(|a| second.iter().map(move |b| (*a, *b)));
    pairs.into_iter().find(|(a, b)| a.implies(*b))
}

impl Conditions {
    /// Why a clock with these would never do what it is for.
    fn contradiction(&self, metric: Metric) -> Option<String> {
        if self.start.is_empty() {
            return Some("nothing starts it".to_owned());
        }
        if self.stop.is_empty() && (metric != Metric::Update || self.cancel.is_empty()) {
            return Some("nothing stops it".to_owned());
        }
        for (others, what) in [(&self.stop, "stops"), (&self.cancel, "cancels")] {
            if let Some((start, by)) = clash(&self.start, others) {
                return Some(format!("{by} {what} it whenever {start} starts it"));
            }
        }
        if self.pause.contains(&Test::Open) {
            return Some("open pauses it all its life".to_owned());
        }
        if let Some((pause, resume)) = clash(&self.pause, &self.resume) {
            return Some(format!("{resume} lets it go on whenever {pause} pauses it"));
        }
        if self.pause.is_empty() && !self.resume.is_empty() {
            return Some("something lets it go on, but nothing pauses it".to_owned());
        }
        let never = [(&self.pause, "paused"), (&self.start, "started")];
        for (tests, what) in never {
            if let Some(moment) = tests.iter().find(|test| test.is_moment()) {
                return Some(format!("{moment} is a moment, it cannot be {what} by it"));
            }
        }
        None
    }
}

impl When {
    /// Whether everything that fits the other fits this one as well.
    fn covers(&self, other: &Self) -> bool {
        fn covers<T: Ord>(mine: &BTreeSet<T>, others: &BTreeSet<T>) -> bool {
            mine.is_empty() || (!others.is_empty() && others.is_subset(mine))
        }
        covers(&self.kinds, &other.kinds)
            && covers(&self.priorities, &other.priorities)
            && covers(&self.services, &other.services)
            && covers(&self.customers, &other.customers)
            && covers(&self.teams, &other.teams)
    }

    fn check(&self, directory: &Directory) -> Result<(), Refusal> {
        for kind in &self.kinds {
            directory.policy.kind(kind)?;
        }
        let known = |is_known: bool, what, named: &str| {
            let unknown = || Refusal::Unknown {
                what,
                named: named.to_owned(),
            };
            is_known.then_some(()).ok_or_else(unknown)
        };
        for service in &self.services {
            known(
                directory.services.contains_key(service),
                "service",
                service.as_str(),
            )?;
        }
        for customer in &self.customers {
            directory.policy.known_customer(customer)?;
        }
        for team in &self.teams {
            known(directory.teams.contains_key(team), "team", team.as_str())?;
        }
        Ok(())
    }
}

fn contradiction(level: &Level, why: String) -> Refusal {
    Refusal::Contradiction {
        level: level.key.to_string(),
        why,
    }
}

impl Levels {
    /// Refuses what cannot be meant.
    pub fn check(&self, directory: &Directory) -> Result<(), Refusal> {
        if self.levels.len() > LEVELS_LIMIT {
            return Err(Refusal::TooMany {
                what: "service levels",
                limit: LEVELS_LIMIT,
            });
        }
        for (i, level) in self.levels.iter().enumerate() {
            let before = self.levels.get(..i).unwrap_or_default();
            if before.iter().any(|other| other.key == level.key) {
                return Err(Refusal::AlreadyExists {
                    what: format!("service level {}", level.key),
                });
            }
            let mut same = before.iter().filter(|o| o.agreement == level.agreement);
            if let Some(other) = same.clone().find(|other| other.party != level.party) {
                let why = format!("{} has the same agreement with another party", other.key);
                return Err(contradiction(level, why));
            }
            if let Some(other) = same.find(|other| other.when.covers(&level.when)) {
                let why = format!("{} comes first and fits whatever it fits", other.key);
                return Err(contradiction(level, why));
            }
            level.check(directory)?;
        }
        Ok(())
    }
}

impl Level {
    fn check(&self, directory: &Directory) -> Result<(), Refusal> {
        self.when.check(directory)?;
        if self.targets.is_empty() {
            return Err(contradiction(self, "it has no target".to_owned()));
        }
        let mut metrics = BTreeSet::new();
        for target in &self.targets {
            if !metrics.insert(target.metric) {
                let why = format!("it has two targets for {}", target.metric);
                return Err(contradiction(self, why));
            }
            target.check(directory)?;
            if let Some(why) = target.conditions().contradiction(target.metric) {
                return Err(contradiction(self, format!("{}: {why}", target.metric)));
            }
        }
        Ok(())
    }
}

impl Target {
    fn check(&self, directory: &Directory) -> Result<(), Refusal> {
        if !(1..=MINUTES_MAX).contains(&self.minutes) {
            return Err(out_of_range("minutes of a target", 1, MINUTES_MAX.into()));
        }
        if !directory
            .policy
            .terms
            .calendars
            .contains_key(&self.calendar)
        {
            return Err(Refusal::Unknown {
                what: "calendar",
                named: self.calendar.to_string(),
            });
        }
        if self.ladder.len() > STEPS_LIMIT {
            return Err(Refusal::TooMany {
                what: "steps of a ladder",
                limit: STEPS_LIMIT,
            });
        }
        self.ladder
            .iter()
            .try_for_each(|step| step.check(directory))
    }
}

impl Step {
    fn check(&self, directory: &Directory) -> Result<(), Refusal> {
        let (field, is_in, max) = match self.at {
            Threshold::Percent(n) => (
                "percent",
                (1..=PERCENT_MAX).contains(&n),
                PERCENT_MAX.into(),
            ),
            Threshold::Minutes(n) => {
                let max = i64::from(MINUTES_MAX);
                ("minutes of a step", (-max..=max).contains(&n.into()), max)
            }
            Threshold::Likely { left, .. } if left > MINUTES_MAX => {
                return Err(out_of_range("minutes left", 0, MINUTES_MAX.into()));
            }
            Threshold::Likely { percent, .. } => {
                ("probability in percent", (1..=100).contains(&percent), 100)
            }
        };
        if !is_in {
            return Err(out_of_range(field, if max > 1_000 { -max } else { 1 }, max));
        }
        let person = |id: &crate::id::PersonId| {
            let is_active = directory.is_active(id);
            is_active.then_some(()).ok_or_else(|| Refusal::no("person"))
        };
        match &self.act {
            Act::Notify { whom } | Act::Page { whom } => {
                if whom.is_empty() {
                    return Err(Invalid::Empty {
                        field: "list of people",
                    }
                    .into());
                }
                known(whom, directory)
            }
            Act::Reassign { team } if !directory.teams.contains_key(team) => {
                Err(Refusal::no("team"))
            }
            Act::Major {
                responsible: Some(id),
            } => person(id),
            _ => Ok(()),
        }
    }
}

/// Refuses people, teams and functions that are not there.
pub(crate) fn known(whom: &BTreeSet<Whom>, directory: &Directory) -> Result<(), Refusal> {
    whom.iter().try_for_each(|whom| match whom {
        Whom::Person(id) if !directory.is_active(id) => Err(Refusal::no("person")),
        Whom::Team(id) if !directory.teams.contains_key(id) => Err(Refusal::no("team")),
        Whom::Function(key) => function(key, directory),
        Whom::Schedule(id) => {
            let found = directory.schedules.get(id);
            let found = found.filter(|schedule| !schedule.is_retired());
            found.map(|_| ()).ok_or(Refusal::no("schedule in use"))
        }
        Whom::Chain(id) => {
            let found = directory.chains.get(id);
            let found = found.filter(|chain| !chain.is_retired);
            found.map(|_| ()).ok_or(Refusal::no("chain in use"))
        }
        _ => Ok(()),
    })
}

fn function(key: &Short, directory: &Directory) -> Result<(), Refusal> {
    let unknown = || Refusal::Unknown {
        what: "business function",
        named: key.to_string(),
    };
    let found = directory.policy.functions.get(key);
    found.map(|_| ()).ok_or_else(unknown)
}

fn out_of_range(field: &'static str, min: i64, max: i64) -> Refusal {
    Invalid::OutOfRange { field, min, max }.into()
}
