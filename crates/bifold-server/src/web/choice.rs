//! What forms offer to choose from: people, teams and services by name, and times to sleep until.

use super::locale::Locale;
use bifold_domain::time::{DAY, HOUR};
use bifold_domain::{At, Directory, PersonId, ServiceId, Short, TeamId};

/// One thing to choose.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    /// Whether it is the one in force.
    pub(crate) is_on: bool,
}

impl Choice {
    pub(crate) fn new(
        value: &impl ToString,
        label: &(impl ToString + ?Sized),
        is_on: bool,
    ) -> Self {
        Self {
            value: value.to_string(),
            label: label.to_string(),
            is_on,
        }
    }
}

/// As people look for them.
pub(crate) fn by_name(choices: impl Iterator<Item = Choice>) -> Vec<Choice> {
    let mut choices: Vec<Choice> = choices.collect();
    choices.sort_by(|a, b| a.label.cmp(&b.label));
    choices
}

/// Everybody who may sign in.
pub(crate) fn people(directory: &Directory, now: Option<&PersonId>) -> Vec<Choice> {
    let people = directory.people.values().filter(|p| p.is_active);
    by_name(people.map(|p| Choice::new(&p.id, &p.name.shown(), now == Some(&p.id))))
}

/// Every team.
pub(crate) fn teams(directory: &Directory, now: Option<&TeamId>) -> Vec<Choice> {
    let teams = directory.teams.iter();
    by_name(teams.map(|(id, t)| Choice::new(id, &t.name, now == Some(id))))
}

/// Every service that is offered.
pub(crate) fn services(directory: &Directory, now: Option<&ServiceId>) -> Vec<Choice> {
    let services = directory.services.iter().filter(|(_, s)| !s.is_retired);
    by_name(services.map(|(id, s)| Choice::new(id, &s.entry.name, now == Some(id))))
}

/// Every customer on the list, and the one there is where it has left the list since.
pub(crate) fn customers(directory: &Directory, now: Option<&Short>) -> Vec<Choice> {
    let listed = directory.policy.customers.value.iter();
    let past = now.filter(|now| !directory.policy.customers.value.contains(now));
    let all = listed.chain(past);
    by_name(all.map(|name| Choice::new(name, name, now == Some(name))))
}

/// Until when one may put something to sleep with one choice.
pub(crate) fn sleeps(l: Locale, now: At) -> Vec<Choice> {
    // Eight o'clock in the morning, UTC, of the day after.
    let morning = now.micros() - now.micros().rem_euclid(DAY) + DAY + 8 * HOUR;
    let rows = [
        ("sleep-hour", now.plus(HOUR)),
        ("sleep-four-hours", now.plus(4 * HOUR)),
        ("sleep-tomorrow", At::from_micros(morning)),
        ("sleep-week", At::from_micros(morning + 6 * DAY)),
    ];
    let choices = rows.into_iter();
    choices
        .map(|(key, at)| Choice::new(&at, &l.t(key), false))
        .collect()
}
