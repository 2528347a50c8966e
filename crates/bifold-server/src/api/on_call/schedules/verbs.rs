//! Overrides, swaps and hand-overs of a schedule: one table, as they differ only in the command.

use super::parse;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Described, Route};
use crate::server::Server;
use crate::{body, write::Write};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Command;
use bifold_domain::oncall::schedule::{AskSwap, Command as C, HandOver, SetOverride};

pub(crate) fn routes() -> Vec<Route> {
    [overrides(), swaps(), hand_overs()].concat()
}

fn overrides() -> Vec<Route> {
    vec![
        Route::post(
            "/api/v1/schedules/{id}/overrides",
            "schedule_override",
            |server, place, write: Write| async move {
                let command = C::SetOverride(write.body::<SetOverride>()?);
                execute(server, place, write, command).await
            },
        )
        .summary("Puts somebody on call for some time, whatever the plan says.")
        .body(Described::of::<SetOverride>())
        .keyed(200),
        Route::post(
            "/api/v1/schedules/{id}/overrides/{number}/withdraw",
            "schedule_override_withdraw",
            |server, place, write| numbered(server, place, write, C::WithdrawOverride),
        )
        .summary("Takes an override back; what has passed of it stays.")
        .keyed(200),
    ]
}

fn swaps() -> Vec<Route> {
    vec![
        Route::post(
            "/api/v1/schedules/{id}/swaps",
            "schedule_swap",
            |server, place, write: Write| async move {
                let command = C::AskSwap(write.body::<AskSwap>()?);
                execute(server, place, write, command).await
            },
        )
        .summary("Asks somebody to take a stretch of your time on call, or to swap it for one.")
        .body(Described::of::<AskSwap>())
        .keyed(200),
        Route::post(
            "/api/v1/schedules/{id}/swaps/{number}/accept",
            "schedule_swap_accept",
            |server, place, write| numbered(server, place, write, C::AcceptSwap),
        )
        .summary("Accepts a swap that you were asked for; it holds from then on.")
        .keyed(200),
        Route::post(
            "/api/v1/schedules/{id}/swaps/{number}/decline",
            "schedule_swap_decline",
            |server, place, write| numbered(server, place, write, C::DeclineSwap),
        )
        .summary("Declines a swap that you were asked for.")
        .keyed(200),
        Route::post(
            "/api/v1/schedules/{id}/swaps/{number}/withdraw",
            "schedule_swap_withdraw",
            |server, place, write| numbered(server, place, write, C::WithdrawSwap),
        )
        .summary("Takes back a swap that you asked for and nobody has answered.")
        .keyed(200),
    ]
}

fn hand_overs() -> Vec<Route> {
    vec![
        Route::post(
            "/api/v1/schedules/{id}/hand-overs",
            "schedule_hand_over",
            |server, place, write: Write| async move {
                let command = C::HandOver(write.body::<HandOver>()?);
                execute(server, place, write, command).await
            },
        )
        .summary("Hands your shift over, with what the next one has to know.")
        .body(Described::of::<HandOver>())
        .keyed(200),
        Route::post(
            "/api/v1/schedules/{id}/hand-overs/{number}/accept",
            "schedule_hand_over_accept",
            |server, place, write| numbered(server, place, write, C::AcceptHandOver),
        )
        .summary("Takes a shift that was handed over to you.")
        .keyed(200),
    ]
}

async fn execute(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
    command: C,
) -> Result<Response> {
    let command = Command::Schedule(parse(&id)?, command);
    write.done(&server, command).await
}

/// A verb about one override, swap or hand-over by its number.
async fn numbered(
    State(server): State<Server>,
    Place((id, number)): Place<(String, String)>,
    write: Write,
    command: fn(u32) -> C,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    let number = number.parse().map_err(|_| Error::no("record"))?;
    let command = Command::Schedule(parse(&id)?, command(number));
    write.done(&server, command).await
}
