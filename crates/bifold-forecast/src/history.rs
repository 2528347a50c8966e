//! What happened to an incident, and what of it was known at which moment.
//!
//! Times are seconds since 1970 on the clock of the desk's wall (local time), so that hours of the
//! day mean something. Only differences and the time of day are used; that one hour of a year is
//! counted twice and another not at all does no harm.

use crate::snapshot::{Field, Measure, Name, Snapshot};
use std::collections::BTreeSet;

const HOUR_S: f64 = 3600.0;
const DAY_S: i64 = 86_400;

/// Where an incident is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nobody works on it yet.
    New,
    /// In work.
    Active,
    /// Waiting for somebody outside.
    Waiting,
    /// A state this crate has no word for; it counts as open.
    Other,
    /// Resolved; its clock stands.
    Resolved,
    /// Closed.
    Closed,
}

impl Stage {
    /// Whether a forecast has any sense.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Resolved | Self::Closed)
    }
}

/// The record of an incident as it stood after one change.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When, in seconds.
    pub at_s: i64,
    /// Where the incident was after it.
    pub stage: Stage,
    /// Everything its source knew then: names, and such numbers as the source counts itself. What
    /// [`Watch`] counts is added, and never replaces what the source says.
    pub given: Snapshot,
}

/// How an incident's clock ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Since when that is known, in seconds. A model trained at an earlier moment does not see it.
    pub known_s: i64,
    /// When it was resolved, in seconds, if that is known.
    pub resolved_s: Option<i64>,
    /// Whether the target was missed.
    pub is_breached: bool,
}

/// An incident's past, for one of its clocks.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// When it was opened, in seconds.
    pub opened_s: i64,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// How the clock ended, if it did.
    pub outcome: Option<Outcome>,
}

impl History {
    /// The outcome, if it was known before this moment.
    pub fn outcome_before(&self, now_s: i64) -> Option<&Outcome> {
        self.outcome.as_ref().filter(|end| end.known_s < now_s)
    }

    /// What was known at each event before `until_s` that left the incident open, with the event's
    /// index: the moments at which a forecast has any sense.
    pub fn moments(&self, until_s: i64) -> impl Iterator<Item = (usize, Snapshot)> + '_ {
        let mut watch = Watch::new(self.opened_s);
        let known = self.events.iter().enumerate();
        known
            .filter(move |(_, event)| event.at_s < until_s)
            .filter_map(move |(index, event)| {
                watch.see(event);
                let snapshot = watch
                    .snapshot(event.at_s)
                    .filter(|_| event.stage.is_open())?;
                Some((index, snapshot))
            })
    }

    /// What was known at this moment, from the events up to it; `None` before the first.
    pub fn snapshot(&self, now_s: i64) -> Option<Snapshot> {
        let mut watch = Watch::new(self.opened_s);
        for event in self.events.iter().filter(|event| event.at_s <= now_s) {
            watch.see(event);
        }
        watch.snapshot(now_s)
    }
}

/// Follows one incident, event by event, and says what is known. It cannot look ahead.
#[derive(Debug, Clone)]
pub struct Watch {
    opened_s: i64,
    seen: Option<Seen>,
}

/// What a watch remembers.
#[derive(Debug, Clone)]
struct Seen {
    first_s: i64,
    last_s: i64,
    gap_s: i64,
    stage: Stage,
    given: Snapshot,
    events: u32,
    first_team: Option<Name>,
    team_since_s: i64,
    assignee_since_s: i64,
    teams: BTreeSet<Name>,
    assignees: BTreeSet<Name>,
    editors: BTreeSet<Name>,
    handovers: u32,
    reopenings: u32,
    waits: u32,
    new_s: i64,
    active_s: i64,
    waiting_s: i64,
}

impl Watch {
    /// Begins with nothing but the time of opening.
    pub fn new(opened_s: i64) -> Self {
        let seen = None;
        Self { opened_s, seen }
    }

    /// Takes an event in. One that is earlier than the one before counts as at the same time.
    pub fn see(&mut self, event: &Event) {
        match &mut self.seen {
            Some(seen) => seen.go_on(event),
            None => self.seen = Some(Seen::first(event)),
        }
    }

    /// What is known at this moment, which is the latest event's or a later one; `None` before the
    /// first event.
    pub fn snapshot(&self, now_s: i64) -> Option<Snapshot> {
        let seen = self.seen.as_ref()?;
        let now_s = now_s.max(seen.last_s);
        let mut known = seen.given.clone();
        for (measure, value) in seen.counted(self.opened_s, now_s) {
            known.set(measure, value);
        }
        for (measure, count) in [
            (Measure::Reassignments, seen.handovers),
            (Measure::Reopenings, seen.reopenings),
            (Measure::Changes, seen.events - 1),
        ] {
            if known.measure(measure).is_none() {
                known.set(measure, f64::from(count));
            }
        }
        Some(known)
    }
}

