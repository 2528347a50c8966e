//! The slots of a calendar as instants.
//!
//! A wall clock is a constant distance from UTC until its zone changes it. Within such a stretch
//! dates follow each other and each slot is one interval of instants; from stretch to stretch the
//! wall may show a date again or leave one out, and each shows what it shows.

use super::{Calendar, Slot};
use crate::time::{At, MINUTE};
use jiff::civil::Date;
use jiff::tz::Offset;

/// How far ahead is looked, in days: longer than any clock of an incident runs.
const HORIZON_DAYS: u32 = 3_653;

/// A stretch of time in which the wall clock is not changed.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    offset: Offset,
    from: At,
    until: At,
}

impl Stretch {
    fn at(calendar: &Calendar, from: At) -> Self {
        let rules = &calendar.zone.rules;
        let instant = from.timestamp();
        let next = rules.following(instant).next();
        let until = next.map_or(i64::MAX, |change| change.timestamp().as_microsecond());
        Self {
            offset: rules.to_offset(instant),
            from,
            until: At::from_micros(until),
        }
    }

    /// The date on the wall when it begins.
    fn first(&self) -> Date {
        self.offset.to_datetime(self.from.timestamp()).date()
    }

    /// When the wall shows midnight at the beginning of a date.
    fn midnight(&self, date: Date) -> Option<At> {
        let instant = self.offset.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
        Some(At::from_micros(instant.as_microsecond()))
    }
}

/// Open intervals from an instant on, in order. They are cut at midnight on the wall and where the
/// clock is changed, and none is empty.
pub(super) struct Open<'a> {
    calendar: &'a Calendar,
    stretch: Stretch,
    date: Date,
    midnight: Option<At>,
    slots: std::slice::Iter<'a, Slot>,
    days_left: u32,
}

impl<'a> Open<'a> {
    pub(super) fn from(calendar: &'a Calendar, from: At) -> Self {
        let stretch = Stretch::at(calendar, from);
        let date = stretch.first();
        Self {
            calendar,
            stretch,
            date,
            midnight: stretch.midnight(date),
            slots: calendar.day(date).slots().iter(),
            days_left: HORIZON_DAYS,
        }
    }

    /// Goes on with the next date, or with what the wall shows after the clock was changed.
    fn turn(&mut self) -> Option<()> {
        self.days_left = self.days_left.checked_sub(1)?;
        let tomorrow = self.date.tomorrow().ok()?;
        let midnight = self.stretch.midnight(tomorrow)?;
        if midnight < self.stretch.until {
            (self.date, self.midnight) = (tomorrow, Some(midnight));
        } else {
            self.stretch = Stretch::at(self.calendar, self.stretch.until);
            self.date = self.stretch.first();
            self.midnight = self.stretch.midnight(self.date);
        }
        self.slots = self.calendar.day(self.date).slots().iter();
        Some(())
    }
}

impl Iterator for Open<'_> {
    type Item = (At, At);

    fn next(&mut self) -> Option<(At, At)> {
        loop {
            let Some(slot) = self.slots.next() else {
                self.turn()?;
                continue;
            };
            let midnight = self.midnight?;
            let wall = |minutes: u16| midnight.plus(i64::from(minutes) * MINUTE);
            let start = wall(slot.from).max(self.stretch.from);
            let end = wall(slot.to).min(self.stretch.until);
            if start < end {
                return Some((start, end));
            }
        }
    }
}
