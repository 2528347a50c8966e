//! What becomes of pages.

use crate::id::PersonId;
use crate::incident::fact::Fact;
use crate::incident::{Incident, Paging};
use crate::oncall::chain::Happened;
use crate::record::Meta;

impl Incident {
    pub(super) fn paged(&mut self, fact: &Fact, meta: &Meta) {
        let (page, what) = match fact {
            Fact::PageStarted {
                page,
                chain,
                plan,
                clock,
                turn,
                lane,
            } => {
                self.pages = self.pages.max(*page);
                let mut paging = Paging {
                    n: *page,
                    chain: chain.clone(),
                    plan: plan.clone(),
                    clock: clock.clone(),
                    lane: lane.clone(),
                    taken_by: None,
                    moments: Vec::new(),
                };
                paging.add(meta.at, Happened::Started { turn: *turn });
                self.paging.push(paging);
                return;
            }
            Fact::PageEnded { page, .. } => {
                self.paging.retain(|paging| paging.n != *page);
                return;
            }
            Fact::Paged {
                page,
                round,
                step,
                people,
                ..
            } => {
                let paged = Happened::Paged {
                    round: *round,
                    step: *step,
                    people: people.clone(),
                };
                (*page, paged)
            }
            Fact::PageAcknowledged { page, .. } => (*page, Happened::Acknowledged),
            Fact::PageUnacknowledged { page, .. } => (*page, Happened::Unacknowledged),
            Fact::PageExhausted { page, .. } => (*page, Happened::Exhausted),
            _ => return,
        };
        if let Some(paging) = self.paging.iter_mut().find(|paging| paging.n == page) {
            match what {
                Happened::Acknowledged => paging.taken_by = Some(meta.actor.clone()),
                Happened::Unacknowledged => paging.taken_by = None,
                _ => {}
            }
            paging.add(meta.at, what);
        }
    }

    /// What any fact means for the pages that run: a sign of work, or their end.
    pub(super) fn page_on(&mut self, meta: &Meta) {
        if !self.stage.is_open() {
            self.paging.clear();
        } else if meta.actor != PersonId::from_bits(0) {
            for paging in &mut self.paging {
                if paging.taken_by.is_some() {
                    paging.add(meta.at, Happened::Updated);
                }
            }
        }
    }
}
