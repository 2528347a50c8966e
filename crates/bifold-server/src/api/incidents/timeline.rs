//! What happened to an incident, from its ledger entries.

use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::page::{self, Page};
use crate::params::{Params, Place};
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::{Named, Names};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::incident::Incident;
use bifold_domain::kind::KindKey;
use bifold_domain::{At, IncidentId, Viewer};
use bifold_store::query::timeline::{Entry, Part};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

pub(crate) fn routes() -> Vec<Route> {
    const PATH: &str = "/api/v1/incidents/{id}/timeline";
    vec![
        Route::get(PATH, "incident_timeline", Access::SignedIn, timeline)
            .summary("What happened to it, oldest first, as far as the lanes are open to you.")
            .query(&[
                ("after", "integer", "Begins after this `n`."),
                ("limit", "integer", "Rows, 1 to 200; 50 when absent."),
            ])
            .answers(200, Answer::Json(Described::page_of::<Happening>())),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    after: Option<i64>,
    limit: Option<u32>,
}

/// One thing that happened.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Happening {
    /// Its place in the record's own history, from 0.
    pub(crate) n: i64,
    /// What sort of fact, such as `incident.resolved`.
    pub(crate) kind: String,
    /// The lane it belongs to, if to one.
    #[schema(required)]
    pub(crate) lane: Option<String>,
    /// When it was recorded.
    pub(crate) at: At,
    /// Who did it.
    pub(crate) by: Named,
    /// The ledger it stands in.
    pub(crate) origin: String,
    /// Its place there.
    pub(crate) index: i64,
    /// Its leaf hash, base64.
    pub(crate) leaf_hash: String,
    /// What was recorded.
    #[schema(value_type = Object)]
    pub(crate) fact: Value,
}

impl Happening {
    fn of(entry: Entry, names: Names<'_>) -> Self {
        Self {
            n: entry.n,
            kind: entry.kind,
            lane: entry.lane,
            at: entry.at,
            by: names.person_text(&entry.actor),
            origin: entry.origin,
            index: entry.index,
            leaf_hash: entry.leaf_hash,
            fact: entry.fact,
        }
    }
}

async fn timeline(
    State(server): State<Server>,
    caller: Caller,
    Place(name): Place<String>,
    Params(query): Params<Query>,
) -> Result<Response> {
    let limit = page::limit(query.limit)?;
    let (incident, _) = super::readable(&server, &caller, &name).await?;
    let part = Part {
        after: query.after,
        ..Part::default()
    };
    let page = happenings(&server, &caller, &incident, &part, limit).await?;
    Ok(answer::ok(&page))
}

/// A page of what happened to an incident that the caller can read.
pub(crate) async fn happenings(
    server: &Server,
    caller: &Caller,
    incident: &Incident,
    part: &Part,
    limit: u32,
) -> Result<Page<Happening>> {
    let viewer = caller.viewer();
    let mut entries = server
        .store
        .timeline_part(&viewer, &incident.id, part, limit + 1)
        .await?;
    // The `n` of the last row is the cursor: it means something to people here.
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let last = entries.last().map(|entry| entry.n.to_string());
    hide_strangers(server, &viewer, &incident.id, &mut entries).await?;
    let directory = server.store.directory().await?;
    if !incident.shows_lane(&KindKey::security(), &viewer, &directory.policy) {
        entries.iter_mut().for_each(hide_security_score);
    }
    let happening = |entry| Happening::of(entry, Names(&directory));
    let items: Vec<Happening> = entries.into_iter().map(happening).collect();
    let next = last.filter(|_| more);
    Ok(Page { items, next })
}

/// The score of the security lane stands in facts of other lanes too.
fn hide_security_score(entry: &mut Entry) {
    if let Some(scores) = entry.fact.get_mut("scores").and_then(Value::as_object_mut) {
        scores.remove("security");
    }
}

/// Other incidents are named only to those who can read them.
async fn hide_strangers(
    server: &Server,
    viewer: &Viewer,
    own: &IncidentId,
    entries: &mut [Entry],
) -> Result<()> {
    let mut named = BTreeSet::new();
    for entry in entries.iter() {
        each_text(&entry.fact, &mut |text| {
            named.extend(IncidentId::parse(text).ok().filter(|id| id != own));
        });
    }
    let mut hidden = BTreeSet::new();
    for id in named {
        if server.store.incident(viewer, id.as_str()).await?.is_none() {
            hidden.insert(id.to_string());
        }
    }
    if !hidden.is_empty() {
        for entry in entries {
            blank(&mut entry.fact, &hidden);
        }
    }
    Ok(())
}

fn each_text(json: &Value, visit: &mut impl FnMut(&str)) {
    match json {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|v| each_text(v, visit)),
        Value::Object(map) => map.values().for_each(|v| each_text(v, visit)),
        _ => {}
    }
}

fn blank(json: &mut Value, hidden: &BTreeSet<String>) {
    match json {
        Value::String(text) if hidden.contains(text) => *json = Value::Null,
        Value::Array(items) => items.iter_mut().for_each(|v| blank(v, hidden)),
        Value::Object(map) => map.values_mut().for_each(|v| blank(v, hidden)),
        _ => {}
    }
}
