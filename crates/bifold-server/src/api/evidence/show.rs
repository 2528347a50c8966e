//! One item, and its custody: every entry of its history.

use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::page::Page;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::Names;
use crate::view::evidence::{CustodyEntry, EvidenceView};
use axum::extract::State;
use axum::response::Response;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/evidence/{id}", "evidence", Access::SignedIn, show)
            .summary("One item of evidence by id or exhibit number.")
            .answers(200, Answer::Json(Described::of::<EvidenceView>())),
        Route::get(
            "/api/v1/evidence/{id}/custody",
            "evidence_custody",
            Access::SignedIn,
            custody,
        )
        .summary("Everything that happened to an item, from its first entry on.")
        .answers(200, Answer::Json(Described::page_of::<CustodyEntry>())),
    ]
}

async fn show(
    State(server): State<Server>,
    caller: Caller,
    Place(name): Place<String>,
) -> Result<Response> {
    let (evidence, version, incident) = super::readable(&server, &caller, &name).await?;
    let directory = server.store.directory().await?;
    let view = EvidenceView::of(&evidence, version, incident, Names(&directory));
    Ok(answer::tagged(version, &view))
}

async fn custody(
    State(server): State<Server>,
    caller: Caller,
    Place(name): Place<String>,
) -> Result<Response> {
    let (evidence, ..) = super::readable(&server, &caller, &name).await?;
    let entries = server.store.custody(&caller.viewer(), &evidence.id).await?;
    let directory = server.store.directory().await?;
    let items = entries
        .into_iter()
        .map(|entry| CustodyEntry::of(entry, Names(&directory)));
    Ok(answer::ok(&Page::whole(items.collect::<Vec<_>>())))
}
