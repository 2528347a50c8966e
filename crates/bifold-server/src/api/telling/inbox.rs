//! The inbox: what one was told. Records that one may not read any more are not in it.

use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::notify::words;
use crate::page::{self, Page};
use crate::params::Params;
use crate::route::{Access, Answer, Described, Method, Param, Route};
use crate::server::Server;
use crate::web::Locale;
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::At;
use bifold_notify::Urgency;
use bifold_notify::notice::Occasion;
use serde::{Deserialize, Serialize};

/// Notices that one request may mark.
const IDS_LIMIT: usize = 200;
const PAGING: &[Param] = &[
    (
        "limit",
        "integer",
        "Rows of a page, from 1 to 200; 50 when absent.",
    ),
    (
        "cursor",
        "string",
        "Where the page begins: `next` of the one before.",
    ),
];

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/me/notifications",
            "notifications",
            Access::SignedIn,
            list,
        )
        .summary("What you were told, the newest first.")
        .query(PAGING)
        .answers(200, Answer::Json(Described::page_of::<Notification>())),
        Route::new(
            Method::Post,
            "/api/v1/me/notifications/read",
            "notifications_read",
            Access::SignedIn,
            read,
        )
        .summary("Marks notifications as read; all where none is named.")
        .body(Described::of::<Read>())
        .answers(200, Answer::Json(Described::of::<Marked>())),
    ]
}

/// Something you were told.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Notification {
    /// Its id.
    id: String,
    /// Of what.
    occasion: Occasion,
    /// How much it presses.
    urgency: Urgency,
    /// The record's number, or `Bifold` for what is about the system.
    reference: String,
    /// What happened, in a line.
    text: String,
    /// Why you are told.
    why: String,
    /// The page to read on.
    path: String,
    /// When.
    at: At,
    /// When you read it.
    #[schema(required)]
    read_at: Option<At>,
    /// What is wrong with the ways of a page: `no_way`, `one_way` or `one_kind`.
    #[schema(required)]
    warning: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    limit: Option<u32>,
    cursor: Option<String>,
}

async fn list(
    State(server): State<Server>,
    caller: Caller,
    Params(query): Params<Query>,
) -> Result<Response> {
    let limit = page::limit(query.limit)?;
    let after: Option<(i64, String)> = page::open(query.cursor.as_deref())?;
    let after = after.as_ref().map(|(at, id)| (*at, id.as_str()));
    let viewer = caller.viewer();
    let mut rows = server.store.inbox(&viewer, after, limit + 1).await?;
    let next = page::cut(&mut rows, limit, |row| (row.at.micros(), row.id.clone()));
    let directory = server.store.directory().await?;
    let l = Locale::default();
    let items = rows.iter().map(|noted| {
        let said = words::said(l, &directory, noted);
        Notification {
            id: noted.id.clone(),
            occasion: noted.occasion,
            urgency: noted.urgency,
            reference: said.reference,
            text: said.words,
            why: said.why,
            path: said.path,
            at: noted.at,
            read_at: noted.read_at,
            warning: noted.warning.clone(),
        }
    });
    Ok(answer::ok(&Page {
        items: items.collect(),
        next,
    }))
}

/// Which were read.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Read {
    /// Their ids; all of yours where the list is empty or absent.
    #[serde(default)]
    ids: Vec<String>,
}

/// How many were marked.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Marked {
    /// Those that were not read before.
    marked: u64,
}

async fn read(State(server): State<Server>, write: Write) -> Result<Response> {
    let Read { ids } = write.body()?;
    if ids.len() > IDS_LIMIT {
        let (what, limit) = ("notifications at once", IDS_LIMIT);
        return Err(bifold_domain::Refusal::TooMany { what, limit }.into());
    }
    let me = &write.caller.actor.person;
    let marked = server.store.mark_read(me, &ids).await?;
    Ok(answer::ok(&Marked { marked }))
}
