//! The form of a chain: a row of fields each step.
//!
//! What a row cannot hold (a round robin, hours) is offered to be kept as it is, by its place in
//! the chain; it is made by the API.

use super::{HERE, parse, said};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::server::Server;
use crate::web::choice::{self, Choice};
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page, see_other};
use crate::web::locale::Locale;
use crate::web::say::Flash;
use crate::write::Write;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::oncall::chain::{Command as C, Entry, Step};
use bifold_domain::{ChainId, Command, Directory};
use serde_json::{Value, json};

/// Rows of a new chain.
const NEW_ROWS: usize = 6;
/// Empty rows under the steps of one that is there.
const MORE_ROWS: usize = 3;

/// A step as its fields hold it.
struct Row {
    /// What is chosen: a kind, or a kind and an id.
    kind: String,
    /// Minutes or times.
    number: String,
    /// A step that a row cannot hold, in words.
    kept: String,
}

#[derive(Template)]
#[template(path = "oncall-chain.html")]
struct ChainPage {
    f: Frame,
    /// Absent for a new one.
    id: Option<String>,
    name: String,
    silence: String,
    rows: Vec<Row>,
    people: Vec<Choice>,
    teams: Vec<Choice>,
    schedules: Vec<Choice>,
    version: u64,
    key: String,
}

impl ChainPage {
    fn is_on(row: &Row, kind: &str, value: &str) -> bool {
        row.kind
            .split_once(' ')
            .is_some_and(|(k, v)| k == kind && v == value)
    }
}

fn row(l: Locale, n: usize, step: &Step, directory: &Directory) -> Row {
    let (kind, number) = match step {
        Step::Wait { minutes } => ("wait".to_owned(), minutes.to_string()),
        Step::Repeat { times } => ("repeat".to_owned(), times.to_string()),
        Step::Person { person } => (format!("person {person}"), String::new()),
        Step::Team { team } => (format!("team {team}"), String::new()),
        Step::Schedule { schedule } => (format!("schedule {schedule}"), String::new()),
        Step::RoundRobin { .. } | Step::OnlyIn { .. } => {
            return Row {
                kind: format!("keep {n}"),
                number: String::new(),
                kept: said(l, step, directory),
            };
        }
    };
    Row {
        kind,
        number,
        kept: String::new(),
    }
}

fn empty() -> Row {
    Row {
        kind: String::new(),
        number: String::new(),
        kept: String::new(),
    }
}

/// The page around a chain, or for a new one.
async fn form(
    server: &Server,
    visit: &Visit,
    chain: Option<(ChainId, Entry, u64)>,
) -> Result<Response> {
    let l = visit.locale();
    let directory = server.store.directory().await?;
    let schedules = directory.schedules.values().filter(|s| !s.is_retired());
    let schedules = schedules.map(|s| Choice::new(&s.id, &s.plan.name, false));
    let steps = chain
        .as_ref()
        .map_or(&[] as &[Step], |(_, entry, _)| &entry.steps);
    let rows = steps.iter().enumerate();
    let rows = rows.map(|(n, step)| row(l, n, step, &directory));
    let spare = if chain.is_some() { MORE_ROWS } else { NEW_ROWS };
    let entry = chain.as_ref().map(|(_, entry, _)| entry);
    let name = entry.map_or_else(String::new, |entry| entry.name.to_string());
    let title = if chain.is_some() {
        name.clone()
    } else {
        l.t("chain-new")
    };
    let silence = entry.and_then(|entry| entry.unacknowledge_minutes);
    page(&ChainPage {
        f: visit.frame(server, title, "on-call").await?,
        rows: rows
            .chain(std::iter::repeat_with(empty).take(spare))
            .collect(),
        id: chain.as_ref().map(|(id, ..)| id.to_string()),
        version: chain.as_ref().map_or(0, |(_, _, version)| *version),
        name,
        silence: silence.map_or_else(String::new, |minutes| minutes.to_string()),
        people: choice::people(&directory, None),
        teams: choice::teams(&directory, None),
        schedules: choice::by_name(schedules),
        key: server.store.shell().ids.next_uuid(),
    })
}

