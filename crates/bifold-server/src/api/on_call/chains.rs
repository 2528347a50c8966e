//! Escalation chains, and whom they would call.

use crate::answer;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::page::Page;
use crate::params::{Params, Place};
use crate::route::{Access, Answer, Described, Method, Route};
use crate::server::Server;
use crate::view::Names;
use crate::view::on_call::{CallView, ChainView};
use crate::{body, write::Write};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::oncall::chain::{Command as C, Entry};
use bifold_domain::{At, ChainId, Command, Permission};
use serde::{Deserialize, Serialize};

const FOLDER: &str = "/api/v1/chains";
const ONE: &str = "/api/v1/chains/{id}";
const READS: Access = Access::Needs(Permission::ReadIncidents);

pub(crate) fn routes() -> Vec<Route> {
    let entry = Described::of::<Entry>();
    vec![
        Route::get(FOLDER, "chains", READS, list)
            .summary("Escalation chains in use, by name.")
            .answers(200, Answer::Json(Described::page_of::<ChainView>())),
        Route::post(FOLDER, "chain_make", make)
            .summary("Makes an escalation chain.")
            .body(entry)
            .keyed(201),
        Route::get(ONE, "chain", READS, show)
            .summary("One escalation chain.")
            .answers(200, Answer::Json(Described::of::<ChainView>())),
        Route::new(Method::Put, ONE, "chain_revise", Access::Decided, revise)
            .summary("Replaces what a chain says; what runs goes on by what is said from then on.")
            .body(entry)
            .keyed(200),
        Route::post("/api/v1/chains/{id}/retire", "chain_retire", retire)
            .summary("Takes an escalation chain out of use.")
            .keyed(200),
        Route::get(
            "/api/v1/chains/{id}/simulate",
            "chain_simulate",
            READS,
            simulate,
        )
        .summary("Whom the chain would call, if something happened and nobody answered.")
        .query(&[
            (
                "at",
                "string",
                "From which instant on, RFC 3339; now when absent.",
            ),
            (
                "turn",
                "integer",
                "How often it was started before, by which a round robin goes on; 0 when absent.",
            ),
        ])
        .answers(200, Answer::Json(Described::of::<Simulation>())),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    at: Option<At>,
    turn: Option<u32>,
}

/// What a chain would do.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Simulation {
    calls: Vec<CallView>,
    /// When everybody has been called.
    ends_at: At,
}

fn parse(id: &str) -> Result<ChainId> {
    ChainId::parse(id).map_err(|_| Error::no("escalation chain"))
}

async fn list(State(server): State<Server>, caller: Caller) -> Result<Response> {
    let all = server.store.chains(&caller.viewer()).await?;
    let items = all.into_iter().map(ChainView::from).collect();
    Ok(answer::ok(&Page::<ChainView>::whole(items)))
}

async fn show(
    State(server): State<Server>,
    caller: Caller,
    Place(id): Place<String>,
) -> Result<Response> {
    let found = server.store.chain(&caller.viewer(), &parse(&id)?).await?;
    let (chain, version) = found.ok_or_else(|| Error::no("escalation chain"))?;
    Ok(answer::tagged(version, &ChainView::from(chain)))
}

async fn make(State(server): State<Server>, write: Write) -> Result<Response> {
    let id = ChainId::from_bits(server.store.shell().ids.next());
    let command = Command::Chain(id, C::Make(write.body()?));
    write.made(&server, command, FOLDER).await
}

async fn revise(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let command = Command::Chain(parse(&id)?, C::Revise(write.body()?));
    write.done(&server, command).await
}

async fn retire(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    let command = Command::Chain(parse(&id)?, C::Retire);
    write.done(&server, command).await
}

async fn simulate(
    State(server): State<Server>,
    caller: Caller,
    Place(id): Place<String>,
    Params(query): Params<Query>,
) -> Result<Response> {
    let (id, viewer) = (parse(&id)?, caller.viewer());
    let at = query.at.unwrap_or(server.store.shell().clock.now());
    let turn = u64::from(query.turn.unwrap_or(0));
    let found = server.store.rehearse(&viewer, &id, at, turn).await?;
    let rehearsal = found.ok_or_else(|| Error::no("escalation chain"))?;
    let directory = server.store.directory().await?;
    let view = |call| CallView::of(call, Names(&directory));
    Ok(answer::ok(&Simulation {
        calls: rehearsal.calls.iter().map(view).collect(),
        ends_at: rehearsal.ends_at,
    }))
}
