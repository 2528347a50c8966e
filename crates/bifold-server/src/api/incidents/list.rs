//! The queue.

use super::filter::{FILTER_PARAMS, IncidentQuery};
use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::page::{self, Page};
use crate::params::Params;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::Names;
use crate::view::incident::IncidentRow;
use axum::extract::State;
use axum::response::Response;
use bifold_store::query::incident::{After, Row};
use serde::{Deserialize, Serialize};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(super::FOLDER, "incidents", Access::SignedIn, list)
            .summary("The incidents you can read, most urgent first.")
            .query(FILTER_PARAMS)
            .answers(200, Answer::Json(Described::page_of::<IncidentRow>())),
    ]
}

/// The place of a row in any order.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    h: i64,
    #[serde(default)]
    d: i64,
    s: i64,
}

impl Place {
    pub(crate) fn of(row: &Row) -> Self {
        Self {
            h: row.handling,
            d: row.clock_due,
            s: row.seq,
        }
    }

    pub(crate) fn after(self) -> After {
        After {
            handling: self.h,
            due: self.d,
            seq: self.s,
        }
    }
}

async fn list(
    State(server): State<Server>,
    caller: Caller,
    Params(query): Params<IncidentQuery>,
) -> Result<Response> {
    let limit = page::limit(query.limit)?;
    let after = page::open::<Place>(query.cursor.as_deref())?.map(Place::after);
    let order = query.order();
    let filter = query.filter(&server, &caller).await?;
    let viewer = caller.viewer();
    let mut rows = server
        .store
        .incidents(&viewer, &filter, order, after, limit + 1)
        .await?;
    let next = page::cut(&mut rows, limit, Place::of);
    let directory = server.store.directory().await?;
    let row = |row| IncidentRow::of(row, Names(&directory));
    let items: Vec<IncidentRow> = rows.into_iter().map(row).collect();
    Ok(answer::ok(&Page { items, next }))
}
