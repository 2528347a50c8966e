//! Redactions: one person asks for values of a ledger entry to be removed, another approves.

use crate::answer;
use crate::error::Result;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Method, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bifold_domain::{Permission, Text};
use serde::{Deserialize, Serialize};

pub(crate) fn routes() -> Vec<Route> {
    let access = Access::Needs(Permission::Redact);
    vec![
        Route::new(
            Method::Post,
            "/api/v1/redactions",
            "redaction_request",
            access,
            request,
        )
        .summary("Asks for values of a ledger entry to be removed.")
        .body(Described::of::<NewRedaction>())
        .answers(201, Answer::Json(Described::of::<RequestedRedaction>())),
        Route::new(
            Method::Post,
            "/api/v1/redactions/{id}/approve",
            "redaction_approve",
            access,
            approve,
        )
        .summary("Approves a redaction that somebody else asked for, and carries it out.")
        .answers(200, Answer::Json(Described::of::<DoneRedaction>())),
    ]
}

/// A redaction to be approved by somebody else.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRedaction {
    /// The year of the log.
    log: i64,
    /// The entry.
    index: u64,
    /// The values, by their place in the fact, such as `/title`.
    names: Vec<String>,
    /// The legal basis.
    basis: Text,
}

/// A redaction that waits for approval.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct RequestedRedaction {
    /// Its id.
    id: String,
}

/// A redaction that was carried out.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct DoneRedaction {
    /// The year of the log.
    log: i64,
    /// The entry that lost values.
    index: u64,
    /// The entry that says so.
    by: u64,
    /// Which values.
    names: Vec<String>,
}

async fn request(State(server): State<Server>, write: Write) -> Result<Response> {
    let new: NewRedaction = write.body()?;
    let id = server
        .store
        .request_redaction(
            write.actor(),
            new.log,
            new.index,
            &new.names,
            new.basis.as_str(),
        )
        .await?;
    Ok(answer::json(
        StatusCode::CREATED,
        &RequestedRedaction { id },
    ))
}

async fn approve(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let done = server.store.approve_redaction(write.actor(), &id).await?;
    // A name that was removed must not live on in memory.
    server.known.forget();
    Ok(answer::ok(&DoneRedaction {
        log: done.log,
        index: done.index,
        by: done.by,
        names: done.names,
    }))
}
