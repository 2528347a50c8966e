//! Categories, resolution codes, cause codes and customers: a line each.

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
use bifold_domain::Short;
use bifold_domain::policy::Versioned;
use serde_json::json;

const HERE: &str = "/settings/codes";
const LISTS: [&str; 4] = ["categories", "resolution_codes", "cause_codes", CUSTOMERS];
/// The one list that may be empty.
const CUSTOMERS: &str = "customers";

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(HERE, "page_settings_codes", POLICY, show).summary("Categories and codes."),
        sent(
            "/settings/codes/{list}",
            "page_settings_codes_set",
            POLICY,
            set,
        )
        .summary("Replaces one of the lists."),
    ]
}

/// One list to be edited.
struct List {
    name: &'static str,
    version: u32,
    lines: String,
    rows: usize,
    is_required: bool,
}

#[derive(Template)]
#[template(path = "settings-codes.html")]
struct CodesPage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    version: u64,
    lists: Vec<List>,
}

async fn show(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let directory = server.store.directory().await?;
    let policy = &directory.policy;
    let values = [
        &policy.categories,
        &policy.resolution_codes,
        &policy.cause_codes,
        &policy.customers,
    ];
    let lists = LISTS.into_iter().zip(values);
    let around = Around::of(&server, &visit, "codes").await?;
    page(&CodesPage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        version: version(&server).await?,
        lists: lists.map(|(name, value)| list(name, value)).collect(),
    })
}

fn list(name: &'static str, codes: &Versioned<Vec<Short>>) -> List {
    let lines: Vec<&str> = codes.value.iter().map(Short::as_str).collect();
    List {
        name,
        version: codes.version,
        is_required: name != CUSTOMERS,
        rows: lines.len().clamp(6, 24) + 1,
        lines: lines.join("\n"),
    }
}

async fn set(
    State(server): State<Server>,
    Place(list): Place<String>,
    form: Form,
) -> Result<Response> {
    if !LISTS.contains(&list.as_str()) {
        return Err(Error::NoRoute);
    }
    let lines = form.get("lines").unwrap_or_default().lines();
    let mut codes: Vec<&str> = Vec::new();
    for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
        if !codes.contains(&line) {
            codes.push(line);
        }
    }
    let body = json!({ "set": list, "value": codes });
    change(&server, &form, &body).await?;
    Ok(done("done-codes", "", HERE))
}
