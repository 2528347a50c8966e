//! Which ways a notice takes, and when: from a person's own rules.
//!
//! Three things hold whatever the rules say. Quiet hours never hold a page. A page goes over two
//! ways where there are two, of different kinds where there are such; where not, the plan says so.
//! And everything stands in the inbox at once, which is no way that this module knows.

use crate::notice::Urgency;
use crate::target::Kind;
use bifold_domain::At;
use bifold_domain::time::{HOUR, MINUTE};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

/// Steps of one list at most.
pub const STEPS_LIMIT: usize = 10;
/// The latest that a step comes, in minutes.
pub const AFTER_MAX_MINUTES: u16 = 24 * 60;
/// The longest that notices wait for company, in minutes.
pub const BUNDLE_MAX_MINUTES: u16 = 24 * 60;
/// The latest that the second way of a page is taken.
const SECOND_WAY_LATEST: i64 = 5 * MINUTE;
/// What presses little comes together at most so often.
const LOW_EVERY: i64 = HOUR;

/// One way that a notice takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The channel's id.
    pub channel: String,
    /// How long after the notice, in minutes; not taken if the notice was read by then.
    #[serde(default)]
    pub after_minutes: u16,
}

/// Hours in which only pages disturb, every day, in the person's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    /// When they begin, such as `22:00`.
    #[schema(value_type = String, example = "22:00")]
    pub from: Clock24,
    /// When they end, such as `07:00`; the next day where it is earlier.
    #[schema(value_type = String, example = "07:00")]
    pub to: Clock24,
}

/// A time of the day, to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Clock24(Time);

impl TryFrom<String> for Clock24 {
    type Error = RulesError;

    fn try_from(text: String) -> Result<Self, RulesError> {
        let (hour, minute) = text.split_once(':').ok_or(RulesError::Clock)?;
        let number = |text: &str| match text.len() {
            2 => text.parse::<i8>().map_err(|_| RulesError::Clock),
            _ => Err(RulesError::Clock),
        };
        let time = Time::new(number(hour)?, number(minute)?, 0, 0);
        time.map(Self).map_err(|_| RulesError::Clock)
    }
}

impl From<Clock24> for String {
    fn from(clock: Clock24) -> Self {
        clock.to_string()
    }
}

impl std::fmt::Display for Clock24 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

/// How a person wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// The time zone, by its IANA name, such as `Europe/Berlin`.
    pub zone: String,
    /// Quiet hours.
    pub quiet: Option<Quiet>,
    /// Ways of a page. Empty: every channel in its order, two at once, the others five minutes
    /// apart.
    pub page: Vec<Step>,
    /// Ways of an ordinary notice. Empty: the first channel.
    pub normal: Vec<Step>,
    /// Ways of what presses little. Empty: the inbox only.
    pub low: Vec<Step>,
    /// After an ordinary notice, the next ones wait so long and come together, in minutes.
    pub bundle_minutes: u16,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            zone: "UTC".to_owned(),
            quiet: None,
            page: Vec::new(),
            normal: Vec::new(),
            low: Vec::new(),
            bundle_minutes: 2,
        }
    }
}

/// Rules that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// No time of the day.
    #[error("give a time of the day such as 22:00")]
    Clock,
    /// No time zone.
    #[error("`{0}` is no time zone; give one like Europe/Berlin")]
    Zone(String),
    /// Quiet all day.
    #[error("quiet hours must end at another time than they begin")]
    AllDay,
    /// Too many steps.
    #[error("a list has at most {STEPS_LIMIT} steps")]
    TooMany,
    /// Too late.
    #[error("no step and no bundle waits longer than a day")]
    TooLate,
}

impl Rules {
    /// Refuses what cannot be rules. Channels that are gone are no error: they are passed over.
    pub fn check(&self) -> Result<(), RulesError> {
        if TimeZone::get(&self.zone).is_err() {
            let shown = self.zone.chars().filter(|c| !c.is_control()).take(60);
            return Err(RulesError::Zone(shown.collect()));
        }
        if self.quiet.is_some_and(|quiet| quiet.from == quiet.to) {
            return Err(RulesError::AllDay);
        }
        for steps in [&self.page, &self.normal, &self.low] {
            if steps.len() > STEPS_LIMIT {
                return Err(RulesError::TooMany);
            }
            if steps
                .iter()
                .any(|step| step.after_minutes > AFTER_MAX_MINUTES)
            {
                return Err(RulesError::TooLate);
            }
        }
        if self.bundle_minutes > BUNDLE_MAX_MINUTES {
            return Err(RulesError::TooLate);
        }
        Ok(())
    }

    /// When something that does not press may disturb: now, or when the quiet hours end.
    pub fn disturbs(&self, now: At) -> At {
        let Some(quiet) = self.quiet else { return now };
        let zone = TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC);
        quiet.end(now, &zone).unwrap_or(now)
    }
}

impl Quiet {
    /// When the quiet hours that hold now end; `None` outside of them. A clock that is put
    /// forward over their end ends them too.
    fn end(self, now: At, zone: &TimeZone) -> Option<At> {
        let here = Timestamp::from_microsecond(now.micros()).ok()?;
        let here = here.to_zoned(zone.clone());
        let (from, to, time) = (self.from.0, self.to.0, here.time());
        let wraps = from > to;
        let is_quiet = if wraps {
            time >= from || time < to
        } else {
            time >= from && time < to
        };
        if !is_quiet {
            return None;
        }
        let day = if wraps && time >= from {
            here.date().checked_add(1.day()).ok()?
        } else {
            here.date()
        };
        let end = day.to_datetime(to).to_zoned(zone.clone()).ok()?;
        let end = At::from_micros(end.timestamp().as_microsecond());
        (end > now).then_some(end)
    }
}

