//! Times as other systems write them.
//!
//! Read are: seconds or milliseconds since 1970, RFC 3339 with an offset, and civil times such as
//! `29/2/2016 01:16`, `29-03-2012 12:36` and `2016-02-29 01:16:00`, in the zone the caller names.
//! Refused are: a civil time when no zone was named, because it is a different instant in every
//! office; a date in an order that was not announced (`2/29/2016` where the day comes first),
//! because guessing would swap days and months without a word; two-digit years; and times before
//! 1970, which the domain cannot hold.

use bifold_domain::At;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// What comes first in a date such as `5/2/2012`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum DateOrder {
    /// The day: the fifth of February.
    #[default]
    DayFirst,
    /// The month: the second of May.
    MonthFirst,
}

/// Why a text is not a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("is not a time")]
    NotATime,
    #[error("names no time zone; say which one it is in with --time-zone")]
    NoZone,
    #[error("is before 1970 or after 9999")]
    OutOfRange,
}

/// Reads times of one source.
#[derive(Debug, Clone, Default)]
pub(super) struct When {
    pub(super) zone: Option<TimeZone>,
    pub(super) order: DateOrder,
}

/// A time, and what is odd about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) at: At,
    pub(super) oddity: Option<&'static str>,
}

impl When {
    pub(super) fn read(&self, text: &str) -> Result<Reading, Unreadable> {
        let text = text.trim();
        if let Some(micros) = since_epoch(text) {
            return reading(micros, None);
        }
        let starts_with_year = text.get(4..5) == Some("-");
        if starts_with_year && let Ok(instant) = text.parse::<jiff::Timestamp>() {
            return reading(instant.as_microsecond(), None);
        }
        let (civil, has_time) = civil(text, self.order).ok_or(Unreadable::NotATime)?;
        let zone = self.zone.as_ref().ok_or(Unreadable::NoZone)?;
        let placed = zone.to_ambiguous_timestamp(civil);
        let oddity = match placed.offset() {
            _ if !has_time => Some("no time of day"),
            AmbiguousOffset::Unambiguous { .. } => None,
            AmbiguousOffset::Gap { .. } => Some("time skipped by the change of clocks"),
            AmbiguousOffset::Fold { .. } => Some("time that came twice by the change of clocks"),
        };
        let instant = placed.compatible().map_err(|_| Unreadable::OutOfRange)?;
        reading(instant.as_microsecond(), oddity)
    }
}

fn reading(micros: i64, oddity: Option<&'static str>) -> Result<Reading, Unreadable> {
    let at = At::from_micros(micros);
    // `from_micros` clamps; an instant that was moved is one it cannot hold.
    if at.micros() == micros {
        Ok(Reading { at, oddity })
    } else {
        Err(Unreadable::OutOfRange)
    }
}

/// `1344598079`, `1344598079.25` (seconds) or `1344598079123` (milliseconds) in microseconds.
fn since_epoch(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !(9..=14).contains(&whole.len()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    if whole >= 100_000_000_000 {
        return whole.checked_mul(1_000);
    }
    let six: String = fraction.chars().chain("000000".chars()).take(6).collect();
    whole.checked_mul(1_000_000)?.checked_add(six.parse().ok()?)
}

/// A civil time, and whether it has a time of day.
fn civil(text: &str, order: DateOrder) -> Option<(DateTime, bool)> {
    let (text, half) = half_of_day(text);
    let (date, time) = match text.split_once([' ', 'T']) {
        Some((date, time)) => (date, Some(time.trim())),
        None => (text, None),
    };
    let separator = date.chars().find(|c| matches!(c, '/' | '-' | '.'))?;
    let mut parts = date.split(separator);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (year, month, day) = match (a.len(), c.len(), order) {
        (4, 1..=2, _) => (a, b, c),
        (1..=2, 4, DateOrder::DayFirst) => (c, b, a),
        (1..=2, 4, DateOrder::MonthFirst) => (c, a, b),
        _ => return None,
    };
    let clock = time.map_or(Some((0, 0, 0, 0)), |time| time_of_day(time, half))?;
    let (hour, minute, second, nanosecond) = clock;
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    let civil = DateTime::new(
        year,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
        hour,
        minute,
        second,
        nanosecond,
    );
    Some((civil.ok()?, time.is_some()))
}

/// Takes `AM` or `PM` off the end.
fn half_of_day(text: &str) -> (&str, Option<bool>) {
    for (word, is_afternoon) in [("AM", false), ("PM", true), ("am", false), ("pm", true)] {
        if let Some(rest) = text.strip_suffix(word) {
            return (rest.trim_end(), Some(is_afternoon));
        }
    }
    (text, None)
}

fn time_of_day(text: &str, half: Option<bool>) -> Option<(i8, i8, i8, i32)> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = clock.split(':');
    let hour = number(parts.next()?)?;
    let minute = number(parts.next()?)?;
    let second = parts.next().map_or(Some(0), number)?;
    if parts.next().is_some() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hour = match (half, hour) {
        (None, hour) => hour,
        (Some(false), 12) => 0,
        (Some(true), 12) => 12,
        (Some(false), 1..=11) => hour,
        (Some(true), 1..=11) => hour + 12,
        _ => return None,
    };
    let nine: String = fraction
        .chars()
        .chain("000000000".chars())
        .take(9)
        .collect();
    let small = |n: i16| i8::try_from(n).ok();
    Some((
        small(hour)?,
        small(minute)?,
        small(second)?,
        nine.parse().ok()?,
    ))
}

