//! The register of events.

use crate::answer;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::page::{self, Page};
use crate::params::Params;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::{Named, Names};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::At;
use bifold_domain::event::Sort;
use bifold_store::query::event::{Filter, Row};
use serde::{Deserialize, Serialize};

const STANDINGS: &[&str] = &["undecided", "incident", "weakness", "dismissed"];

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(super::FOLDER, "events", Access::SignedIn, list)
            .summary("The events you may see, newest first.")
            .query(&[
                (
                    "standing",
                    "string",
                    "undecided, incident, weakness or dismissed.",
                ),
                ("sort", "string", "What the reporter says it is."),
                ("source", "string", "From this machine."),
                ("external_id", "string", "With this identity there."),
                ("cursor", "string", "Where the page begins, from `next`."),
                ("limit", "integer", "Rows, 1 to 200; 50 when absent."),
            ])
            .answers(200, Answer::Json(Described::page_of::<EventRow>())),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    standing: Option<String>,
    sort: Option<Sort>,
    source: Option<String>,
    external_id: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// One row of the register.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct EventRow {
    id: String,
    number: String,
    version: i64,
    /// What the reporter says it is.
    sort: String,
    title: String,
    channel: String,
    /// What it was found to be.
    standing: String,
    /// On which ground it was dismissed.
    #[schema(required)]
    ground: Option<String>,
    /// The incident it belongs to, if you can read that.
    #[schema(required)]
    incident: Option<String>,
    received_at: At,
    #[schema(required)]
    decided_at: Option<At>,
    #[schema(required)]
    decided_by: Option<Named>,
}

impl EventRow {
    fn of(row: Row, names: Names<'_>) -> Self {
        Self {
            id: row.id,
            number: row.number,
            version: row.version,
            sort: row.sort,
            title: row.title,
            channel: row.channel,
            standing: row.standing,
            ground: row.ground,
            incident: row.incident,
            received_at: At::from_micros(row.received_at),
            decided_at: row.decided_at.map(At::from_micros),
            decided_by: row.decided_by.map(|id| names.person_text(&id)),
        }
    }
}

async fn list(
    State(server): State<Server>,
    caller: Caller,
    Params(query): Params<Query>,
) -> Result<Response> {
    let limit = page::limit(query.limit)?;
    let before = page::open(query.cursor.as_deref())?;
    if query
        .standing
        .as_deref()
        .is_some_and(|s| !STANDINGS.contains(&s))
    {
        return Err(Error::Query(format!(
            "standing is one of {}",
            STANDINGS.join(", ")
        )));
    }
    let filter = Filter {
        standing: query.standing,
        sort: query.sort.map(|sort| sort.word().to_owned()),
        source: query.source,
        external_id: query.external_id,
    };
    let viewer = caller.viewer();
    let mut rows = server
        .store
        .events(&viewer, &filter, before, limit + 1)
        .await?;
    let next = page::cut(&mut rows, limit, |row| row.seq);
    let directory = server.store.directory().await?;
    let row = |row| EventRow::of(row, Names(&directory));
    let items: Vec<EventRow> = rows.into_iter().map(row).collect();
    Ok(answer::ok(&Page { items, next }))
}