/// A person's channel, as far as a choice needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its id.
    pub id: String,
    /// Which kind.
    pub kind: Kind,
    /// Verified, and not dead.
    pub is_ready: bool,
    /// When something was last sent, or is to be, by it.
    pub last_at: Option<At>,
}

/// A way that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// The channel's id.
    pub channel: String,
    /// When.
    pub at: At,
}

/// What is wrong with the ways of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// There is none but the inbox.
    NoWay,
    /// There is only one.
    OneWay,
    /// All are of one kind, which fails as a whole.
    OneKind,
}

impl Warning {
    /// The word in JSON, in messages and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoWay => "no_way",
            Self::OneWay => "one_way",
            Self::OneKind => "one_kind",
        }
    }
}

/// The ways a notice takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Which and when; the earliest first.
    pub legs: Vec<Leg>,
    /// What is wrong, for a page.
    pub warning: Option<Warning>,
}

/// Chooses the ways of a notice that was raised now. Channels stand in the person's order.
pub fn plan(urgency: Urgency, now: At, rules: &Rules, channels: &[Channel]) -> Plan {
    let ready: Vec<&Channel> = channels.iter().filter(|c| c.is_ready).collect();
    let steps = match urgency {
        Urgency::Page => &rules.page,
        Urgency::Normal => &rules.normal,
        Urgency::Low => &rules.low,
    };
    let mut legs: Vec<(&Channel, i64)> = Vec::new();
    for step in steps {
        let channel = ready.iter().find(|channel| channel.id == step.channel);
        if let Some(channel) = channel
            && legs.iter().all(|(taken, _)| taken.id != channel.id)
        {
            legs.push((channel, i64::from(step.after_minutes) * MINUTE));
        }
    }
    legs.sort_by_key(|(_, after)| *after);
    match urgency {
        Urgency::Page => over_two_ways(&mut legs, &ready),
        Urgency::Normal if legs.is_empty() => legs.extend(ready.first().map(|c| (*c, 0))),
        Urgency::Normal | Urgency::Low => {}
    }
    let at = |(channel, after): &(&Channel, i64)| Leg {
        channel: channel.id.clone(),
        at: when(urgency, now.plus(*after), rules, channel),
    };
    Plan {
        legs: legs.iter().map(at).collect(),
        warning: (urgency == Urgency::Page).then(|| warning(&legs)).flatten(),
    }
}

/// The next way after those that were taken: for what failed, or what nobody answered.
pub fn next<'a>(channels: &'a [Channel], taken: &[String]) -> Option<&'a Channel> {
    let mut ready = channels.iter().filter(|channel| channel.is_ready);
    ready.find(|channel| !taken.contains(&channel.id))
}

/// Sees that a page has two ways, the second soon after the first.
fn over_two_ways<'a>(legs: &mut Vec<(&'a Channel, i64)>, ready: &[&'a Channel]) {
    let is_by_rule = !legs.is_empty();
    let mut others: Vec<&Channel> = ready
        .iter()
        .filter(|channel| legs.iter().all(|(taken, _)| taken.id != channel.id))
        .copied()
        .collect();
    if legs.is_empty() && !others.is_empty() {
        legs.push((others.remove(0), 0));
    }
    if let Some((first, start)) = legs.first().copied() {
        // Two of one kind fail together, so one of another kind goes before.
        others.sort_by_key(|channel| channel.kind == first.kind);
        if legs.len() < 2 && !others.is_empty() {
            legs.push((others.remove(0), start));
        }
        // The first goes at once: a page that waits is none.
        for (place, (_, after)) in legs.iter_mut().enumerate().take(2) {
            *after = if place == 0 {
                0
            } else {
                (*after).min(SECOND_WAY_LATEST)
            };
        }
    }
    if !is_by_rule {
        for (n, channel) in (1_i64..).zip(others) {
            legs.push((channel, n * 5 * MINUTE));
        }
    }
}

fn warning(legs: &[(&Channel, i64)]) -> Option<Warning> {
    match legs {
        [] => Some(Warning::NoWay),
        [_] => Some(Warning::OneWay),
        [(first, _), rest @ ..] => rest
            .iter()
            .all(|(other, _)| other.kind == first.kind)
            .then_some(Warning::OneKind),
    }
}

/// When a way is taken that would be taken at `at`.
fn when(urgency: Urgency, at: At, rules: &Rules, channel: &Channel) -> At {
    match urgency {
        Urgency::Page => at,
        Urgency::Normal => {
            let wait = i64::from(rules.bundle_minutes) * MINUTE;
            let free = channel.last_at.map_or(at, |last| last.plus(wait).max(at));
            rules.disturbs(free)
        }
        Urgency::Low => {
            let full = at.micros().div_euclid(LOW_EVERY) + 1;
            rules.disturbs(At::from_micros(full * LOW_EVERY))
        }
    }
}

#[cfg(test)]
mod tests;
