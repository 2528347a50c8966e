//! Reading whole days out of a calendar: holidays as authorities and calendar services publish
//! them.
//!
//! A day is read where it is certain. Days that come again each year, on a date or on such a
//! weekday of a month, are followed; what repeats in any other way, has a time of day or goes on
//! for weeks is left out and counted, so that a person can see that something is missing.

use super::syntax::{Property, Step, Unread, Why, cut, plain, walk};
use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use std::collections::{BTreeMap, BTreeSet};

/// Events in one feed at most.
const FEED_EVENTS_LIMIT: usize = 5_000;
/// Days of one holiday at most. What is longer is no holiday.
const DAYS_LIMIT: i32 = 31;
/// Characters of a name that are kept.
const NAME_CHARS: usize = 100;

/// The whole days of a calendar within some time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holidays {
    /// The days, each with the name of the first event that is on it.
    pub days: BTreeMap<Date, String>,
    /// Events that were left out, because they are no whole days or repeat in a way that is not
    /// followed.
    pub left_out: usize,
}

/// The whole days of a calendar from one date until before another.
pub fn holidays(text: &str, from: Date, until: Date) -> Result<Holidays, Unread> {
    let mut found = Holidays::default();
    let mut draft = Draft::default();
    let mut events = 0;
    walk(text, |step| {
        match step {
            Step::Begin("VEVENT") => draft = Draft::default(),
            Step::Says("VEVENT", property) => draft.take(property)?,
            Step::End("VEVENT") => {
                events += 1;
                let draft = std::mem::take(&mut draft);
                if !draft.is_cancelled && draft.add_to(&mut found.days, from, until)?.is_none() {
                    found.left_out += 1;
                }
            }
            _ => {}
        }
        if events > FEED_EVENTS_LIMIT {
            let limit = FEED_EVENTS_LIMIT;
            return Err(Why::TooMany { limit });
        }
        Ok(())
    })?;
    Ok(found)
}

/// What is known of an event before it ends.
#[derive(Default)]
struct Draft {
    name: String,
    start: Option<Date>,
    end: Option<Date>,
    rule: Option<Rule>,
    except: BTreeSet<Date>,
    is_cancelled: bool,
    /// It has a time of day, or repeats in a way that is not followed.
    is_other: bool,
}

/// How a day comes again.
#[derive(Clone, Copy)]
struct Rule {
    on: On,
    /// Every so many years.
    every: i16,
    count: Option<u32>,
    until: Option<Date>,
}

/// On which day of its year.
#[derive(Clone, Copy)]
enum On {
    /// The date of the first time.
    Date,
    /// Such a weekday of a month, from its end where negative.
    Weekday(i8, i8, Weekday),
}

fn date(text: &str) -> Result<Date, Why> {
    let digits = text.get(..8).unwrap_or(text);
    let wrong = |_| Why::Time { text: cut(text) };
    Date::strptime("%Y%m%d", digits).map_err(wrong)
}

