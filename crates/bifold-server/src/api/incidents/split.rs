//! Splits a new incident off an existing one.

use crate::answer;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Described, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::incident::{Command as C, Declare};
use bifold_domain::{Command, IncidentId};
use bifold_store::Receipt;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/v1/incidents/{id}/split", "incident_split", split)
            .summary("Declares a new incident split off this one.")
            .body(Described::of::<Declare>())
            .keyed(201),
    ]
}

async fn split(
    State(server): State<Server>,
    Place(name): Place<String>,
    write: Write,
) -> Result<Response> {
    let receipt = declare_split(&server, &name, &write).await?;
    Ok(answer::created(receipt, super::FOLDER))
}

/// Declares what the body says as split off the incident with this id or number.
pub(crate) async fn declare_split(server: &Server, name: &str, write: &Write) -> Result<Receipt> {
    let mut new: Declare = write.body()?;
    let (from, version) = super::readable(server, &write.caller, name).await?;
    // The command is one to the new record; what was seen is a version of the old one.
    if let bifold_store::Seen::Version(seen) = write.seen
        && seen != version
    {
        let actual = version;
        return Err(Error::Store(bifold_store::Error::Stale { seen, actual }));
    }
    new.split_from = Some(from.id);
    let id = IncidentId::from_bits(server.store.shell().ids.next());
    let command = Command::Incident(id, C::Declare(Box::new(new)));
    write.execute(server, vec![command]).await
}