impl Seen {
    fn first(event: &Event) -> Self {
        let mut seen = Self {
            first_s: event.at_s,
            last_s: event.at_s,
            gap_s: 0,
            stage: event.stage,
            given: event.given.clone(),
            events: 1,
            first_team: event.given.named(Field::Team).cloned(),
            team_since_s: event.at_s,
            assignee_since_s: event.at_s,
            teams: BTreeSet::new(),
            assignees: BTreeSet::new(),
            editors: BTreeSet::new(),
            handovers: 0,
            reopenings: 0,
            waits: u32::from(event.stage == Stage::Waiting),
            new_s: 0,
            active_s: 0,
            waiting_s: 0,
        };
        seen.meet();
        seen
    }

    fn go_on(&mut self, event: &Event) {
        let at_s = event.at_s.max(self.last_s);
        self.gap_s = at_s.saturating_sub(self.last_s);
        let spent_s = match self.stage {
            Stage::New => Some(&mut self.new_s),
            Stage::Active => Some(&mut self.active_s),
            Stage::Waiting => Some(&mut self.waiting_s),
            Stage::Other | Stage::Resolved | Stage::Closed => None,
        };
        if let Some(spent_s) = spent_s {
            *spent_s = spent_s.saturating_add(self.gap_s);
        }
        let is_other = |field| self.given.named(field) != event.given.named(field);
        if is_other(Field::Team) {
            let was_with_one = self.given.named(Field::Team).is_some();
            let is_with_one = event.given.named(Field::Team).is_some();
            self.handovers = self
                .handovers
                .saturating_add(u32::from(was_with_one && is_with_one));
            self.team_since_s = at_s;
        }
        if is_other(Field::Assignee) {
            self.assignee_since_s = at_s;
        }
        let waits = event.stage == Stage::Waiting && self.stage != Stage::Waiting;
        self.waits = self.waits.saturating_add(u32::from(waits));
        let reopened = event.stage.is_open() && !self.stage.is_open();
        self.reopenings = self.reopenings.saturating_add(u32::from(reopened));
        self.events = self.events.saturating_add(1);
        self.last_s = at_s;
        self.stage = event.stage;
        self.given = event.given.clone();
        self.meet();
    }

    /// Notes the team and the people of the event.
    fn meet(&mut self) {
        for (field, met) in [
            (Field::Team, &mut self.teams),
            (Field::Assignee, &mut self.assignees),
            (Field::UpdatedBy, &mut self.editors),
        ] {
            if let Some(name) = self.given.named(field)
                && !met.contains(name)
            {
                met.insert(name.clone());
            }
        }
    }

    fn counted(&self, opened_s: i64, now_s: i64) -> [(Measure, f64); 18] {
        let quiet_s = match now_s.saturating_sub(self.last_s) {
            0 => self.gap_s,
            since => since,
        };
        let is_first = self.given.named(Field::Team) == self.first_team.as_ref();
        [
            (Measure::ElapsedHours, hours(opened_s, now_s)),
            (Measure::RegistrationHours, hours(opened_s, self.first_s)),
            (Measure::QuietHours, hours(0, quiet_s)),
            (Measure::Events, f64::from(self.events)),
            (Measure::Teams, count(&self.teams)),
            (Measure::Assignees, count(&self.assignees)),
            (Measure::Editors, count(&self.editors)),
            (Measure::WithFirstTeam, f64::from(u8::from(is_first))),
            (Measure::TeamHours, hours(self.team_since_s, now_s)),
            (Measure::AssigneeHours, hours(self.assignee_since_s, now_s)),
            (Measure::Waits, f64::from(self.waits)),
            (Measure::NewHours, hours(0, self.new_s)),
            (Measure::ActiveHours, hours(0, self.active_s)),
            (Measure::WaitingHours, hours(0, self.waiting_s)),
            (Measure::Hour, hour_of_day(now_s)),
            (Measure::Weekday, weekday(now_s)),
            (Measure::OpenedHour, hour_of_day(opened_s)),
            (Measure::OpenedWeekday, weekday(opened_s)),
        ]
    }
}

#[allow(clippy::cast_precision_loss)] // Exact below 2^53 seconds.
fn hours(from_s: i64, to_s: i64) -> f64 {
    to_s.saturating_sub(from_s).max(0) as f64 / HOUR_S
}

#[allow(clippy::cast_precision_loss)] // No incident has 2^53 teams.
fn count(names: &BTreeSet<Name>) -> f64 {
    names.len() as f64
}

#[allow(clippy::cast_precision_loss)] // Below 86,400.
fn hour_of_day(at_s: i64) -> f64 {
    at_s.rem_euclid(DAY_S) as f64 / HOUR_S
}

