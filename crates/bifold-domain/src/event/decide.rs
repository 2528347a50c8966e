//! What an event is: taken in by anybody who may report, decided by those who triage.

use super::{ADDITIONS, Add, Event, Fact, Outcome, Proposal, Receive, Standing, Tally, Told};
use crate::access::{Auth, Permission};
use crate::record::Context;
use crate::refusal::Refusal;
use crate::signal::triage::next_milestone;
use crate::time::MINUTE;

pub(super) fn receive(
    report: Receive,
    proposal: Option<Proposal>,
    context: &Context<'_>,
) -> Result<Fact, Refusal> {
    context.actor.needs(Permission::Report)?;
    if let Some(service) = report
        .service
        .as_ref()
        .filter(|s| !context.directory.services.contains_key(s))
    {
        return Err(Refusal::Unknown {
            what: "service",
            named: service.to_string(),
        });
    }
    if report
        .occurred_at
        .is_some_and(|at| at > context.now.plus(5 * MINUTE))
    {
        return Err(Refusal::TimeOrder {
            first: "what happened",
            then: "its report",
        });
    }
    if let Some(told) = &report.told {
        may_be_told(told, context)?;
    }
    Ok(Fact::Received {
        number: context.neighbours.next_number,
        sort: report.sort,
        title: report.title.into(),
        description: report.description.map(Into::into),
        channel: report.channel,
        service: report.service,
        contact: report.contact.map(Into::into),
        occurred_at: report.occurred_at,
        signal: report.signal,
        is_sensitive: report.is_sensitive,
        proposal,
        told: report.told.map(Box::new),
    })
}

/// Who enters what others told answers for it, as for everything at the desk.
fn may_be_told(told: &Told, context: &Context<'_>) -> Result<(), Refusal> {
    context.actor.needs(Permission::Triage)?;
    if let Some(by) = &told.by {
        let person = context.directory.people.get(by);
        if person.is_none_or(|person| !person.is_active) {
            return Err(Refusal::Unknown {
                what: "person",
                named: by.to_string(),
            });
        }
    }
    if told.at.is_some_and(|at| at > context.now.plus(5 * MINUTE)) {
        return Err(Refusal::TimeOrder {
            first: "the call",
            then: "its entry",
        });
    }
    Ok(())
}

/// More of it: from its reporter, from whoever works on incidents, or by Bifold itself where it
/// came from somebody who has no account.
pub(super) fn add(event: &Event, more: Add, context: &Context<'_>) -> Result<Fact, Refusal> {
    context.actor.needs(Permission::Report)?;
    let sees = context.actor.may(Permission::ReadIncidents)
        && (!event.is_sensitive || context.actor.may(Permission::ReadSensitiveLanes));
    let is_system = context.actor.auth == Auth::System;
    if !sees && !is_system && context.actor.person != event.reporter {
        return Err(Refusal::no("event"));
    }
    if event.additions.len() >= ADDITIONS {
        return Err(Refusal::TooMany {
            what: "additions to an event",
            limit: ADDITIONS,
        });
    }
    Ok(Fact::Added {
        text: more.text.into(),
        channel: more.channel,
        contact: more.contact.map(Into::into),
    })
}

/// What is worth a line in the ledger about what the faults of an event add up to.
pub(super) fn count(
    event: &Event,
    tally: Tally,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    // Counts come from the machines' own words in the fault log, not from anybody's opinion.
    if context.actor.auth != Auth::System || event.signal.is_none() {
        return Err(Refusal::NotPermitted {
            permission: Permission::ManageSources,
        });
    }
    let told = event.tally.map_or(1, |tally| tally.signals);
    match (event.cleared_at, tally.firing) {
        (None, 0) => Ok(vec![Fact::Cleared { tally }]),
        (Some(_), 1..) => Ok(vec![Fact::Recurred { tally }]),
        _ if tally.signals >= next_milestone(told) => Ok(vec![Fact::Repeated { tally }]),
        _ => Err(Refusal::NothingToChange),
    }
}

pub(super) fn outcome(
    event: &Event,
    outcome: Outcome,
    context: &Context<'_>,
) -> Result<Fact, Refusal> {
    context.actor.needs(Permission::Triage)?;
    if event.is_sensitive && !context.actor.may(Permission::ReadSensitiveLanes) {
        return Err(Refusal::no("event"));
    }
    match outcome {
        Outcome::Incident { incident, reason } => {
            if !context.neighbours.incidents.contains_key(&incident) {
                return Err(Refusal::no("incident"));
            }
            if event.standing
                == (Standing::Incident {
                    incident: incident.clone(),
                })
            {
                return Err(Refusal::NothingToChange);
            }
            Ok(Fact::BoundToIncident {
                incident,
                reason: reason.into(),
            })
        }
        Outcome::Weakness { .. } if event.standing == Standing::Weakness => {
            Err(Refusal::NothingToChange)
        }
        Outcome::Weakness { reason } => Ok(Fact::FoundWeakness {
            reason: reason.into(),
        }),
        Outcome::NotAnIncident { ground, .. }
            if event.standing == (Standing::Dismissed { ground }) =>
        {
            Err(Refusal::NothingToChange)
        }
        Outcome::NotAnIncident { ground, reason } => Ok(Fact::Dismissed {
            ground,
            reason: reason.into(),
        }),
    }
}