pub(super) async fn new(State(server): State<Server>, visit: Visit) -> Result<Response> {
    form(&server, &visit, None).await
}

pub(super) async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(id): Place<String>,
) -> Result<Response> {
    let found = server
        .store
        .chain(&visit.caller.viewer(), &parse(&id)?)
        .await?;
    let (chain, version) = found.ok_or_else(|| Error::no("escalation chain"))?;
    form(&server, &visit, Some((chain.id, chain.entry, version))).await
}

pub(super) async fn make(State(server): State<Server>, form: Form) -> Result<Response> {
    let id = ChainId::from_bits(server.store.shell().ids.next());
    let (write, entry) = entered(&form, &[])?;
    let name = entry.name.to_string();
    let command = Command::Chain(id, C::Make(entry));
    write.execute(&server, vec![command]).await?;
    Ok(Flash::new("done-chain", name).on(see_other(HERE)))
}

pub(super) async fn revise(
    State(server): State<Server>,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response> {
    let id = parse(&id)?;
    let found = server.store.chain(&form.caller.viewer(), &id).await?;
    let (chain, _) = found.ok_or_else(|| Error::no("escalation chain"))?;
    let (write, entry) = entered(&form, &chain.entry.steps)?;
    let name = entry.name.to_string();
    let command = Command::Chain(id, C::Revise(entry));
    write.execute(&server, vec![command]).await?;
    Ok(Flash::new("done-chain", name).on(see_other(HERE)))
}

pub(super) async fn retire(
    State(server): State<Server>,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response> {
    let command = Command::Chain(parse(&id)?, C::Retire);
    let write = form.write_of(Vec::new());
    write.execute(&server, vec![command]).await?;
    Ok(Flash::new("done-chain-retire", "").on(see_other(HERE)))
}

/// What the fields say, read as the API reads it. `before` are the steps that may be kept.
fn entered(form: &Form, before: &[Step]) -> Result<(Write, Entry)> {
    let numbers = form.column("step_number");
    let mut steps = Vec::new();
    for (n, kind) in form.column("step_kind").into_iter().enumerate() {
        let number = numbers.get(n).and_then(|text| text.parse::<u16>().ok());
        let number = number.unwrap_or(0);
        steps.extend(step(kind, number, before)?);
    }
    let mut entry = json!({ "name": form.get("name").unwrap_or_default(), "steps": steps });
    if let Some(minutes) = form.get("silence") {
        let minutes = minutes.parse::<u16>().unwrap_or(0);
        entry["unacknowledge_minutes"] = Value::from(minutes);
    }
    let bytes = serde_json::to_vec(&entry).map_err(|_| Error::Internal)?;
    let write = form.write_of(bytes);
    let entry = write.body()?;
    Ok((write, entry))
}

/// One row as a step; an empty row is none.
fn step(kind: &str, number: u16, before: &[Step]) -> Result<Option<Value>> {
    let (kind, id) = kind.split_once(' ').unwrap_or((kind, ""));
    let step = match kind {
        "" => return Ok(None),
        "wait" => json!({ "step": "wait", "minutes": number }),
        "repeat" => json!({ "step": "repeat", "times": number }),
        "person" | "team" | "schedule" => json!({ "step": kind, kind: id }),
        "keep" => {
            let place = id.parse::<usize>().ok();
            let kept = place.and_then(|n| before.get(n));
            let kept = kept.ok_or_else(|| Error::no("step"))?;
            serde_json::to_value(kept).map_err(|_| Error::Internal)?
        }
        other => {
            return Err(Error::Shape {
                at: "steps".to_owned(),
                why: format!("{other:?} is no step"),
            });
        }
    };
    Ok(Some(step))
}
