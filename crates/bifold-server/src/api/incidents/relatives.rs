//! Other incidents that hang together with this one.

use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::page::Page;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::incident::RelativeRow;
use axum::extract::State;
use axum::response::Response;

pub(crate) fn routes() -> Vec<Route> {
    const PATH: &str = "/api/v1/incidents/{id}/relatives";
    vec![
        Route::get(PATH, "incident_relatives", Access::SignedIn, relatives)
            .summary("Children and relations in both directions, as far as you can read them.")
            .answers(200, Answer::Json(Described::page_of::<RelativeRow>())),
    ]
}

async fn relatives(
    State(server): State<Server>,
    caller: Caller,
    Place(name): Place<String>,
) -> Result<Response> {
    let (incident, _) = super::readable(&server, &caller, &name).await?;
    let rows = server
        .store
        .relatives(&caller.viewer(), &incident.id)
        .await?;
    let items: Vec<RelativeRow> = rows.into_iter().map(Into::into).collect();
    Ok(answer::ok(&Page::whole(items)))
}
