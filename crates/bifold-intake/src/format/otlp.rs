//! Logs of OpenTelemetry, as JSON or protobuf. A record is something that happened; the same event
//! of the same service is the same fault.

use super::otlp_wire as wire;
use crate::value::{at, json, label, number, scalar, time};
use crate::{Format, Incoming, Reading, Unread, fit, value};
use bifold_domain::signal::{Severity, Signal, State};
use serde_json::Value;
use std::collections::BTreeMap;

/// Labels of a resource that each of its records takes over.
const ABOUT: usize = 16;
/// Characters of such a label.
const ABOUT_CHARS: usize = 200;

pub(crate) fn read(incoming: &Incoming<'_>) -> Result<Reading, Unread> {
    let kind = incoming.content_type.unwrap_or("application/json");
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let other = |why: &str| Unread::Other {
        format: Format::OtlpLogs,
        why: why.to_owned(),
    };
    let body = match kind {
        "application/json" => json(incoming)?,
        "application/x-protobuf" | "application/protobuf" => wire::json(incoming.body)
            .map_err(|error| other(&format!("its protobuf is broken: {error}")))?,
        _ => return Err(other("it is neither application/json nor protobuf")),
    };
    let resources = body
        .get("resourceLogs")
        .and_then(Value::as_array)
        .ok_or_else(|| other("there is no resourceLogs"))?;
    let (mut reading, mut place) = (Reading::default(), 0);
    for resource in resources {
        let about = attributes(resource.pointer("/resource/attributes"));
        for scope in list(resource, "scopeLogs") {
            for record in list(scope, "logRecords") {
                reading.add(place, one(record, &about));
                place += 1;
            }
        }
    }
    Ok(reading)
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// Attributes with scalar values.
fn attributes(value: Option<&Value>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for pair in value.and_then(Value::as_array).into_iter().flatten() {
        let (Some(name), Some(value)) = (at(pair, &["/key"]), pair.get("value")) else {
            continue;
        };
        let forms = ["stringValue", "intValue", "doubleValue", "boolValue"];
        let text = forms
            .iter()
            .find_map(|form| value.get(form).and_then(scalar));
        if let Some(text) = text {
            label(&mut found, &name, &text);
        }
    }
    found
}

/// What a body with members says: its message, or all of them that are words or numbers.
fn words(members: &BTreeMap<String, String>) -> Option<String> {
    let message = ["message", "msg", "event"];
    if let Some(message) = message.iter().find_map(|name| members.get(*name)) {
        return Some(message.clone());
    }
    let all: Vec<String> = members
        .iter()
        .map(|(name, is)| format!("{name}={is}"))
        .collect();
    (!all.is_empty()).then(|| all.join(" "))
}

fn one(record: &Value, about: &BTreeMap<String, String>) -> Result<Signal, String> {
    let service = about.get("service.name").cloned();
    let own = attributes(record.get("attributes"));
    let members = attributes(record.pointer("/body/kvlistValue/values"));
    let said = at(record, &["/body/stringValue", "/body/intValue"]).or_else(|| words(&members));
    let event = at(record, &["/eventName"])
        .or_else(|| own.get("event.name").cloned())
        .or_else(|| own.get("exception.type").cloned());
    let title = match (&event, &said) {
        (_, Some(said)) => said.clone(),
        (Some(event), None) => event.clone(),
        (None, None) => return Err("it has neither a body nor a name".to_owned()),
    };
    let from = service.as_deref().unwrap_or("-");
    // Without a name the words are it, up to where they begin to differ from time to time.
    let what = event.unwrap_or_else(|| title.chars().filter(|c| !c.is_ascii_digit()).collect());
    let mut signal = value::bare(&format!("{from} {what}"), &title)?;
    signal.state = State::Info;
    let level = number(record, "/severityNumber");
    signal.severity = match level {
        Some(21..) => Severity::Critical,
        Some(17..) => Severity::Major,
        Some(13..) => Severity::Warning,
        _ => Severity::Info,
    };
    let word = at(record, &["/severityText"]);
    signal.severity_word = word.as_deref().and_then(fit::short);
    signal.service = service.as_deref().and_then(fit::short);
    // A time of 0 means that the source knows none.
    signal.sent_at = time(record, &["/timeUnixNano", "/observedTimeUnixNano"]);
    signal.body = said.as_deref().and_then(fit::text);
    signal.labels = own;
    // What stands once for all records is repeated in each: a few of them, and short.
    for (name, text) in members.iter().chain(about.iter().take(ABOUT)) {
        if !signal.labels.contains_key(name) {
            let text: String = text.chars().take(ABOUT_CHARS).collect();
            label(&mut signal.labels, name, &text);
        }
    }
    if let Some(trace) = at(record, &["/traceId"]) {
        label(&mut signal.labels, "trace_id", &trace);
    }
    Ok(signal)
}
