//! Who can read an incident, and why (features F178). Only its readers may ask.

use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::{Named, Names};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::incident::Incident;
use bifold_domain::person::Person;
use bifold_domain::{At, Auth, Directory};
use serde::Serialize;

/// Readers named; more are only counted.
const LIMIT: usize = 500;

pub(crate) fn routes() -> Vec<Route> {
    const PATH: &str = "/api/v1/incidents/{id}/access";
    vec![
        Route::get(PATH, "incident_access", Access::SignedIn, explain)
            .summary("Who can read it, and why.")
            .answers(200, Answer::Json(Described::of::<Explained>())),
    ]
}

/// Who can read an incident.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Explained {
    /// Whether it is restricted to named people and teams.
    pub(crate) is_restricted: bool,
    /// How many people can read it.
    pub(crate) count: usize,
    /// The readers, 500 at most.
    pub(crate) readers: Vec<Reader>,
}

/// Somebody who can read it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Reader {
    /// Who.
    pub(crate) person: Named,
    /// Why, each reason that holds.
    pub(crate) because: Vec<String>,
    /// Whether the sensitive lanes are open to them too.
    pub(crate) reads_sensitive_lanes: bool,
}

async fn explain(
    State(server): State<Server>,
    caller: Caller,
    Place(name): Place<String>,
) -> Result<Response> {
    let (incident, _) = super::readable(&server, &caller, &name).await?;
    Ok(answer::ok(&explained(&server, &incident).await?))
}

/// Who can read an incident that the asker can read.
pub(crate) async fn explained(server: &Server, incident: &Incident) -> Result<Explained> {
    let directory = server.store.directory().await?;
    let now = server.store.shell().clock.now();
    let mut readers: Vec<Reader> = directory
        .people
        .values()
        .filter_map(|person| reader(incident, person, &directory, now))
        .collect();
    let count = readers.len();
    readers.truncate(LIMIT);
    Ok(Explained {
        is_restricted: incident.compartment.is_some(),
        count,
        readers,
    })
}

fn reader(incident: &Incident, person: &Person, directory: &Directory, now: At) -> Option<Reader> {
    let viewer = directory.actor(&person.id, Auth::Session)?.viewer();
    if !incident.is_readable_by(&viewer, now) {
        return None;
    }
    let names = Names(directory);
    let mut because = Vec::new();
    if let Some(compartment) = &incident.compartment {
        if compartment.people.contains(&person.id) {
            because.push("is named in the compartment".to_owned());
        }
        for team in viewer
            .teams
            .iter()
            .filter(|t| compartment.teams.contains(t))
        {
            let name = names.team(team).name.unwrap_or_default();
            because.push(format!(
                "belongs to the team {name}, which the compartment names"
            ));
        }
        if let Some(until) = incident.broken_glass.get(&person.id).filter(|u| **u > now) {
            because.push(format!("broke the glass, until {until}"));
        }
    } else {
        if viewer.reads_incidents {
            because.push("has a role that reads incidents".to_owned());
        }
        if incident.original.reporter == person.id {
            because.push("reported it".to_owned());
        }
    }
    Some(Reader {
        person: names.person(&person.id),
        because,
        reads_sensitive_lanes: viewer.reads_sensitive_lanes,
    })
}
