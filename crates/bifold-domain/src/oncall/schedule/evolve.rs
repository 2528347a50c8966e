//! The state of a schedule after each fact.

use super::{Cover, Fact, Former, HandedOver, Schedule, Standing, Swap};
use crate::id::ScheduleId;
use crate::oncall::shift::Why;
use crate::record::{BrokenHistory, Meta};

/// Adds to a list that keeps so many of the newest.
fn push<T>(list: &mut Vec<T>, limit: usize, new: T) {
    list.push(new);
    let spare = list.len().saturating_sub(limit);
    list.drain(..spare);
}

pub(super) fn evolve(
    state: Option<Schedule>,
    fact: &Fact,
    meta: &Meta,
) -> Result<Schedule, BrokenHistory> {
    let broken = || BrokenHistory {
        subject: meta.subject.clone(),
        kind: "schedule".to_owned(),
    };
    if let Fact::Made { plan } = fact {
        return Ok(Schedule {
            id: ScheduleId::parse(&meta.subject).map_err(|_| broken())?,
            plan: plan.clone(),
            since: meta.at,
            former: Vec::new(),
            covers: Vec::new(),
            swaps: Vec::new(),
            hand_overs: Vec::new(),
            last_number: 0,
            retired_at: None,
        });
    }
    let mut schedule = state.ok_or_else(broken)?;
    schedule.apply(fact, meta);
    Ok(schedule)
}

impl Schedule {
    fn apply(&mut self, fact: &Fact, meta: &Meta) {
        match fact {
            Fact::Made { .. } => {}
            Fact::Revised { plan } => {
                let former = Former {
                    plan: std::mem::replace(&mut self.plan, plan.clone()),
                    from: std::mem::replace(&mut self.since, meta.at),
                    until: meta.at,
                };
                push(&mut self.former, Self::FORMER_LIMIT, former);
            }
            Fact::Retired => self.retired_at = Some(meta.at),
            Fact::OverrideSet {
                number,
                person,
                span,
                reason,
            } => {
                let cover = Cover {
                    person: person.clone(),
                    span: *span,
                    why: Why::Override { number: *number },
                    reason: reason.clone(),
                    by: meta.actor.clone(),
                };
                self.last_number = *number;
                push(&mut self.covers, Self::COVERS_LIMIT, cover);
            }
            Fact::OverrideWithdrawn { number } => {
                let of_it = |c: &&mut Cover| c.is_override() && c.number() == *number;
                // What has passed of it was so.
                if let Some(cover) = self.covers.iter_mut().find(of_it) {
                    cover.span.until = cover.span.until.min(meta.at);
                }
                self.covers.retain(|cover| !cover.span.is_empty());
            }
            Fact::SwapRequested { number, .. } => {
                self.last_number = *number;
                if let Some(swap) = asked(fact, meta) {
                    push(&mut self.swaps, Self::SWAPS_LIMIT, swap);
                }
            }
            Fact::SwapAccepted { number } => {
                self.settle(*number, Standing::Accepted);
                let covers = self.swap(*number).map(Swap::covers);
                for cover in covers.into_iter().flatten() {
                    push(&mut self.covers, Self::COVERS_LIMIT, cover);
                }
            }
            Fact::SwapDeclined { number } => self.settle(*number, Standing::Declined),
            Fact::SwapWithdrawn { number } => self.settle(*number, Standing::Withdrawn),
            Fact::HandedOver { number, .. } => {
                self.last_number = *number;
                if let Some(hand_over) = handed_over(fact, meta) {
                    push(&mut self.hand_overs, Self::HAND_OVERS_LIMIT, hand_over);
                }
            }
            Fact::HandOverAccepted { number } => {
                let mut all = self.hand_overs.iter_mut();
                if let Some(hand_over) = all.find(|h| h.number == *number) {
                    hand_over.accepted_at = Some(meta.at);
                }
            }
        }
    }

    fn settle(&mut self, number: u32, standing: Standing) {
        if let Some(swap) = self.swaps.iter_mut().find(|swap| swap.number == number) {
            swap.standing = standing;
        }
    }
}

/// The swap that a fact asks for.
fn asked(fact: &Fact, meta: &Meta) -> Option<Swap> {
    let Fact::SwapRequested {
        number,
        with,
        gives,
        takes,
        reason,
    } = fact
    else {
        return None;
    };
    Some(Swap {
        number: *number,
        from: meta.actor.clone(),
        with: with.clone(),
        gives: *gives,
        takes: *takes,
        reason: reason.clone(),
        at: meta.at,
        standing: Standing::Asked,
    })
}

/// The hand-over that a fact tells of.
fn handed_over(fact: &Fact, meta: &Meta) -> Option<HandedOver> {
    let Fact::HandedOver {
        number,
        to,
        notes,
        incidents,
    } = fact
    else {
        return None;
    };
    Some(HandedOver {
        number: *number,
        from: meta.actor.clone(),
        to: to.clone(),
        at: meta.at,
        notes: notes.clone(),
        incidents: incidents.clone(),
        accepted_at: None,
    })
}
