//! Search over the texts of incidents, as far as their lanes are open to the viewer.

use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::page::{self, Page};
use crate::params::Params;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use axum::extract::State;
use axum::response::Response;
use bifold_store::query::search;
use serde::{Deserialize, Serialize};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/search", "search", Access::SignedIn, find)
            .summary("Incidents whose texts hold all the words, newest text first.")
            .query(&[
                ("q", "string", "The words; the last one may be a beginning."),
                ("cursor", "string", "Where the page begins, from `next`."),
                ("limit", "integer", "Rows, 1 to 200; 50 when absent."),
            ])
            .answers(200, Answer::Json(Described::page_of::<Hit>())),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    q: String,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// An incident whose texts hold the words.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Hit {
    /// Its id.
    id: String,
    /// Its number.
    number: String,
    /// Its title.
    title: String,
    /// Where it stands.
    stage: String,
    /// Handling priority.
    handling: i64,
    /// What sort of fact holds the words.
    kind: String,
}

impl From<search::Hit> for Hit {
    fn from(hit: search::Hit) -> Self {
        Self {
            id: hit.id,
            number: hit.number,
            title: hit.title,
            stage: hit.stage,
            handling: hit.handling,
            kind: hit.kind,
        }
    }
}

async fn find(
    State(server): State<Server>,
    caller: Caller,
    Params(query): Params<Query>,
) -> Result<Response> {
    let limit = page::limit(query.limit)?;
    let before = page::open(query.cursor.as_deref())?;
    let viewer = caller.viewer();
    let mut hits = server
        .store
        .search(&viewer, &query.q, before, limit + 1)
        .await?;
    let next = page::cut(&mut hits, limit, |hit| hit.doc);
    let items: Vec<Hit> = hits.into_iter().map(Into::into).collect();
    Ok(answer::ok(&Page { items, next }))
}
