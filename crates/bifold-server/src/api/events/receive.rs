//! Takes in a report of a person or a signal of a machine.
//!
//! A signal with the identity of one that is still undecided, or belongs to an open incident, is
//! that event again: it is answered with it, and nothing is written.

use crate::answer;
use crate::error::Result;
use crate::route::{Answer, Described, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bifold_domain::event::{Command as C, Receive, Signal};
use bifold_domain::{Command, EventId};
use serde::Serialize;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::post(super::FOLDER, "event_receive", receive)
            .summary("Reports an event, or delivers a machine's signal.")
            .body(Described::of::<Receive>())
            .answers(200, Answer::Json(Described::of::<Known>()))
            .keyed(201),
    ]
}

/// The event that this signal is a repetition of.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = KnownEvent)]
struct Known {
    /// Its id.
    id: String,
    /// Its number.
    number: String,
    /// Its version.
    version: u64,
    /// Always true: nothing was written.
    is_repetition: bool,
}

async fn receive(State(server): State<Server>, write: Write) -> Result<Response> {
    let new: Receive = write.body()?;
    let signal = new.signal.clone();
    // Two deliveries of one signal must not both find nothing.
    let _lock = match &signal {
        Some(s) => {
            server
                .signal_lock(s.source.as_str(), s.external_id.as_str())
                .await
        }
        None => None,
    };
    if let Some(signal) = &signal
        && let Some(known) = known(&server, &write, signal).await?
    {
        return Ok(known);
    }
    let id = EventId::from_bits(server.store.shell().ids.next());
    let command = Command::Event(id, C::Receive(new));
    write.made(&server, command, super::FOLDER).await
}

async fn known(server: &Server, write: &Write, signal: &Signal) -> Result<Option<Response>> {
    write.caller.needs(bifold_domain::Permission::Report)?;
    let (source, external_id) = (signal.source.as_str(), signal.external_id.as_str());
    let viewer = write.caller.viewer();
    let found = server
        .store
        .open_signal(&viewer, source, external_id)
        .await?;
    Ok(found.map(|(id, number, version)| {
        let folder = super::FOLDER;
        let location = HeaderValue::from_str(&format!("{folder}/{id}"));
        let mut response = answer::tagged(
            version,
            &Known {
                id: id.to_string(),
                number,
                version,
                is_repetition: true,
            },
        );
        if let Ok(location) = location {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }))
}