impl Draft {
    fn take(&mut self, property: &Property<'_>) -> Result<(), Why> {
        let value = property.value.trim();
        // With a time of day it is an appointment.
        let is_day = value.len() == 8;
        match property.name.as_str() {
            "SUMMARY" => self.name = plain(value).chars().take(NAME_CHARS).collect(),
            "STATUS" => self.is_cancelled = value.eq_ignore_ascii_case("CANCELLED"),
            "DTSTART" if is_day => self.start = Some(date(value)?),
            "DTEND" if is_day => self.end = Some(date(value)?),
            "DTSTART" | "DTEND" | "RDATE" | "RECURRENCE-ID" => self.is_other = true,
            "DURATION" => match whole_days(value) {
                Some(days) => {
                    self.end = self.start.and_then(|start| start.checked_add(days).ok());
                }
                None => self.is_other = true,
            },
            "RRULE" => {
                self.rule = rule(value);
                self.is_other |= self.rule.is_none();
            }
            "EXDATE" => {
                for day in value.split(',') {
                    self.except.insert(date(day)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Adds its days within a time; `None` where it is not such an event.
    fn add_to(
        &self,
        days: &mut BTreeMap<Date, String>,
        from: Date,
        until: Date,
    ) -> Result<Option<()>, Why> {
        if self.is_other {
            return Ok(None);
        }
        let first = self.start.ok_or(Why::NoStart)?;
        let length = match self.end {
            None => 1,
            Some(end) if end > first => first.until(end).map_or(i32::MAX, |span| span.get_days()),
            // Some write the same day as the end.
            Some(end) if end == first => 1,
            Some(_) => return Err(Why::Backwards),
        };
        if length > DAYS_LIMIT {
            return Ok(None);
        }
        let mut add = |start: Date| {
            for n in 0..length {
                let day = start.checked_add(n.days()).ok();
                if let Some(day) = day.filter(|day| (from..until).contains(day)) {
                    days.entry(day).or_insert_with(|| self.name.clone());
                }
            }
        };
        let Some(rule) = self.rule else {
            add(first);
            return Ok(Some(()));
        };
        let last = rule.until.map_or(until, |last| last.min(until));
        let mut seen = 0;
        let mut year = first.year();
        while year <= last.year() && rule.count.is_none_or(|count| seen < count) {
            let start = rule.on.of(first, year);
            if let Some(start) = start.filter(|start| *start >= first && *start <= last) {
                seen += 1;
                if !self.except.contains(&start) {
                    add(start);
                }
            }
            year += rule.every;
        }
        Ok(Some(()))
    }
}

impl On {
    /// The day in a year; 29 February is only in some.
    fn of(self, first: Date, year: i16) -> Option<Date> {
        match self {
            Self::Date => Date::new(year, first.month(), first.day()).ok(),
            Self::Weekday(month, nth, weekday) => {
                let month = Date::new(year, month, 1).ok()?;
                month.nth_weekday_of_month(nth, weekday).ok()
            }
        }
    }
}

/// A length in whole days or weeks, such as `P1D`.
fn whole_days(text: &str) -> Option<Span> {
    let number = |text: &str| text.parse::<i32>().ok().filter(|n| (1..=400).contains(n));
    let text = text.strip_prefix('P')?;
    match (text.strip_suffix('D'), text.strip_suffix('W')) {
        (Some(days), _) => Some(number(days)?.days()),
        (_, Some(weeks)) => Some((7 * number(weeks)?).days()),
        _ => None,
    }
}

/// A rule that is followed: once in a year or in several.
fn rule(text: &str) -> Option<Rule> {
    let mut rule = Rule {
        on: On::Date,
        every: 1,
        count: None,
        until: None,
    };
    let (mut month, mut day) = (None, None);
    for part in text.split(';').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=')?;
        match name.to_ascii_uppercase().as_str() {
            "FREQ" if value.eq_ignore_ascii_case("YEARLY") => {}
            "INTERVAL" => rule.every = value.parse().ok().filter(|n| (1..=100).contains(n))?,
            "COUNT" => rule.count = Some(value.parse().ok()?),
            "UNTIL" => rule.until = Some(date(value).ok()?),
            "WKST" => {}
            "BYMONTH" => month = Some(value.parse::<i8>().ok().filter(|n| (1..=12).contains(n))?),
            "BYDAY" => day = Some(nth_weekday(value)?),
            _ => return None,
        }
    }
    match (month, day) {
        (Some(month), Some((nth, weekday))) => rule.on = On::Weekday(month, nth, weekday),
        (None, Some(_)) => return None,
        // The month of the first time, said again.
        (_, None) => {}
    }
    Some(rule)
}

/// `4TH` is the fourth Thursday, `-1MO` the last Monday.
fn nth_weekday(text: &str) -> Option<(i8, Weekday)> {
    let (nth, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let weekday = match name.to_ascii_uppercase().as_str() {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    };
    let nth: i8 = nth.parse().ok()?;
    (nth != 0 && (-5..=5).contains(&nth)).then_some((nth, weekday))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn read(events: &[&str]) -> Holidays {
        let events: Vec<String> = events
            .iter()
            .map(|event| format!("BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n"))
            .collect();
        let text = format!("BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n", events.concat());
        holidays(&text, day("2026-01-01"), day("2028-01-01")).unwrap()
    }

    fn days(events: &[&str]) -> Vec<String> {
        read(events).days.keys().map(Date::to_string).collect()
    }

    #[test]
    fn single_days_spans_and_durations_are_days() {
        let one = "DTSTART;VALUE=DATE:20260501\r\nSUMMARY:Labour Day\\, everywhere";
        let read = read(&[one]);
        assert_eq!(read.days[&day("2026-05-01")], "Labour Day, everywhere");
        let span = "DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227";
        assert_eq!(days(&[span]), ["2026-12-25", "2026-12-26"]);
        let same = "DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261225";
        assert_eq!(days(&[same]), ["2026-12-25"]);
        let long = "DTSTART;VALUE=DATE:20261225\r\nDURATION:P2D";
        assert_eq!(days(&[long]), ["2026-12-25", "2026-12-26"]);
    }

    #[test]
    fn what_comes_each_year_is_followed() {
        let date = "DTSTART;VALUE=DATE:20000801\r\nRRULE:FREQ=YEARLY\r\nEXDATE;VALUE=DATE:20270801";
        assert_eq!(days(&[date]), ["2026-08-01"]);
        let nth = "DTSTART;VALUE=DATE:20201126\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH";
        assert_eq!(days(&[nth]), ["2026-11-26", "2027-11-25"]);
        let last = "DTSTART;VALUE=DATE:20200525\r\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO";
        assert_eq!(days(&[last]), ["2026-05-25", "2027-05-31"]);
        let three = "DTSTART;VALUE=DATE:20240101\r\nRRULE:FREQ=YEARLY;COUNT=3";
        assert_eq!(days(&[three]), ["2026-01-01"]);
        let until = "DTSTART;VALUE=DATE:20240101\r\nRRULE:FREQ=YEARLY;UNTIL=20261231T000000Z";
        assert_eq!(days(&[until]), ["2026-01-01"]);
        let leap = "DTSTART;VALUE=DATE:20200229\r\nRRULE:FREQ=YEARLY";
        assert!(days(&[leap]).is_empty());
    }

    #[test]
    fn what_is_no_holiday_is_left_out_and_counted() {
        let read = read(&[
            "DTSTART:20260302T080000Z\r\nDTEND:20260302T090000Z",
            "DTSTART;VALUE=DATE:20260302\r\nRRULE:FREQ=WEEKLY",
            "DTSTART;VALUE=DATE:20260601\r\nDTEND;VALUE=DATE:20260901",
            "DTSTART;VALUE=DATE:20260501\r\nSTATUS:CANCELLED",
        ]);
        assert_eq!((read.days.len(), read.left_out), (0, 3));
    }

    #[test]
    fn garbage_is_refused_with_its_line() {
        let bad = |text: &str| holidays(text, day("2026-01-01"), day("2027-01-01")).unwrap_err();
        assert_eq!(bad("<html>").why, Why::NoCalendar);
        assert_eq!(bad("").why, Why::NoCalendar);
        let cut = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\n";
        assert!(matches!(bad(cut).why, Why::CutOff { .. }));
        let wrong = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261332\n";
        assert_eq!(
            (bad(wrong).line, bad(wrong).why),
            (
                3,
                Why::Time {
                    text: "20261332".into()
                }
            )
        );
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic_and_no_day_is_outside(text in "[A-Z:;=,0-9/\\-\r\n ]{0,400}") {
            let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{text}\nEND:VEVENT\nEND:VCALENDAR");
            let (from, until) = (day("2026-01-01"), day("2027-01-01"));
            if let Ok(read) = holidays(&text, from, until) {
                prop_assert!(read.days.keys().all(|day| (from..until).contains(day)));
            }
        }

        #[test]
        fn rules_never_run_away(
            start in 19_000_101_u32..20_271_231, rule in "(FREQ=YEARLY|INTERVAL=[0-9]{1,6}|COUNT=[0-9]{1,6}|BYMONTH=[0-9]{1,2}|BYDAY=-?[0-9]?(MO|SU)|;){1,6}",
        ) {
            let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:{start}\nRRULE:{rule}\nEND:VEVENT\nEND:VCALENDAR");
            let _ = holidays(&text, day("2026-01-01"), day("2029-01-01"));
        }
    }
}
