//! The disclosure after a fact.

use super::{Ask, Disclosure, Fact, Stage, Standing, Turn};
use crate::id::{DisclosureId, PersonId};
use crate::record::{BrokenHistory, Meta};

pub(super) fn evolve(
    state: Option<Disclosure>,
    fact: &Fact,
    meta: &Meta,
) -> Result<Disclosure, BrokenHistory> {
    let broken = || BrokenHistory {
        subject: meta.subject.clone(),
        kind: "disclosure".to_owned(),
    };
    if let Fact::Received { .. } = fact {
        return received(fact, meta).ok_or_else(broken);
    }
    let mut found = state.ok_or_else(broken)?;
    match fact {
        Fact::Received { .. }
        | Fact::Answered { .. }
        | Fact::Noted { .. }
        | Fact::Replied { .. }
        | Fact::IdentityShown => {}
        Fact::Assigned { person } => found.handler = Some(person.clone()),
        Fact::Acknowledged => {
            found.acknowledged_at = Some(meta.at);
            found.stage = Stage::Acknowledged;
        }
        Fact::FeedbackGiven { .. } => {
            found.feedback_at.get_or_insert(meta.at);
        }
        Fact::Referred { event } => found.events.push(event.clone()),
        Fact::Closed { outcome, .. } => {
            found.stage = Stage::Closed;
            found.closed = Some((meta.at, *outcome));
            lapse(&mut found);
        }
        Fact::Reopened { .. } => {
            found.closed = None;
            found.stage = if found.acknowledged_at.is_some() {
                Stage::Acknowledged
            } else {
                Stage::Received
            };
        }
        Fact::IdentityAsked { reason } => found.asks.push(Ask {
            by: meta.actor.clone(),
            at: meta.at,
            reason: reason.clone(),
            standing: Standing::Pending,
        }),
        Fact::IdentityGranted { asker } => {
            let (by, at) = (meta.actor.clone(), meta.at);
            settle(&mut found, asker, Standing::Granted { by, at });
        }
        Fact::IdentityRefused { asker, .. } => {
            let (by, at) = (meta.actor.clone(), meta.at);
            settle(&mut found, asker, Standing::Refused { by, at });
        }
        Fact::IdentityDeleted { .. } => {
            found.identity_deleted_at = Some(meta.at);
            lapse(&mut found);
        }
    }
    found.course.push(Turn {
        at: meta.at,
        by: meta.actor.clone(),
        fact: fact.clone(),
    });
    Ok(found)
}

fn received(fact: &Fact, meta: &Meta) -> Option<Disclosure> {
    let Fact::Received {
        number,
        concern,
        mode,
        title,
        text,
        without,
    } = fact
    else {
        return None;
    };
    Some(Disclosure {
        id: DisclosureId::parse(&meta.subject).ok()?,
        number: *number,
        received_at: meta.at,
        concern: *concern,
        mode: *mode,
        title: title.clone(),
        text: text.clone(),
        without: without.clone(),
        stage: Stage::Received,
        handler: None,
        acknowledged_at: None,
        feedback_at: None,
        closed: None,
        events: Vec::new(),
        asks: Vec::new(),
        identity_deleted_at: None,
        course: Vec::new(),
    })
}

fn settle(found: &mut Disclosure, asker: &PersonId, standing: Standing) {
    let mut asks = found.asks.iter_mut();
    if let Some(ask) = asks.find(|ask| ask.by == *asker && ask.standing == Standing::Pending) {
        ask.standing = standing;
    }
}

/// What was asked or granted is over: whoever needs the name later asks anew.
fn lapse(found: &mut Disclosure) {
    for ask in &mut found.asks {
        if matches!(ask.standing, Standing::Pending | Standing::Granted { .. }) {
            ask.standing = Standing::Lapsed;
        }
    }
}
