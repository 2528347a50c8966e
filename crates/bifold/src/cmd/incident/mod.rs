//! `bifold incident`: work on incidents over the API, for people and scripts.

mod clocks;
mod room;
mod tell;

use crate::cli::{Api, Incident, IncidentVerb as V};
use crate::client::Client;
use crate::exit::{Code, Coded};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

pub(crate) fn run(args: Incident) -> anyhow::Result<Code> {
    let client = Client::new(&args.api)?;
    say(&args.api, &carry_out(&client, args.verb)?)
}

/// Prints an answer the way it was asked for.
pub(super) fn say(api: &Api, (answer, words): &(Value, String)) -> anyhow::Result<Code> {
    if api.json {
        println!("{}", serde_json::to_string_pretty(answer)?);
    } else {
        print!("{words}");
    }
    Ok(Code::Ok)
}

/// Carries out a verb; the answer as JSON and in words.
pub(crate) fn carry_out(client: &Client, verb: V) -> anyhow::Result<(Value, String)> {
    match verb {
        V::List {
            all,
            mine,
            security,
            limit,
        } => list(client, all, mine, security, limit),
        V::Show { incident } => show(client, &incident),
        V::Search { query } => search(client, &query.join(" ")),
        V::Clocks { incident } => clocks::clocks(client, &incident),
        V::Tell(told) => tell::tell(client, told),
        V::Room { incident } => room::room(client, &incident),
        V::Declare {
            title,
            description,
            impact,
            urgency,
            category,
            service,
            customer,
        } => {
            let body = object([
                ("title", Some(title)),
                ("description", description),
                ("impact", Some(impact)),
                ("urgency", Some(urgency)),
                ("category", category),
                ("service", service),
                ("customer", customer),
            ]);
            let answer = client.post("/incidents", &body)?;
            let words = receipt("Declared", &answer);
            Ok((answer, words))
        }
        verb => {
            let (done, incident, path, body) = request(verb)?;
            let answer = client.post(&format!("/incidents/{}/{path}", safe(&incident)?), &body)?;
            let words = receipt(done, &answer);
            Ok((answer, words))
        }
    }
}

type Request = (&'static str, String, &'static str, Value);

/// The verbs that are one command to one incident.
#[allow(clippy::too_many_lines)] // One row a verb.
fn request(verb: V) -> anyhow::Result<Request> {
    Ok(match verb {
        V::Assess {
            incident,
            kind,
            finding,
            answer,
            reason,
        } => {
            let answers = answer
                .iter()
                .map(|pair| split(pair))
                .collect::<anyhow::Result<_>>()?;
            let answers: Map<String, Value> = answers;
            let body = json!({
                "kind": kind, "finding": finding, "answers": answers, "reason": reason,
            });
            ("Assessed", incident, "assess", body)
        }
        V::Acknowledge { incident } => ("Acknowledged", incident, "acknowledge", json!({})),
        V::Escalate {
            incident,
            to,
            hierarchical,
            reason,
        } => {
            let way = if hierarchical {
                "hierarchical"
            } else {
                "functional"
            };
            let whom: Vec<Value> = to.iter().map(|whom| called(whom)).collect();
            let body = json!({ "way": way, "whom": whom, "reason": reason });
            ("Called for help on", incident, "escalate", body)
        }
        V::Take { incident } => ("Taken", incident, "take", json!({})),
        V::Start { incident } => ("Work started on", incident, "start", json!({})),
        V::Note {
            incident,
            text,
            lane,
            outward,
        } => {
            let audience = outward.then(|| "outward".to_owned());
            let body = object([("text", Some(text)), ("lane", lane), ("audience", audience)]);
            ("Noted on", incident, "notes", body)
        }
        V::Say {
            incident,
            text,
            lane,
        } => {
            let body = object([("text", Some(text)), ("lane", lane)]);
            ("Said in the room of", incident, "say", body)
        }
        V::Workaround { incident, text } => (
            "Workaround on",
            incident,
            "workaround",
            json!({ "text": text }),
        ),
        V::Classify { incident, category } => (
            "Classified",
            incident,
            "classify",
            json!({ "category": category }),
        ),
        V::Track {
            incident,
            track,
            to,
            reason,
        } => {
            let body = object([("track", Some(track)), ("to", Some(to)), ("reason", reason)]);
            ("Tracked", incident, "track", body)
        }
        V::Resolve {
            incident,
            code,
            text,
            cause,
        } => {
            let body = object([("code", Some(code)), ("text", Some(text)), ("cause", cause)]);
            ("Resolved", incident, "resolve", body)
        }
        V::Confirm { incident } => ("Confirmed", incident, "confirm", json!({})),
        V::Close {
            incident,
            cause,
            without_confirmation,
        } => {
            let body = object([
                ("cause", cause),
                ("without_confirmation", without_confirmation),
            ]);
            ("Closed", incident, "close", body)
        }
        V::Reopen { incident, reason } => {
            ("Reopened", incident, "reopen", json!({ "reason": reason }))
        }
        V::Declare { .. }
        | V::Tell(_)
        | V::Room { .. }
        | V::List { .. }
        | V::Show { .. }
        | V::Search { .. }
        | V::Clocks { .. } => {
            return Err(Coded::error(Code::Usage, "not a command to one incident"));
        }
    })
}

