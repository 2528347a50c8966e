//! What users are told of an incident: what stands on status pages, and what waits.

use super::readable;
use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::page::Page;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::{Named, Names};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::incident::{Announcement, Incident, Said, Wording};
use bifold_domain::status_page::{AnnouncedImpact, AnnouncedStage, ComponentState, Slug};
use bifold_domain::{At, Directory, StatusPageId};
use serde::Serialize;
use std::collections::BTreeMap;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/incidents/{id}/announcements",
            "incident_announcements",
            Access::SignedIn,
            list,
        )
        .summary("What users are told of it, by status page, and what waits for a second person.")
        .answers(200, Answer::Json(Described::page_of::<AnnouncementView>())),
    ]
}

/// What users are told of an incident on one page.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Announcement)]
pub(crate) struct AnnouncementView {
    /// The page.
    pub(crate) page: StatusPageId,
    /// The page's name.
    pub(crate) page_name: String,
    /// What it is, in a line.
    pub(crate) title: String,
    /// How much it means to users.
    pub(crate) impact: AnnouncedImpact,
    /// When it began for users.
    pub(crate) began_at: At,
    /// What was said, oldest first.
    pub(crate) said: Vec<SaidView>,
    /// What waits for a second person.
    pub(crate) proposed: Option<ProposedView>,
    /// When it was taken from the page.
    pub(crate) retracted_at: Option<At>,
}

/// One thing that was said.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = AnnouncementUpdate)]
pub(crate) struct SaidView {
    /// When.
    pub(crate) at: At,
    /// Where the work stood.
    pub(crate) stage: AnnouncedStage,
    /// The words.
    pub(crate) text: String,
    /// How components were from then on; whatever is not named works.
    pub(crate) states: BTreeMap<Slug, ComponentState>,
    /// By when the next word was promised.
    pub(crate) next_by: Option<At>,
}

/// Words that wait.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ProposedAnnouncement)]
pub(crate) struct ProposedView {
    /// Whose they are.
    pub(crate) by: Named,
    /// The line above them.
    pub(crate) title: String,
    /// How much it means to users.
    pub(crate) impact: AnnouncedImpact,
    /// The words, as they would be said.
    #[serde(flatten)]
    pub(crate) words: SaidView,
}

fn said(said: &Said) -> SaidView {
    SaidView {
        at: said.at,
        stage: said.stage,
        text: said.text.shown(),
        states: said.states.clone(),
        next_by: said.next_by,
    }
}

fn waiting(at: At, wording: &Wording) -> SaidView {
    SaidView {
        at,
        stage: wording.stage,
        text: wording.text.shown(),
        states: wording.states.clone(),
        next_by: wording.next_by,
    }
}

/// By page, in the order of their ids.
pub(crate) fn views(incident: &Incident, directory: &Directory) -> Vec<AnnouncementView> {
    let names = Names(directory);
    let view = |(page, told): (&StatusPageId, &Announcement)| AnnouncementView {
        page: page.clone(),
        page_name: directory
            .status_pages
            .get(page)
            .map(|page| page.settings.name.to_string())
            .unwrap_or_default(),
        title: told.title.shown(),
        impact: told.impact,
        began_at: told.began_at,
        said: told.said.iter().map(said).collect(),
        proposed: told.proposed.as_ref().map(|p| ProposedView {
            by: names.person(&p.by),
            title: p.wording.title.shown(),
            impact: p.wording.impact,
            words: waiting(p.at, &p.wording),
        }),
        retracted_at: told.retracted_at,
    };
    incident.announcements.iter().map(view).collect()
}

async fn list(
    State(server): State<Server>,
    caller: Caller,
    Place(name): Place<String>,
) -> Result<Response> {
    let (incident, _) = readable(&server, &caller, &name).await?;
    let directory = server.store.directory().await?;
    let items = views(&incident, &directory);
    Ok(answer::ok(&Page::<AnnouncementView>::whole(items)))
}
