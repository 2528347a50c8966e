//! One exhibit: how it was acquired, what fixes it, where it is, and every hand it went through.

use super::strip::{Hop, strip};
use crate::api::evidence::readable;
use crate::error::Result;
use crate::params::Place;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::view::Names;
use crate::view::evidence::{EvidenceView, RequestView};
use crate::web::choice::{Choice, by_name};
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::evidence::custody::Custody;
use bifold_domain::evidence::{Evidence, Life};
use bifold_domain::incident::Incident;
use bifold_domain::kind::KindKey;
use bifold_domain::{Directory, Permission};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/evidence/{id}", "page_evidence", Access::SignedIn, show)
            .summary("One exhibit and its custody.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
    ]
}

/// What the page offers. The rules decide anew when one is taken.
#[allow(clippy::struct_excessive_bools)] // A list of permissions, each on its own.
#[derive(Default)]
struct Ways {
    collect: bool,
    forgo: bool,
    seal: bool,
    look: bool,
    check_out: bool,
    check_in: bool,
    offer: bool,
    answer: bool,
    retract: bool,
    note: bool,
    label: bool,
    hold: bool,
    verify: bool,
    derive: bool,
    ask: bool,
}

#[derive(Template)]
#[template(path = "exhibit.html")]
struct ExhibitPage {
    f: Frame,
    e: EvidenceView,
    size: String,
    light: &'static str,
    tlp: String,
    /// The item it was derived from and those derived from it, by number where they are seen.
    relatives: Vec<(String, String)>,
    asset: Option<String>,
    hops: Vec<Hop>,
    may: Ways,
    /// Requests the person may answer.
    open: Vec<Asked>,
    people: Vec<Choice>,
    hands_out: bool,
    key: String,
}

/// A request that waits, and what the person may say to it.
struct Asked {
    r: RequestView,
    approve: bool,
    refuse: bool,
    carry_out: bool,
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(name): Place<String>,
) -> Result<Response> {
    let l = visit.locale();
    let (item, version, number) = readable(&server, &visit.caller, &name).await?;
    let (incident, _) = crate::api::incidents::readable(&server, &visit.caller, &number).await?;
    let directory = server.store.directory().await?;
    let viewer = visit.caller.viewer();
    let entries = server.store.custody(&viewer, &item.id).await?;
    let mut relatives = Vec::new();
    let others = item.derived_from.iter().map(|id| ("derived-from", id));
    for (what, id) in others.chain(item.copies.iter().map(|id| ("derived-copy", id))) {
        let other = server.store.evidence(&viewer, id.as_str()).await?;
        relatives.extend(other.map(|(other, ..)| (l.t(what), other.shown_number())));
    }
    let asset = match &item.asset {
        Some(id) => server.store.asset(id).await?,
        None => None,
    };
    let may = ways(&visit, &item, &incident, &directory);
    let mut e = EvidenceView::of(&item, version, number, Names(&directory));
    let open = asked(&visit, &item, &mut e, may.ask);
    let size = e.seal.as_ref().and_then(|seal| seal.size_bytes);
    let size = size.and_then(|n| i64::try_from(n).ok());
    let title = format!("{} {}", e.number, e.title);
    page(&ExhibitPage {
        f: visit.frame(&server, title, "evidence").await?,

        size: size.map_or_else(String::new, |n| super::bytes(l, n)),
        light: match e.verified.map(bifold_domain::evidence::Integrity::word) {
            Some("match") => "good",
            Some("mismatch") => "bad",
            Some(_) => "warn",
            None => "",
        },
        tlp: e.tlp.word().replace('_', "+").to_uppercase(),
        relatives,
        asset: asset.map(|(asset, _)| asset.entry.name.to_string()),
        hops: strip(l, entries, &directory),
        may,
        open,
        people: people(&directory),
        hands_out: visit.may(Permission::WorkSensitiveLanes),
        key: server.store.shell().ids.next_uuid(),
        e,
    })
}

fn people(directory: &Directory) -> Vec<Choice> {
    let active = directory.people.values().filter(|p| p.is_active);
    by_name(active.map(|p| Choice::new(&p.id, &p.name.shown(), false)))
}

fn guards(visit: &Visit, incident: &Incident) -> bool {
    let actor = &visit.caller.actor;
    visit.may(Permission::WorkSensitiveLanes)
        || incident.is_seated(&KindKey::security(), &actor.person, &actor.teams)
}

fn ways(visit: &Visit, item: &Evidence, incident: &Incident, directory: &Directory) -> Ways {
    if !visit.may(Permission::Work) {
        return Ways::default();
    }
    let me = &visit.caller.actor.person;
    let guards = guards(visit, incident);
    let is_party = item.parties().any(|person| person == me);
    let is_wanted = matches!(item.life, Life::Wanted);
    let keeps = |who: &bifold_domain::PersonId| who == me || (guards && !directory.is_active(who));
    let mut ways = Ways {
        collect: is_wanted && (guards || is_party),
        forgo: is_wanted && guards,
        note: guards || is_party,
        label: guards,
        hold: visit.may(Permission::HoldEvidence) && !matches!(item.life, Life::Forgone),
        ..Ways::default()
    };
    match &item.life {
        Life::Collected { acquisition } => ways.seal = keeps(&acquisition.by),
        Life::Sealed { custody, .. } => {
            ways.look = guards || item.holder() == Some(me);
            ways.verify = guards;
            ways.derive = guards;
            ways.ask = guards;
            match custody {
                Custody::Kept { by } => {
                    ways.check_out = guards;
                    ways.offer = keeps(by);
                }
                Custody::Offered { by, to, .. } => {
                    ways.answer = to == me;
                    ways.retract = keeps(by);
                }
                Custody::Out { to, from, .. } => ways.check_in = from == me || keeps(to),
            }
        }
        Life::Disposed { .. } => {
            ways.hold = false;
            ways.label = false;
        }
        Life::Wanted | Life::Forgone => {}
    }
    ways
}

/// Takes the open requests out of the view, with what may be said to them.
fn asked(visit: &Visit, item: &Evidence, e: &mut EvidenceView, guards: bool) -> Vec<Asked> {
    let me = &visit.caller.actor.person;
    let approves = visit.may(Permission::ApproveEvidence);
    let (open, ended) = std::mem::take(&mut e.requests)
        .into_iter()
        .partition(|request: &RequestView| request.end == "open");
    e.requests = ended;
    let releases = item.releases.iter().map(|r| &r.request);
    let all: Vec<_> = releases
        .chain(item.disposals.iter().map(|d| &d.request))
        .collect();
    let answerable = |id: &str| {
        let request = all.iter().find(|request| request.id.as_str() == id);
        request.is_some_and(|r| !r.approved_by.contains(me) && (r.by != *me || r.is_small_team))
    };
    let open: Vec<RequestView> = open;
    open.into_iter()
        .map(|r| Asked {
            approve: approves && answerable(&r.id),
            refuse: approves || r.by.id == me.as_str(),
            carry_out: guards && r.is_approved,
            r,
        })
        .collect()
}

impl ExhibitPage {
    fn action(&self, verb: &str) -> String {
        format!("/evidence/{}/do/{verb}", self.e.number)
    }

    fn labels() -> impl Iterator<Item = (&'static str, String)> {
        super::labels()
    }

    fn is_physical(&self) -> bool {
        self.e.sort == bifold_domain::evidence::Sort::Physical
    }
}
