//! On-call: who answers at which hour, whom escalation calls, and changing it.

mod chains;
mod mine;
mod now;
pub(crate) mod schedules;

use crate::error::{Error, Result};
use crate::route::{Param, Route};
use bifold_domain::At;
use bifold_domain::oncall::Span;
use bifold_domain::time::DAY;
use serde::Deserialize;

/// Days that are shown when nobody says which.
const DAYS: i64 = 14;

pub(crate) fn routes() -> Vec<Route> {
    [
        now::routes(),
        mine::routes(),
        schedules::routes(),
        chains::routes(),
    ]
    .concat()
}

/// A stretch of time as query parameters.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stretch {
    from: Option<At>,
    until: Option<At>,
}

const STRETCH: &[Param] = &[
    (
        "from",
        "string",
        "The first instant, RFC 3339; now when absent.",
    ),
    (
        "until",
        "string",
        "The first instant after it; 14 days later when absent, 400 at most.",
    ),
];

impl Stretch {
    fn span(&self, now: At) -> Result<Span> {
        let from = self.from.unwrap_or(now);
        let until = self.until.unwrap_or(from.plus(DAYS * DAY));
        let span = Span::new(from, until);
        if span.is_empty() || span.until != until {
            let limit = Span::LIMIT_DAYS;
            let why = format!("until must be after from, by {limit} days at most");
            return Err(Error::Query(why));
        }
        Ok(span)
    }
}
