//! `bifold gate`: restore, and decide what waits at the preservation gate, over the API.

use super::incident::{object, safe, say, text};
use crate::cli::{Gate, GateVerb as V};
use crate::client::Client;
use crate::exit::{Code, Coded};
use serde_json::{Value, json};
use std::fmt::Write as _;

pub(crate) fn run(args: Gate) -> anyhow::Result<Code> {
    let client = Client::new(&args.api)?;
    say(&args.api, &carry_out(&client, args.verb)?)
}

#[allow(clippy::too_many_lines)] // One row a verb.
fn carry_out(client: &Client, verb: V) -> anyhow::Result<(Value, String)> {
    let (on, word, body, done) = match verb {
        V::List => return list(client),
        V::Restore {
            incident,
            action,
            asset,
            note,
        } => {
            return restore(client, &incident, &action, &asset, note);
        }
        V::Captured {
            on,
            whereabouts,
            course,
            item,
        } => {
            let body = json!({ "whereabouts": whereabouts, "course": course, "items": item });
            (on, "captured", body, "Saved; it may be done")
        }
        V::CaptureFirst {
            on,
            course,
            item,
            minutes,
        } => {
            let mut body = json!({ "course": course, "items": item });
            if let (Some(map), Some(minutes)) = (body.as_object_mut(), minutes) {
                map.insert("minutes".to_owned(), minutes.into());
            }
            (on, "capture-first", body, "Evidence goes first")
        }
        V::GoNow {
            on,
            reason,
            loss,
            break_glass,
        } => {
            let mut body = object([("reason", Some(reason)), ("loss", loss)]);
            if let Some(map) = body.as_object_mut() {
                map.insert("break_glass".to_owned(), break_glass.into());
            }
            (on, "go-now", body, "Go; it may be done")
        }
        V::Ask { on } => (on, "ask-security", json!({}), "Security was asked"),
        V::Advise {
            on,
            side,
            course,
            reason,
        } => {
            let body = json!({ "side": side, "course": course, "reason": reason });
            (on, "advise", body, "Advice recorded")
        }
        V::Done { on } => (on, "perform", json!({}), "Recorded as done"),
        V::Withdraw { on, reason } => (on, "withdraw", json!({ "reason": reason }), "Withdrawn"),
        V::Review { on, wrong, text } => {
            let body = json!({ "was_right": !wrong, "text": text });
            (on, "review", body, "Looked back")
        }
    };
    let incident = safe(&on.incident)?;
    let action = match on.action {
        Some(action) => safe(&action)?,
        None => the_one(client, &incident, word)?,
    };
    let answer = client.post(
        &format!("/incidents/{incident}/actions/{action}/{word}"),
        &body,
    )?;
    let words = format!("{done} ({})\n", text(&answer, "number"));
    Ok((answer, words))
}

fn items(answer: &Value, key: &str) -> Vec<Value> {
    let items = answer.get(key).and_then(Value::as_array);
    items.cloned().unwrap_or_default()
}

/// The only action of the incident to which the verb can apply.
fn the_one(client: &Client, incident: &str, word: &str) -> anyhow::Result<String> {
    let answer = client.get(&format!("/incidents/{incident}"))?;
    let fits = |action: &&Value| match word {
        "perform" => matches!(text(action, "standing"), "cleared" | "held"),
        "review" => action.pointer("/gate/wants_review") == Some(&Value::Bool(true)),
        _ => text(action, "standing") == "held",
    };
    let actions = items(&answer, "actions");
    let fitting: Vec<&Value> = actions.iter().filter(fits).collect();
    match fitting.as_slice() {
        [one] => Ok(text(one, "id").to_owned()),
        [] => Err(Coded::error(
            Code::NotFound,
            format!("{incident} has no such action"),
        )),
        several => {
            let ids: Vec<&str> = several.iter().map(|action| text(action, "id")).collect();
            let said = format!("say which, with --action: {}", ids.join(", "));
            Err(Coded::error(Code::Usage, said))
        }
    }
}

fn restore(
    client: &Client,
    incident: &str,
    action: &str,
    assets: &[String],
    note: Option<String>,
) -> anyhow::Result<(Value, String)> {
    let incident = safe(incident)?;
    let mut body = object([("action", Some(action.to_owned())), ("note", note)]);
    if let Some(map) = body.as_object_mut() {
        map.insert("assets".to_owned(), json!(assets));
    }
    let done = client.post(&format!("/incidents/{incident}/actions"), &body)?;
    let id = text(&done, "action").to_owned();
    let answer = client.get(&format!("/incidents/{incident}"))?;
    let actions = items(&answer, "actions");
    let made = actions.iter().find(|action| text(action, "id") == id);
    let mut words = String::new();
    match made.filter(|action| text(action, "standing") == "held") {
        None => {
            let _ = writeln!(
                words,
                "Recorded as done: {action} ({})",
                text(&done, "number")
            );
        }
        Some(held) => {
            let gate = held.get("gate").unwrap_or(&Value::Null);
            let _ = writeln!(words, "Held up: {action} {}", text(held, "effect"));
            let _ = match text(gate, "law") {
                "" => writeln!(words, "opens by itself at {}", text(gate, "due")),
                law => writeln!(words, "{law} forbids it"),
            };
            let lost = items(gate, "at_stake");
            let lost: Vec<&str> = lost.iter().filter_map(Value::as_str).collect();
            let _ = writeln!(words, "what would be lost: {}", lost.join(", "));
            let _ = writeln!(
                words,
                "decide with: bifold gate captured | capture-first | go-now | ask {incident}"
            );
        }
    }
    Ok((done, words))
}

fn list(client: &Client) -> anyhow::Result<(Value, String)> {
    let answer = client.get("/gates")?;
    let mut words = String::new();
    for held in items(&answer, "items") {
        let _ = writeln!(
            words,
            "{:<14} {:<16} until {}  {}",
            text(&held, "incident"),
            text(&held, "action"),
            text(&held, "due"),
            text(&held, "title"),
        );
    }
    if words.is_empty() {
        words.push_str("Nothing waits at the gate.\n");
    }
    Ok((answer, words))
}
