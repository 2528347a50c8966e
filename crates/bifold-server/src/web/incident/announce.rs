//! What users are told of an incident: what stands on each status page, what waits for a second
//! person, and the form for the next word.

use super::prepared::{Given, Prepared, Query};
use crate::api::incidents::announcements::{AnnouncementView, SaidView, views};
use crate::api::incidents::readable;
use crate::error::Result;
use crate::params::{Params, Place};
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::web::choice::Choice;
use crate::web::frame::{Frame, Visit, page};
use crate::web::locale::Locale;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::incident::Incident;
use bifold_domain::status_page::{
    AnnouncedImpact, AnnouncedStage, ComponentState, PageAudience, Slug, StatusPage,
};
use bifold_domain::{At, Directory, Permission};
use std::sync::atomic::{AtomicU32, Ordering};

/// States that one sets by hand; what is worked on as planned shows by itself.
const STATES: [ComponentState; 4] = [
    ComponentState::Operational,
    ComponentState::DegradedPerformance,
    ComponentState::PartialOutage,
    ComponentState::MajorOutage,
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/incidents/{id}/announce",
            "page_incident_announce",
            Access::SignedIn,
            show,
        )
        .summary("What users are told of it, and the form for the next word.")
        .page()
        .answers(200, Answer::Bytes("text/html")),
    ]
}

/// A component in the form.
struct Component {
    key: String,
    name: String,
    states: Vec<Choice>,
}

/// One status page, with what stands on it and what comes next.
#[allow(clippy::struct_excessive_bools)] // What the template asks, each on its own.
struct OnPage {
    id: String,
    key: String,
    name: String,
    is_public: bool,
    told: Option<AnnouncementView>,
    /// Newest first.
    said: Vec<SaidView>,
    is_open: bool,
    /// Words that wait are one's own: somebody else has to agree.
    is_mine: bool,
    title: String,
    impacts: Vec<Choice>,
    stages: Vec<Choice>,
    components: Vec<Component>,
    /// What the form begins with.
    begins: Prepared,
    /// Whether the form is to be seen at once.
    is_wanted: bool,
}

#[derive(Template)]
#[template(path = "announce.html")]
#[allow(clippy::struct_excessive_bools)] // What the template asks, each on its own.
struct AnnouncePage {
    f: Frame,
    i: Head,
    pages: Vec<OnPage>,
    may_announce: bool,
    may_approve: bool,
    may_keep: bool,
    is_restricted: bool,
    key: String,
    forms: AtomicU32,
    now: At,
}

/// What the page needs of the incident.
struct Head {
    number: String,
    title: String,
    version: u64,
}

impl Component {
    /// Its name, where it is suggested not to work as it should.
    fn hit(&self) -> Option<String> {
        let works = self.states.first().is_some_and(|state| state.is_on);
        (!works).then(|| self.name.clone())
    }
}

impl OnPage {
    /// The name of a component; its key, where it is not on the page any more.
    fn component(&self, key: &Slug) -> String {
        let found = self.components.iter().find(|c| c.key == key.as_str());
        found.map_or_else(|| key.to_string(), |c| c.name.clone())
    }
}

impl AnnouncePage {
    fn action(&self, verb: &str) -> String {
        format!("/incidents/{}/do/{verb}", self.i.number)
    }

    fn here(&self) -> String {
        format!("/incidents/{}/announce", self.i.number)
    }

    fn nonce(&self) -> u32 {
        self.forms.fetch_add(1, Ordering::Relaxed)
    }

    fn is_late(&self, said: &SaidView) -> bool {
        said.next_by.is_some_and(|next| next < self.now)
    }
}

/// A line about what stands on pages, for the head of the incident.
pub(super) struct Told {
    pub(super) page: String,
    pub(super) words: String,
    pub(super) style: &'static str,
    pub(super) next_by: Option<At>,
}

