//! Where the time of a run went: whose a breach was (features F111).
//!
//! Of a missed target one asks what used its time up. That is decided by how the incident stood
//! while time counted until it was over: waiting for somebody to take it on, being worked on,
//! waiting for a supplier, or held up for evidence. Time that a level pauses for counts for nobody,
//! so a wait shows here only where the agreement says that it is no excuse.

use super::{Held, Run};
use crate::access::closed_set;
use crate::incident::{PendingOn, Phase, Standing, Trail};
use crate::time::At;

closed_set! {
    /// What time was spent on.
    Cause {
        /// Nobody had taken it on.
        Queue = "queue",
        /// The organisation worked on it, or had it in hand.
        Work = "work",
        /// It waited for the user.
        User = "user",
        /// It waited for a supplier.
        Supplier = "supplier",
        /// It waited for a change.
        Change = "change",
        /// It waited for evidence, or the preservation gate held an action up.
        Evidence = "evidence",
        /// It waited for a time that was agreed.
        Scheduled = "scheduled",
    }
}

impl Cause {
    fn of(stands: &Standing) -> Self {
        // The gate holds up whatever else is going on.
        if stands.is_gated && stands.stage.is_open() {
            return Self::Evidence;
        }
        match (stands.stage, stands.on) {
            (Phase::New | Phase::Assigned, _) => Self::Queue,
            (Phase::Pending, Some(PendingOn::User)) => Self::User,
            (Phase::Pending, Some(PendingOn::Supplier)) => Self::Supplier,
            (Phase::Pending, Some(PendingOn::Change)) => Self::Change,
            (Phase::Pending, Some(PendingOn::Evidence)) => Self::Evidence,
            (Phase::Pending, Some(PendingOn::Scheduled)) => Self::Scheduled,
            _ => Self::Work,
        }
    }

    /// Whether the time was the organisation's own.
    pub fn is_own(self) -> bool {
        matches!(self, Self::Queue | Self::Work)
    }
}

/// What the time of a run went to until it was over, or until now where it is not: microseconds of
/// the calendar, the most first. Together they are what was counted.
pub fn causes(run: &Run, trail: &Trail, held: &Held<'_>, now: At) -> Vec<(Cause, i64)> {
    let end = run.due.map_or(now, |due| due.min(now));
    let mut causes: Vec<(Cause, i64)> = Vec::new();
    for stretch in run.stretches.iter().filter(|s| s.paused.is_none()) {
        let Some(calendar) = held.calendar(&stretch.calendar) else {
            continue;
        };
        let last = if run.is_ended() { run.since } else { now };
        let until = stretch.until.unwrap_or(last).min(end);
        let turns = trail.turns();
        // The turn in which the stretch begins, and those that follow.
        let first = turns.partition_point(|turn| turn.at <= stretch.from);
        for (i, turn) in turns.iter().enumerate().skip(first.saturating_sub(1)) {
            let next = turns.get(i + 1).map_or(until, |next| next.at.min(until));
            let from = turn.at.max(stretch.from);
            if turn.at >= until {
                break;
            }
            let counted = calendar.counted(from, next);
            let cause = Cause::of(&turn.stands);
            match causes.iter_mut().find(|(found, _)| *found == cause) {
                Some((_, micros)) => *micros += counted,
                None => causes.push((cause, counted)),
            }
        }
    }
    causes.retain(|(_, micros)| *micros > 0);
    causes.sort_by_key(|(cause, micros)| (std::cmp::Reverse(*micros), *cause));
    causes
}
