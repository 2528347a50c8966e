//! Who can read an incident, and why: for its readers.

use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::web::frame::{Frame, Visit, page};
use crate::web::locale::Locale;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::incident::{LaneWhy, Why};
use bifold_domain::{Directory, Role};
use bifold_store::query::readers::Names;
use std::collections::BTreeSet;

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
    is_restricted: bool,
    count: usize,
    readers: Vec<(String, String)>,
    /// By role, how many.
    by_role: Vec<(String, usize)>,
    lanes: Vec<Lane>,
}

/// Who sees one sensitive lane.
struct Lane {
    name: String,
    count: usize,
    people: Vec<(String, String)>,
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(name): Place<String>,
) -> Result<Response> {
    let l = visit.locale();
    let viewer = visit.caller.viewer();
    let found = server.store.incident(&viewer, &name).await?;
    let (incident, _) = found.ok_or_else(|| Error::no("incident"))?;
    let access = server.store.readers(&viewer, incident.id.as_str()).await?;
    let access = access.ok_or_else(|| Error::no("incident"))?;
    let directory = server.store.directory().await?;
    let lanes = access.lanes.into_iter().map(|(kind, names)| Lane {
        name: l.word("kind", kind.as_str()),
        count: names.count,
        people: told(names, |why| lane_why(l, why)),
    });
    let by_role = access.by_role.into_iter();
    page(&ReadersPage {
        f: visit
            .frame(&server, l.t("readers-title"), "incidents")
            .await?,
        number: incident.shown_number(),
        title: incident.title.shown(),
        is_restricted: access.is_restricted,
        count: access.readers.count,
        readers: told(access.readers, |why| because(l, &directory, why)),
        by_role: by_role
            .map(|(role, n)| (l.word("role", role.word()), n))
            .collect(),
        lanes: lanes.collect(),
    })
}

fn told<W>(names: Names<W>, why: impl Fn(&W) -> String) -> Vec<(String, String)> {
    let people = names.people.into_iter();
    people.map(|named| (named.name, why(&named.why))).collect()
}

fn because(l: Locale, directory: &Directory, why: &Why) -> String {
    match why {
        Why::Roles { roles } => by_roles(l, "why-roles", roles),
        Why::Reporter => l.t("why-reporter"),
        Why::Member => l.t("why-member"),
        Why::Team { team } => {
            let name = directory.teams.get(team).map(|t| t.name.to_string());
            l.with("why-team", "team", name.unwrap_or_default())
        }
        Why::BrokenGlass { until } => l.with("why-glass", "until", l.moment(until)),
    }
}

fn lane_why(l: Locale, why: &LaneWhy) -> String {
    match why {
        LaneWhy::Roles { roles } => by_roles(l, "why-cleared", roles),
        LaneWhy::Seat => l.t("why-seat"),
    }
}

/// The reason, with the roles where the asker may know them.
fn by_roles(l: Locale, key: &str, roles: &BTreeSet<Role>) -> String {
    let named: Vec<String> = roles.iter().map(|r| l.word("role", r.word())).collect();
    if named.is_empty() {
        l.t(key)
    } else {
        format!("{} ({})", l.t(key), named.join(", "))
    }
}
