//! Holidays that a feed proposes and a person confirms (features F063).
//!
//! A feed closes nothing by itself: a holiday that somebody else's calendar has by mistake would
//! move every due time. What it has and the calendar has not is proposed; what was taken from it
//! once and it has no more is proposed to be open again.

use super::Calendar;
use crate::ical::{self, Unread};
use crate::refusal::Invalid;
use crate::text::Short;
use crate::time::At;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Dates remembered of a feed at most, taken and declined each.
const REMEMBERED_LIMIT: usize = 4_000;

/// How far ahead a feed is asked for holidays.
const AHEAD_DAYS: i32 = 2 * 366;
/// Bytes of an address at most.
const ADDRESS_BYTES: usize = 1_000;

/// A feed of holidays, and what was decided on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "FeedParts")]
pub struct HolidayFeed {
    /// Its address: `https`, or `http` in a network that the operator allowed.
    address: String,
    /// What was taken from it, with its name. Such a date is closed in the calendar.
    taken: BTreeMap<Date, Short>,
    /// What is not proposed again.
    declined: BTreeSet<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedParts {
    address: String,
    #[serde(default)]
    taken: BTreeMap<Date, Short>,
    #[serde(default)]
    declined: BTreeSet<Date>,
}

impl TryFrom<FeedParts> for HolidayFeed {
    type Error = Invalid;
    fn try_from(parts: FeedParts) -> Result<Self, Invalid> {
        let (address, schemes) = (parts.address.as_str(), ["https://", "http://"]);
        let is_web = schemes.iter().any(|scheme| address.starts_with(scheme));
        let is_plain = address.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_web || !is_plain || address.len() > ADDRESS_BYTES {
            return Err(Invalid::NoWebAddress {
                field: "the address of the feed",
            });
        }
        if parts.taken.len().max(parts.declined.len()) > REMEMBERED_LIMIT {
            return Err(Invalid::TooMany {
                what: "dates of a feed",
                limit: REMEMBERED_LIMIT,
            });
        }
        Ok(Self {
            address: parts.address,
            taken: parts.taken,
            declined: parts.declined,
        })
    }
}

/// What a feed proposes for a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "propose", rename_all = "snake_case")]
pub enum Proposal {
    /// To close it, for a holiday of this name.
    Close {
        /// The holiday.
        name: String,
    },
    /// To open it again: the feed has the holiday no more.
    Open {
        /// What it was taken for.
        name: String,
    },
}

impl HolidayFeed {
    /// A feed of which nothing was decided yet.
    pub fn at(address: &str) -> Result<Self, Invalid> {
        Self::try_from(FeedParts {
            address: address.to_owned(),
            taken: BTreeMap::new(),
            declined: BTreeSet::new(),
        })
    }

    /// Its address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What was taken from it.
    pub fn taken(&self) -> &BTreeMap<Date, Short> {
        &self.taken
    }

    /// What it proposes for a calendar, given its days from one date until before another.
    /// A date on which the calendar is closed anyway, or has hours of its own, is not proposed.
    pub fn proposals(
        &self,
        calendar: &Calendar,
        days: &BTreeMap<Date, String>,
        from: Date,
        until: Date,
    ) -> BTreeMap<Date, Proposal> {
        let closes = days.range(from..until).filter(|(date, _)| {
            let is_settled = self.declined.contains(date) || calendar.dates().contains_key(date);
            !is_settled && !calendar.day(**date).slots().is_empty()
        });
        let closes = closes.map(|(date, name)| (*date, Proposal::Close { name: name.clone() }));
        let is_closed = |date: &Date| {
            let day = calendar.dates().get(date);
            day.is_some_and(|day| day.slots().is_empty())
        };
        let gone = self.taken.range(from..until);
        let gone = gone.filter(|(date, _)| !days.contains_key(date) && is_closed(date));
        let opens = gone.map(|(date, name)| {
            let name = name.to_string();
            (*date, Proposal::Open { name })
        });
        closes.chain(opens).collect()
    }

    /// What the text of the feed proposes for a calendar at an instant, and how many of its
    /// entries were left out.
    pub fn asked(
        &self,
        calendar: &Calendar,
        text: &str,
        now: At,
    ) -> Result<(BTreeMap<Date, Proposal>, usize), Unread> {
        let from = calendar.zone().date(now);
        let until = from.checked_add(AHEAD_DAYS.days()).unwrap_or(Date::MAX);
        let read = ical::holidays(text, from, until)?;
        let proposals = self.proposals(calendar, &read.days, from, until);
        Ok((proposals, read.left_out))
    }

