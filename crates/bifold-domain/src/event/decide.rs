//! What an event is: taken in by anybody who may report, decided by those who triage.

use super::{Event, Fact, Outcome, Receive, Standing};
use crate::access::Permission;
use crate::record::Context;
use crate::refusal::Refusal;
use crate::time::MINUTE;

pub(super) fn receive(report: Receive, context: &Context<'_>) -> Result<Fact, Refusal> {
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
    })
}

pub(super) fn outcome(
    event: &Event,
    outcome: Outcome,
    context: &Context<'_>,
) -> Result<Fact, Refusal> {
    context.actor.needs(Permission::Triage)?;
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
