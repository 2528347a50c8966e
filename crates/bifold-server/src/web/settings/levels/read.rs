//! A service level from its form, as the API writes one.
//!
//! What a form does not send stays as it was.

use super::page::{OTHERS, tests};
use crate::error::{Error, Result};
use crate::web::form::Form;
use crate::web::incident::clocks::whom_json;
use bifold_domain::At;
use bifold_domain::level::{Conditions, Level, Levels, Metric, Target, Test};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn shape(at: &str, why: &str) -> Error {
    Error::Shape {
        at: at.to_owned(),
        why: why.to_owned(),
    }
}

fn number(at: &str, text: &str) -> Result<i64> {
    let parsed = text.trim().parse();
    parsed.map_err(|_| shape(at, "must be a number"))
}

/// A time as a field for dates and times writes it, in UTC, or RFC 3339.
pub(super) fn instant(text: &str) -> Result<At> {
    let text = text.trim();
    let parsed = At::parse(text).or_else(|_| At::parse(&format!("{text}:00Z")));
    parsed.map_err(|why| shape("from", &why.to_string()))
}

/// The place in the order, from 1.
pub(super) fn place(form: &Form, levels: &Levels) -> Result<usize> {
    let last = levels.levels.len() + 1;
    match form.get("place").filter(|place| !place.trim().is_empty()) {
        Some(place) => Ok(usize::try_from(number("place", place)?).unwrap_or(1).max(1)),
        None => Ok(last),
    }
}

/// The level that the form describes; `key` is that of the one it replaces.
pub(super) fn level(form: &Form, key: &str, levels: &Levels) -> Result<Value> {
    let field = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
    let old = levels.levels.iter().find(|level| level.key.as_str() == key);
    let mut priorities = Vec::new();
    for number_of in form.column("priorities[]") {
        priorities.push(number("priorities", number_of)?);
    }
    let mut targets = Vec::new();
    for metric in Metric::ALL {
        targets.extend(target(form, *metric, old)?);
    }
    Ok(json!({
        "key": if old.is_some() { key.to_owned() } else { field("key") },
        "agreement": field("agreement"),
        "party": field("party"),
        "when": {
            "priorities": priorities,
            "kinds": form.column("kinds[]"),
            "services": form.column("services[]"),
            "customers": form.column("customers[]"),
            "teams": form.column("teams[]"),
        },
        "targets": targets,
    }))
}

/// A target, if its time is filled in.
fn target(form: &Form, metric: Metric, old: Option<&Level>) -> Result<Option<Value>> {
    let name = |what: &str| format!("{}_{what}", metric.word());
    let field = |what: &str| form.get(&name(what)).unwrap_or_default().trim().to_owned();
    if field("minutes").is_empty() {
        return Ok(None);
    }
    let old: Option<&Target> =
        old.and_then(|level| level.targets.iter().find(|t| t.metric == metric));
    let before = old.map_or_else(|| Conditions::usual(metric), Target::conditions);
    let chosen = |part: &str| -> Result<BTreeSet<Test>> {
        let words = form.column(&name(&format!("{part}[]"))).into_iter();
        let read = |word| {
            let test = Test::from_word(word);
            test.ok_or_else(|| shape(&name(part), "is no condition"))
        };
        words.map(read).collect()
    };
    let mut conditions = Conditions {
        pause: chosen("pause")?,
        ..before.clone()
    };
    // An unticked box is not sent, so that the form says that it has them.
    if !field("own").is_empty() {
        for part in OTHERS {
            *tests(&mut conditions, part) = chosen(part)?;
        }
    }
    let mut value = json!({
        "metric": metric,
        "minutes": number(&name("minutes"), &field("minutes"))?,
        "calendar": field("calendar"),
        "on_change": field("on_change"),
        "on_reopen": field("on_reopen"),
        "ladder": ladder(form, metric)?,
    });
    if conditions != *Conditions::usual(metric) {
        value["conditions"] = json!(conditions);
    }
    Ok(Some(value))
}

fn ladder(form: &Form, metric: Metric) -> Result<Vec<Value>> {
    let name = |what: &str| format!("{}_step_{what}", metric.word());
    let column = |what: &str| form.column(&name(what));
    let (at, unit, act, whom) = (column("at"), column("unit"), column("do"), column("whom"));
    let mut steps = Vec::new();
    for (i, at) in at.iter().enumerate() {
        if at.trim().is_empty() {
            continue;
        }
        let cell = |column: &[&str]| column.get(i).copied().unwrap_or_default().to_owned();
        let count = number(&name("at"), at)?;
        let at = match cell(&unit).as_str() {
            "percent" => json!({ "percent": count }),
            "before" => json!({ "minutes": -count }),
            unit if unit.starts_with("likely") => {
                let left = unit.split_once(':').and_then(|(_, left)| left.parse().ok());
                json!({ "likely": { "percent": count, "left": left.unwrap_or(LEFT) } })
            }
            _ => json!({ "minutes": count }),
        };
        steps.push(json!({ "at": at, "act": step(&cell(&act), &cell(&whom)) }));
    }
    Ok(steps)
}

/// Minutes left below which a forecast fires no step, where the form does not say otherwise.
pub(super) const LEFT: u32 = 30;
/// Between the people of one step, where there are several.
pub(super) const SEVERAL: char = '+';

/// What a step does. Whom it names is a team where it is handed on, a person who is responsible
/// for a major incident, and anybody where somebody is told.
fn step(act: &str, whom: &str) -> Value {
    let value = whom.split_once(':').map(|(_, value)| value);
    match act {
        "raise" => json!({ "do": "raise", "to": value.and_then(|v| v.parse::<u8>().ok()) }),
        "reassign" => json!({ "do": "reassign", "team": value }),
        "major" => match whom.strip_prefix("person:") {
            Some(person) => json!({ "do": "major", "responsible": person }),
            None => json!({ "do": "major" }),
        },
        act => {
            let whom: Vec<Value> = whom.split(SEVERAL).map(whom_json).collect();
            json!({ "do": act, "whom": whom })
        }
    }
}
