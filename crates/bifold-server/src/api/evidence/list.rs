//! Lists of items.

use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::page::{self, Page};
use crate::params::{Params, Place};
use crate::route::{Access, Answer, Described, Param, Route};
use crate::server::Server;
use crate::view::Names;
use crate::view::evidence::EvidenceRow;
use axum::extract::State;
use axum::response::Response;
use bifold_store::query::evidence::Filter;
use serde::Deserialize;

const PARAMS: &[Param] = &[
    (
        "standing",
        "string",
        "wanted, collected, kept, offered, out, forgone or disposed",
    ),
    ("holder", "string", "who has it, by id"),
    ("sha256", "string", "with these bytes"),
    ("held", "boolean", "under legal hold"),
    (
        "asked",
        "boolean",
        "waiting for somebody to approve release or disposal",
    ),
    ("limit", "integer", "rows of the page"),
    ("cursor", "string", "where the page begins"),
];

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/evidence", "evidence_list", Access::SignedIn, list)
            .summary("Evidence that you may see, newest first.")
            .query(PARAMS)
            .answers(200, Answer::Json(Described::page_of::<EvidenceRow>())),
        Route::get(
            "/api/v1/incidents/{id}/evidence",
            "incident_evidence",
            Access::SignedIn,
            of_incident,
        )
        .summary("Evidence of an incident, as far as you may see it.")
        .answers(200, Answer::Json(Described::page_of::<EvidenceRow>())),
    ]
}

/// Which items.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvidenceQuery {
    pub(crate) standing: Option<String>,
    pub(crate) holder: Option<String>,
    pub(crate) sha256: Option<String>,
    #[serde(default)]
    pub(crate) held: bool,
    #[serde(default)]
    pub(crate) asked: bool,
    pub(crate) limit: Option<u32>,
    pub(crate) cursor: Option<String>,
}

impl EvidenceQuery {
    pub(crate) fn filter(&self) -> Filter {
        Filter {
            incident: None,
            standing: self.standing.clone(),
            holder: self.holder.clone(),
            is_held: self.held,
            is_asked: self.asked,
            sha256: self.sha256.clone(),
        }
    }
}

async fn list(
    State(server): State<Server>,
    caller: Caller,
    Params(query): Params<EvidenceQuery>,
) -> Result<Response> {
    let limit = page::limit(query.limit)?;
    let before: Option<i64> = page::open(query.cursor.as_deref())?;
    let viewer = caller.viewer();
    let store = &server.store;
    let mut rows = store
        .evidence_list(&viewer, &query.filter(), before, limit + 1)
        .await?;
    let next = page::cut(&mut rows, limit, |row| row.seq);
    let directory = store.directory().await?;
    let items = rows
        .into_iter()
        .map(|row| EvidenceRow::of(row, Names(&directory)));
    let items = items.collect::<Vec<_>>();
    Ok(answer::ok(&Page { items, next }))
}

async fn of_incident(
    State(server): State<Server>,
    caller: Caller,
    Place(name): Place<String>,
) -> Result<Response> {
    let (incident, _) = crate::api::incidents::readable(&server, &caller, &name).await?;
    let rows = server
        .store
        .evidence_of(&caller.viewer(), &incident.id)
        .await?;
    let directory = server.store.directory().await?;
    let items = rows
        .into_iter()
        .map(|row| EvidenceRow::of(row, Names(&directory)));
    Ok(answer::ok(&Page::whole(items.collect::<Vec<_>>())))
}
