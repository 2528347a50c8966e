//! The room of an incident, read in one piece.

use super::readable;
use super::timeline::happenings;
use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::params::{Params, Place};
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::room::RoomView;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Permission;
use bifold_domain::incident::Incident;
use bifold_store::query::timeline::{Group, Part, Reading};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Entries of the room that are read at once: messages, corrections and what was taken back.
const ENTRIES: u32 = 150;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/incidents/{id}/room",
            "incident_room",
            Access::SignedIn,
            show,
        )
        .summary("Its room: what was said, decided, reported and arranged.")
        .query(&[("before", "integer", "Messages before this `older`.")])
        .answers(200, Answer::Json(Described::of::<RoomView>())),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    before: Option<i64>,
}

async fn show(
    State(server): State<Server>,
    caller: Caller,
    Place(name): Place<String>,
    Params(query): Params<Query>,
) -> Result<Response> {
    let (incident, _) = readable(&server, &caller, &name).await?;
    enters(&caller)?;
    let room = room(&server, &caller, &incident, query.before).await?;
    Ok(answer::ok(&room))
}

/// Refuses whoever reads the incident only because they reported it or were named: the room is
/// for those who work on incidents.
pub(crate) fn enters(caller: &Caller) -> Result<()> {
    Ok(caller.actor.needs(Permission::ReadIncidents)?)
}

/// The room of an incident that the caller can read, with the messages before this place.
pub(crate) async fn room(
    server: &Server,
    caller: &Caller,
    incident: &Incident,
    before: Option<i64>,
) -> Result<RoomView> {
    let part = Part {
        reading: Reading::NewestFirst,
        after: before,
        groups: BTreeSet::from([Group::Room]),
    };
    let page = happenings(server, caller, incident, &part, ENTRIES).await?;
    let older = page.next.and_then(|n| n.parse().ok());
    let directory = server.store.directory().await?;
    let viewer = caller.viewer();
    Ok(RoomView::of(
        incident, page.items, older, &viewer, &directory,
    ))
}
