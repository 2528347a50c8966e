//! The questions asked of incidents: per kind its definition and the form behind it.

use super::matrix::{change, version};
use super::{Around, POLICY, Section, done, sent, shown};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::Route;
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::kind::{Criterion, KindKey, KindVersion};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const HERE: &str = "/settings/kinds";

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(HERE, "page_settings_kinds", POLICY, show)
            .summary("The kinds of incident and their questions."),
        sent(
            "/settings/kinds/{key}",
            "page_settings_kind_set",
            POLICY,
            set,
        )
        .summary("Replaces the questions of one kind."),
    ]
}

#[derive(Template)]
#[template(path = "settings-kinds.html")]
struct KindsPage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    version: u64,
    kinds: Vec<KindVersion>,
}

async fn show(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let directory = server.store.directory().await?;
    let around = Around::of(&server, &visit, "kinds").await?;
    page(&KindsPage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        version: version(&server).await?,
        kinds: directory.policy.kinds.values().cloned().collect(),
    })
}

async fn set(
    State(server): State<Server>,
    Place(key): Place<String>,
    form: Form,
) -> Result<Response> {
    let key = KindKey::parse(&key).map_err(|_| Error::no("kind"))?;
    let directory = server.store.directory().await?;
    let now = directory.policy.kinds.get(&key);
    let kind = &now.ok_or_else(|| Error::no("kind"))?.kind;
    let mut value = serde_json::to_value(kind).map_err(|_| Error::Internal)?;
    if let Some(object) = value.as_object_mut() {
        if let Some(definition) = form.get("definition") {
            object.insert("definition".to_owned(), json!(definition));
        }
        let criteria = criteria(&form, &kind.criteria);
        object.insert("criteria".to_owned(), json!(criteria));
    }
    let body = json!({ "set": "kind", "value": value });
    change(&server, &form, &body).await?;
    Ok(done("done-kind", kind.name.to_string(), HERE))
}

/// The questions as they stand in the form: a cleared one is dropped, a further one gets a key
/// that none had. Keys stay, because answers given before are kept under them.
fn criteria(form: &Form, old: &[Criterion]) -> Vec<Value> {
    let mut taken: BTreeSet<String> = old.iter().map(|c| c.key.to_string()).collect();
    let mut all = Vec::new();
    for (n, criterion) in old.iter().enumerate() {
        if let Some(question) = form.get(&format!("question-{n}")) {
            let is_decisive = form.get(&format!("decisive-{n}")).is_some();
            all.push(json!({
                "key": criterion.key, "question": question, "decisive": is_decisive,
            }));
        }
    }
    if let Some(question) = form.get("question-new") {
        let free = (1..).map(|n| format!("q{n}"));
        let key = free.into_iter().find(|key| taken.insert(key.clone()));
        let is_decisive = form.get("decisive-new").is_some();
        all.push(json!({ "key": key, "question": question, "decisive": is_decisive }));
    }
    all
}
