//! Who can read an incident, and why: for its readers.

use crate::api::incidents::access::{Explained, explained};
use crate::api::incidents::readable;
use crate::error::Result;
use crate::params::Place;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/incidents/{id}/readers",
            "page_incident_readers",
            Access::SignedIn,
            show,
        )
        .summary("Who can read it, and why.")
        .page()
        .answers(200, Answer::Bytes("text/html")),
    ]
}

#[derive(Template)]
#[template(path = "readers.html")]
struct ReadersPage {
    f: Frame,
    number: String,
    title: String,
    explained: Explained,
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(name): Place<String>,
) -> Result<Response> {
    let (incident, _) = readable(&server, &visit.caller, &name).await?;
    page(&ReadersPage {
        f: visit
            .frame(&server, visit.locale().t("readers-title"), "incidents")
            .await?,
        number: incident.shown_number(),
        title: incident.title.shown(),
        explained: explained(&server, &incident).await?,
    })
}
