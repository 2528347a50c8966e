//! One incident: head strip, lanes side by side, one timeline, facts; the preview of the same;
//! the guided forms behind the verdicts; who can read it and why.

mod announce;
mod assess;
pub(crate) mod clocks;
mod declare;
mod exhibits;
mod forecast;
mod forms;
mod gate;
mod join;
mod prepared;
mod reach;
mod room;
pub(crate) mod row;
pub(crate) mod sentences;
pub(crate) mod shape;

use super::choice::{self, Choice};
use super::form::is_fetched;
use super::frame::{Frame, Visit, page};
use super::locale::Locale;
use super::markdown;
use crate::api::incidents::show::view;
use crate::api::incidents::timeline::happenings;
use crate::error::Result;
use crate::params::{Params, Place};
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::view::clock::clocks_of;
use crate::view::incident::IncidentView;
use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use bifold_domain::incident::Incident;
use bifold_domain::kind::Finding;
use bifold_domain::{At, Directory, Permission};
use bifold_store::query::timeline::{Group, Part, Reading};
use forms::Forms;
use row::lane_style;
use sentences::{Sentence, sentence};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicU32;

/// Entries of the timeline on a page, and in the preview.
const ENTRIES: u32 = 60;
const PREVIEW_ENTRIES: u32 = 6;

pub(crate) fn routes() -> Vec<Route> {
    let html = Answer::Bytes("text/html");
    let own = vec![
        Route::get("/incidents/{id}", "page_incident", Access::SignedIn, show)
            .summary("One incident.")
            .page()
            .answers(200, html),
        Route::get(
            "/incidents/{id}/preview",
            "page_incident_preview",
            Access::SignedIn,
            preview,
        )
        .summary("One incident at a glance, for the drawer of the queue.")
        .page()
        .answers(200, html),
    ];
    [
        own,
        announce::routes(),
        assess::routes(),
        clocks::routes(),
        declare::routes(),
        join::routes(),
        reach::routes(),
        room::routes(),
    ]
    .concat()
}

#[derive(Debug, Deserialize)]
struct Query {
    /// Only this group of the timeline.
    show: Option<String>,
    /// Begins before the entry with this number.
    before: Option<i64>,
    /// With ledger proof.
    #[serde(default)]
    proof: bool,
}

/// A verdict in the head strip.
pub(crate) struct Pill {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) finding: &'static str,
    pub(crate) style: &'static str,
    /// Since when it waits for a decision.
    pub(crate) open_since: Option<At>,
}

#[derive(Template)]
#[template(path = "incident.html")]
#[allow(clippy::struct_excessive_bools)] // What the template asks, each on its own.
struct IncidentPage {
    f: Frame,
    i: IncidentView,
    pills: Vec<Pill>,
    clocks: Vec<clocks::Strip>,
    /// What users are told.
    told: Vec<announce::Told>,
    /// Whether people meet over it, or may.
    has_room: bool,
    /// Whether there is a page to tell them on.
    has_window: bool,
    description: String,
    stage: &'static str,
    readers: usize,
    entries: Vec<Sentence>,
    /// Where older entries begin, if there are any.
    older: Option<String>,
    is_first: bool,
    group: &'static str,
    shows_proof: bool,
    may: May,
    choices: Choices,
    restoring: gate::Restoring,
    exhibits: Vec<super::evidence::Line>,
    hands_out: bool,
    key: String,
    /// Forms rendered so far.
    forms: AtomicU32,
    now: At,
    merged_into: Option<String>,
    /// Until when its service is worked on by plan.
    maintained_until: Option<At>,
    /// Who looks at it.
    me: String,
}

/// Which forms the page offers. The rules decide anew when one is sent.
#[allow(clippy::struct_excessive_bools)] // A list of permissions, each on its own.
struct May {
    work: bool,
    assign: bool,
    assess: bool,
    close: bool,
    major: bool,
    restrict: bool,
    announce: bool,
    is_reporter: bool,
}

