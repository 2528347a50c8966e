//! The inbox: what one was told, the newest first.

use super::form::Form;
use super::frame::{Frame, Visit, page, see_other};
use crate::error::Result;
use crate::notify::words::{Said, said};
use crate::route::{Access, Answer, Method, Route};
use crate::server::Server;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::At;

/// Notices on the page; the API has all.
const ROWS: u32 = 100;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/inbox", "page_inbox", Access::SignedIn, show)
            .summary("What you were told.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
        Route::new(
            Method::Post,
            "/inbox/read",
            "page_inbox_read",
            Access::SignedIn,
            read,
        )
        .summary("Marks all of it as read.")
        .page(),
    ]
}

/// One notice.
struct Row {
    said: Said,
    urgency: &'static str,
    warning: Option<String>,
    is_read: bool,
    at: At,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    f: Frame,
    rows: Vec<Row>,
}

async fn show(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let viewer = visit.caller.viewer();
    let notices = server.store.inbox(&viewer, None, ROWS).await?;
    let directory = server.store.directory().await?;
    let l = visit.locale();
    let rows = notices.iter().map(|noted| Row {
        said: said(l, &directory, noted),
        urgency: noted.urgency.word(),
        warning: noted.warning.clone(),
        is_read: noted.read_at.is_some(),
        at: noted.at,
    });
    page(&InboxPage {
        rows: rows.collect(),
        f: visit.frame(&server, l.t("inbox-title"), "inbox").await?,
    })
}

async fn read(State(server): State<Server>, form: Form) -> Result<Response> {
    let me = &form.caller.actor.person;
    server.store.mark_read(me, &[]).await?;
    Ok(see_other("/inbox"))
}
