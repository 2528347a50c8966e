//! How times are told: on the wall of the page's zone, with the zone and its offset from UTC.

use crate::days::{day_of, timestamp};
use crate::words::Words;
use bifold_domain::At;
use fluent_bundle::FluentValue;
use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// An instant as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// For machines, as `2026-11-21T14:02:00+01:00`.
    pub(crate) machine: String,
    /// For people, as `21 November 2026, 14:02 CET (UTC+01:00)`.
    pub(crate) said: String,
}

/// A beginning and an end, as pages show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lasting {
    pub(crate) from: Moment,
    /// Without the day where it is that of the beginning, which then leaves the zone to it.
    pub(crate) until: Option<Moment>,
}

/// Tells times in a zone and a language.
pub(crate) struct Clock {
    pub(crate) zone: TimeZone,
    pub(crate) words: Words,
}

impl Clock {
    pub(crate) fn new(zone: TimeZone, words: Words) -> Self {
        Self { zone, words }
    }

    fn zoned(&self, at: At) -> Zoned {
        timestamp(at).to_zoned(self.zone.clone())
    }

    pub(crate) fn day(&self, at: At) -> Date {
        day_of(at, &self.zone)
    }

    /// An instant with its day.
    pub(crate) fn moment(&self, at: At) -> Moment {
        let zoned = self.zoned(at);
        Moment {
            machine: machine(&zoned),
            said: self.timed(zoned.date(), &time(&zoned)),
        }
    }

    /// An instant of which only the day matters to people.
    pub(crate) fn dated(&self, at: At) -> Moment {
        Moment {
            said: self.date(self.day(at)),
            ..self.moment(at)
        }
    }

    /// A beginning and perhaps an end. On one day with one offset, the day is told once, by the
    /// beginning, and the zone once, by the end.
    pub(crate) fn lasting(&self, from: At, until: Option<At>) -> Lasting {
        let mut begin = self.moment(from);
        let Some(until) = until else {
            return Lasting {
                from: begin,
                until: None,
            };
        };
        let mut end = self.moment(until);
        let (first, last) = (self.zoned(from), self.zoned(until));
        if first.date() == last.date() && first.offset() == last.offset() {
            let hour = first.strftime("%H:%M").to_string();
            begin.said = self.timed(first.date(), &hour);
            end.said = time(&last);
        }
        Lasting {
            from: begin,
            until: Some(end),
        }
    }

    fn timed(&self, date: Date, time: &str) -> String {
        let day = FluentValue::from(self.date(date));
        let values = [("day", day), ("time", FluentValue::from(time))];
        self.words.say("moment", &values)
    }

    /// A day, as `21 November 2026`.
    pub(crate) fn date(&self, date: Date) -> String {
        let day = FluentValue::from(i64::from(date.day()));
        let month = FluentValue::from(self.month_name(date));
        let year = FluentValue::from(date.year().to_string());
        let values = [("day", day), ("month", month), ("year", year)];
        self.words.say("date", &values)
    }

    /// A day with its weekday.
    pub(crate) fn weekday(&self, date: Date) -> String {
        let number = date.weekday().to_monday_one_offset().to_string();
        let weekday = FluentValue::from(self.words.word("weekday", &number));
        let day = FluentValue::from(self.date(date));
        self.words
            .say("day-of-week", &[("weekday", weekday), ("day", day)])
    }

    /// A month, as `November 2026`.
    pub(crate) fn month(&self, date: Date) -> String {
        let month = FluentValue::from(self.month_name(date));
        let year = FluentValue::from(date.year().to_string());
        self.words
            .say("month-of-year", &[("month", month), ("year", year)])
    }

    fn month_name(&self, date: Date) -> String {
        self.words.word("month", &date.month().to_string())
    }
}

/// For machines, to the second with the offset.
fn machine(zoned: &Zoned) -> String {
    zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// For machines in UTC to the millisecond, as readers of the JSON expect.
pub(crate) fn utc(at: At) -> String {
    format!("{:.3}", timestamp(at))
}

/// The time of day, as `14:02 CET (UTC+01:00)`. Zones without letters have only the offset.
fn time(zoned: &Zoned) -> String {
    let clock = zoned.strftime("%H:%M");
    if zoned.time_zone() == &TimeZone::UTC || zoned.time_zone().iana_name() == Some("UTC") {
        return format!("{clock} UTC");
    }
    let letters = zoned.strftime("%Z").to_string();
    let offset = zoned.strftime("UTC%:z");
    if letters.starts_with(|c: char| c.is_ascii_alphabetic()) {
        format!("{clock} {letters} ({offset})")
    } else {
        format!("{clock} {offset}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Language;

    fn clock(zone: &str, language: Language) -> Clock {
        Clock::new(TimeZone::get(zone).unwrap(), Words::of(language))
    }

    #[test]
    fn times_have_a_zone_and_an_offset_that_tell_equal_hours_apart() {
        let berlin = clock("Europe/Berlin", Language::En);
        for (at, said) in [
            (
                "2026-10-25T00:30:00Z",
                "25 October 2026, 02:30 CEST (UTC+02:00)",
            ),
            (
                "2026-10-25T01:30:00Z",
                "25 October 2026, 02:30 CET (UTC+01:00)",
            ),
        ] {
            assert_eq!(berlin.moment(At::parse(at).unwrap()).said, said);
        }
        let at = At::parse("2026-03-01T20:05:59.999Z").unwrap();
        for (zone, said, machine) in [
            (
                "UTC",
                "1 March 2026, 20:05 UTC",
                "2026-03-01T20:05:59+00:00",
            ),
            (
                "Asia/Kolkata",
                "2 March 2026, 01:35 IST (UTC+05:30)",
                "2026-03-02T01:35:59+05:30",
            ),
            (
                "America/Sao_Paulo",
                "1 March 2026, 17:05 UTC-03:00",
                "2026-03-01T17:05:59-03:00",
            ),
        ] {
            let moment = clock(zone, Language::En).moment(at);
            assert_eq!(
                (moment.said.as_str(), moment.machine.as_str()),
                (said, machine)
            );
        }
        let german = clock("Europe/Berlin", Language::De);
        assert_eq!(
            german.moment(at).said,
            "1. März 2026, 21:05 CET (UTC+01:00)"
        );
        assert_eq!(german.weekday(german.day(at)), "Sonntag, 1. März 2026");
    }

    #[test]
    fn on_one_day_the_day_and_the_zone_are_told_once() {
        let berlin = clock("Europe/Berlin", Language::En);
        let told = |from: &str, until: &str| {
            let [from, until] = [from, until].map(|at| At::parse(at).unwrap());
            let lasting = berlin.lasting(from, Some(until));
            format!("{} to {}", lasting.from.said, lasting.until.unwrap().said)
        };
        for (from, until, said) in [
            (
                "2026-03-01T09:00:00Z",
                "2026-03-01T10:00:00Z",
                "1 March 2026, 10:00 to 11:00 CET (UTC+01:00)",
            ),
            (
                "2026-03-01T22:30:00Z",
                "2026-03-01T23:30:00Z",
                "1 March 2026, 23:30 CET (UTC+01:00) to 2 March 2026, 00:30 CET (UTC+01:00)",
            ),
            (
                "2026-10-25T00:30:00Z",
                "2026-10-25T01:30:00Z",
                "25 October 2026, 02:30 CEST (UTC+02:00) to 25 October 2026, 02:30 CET (UTC+01:00)",
            ),
        ] {
            assert_eq!(told(from, until), said);
        }
    }
}
