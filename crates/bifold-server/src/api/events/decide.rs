//! Says what an event is: part of an incident, a weakness, or no incident.
//!
//! "Declare" makes the incident and binds the event to it in one operation: both happen or
//! neither does.

use crate::answer;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Described, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::event::{Command as C, Dismissal, Outcome};
use bifold_domain::incident::{self, Declare};
use bifold_domain::{Command, EventId, IncidentId, Text};
use bifold_store::{Receipt, Seen};
use serde::Deserialize;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/v1/events/{id}/decision", "event_decide", decide)
            .summary("Decides what an event is; may declare the incident in the same operation.")
            .body(Described::of::<Decision>())
            .keyed(200),
    ]
}

/// What the event is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Decision {
    /// A new incident.
    Declare {
        /// The incident.
        declare: Box<Declare>,
        /// Why.
        reason: Text,
    },
    /// Part of this incident.
    Incident {
        /// Which.
        incident: IncidentId,
        /// Why.
        reason: Text,
    },
    /// A weakness.
    Weakness {
        /// Why.
        reason: Text,
    },
    /// No incident.
    NotAnIncident {
        /// Which ground.
        ground: Dismissal,
        /// Why.
        reason: Text,
    },
}

async fn decide(
    State(server): State<Server>,
    Place(name): Place<String>,
    write: Write,
) -> Result<Response> {
    let receipt = decided(&server, &name, &write).await?;
    Ok(answer::done(receipt))
}

/// Decides the event with this id or number as the body says.
pub(crate) async fn decided(server: &Server, name: &str, write: &Write) -> Result<Receipt> {
    let decision: Decision = write.body()?;
    let found = server.store.event(&write.caller.viewer(), name).await?;
    let (event, version, _) = found.ok_or_else(|| Error::no("event"))?;
    let commands = match decision {
        Decision::Declare { declare, reason } => {
            // The first command is to the new incident; what was seen is the event.
            unchanged(write.seen, version)?;
            let incident = IncidentId::from_bits(server.store.shell().ids.next());
            declared(event.id, incident, *declare, reason)
        }
        Decision::Incident { incident, reason } => {
            one(event.id, Outcome::Incident { incident, reason })
        }
        Decision::Weakness { reason } => one(event.id, Outcome::Weakness { reason }),
        Decision::NotAnIncident { ground, reason } => {
            one(event.id, Outcome::NotAnIncident { ground, reason })
        }
    };
    write.execute(server, commands).await
}

fn one(event: EventId, outcome: Outcome) -> Vec<Command> {
    vec![Command::Event(event, C::Decide(outcome))]
}

fn declared(event: EventId, incident: IncidentId, mut new: Declare, reason: Text) -> Vec<Command> {
    new.event = Some(event.clone());
    let declare = incident::Command::Declare(Box::new(new));
    let outcome = Outcome::Incident {
        incident: incident.clone(),
        reason,
    };
    let mut commands = vec![Command::Incident(incident, declare)];
    commands.extend(one(event, outcome));
    commands
}

fn unchanged(seen: Seen, actual: u64) -> Result<()> {
    match seen {
        Seen::Version(seen) if seen != actual => {
            Err(Error::Store(bifold_store::Error::Stale { seen, actual }))
        }
        _ => Ok(()),
    }
}
