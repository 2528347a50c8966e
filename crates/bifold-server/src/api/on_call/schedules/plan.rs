//! Making, revising and retiring a schedule.

use super::{FOLDER, ONE, parse};
use crate::error::Result;
use crate::params::Place;
use crate::route::{Access, Described, Method, Route};
use crate::server::Server;
use crate::{body, write::Write};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::oncall::Plan;
use bifold_domain::oncall::schedule::Command as C;
use bifold_domain::{Command, ScheduleId};

pub(crate) fn routes() -> Vec<Route> {
    let plan = Described::of::<Plan>();
    vec![
        Route::post(FOLDER, "schedule_make", make)
            .summary("Makes a schedule.")
            .body(plan)
            .keyed(201),
        Route::new(Method::Put, ONE, "schedule_revise", Access::Decided, revise)
            .summary("Replaces the plan of a schedule from now on; the past stays as it was.")
            .body(plan)
            .keyed(200),
        Route::post("/api/v1/schedules/{id}/retire", "schedule_retire", retire)
            .summary("Takes a schedule out of use.")
            .keyed(200),
    ]
}

async fn make(State(server): State<Server>, write: Write) -> Result<Response> {
    let id = ScheduleId::from_bits(server.store.shell().ids.next());
    let command = Command::Schedule(id, C::Make(write.body()?));
    write.made(&server, command, FOLDER).await
}

async fn revise(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let command = Command::Schedule(parse(&id)?, C::Revise(write.body()?));
    write.done(&server, command).await
}

async fn retire(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    let command = Command::Schedule(parse(&id)?, C::Retire);
    write.done(&server, command).await
}
