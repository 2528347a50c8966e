//! Pages that run on an incident: whom to call, one after the other, until somebody answers.
//!
//! What is to be done for one is a function of its plan and of what happened so far
//! ([`crate::oncall::chain::next`]); the plan is the chain as it was when the page began, so that
//! the record alone says why somebody was called. A page is over when its incident is dealt with,
//! or when the clock it began for is.

use super::Incident;
use crate::directory::Directory;
use crate::id::{ChainId, PersonId};
use crate::kind::KindKey;
use crate::level::Firing;
use crate::oncall::chain::{Entry, Happened, Moment, Next, Step, next};
use crate::text::Short;
use crate::time::At;
use crate::{Auth, access::closed_set};
use serde::{Deserialize, Serialize};

/// Minutes between the calls of a page that follows no chain.
const AGAIN_AFTER: u16 = 5;
/// How often such a page calls again.
const AGAIN: u8 = 3;

/// A page that was started on an incident and is not over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Paging {
    /// Its number on the incident, from 1.
    pub n: u32,
    /// The chain it follows, if it follows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<ChainId>,
    /// What it does.
    pub plan: Box<Entry>,
    /// The clock it began for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Firing>,
    /// The lane whose readers may know of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<KindKey>,
    /// Who took it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<PersonId>,
    /// What happened, in the order of time.
    pub moments: Vec<Moment>,
}

closed_set! {
    /// Where a page stands.
    PagingState {
        /// Somebody is being called.
        Calling = "calling",
        /// Somebody took it on.
        Taken = "taken",
        /// Everybody was called, and nobody answered.
        Unanswered = "unanswered",
    }
}

impl Paging {
    /// What is to be done for it.
    pub fn next(&self, now: At) -> Next {
        next(&self.plan, &self.moments, now)
    }

    /// When somebody has to look at it, if nothing happens before.
    pub fn look(&self) -> Option<At> {
        let last = self.moments.last()?.at;
        match self.next(last) {
            Next::Wait(at) => Some(at),
            Next::Rest => None,
            Next::Page { .. } | Next::Unacknowledge | Next::GiveUp => Some(last),
        }
    }

    /// Where it stands.
    pub fn state(&self) -> PagingState {
        let mut telling = self.moments.iter().rev().filter_map(|m| match m.what {
            Happened::Acknowledged => Some(PagingState::Taken),
            Happened::Exhausted => Some(PagingState::Unanswered),
            Happened::Started { .. } | Happened::Unacknowledged => Some(PagingState::Calling),
            Happened::Paged { .. } | Happened::Updated | Happened::Ended => None,
        });
        telling.next().unwrap_or(PagingState::Calling)
    }

    /// Everybody who was called since it last began, in the order of their first call.
    pub fn called(&self) -> Vec<&PersonId> {
        let mut called: Vec<&PersonId> = Vec::new();
        for moment in &self.moments {
            match &moment.what {
                Happened::Paged { people, .. } => {
                    let new: Vec<_> = people.iter().filter(|p| !called.contains(p)).collect();
                    called.extend(new);
                }
                Happened::Unacknowledged => called.clear(),
                _ => {}
            }
        }
        called
    }

    /// Takes in that something happened. Of signs of work the last one counts.
    pub(super) fn add(&mut self, at: At, what: Happened) {
        let is_sign = what == Happened::Updated;
        match self.moments.last_mut() {
            Some(last) if is_sign && last.what == Happened::Updated => last.at = at,
            _ => self.moments.push(Moment { at, what }),
        }
    }
}

/// The plan of a page that follows no chain: all at once, every few minutes, a few times.
pub(super) fn direct(people: impl IntoIterator<Item = PersonId>) -> Option<Entry> {
    let people = people.into_iter();
    let room = Entry::STEPS_LIMIT - 2;
    let mut steps: Vec<Step> = people
        .take(room)
        .map(|person| Step::Person { person })
        .collect();
    steps.push(Step::Wait {
        minutes: AGAIN_AFTER,
    });
    steps.push(Step::Repeat { times: AGAIN });
    Some(Entry {
        name: Short::parse("direct").ok()?,
        steps,
        unacknowledge_minutes: None,
    })
}

impl Incident {
    /// Whether somebody may be told of something in a lane of this incident, or of the incident
    /// itself: whoever may not read it, or may not act, is not.
    pub fn may_be_told(
        &self,
        person: &PersonId,
        lane: Option<&KindKey>,
        directory: &Directory,
        now: At,
    ) -> bool {
        directory.actor(person, Auth::System).is_some_and(|actor| {
            let viewer = actor.viewer();
            let shows = |kind| self.shows_lane(kind, &viewer, &directory.policy);
            self.is_readable_by(&viewer, now) && lane.is_none_or(shows)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_direct_page_calls_everybody_four_times_and_gives_up() {
        let people = [PersonId::from_bits(1), PersonId::from_bits(2)];
        let plan = direct(people.clone()).unwrap();
        plan.check().unwrap();
        let start = At::from_micros(0);
        let mut paging = Paging {
            n: 1,
            chain: None,
            plan: Box::new(plan),
            clock: None,
            lane: None,
            taken_by: None,
            moments: Vec::new(),
        };
        paging.add(start, Happened::Started { turn: 0 });
        let mut now = start;
        let mut calls = 0;
        loop {
            match paging.next(now) {
                Next::Page { round, step, .. } => {
                    calls += 1;
                    let people = vec![people[usize::from(step)].clone()];
                    paging.add(
                        now,
                        Happened::Paged {
                            round,
                            step,
                            people,
                        },
                    );
                }
                Next::Wait(at) => {
                    assert_eq!(paging.look(), Some(at));
                    now = at;
                }
                Next::GiveUp => break,
                Next::Unacknowledge | Next::Rest => panic!("nobody answered"),
            }
        }
        assert_eq!(calls, 8);
        assert_eq!(now, start.plus(20 * crate::time::MINUTE));
        assert_eq!(paging.called().len(), 2);
        assert_eq!(paging.state(), PagingState::Calling);
        paging.add(now, Happened::Exhausted);
        assert_eq!(paging.state(), PagingState::Unanswered);
        assert_eq!(paging.look(), None);
    }
}
