//! Business calendars: when time counts for a service (features F063).
//!
//! A calendar says by the clock on the wall of one zone when a service is attended: slots for each
//! day of the week, and other ones for single dates. To count is to turn the slots into instants
//! and to add those up, so that a day of 23 or of 25 hours counts what the wall clock shows: an
//! hour that the clock leaves out is not there, and one that it shows twice counts twice.
//!
//! Pure: the rules of the zones come compiled in with the time library, not from the machine, so
//! that the same history gives the same due time everywhere.

mod feed;
mod open;
#[cfg(test)]
mod tests;

pub use feed::{HolidayFeed, Proposal};

use crate::refusal::Invalid;
use crate::time::At;
pub use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use open::Open;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

/// Minutes of a day on the wall.
const DAY_MINUTES: u16 = 24 * 60;
/// Slots of one day at most.
const SLOTS_LIMIT: usize = 24;
/// Dates with slots of their own at most.
const DATES_LIMIT: usize = 4_000;

/// The zones of the world (IANA), compiled in.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone by its IANA name, such as `Europe/Zurich`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

impl Zone {
    /// The zone of this name.
    pub fn named(name: &str) -> Result<Self, Invalid> {
        match ZONES.get(name) {
            // The database finds `europe/zurich` too; the name is kept as IANA writes it.
            Ok(rules) => Ok(Self {
                name: rules.iana_name().unwrap_or(name).to_owned(),
                rules,
            }),
            Err(_) => Err(Invalid::Zone {
                name: name.chars().take(60).collect(),
            }),
        }
    }

    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self {
            name: "UTC".to_owned(),
            rules: TimeZone::UTC,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The date on the wall at an instant.
    pub fn date(&self, at: At) -> Date {
        self.rules.to_datetime(at.timestamp()).date()
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl TryFrom<String> for Zone {
    type Error = Invalid;
    fn try_from(name: String) -> Result<Self, Invalid> {
        Self::named(&name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name
    }
}

/// A part of a day, in minutes on the wall: from `from` until before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// Minutes after midnight.
    pub from: u16,
    /// Minutes after midnight, after `from`; 1440 is the end of the day.
    pub to: u16,
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = |minutes: u16| (minutes / 60, minutes % 60);
        let ((h, m), (to_h, to_m)) = (clock(self.from), clock(self.to));
        write!(f, "{h:02}:{m:02} to {to_h:02}:{to_m:02}")
    }
}

/// The slots of a day, in order and apart from each other. None: the service is not attended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Slot>", into = "Vec<Slot>")]
pub struct Day(Vec<Slot>);

impl Day {
    /// A day with these slots. They may be given in any order; those that touch become one, and
    /// such as overlap are refused, because one of them is a slip.
    pub fn new(mut slots: Vec<Slot>) -> Result<Self, Invalid> {
        if slots.len() > SLOTS_LIMIT {
            return Err(Invalid::TooMany {
                what: "slots of one day",
                limit: SLOTS_LIMIT,
            });
        }
        slots.sort_unstable();
        let mut joined: Vec<Slot> = Vec::with_capacity(slots.len());
        for slot in slots {
            if slot.from >= slot.to || slot.to > DAY_MINUTES {
                return Err(Invalid::Slot {
                    slot: slot.to_string(),
                });
            }
            match joined.last_mut() {
                Some(last) if slot.from < last.to => {
                    return Err(Invalid::Overlap {
                        slot: slot.to_string(),
                    });
                }
                Some(last) if slot.from == last.to => last.to = slot.to,
                _ => joined.push(slot),
            }
        }
        Ok(Self(joined))
    }

    /// From midnight to midnight.
    pub fn whole() -> Self {
        Self(vec![Slot {
            from: 0,
            to: DAY_MINUTES,
        }])
    }

    /// Its slots.
    pub fn slots(&self) -> &[Slot] {
        &self.0
    }
}

impl TryFrom<Vec<Slot>> for Day {
    type Error = Invalid;
    fn try_from(slots: Vec<Slot>) -> Result<Self, Invalid> {
        Self::new(slots)
    }
}

impl From<Day> for Vec<Slot> {
    fn from(day: Day) -> Self {
        day.0
    }
}

/// When a service is attended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Calendar {
    zone: Zone,
    /// Monday first.
    week: [Day; 7],
    /// Dates with slots of their own: holidays, stock-taking, a Saturday that is worked.
    dates: BTreeMap<Date, Day>,
}

/// What a calendar is read from: everything in it is right, but there may be too much.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    zone: Zone,
    week: [Day; 7],
    #[serde(default)]
    dates: BTreeMap<Date, Day>,
}