/// What the forms offer to choose from.
struct Choices {
    people: Vec<Choice>,
    teams: Vec<Choice>,
    services: Vec<Choice>,
    customers: Vec<Choice>,
    categories: Vec<String>,
    resolutions: Vec<String>,
    causes: Vec<String>,
    sleeps: Vec<Choice>,
    /// Whom one may call for help.
    help: Vec<Choice>,
}

#[allow(clippy::too_many_lines)] // A list of what stands on the page.
async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(name): Place<String>,
    Params(query): Params<Query>,
) -> Result<Response> {
    let l = visit.locale();
    let (incident, mut i) = view(&server, &visit.caller, &name).await?;
    let directory = server.store.directory().await?;
    let now = server.store.shell().clock.now();
    let actions = std::mem::take(&mut i.actions);
    let restoring = gate::Restoring::of(&server, &visit, &incident, actions, &directory).await?;
    let exhibits = server
        .store
        .evidence_of(&visit.caller.viewer(), &incident.id)
        .await?;
    let exhibits = exhibits
        .into_iter()
        .map(|row| super::evidence::Line::of(l, row, &directory));
    let exhibits = exhibits.collect();
    let group = query.show.as_deref().and_then(Group::from_word);
    let part = Part {
        reading: Reading::NewestFirst,
        after: query.before,
        groups: match group {
            Some(group) => BTreeSet::from([group]),
            None => Group::USUAL.into_iter().collect(),
        },
    };
    let (entries, older) = entries(&server, &visit, &incident, &directory, &part, ENTRIES).await?;
    let readers = incident
        .readers(&visit.caller.viewer(), &directory, now)
        .people
        .len();
    let title = format!("{} {}", i.number, i.title);
    page(&IncidentPage {
        f: visit.frame(&server, title, "incidents").await?,
        pills: pills(l, &i, &incident),
        clocks: clocks::strip(
            l,
            &clocks_of(
                &incident,
                &directory,
                &visit.caller.viewer(),
                server.store.learned().await?.as_deref(),
                now,
            ),
            now,
        ),
        told: announce::told(l, &incident, &directory, now),
        has_window: directory.status_pages.values().any(|p| !p.is_retired),
        has_room: visit.may(Permission::ReadIncidents)
            && (incident.stage.is_open() || !incident.room.is_empty()),
        description: i
            .description
            .as_deref()
            .map(markdown::html)
            .unwrap_or_default(),
        stage: incident.stage.word(),
        readers,
        entries,
        older,
        is_first: query.before.is_none(),
        group: group.map(Group::word).unwrap_or_default(),
        shows_proof: query.proof,
        may: May::of(&visit, &incident),
        choices: Choices::of(l, &directory, &incident, now),
        restoring,
        exhibits,
        hands_out: visit.may(Permission::WorkSensitiveLanes),
        key: server.store.shell().ids.next_uuid(),
        forms: AtomicU32::new(0),
        now,
        merged_into: merged_into(&i),
        maintained_until: incident
            .service
            .as_ref()
            .and_then(|service| directory.held_until(service)),
        me: visit.caller.actor.person.to_string(),
        i,
    })
}

/// The number of the incident it was merged into, if that is there for the viewer.
fn merged_into(view: &IncidentView) -> Option<String> {
    let into = view.stage.get("into")?.as_str()?;
    Some(into.to_owned())
}

/// A part of the timeline, and where it goes on.
async fn entries(
    server: &Server,
    visit: &Visit,
    incident: &Incident,
    directory: &Directory,
    part: &Part,
    limit: u32,
) -> Result<(Vec<Sentence>, Option<String>)> {
    let page = happenings(server, &visit.caller, incident, part, limit).await?;
    let l = visit.locale();
    let entries = page.items.into_iter().map(|h| sentence(l, h, directory));
    let mut entries: Vec<Sentence> = entries.collect();
    room::quote(server, visit, incident, &mut entries).await?;
    Ok((entries, page.next))
}

