//! Why a clock shows what it shows: every interval, counted or not (features F067, F111).

use super::{Held, Run, RunState, Test};
use crate::time::At;
use serde::Serialize;

/// Why time counted or did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// It counted.
    Counted,
    /// The calendar was closed.
    Closed,
    /// Something paused the clock.
    Paused {
        /// What.
        by: Test,
    },
    /// The clock was stopped, until the incident was reopened.
    Stopped,
}

/// A part of a run's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Interval {
    /// From when on.
    pub from: At,
    /// Until when.
    pub until: At,
    /// Whether it counted, or why not.
    #[serde(flatten)]
    pub why: Why,
}

impl Interval {
    /// How long it is, in microseconds.
    pub fn micros(&self) -> i64 {
        self.until.micros() - self.from.micros()
    }
}

/// Every interval of a run until an instant, without gaps, in order.
pub fn explain(run: &Run, held: &Held<'_>, now: At) -> Vec<Interval> {
    let mut found: Vec<Interval> = Vec::new();
    let mut add = |from: At, until: At, why: Why| {
        if from >= until {
            return;
        }
        match found
            .last_mut()
            .filter(|last| last.why == why && last.until == from)
        {
            Some(last) => last.until = until,
            None => found.push(Interval { from, until, why }),
        }
    };
    let mut reached = run.started;
    for stretch in &run.stretches {
        add(reached, stretch.from, Why::Stopped);
        let until = stretch.until.unwrap_or_else(|| match run.state {
            RunState::Ended { .. } => run.since,
            _ => now.max(stretch.from),
        });
        match (stretch.paused, held.calendar(&stretch.calendar)) {
            (Some(by), _) => add(stretch.from, until, Why::Paused { by }),
            (None, None) => add(stretch.from, until, Why::Closed),
            (None, Some(calendar)) => {
                let mut at = stretch.from;
                for (open, close) in calendar.open(stretch.from, until) {
                    add(at, open, Why::Closed);
                    add(open, close, Why::Counted);
                    at = close;
                }
                add(at, until, Why::Closed);
            }
        }
        reached = until;
    }
    found
}

/// How long a run spent with what, in microseconds, longest first: whose time a breach was.
pub fn shares(intervals: &[Interval]) -> Vec<(Why, i64)> {
    let mut shares: Vec<(Why, i64)> = Vec::new();
    for interval in intervals {
        match shares.iter_mut().find(|(why, _)| *why == interval.why) {
            Some((_, micros)) => *micros += interval.micros(),
            None => shares.push((interval.why, interval.micros())),
        }
    }
    shares.sort_by_key(|(_, micros)| std::cmp::Reverse(*micros));
    shares
}
