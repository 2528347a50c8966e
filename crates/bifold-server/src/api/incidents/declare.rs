//! Declares an incident.

use crate::error::Result;
use crate::route::{Described, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::incident::{Command as C, Declare};
use bifold_domain::{Command, IncidentId};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::post(super::FOLDER, "incident_declare", declare)
            .summary("Declares an incident; title, impact and urgency suffice.")
            .body(Described::of::<Declare>())
            .keyed(201),
    ]
}

async fn declare(State(server): State<Server>, write: Write) -> Result<Response> {
    let new: Declare = write.body()?;
    let id = IncidentId::from_bits(server.store.shell().ids.next());
    let command = Command::Incident(id, C::Declare(Box::new(new)));
    write.made(&server, command, super::FOLDER).await
}