/// What stands on pages and what waits.
pub(super) fn told(l: Locale, incident: &Incident, directory: &Directory, now: At) -> Vec<Told> {
    let all = views(incident, directory).into_iter();
    let line = |view: AnnouncementView| {
        let last = view.said.last();
        let is_waiting = view.proposed.is_some();
        let is_over = last.is_some_and(|said| said.stage == AnnouncedStage::Resolved);
        if !is_waiting && (is_over || last.is_none()) {
            return None;
        }
        let next_by = last.and_then(|said| said.next_by);
        let words = match last {
            _ if is_waiting => l.t("announce-waits-short"),
            Some(said) => l.word("announced-stage", said.stage.word()),
            None => String::new(),
        };
        let is_late = next_by.is_some_and(|next| next < now);
        Some(Told {
            page: view.page_name,
            words,
            style: if is_late {
                "bad"
            } else if is_waiting {
                "warn"
            } else {
                "plain"
            },
            next_by,
        })
    };
    all.filter_map(line).collect()
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(name): Place<String>,
    Params(query): Params<Query>,
) -> Result<Response> {
    let (incident, version) = readable(&server, &visit.caller, &name).await?;
    let directory = server.store.directory().await?;
    let l = visit.locale();
    let me = visit.caller.actor.person.to_string();
    let now = server.store.shell().clock.now();
    let mut views = views(&incident, &directory);
    let mut pages = Vec::new();
    for page in server.store.status_pages().await? {
        let at = views.iter().position(|view| view.page == page.id);
        let told = at.map(|at| views.swap_remove(at));
        let last = told.as_ref().and_then(|told| told.said.last());
        let components = components(l, &page, &incident, last);
        let begins = Given {
            page: &page,
            incident: &incident,
            told: told.as_ref(),
            hit: components.iter().filter_map(Component::hit).collect(),
            now,
        }
        .prepared(&directory.policy.templates.value, &query);
        pages.push(on_page(
            l,
            &page,
            &incident,
            (told, components, begins),
            &me,
        ));
    }
    let number = incident.shown_number();
    page(&AnnouncePage {
        f: visit
            .frame(&server, l.t("announce-title"), "incidents")
            .await?,
        i: Head {
            number,
            title: incident.title.shown(),
            version,
        },
        pages,
        may_announce: visit.may(Permission::Announce),
        may_approve: visit.may(Permission::Announce),
        may_keep: visit.may(Permission::ManageStatusPages),
        is_restricted: incident.compartment.is_some(),
        key: server.store.shell().ids.next_uuid(),
        forms: AtomicU32::new(0),
        now,
    })
}

/// The components of a page with the state that is likely now: as it was said, or hit where the
/// service of the incident is behind it.
fn components(
    l: Locale,
    page: &StatusPage,
    incident: &Incident,
    last: Option<&SaidView>,
) -> Vec<Component> {
    let of = |component: &bifold_domain::status_page::Component| {
        let before = last.and_then(|said| said.states.get(&component.key));
        let service = incident.service.as_ref();
        let is_hit = service.is_some_and(|service| component.services.contains(service));
        let suggested = match before {
            Some(before) => *before,
            None if is_hit && last.is_none() => ComponentState::PartialOutage,
            None => ComponentState::Operational,
        };
        let states = STATES.iter().map(|state| {
            let label = l.word("component-state", state.word());
            Choice::new(&state.word(), &label, *state == suggested)
        });
        Component {
            key: component.key.to_string(),
            name: component.name.to_string(),
            states: states.collect(),
        }
    };
    page.settings.components.iter().map(of).collect()
}

fn on_page(
    l: Locale,
    page: &StatusPage,
    incident: &Incident,
    (told, components, begins): (Option<AnnouncementView>, Vec<Component>, Prepared),
    me: &str,
) -> OnPage {
    let last = told.as_ref().and_then(|told| told.said.last());
    let stage = last.map_or(AnnouncedStage::Investigating, |said| said.stage);
    let is_open = last.is_some() && stage != AnnouncedStage::Resolved;
    let stage = begins.stage.unwrap_or(stage);
    let impact = told.as_ref().map(|told| told.impact);
    let impact = begins.impact.or(impact).unwrap_or(AnnouncedImpact::Minor);
    let is_begun = last.is_some();
    let concerns = components.iter().any(|c| c.hit().is_some());
    let is_restricted = incident.compartment.is_some();
    // The title of a restricted record is a secret, and never the beginning of what is said.
    let suggested = if is_restricted {
        String::new()
    } else {
        incident.title.shown()
    };
    let title = match &told {
        _ if begins.title.is_some() => begins.title.clone().unwrap_or_default(),
        Some(told) if is_begun => told.title.clone(),
        _ => suggested,
    };
    let proposed = told.as_ref().and_then(|told| told.proposed.as_ref());
    let is_mine = proposed.is_some_and(|p| p.by.id == me);
    let has_proposed = proposed.is_some();
    let impacts = AnnouncedImpact::ALL.iter().map(|of| {
        Choice::new(
            &of.word(),
            &l.word("announced-impact", of.word()),
            *of == impact,
        )
    });
    let stages = AnnouncedStage::ALL.iter().map(|of| {
        Choice::new(
            &of.word(),
            &l.word("announced-stage", of.word()),
            *of == stage,
        )
    });
    OnPage {
        id: page.id.to_string(),
        key: page.settings.key.to_string(),
        name: page.settings.name.to_string(),
        is_public: page.settings.audience == PageAudience::Public,
        said: told
            .as_ref()
            .map(|told| told.said.iter().rev().map(SaidView::clone).collect())
            .unwrap_or_default(),
        is_open,
        is_mine,
        title,
        impacts: impacts.collect(),
        stages: stages.collect(),
        is_wanted: (is_open || concerns || begins.stage.is_some()) && !has_proposed,
        begins,
        components,
        told,
    }
}
