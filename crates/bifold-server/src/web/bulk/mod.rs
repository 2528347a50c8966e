//! One thing done to many incidents: first a sheet that says what would happen to each, then, when
//! it was confirmed, each as an operation of its own with a result of its own.
//!
//! Only what is easily put right is offered: no verdict, no closing, no restricting.

mod trial;

use super::choice::{self, Choice};
use super::form::Form;
use super::frame::{Frame, Visit, page};
use super::locale::Locale;
use crate::api::incidents::{id_of, readable, verbs};
use crate::error::{Error, Problem, Result};
use crate::route::Route;
use crate::server::Server;
use crate::write::Write;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::incident::Command as C;
use bifold_domain::priority::{Impact, Urgency};
use bifold_domain::{Command, Directory};
use bifold_store::Seen;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use trial::Outcome;

/// Incidents of one sheet at most.
const LIMIT: usize = 200;
/// What may be done to many, and the fields each takes.
const VERBS: [(&str, &[&str]); 5] = [
    ("take", &[]),
    ("acknowledge", &[]),
    ("snooze", &["until", "reason"]),
    ("assign", &["team", "person"]),
    ("prioritise", &["impact", "urgency", "reason"]),
];

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::post("/incidents/bulk", "page_bulk", bulk)
            .summary("Does one thing to several incidents, after showing what it would do.")
            .page(),
    ]
}

/// What is asked for.
struct Asked {
    verb: &'static str,
    numbers: Vec<String>,
    /// The fields of the verb that were filled in.
    fields: Vec<(&'static str, String)>,
}

impl Asked {
    fn of(form: &Form) -> Result<Self> {
        let verb = form.get("verb").unwrap_or_default();
        let known = VERBS.iter().find(|(word, _)| *word == verb);
        let (verb, names) = known.ok_or(Error::NoRoute)?;
        let mut seen = BTreeSet::new();
        let numbers: Vec<String> = form
            .all("number[]")
            .into_iter()
            .filter(|number| seen.insert(*number))
            .map(str::to_owned)
            .collect();
        if numbers.is_empty() || numbers.len() > LIMIT {
            let (at, why) = (
                "number[]".to_owned(),
                format!("names 1 to {LIMIT} incidents"),
            );
            return Err(Error::Shape { at, why });
        }
        let field = |name: &&'static str| Some((*name, form.get(name)?.to_owned()));
        let fields = names.iter().filter(|_| form.get("again").is_none());
        Ok(Self {
            verb,
            numbers,
            fields: fields.filter_map(field).collect(),
        })
    }

    fn value(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(n, _)| *n == name);
        found.map(|(_, v)| v.as_str()).unwrap_or_default()
    }

    /// Whether everything is there that the verb cannot do without.
    fn is_complete(&self) -> bool {
        match self.verb {
            "assign" => !self.fields.is_empty(),
            "snooze" | "prioritise" => VERBS
                .iter()
                .filter(|(word, _)| *word == self.verb)
                .all(|(_, names)| names.len() == self.fields.len()),
            _ => true,
        }
    }

    /// Whether what was tried is what would be done: how an assignment or a priority goes depends
    /// on what is chosen, so it is confirmed only after that was tried.
    fn is_tried(&self) -> bool {
        self.is_complete() || !matches!(self.verb, "assign" | "prioritise")
    }

    /// The body of the command, as the API takes it.
    fn body(&self) -> Result<Vec<u8>> {
        if self.fields.is_empty() {
            return Ok(Vec::new());
        }
        let member = |(name, value): &(&str, String)| ((*name).to_owned(), value.as_str().into());
        let object: Map<String, Value> = self.fields.iter().map(member).collect();
        serde_json::to_vec(&object).map_err(|_| Error::Internal)
    }

    fn command(&self) -> Result<C> {
        verbs::command(self.verb, &self.body()?).ok_or(Error::NoRoute)?
    }
}

/// One incident of the sheet.
struct Line {
    number: String,
    title: String,
    outcome: Outcome,
    /// Why not, in words.
    why: String,
}

#[derive(Template)]
#[template(path = "bulk.html")]
struct BulkPage {
    f: Frame,
    /// What was asked for, in words.
    what: String,
    lines: Vec<Line>,
    asked: Asked,
    then: String,
    key: String,
    is_done: bool,
    choices: Choices,
}

struct Choices {
    people: Vec<Choice>,
    teams: Vec<Choice>,
    sleeps: Vec<Choice>,
    impacts: Vec<&'static str>,
    urgencies: Vec<&'static str>,
}

