//! Business functions: who holds an office that ladders and calls for help name, such as the head
//! of operations (27001 5.3).

use super::matrix::{change, version};
use super::{Around, POLICY, Section, done, sent, shown};
use crate::error::{Error, Result};
use crate::route::Route;
use crate::server::Server;
use crate::web::choice::Choice;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::{Directory, PersonId};
use serde_json::json;
use std::collections::BTreeSet;

const HERE: &str = "/settings/functions";

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(HERE, "page_settings_functions", POLICY, show).summary("Business functions."),
        sent(HERE, "page_settings_function_set", POLICY, set)
            .summary("Says who holds a business function; nobody: it is no more."),
    ]
}

#[derive(Template)]
#[template(path = "settings-functions.html")]
struct FunctionsPage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    version: u64,
    functions: Vec<Function>,
    /// For a new one.
    people: Vec<Choice>,
}

/// A function and who holds it.
struct Function {
    key: String,
    names: String,
    people: Vec<Choice>,
}

/// Everybody who may act by name, and whether they hold it; who holds it is shown in any case.
fn people(directory: &Directory, holders: &BTreeSet<PersonId>) -> Vec<Choice> {
    let people = directory.people.values();
    let shown = people.filter(|person| person.is_active || holders.contains(&person.id));
    let mut all: Vec<Choice> = shown
        .map(|person| {
            Choice::new(
                &person.id,
                &person.name.shown(),
                holders.contains(&person.id),
            )
        })
        .collect();
    all.sort_by(|a, b| (&a.label, &a.value).cmp(&(&b.label, &b.value)));
    all
}

async fn show(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let directory = server.store.directory().await?;
    let around = Around::of(&server, &visit, "functions").await?;
    let functions = directory.policy.functions.iter().map(|(key, holders)| {
        let people = people(&directory, holders);
        let held = people.iter().filter(|choice| choice.is_on);
        let names: Vec<&str> = held.map(|choice| choice.label.as_str()).collect();
        Function {
            key: key.to_string(),
            names: names.join(", "),
            people,
        }
    });
    page(&FunctionsPage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        version: version(&server).await?,
        functions: functions.collect(),
        people: people(&directory, &BTreeSet::new()),
    })
}

async fn set(State(server): State<Server>, form: Form) -> Result<Response> {
    let key = form.get("key").unwrap_or_default().to_owned();
    if key.is_empty() {
        return Err(Error::Shape {
            at: "key".to_owned(),
            why: "a function needs a key".to_owned(),
        });
    }
    let body =
        json!({ "set": "function", "value": { "key": key, "people": form.all("people[]") } });
    change(&server, &form, &body).await?;
    Ok(done("done-function", key, HERE))
}
