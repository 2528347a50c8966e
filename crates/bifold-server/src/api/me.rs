//! Who am I, and what may I do?

use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::{Named, Names};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::{Permission, Role};
use serde::Serialize;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/me", "me", Access::SignedIn, me)
            .summary("The person who asks, with roles, teams and permissions.")
            .answers(200, Answer::Json(Described::of::<Me>())),
    ]
}

/// The person who asks.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Me {
    /// Who.
    person: Named,
    /// Roles held.
    roles: Vec<Role>,
    /// Teams.
    teams: Vec<Named>,
    /// What the roles permit.
    permissions: Vec<Permission>,
    /// How it was proved.
    auth: bifold_domain::Auth,
}

async fn me(State(server): State<Server>, caller: Caller) -> Result<Response> {
    let directory = server.store.directory().await?;
    let names = Names(&directory);
    let actor = &caller.actor;
    let permits = |p: &&Permission| actor.may(**p);
    Ok(answer::ok(&Me {
        person: names.person(&actor.person),
        roles: actor.roles.clone(),
        teams: actor.teams.iter().map(|team| names.team(team)).collect(),
        permissions: Permission::ALL.iter().filter(permits).copied().collect(),
        auth: actor.auth,
    }))
}
