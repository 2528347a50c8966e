//! The clock on the wall of a zone, for hand-offs.
//!
//! A hand-off happens at the first instant at which the clock has come to its time. Where a clock
//! leaves an hour out, that is the moment it jumps; where it shows an hour twice, the first time.
//! So hand-offs keep their order whatever a zone does, and none happens twice.

use crate::calendar::Zone;
use crate::time::At;
use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use std::sync::LazyLock;

/// The zones of the world (IANA), compiled in.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The clock on the wall of one zone.
pub(crate) struct Wall {
    rules: TimeZone,
}

impl Wall {
    /// That of a zone.
    pub(crate) fn of(zone: &Zone) -> Self {
        // A `Zone` is only made from a name that is there; without one it is as good as UTC.
        let rules = ZONES.get(zone.name()).unwrap_or(TimeZone::UTC);
        Self { rules }
    }

    /// What it shows at an instant.
    pub(crate) fn shows(&self, at: At) -> DateTime {
        self.rules.to_datetime(at.timestamp())
    }

    /// The first instant at which it has come to a date and time; `None` outside of the years that
    /// the time library knows.
    pub(crate) fn reaches(&self, time: DateTime) -> Option<At> {
        let instant = match self.rules.to_ambiguous_timestamp(time).offset() {
            AmbiguousOffset::Unambiguous { offset }
            | AmbiguousOffset::Fold { before: offset, .. } => offset.to_timestamp(time).ok()?,
            AmbiguousOffset::Gap { before, .. } => {
                // By the old offset it would come to it after the jump, at the jump at the earliest.
                let beyond = before.to_timestamp(time).ok()?;
                let beyond = beyond.checked_add(SignedDuration::from_micros(1)).ok()?;
                self.rules.preceding(beyond).next()?.timestamp()
            }
        };
        Some(At::from_micros(instant.as_microsecond()))
    }
}
