//! Instants.
//!
//! An instant is a count of microseconds since 1970-01-01T00:00:00Z. It is written as RFC 3339 in
//! UTC with six digits, and read from RFC 3339 with any offset. A time without a zone is refused:
//! it names a different instant in every office.

use crate::refusal::Invalid;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds in a day of 24 hours.
pub const DAY: i64 = 24 * HOUR;

/// An instant, in microseconds since the Unix epoch.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = DateTime, example = "2026-03-01T09:30:00Z")]
pub struct At(i64);

impl At {
    /// The earliest and latest instants Bifold will hold: the years 1970 to 9999.
    const RANGE: std::ops::RangeInclusive<i64> = 0..=253_402_207_200_000_000;

    /// The instant this many microseconds after the epoch, held inside 1970 to 9999.
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(*Self::RANGE.start(), *Self::RANGE.end()))
    }

    /// Microseconds since the epoch.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// The instant this many microseconds later (or earlier, when negative).
    #[must_use]
    pub fn plus(self, micros: i64) -> Self {
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// Reads RFC 3339; the offset is required.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let instant: jiff::Timestamp = text.trim().parse().map_err(|_| Invalid::Time {
            text: text.chars().take(40).collect(),
        })?;
        let micros = instant.as_microsecond();
        if Self::RANGE.contains(&micros) {
            Ok(Self(micros))
        } else {
            Err(Invalid::Time {
                text: text.chars().take(40).collect(),
            })
        }
    }

    /// The calendar year in UTC, by which numbers and ledgers are kept.
    pub fn year(self) -> i16 {
        self.timestamp().to_zoned(jiff::tz::TimeZone::UTC).year()
    }

    pub(crate) fn timestamp(self) -> jiff::Timestamp {
        // Every value is made inside RANGE, which jiff can hold.
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.timestamp())
    }
}

impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl TryFrom<String> for At {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<At> for String {
    fn from(at: At) -> String {
        at.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_utc_with_six_digits() {
        let at = At::parse("2026-03-01T10:30:00+01:00").unwrap();
        assert_eq!(at.to_string(), "2026-03-01T09:30:00.000000Z");
        assert_eq!(At::parse(&at.to_string()), Ok(at));
        assert_eq!(at.year(), 2026);
    }

    #[test]
    fn a_time_without_a_zone_is_refused() {
        for bad in [
            "2026-03-01T10:30:00",
            "2026-03-01",
            "yesterday",
            "",
            "1969-12-31T23:59:59Z",
        ] {
            assert!(At::parse(bad).is_err(), "{bad}");
        }
    }
}
