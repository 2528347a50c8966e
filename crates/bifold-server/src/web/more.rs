//! Every place as a list, for the phone; the page for when there is no connection; the worker that
//! keeps that page at hand, and the one that shows notifications.

use super::assets;
use super::frame::{Frame, Visit, page};
use super::guest::Guest;
use crate::error::Result;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

pub(crate) fn routes() -> Vec<Route> {
    let html = Answer::Bytes("text/html");
    vec![
        Route::get("/more", "page_more", Access::SignedIn, more)
            .summary("Every place as a list.")
            .page()
            .answers(200, html),
        Route::get("/offline", "page_offline", Access::Anyone, offline)
            .summary("What is shown without a connection.")
            .page()
            .answers(200, html),
        Route::get("/sw.js", "page_worker", Access::Anyone, worker)
            .summary("The worker that shows the page for no connection.")
            .page()
            .answers(200, Answer::Bytes("text/javascript")),
        Route::get(
            "/push/worker.js",
            "page_push_worker",
            Access::Anyone,
            push_worker,
        )
        .summary("The worker that shows notifications.")
        .page()
        .answers(200, Answer::Bytes("text/javascript")),
    ]
}

#[derive(Template)]
#[template(path = "more.html")]
struct MorePage {
    f: Frame,
}

async fn more(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let title = visit.locale().t("nav-more");
    page(&MorePage {
        f: visit.frame(&server, title, "more").await?,
    })
}

#[derive(Template)]
#[template(path = "offline.html")]
struct OfflinePage {
    f: Frame,
}

async fn offline(State(server): State<Server>, guest: Guest) -> Result<Response> {
    let title = guest.locale.t("offline-title");
    page(&OfflinePage {
        f: Frame::new(&guest, &server, title),
    })
}

/// At the root, because a worker answers for the paths below its own.
async fn worker() -> Result<Response> {
    let script = script("sw.js")?;
    Ok((assets::worker_headers(), script).into_response())
}

/// Below a path of its own and without leave for any other: no page lies there, so it can answer
/// for none. All it may ask for is from here.
async fn push_worker() -> Result<Response> {
    let policy = HeaderValue::from_static("default-src 'none'; connect-src 'self'");
    let policy = [(header::CONTENT_SECURITY_POLICY, policy)];
    let script = script("push-worker.js")?;
    Ok((policy, script).into_response())
}

fn script(name: &str) -> Result<Response> {
    let bytes = assets::bytes(name)?;
    let own = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        // Asked for again each time, so that a new build's worker takes over at once.
        (header::CACHE_CONTROL, "no-cache"),
    ];
    let own = own.map(|(name, value)| (name, HeaderValue::from_static(value)));
    Ok((own, bytes).into_response())
}
