//! Teams.

use crate::answer;
use crate::error::{Error, Result};
use crate::page::Page;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Method, Route};
use crate::server::Server;
use crate::view::{Named, Names};
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::team::{Command as C, Form, SetMembers};
use bifold_domain::{Command, TeamId};
use serde::Serialize;

const FOLDER: &str = "/api/v1/teams";

pub(crate) fn routes() -> Vec<Route> {
    const MEMBERS: &str = "/api/v1/teams/{id}/members";
    vec![
        Route::get(FOLDER, "teams", Access::SignedIn, list)
            .summary("Teams and their members.")
            .answers(200, Answer::Json(Described::page_of::<TeamView>())),
        Route::post(FOLDER, "team_form", form)
            .summary("Makes a team.")
            .body(Described::of::<Form>())
            .keyed(201),
        Route::new(
            Method::Put,
            MEMBERS,
            "team_set_members",
            Access::Decided,
            members,
        )
        .summary("Replaces the members of a team.")
        .body(Described::of::<SetMembers>())
        .keyed(200),
    ]
}

/// A team.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Team)]
struct TeamView {
    id: String,
    name: String,
    members: Vec<Named>,
}

async fn list(State(server): State<Server>) -> Result<Response> {
    let directory = server.store.directory().await?;
    let names = Names(&directory);
    let teams = directory.teams.values();
    let items = teams
        .map(|team| TeamView {
            id: team.id.to_string(),
            name: team.name.to_string(),
            members: team.members.iter().map(|id| names.person(id)).collect(),
        })
        .collect();
    Ok(answer::ok(&Page::<TeamView>::whole(items)))
}

async fn form(State(server): State<Server>, write: Write) -> Result<Response> {
    let id = TeamId::from_bits(server.store.shell().ids.next());
    let command = Command::Team(id, C::Form(write.body()?));
    write.made(&server, command, FOLDER).await
}

async fn members(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let id = TeamId::parse(&id).map_err(|_| Error::no("team"))?;
    let command = Command::Team(id, C::SetMembers(write.body()?));
    write.done(&server, command).await
}
