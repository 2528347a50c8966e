//! Days as bars, and availability over whole days of the page's zone.
//!
//! A day is from one midnight on the wall to the next, so it has 23 or 25 hours where clocks change.
//! Availability is the share of the counted time in which a component was in none of the states
//! that count. Announced maintenance is taken out of both parts of the fraction, as is the time
//! before anything is known of the component. What overlaps counts once.

use crate::course::{Lasted, course};
use crate::model::{Component, Page, State};
use crate::spans::Spans;
use bifold_domain::At;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeSet;

/// Days that have a bar, today among them.
pub const BAR_DAYS: i32 = 90;
/// Days over which availability is told, today among them.
pub const WINDOWS_DAYS: [i32; 4] = [7, 30, 90, 365];

/// A day of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// The day on the wall.
    pub date: Date,
    /// The worst state of the day; `None` before anything is known.
    pub worst: Option<State>,
}

/// How much of the time a component was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Availability {
    /// Microseconds that count.
    pub counted: i64,
    /// Microseconds of them in which it was not available.
    pub down: i64,
}

impl Availability {
    /// Hundredths of a percent, cut and not rounded: 10 000 only if there was nothing at all.
    pub fn hundredths(self) -> Option<i64> {
        if self.counted <= 0 {
            return None;
        }
        let up = i128::from(self.counted - self.down) * 10_000 / i128::from(self.counted);
        i64::try_from(up).ok()
    }
}

/// The day of an instant.
pub(crate) fn day_of(at: At, zone: &TimeZone) -> Date {
    timestamp(at).to_zoned(zone.clone()).date()
}

/// The instant at which a day begins.
pub(crate) fn midnight(date: Date, zone: &TimeZone) -> At {
    // Only at the ends of what a calendar can hold there is none.
    let begin = date.to_zoned(zone.clone()).map(|zoned| zoned.timestamp());
    begin.map_or(At::from_micros(0), |at| {
        At::from_micros(at.as_microsecond())
    })
}

/// The day that many days later, or earlier.
pub(crate) fn shifted(date: Date, days: i32) -> Date {
    date.saturating_add(days.days())
}

pub(crate) fn timestamp(at: At) -> Timestamp {
    Timestamp::from_microsecond(at.micros()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The last 90 days of a component, the oldest first.
pub fn bars(page: &Page, zone: &TimeZone, component: &Component) -> Vec<Bar> {
    let now = page.generated_at;
    let today = day_of(now, zone);
    let course = course(page, component);
    let since = component.since.micros();
    let bar = |back: i32| {
        let date = shifted(today, -back);
        let from = midnight(date, zone).micros().max(since);
        let until = midnight(shifted(date, 1), zone).micros().min(now.micros());
        Bar {
            date,
            worst: (from < until).then(|| worst(&course, from, until)),
        }
    };
    (0..BAR_DAYS).rev().map(bar).collect()
}

fn worst(course: &[Lasted], from: i64, until: i64) -> State {
    let touching = course.iter().filter(|l| l.from < until && from < l.until);
    let states = touching.map(|lasted| lasted.state);
    states.max().unwrap_or(State::Operational)
}

/// Availability of a component over the last days, today up to the page's instant among them.
pub fn availability(
    page: &Page,
    zone: &TimeZone,
    component: &Component,
    days: i32,
    counts: &BTreeSet<State>,
) -> Availability {
    let now = page.generated_at;
    let first = shifted(day_of(now, zone), 1 - days);
    let from = midnight(first, zone).max(component.since).micros();
    let until = now.micros();
    let planned = page
        .maintenances
        .iter()
        .filter(|maintenance| maintenance.components.contains(&component.key))
        .filter_map(|maintenance| maintenance.planned_run(now))
        .map(|(from, until)| (from.micros(), until.micros()));
    let planned = Spans::of(planned);
    let course = course(page, component);
    let down = course
        .iter()
        .filter(|lasted| counts.contains(&lasted.state));
    let down = Spans::of(down.map(|lasted| (lasted.from, lasted.until)));
    Availability {
        counted: Spans::of([(from, until)]).without(&planned).length(),
        down: down.within(from, until).without(&planned).length(),
    }
}

#[cfg(test)]
mod tests;