pub(crate) fn pills(l: Locale, view: &IncidentView, incident: &Incident) -> Vec<Pill> {
    let pill = |v: &crate::view::parts::VerdictView| Pill {
        name: l
            .find(&format!("kind-{}", v.kind), None)
            .unwrap_or_else(|| v.name.clone()),
        finding: v.finding.word(),
        style: lane_style(&v.kind),
        open_since: (v.finding == Finding::Undetermined && incident.stage.is_open())
            .then_some(incident.times.recorded),
        kind: v.kind.clone(),
    };
    let mut verdicts: Vec<_> = view.verdicts.iter().collect();
    // The two that are always asked stand first, service before security.
    verdicts.sort_by_key(|v| match v.kind.as_str() {
        "service" => 0,
        "security" => 1,
        _ => 2,
    });
    verdicts.into_iter().map(pill).collect()
}

impl May {
    fn of(visit: &Visit, incident: &Incident) -> Self {
        let is_open = !incident.stage.is_sealed();
        Self {
            work: is_open && visit.may(Permission::Work),
            assign: is_open && visit.may(Permission::Assign),
            assess: is_open && visit.may(Permission::Assess),
            close: visit.may(Permission::Close),
            major: is_open && visit.may(Permission::DecideMajor),
            restrict: visit.may(Permission::Restrict),
            announce: visit.may(Permission::Announce),
            is_reporter: incident.original.reporter == visit.caller.actor.person,
        }
    }
}

impl Choices {
    fn of(l: Locale, directory: &Directory, incident: &Incident, now: At) -> Self {
        let words = |list: &[bifold_domain::Short]| list.iter().map(ToString::to_string).collect();
        let policy = &directory.policy;
        Self {
            people: choice::people(directory, incident.assignee.as_ref()),
            teams: choice::teams(directory, incident.team.as_ref()),
            services: choice::services(directory, incident.service.as_ref()),
            customers: choice::customers(directory, incident.customer.as_ref()),
            categories: words(&policy.categories.value),
            resolutions: words(&policy.resolution_codes.value),
            causes: words(&policy.cause_codes.value),
            sleeps: choice::sleeps(l, now),
            help: clocks::help(l, directory),
        }
    }
}

impl Forms for IncidentPage {
    fn number(&self) -> &str {
        &self.i.number
    }

    fn forms(&self) -> &AtomicU32 {
        &self.forms
    }

    fn exhibits(&self) -> &[super::evidence::Line] {
        &self.exhibits
    }
}

impl IncidentPage {
    fn groups(&self) -> [&'static str; 4] {
        Group::ALL.map(Group::word)
    }
}

#[derive(Template)]
#[template(path = "part-preview.html")]
struct PreviewPart {
    f: Frame,
    i: IncidentView,
    pills: Vec<Pill>,
    description: String,
    stage: &'static str,
    entries: Vec<Sentence>,
    key: String,
    may_work: bool,
}

async fn preview(
    State(server): State<Server>,
    visit: Visit,
    headers: HeaderMap,
    Place(name): Place<String>,
) -> Result<Response> {
    let (incident, i) = view(&server, &visit.caller, &name).await?;
    if !is_fetched(&headers) {
        // Opened as a page of its own, the page of the incident is the better answer.
        return Ok(super::frame::see_other(&format!("/incidents/{}", i.number)));
    }
    let directory = server.store.directory().await?;
    let part = Part {
        reading: Reading::NewestFirst,
        ..Part::default()
    };
    let limit = PREVIEW_ENTRIES;
    let (entries, _) = entries(&server, &visit, &incident, &directory, &part, limit).await?;
    page(&PreviewPart {
        f: Frame::new(&visit.guest, &server, i.title.clone()),
        pills: pills(visit.locale(), &i, &incident),
        description: i
            .description
            .as_deref()
            .map(markdown::html)
            .unwrap_or_default(),
        stage: incident.stage.word(),
        entries,
        key: server.store.shell().ids.next_uuid(),
        may_work: !incident.stage.is_sealed() && visit.may(Permission::Work),
        i,
    })
}
