//! Service levels: what was promised to whom, how fast, and what happens before it is too late
//! (20000-1 8.3.3, features F064–F073, standards 5.5).
//!
//! Levels are data of the policy, in versions. Nothing here keeps a running clock: a clock is
//! computed from an incident's course ([`Trail`](crate::incident::Trail)) and from the version
//! of the levels under which the incident was recorded, so that it can be explained interval by
//! interval and gives the same due time everywhere and ever after.

mod cause;
mod check;
mod clock;
mod explain;
mod ladder;
mod reach;
mod start;
mod test;
#[cfg(test)]
mod tests;

pub use cause::{Cause, causes};
pub(crate) use check::known;
pub use clock::{Clock, ClockKey, Ended, Run, RunState, Stretch, clocks};
pub use explain::{Interval, Why, explain, shares};
pub use ladder::{Act, Due, Firing, Step, Threshold, Whom, firings, foreseen};
pub use reach::people;
pub use test::{Conditions, Test};

use crate::access::closed_set;
use crate::calendar::{Calendar, HolidayFeed};
use crate::id::{ServiceId, TeamId};
use crate::incident::{Report, Standing};
use crate::kind::KindKey;
use crate::priority::Priority;
use crate::text::Short;
use crate::time::{At, MINUTE};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

closed_set! {
    /// With whom it was agreed.
    Party {
        /// With customers: a service level agreement.
        Sla = "sla",
        /// Between teams of the organisation: an operational level agreement.
        Ola = "ola",
        /// With a supplier: an underpinning contract.
        Supplier = "supplier",
    }
}

closed_set! {
    /// What a target is set for.
    Metric {
        /// A human being takes note.
        Response = "response",
        /// Users hear something, again and again.
        Update = "update",
        /// The service is usable again, if only through a workaround.
        Restore = "restore",
        /// The incident is resolved.
        Resolve = "resolve",
        /// Somebody does something about it: a record must not grow cold.
        Activity = "activity",
        /// Those who work on a major incident hear how things stand, again and again.
        Tactical = "tactical",
        /// Those who answer for the organisation hear it, again and again.
        Executive = "executive",
    }
}

impl Metric {
    /// The report of the situation that it is about, if it is about one.
    pub fn report(self) -> Option<Report> {
        match self {
            Self::Tactical => Some(Report::Tactical),
            Self::Executive => Some(Report::Executive),
            _ => None,
        }
    }
}

closed_set! {
    /// What a change of the target in mid-life does to what has been counted (features F068).
    OnChange {
        /// What was counted stays; the new target counts on from there.
        Forward = "forward",
        /// As though the new target had held from the beginning.
        Retroactive = "retroactive",
        /// Counting begins anew.
        Reset = "reset",
    }
}

closed_set! {
    /// What becomes of a stopped clock when the incident is reopened.
    OnReopen {
        /// It goes on where it stopped.
        GoOn = "go_on",
        /// It begins anew; the first run stays on the record.
        Anew = "anew",
        /// It stays stopped.
        Stay = "stay",
    }
}

/// Which incidents a level is for. What is empty does not matter; the rest must all fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = LevelMatch)]
pub struct When {
    /// Incidents of any of these kinds.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub kinds: BTreeSet<KindKey>,
    /// Of any of these priorities.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub priorities: BTreeSet<Priority>,
    /// Of any of these services.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub services: BTreeSet<ServiceId>,
    /// Of any of these customers.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub customers: BTreeSet<Short>,
    /// While any of these teams has them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub teams: BTreeSet<TeamId>,
}

impl When {
    /// Whether an incident that stands so is meant.
    pub fn fits(&self, stands: &Standing) -> bool {
        fn among<T: Ord>(set: &BTreeSet<T>, one: Option<&T>) -> bool {
            set.is_empty() || one.is_some_and(|one| set.contains(one))
        }
        (self.kinds.is_empty() || !self.kinds.is_disjoint(&stands.kinds))
            && (self.priorities.is_empty() || self.priorities.contains(&stands.priority))
            && among(&self.services, stands.service.as_ref())
            && among(&self.customers, stands.customer.as_ref())
            && among(&self.teams, stands.team.as_ref())
    }
}

/// A target: so much time, counted so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LevelTarget)]
pub struct Target {
    /// For what.
    pub metric: Metric,
    /// How much time, in minutes of the calendar.
    pub minutes: u32,
    /// The calendar by which time counts.
    pub calendar: Short,
    /// When it counts; the usual conditions of the metric when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Conditions>,
    /// When the target changes in mid-life.
    #[serde(default = "forward")]
    pub on_change: OnChange,
    /// When the incident is reopened.
    #[serde(default = "go_on")]
    pub on_reopen: OnReopen,
    /// What happens on the way and at the end of the time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ladder: Vec<Step>,
}

fn forward() -> OnChange {
    OnChange::Forward
}

fn go_on() -> OnReopen {
    OnReopen::GoOn
}

impl Target {
    /// Its time, in microseconds.
    pub fn micros(&self) -> i64 {
        i64::from(self.minutes) * MINUTE
    }