#[allow(clippy::cast_precision_loss)] // Below 7.
fn weekday(at_s: i64) -> f64 {
    // 1 January 1970 was a Thursday.
    (at_s.div_euclid(DAY_S) + 3).rem_euclid(7) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONDAY_S: i64 = 4 * DAY_S;

    fn event(at_s: i64, stage: Stage, team: &str, assignee: &str) -> Event {
        let mut given = Snapshot::default();
        given
            .name(Field::Team, team)
            .name(Field::Assignee, assignee);
        Event { at_s, stage, given }
    }

    fn history() -> History {
        let hour = 3600;
        let events = vec![
            event(MONDAY_S + hour, Stage::New, "Desk", ""),
            event(MONDAY_S + 3 * hour, Stage::Active, "Network", "Mara"),
            event(MONDAY_S + 2 * hour, Stage::Waiting, "Network", "Mara"),
            event(MONDAY_S + 7 * hour, Stage::Active, "Desk", "Mara"),
            event(MONDAY_S + 8 * hour, Stage::Resolved, "Desk", "Mara"),
            event(MONDAY_S + 9 * hour, Stage::Active, "Desk", "Tom"),
        ];
        History {
            opened_s: MONDAY_S,
            events,
            outcome: None,
        }
    }

    fn at(now_s: i64, measure: Measure) -> Option<f64> {
        history()
            .snapshot(MONDAY_S + now_s)
            .unwrap()
            .measure(measure)
    }

    #[test]
    fn what_is_counted_is_what_happened_so_far() {
        let hour = 3600;
        let table = [
            (3 * hour, Measure::ElapsedHours, 3.0),
            (3 * hour, Measure::RegistrationHours, 1.0),
            // The event that went back in time came with the one before it.
            (3 * hour, Measure::Events, 3.0),
            (3 * hour, Measure::QuietHours, 0.0),
            (5 * hour, Measure::QuietHours, 2.0),
            (5 * hour, Measure::WaitingHours, 0.0),
            (7 * hour, Measure::WaitingHours, 4.0),
            (7 * hour, Measure::Reassignments, 2.0),
            (7 * hour, Measure::Teams, 2.0),
            (7 * hour, Measure::WithFirstTeam, 1.0),
            (5 * hour, Measure::WithFirstTeam, 0.0),
            (7 * hour, Measure::AssigneeHours, 4.0),
            (8 * hour, Measure::Reopenings, 0.0),
            (9 * hour, Measure::Reopenings, 1.0),
            (9 * hour, Measure::Assignees, 2.0),
            (9 * hour, Measure::Waits, 1.0),
            (9 * hour, Measure::NewHours, 2.0),
            (9 * hour, Measure::Hour, 9.0),
            (9 * hour, Measure::Weekday, 0.0),
            (9 * hour + 5 * DAY_S, Measure::Weekday, 5.0),
        ];
        for (now_s, measure, expected) in table {
            assert_eq!(at(now_s, measure), Some(expected), "{measure:?} at {now_s}");
        }
        assert_eq!(history().snapshot(MONDAY_S), None);
    }

    #[test]
    fn a_forecast_has_sense_while_it_is_open_and_of_the_past_only() {
        let moments = |until_s| -> Vec<usize> {
            history()
                .moments(MONDAY_S + until_s)
                .map(|(index, _)| index)
                .collect()
        };
        assert_eq!(moments(24 * 3600), [0, 1, 2, 3, 5]);
        assert_eq!(moments(3 * 3600), [0, 2]);
    }

    #[test]
    fn what_the_source_counts_itself_is_believed() {
        let mut past = history();
        for event in &mut past.events {
            event.given.set(Measure::Reassignments, 9.0);
        }
        let known = past.snapshot(MONDAY_S + 9 * 3600).unwrap();
        assert_eq!(known.measure(Measure::Reassignments), Some(9.0));
    }

    #[test]
    fn later_events_change_nothing_of_what_was_known() {
        let whole = history();
        for end in 1..=whole.events.len() {
            let mut part = whole.clone();
            part.events.truncate(end);
            let now_s = part.events.iter().map(|event| event.at_s).max().unwrap();
            if whole.events[end..].iter().all(|event| event.at_s > now_s) {
                assert_eq!(part.snapshot(now_s), whole.snapshot(now_s));
            }
        }
    }

    #[test]
    fn an_outcome_is_known_after_its_moment_only() {
        let outcome = Outcome {
            known_s: 10,
            resolved_s: None,
            is_breached: true,
        };
        let past = History {
            opened_s: 0,
            events: Vec::new(),
            outcome: Some(outcome),
        };
        assert_eq!(past.outcome_before(10), None);
        assert_eq!(past.outcome_before(11), Some(&outcome));
    }
}
