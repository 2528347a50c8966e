//! Pages: how they begin, what is due on them, and whoever takes them on (features F075, F077).

use crate::id::{ChainId, PersonId};
use crate::incident::fact::Fact;
use crate::incident::{Incident, Paging, PagingState, paging};
use crate::kind::KindKey;
use crate::level::{self, Clock, Firing, Whom};
use crate::oncall::chain::{self, Entry, Happened, Next};
use crate::record::Context;
use std::collections::BTreeSet;

/// Why pages begin.
pub(super) struct Why<'a> {
    /// A clock, unless somebody called for help.
    pub(super) clock: Option<&'a Firing>,
    /// The lane whose readers may know of it.
    pub(super) lane: Option<&'a KindKey>,
}

/// Begins pages and makes their first calls: one along each chain, one for everybody else.
pub(super) fn start(
    incident: &Incident,
    whom: &BTreeSet<Whom>,
    why: &Why<'_>,
    context: &Context<'_>,
    begun: &mut u32,
) -> Vec<Fact> {
    let directory = context.directory;
    let (mut plans, mut people) = (Vec::<(Option<ChainId>, Entry)>::new(), BTreeSet::new());
    for whom in whom {
        match whom {
            Whom::Chain(id) => {
                let found = directory.chains.get(id);
                plans.extend(found.map(|chain| (Some(id.clone()), chain.entry.clone())));
            }
            whom => people.extend(level::people(whom, incident, directory, context.now)),
        }
    }
    // Nobody at all is a page as well: one that says at once that it reaches nobody.
    if plans.is_empty() || !people.is_empty() {
        plans.extend(paging::direct(people).map(|plan| (None, plan)));
    }
    let mut facts = Vec::new();
    for (chain, plan) in plans {
        *begun += 1;
        let page = incident.pages + *begun;
        // Whoever begins a round goes on with the number of the incident, which grows by one.
        let turn = incident.number.saturating_add(u64::from(page - 1));
        let mut running = Paging {
            n: page,
            chain,
            plan: Box::new(plan),
            clock: why.clock.cloned(),
            lane: why.lane.cloned(),
            taken_by: None,
            moments: Vec::new(),
        };
        running.add(context.now, Happened::Started { turn });
        facts.push(Fact::PageStarted {
            page,
            chain: running.chain.clone(),
            plan: running.plan.clone(),
            clock: running.clock.clone(),
            turn,
            lane: running.lane.clone(),
        });
        facts.extend(go_on(incident, running, context));
    }
    facts
}

/// What is due on a page now, up to the next wait.
pub(super) fn go_on(incident: &Incident, mut page: Paging, context: &Context<'_>) -> Vec<Fact> {
    let now = context.now;
    let mut facts = Vec::new();
    // Every pass does what the one before found due; a plan has an end, and so has this.
    loop {
        let (lane, n) = (page.lane.clone(), page.n);
        let (fact, what) = match page.next(now) {
            Next::Page {
                round,
                step,
                target,
            } => {
                let mut people = chain::people(&target, context.directory, now).unwrap_or_default();
                // Whoever may not read it cannot help: the next step is for somebody who can.
                people.retain(|person| {
                    incident.may_be_told(person, lane.as_ref(), context.directory, now)
                });
                let what = Happened::Paged {
                    round,
                    step,
                    people: people.clone(),
                };
                let fact = Fact::Paged {
                    page: n,
                    round,
                    step,
                    people,
                    lane,
                };
                (fact, what)
            }
            Next::Unacknowledge => (
                Fact::PageUnacknowledged {
                    page: n,
                    by: page.taken_by.take(),
                    lane,
                },
                Happened::Unacknowledged,
            ),
            Next::GiveUp => (Fact::PageExhausted { page: n, lane }, Happened::Exhausted),
            Next::Wait(_) | Next::Rest => return facts,
        };
        facts.push(fact);
        page.add(now, what);
    }
}

/// What is due on the pages that run. One whose clock is over is over too.
pub(super) fn tick(incident: &Incident, clocks: &[Clock], context: &Context<'_>) -> Vec<Fact> {
    let is_over = |page: &Paging| {
        page.clock.as_ref().is_some_and(|firing| {
            let clock = clocks.iter().find(|clock| clock.key == firing.clock);
            let run =
                clock.and_then(|clock| clock.runs.iter().find(|r| r.started == firing.started));
            run.is_none_or(level::Run::is_ended)
        })
    };
    let due = incident.paging.iter().filter(|page| {
        let look = page.look();
        look.is_some_and(|look| look <= context.now)
    });
    let mut facts = Vec::new();
    for page in due {
        if is_over(page) {
            facts.push(Fact::PageEnded {
                page: page.n,
                lane: page.lane.clone(),
            });
        } else {
            facts.extend(go_on(incident, page.clone(), context));
        }
    }
    facts
}

/// Whoever acts takes on every page that they may know of and nobody has.
pub(super) fn acknowledge(incident: &Incident, context: &Context<'_>) -> Vec<Fact> {
    let viewer = context.actor.viewer();
    let policy = &context.directory.policy;
    let open = incident.paging.iter().filter(|page| {
        let shows = |kind| incident.shows_lane(kind, &viewer, policy);
        page.state() != PagingState::Taken && page.lane.as_ref().is_none_or(shows)
    });
    open.map(|page| Fact::PageAcknowledged {
        page: page.n,
        lane: page.lane.clone(),
    })
    .collect()
}

/// Whether somebody is being called, or was, on a page that nobody took on.
pub(super) fn is_called(incident: &Incident, person: &PersonId) -> bool {
    let mut open = incident.paging.iter();
    open.any(|page| page.state() != PagingState::Taken && page.called().contains(&person))
}
