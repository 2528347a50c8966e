//! Stretches of time, and who is on call in them.

use super::fault::Fault;
use crate::id::PersonId;
use crate::refusal::Invalid;
use crate::text::Short;
use crate::time::{At, DAY};
use serde::{Deserialize, Serialize};

/// A stretch of time from an instant until before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Its first instant.
    pub from: At,
    /// The first instant after it.
    pub until: At,
}

impl Span {
    /// The longest one that is computed or set, in days.
    pub const LIMIT_DAYS: i64 = 400;

    /// A stretch; its end is brought in where it is longer than [`Self::LIMIT_DAYS`].
    pub fn new(from: At, until: At) -> Self {
        let last = from.plus(Self::LIMIT_DAYS * DAY);
        Self {
            from,
            until: until.min(last),
        }
    }

    /// Just this instant.
    pub fn at(at: At) -> Self {
        Self::new(at, at.plus(1))
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.from >= self.until
    }

    /// Whether an instant is in it.
    pub fn holds(&self, at: At) -> bool {
        self.from <= at && at < self.until
    }

    /// What is in both.
    #[must_use]
    pub fn cut(&self, other: &Self) -> Self {
        Self {
            from: self.from.max(other.from),
            until: self.until.min(other.until),
        }
    }

    /// Whether they share some time.
    pub fn meets(&self, other: &Self) -> bool {
        !self.cut(other).is_empty()
    }

    /// Refuses a stretch that is none, is over, or is too long to be meant.
    pub(super) fn check(&self, now: At) -> Result<(), Invalid> {
        if self.is_empty() || self.until <= now {
            return Err(Fault::Backwards.into());
        }
        if *self != Self::new(self.from, self.until) {
            return Err(Invalid::OutOfRange {
                field: "length in days",
                min: 0,
                max: Self::LIMIT_DAYS,
            });
        }
        Ok(())
    }
}

/// Why somebody is on call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Why {
    /// It is their turn in a layer.
    Layer {
        /// Its name.
        name: Short,
    },
    /// They were put there for the time.
    Override {
        /// Its number in the schedule.
        number: u32,
    },
    /// They took it over in a swap.
    Swap {
        /// Its number in the schedule.
        number: u32,
    },
}

/// Somebody is on call for some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Who.
    pub person: PersonId,
    /// When. Within a larger question it is cut where the question ends.
    pub span: Span,
    /// Why.
    pub why: Why,
}

/// Lays shifts over others: what is below is seen where nothing lies on it. Both are in order and
/// apart from each other, and so is the answer.
pub(super) fn lay(mut upper: Vec<Shift>, lower: Vec<Shift>) -> Vec<Shift> {
    let mut below = Vec::with_capacity(lower.len());
    let mut first = 0;
    for shift in lower {
        while upper
            .get(first)
            .is_some_and(|u| u.span.until <= shift.span.from)
        {
            first += 1;
        }
        let mut from = shift.span.from;
        let over = upper.iter().skip(first);
        for top in over.take_while(|u| u.span.from < shift.span.until) {
            keep(&mut below, &shift, from, top.span.from);
            from = from.max(top.span.until);
        }
        keep(&mut below, &shift, from, shift.span.until);
    }
    upper.append(&mut below);
    upper.sort_by_key(|shift| shift.span.from);
    upper
}

/// Keeps a part of a shift, if it is one.
fn keep(kept: &mut Vec<Shift>, shift: &Shift, from: At, until: At) {
    if from < until {
        kept.push(Shift {
            span: Span { from, until },
            ..shift.clone()
        });
    }
}

/// Makes one shift of those that follow each other and are the same person's for the same reason.
pub(super) fn join(shifts: Vec<Shift>) -> Vec<Shift> {
    let mut joined: Vec<Shift> = Vec::with_capacity(shifts.len());
    for shift in shifts {
        match joined.last_mut() {
            Some(last)
                if last.span.until == shift.span.from
                    && last.person == shift.person
                    && last.why == shift.why =>
            {
                last.span.until = shift.span.until;
            }
            _ => joined.push(shift),
        }
    }
    joined
}

/// The parts of a stretch in which no shift lies.
pub(super) fn gaps(span: Span, shifts: &[Shift]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut from = span.from;
    let ends = shifts.iter().map(|s| (s.span.from, s.span.until));
    for (start, end) in ends.chain([(span.until, span.until)]) {
        if from < start {
            found.push(Span { from, until: start });
        }
        from = from.max(end);
    }
    found
}
