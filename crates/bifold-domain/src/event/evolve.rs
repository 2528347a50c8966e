//! What a fact makes of an event.

use super::{Addition, Event, Fact, Standing};
use crate::id::EventId;
use crate::record::{BrokenHistory, Meta};

pub(super) fn evolve(
    state: Option<Event>,
    fact: &Fact,
    meta: &Meta,
) -> Result<Event, BrokenHistory> {
    let broken = || BrokenHistory {
        subject: meta.subject.clone(),
        kind: "event".to_owned(),
    };
    if let Fact::Received { .. } = fact {
        let id = EventId::parse(&meta.subject).map_err(|_| broken())?;
        return received(id, fact, meta).ok_or_else(broken);
    }
    let event = state.ok_or_else(broken)?;
    let decided = |event: Event, standing| Event {
        standing,
        decided: Some((meta.actor.clone(), meta.at)),
        ..event
    };
    Ok(match fact {
        // Made above.
        Fact::Received { .. } => event,
        Fact::Repeated { tally } => Event {
            tally: Some(*tally),
            ..event
        },
        Fact::Cleared { tally } => Event {
            tally: Some(*tally),
            cleared_at: Some(meta.at),
            ..event
        },
        Fact::Recurred { tally } => Event {
            tally: Some(*tally),
            cleared_at: None,
            ..event
        },
        Fact::Added {
            text,
            channel,
            contact,
        } => {
            let mut event = event;
            event.additions.push(Addition {
                at: meta.at,
                by: meta.actor.clone(),
                text: text.clone(),
                channel: *channel,
                contact: contact.clone(),
            });
            event
        }
        Fact::BoundToIncident { incident, .. } => {
            let incident = incident.clone();
            decided(event, Standing::Incident { incident })
        }
        Fact::FoundWeakness { .. } => decided(event, Standing::Weakness),
        Fact::Dismissed { ground, .. } => decided(event, Standing::Dismissed { ground: *ground }),
    })
}

/// The event that begins with a fact; `None` where nothing begins with it.
fn received(id: EventId, fact: &Fact, meta: &Meta) -> Option<Event> {
    let Fact::Received {
        number,
        sort,
        title,
        description,
        channel,
        service,
        contact,
        occurred_at,
        signal,
        is_sensitive,
        proposal,
        told,
    } = fact
    else {
        return None;
    };
    let by = told.as_ref().and_then(|told| told.by.clone());
    Some(Event {
        id,
        number: *number,
        sort: *sort,
        title: title.clone(),
        description: description.clone(),
        channel: *channel,
        service: service.clone(),
        contact: contact.clone(),
        occurred_at: *occurred_at,
        signal: signal.clone(),
        is_sensitive: *is_sensitive,
        proposal: proposal.clone(),
        tally: None,
        cleared_at: None,
        additions: Vec::new(),
        reporter: by.unwrap_or_else(|| meta.actor.clone()),
        entered_by: told.is_some().then(|| meta.actor.clone()),
        told: told.as_deref().cloned(),
        received_at: meta.at,
        standing: Standing::Undecided,
        decided: None,
    })
}