/// `role:incident_manager` as the API writes it; `assignee` and `holders` stand for themselves.
fn called(whom: &str) -> Value {
    match whom.split_once(':') {
        Some((sort, value)) => json!({ sort: value }),
        None => Value::from(whom),
    }
}

pub(super) fn object<const N: usize>(fields: [(&str, Option<String>); N]) -> Value {
    let given = fields
        .into_iter()
        .filter_map(|(k, v)| Some((k.to_owned(), Value::from(v?))));
    Value::Object(given.collect())
}

fn split(pair: &str) -> anyhow::Result<(String, Value)> {
    pair.split_once('=')
        .map(|(k, v)| (k.to_owned(), Value::from(v)))
        .ok_or_else(|| {
            Coded::error(
                Code::Usage,
                format!("{pair:?} is not CRITERION=yes, =no or =unknown"),
            )
        })
}

/// A number or id as a part of a path; nothing else can be one.
pub(super) fn safe(name: &str) -> anyhow::Result<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.is_empty() && name.chars().all(fits) {
        // People type inc-2026-0042 as well.
        let number = name.to_ascii_uppercase();
        Ok(if number.starts_with("INC-") {
            number
        } else {
            name.to_owned()
        })
    } else {
        Err(Coded::error(
            Code::Usage,
            format!("{name:?} is not an incident's number or id"),
        ))
    }
}

pub(super) fn text<'a>(json: &'a Value, key: &str) -> &'a str {
    json.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn receipt(done: &str, answer: &Value) -> String {
    let ledger = answer.get("ledger").unwrap_or(&Value::Null);
    let index = ledger
        .get("index")
        .and_then(Value::as_u64)
        .unwrap_or_default();
    format!("{done} {} (ledger entry {index})\n", text(answer, "number"))
}

fn list(
    client: &Client,
    all: bool,
    mine: bool,
    security: Option<String>,
    limit: u32,
) -> anyhow::Result<(Value, String)> {
    let mut path = format!("/incidents?limit={limit}");
    if !all {
        path.push_str("&open=true");
    }
    if mine {
        path.push_str("&assignee=me");
    }
    if let Some(finding) = security {
        let _ = write!(path, "&security_is={}", safe(&finding)?);
    }
    let answer = client.get(&path)?;
    let words = table(&answer, "No incidents.");
    Ok((answer, words))
}

fn search(client: &Client, query: &str) -> anyhow::Result<(Value, String)> {
    let encoded = query.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    });
    let answer = client.get(&format!("/search?q={encoded}"))?;
    let words = table(&answer, "Nothing found.");
    Ok((answer, words))
}

