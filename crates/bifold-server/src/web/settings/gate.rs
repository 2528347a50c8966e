//! The rules of the preservation gate: when it shuts, for how long, the catalogue of restoring
//! actions, and what could be lost.

use super::matrix::{change, number, version};
use super::{Around, POLICY, Section, done, sent, shown};
use crate::error::{Error, Result};
use crate::route::Route;
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Short;
use bifold_domain::gate::{ActionType, Course, Effect, Rules};
use serde_json::{Map, Value, json};

const HERE: &str = "/settings/gate";

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(HERE, "page_settings_gate", POLICY, show)
            .summary("The rules of the preservation gate."),
        sent(HERE, "page_settings_gate_set", POLICY, set)
            .summary("Replaces the rules of the preservation gate."),
    ]
}

#[derive(Template)]
#[template(path = "settings-gate.html")]
struct GatePage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    version: u64,
    rules: Rules,
    rules_version: u32,
}

impl GatePage {
    /// Name, value, most.
    fn numbers(&self) -> [(&'static str, u32, u32); 3] {
        let r = &self.rules;
        [
            ("wait_minutes", r.wait_minutes, 240),
            ("ask_minutes", r.ask_minutes, 240),
            ("capture_minutes", r.capture_minutes, 1_440),
        ]
    }

    fn severities(&self) -> [(u8, bool); 5] {
        let now = self.rules.at_or_above.number();
        [1, 2, 3, 4, 5].map(|n| (n, n == now))
    }

    fn fallbacks(&self) -> [(&'static str, bool); 2] {
        [Course::RestoreFirst, Course::EvidenceFirst]
            .map(|course| (course.word(), course == self.rules.fallback))
    }

    /// Each effect, and whether it is this one.
    fn effects(now: Effect) -> Vec<(&'static str, bool)> {
        Effect::ALL.iter().map(|e| (e.word(), *e == now)).collect()
    }

    /// The types of assets on which an action has an effect of its own, as a list with commas.
    fn types(action: &ActionType, effect: &str) -> String {
        let on = action.on.iter().filter(|(_, e)| e.word() == effect);
        on.map(|(t, _)| t.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn list(types: &std::collections::BTreeSet<Short>) -> String {
        types
            .iter()
            .map(Short::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

async fn show(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let directory = server.store.directory().await?;
    let around = Around::of(&server, &visit, "gate").await?;
    page(&GatePage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        version: version(&server).await?,
        rules: directory.policy.gate.value.clone(),
        rules_version: directory.policy.gate.version,
    })
}

/// The rows of a table in a form: the same fields once for each row.
fn rows<'a, const N: usize>(form: &'a Form, names: [&str; N]) -> Result<Vec<[&'a str; N]>> {
    let columns = names.map(|name| form.column(name));
    let len = columns.first().map_or(0, Vec::len);
    if columns.iter().any(|column| column.len() != len) {
        return Err(Error::Shape {
            at: names.first().map_or_else(String::new, ToString::to_string),
            why: "each row needs every field".to_owned(),
        });
    }
    let cell = |row: usize| {
        columns
            .each_ref()
            .map(|column| column.get(row).copied().unwrap_or_default())
    };
    Ok((0..len).map(cell).collect())
}

fn listed(text: &str) -> Vec<&str> {
    text.split(',')
        .map(str::trim)
        .filter(|t| !t.is_empty())
        .collect()
}

fn counted(at: &str, text: &str) -> Result<u32> {
    text.trim().parse().map_err(|_| Error::Shape {
        at: at.to_owned(),
        why: "must be a number".to_owned(),
    })
}

fn action(row: [&str; 6]) -> Option<Value> {
    let [key, name, effect, harmless, alters, destroys] = row;
    let mut on = Map::new();
    for (types, effect) in [
        (harmless, "harmless"),
        (alters, "alters"),
        (destroys, "destroys"),
    ] {
        for asset_type in listed(types) {
            on.insert(asset_type.to_owned(), effect.into());
        }
    }
    let value = json!({ "key": key, "name": name, "effect": effect, "on": on });
    (!key.trim().is_empty()).then_some(value)
}

fn volatile(row: [&str; 8]) -> Result<Option<Value>> {
    let [key, name, rank, minutes, who, hint, lost_when, on] = row;
    if key.trim().is_empty() {
        return Ok(None);
    }
    Ok(Some(json!({
        "key": key, "name": name, "rank": counted("rank", rank)?,
        "minutes": counted("minutes", minutes)?, "who": who, "hint": hint,
        "lost_when": lost_when, "on": listed(on),
    })))
}

async fn set(State(server): State<Server>, form: Form) -> Result<Response> {
    let fields = [
        "akey",
        "aname",
        "aeffect",
        "aharmless",
        "aalters",
        "adestroys",
    ];
    let actions = rows(&form, fields)?.into_iter().filter_map(action);
    let fields = [
        "vkey", "vname", "vrank", "vminutes", "vwho", "vhint", "vlost", "von",
    ];
    let lost = rows(&form, fields)?.into_iter().map(volatile);
    let lost = lost.collect::<Result<Vec<Option<Value>>>>()?;
    let body = json!({ "set": "gate", "value": {
        "at_or_above": number(&form, "at_or_above")?,
        "wait_minutes": number(&form, "wait_minutes")?,
        "ask_minutes": number(&form, "ask_minutes")?,
        "capture_minutes": number(&form, "capture_minutes")?,
        "fallback": form.get("fallback").unwrap_or_default(),
        "actions": actions.collect::<Vec<Value>>(),
        "volatile": lost.into_iter().flatten().collect::<Vec<Value>>(),
    }});
    change(&server, &form, &body).await?;
    Ok(done("done-gate", "", HERE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_a_key_is_no_row() {
        assert_eq!(action(["", "", "alters", "", "", ""]), None);
        let row = ["reboot", "Restart", "destroys", "mailbox, saas", "", ""];
        let value = action(row).unwrap();
        assert_eq!(
            value["on"],
            json!({ "mailbox": "harmless", "saas": "harmless" })
        );
        assert!(
            volatile(["", "", "", "", "", "", "", ""])
                .unwrap()
                .is_none()
        );
        let wrong = [
            "memory", "Memory", "two", "8", "who", "how", "destroys", "vm",
        ];
        assert!(volatile(wrong).is_err());
    }
}
