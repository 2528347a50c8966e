//! One event: what was received, word for word, and what was decided about it.

use super::Options;
use super::card::Card;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Permission;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/events/{id}", "page_event", Access::SignedIn, show)
            .summary("One event.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
    ]
}

#[derive(Template)]
#[template(path = "event.html")]
struct EventPage {
    f: Frame,
    card: Card,
    options: Options,
    may_triage: bool,
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(name): Place<String>,
) -> Result<Response> {
    let card = Card::of(&server, &visit, &name).await?;
    let card = card.ok_or_else(|| Error::no("event"))?;
    let directory = server.store.directory().await?;
    let may_triage = visit.may(Permission::Triage);
    let place = if may_triage { "triage" } else { "my-day" };
    let title = format!("{} {}", card.number, card.title);
    page(&EventPage {
        f: visit.frame(&server, title, place).await?,
        options: Options::of(&directory),
        may_triage,
        card,
    })
}
