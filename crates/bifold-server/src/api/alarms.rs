//! What was done in an emergency and must be looked at.

use crate::answer;
use crate::error::Result;
use crate::page::Page;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::{Named, Names};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::{At, Role};
use serde::Serialize;

/// The alarms shown.
pub(crate) const LIMIT: u32 = 200;
/// Who looks at them.
pub(crate) const READERS: &[Role] = &[Role::IncidentManager, Role::SecurityOfficer, Role::Auditor];

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/alarms", "alarms", Access::Roles(READERS), list)
            .summary("The newest alarms, such as broken glass, to be reviewed.")
            .answers(200, Answer::Json(Described::page_of::<Alarm>())),
    ]
}

/// An alarm. It names the record by its id, and nothing of what is in it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Alarm {
    /// The record.
    subject: String,
    /// The fact in its history.
    n: i64,
    /// What sort of alarm.
    kind: String,
    /// Who caused it.
    by: Named,
    /// When.
    at: At,
}

async fn list(State(server): State<Server>) -> Result<Response> {
    let directory = server.store.directory().await?;
    let names = Names(&directory);
    let rows = server.store.alarms(LIMIT).await?;
    let alarms: Vec<Alarm> = rows
        .into_iter()
        .map(|row| Alarm {
            subject: row.subject,
            n: row.n,
            kind: row.kind,
            by: names.person_text(&row.actor),
            at: At::from_micros(row.at),
        })
        .collect();
    Ok(answer::ok(&Page::whole(alarms)))
}
