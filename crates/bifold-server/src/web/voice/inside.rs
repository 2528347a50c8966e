//! For those who handle disclosures: the list with what is due, and the page of each.

use super::decided::act;
use crate::api::disclosures::{has_part, place, readable};
use crate::error::Result;
use crate::page as pages;
use crate::params::{Params, Place};
use crate::route::{Access, Answer, Method, Route};
use crate::server::Server;
use crate::view::disclosure::{DisclosureView, IdentityView, RequestView, RowView};
use crate::web::choice::{Choice, by_name};
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::disclosure::{Conclusion, Disclosure, Standing};
use bifold_domain::{Auth, Directory, Permission};
use bifold_store::voice::Filter;
use serde::Deserialize;

pub(super) const HERE: &str = "/disclosures";
/// Rows on a page.
const LISTED: u32 = 50;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(HERE, "page_disclosures", Access::SignedIn, list)
            .summary("What was said in confidence, for those who handle it, and names that are asked for.")
            .query(&[
                ("closed", "boolean", "Only closed ones, or only those that are not."),
                ("cursor", "string", "Where the page begins."),
            ])
            .page()
            .answers(200, Answer::Bytes("text/html")),
        Route::get("/disclosures/{id}", "page_disclosure", Access::SignedIn, show)
            .summary("One disclosure.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
        Route::new(
            Method::Post,
            "/disclosures/{id}/do/{verb}",
            "page_disclosure_do",
            Access::Decided,
            act,
        )
        .summary("Answers, notes, refers, closes, asks for the name, decides about that.")
        .page(),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    closed: Option<bool>,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "disclosures.html")]
struct ListPage {
    f: Frame,
    key: String,
    rows: Vec<RowView>,
    requests: Vec<RequestView>,
    is_closed: bool,
    next: Option<String>,
}

async fn list(
    State(server): State<Server>,
    visit: Visit,
    Params(query): Params<Query>,
) -> Result<Response> {
    let viewer = visit.caller.viewer();
    has_part(&viewer)?;
    let before = pages::open(query.cursor.as_deref())?;
    let is_closed = query.closed == Some(true);
    let filter = Filter {
        is_closed: Some(is_closed),
    };
    let store = &server.store;
    let found = store.seen_disclosures(&viewer, &filter, before, LISTED + 1);
    let mut rows = found.await?;
    let next = pages::cut(&mut rows, LISTED, place);
    let directory = store.directory().await?;
    let now = store.shell().clock.now();
    let requests = store.identity_requests(&viewer).await?.into_iter();
    let rows = rows.into_iter();
    page(&ListPage {
        f: visit
            .frame(
                &server,
                visit.locale().t("disclosures-title"),
                "disclosures",
            )
            .await?,
        key: store.shell().ids.next_uuid(),
        rows: rows.map(|row| RowView::of(row, &directory, now)).collect(),
        requests: requests
            .map(|one| RequestView::of(one, &directory))
            .collect(),
        is_closed,
        next: next.map(|cursor| format!("{HERE}?closed={is_closed}&cursor={cursor}")),
    })
}

#[derive(Template)]
#[template(path = "disclosure.html")]
struct OnePage {
    f: Frame,
    key: String,
    version: u64,
    d: DisclosureView,
    /// The events that were raised from it, by their numbers.
    events: Vec<String>,
    handlers: Vec<Choice>,
    outcomes: &'static [Conclusion],
    is_closed: bool,
    /// Whether this person may ask for the name now.
    may_ask: bool,
    /// Whether they may see it now.
    may_see: bool,
    identity: Option<IdentityView>,
}

impl OnePage {
    fn action(&self, verb: &str) -> String {
        format!("{HERE}/{}/do/{verb}", self.d.id)
    }
}

/// Whom it may be given to: those who may read it.
fn handlers(found: &Disclosure, directory: &Directory) -> Vec<Choice> {
    let with = |permission| directory.people_with(permission);
    let all = with(Permission::HandleDisclosures).chain(with(Permission::KeepIdentities));
    let may = all.filter_map(|id| {
        let viewer = directory.actor(id, Auth::Session)?.viewer();
        let name = directory.people.get(id)?.name.shown();
        let is_on = found.handler.as_ref() == Some(id);
        found
            .is_readable_by(&viewer, directory)
            .then(|| Choice::new(id, &name, is_on))
    });
    let mut choices = by_name(may);
    choices.dedup_by(|a, b| a.value == b.value);
    choices
}

/// The page of one, with the name where it is being shown.
pub(super) async fn one(
    server: &Server,
    visit: &Visit,
    id: &str,
    identity: Option<IdentityView>,
) -> Result<Response> {
    let (found, version) = readable(server, &visit.caller.viewer(), id).await?;
    let store = &server.store;
    let directory = store.directory().await?;
    let mut events = Vec::new();
    let system = store.system().viewer();
    for event in &found.events {
        let raised = store.event(&system, event.as_str()).await?;
        // What is withheld even from that viewer is still an event, by its id.
        let number = raised.map(|(event, ..)| event.shown_number());
        events.push(number.unwrap_or_else(|| event.to_string()));
    }
    let me = &visit.caller.actor.person;
    let stands = |s: &Standing| matches!(s, Standing::Pending | Standing::Granted { .. });
    let is_asked = found
        .asks
        .iter()
        .any(|ask| ask.by == *me && stands(&ask.standing));
    let d = DisclosureView::of(&found, &directory, store.shell().clock.now());
    page(&OnePage {
        f: visit.frame(server, d.number.clone(), "disclosures").await?,
        key: store.shell().ids.next_uuid(),
        version,
        events,
        handlers: handlers(&found, &directory),
        outcomes: Conclusion::ALL,
        is_closed: found.closed.is_some(),
        may_ask: found.has_identity() && !is_asked && found.closed.is_none(),
        may_see: found.shows_identity_to(me),
        identity,
        d,
    })
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(id): Place<String>,
) -> Result<Response> {
    one(&server, &visit, &id, None).await
}
