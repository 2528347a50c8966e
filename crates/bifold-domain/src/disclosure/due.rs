//! Until when the reporter hears (Directive (EU) 2019/1937 Art. 9(1)(b) and (f)).

use crate::time::{At, DAY};
use jiff::ToSpan;
use jiff::tz::TimeZone;

/// Days until the reporter is to be told that it came in.
pub const ACKNOWLEDGE_DAYS: i64 = 7;
/// Calendar months from then until the reporter is to be told what was done.
pub const FEEDBACK_MONTHS: i32 = 3;

/// Until when the reporter is to be told that it came in.
pub fn acknowledge_by(received: At) -> At {
    received.plus(ACKNOWLEDGE_DAYS * DAY)
}

/// Until when the reporter is to be told what was done: three calendar months from the
/// acknowledgement, or from the end of its seven days where that came first. Where the month has
/// no such day it is the last one of the month. Days are those of UTC.
pub fn feedback_by(received: At, acknowledged: Option<At>) -> At {
    let latest = acknowledge_by(received);
    let from = acknowledged.map_or(latest, |at| at.min(latest));
    let zoned = from.timestamp().to_zoned(TimeZone::UTC);
    match zoned.checked_add(FEEDBACK_MONTHS.months()) {
        Ok(then) => At::from_micros(then.timestamp().as_microsecond()),
        // Beyond the last year that is held.
        Err(_) => from,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> At {
        At::parse(text).unwrap()
    }

    #[test]
    fn an_acknowledgement_is_due_after_seven_days_whatever_the_month() {
        for (received, due) in [
            ("2026-03-01T09:00:00Z", "2026-03-08T09:00:00Z"),
            ("2026-12-28T23:59:59Z", "2027-01-04T23:59:59Z"),
            ("2028-02-24T00:00:00Z", "2028-03-02T00:00:00Z"),
        ] {
            assert_eq!(acknowledge_by(at(received)), at(due), "{received}");
        }
    }

    #[test]
    fn feedback_is_due_three_calendar_months_later_and_on_the_last_day_of_short_ones() {
        for (received, acknowledged, due) in [
            (
                "2026-03-01T09:00:00Z",
                Some("2026-03-02T10:00:00Z"),
                "2026-06-02T10:00:00Z",
            ),
            // Acknowledged too late, or never: the seven days are over then.
            (
                "2026-03-01T09:00:00Z",
                Some("2026-03-20T10:00:00Z"),
                "2026-06-08T09:00:00Z",
            ),
            ("2026-03-01T09:00:00Z", None, "2026-06-08T09:00:00Z"),
            // Ends of months, leap years, turn of the year.
            (
                "2026-11-30T08:00:00Z",
                Some("2026-11-30T09:00:00Z"),
                "2027-02-28T09:00:00Z",
            ),
            (
                "2027-11-29T08:00:00Z",
                Some("2027-11-30T09:00:00Z"),
                "2028-02-29T09:00:00Z",
            ),
            (
                "2028-02-29T08:00:00Z",
                Some("2028-02-29T09:00:00Z"),
                "2028-05-29T09:00:00Z",
            ),
            (
                "2026-08-31T08:00:00Z",
                Some("2026-08-31T08:00:00Z"),
                "2026-11-30T08:00:00Z",
            ),
            ("2026-12-24T08:00:00Z", None, "2027-03-31T08:00:00Z"),
        ] {
            let due_at = feedback_by(at(received), acknowledged.map(at));
            assert_eq!(due_at, at(due), "{received} {acknowledged:?}");
        }
    }
}