/// One to four digits.
fn number(text: &str) -> Option<i16> {
    let is_plain = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_plain.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        zone: &str,
        order: DateOrder,
        text: &str,
    ) -> Result<(String, Option<&'static str>), Unreadable> {
        let zone = (!zone.is_empty()).then(|| TimeZone::get(zone).unwrap());
        let reading = When { zone, order }.read(text)?;
        Ok((
            reading.at.to_string().replace(".000000Z", "Z"),
            reading.oddity,
        ))
    }

    #[test]
    fn times_of_the_known_sources() {
        for (zone, text, want) in [
            ("UTC", "29/2/2016 01:16", "2016-02-29T01:16:00Z"),
            ("UTC", "5/2/2012 13:32", "2012-02-05T13:32:00Z"),
            ("Europe/Berlin", "29-03-2012 12:36", "2012-03-29T10:36:00Z"),
            ("UTC", "2016-02-29 01:16:07", "2016-02-29T01:16:07Z"),
            (
                "UTC",
                "2016-02-29T01:16:07.25",
                "2016-02-29T01:16:07.250000Z",
            ),
            ("UTC", "1.3.2016 7:05", "2016-03-01T07:05:00Z"),
            ("UTC", "1/3/2016 12:05 AM", "2016-03-01T00:05:00Z"),
            ("UTC", "1/3/2016 1:05:09 pm", "2016-03-01T13:05:09Z"),
            ("", "1344598079.0", "2012-08-10T11:27:59Z"),
            ("", "1344598079", "2012-08-10T11:27:59Z"),
            ("", "1344598079500", "2012-08-10T11:27:59.500000Z"),
            ("", "2010-03-31T14:59:42.000+00:00", "2010-03-31T14:59:42Z"),
            ("", "2016-11-13T04:44:00Z", "2016-11-13T04:44:00Z"),
        ] {
            let got = read(zone, DateOrder::DayFirst, text);
            assert_eq!(got, Ok((want.to_owned(), None)), "{text}");
        }
        let american = read("UTC", DateOrder::MonthFirst, "2/29/2016 01:16");
        assert_eq!(american.unwrap().0, "2016-02-29T01:16:00Z");
    }

    #[test]
    fn what_is_no_time_is_refused_and_never_guessed() {
        for (text, why) in [
            ("2/29/2016 01:16", Unreadable::NotATime),
            ("29/2/16 01:16", Unreadable::NotATime),
            ("30/2/2016 01:16", Unreadable::NotATime),
            ("29/2/2016 25:16", Unreadable::NotATime),
            ("29/2/2016 13:16 PM", Unreadable::NotATime),
            ("29/2/2016 01:16:00:00", Unreadable::NotATime),
            ("29/2-2016", Unreadable::NotATime),
            ("3,87,16,91,111", Unreadable::NotATime),
            ("yesterday", Unreadable::NotATime),
            ("", Unreadable::NotATime),
            ("١/٣/٢٠١٦ ٧:٠٥", Unreadable::NotATime),
            ("1/1/1969 00:00", Unreadable::OutOfRange),
            ("1969-12-31T23:59:59Z", Unreadable::OutOfRange),
        ] {
            assert_eq!(read("UTC", DateOrder::DayFirst, text), Err(why), "{text}");
        }
        let no_zone = read("", DateOrder::DayFirst, "29/2/2016 01:16");
        assert_eq!(no_zone, Err(Unreadable::NoZone));
    }

    #[test]
    fn hours_that_are_skipped_or_come_twice_are_marked() {
        let berlin = |text| read("Europe/Berlin", DateOrder::DayFirst, text).unwrap();
        let (skipped, why) = berlin("27/3/2016 02:30");
        assert_eq!(skipped, "2016-03-27T01:30:00Z");
        assert_eq!(why, Some("time skipped by the change of clocks"));
        let (twice, why) = berlin("30/10/2016 02:30");
        assert_eq!(twice, "2016-10-30T00:30:00Z");
        assert_eq!(why, Some("time that came twice by the change of clocks"));
        let (_, why) = berlin("30/10/2016");
        assert_eq!(why, Some("no time of day"));
    }
}