    /// The feed and the calendar after some proposals were taken or declined.
    pub fn decided(
        &self,
        calendar: &Calendar,
        proposals: &BTreeMap<Date, Proposal>,
        dates: &BTreeSet<Date>,
        is_taken: bool,
    ) -> Result<(Self, Calendar), Invalid> {
        let mut feed = self.clone();
        let mut days = calendar.dates().clone();
        for (date, proposal) in proposals.iter().filter(|(date, _)| dates.contains(date)) {
            match (proposal, is_taken) {
                (Proposal::Close { name }, true) => {
                    let name = Short::parse(name).or_else(|_| Short::parse(&date.to_string()))?;
                    feed.taken.insert(*date, name);
                    days.insert(*date, super::Day::default());
                }
                (Proposal::Close { .. }, false) => {
                    feed.declined.insert(*date);
                }
                (Proposal::Open { .. }, true) => {
                    feed.taken.remove(date);
                    days.remove(date);
                }
                // It stays closed, and is the calendar's own from now on.
                (Proposal::Open { .. }, false) => {
                    feed.taken.remove(date);
                }
            }
        }
        let feed = Self::try_from(FeedParts {
            address: feed.address,
            taken: feed.taken,
            declined: feed.declined,
        })?;
        let calendar = Calendar::new(calendar.zone().clone(), calendar.week().clone(), days)?;
        Ok((feed, calendar))
    }

    /// Without what is over: nobody asks for it any more.
    #[must_use]
    pub fn since(mut self, date: Date) -> Self {
        self.taken.retain(|day, _| *day >= date);
        self.declined.retain(|day| *day >= date);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Day, Zone};

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn office() -> Calendar {
        let week = std::array::from_fn(|n| if n < 5 { Day::whole() } else { Day::default() });
        Calendar::new(Zone::utc(), week, BTreeMap::new()).unwrap()
    }

    fn feed() -> HolidayFeed {
        HolidayFeed::at("https://example.org/days.ics").unwrap()
    }

    fn days(all: &[(&str, &str)]) -> BTreeMap<Date, String> {
        let day = |(day, name): &(&str, &str)| (date(day), (*name).to_owned());
        all.iter().map(day).collect()
    }

    const FROM: &str = "2026-01-01";
    const UNTIL: &str = "2027-01-01";

    fn proposed(
        feed: &HolidayFeed,
        calendar: &Calendar,
        days: &BTreeMap<Date, String>,
    ) -> BTreeMap<Date, Proposal> {
        feed.proposals(calendar, days, date(FROM), date(UNTIL))
    }

    #[test]
    fn what_is_new_is_proposed_once_and_closes_nothing_by_itself() {
        // A Friday, a Saturday, and one of another year.
        let days = days(&[
            ("2026-05-01", "Labour Day"),
            ("2026-08-01", "National Day"),
            ("2030-05-01", "Far away"),
        ]);
        let (feed, calendar) = (feed(), office());
        let found = proposed(&feed, &calendar, &days);
        assert_eq!(found.keys().collect::<Vec<_>>(), [&date("2026-05-01")]);
        let ticked = BTreeSet::from([date("2026-05-01")]);
        let (taken, closed) = feed.decided(&calendar, &found, &ticked, true).unwrap();
        assert!(closed.day(date("2026-05-01")).slots().is_empty());
        assert!(proposed(&taken, &closed, &days).is_empty());
        let (declined, same) = feed.decided(&calendar, &found, &ticked, false).unwrap();
        assert_eq!(same, calendar);
        assert!(proposed(&declined, &same, &days).is_empty());
    }

    #[test]
    fn what_the_feed_has_no_more_is_proposed_to_open_again() {
        let (feed, calendar) = (feed(), office());
        let ticked = BTreeSet::from([date("2026-05-01")]);
        let full = days(&[("2026-05-01", "Labour Day")]);
        let found = proposed(&feed, &calendar, &full);
        let (feed, calendar) = feed.decided(&calendar, &found, &ticked, true).unwrap();
        let gone = proposed(&feed, &calendar, &BTreeMap::new());
        let name = "Labour Day".to_owned();
        assert_eq!(gone[&date("2026-05-01")], Proposal::Open { name });
        let (after, open) = feed.decided(&calendar, &gone, &ticked, true).unwrap();
        assert_eq!((open, after.taken().len()), (office(), 0));
        let (kept, closed) = feed.decided(&calendar, &gone, &ticked, false).unwrap();
        assert!(closed.day(date("2026-05-01")).slots().is_empty());
        assert!(proposed(&kept, &closed, &BTreeMap::new()).is_empty());
    }

    #[test]
    fn an_address_is_one_of_the_web() {
        for bad in [
            "ftp://example.org/a",
            "example.org",
            "https://example.org/ä",
        ] {
            assert!(HolidayFeed::at(bad).is_err(), "{bad}");
        }
    }
}
