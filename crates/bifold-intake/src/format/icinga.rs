//! Notifications of Icinga, Nagios and Naemon, as `bifold signal icinga` sends them.
//!
//! The identity is `host!service`, or the host alone. Problems and recoveries change the state;
//! an acknowledgement keeps it; downtimes and flapping are for information.

use crate::value::{at, instant, json, label};
use crate::{Format, Incoming, Reading, Unread, fit, value};
use bifold_domain::signal::{Severity, Signal, State};
use serde_json::Value;

pub(crate) fn read(incoming: &Incoming<'_>) -> Result<Reading, Unread> {
    let body = json(incoming)?;
    let signal = one(&body).map_err(|why| Unread::Other {
        format: Format::Icinga,
        why,
    })?;
    Ok(Reading {
        signals: vec![signal],
        remarks: Vec::new(),
    })
}

fn one(body: &Value) -> Result<Signal, String> {
    let host = at(body, &["/host"]).ok_or("there is no host")?;
    let service = at(body, &["/service"]);
    let kind = at(body, &["/type"]).ok_or("there is no type of notification")?;
    let kind = kind.to_uppercase().replace(' ', "");
    let state = at(body, &["/state"]).unwrap_or_default().to_uppercase();
    let thing = match &service {
        Some(service) => format!("{service} on {host}"),
        None => format!("Host {host}"),
    };
    let mut identity = match &service {
        Some(service) => format!("{host}!{service}"),
        None => host.clone(),
    };
    let title;
    let told = match kind.as_str() {
        "PROBLEM" => {
            title = format!("{thing} is {}", state.to_lowercase());
            State::Firing
        }
        "RECOVERY" => {
            title = format!("{thing} is {}", state.to_lowercase());
            State::Resolved
        }
        "ACKNOWLEDGEMENT" => {
            title = format!("{thing} is {}", state.to_lowercase());
            State::Acknowledged
        }
        // Of the same thing, and not the problem itself: it must not end or repeat that.
        other => {
            identity.push('!');
            identity.push_str(&other.to_lowercase());
            title = format!("{thing}: {}", other.to_lowercase());
            State::Info
        }
    };
    let mut signal = value::bare(&identity, &title)?;
    signal.state = told;
    signal.severity = match state.as_str() {
        "CRITICAL" | "DOWN" => Severity::Critical,
        "UNREACHABLE" | "UNKNOWN" => Severity::Major,
        "WARNING" => Severity::Warning,
        _ => Severity::Info,
    };
    if told == State::Info {
        signal.severity = Severity::Info;
    }
    signal.severity_word = fit::short(&state);
    let said = [at(body, &["/output"]), at(body, &["/comment"])];
    let said: Vec<String> = said.into_iter().flatten().collect();
    signal.body = fit::text(&said.join("\n\n"));
    signal.sent_at = at(body, &["/time"]).as_deref().and_then(instant);
    for (name, text) in [
        ("host", Some(host)),
        ("service", service),
        ("address", at(body, &["/address"])),
        ("author", at(body, &["/author"])),
    ] {
        if let Some(text) = text {
            label(&mut signal.labels, name, &text);
        }
    }
    Ok(signal)
}
