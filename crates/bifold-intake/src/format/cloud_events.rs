//! `CloudEvents` 1.0 over HTTP, in their structured, batched and binary forms.
//!
//! The same `source` and `id` are the same event. `CloudEvents` know no end: an event happened. One
//! whose data says a state in a word that is known is read with it, and then its `subject` names
//! the thing.

use crate::value::{at, json, labels, severity, state, time};
use crate::{Format, Incoming, Reading, Unread, fit, value};
use bifold_domain::signal::{Severity, Signal, State};
use serde_json::{Map, Value};

pub(crate) fn read(incoming: &Incoming<'_>) -> Result<Reading, Unread> {
    let kind = incoming.content_type.unwrap_or_default();
    let mut reading = Reading::default();
    if kind.starts_with("application/cloudevents-batch") {
        let Value::Array(events) = json(incoming)? else {
            return Err(other("a batch is a list of events"));
        };
        for (place, event) in events.iter().enumerate() {
            reading.add(place, one(event));
        }
        return Ok(reading);
    }
    let event = if incoming.header("ce-id").is_some() {
        binary(incoming)
    } else {
        json(incoming)?
    };
    reading
        .signals
        .push(one(&event).map_err(|why| other(&why))?);
    Ok(reading)
}

fn other(why: &str) -> Unread {
    Unread::Other {
        format: Format::CloudEvents,
        why: why.to_owned(),
    }
}

/// The event of the binary form, as the structured form would have it.
fn binary(incoming: &Incoming<'_>) -> Value {
    let mut event = Map::new();
    for (name, value) in incoming.headers {
        if let Some(name) = name.strip_prefix("ce-") {
            event.insert(name.to_owned(), Value::String(decoded(value)));
        }
    }
    let data = serde_json::from_slice(incoming.body).ok();
    let data = data.or_else(|| {
        incoming
            .text()
            .ok()
            .map(|text| Value::String(text.to_owned()))
    });
    event.insert("data".to_owned(), data.unwrap_or(Value::Null));
    Value::Object(event)
}

/// A header without its escapes: `%` and two digits are a byte of UTF-8 (3.1.3.2 of the HTTP
/// binding). What is no escape stays.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut parts = value.split('%');
    bytes.extend(parts.next().unwrap_or_default().bytes());
    for part in parts {
        let digits = part
            .get(..2)
            .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            bytes.extend(part.bytes().skip(2));
        } else {
            bytes.push(b'%');
            bytes.extend(part.bytes());
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn one(event: &Value) -> Result<Signal, String> {
    let id = at(event, &["/id"]).ok_or("there is no id")?;
    let source = at(event, &["/source"]).ok_or("there is no source")?;
    let kind = at(event, &["/type"]).ok_or("there is no type")?;
    let said = at(event, &["/data/state", "/data/status", "/state"]);
    let said = said.as_deref().and_then(state);
    let subject = at(event, &["/subject"]);
    // What has a state has a name; what just happened is only itself.
    let identity = match (said, &subject) {
        (Some(_), Some(subject)) => format!("{source} {subject}"),
        _ => format!("{source} {id}"),
    };
    let title =
        at(event, &["/data/title", "/data/summary", "/data/message"]).unwrap_or_else(|| {
            match &subject {
                Some(subject) => format!("{kind}: {subject}"),
                None => kind.clone(),
            }
        });
    let mut signal = value::bare(&identity, &title)?;
    signal.state = said.unwrap_or(State::Info);
    let word = at(event, &["/severitytext", "/data/severity", "/severity"]);
    signal.severity = word
        .as_deref()
        .and_then(severity)
        .unwrap_or(Severity::Minor);
    signal.severity_word = word.as_deref().and_then(fit::short);
    signal.sent_at = time(event, &["/time"]);
    signal.labels = labels(event.get("data"));
    for (name, text) in [
        ("source", Some(source)),
        ("type", Some(kind)),
        ("subject", subject),
    ] {
        if let Some(text) = text {
            value::label(&mut signal.labels, name, &text);
        }
    }
    let service = at(event, &["/data/service"]);
    signal.service = service.as_deref().and_then(fit::short);
    let told = at(event, &["/data/description", "/data"]);
    signal.body = told.as_deref().and_then(fit::text);
    Ok(signal)
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn escapes_of_a_header_are_undone_and_all_else_stays() {
        for (value, text) in [
            ("plain", "plain"),
            ("K%C3%A4se%20hangs", "Käse hangs"),
            ("100%25", "100%"),
            ("100%", "100%"),
            ("%zz%4", "%zz%4"),
            ("%+1", "%+1"),
            ("%é1", "%é1"),
            ("%FF", "\u{fffd}"),
            ("", ""),
        ] {
            assert_eq!(decoded(value), text, "{value}");
        }
    }
}
