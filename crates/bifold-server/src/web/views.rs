//! Saved lists: a query under a name, for oneself or for a team. It shows nobody more than they
//! may see, because it runs for whoever opens it.

use super::fields::Fields;
use super::form::Form;
use super::frame::{Visit, see_other};
use super::queue::address;
use super::say::Flash;
use crate::api::incidents::IncidentQuery;
use crate::error::{Error, Result};
use crate::route::Route;
use crate::server::Server;
use axum::extract::{Query, State};
use axum::http::Uri;
use axum::response::Response;
use bifold_domain::TeamId;
use bifold_store::personal::{SavedView, Sharing};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::post("/views", "page_view_save", save)
            .summary("Keeps a list under a name.")
            .page(),
        Route::post("/views/delete", "page_view_delete", delete)
            .summary("Removes a saved list.")
            .page(),
    ]
}

/// A saved list as a chip.
pub(super) struct Saved {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) href: String,
    pub(super) is_on: bool,
    pub(super) is_mine: bool,
}

/// The visitor's own lists and those shared with them.
pub(super) async fn saved(server: &Server, visit: &Visit, here: &Uri) -> Result<Vec<Saved>> {
    let viewer = visit.caller.viewer();
    let shown = list_of(here.query());
    let views = server.store.saved_views(&viewer).await?;
    let chip = |view: SavedView| {
        let href = list_of(Some(&view.query));
        Saved {
            is_on: !view.query.is_empty() && href == shown,
            href,
            is_mine: view.owner == viewer.person,
            id: view.id,
            name: view.name,
        }
    };
    Ok(views.into_iter().map(chip).collect())
}

/// The address of the list that a query says, from its first page on.
fn list_of(query: Option<&str>) -> String {
    let fields = Fields::of_query(query);
    address(fields.iter().filter(|(name, _)| *name != "cursor"))
}

async fn save(State(server): State<Server>, form: Form) -> Result<Response> {
    let query = form.get("query").unwrap_or_default();
    let place = list_of(Some(query.trim_start_matches('?')));
    // A list that cannot be opened is not kept.
    let uri: Uri = place.parse().map_err(|_| Error::Internal)?;
    Query::<IncidentQuery>::try_from_uri(&uri).map_err(|r| Error::Query(r.body_text()))?;
    let sharing = match form.get("team").map(TeamId::parse) {
        Some(Ok(team)) => Sharing::Team { team },
        Some(Err(_)) => return Err(Error::no("team")),
        None => Sharing::Nobody,
    };
    let query = uri.query().unwrap_or_default();
    let name = form.get("name").unwrap_or_default();
    let viewer = form.caller.viewer();
    let view = server
        .store
        .save_view(&viewer, name, query, &sharing)
        .await?;
    Ok(Flash::new("done-view-save", view.name).on(see_other(&place)))
}

async fn delete(State(server): State<Server>, form: Form) -> Result<Response> {
    let id = form.get("id").unwrap_or_default();
    let owner = &form.caller.actor.person;
    if !server.store.delete_view(owner, id).await? {
        return Err(Error::no("saved list"));
    }
    let then = form.then("/incidents".to_owned());
    Ok(Flash::new("done-view-delete", "").on(see_other(&then)))
}
