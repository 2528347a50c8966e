//! The rules that propose major incidents, in the order in which they are asked.

use super::matrix::{change, version};
use super::{Around, POLICY, Section, done, sent, shown};
use crate::error::{Error, Result};
use crate::route::Route;
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use crate::web::locale::Locale;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Directory;
use bifold_domain::incident::MajorCriterion;
use bifold_domain::major::Rule;
use bifold_domain::priority::Priority;
use bifold_domain::service::Criticality;
use serde_json::{Map, Value, json};

const HERE: &str = "/settings/majors";

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(HERE, "page_settings_majors", POLICY, show)
            .summary("The rules that propose major incidents."),
        sent(HERE, "page_settings_majors_set", POLICY, set)
            .summary("Replaces the rules that propose major incidents."),
    ]
}

/// A choice among several: its value, its words, and whether it is taken.
type Tick = (String, String, bool);

/// One rule in the form.
struct Row {
    key: String,
    name: String,
    is_on: bool,
    priorities: Vec<(u8, bool)>,
    securities: Vec<(u8, bool)>,
    criticality: Vec<Tick>,
    kinds: Vec<Tick>,
    children: String,
    count: String,
    minutes: String,
    criteria: Vec<Tick>,
}

fn severities(now: Option<Priority>) -> Vec<(u8, bool)> {
    let now = now.map(Priority::number);
    (1..=5).map(|n| (n, now == Some(n))).collect()
}

fn number(n: Option<u32>) -> String {
    n.map(|n| n.to_string()).unwrap_or_default()
}

impl Row {
    fn of(l: Locale, directory: &Directory, rule: Option<&Rule>) -> Self {
        let when = rule.map(|rule| rule.when.clone()).unwrap_or_default();
        let tick = |set: &str, word: &str, is_on: bool| (word.to_owned(), l.word(set, word), is_on);
        let criticality = Criticality::ALL.iter();
        let kinds = directory.policy.kinds.keys();
        let criteria = MajorCriterion::ALL.iter();
        let has = |of: &MajorCriterion| rule.is_some_and(|rule| rule.criteria.contains(of));
        Self {
            key: rule.map(|rule| rule.key.to_string()).unwrap_or_default(),
            name: rule.map(|rule| rule.name.to_string()).unwrap_or_default(),
            is_on: rule.is_some_and(|rule| rule.is_on),
            priorities: severities(when.priority),
            securities: severities(when.security),
            criticality: criticality
                .map(|of| {
                    let is_on = when.criticality.contains(of);
                    tick("room-criticality", of.word(), is_on)
                })
                .collect(),
            kinds: kinds
                .map(|kind| tick("kind", kind.as_str(), when.kinds.contains(kind)))
                .collect(),
            children: number(when.children),
            count: number(when.reports.map(|rush| rush.count)),
            minutes: number(when.reports.map(|rush| rush.minutes)),
            criteria: criteria
                .map(|of| tick("major-criterion", of.word(), has(of)))
                .collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "settings-majors.html")]
struct MajorsPage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    version: u64,
    rules_version: u32,
    /// The rules, and an empty row.
    rows: Vec<Row>,
}

async fn show(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let directory = server.store.directory().await?;
    let around = Around::of(&server, &visit, "majors").await?;
    let rules = &directory.policy.major;
    let l = visit.locale();
    let each = rules.value.rules.iter().map(Some).chain([None]);
    page(&MajorsPage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        version: version(&server).await?,
        rules_version: rules.version,
        rows: each.map(|rule| Row::of(l, &directory, rule)).collect(),
    })
}

/// A number that may be left out.
fn maybe(form: &Form, name: &str) -> Result<Option<u32>> {
    let text = form.get(name).unwrap_or_default().trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Error::Shape {
        at: name.to_owned(),
        why: "must be a number".to_owned(),
    })
}

/// The rule of a row; a row without a name is none.
fn rule(form: &Form, row: &str) -> Result<Option<Value>> {
    let field = |name: &str| format!("{name}-{row}");
    let name = form.get(&field("name")).unwrap_or_default().trim();
    if name.is_empty() {
        return Ok(None);
    }
    let key = form.get(&field("key")).unwrap_or_default().trim();
    let mut when = Map::new();
    for part in ["priority", "security", "children"] {
        if let Some(n) = maybe(form, &field(part))? {
            when.insert(part.to_owned(), n.into());
        }
    }
    for part in ["criticality", "kinds"] {
        let ticked = form.column(&field(part));
        if !ticked.is_empty() {
            when.insert(part.to_owned(), ticked.into());
        }
    }
    let rush = (
        maybe(form, &field("count"))?,
        maybe(form, &field("minutes"))?,
    );
    if let (Some(count), Some(minutes)) = rush {
        let rush = json!({ "count": count, "minutes": minutes });
        when.insert("reports".to_owned(), rush);
    }
    Ok(Some(json!({
        "key": if key.is_empty() { name } else { key },
        "name": name,
        "is_on": form.get(&field("on")).is_some(),
        "when": when,
        "criteria": form.column(&field("criteria")),
    })))
}

async fn set(State(server): State<Server>, form: Form) -> Result<Response> {
    let rows = form.column("row");
    let rules = rows.into_iter().map(|row| rule(&form, row));
    let rules = rules.collect::<Result<Vec<Option<Value>>>>()?;
    let rules: Vec<Value> = rules.into_iter().flatten().collect();
    let body = json!({ "set": "major", "value": { "rules": rules } });
    change(&server, &form, &body).await?;
    Ok(done("done-majors", "", HERE))
}
