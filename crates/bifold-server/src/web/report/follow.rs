//! What a signed-in person reported, and what came of it.

use super::receipt::{ReceivedPage, addition, own};
use super::sent::Sent;
use super::{for_everybody, take_in};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::web::frame::{Frame, Visit, page, see_other};
use crate::web::say::Flash;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bifold_domain::At;
use bifold_domain::event::Event;
use bifold_store::query::event::{Filter, Row};

/// Reports listed at most; older ones are found by their number.
const LIMIT: u32 = 200;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/report/mine", "page_reports_mine", Access::SignedIn, list)
            .summary("What you reported.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
        Route::get(
            "/report/mine/{id}",
            "page_report_mine",
            Access::SignedIn,
            show,
        )
        .summary("Where one of your reports stands.")
        .page()
        .answers(200, Answer::Bytes("text/html")),
        Route::post("/report/mine/{id}", "page_report_mine_add", add)
            .summary("Adds to one of your reports.")
            .page(),
    ]
}

#[derive(Template)]
#[template(path = "reports-mine.html")]
struct MinePage {
    f: Frame,
    rows: Vec<Row>,
}

impl MinePage {
    fn at(row: &Row) -> At {
        At::from_micros(row.received_at)
    }
}

async fn list(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let me = own(&visit.caller.actor.person);
    let filter = Filter::default();
    let rows = server.store.events(&me, &filter, None, LIMIT).await?;
    let title = visit.locale().t("mine-title");
    page(&MinePage {
        f: visit.frame(&server, title, "report").await?,
        rows,
    })
}

/// One of this person's own reports.
async fn mine(server: &Server, caller: &crate::auth::Caller, name: &str) -> Result<Event> {
    let me = own(&caller.actor.person);
    let found = server.store.event(&me, name).await?;
    found
        .map(|(event, ..)| event)
        .ok_or_else(|| Error::no("report"))
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    headers: HeaderMap,
    Place(name): Place<String>,
) -> Result<Response> {
    let event = mine(&server, &visit.caller, &name).await?;
    let entries = [(event.id, event.reporter)];
    let page = ReceivedPage::of(&server, &visit.guest, &entries, None).await?;
    for_everybody(StatusCode::OK, &page.flash(&headers))
}

async fn add(
    State(server): State<Server>,
    Place(name): Place<String>,
    sent: Sent,
) -> Result<Response> {
    let caller = sent.caller.as_ref().ok_or(Error::SignedOut)?;
    let report = mine(&server, caller, &name).await?;
    let more = addition(&report, &sent)?;
    take_in(&server, &caller.actor, more, sent.key()).await?;
    let say = Flash::new("received-added", report.shown_number());
    Ok(say.on(see_other("/report/mine")))
}
