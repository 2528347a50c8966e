//! One incident in full, as far as the viewer may see it.

use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::incident::{IncidentView, Shown};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::incident::{Incident, Stage};
use bifold_domain::{IncidentId, Viewer};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/incidents/{id}", "incident", Access::SignedIn, show)
            .summary("One incident by id or number.")
            .answers(200, Answer::Json(Described::of::<IncidentView>())),
    ]
}

async fn show(
    State(server): State<Server>,
    caller: Caller,
    Place(name): Place<String>,
) -> Result<Response> {
    let (_, view) = view(&server, &caller, &name).await?;
    Ok(answer::tagged(view.version, &view))
}

/// The incident with this id or number, and what the caller may see of it.
pub(crate) async fn view(
    server: &Server,
    caller: &Caller,
    name: &str,
) -> Result<(Incident, IncidentView)> {
    let (incident, version) = super::readable(server, caller, name).await?;
    let viewer = caller.viewer();
    let relatives = server.store.relatives(&viewer, &incident.id).await?;
    let directory = server.store.directory().await?;
    let into = match &incident.stage {
        Stage::Merged { into, .. } => Some(into),
        _ => None,
    };
    let merged_into = other(server, &viewer, into).await?;
    let parent = other(server, &viewer, incident.parent.as_ref()).await?;
    let shown = Shown {
        incident: &incident,
        merged_into: merged_into.as_ref(),
        parent: parent.as_ref(),
        version,
        viewer: &viewer,
        directory: &directory,
        now: server.store.shell().clock.now(),
    };
    let view = shown.view(relatives);
    Ok((incident, view))
}

/// Another incident, if there is one and this viewer can read it.
async fn other(
    server: &Server,
    viewer: &Viewer,
    id: Option<&IncidentId>,
) -> Result<Option<Incident>> {
    match id {
        Some(id) => {
            let found = server.store.incident(viewer, id.as_str()).await?;
            Ok(found.map(|(incident, _)| incident))
        }
        None => Ok(None),
    }
}
