//! Events of the form of `PagerDuty` Events v2: what most of the monitoring world can send.

use crate::value::{at, elements, json, labels, link, severity, time};
use crate::{Format, Incoming, Reading, Unread, fit, value};
use bifold_domain::signal::{Severity, Signal, State};
use serde_json::Value;

/// Where the door keeps the key that it gave to an event that brought none.
const GIVEN: &str = "bifold-dedup-key";

pub(crate) fn read(incoming: &Incoming<'_>) -> Result<Reading, Unread> {
    let body = json(incoming)?;
    let mut reading = Reading::default();
    match one(&body, incoming) {
        Ok(signal) => reading.signals.push(signal),
        Err(why) => {
            return Err(Unread::Other {
                format: Format::PagerDuty,
                why,
            });
        }
    }
    Ok(reading)
}

fn one(body: &Value, incoming: &Incoming<'_>) -> Result<Signal, String> {
    let state = match at(body, &["/event_action"]).as_deref() {
        Some("trigger") => State::Firing,
        Some("acknowledge") => State::Acknowledged,
        Some("resolve") => State::Resolved,
        Some(other) => {
            let other: String = other.chars().take(40).collect();
            return Err(format!("the action {other:?} is not known"));
        }
        None => return Err("there is no event_action".to_owned()),
    };
    let key = at(body, &["/dedup_key"]);
    let key = key.or_else(|| incoming.header(GIVEN).map(str::to_owned));
    let key = key.ok_or("there is no dedup_key")?;
    // An end need not say again what ended.
    let title = at(body, &["/payload/summary"]).unwrap_or_else(|| key.clone());
    let mut signal = value::bare(&key, &title)?;
    signal.state = state;
    let word = at(body, &["/payload/severity"]);
    signal.severity = word
        .as_deref()
        .and_then(severity)
        .unwrap_or(Severity::Minor);
    signal.severity_word = word.as_deref().and_then(fit::short);
    signal.sent_at = time(body, &["/payload/timestamp"]);
    let service = at(body, &["/payload/component"]);
    signal.service = service.as_deref().and_then(fit::short);
    let group = at(body, &["/payload/group"]);
    signal.group = group.as_deref().and_then(fit::identity);
    signal.labels = labels(body.pointer("/payload/custom_details"));
    for name in ["source", "component", "group", "class"] {
        if let Some(text) = at(body, &[&format!("/payload/{name}")]) {
            value::label(&mut signal.labels, name, &text);
        }
    }
    let client = at(body, &["/client"]).unwrap_or_else(|| "Source".to_owned());
    link(&mut signal.links, &client, at(body, &["/client_url"]));
    for found in body.get("links").cloned().map(elements).unwrap_or_default() {
        let text = at(&found, &["/text"]).unwrap_or_else(|| "Link".to_owned());
        link(&mut signal.links, &text, at(&found, &["/href"]));
    }
    Ok(signal)
}
