//! Teams and their members.

use super::{Around, DIRECTORY, Section, done, sent, shown, write};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::Route;
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::person::Person;
use bifold_domain::team::{Command as C, Form as NewTeam, SetMembers, Team};
use bifold_domain::{Command, Directory, TeamId};
use serde_json::json;
use std::sync::Arc;

const ALL: &str = "/settings/teams";
const ONE: &str = "/settings/teams/{id}";

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(ALL, "page_settings_teams", DIRECTORY, list).summary("Teams."),
        sent(ALL, "page_settings_team_form", DIRECTORY, form).summary("Makes a team."),
        shown(ONE, "page_settings_team", DIRECTORY, show).summary("Who belongs to a team."),
        sent(ONE, "page_settings_team_members", DIRECTORY, members)
            .summary("Replaces the members of a team."),
    ]
}

#[derive(Template)]
#[template(path = "settings-teams.html")]
struct TeamsPage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    directory: Arc<Directory>,
}

impl TeamsPage {
    fn teams(&self) -> Vec<&Team> {
        let mut all: Vec<&Team> = self.directory.teams.values().collect();
        all.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        all
    }

    fn names(&self, team: &Team) -> String {
        let people = team.members.iter().map(|id| self.directory.people.get(id));
        let names: Vec<String> = people.flatten().map(|p| p.name.shown()).collect();
        names.join(", ")
    }
}

async fn list(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let around = Around::of(&server, &visit, "teams").await?;
    page(&TeamsPage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        directory: server.store.directory().await?,
    })
}

async fn form(State(server): State<Server>, form: Form) -> Result<Response> {
    let write = write(&form)?;
    let new: NewTeam = write.body()?;
    let name = new.name.to_string();
    let id = TeamId::from_bits(server.store.shell().ids.next());
    let to = format!("{ALL}/{id}");
    let command = Command::Team(id, C::Form(new));
    let receipt = write.execute(&server, vec![command]).await?;
    let first = receipt.touched.first();
    let to = first.map_or(to, |touched| format!("{ALL}/{}", touched.id));
    Ok(done("done-team", name, &to))
}

#[derive(Template)]
#[template(path = "settings-team.html")]
struct TeamPage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    team: Team,
    version: u64,
    directory: Arc<Directory>,
}

impl TeamPage {
    /// Everybody by name, and whether they belong to it. Who is barred is only shown as a member.
    fn people(&self) -> Vec<(&Person, bool)> {
        let is_in = |p: &Person| self.team.members.contains(&p.id);
        let people = self.directory.people.values();
        let mut all: Vec<(&Person, bool)> = people
            .filter(|p| p.is_active || is_in(p))
            .map(|p| (p, is_in(p)))
            .collect();
        all.sort_by_key(|(p, _)| (p.name.shown(), p.id.clone()));
        all
    }
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(id): Place<String>,
) -> Result<Response> {
    let id = parse(&id)?;
    let directory = server.store.directory().await?;
    let team = directory.teams.get(&id).cloned();
    let around = Around::of(&server, &visit, "teams").await?;
    page(&TeamPage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        version: server.store.version(id.as_str()).await?.unwrap_or(0),
        team: team.ok_or_else(|| Error::no("team"))?,
        directory,
    })
}

fn parse(id: &str) -> Result<TeamId> {
    TeamId::parse(id).map_err(|_| Error::no("team"))
}

async fn members(
    State(server): State<Server>,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response> {
    // Nobody ticked is a team without members, not a field left out.
    let body = json!({ "members": form.all("members[]") });
    let write = form.write_of(body.to_string().into_bytes());
    let set: SetMembers = write.body()?;
    let command = Command::Team(parse(&id)?, C::SetMembers(set));
    write.execute(&server, vec![command]).await?;
    Ok(done("done-members", "", ALL))
}
