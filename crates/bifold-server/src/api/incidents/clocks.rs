//! The clocks of an incident, each with why it shows what it shows.

use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::page::Page;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::clock::{ClockView, clocks_of};
use axum::extract::State;
use axum::response::Response;

pub(crate) fn routes() -> Vec<Route> {
    const PATH: &str = "/api/v1/incidents/{id}/clocks";
    vec![
        Route::get(PATH, "incident_clocks", Access::SignedIn, clocks)
            .summary("Its clocks, every interval counted or not, and why.")
            .answers(200, Answer::Json(Described::page_of::<ClockView>())),
    ]
}

async fn clocks(
    State(server): State<Server>,
    caller: Caller,
    Place(name): Place<String>,
) -> Result<Response> {
    let (incident, _) = super::readable(&server, &caller, &name).await?;
    let directory = server.store.directory().await?;
    let now = server.store.shell().clock.now();
    let learned = server.store.learned().await?;
    let viewer = caller.viewer();
    let shown = clocks_of(&incident, &directory, &viewer, learned.as_deref(), now);
    Ok(answer::ok(&Page::whole(shown)))
}
