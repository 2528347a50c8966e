//! What takes two people: releases and disposals.

use super::super::incident::{object, safe, text};
use super::{Said, items, of_item, put_in};
use crate::cli::{Dispose, OnRequest, Release};
use crate::client::Client;
use crate::exit::{Code, Coded};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) fn release(client: &Client, verb: Release) -> anyhow::Result<Said> {
    match verb {
        Release::Ask {
            incident,
            to,
            purpose,
            legal_basis,
            until,
            item,
        } => {
            let mut terms = json!({
                "recipient": to, "purpose": purpose, "legal_basis": legal_basis,
            });
            put_in(&mut terms, "expires_at", until);
            ask(client, &incident, "release", &item, &terms)
        }
        Release::Approve(on) => act(client, &on, "release", "approve", None),
        Release::Refuse { on, reason } => act(client, &on, "release", "refuse", Some(reason)),
        Release::CarryOut(on) => act(client, &on, "release", "carry-out", None),
    }
}

pub(super) fn dispose(client: &Client, verb: Dispose) -> anyhow::Result<Said> {
    match verb {
        Dispose::Ask {
            incident,
            item,
            method,
            reason,
        } => {
            let terms = json!({ "method": method, "reason": reason });
            ask(client, &incident, "disposal", &item, &terms)
        }
        Dispose::Approve(on) => act(client, &on, "disposal", "approve", None),
        Dispose::Refuse { on, reason } => act(client, &on, "disposal", "refuse", Some(reason)),
        Dispose::CarryOut(on) => act(client, &on, "disposal", "carry-out", None),
    }
}

fn ask(
    client: &Client,
    incident: &str,
    what: &str,
    named: &[String],
    terms: &Value,
) -> anyhow::Result<Said> {
    let incident = safe(incident)?;
    let ids = named.iter().map(|item| {
        let found = client.get(&of_item(item, "")?)?;
        Ok(text(&found, "id").to_owned())
    });
    let ids: Vec<String> = ids.collect::<anyhow::Result<_>>()?;
    let body = json!({ "items": ids, "terms": terms });
    let answer = client.post(&format!("/incidents/{incident}/{what}s"), &body)?;
    let request = text(&answer, "request");
    let verb = if what == "release" {
        "release"
    } else {
        "dispose"
    };
    let words = format!(
        "Asked: {what} {request}\n  Next: two others run: \
         bifold evidence {verb} approve {incident} --request {request}\n"
    );
    Ok((answer, words))
}

fn act(
    client: &Client,
    on: &OnRequest,
    what: &str,
    word: &str,
    reason: Option<String>,
) -> anyhow::Result<Said> {
    let incident = safe(&on.incident)?;
    let request = match &on.request {
        Some(request) => safe(request)?,
        None => the_open_one(client, &incident, what)?,
    };
    let path = format!("/incidents/{incident}/requests/{request}/{word}");
    // The bytes are looked at before they are released.
    let answer = client.post_patiently(&path, &object([("reason", reason)]))?;
    let done = match (word, what) {
        ("approve", _) => "Approved",
        ("refuse", _) => "Refused",
        (_, "release") => "Released",
        _ => "Destroyed; hashes and custody stay",
    };
    Ok((answer, format!("{done}: {what} {request}\n")))
}

/// The only open request of its sort on evidence of the incident.
fn the_open_one(client: &Client, incident: &str, what: &str) -> anyhow::Result<String> {
    let rows = client.get(&format!("/incidents/{incident}/evidence"))?;
    let mut open = BTreeSet::new();
    for row in items(&rows) {
        let item = client.get(&of_item(text(row, "id"), "")?)?;
        let requests = item.get("requests").and_then(Value::as_array);
        let is_it = |asked: &&Value| text(asked, "what") == what && text(asked, "end") == "open";
        let ids = requests.into_iter().flatten().filter(is_it);
        open.extend(ids.map(|asked| text(asked, "id").to_owned()));
    }
    let all: Vec<String> = open.into_iter().collect();
    match all.as_slice() {
        [one] => Ok(one.clone()),
        [] => {
            let message = format!("nobody has asked for a {what} of evidence of {incident}");
            Err(Coded::error(Code::NotFound, message))
        }
        several => {
            let message = format!("say which, with --request: {}", several.join(", "));
            Err(Coded::error(Code::Usage, message))
        }
    }
}
