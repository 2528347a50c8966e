//! Lists, one item, and its custody, in words.

use super::super::incident::{safe, text};
use super::{Said, encoded, items, of_item, person};
use crate::cli::List;
use crate::client::Client;
use serde_json::{Value, json};
use std::fmt::Write as _;

pub(super) fn list(client: &Client, which: &List) -> anyhow::Result<Said> {
    let holder = if which.mine {
        Some(person(client, "me")?)
    } else {
        None
    };
    let answer = match &which.incident {
        Some(incident) => {
            let all = client.get(&format!("/incidents/{}/evidence", safe(incident)?))?;
            let fits = |row: &&Value| is_wanted(row, which, holder.as_deref());
            let rows: Vec<&Value> = items(&all).iter().filter(fits).collect();
            json!({ "items": rows, "next": null })
        }
        None => client.get(&query(which, holder.as_deref()))?,
    };
    let words = table(&answer);
    Ok((answer, words))
}

fn query(which: &List, holder: Option<&str>) -> String {
    let mut path = format!("/evidence?limit={}", which.limit);
    for (key, value) in [("standing", which.standing.as_deref()), ("holder", holder)] {
        if let Some(value) = value {
            let _ = write!(path, "&{key}={}", encoded(value));
        }
    }
    for (key, is_on) in [("held", which.held), ("asked", which.asked)] {
        if is_on {
            let _ = write!(path, "&{key}=true");
        }
    }
    path
}

/// The same choice for the list of an incident, which the server gives whole.
fn is_wanted(row: &Value, which: &List, holder: Option<&str>) -> bool {
    let holds = row.get("holds").and_then(Value::as_i64).unwrap_or(0);
    let standing = which.standing.as_deref();
    let has = row.pointer("/holder/id").and_then(Value::as_str);
    standing.is_none_or(|standing| text(row, "standing") == standing)
        && holder.is_none_or(|holder| has == Some(holder))
        && (!which.held || holds > 0)
        && (!which.asked || !text(row, "asked").is_empty())
}

pub(super) fn table(answer: &Value) -> String {
    let mut out = String::new();
    let width = items(answer)
        .iter()
        .map(|row| keeper(row).chars().count())
        .max();
    let width = width.unwrap_or_default();
    for row in items(answer) {
        let mut marks = Vec::new();
        if row.get("holds").and_then(Value::as_i64).unwrap_or(0) > 0 {
            marks.push("on hold".to_owned());
        }
        match text(row, "asked") {
            "" => {}
            what => marks.push(format!("{what} asked for")),
        }
        if text(row, "verified") == "mismatch" {
            marks.push("BYTES DIFFER".to_owned());
        }
        let marks = if marks.is_empty() {
            String::new()
        } else {
            format!("  [{}]", marks.join(", "))
        };
        let _ = writeln!(
            out,
            "{:<14} {:<14} {:<9} {:<15} {:<width$}  {}{marks}",
            text(row, "number"),
            text(row, "incident"),
            text(row, "standing"),
            text(row, "sort").replace('_', " "),
            keeper(row),
            text(row, "title"),
        );
    }
    if out.is_empty() {
        out.push_str("No evidence.\n");
    }
    if answer.get("next").is_some_and(|next| !next.is_null()) {
        out.push_str("… and more (--limit)\n");
    }
    out
}

/// Who has it, or is to get it.
fn keeper(row: &Value) -> &str {
    match named(row, "holder") {
        "" => named(row, "assignee"),
        holder => holder,
    }
}

fn named<'a>(json: &'a Value, key: &str) -> &'a str {
    json.get(key).map_or("", |named| text(named, "name"))
}

/// A time to the second, as people read it.
fn time(json: &Value, key: &str) -> String {
    let at = text(json, key);
    at.get(..19)
        .map_or(at.to_owned(), |at| format!("{} UTC", at.replace('T', " ")))
}

pub(super) fn one(client: &Client, item: &str) -> anyhow::Result<Said> {
    let answer = client.get(&of_item(item, "")?)?;
    let words = card(&answer);
    Ok((answer, words))
}

/// Labelled lines; what is not known has none.
struct Card(String);

impl Card {
    fn line(&mut self, label: &str, value: &str) {
        if !value.is_empty() {
            // Further lines of a text stand below its first one.
            let value = value.replace('\n', &format!("\n{:15}", ""));
            let _ = writeln!(self.0, "  {label:<12} {value}");
        }
    }

    fn lines(&mut self, json: &Value, labels: &[(&str, &str)]) {
        for (label, key) in labels {
            self.line(label, text(json, key));
        }
    }
}

