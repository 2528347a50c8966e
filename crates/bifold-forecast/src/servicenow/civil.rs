//! Civil times, as seconds since 1970 on the clock they were written by.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// Reads `29/2/2016 01:16`, `29/2/2016 01:16:30` or the same as `2016-02-29 01:16`.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let (date, time) = text.trim().split_once([' ', 'T'])?;
    let mut time = time.trim().split(':');
    let hour = small(time.next()?)?;
    let minute = small(time.next()?)?;
    let second = time.next().map_or(Some(0), small)?;
    if time.next().is_some() {
        return None;
    }
    let time = Time::new(hour, minute, second, 0).ok()?;
    let at = DateTime::from_parts(day(date)?, time).to_zoned(TimeZone::UTC);
    Some(at.ok()?.timestamp().as_second())
}

fn day(text: &str) -> Option<Date> {
    let separator = if text.contains('/') { '/' } else { '-' };
    let mut parts = text.split(separator);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (year, month, day) = if separator == '/' {
        (c, b, a)
    } else {
        (a, b, c)
    };
    if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Date::new(year.parse().ok()?, small(month)?, small(day)?).ok()
}

/// One or two digits.
fn small(text: &str) -> Option<i8> {
    let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Such a time as text again, for people: `2016-02-29 01:16`.
pub fn civil(at_s: i64) -> String {
    let zoned = jiff::Timestamp::from_second(at_s).map(|at| at.to_zoned(TimeZone::UTC));
    let written = |at: DateTime| at.strftime("%Y-%m-%d %H:%M").to_string();
    zoned.map_or_else(|_| format!("{at_s} s"), |zoned| written(zoned.datetime()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written_and_nothing_is_guessed() {
        let table = [
            ("29/2/2016 01:16", Some(1_456_708_560)),
            ("2016-02-29 01:16:00", Some(1_456_708_560)),
            ("2016-02-29T01:16:05", Some(1_456_708_565)),
            (" 1/1/1970 00:00 ", Some(0)),
            ("31/12/1969 23:59", Some(-60)),
            ("2/29/2016 01:16", None),
            ("29/2/16 01:16", None),
            ("29/2/2016", None),
            ("29/2/2016 24:00", None),
            ("29/2/2016 1:60", None),
            ("30/2/2016 01:16", None),
            ("29/2/2016 01:16:00:00", None),
            ("+9/2/2016 01:16", None),
            ("?", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(seconds(text), expected, "{text}");
        }
        assert_eq!(civil(1_456_708_560), "2016-02-29 01:16");
        assert_eq!(civil(i64::MAX), format!("{} s", i64::MAX));
    }
}
