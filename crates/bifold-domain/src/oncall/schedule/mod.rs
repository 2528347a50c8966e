//! Schedules: who is on call when, and how that came about.
//!
//! What is planned is said by the plan in force; covers (overrides and accepted swaps) lie on it,
//! the later over the earlier. A plan holds from the moment at which it was set: what was planned
//! before stays, so that the record says of a night in the past who was on call in it, whatever
//! was planned since.

mod command;
mod cover;
mod decide;
mod evolve;
#[cfg(test)]
mod tests;

pub use command::{AskSwap, Command, Fact, HandOver, SetOverride};
pub use cover::{Cover, HandedOver, Standing, Swap};

use super::plan::Plan;
use super::shift::{self, Shift, Span};
use crate::access::Viewer;
use crate::id::{PersonId, ScheduleId};
use crate::time::{At, DAY};
use serde::{Deserialize, Serialize};

/// A plan, and until when it held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Former {
    /// What it said.
    pub plan: Plan,
    /// From when.
    pub from: At,
    /// Until before when.
    pub until: At,
}

/// An on-call schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Its id.
    pub id: ScheduleId,
    /// The plan in force, or the last one that was.
    pub plan: Plan,
    /// From when it holds. Before the schedule was made, nobody was on call in it.
    pub since: At,
    /// Plans before it, oldest first; the newest [`Self::FORMER_LIMIT`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<Former>,
    /// Who is on call instead of whom the plan names, in the order in which it was settled; the
    /// newest [`Self::COVERS_LIMIT`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<Cover>,
    /// Swaps that were asked for; the newest [`Self::SWAPS_LIMIT`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub swaps: Vec<Swap>,
    /// Shifts that were handed over; the newest [`Self::HAND_OVERS_LIMIT`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hand_overs: Vec<HandedOver>,
    /// The last number given to an override, a swap or a hand-over.
    pub last_number: u32,
    /// When it was taken out of use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<At>,
}

impl Schedule {
    /// Plans of the past that are kept in the state; the ledger has all.
    pub const FORMER_LIMIT: usize = 50;
    /// Overrides and swapped stretches that are kept in the state.
    pub const COVERS_LIMIT: usize = 500;
    /// Swaps that are kept in the state.
    pub const SWAPS_LIMIT: usize = 200;
    /// Hand-overs that are kept in the state.
    pub const HAND_OVERS_LIMIT: usize = 100;

    /// Who is on call at an instant, and why; `None` in a gap.
    pub fn on_call(&self, at: At) -> Option<Shift> {
        self.shifts(Span::at(at)).pop()
    }

    /// Who is on call in a stretch of time, in order; cut at its ends.
    pub fn shifts(&self, span: Span) -> Vec<Shift> {
        let former = self.former.iter();
        let former = former.map(|f| (&f.plan, Span::new(f.from, f.until).cut(&span)));
        let end = self.retired_at.unwrap_or(span.until);
        let since = Span {
            from: self.since,
            until: end,
        };
        let parts = former.chain([(&self.plan, since.cut(&span))]);
        let parts = parts.filter(|(_, part)| !part.is_empty());
        let planned: Vec<Shift> = parts.flat_map(|(plan, part)| plan.shifts(part)).collect();
        let whole = Span { until: end, ..span }.cut(&span);
        let covers = self.covers.iter().rev();
        let covers = covers.filter_map(|cover| cover.within(&whole));
        let covers = covers.map(|shift| vec![shift]).reduce(shift::lay);
        shift::join(shift::lay(covers.unwrap_or_default(), planned))
    }

    /// When nobody is on call in a stretch of time.
    pub fn gaps(&self, span: Span) -> Vec<Span> {
        shift::gaps(span, &self.shifts(span))
    }

    /// The next instant after this one at which somebody else is on call, or nobody, and who;
    /// `None` when that does not happen within [`Span::LIMIT_DAYS`].
    pub fn next_hand_off(&self, at: At) -> Option<(At, Option<PersonId>)> {
        let now = self.on_call(at).map(|shift| shift.person);
        let mut from = at;
        // Mostly it is near; looking far at once would compute a year of turns.
        for days in [2, 12, 60, Span::LIMIT_DAYS - 74] {
            let span = Span::new(from, from.plus(days * DAY));
            let shifts = self.shifts(span);
            let mut seen = from;
            for shift in &shifts {
                if seen < shift.span.from && now.is_some() {
                    return Some((seen, None));
                }
                if now.as_ref() != Some(&shift.person) {
                    return Some((shift.span.from, Some(shift.person.clone())));
                }
                seen = shift.span.until;
            }
            if seen < span.until && now.is_some() {
                return Some((seen, None));
            }
            from = span.until;
        }
        None
    }

    /// Whether a person is on call in all of a stretch of time.
    pub fn is_all(&self, span: Span, person: &PersonId) -> bool {
        let shifts = self.shifts(span);
        shifts.iter().all(|shift| shift.person == *person)
            && shift::gaps(span, &shifts).is_empty()
            && !span.is_empty()
    }

    /// The shifts of one person in a stretch of time.
    pub fn shifts_of(&self, person: &PersonId, span: Span) -> Vec<Shift> {
        let mut shifts = self.shifts(span);
        shifts.retain(|shift| shift.person == *person);
        shifts
    }

    /// Whether a viewer may read it: whoever reads incidents, and those whom it names.
    pub fn is_readable_by(&self, viewer: &Viewer) -> bool {
        viewer.reads_incidents || self.names(&viewer.person)
    }

    /// The hand-overs that a viewer may read: all for whoever reads incidents, else one's own.
    pub fn hand_overs_for(&self, viewer: &Viewer) -> impl Iterator<Item = &HandedOver> {
        let me = viewer.person.clone();
        let reads = viewer.reads_incidents;
        let all = self.hand_overs.iter();
        all.filter(move |h| reads || h.from == me || h.to == me)
    }

    /// Whether a person has a part in it now: in the plan, in what changes it, or in a hand-over.
    pub fn names(&self, person: &PersonId) -> bool {
        let mut planned = self.plan.layers.iter().flat_map(|layer| &layer.people);
        let mut covers = self.covers.iter();
        let mut swaps = self.swaps.iter();
        let mut hand_overs = self.hand_overs.iter();
        planned.any(|named| named == person)
            || covers.any(|cover| cover.person == *person)
            || swaps.any(|swap| swap.with == *person || swap.from == *person)
            || hand_overs.any(|h| h.to == *person || h.from == *person)
    }

    /// A swap by its number.
    pub fn swap(&self, number: u32) -> Option<&Swap> {
        self.swaps.iter().find(|swap| swap.number == number)
    }

    /// An override or a swapped stretch by its number.
    pub fn cover(&self, number: u32) -> Option<&Cover> {
        self.covers.iter().find(|cover| cover.number() == number)
    }

    /// Whether it is out of use.
    pub fn is_retired(&self) -> bool {
        self.retired_at.is_some()
    }
}
