//! Components as the index shows them: now, as bars, and in numbers.

use super::bar::{self, Line};
use crate::course::state_of;
use crate::days::{availability, bars, day_of};
use crate::model::{Component, State};
use crate::moment::Moment;
use crate::{BAR_DAYS, Show, WINDOWS_DAYS};

/// Components under one heading.
pub(super) struct Group<'a> {
    /// The heading; those without one come first.
    pub(super) name: Option<&'a str>,
    pub(super) rows: Vec<Row<'a>>,
}

/// A component.
pub(super) struct Row<'a> {
    pub(super) component: &'a Component,
    pub(super) state: Standing,
    pub(super) lines: Vec<Line>,
    /// The bars in words.
    pub(super) alternative: String,
    /// Availability over the days of the bars.
    pub(super) share: Option<String>,
}

/// A state as a word with its sign.
pub(super) struct Standing {
    pub(super) class: char,
    pub(super) sign: char,
    pub(super) word: String,
}

/// Availability of a component in numbers.
pub(super) struct Numbers<'a> {
    pub(super) name: &'a str,
    /// One for each of the windows.
    pub(super) shares: Vec<String>,
    /// The day, where it is later than the longest window.
    pub(super) known_since: Option<Moment>,
}

/// A state as a word with its sign.
pub(super) fn standing(show: &Show<'_>, state: State) -> Standing {
    Standing {
        class: bar::class(state),
        sign: match state {
            State::Operational => '\u{25cf}',
            State::UnderMaintenance => '\u{25c7}',
            State::DegradedPerformance => '\u{25bd}',
            State::PartialOutage => '\u{25e7}',
            State::MajorOutage => '\u{25a0}',
        },
        word: show.words().word("state", state.word()),
    }
}

/// The components by their groups, in the order of the page.
pub(super) fn groups<'a>(show: &Show<'a>) -> Vec<Group<'a>> {
    let mut groups = vec![Group {
        name: None,
        rows: Vec::new(),
    }];
    for component in &show.page.components {
        let name = component.group.as_deref().filter(|name| !name.is_empty());
        let row = row(show, component);
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group {
                name,
                rows: vec![row],
            }),
        }
    }
    groups.retain(|group| !group.rows.is_empty());
    groups
}

fn row<'a>(show: &Show<'a>, component: &'a Component) -> Row<'a> {
    let days = bars(show.page, &show.clock.zone, component);
    let share = share(show, component, BAR_DAYS);
    Row {
        component,
        state: standing(show, state_of(show.page, component)),
        lines: bar::lines(&days),
        alternative: bar::words(show, &component.name, share.as_deref(), &days),
        share,
    }
}

fn share(show: &Show<'_>, component: &Component, days: i32) -> Option<String> {
    let zone = &show.clock.zone;
    let found = availability(show.page, zone, component, days, &show.options.counts);
    Some(show.words().percent(found.hundredths()?))
}

/// The components in numbers.
pub(super) fn numbers<'a>(show: &Show<'a>) -> Vec<Numbers<'a>> {
    let longest = WINDOWS_DAYS.iter().copied().max().unwrap_or(0);
    let today = show.clock.day(show.now());
    let first = crate::days::shifted(today, 1 - longest);
    let of = |component: &'a Component| Numbers {
        name: &component.name,
        shares: WINDOWS_DAYS
            .iter()
            .map(|days| share(show, component, *days).unwrap_or_else(|| show.words().t("no-data")))
            .collect(),
        known_since: (day_of(component.since, &show.clock.zone) > first)
            .then(|| show.clock.dated(component.since)),
    };
    show.page.components.iter().map(of).collect()
}

/// Which states count, and in which zone days are.
pub(super) fn counted(show: &Show<'_>) -> String {
    let l = show.words();
    let states = show.options.counts.iter();
    let states: Vec<String> = states.map(|state| l.word("state", state.word())).collect();
    let states = states.join(", ");
    let zone = show.page.zone.as_str();
    l.say(
        "counted",
        &[("states", states.into()), ("zone", zone.into())],
    )
}