pub(super) fn card(item: &Value) -> String {
    let mut card = Card(format!(
        "{}  {}\n",
        text(item, "number"),
        text(item, "title")
    ));
    let sort = text(item, "sort").replace('_', " ");
    let tlp = text(item, "tlp").to_uppercase().replace('_', "+");
    card.line(
        "Standing",
        &format!("{}, {sort}, TLP:{tlp}", text(item, "standing")),
    );
    card.line("Incident", text(item, "incident"));
    card.line("Keeper", named(item, "holder"));
    card.line("Offered to", named(item, "offered_to"));
    card.line("Back by", &time(item, "due"));
    card.line("Wanted until", &time(item, "wanted_until"));
    card.line("To be got by", named(item, "assignee"));
    card.line("Entered", &by_at(item, "registered_by", "registered_at"));
    card.line("Derived from", text(item, "derived_from"));
    if let Some(how) = item.get("acquisition") {
        acquired(how, &mut card);
    }
    if let Some(seal) = item.get("seal") {
        card.line("SHA-256", text(seal, "sha256"));
        if let Some(bytes) = seal.get("size_bytes").and_then(Value::as_u64) {
            card.line("Size", &format!("{bytes} bytes"));
        }
        card.lines(seal, &[("Filename", "filename"), ("Seal", "number")]);
    }
    if let Some(found) = item.get("verified").and_then(Value::as_str) {
        let found = found.replace('_', " ");
        card.line(
            "Looked at",
            &format!("{found}, {}", time(item, "verified_at")),
        );
    }
    for hold in list_of(item, "holds") {
        let (key, why) = (text(hold, "hold"), text(hold, "reason"));
        card.line(
            "On hold",
            &format!("{key}: {why} ({})", text(hold, "authority")),
        );
    }
    for asked in list_of(item, "requests") {
        card.line("Asked", &request(asked));
    }
    card.0
}

fn list_of<'a>(json: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    json.get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn by_at(json: &Value, by: &str, at: &str) -> String {
    format!("{}, {}", named(json, by), time(json, at))
}

fn acquired(how: &Value, card: &mut Card) {
    card.line("Collected", &by_at(how, "by", "at"));
    card.lines(
        how,
        &[
            ("Collector", "collector"),
            ("Competence", "competence"),
            ("Method", "method"),
            ("Tool", "tool"),
            ("Version", "version"),
            ("Command", "command"),
            ("Authority", "authority"),
            ("Place", "place"),
            ("Witness", "witness"),
        ],
    );
    if let Some(offset) = how.get("clock_offset_ms").and_then(Value::as_i64) {
        let reference = text(how, "clock_reference");
        let way = if offset < 0 { "behind" } else { "ahead of" };
        let reference = if reference.is_empty() {
            "its reference"
        } else {
            reference
        };
        card.line(
            "Clock",
            &format!("{} ms {way} {reference}", offset.unsigned_abs()),
        );
    }
    if let Some(thing) = how.get("physical") {
        let parts = ["make", "model", "serial", "condition"].map(|key| text(thing, key));
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let quantity = thing.get("quantity").and_then(Value::as_u64).unwrap_or(1);
        card.line("Thing", &format!("{quantity} × {}", parts.join(", ")));
    }
}

fn request(asked: &Value) -> String {
    let approved: Vec<&str> = list_of(asked, "approved_by")
        .map(|who| text(who, "name"))
        .collect();
    let approved = if approved.is_empty() {
        "nobody yet".to_owned()
    } else {
        approved.join(", ")
    };
    let what = match text(asked, "recipient") {
        "" => format!("{} ({})", text(asked, "what"), text(asked, "method")),
        recipient => format!("{} to {recipient}", text(asked, "what")),
    };
    let (end, id) = (text(asked, "end"), text(asked, "id"));
    let why = text(asked, "reason");
    format!("{what}: {why} {end}, approved by {approved} ({id})")
}

pub(super) fn custody(client: &Client, item: &str) -> anyhow::Result<Said> {
    let answer = client.get(&of_item(item, "/custody")?)?;
    let words = history(items(&answer));
    Ok((answer, words))
}

/// One line an entry, with what was said and the entry of the ledger that proves it.
pub(super) fn history(entries: &[Value]) -> String {
    let mut out = String::new();
    let width = entries
        .iter()
        .map(|entry| named(entry, "by").chars().count())
        .max();
    let width = width.unwrap_or_default();
    for entry in entries {
        let fact = entry.get("fact").unwrap_or(&Value::Null);
        let kind = text(entry, "kind")
            .trim_start_matches("evidence.")
            .replace('_', " ");
        let said = [
            "title",
            "purpose",
            "reason",
            "method",
            "text",
            "how",
            "condition",
            "filename",
            "seal",
            "result",
            "hold",
            "tlp",
        ];
        let said = said.iter().find_map(|key| plain(fact.get(*key)?));
        let said = said.map(|said| format!(": {said}")).unwrap_or_default();
        let sha256 = fact.get("sha256").and_then(plain);
        let sha256 = sha256
            .map(|hash| format!(", SHA-256 {hash}"))
            .unwrap_or_default();
        let index = entry
            .get("index")
            .and_then(Value::as_i64)
            .unwrap_or_default();
        let (at, by) = (time(entry, "at"), named(entry, "by"));
        let _ = writeln!(
            out,
            "{at}  {by:<width$}  {kind}{said}{sha256}  (entry {index})"
        );
    }
    out
}

/// A value of a fact as text; redacted ones are said to be so.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.replace('\n', " ")),
        Value::Object(parts) => match parts.get("~") {
            Some(present) => plain(present),
            None => Some("[redacted]".to_owned()),
        },
        _ => None,
    }
}