    /// When it counts.
    pub fn conditions(&self) -> &Conditions {
        self.conditions
            .as_ref()
            .unwrap_or_else(|| Conditions::usual(self.metric))
    }
}

/// A level: targets for some incidents under one agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ServiceLevel)]
pub struct Level {
    /// Stable key, unique in the version, such as `gold-p1`.
    pub key: Short,
    /// The agreement it belongs to. Of the levels of one agreement the first that fits counts;
    /// agreements count beside each other.
    pub agreement: Short,
    /// With whom it was agreed.
    pub party: Party,
    /// Which incidents it is for.
    #[serde(default)]
    pub when: When,
    /// Its targets, one a metric.
    pub targets: Vec<Target>,
}

/// The levels of an organisation, in the order in which they are tried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ServiceLevels)]
pub struct Levels {
    /// The levels.
    pub levels: Vec<Level>,
}

impl Levels {
    /// The first level of an agreement that fits.
    pub fn of<'a>(&'a self, agreement: &Short, stands: &Standing) -> Option<&'a Level> {
        let mut levels = self.levels.iter();
        levels.find(|level| level.agreement == *agreement && level.when.fits(stands))
    }

    /// What clocks there can be: each metric of each agreement, in the order of the levels.
    pub fn keys(&self) -> Vec<ClockKey> {
        let mut keys: Vec<ClockKey> = Vec::new();
        for level in &self.levels {
            for target in &level.targets {
                let key = ClockKey {
                    agreement: level.agreement.clone(),
                    metric: target.metric,
                };
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        keys
    }
}

/// Something that holds from an instant on until the next version does. Versions stay for ever:
/// what began under one is counted by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Dated<T> {
    /// The versions, in the order in which they begin to hold.
    versions: Vec<Version<T>>,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Version<T> {
    /// From 1 upwards.
    pub version: u32,
    /// From when on it holds.
    pub from: At,
    /// What holds.
    pub value: T,
}

impl<T> Dated<T> {
    /// What held from the beginning.
    pub fn always(value: T) -> Self {
        Self {
            versions: vec![Version {
                version: 1,
                from: At::from_micros(0),
                value,
            }],
        }
    }

    /// What holds from an instant on.
    pub(crate) fn since(from: At, value: T) -> Self {
        let mut dated = Self {
            versions: Vec::new(),
        };
        dated.set(from, value, from);
        dated
    }

    /// What holds at an instant.
    pub fn at(&self, at: At) -> Option<&Version<T>> {
        self.versions.iter().rfind(|version| version.from <= at)
    }

    /// All versions, oldest first.
    pub fn versions(&self) -> &[Version<T>] {
        &self.versions
    }

    /// The newest version, which may hold from a later time on.
    pub fn newest(&self) -> Option<&Version<T>> {
        self.versions.last()
    }

    /// Adds a version; one that would only have held later is replaced by it.
    pub(crate) fn set(&mut self, from: At, value: T, now: At) {
        let version = self.versions.last().map_or(0, |last| last.version) + 1;
        self.versions.retain(|old| old.from <= now);
        self.versions.push(Version {
            version,
            from,
            value,
        });
    }
}

/// A calendar with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedCalendar {
    /// What people call it.
    pub name: Short,
    /// When time counts.
    pub calendar: Calendar,
    /// Where holidays are proposed from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holidays: Option<HolidayFeed>,
}

/// All that clocks are computed by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The levels.
    pub levels: Dated<Levels>,
    /// Calendars by their keys.
    pub calendars: BTreeMap<Short, Dated<NamedCalendar>>,
}

impl Terms {
    /// What held when an incident was recorded: its clocks are computed by it for life.
    pub fn held(&self, recorded: At) -> Held<'_> {
        let calendar = |(key, dated): (&'_ Short, &'_ Dated<NamedCalendar>)| {
            // A calendar that came later than the level that names it holds from the beginning.
            let version = dated.at(recorded).or_else(|| dated.versions.first());
            version.map(|version| (key.clone(), version.version))
        };
        Held {
            terms: self,
            levels: self.levels.at(recorded),
            versions: self.calendars.iter().filter_map(calendar).collect(),
        }
    }
}

/// The terms at one instant.
#[derive(Debug, Clone)]
pub struct Held<'a> {
    terms: &'a Terms,
    levels: Option<&'a Version<Levels>>,
    versions: BTreeMap<Short, u32>,
}

impl<'a> Held<'a> {
    /// Of other levels, by the same calendars: what a back-test counts by.
    #[must_use]
    pub fn with(self, levels: &'a Version<Levels>) -> Self {
        Self {
            levels: Some(levels),
            ..self
        }
    }

    /// The levels.
    pub fn levels(&self) -> Option<&'a Version<Levels>> {
        self.levels
    }

    /// A calendar.
    pub fn calendar(&self, key: &Short) -> Option<&'a Calendar> {
        let version = *self.versions.get(key)?;
        let mut versions = self.terms.calendars.get(key)?.versions.iter();
        versions
            .find(|found| found.version == version)
            .map(|found| &found.value.calendar)
    }
}