async fn bulk(State(server): State<Server>, form: Form) -> Result<Response> {
    let asked = Asked::of(&form)?;
    let is_done = form.get("confirmed") == Some("true") && asked.is_complete();
    let lines = if is_done {
        carried_out(&server, &form, &asked).await?
    } else {
        trial::lines(&server, &form, &asked).await?
    };
    let visit = Visit::of(form.caller.clone(), form.guest.clone());
    let l = visit.locale();
    let directory = server.store.directory().await?;
    let title = l.t(if is_done { "bulk-done" } else { "bulk-title" });
    let key = form.get("_key").map(str::to_owned);
    page(&BulkPage {
        f: visit.frame(&server, title, "incidents").await?,
        what: l.word("verb", asked.verb),
        lines,
        then: form.then("/incidents?open=true".to_owned()),
        key: key.unwrap_or_else(|| server.store.shell().ids.next_uuid()),
        is_done,
        choices: Choices::of(&server, l, &directory),
        asked,
    })
}

/// Does it to each, and says how that went.
async fn carried_out(server: &Server, form: &Form, asked: &Asked) -> Result<Vec<Line>> {
    let (command, body) = (asked.command()?, asked.body()?);
    let key = form
        .get("_key")
        .filter(|key| key.len() <= 64 && key.is_ascii());
    let mut lines = Vec::new();
    for number in &asked.numbers {
        let id = key.map(|key| format!("{key}:{number}"));
        let write = Write::from_form(
            form.caller.clone(),
            &format!("POST /incidents/bulk {} {number}", asked.verb),
            id.as_deref(),
            Seen::Any,
            body.clone(),
        );
        let done = match id_of(server, number).await {
            Ok(id) => {
                let command = Command::Incident(id, command.clone());
                write.execute(server, vec![command]).await.map(|_| ())
            }
            Err(error) => Err(error),
        };
        lines.push(line(server, form, number, done).await);
    }
    Ok(lines)
}

/// A line of the sheet. The title stands there only for those who can read the incident.
async fn line(server: &Server, form: &Form, number: &str, done: Result<()>) -> Line {
    let found = readable(server, &form.caller, number).await.ok();
    let (outcome, why) = match &done {
        Ok(()) => (Outcome::Changes, String::new()),
        Err(error) => trial::refused(form.guest.locale, &Problem::from(error)),
    };
    Line {
        number: number.to_owned(),
        title: found.map(|(i, _)| i.title.shown()).unwrap_or_default(),
        outcome,
        why,
    }
}

impl Choices {
    fn of(server: &Server, l: Locale, directory: &Directory) -> Self {
        Self {
            people: choice::people(directory, None),
            teams: choice::teams(directory, None),
            sleeps: choice::sleeps(l, server.store.shell().clock.now()),
            impacts: Impact::ALL.iter().map(|i| i.word()).collect(),
            urgencies: Urgency::ALL.iter().map(|u| u.word()).collect(),
        }
    }
}

impl BulkPage {
    fn count(&self, outcome: Outcome) -> usize {
        self.lines
            .iter()
            .filter(|line| line.outcome == outcome)
            .count()
    }

    /// "12 will change · 2 not allowed · 1 already so", without what there is none of.
    fn summary(&self) -> String {
        let changed = if self.is_done {
            "bulk-changed"
        } else {
            "bulk-will-change"
        };
        let rows = [
            (changed, self.count(Outcome::Changes)),
            ("bulk-not-allowed", self.count(Outcome::Refused)),
            ("bulk-already-so", self.count(Outcome::Already)),
        ];
        let said = rows.into_iter().filter(|(_, n)| *n > 0);
        let said: Vec<String> = said.map(|(key, n)| self.f.l.with(key, "n", n)).collect();
        said.join(" · ")
    }

    /// What was chosen and tried, in words.
    fn chosen(&self) -> Vec<(String, String)> {
        let l = self.f.l;
        let named = |choices: &[Choice], value: &str| {
            let found = choices.iter().find(|choice| choice.value == value);
            found.map_or_else(|| value.to_owned(), |choice| choice.label.clone())
        };
        let shown = |(name, value): &(&str, String)| {
            let value = match *name {
                "team" => named(&self.choices.teams, value),
                "person" => named(&self.choices.people, value),
                "impact" | "urgency" => l.word(name, value),
                _ => value.clone(),
            };
            (l.word("field", name), value)
        };
        self.asked.fields.iter().map(shown).collect()
    }

    fn changes(&self) -> usize {
        self.count(Outcome::Changes)
    }
}
