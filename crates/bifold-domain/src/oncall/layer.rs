//! A layer: people who take turns, with hand-off at a time on the wall.

use super::fault::Fault;
use super::shift::{Shift, Span, Why};
use super::wall::Wall;
use crate::access::closed_set;
use crate::calendar::{Calendar, Day, Zone};
use crate::id::PersonId;
use crate::refusal::Invalid;
use crate::text::Short;
use crate::time::{At, DAY};
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// People in one layer at most.
const PEOPLE_LIMIT: usize = 100;
/// Units of one turn at most.
const TURN_LIMIT: u16 = 366;

closed_set! {
    /// What a turn is counted in.
    Unit {
        /// Hours on the wall.
        Hours = "hours",
        /// Days.
        Days = "days",
        /// Weeks.
        Weeks = "weeks",
    }
}

/// How long a turn is: two weeks, one day, twelve hours.
///
/// It is counted on the wall: a day is from nine to nine, also where the clock is changed in
/// between and it has 23 hours or 25.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// How many.
    #[schema(minimum = 1, maximum = 366)]
    pub count: u16,
    /// Of what.
    pub unit: Unit,
}

impl Turn {
    /// Hours on the wall.
    fn hours(self) -> i64 {
        let unit = match self.unit {
            Unit::Hours => 1,
            Unit::Days => 24,
            Unit::Weeks => 7 * 24,
        };
        unit * i64::from(self.count.max(1))
    }
}

/// A part of a day, in minutes on the wall.
#[derive(Debug, utoipa::ToSchema)]
pub struct SlotShape {
    /// Minutes after midnight.
    pub from: u16,
    /// Minutes after midnight, after `from`; 1440 is the end of the day.
    pub to: u16,
}

/// People who take turns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = OnCallLayer)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Its name, unique in the schedule.
    pub name: Short,
    /// The zone of its wall clock, by IANA name.
    #[schema(value_type = String, example = "Europe/Zurich")]
    pub zone: Zone,
    /// When the first turn begins, on the wall. All hand-offs are at this time of day, or full
    /// turns after it.
    #[schema(value_type = String, example = "2026-03-02T09:00:00")]
    pub starts: DateTime,
    /// How long each turn is.
    pub turn: Turn,
    /// Who, in this order, over and over.
    #[schema(min_items = 1, max_items = 100)]
    pub people: Vec<PersonId>,
    /// Slots of each weekday, Monday first, outside of which nobody of this layer is on call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Vec<SlotShape>>>, min_items = 7, max_items = 7)]
    pub only: Option<[Day; 7]>,
}

impl Layer {
    /// Refuses a layer that could never have anybody on call.
    pub(super) fn check(&self) -> Result<(), Invalid> {
        let layer = || self.name.as_str().to_owned();
        if self.people.is_empty() {
            return Err(Fault::NoPeople { layer: layer() }.into());
        }
        if self.people.len() > PEOPLE_LIMIT {
            return Err(Invalid::TooMany {
                what: "people of a layer",
                limit: PEOPLE_LIMIT,
            });
        }
        if !(1..=TURN_LIMIT).contains(&self.turn.count) {
            return Err(Invalid::OutOfRange {
                field: "length of a turn",
                min: 1,
                max: TURN_LIMIT.into(),
            });
        }
        if self.starts.second() != 0 || self.starts.subsec_nanosecond() != 0 {
            return Err(Fault::Seconds { layer: layer() }.into());
        }
        let never = |days: &[Day; 7]| days.iter().all(|day| day.slots().is_empty());
        if self.only.as_ref().is_some_and(never) {
            return Err(Fault::NoSlot { layer: layer() }.into());
        }
        Ok(())
    }

    /// Days on its wall, beginning with that of an instant, and the instant at which each begins:
    /// what a picture of the plan is ruled by.
    pub fn days(&self, from: At, count: usize) -> Vec<(Date, At)> {
        let wall = Wall::of(&self.zone);
        let first = wall.shows(from).date();
        let dates = first.series(jiff::Span::new().days(1)).take(count);
        dates
            .filter_map(|date| Some((date, wall.reaches(date.at(0, 0, 0, 0))?)))
            .collect()
    }

    /// Who is on call in a stretch of time, in order.
    pub(super) fn shifts(&self, span: Span) -> Vec<Shift> {
        let turns = self.turns(span);
        let Some(only) = &self.only else {
            return turns;
        };
        let mut shifts = Vec::new();
        let mut turns = turns.into_iter().peekable();
        for open in open(&self.zone, only, span) {
            while turns.next_if(|t| t.span.until <= open.from).is_some() {}
            while let Some(turn) = turns.peek().filter(|t| t.span.from < open.until) {
                shifts.push(Shift {
                    span: turn.span.cut(&open),
                    ..turn.clone()
                });
                // One that goes on is also cut by the next slot.
                if turn.span.until > open.until {
                    break;
                }
                turns.next();
            }
        }
        shifts
    }

    /// Whose turn it is, without the restriction.
    fn turns(&self, span: Span) -> Vec<Shift> {
        let wall = Wall::of(&self.zone);
        let mut found = Vec::new();
        let Some(mut number) = self.number_at(&wall, span.from) else {
            return found;
        };
        let mut from = self.begins(&wall, number);
        while let Some(start) = from.filter(|start| *start < span.until) {
            let end = self.begins(&wall, number + 1);
            let span = Span {
                from: start,
                until: end.unwrap_or(span.until),
            }
            .cut(&span);
            if let Some(person) = self.person(number).filter(|_| !span.is_empty()) {
                let why = Why::Layer {
                    name: self.name.clone(),
                };
                let person = person.clone();
                found.push(Shift { person, span, why });
            }
            (number, from) = (number + 1, end);
        }
        found
    }

    /// When a turn begins, counted from 0.
    fn begins(&self, wall: &Wall, number: i64) -> Option<At> {
        let hours = number.checked_mul(self.turn.hours())?;
        let time = self
            .starts
            .checked_add(SignedDuration::try_from_hours(hours)?);
        wall.reaches(time.ok()?)
    }

    /// The turn at an instant; the first when that is still to come.
    fn number_at(&self, wall: &Wall, at: At) -> Option<i64> {
        let passed = wall.shows(at).duration_since(self.starts).as_secs();
        let mut number = passed.div_euclid(3_600 * self.turn.hours()).max(0);
        // Where the clock was put back, it shows less than it had come to.
        while self.begins(wall, number + 1)? <= at {
            number += 1;
        }
        Some(number)
    }

    fn person(&self, number: i64) -> Option<&PersonId> {
        let count = i64::try_from(self.people.len()).ok().filter(|n| *n > 0)?;
        self.people.get(usize::try_from(number % count).ok()?)
    }
}

/// The slots of a week as instants.
fn open(zone: &Zone, only: &[Day; 7], span: Span) -> Vec<Span> {
    let Ok(calendar) = Calendar::new(zone.clone(), only.clone(), BTreeMap::new()) else {
        return Vec::new();
    };
    let days = (span.until.micros() - span.from.micros()) / DAY + 2;
    let days = calendar.preview(span.from, usize::try_from(days).unwrap_or(0));
    let times = days.into_iter().flat_map(|(_, times)| times);
    times
        .map(|(from, until)| Span { from, until }.cut(&span))
        .take_while(|open| !open.is_empty())
        .collect()
}