impl TryFrom<Parts> for Calendar {
    type Error = Invalid;
    fn try_from(parts: Parts) -> Result<Self, Invalid> {
        Self::new(parts.zone, parts.week, parts.dates)
    }
}

impl Calendar {
    /// A calendar of a week, Monday first, and of dates that differ from it.
    pub fn new(zone: Zone, week: [Day; 7], dates: BTreeMap<Date, Day>) -> Result<Self, Invalid> {
        if dates.len() > DATES_LIMIT {
            return Err(Invalid::TooMany {
                what: "dates with slots of their own",
                limit: DATES_LIMIT,
            });
        }
        Ok(Self { zone, week, dates })
    }

    /// Around the clock, every day.
    pub fn always() -> Self {
        Self {
            zone: Zone::utc(),
            week: std::array::from_fn(|_| Day::whole()),
            dates: BTreeMap::new(),
        }
    }

    /// Its zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Its week, Monday first.
    pub fn week(&self) -> &[Day; 7] {
        &self.week
    }

    /// The dates with slots of their own.
    pub fn dates(&self) -> &BTreeMap<Date, Day> {
        &self.dates
    }

    /// The slots of a date.
    pub fn day(&self, date: Date) -> &Day {
        static CLOSED: Day = Day(Vec::new());
        let of_week = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        self.dates
            .get(&date)
            .or_else(|| self.week.get(of_week))
            .unwrap_or(&CLOSED)
    }

    /// Whether it is attended at an instant.
    pub fn is_open(&self, at: At) -> bool {
        self.next_open(at) == Some(at)
    }

    /// How much of the time between two instants counts, in microseconds; nothing when the second
    /// one is not later.
    pub fn counted(&self, from: At, until: At) -> i64 {
        let open = self.open(from, until);
        open.map(|(start, end)| end.micros() - start.micros()).sum()
    }

    /// The open times between two instants, in order.
    pub fn open(&self, from: At, until: At) -> impl Iterator<Item = (At, At)> + '_ {
        Open::from(self, from)
            .take_while(move |(start, _)| *start < until)
            .map(move |(start, end)| (start, end.min(until)))
    }

    /// When so many microseconds have counted since an instant: the first moment at which
    /// [`Self::counted`] reaches them. `None` when that does not happen in ten years.
    pub fn after(&self, from: At, micros: i64) -> Option<At> {
        if micros <= 0 {
            return Some(from);
        }
        let mut left = micros;
        for (start, end) in Open::from(self, from) {
            let length = end.micros() - start.micros();
            if length >= left {
                return Some(start.plus(left));
            }
            left -= length;
        }
        None
    }

    /// The next instant at which it is attended: this one, where it is open. `None` when that does
    /// not happen in ten years.
    pub fn next_open(&self, at: At) -> Option<At> {
        Open::from(self, at).next().map(|(start, _)| start)
    }

    /// The open times of the next days on which it is attended at all, from an instant on: what a
    /// person looks at before they believe a calendar. Days end with the date on the wall.
    pub fn preview(&self, from: At, days: usize) -> Vec<(Date, Vec<(At, At)>)> {
        let mut found: Vec<(Date, Vec<(At, At)>)> = Vec::new();
        for (start, end) in Open::from(self, from) {
            let date = self.zone.date(start);
            let is_new = found.last().is_none_or(|(last, _)| *last != date);
            if is_new && found.len() == days {
                break;
            }
            if is_new {
                found.push((date, Vec::new()));
            }
            if let Some((_, times)) = found.last_mut() {
                times.push((start, end));
            }
        }
        found
    }
}