fn table(answer: &Value, empty: &str) -> String {
    let rows = answer
        .get("items")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    if rows.is_empty() {
        return format!("{empty}\n");
    }
    let mut out = String::new();
    for row in rows {
        let handling = row.get("handling").and_then(Value::as_u64).unwrap_or(0);
        let both = match (text(&row, "service_is"), text(&row, "security_is")) {
            ("", "") => String::new(),
            (service, security) => format!("  S:{:<3} I:{:<3}", short(service), short(security)),
        };
        let _ = writeln!(
            out,
            "P{handling}  {:<14} {:<13}{both}  {}",
            text(&row, "number"),
            text(&row, "stage").replace('_', " "),
            text(&row, "title"),
        );
    }
    if answer.get("next").is_some_and(|next| !next.is_null()) {
        out.push_str("… and more (--limit)\n");
    }
    out
}

fn short(finding: &str) -> &str {
    if finding == "undetermined" {
        "?"
    } else {
        finding
    }
}

fn show(client: &Client, incident: &str) -> anyhow::Result<(Value, String)> {
    let name = safe(incident)?;
    let mut answer = client.get(&format!("/incidents/{name}"))?;
    let timeline = client.get(&format!("/incidents/{name}/timeline?limit=200"))?;
    let entries = timeline
        .get("items")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}  {}",
        text(&answer, "number"),
        text(&answer, "title")
    );
    let stage = answer
        .get("stage")
        .map(|s| text(s, "is").replace('_', " "))
        .unwrap_or_default();
    let handling = answer.get("handling").and_then(Value::as_u64).unwrap_or(0);
    let _ = writeln!(
        out,
        "P{handling}  {stage}  TLP:{}",
        text(&answer, "tlp").to_uppercase()
    );
    for verdict in answer
        .get("verdicts")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let _ = writeln!(
            out,
            "{}? {}",
            text(verdict, "name"),
            text(verdict, "finding")
        );
    }
    for (label, key) in [
        ("Description", "description"),
        ("Workaround", "workaround"),
        ("Fix", "fix"),
    ] {
        if !text(&answer, key).is_empty() {
            let _ = writeln!(out, "{label}: {}", text(&answer, key));
        }
    }
    let pages = answer.get("pages").and_then(Value::as_array);
    for page in pages.into_iter().flatten() {
        let called = page.get("called").and_then(Value::as_array);
        let names: Vec<&str> = called
            .into_iter()
            .flatten()
            .map(|p| text(p, "name"))
            .collect();
        let _ = writeln!(
            out,
            "Paging: {} ({})",
            names.join(", "),
            text(page, "state")
        );
    }
    history(&entries, &mut out);
    if let Some(map) = answer.as_object_mut() {
        map.insert("timeline".to_owned(), Value::Array(entries));
    }
    Ok((answer, out))
}

fn history(entries: &[Value], out: &mut String) {
    for entry in entries {
        let index = entry
            .get("index")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        let at = text(entry, "at")
            .get(..19)
            .unwrap_or_default()
            .replace('T', " ");
        let kind = text(entry, "kind")
            .trim_start_matches("incident.")
            .replace('_', " ");
        let lane = match text(entry, "lane") {
            "" => String::new(),
            lane => format!("  [{lane} lane]"),
        };
        let fact = entry.get("fact").unwrap_or(&Value::Null);
        let said = ["text", "reason", "outcome"]
            .iter()
            .map(|k| text(fact, k))
            .find(|t| !t.is_empty());
        let said = said.map(|s| format!(": {s}")).unwrap_or_default();
        let _ = writeln!(out, "  {at}  {kind}{said}{lane}  (entry {index})");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incident_is_named_by_number_or_id_and_nothing_else() {
        assert_eq!(safe("inc-2026-0042").unwrap(), "INC-2026-0042");
        let id = "inc_00000000000000000000000001";
        assert_eq!(safe(id).unwrap(), id);
        for bad in ["", "../people", "INC 1", "a/b", "a?b"] {
            assert!(safe(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn absent_options_are_absent_from_the_body() {
        let body = object([("a", Some("x".to_owned())), ("b", None)]);
        assert_eq!(body, json!({ "a": "x" }));
    }
}
