//! Prometheus Alertmanager's webhook of version 4, Grafana Alerting's, which is of the same family,
//! and the plain array that a Prometheus sends.
//!
//! Resolved is said alert by alert, never by the group: a firing group may hold alerts that are
//! over. An end in the year 1 means that there is none yet.

use crate::value::{at, instant, json, label, labels, link, severity, time};
use crate::{Format, Incoming, Reading, Unread, fit, value};
use bifold_domain::signal::{Severity, Signal, State};
use ring::digest::{SHA256, digest};
use serde_json::Value;
use std::collections::BTreeMap;

pub(crate) fn read(format: Format, incoming: &Incoming<'_>) -> Result<Reading, Unread> {
    let body = json(incoming)?;
    let other = |why: &str| Unread::Other {
        format,
        why: why.to_owned(),
    };
    let alerts = body
        .get("alerts")
        .and_then(Value::as_array)
        .ok_or_else(|| other("there is no list of alerts"))?;
    let group = at(&body, &["/groupKey"]);
    let home = at(&body, &["/externalURL"]);
    let mut reading = Reading::default();
    for (place, alert) in alerts.iter().enumerate() {
        let read = one(alert).map(|mut signal| {
            signal.group = group.as_deref().and_then(fit::identity);
            link(&mut signal.links, "Alertmanager", home.clone());
            signal
        });
        reading.add(place, read);
    }
    if let Some(cut) = value::number(&body, "/truncatedAlerts").filter(|cut| *cut > 0) {
        reading.remark(format!("the sender left {cut} alerts out of this delivery"));
    }
    Ok(reading)
}

pub(crate) fn read_array(incoming: &Incoming<'_>) -> Result<Reading, Unread> {
    let Value::Array(alerts) = json(incoming)? else {
        return Err(Unread::Other {
            format: Format::Prometheus,
            why: "it is not a list of alerts".to_owned(),
        });
    };
    let mut reading = Reading::default();
    for (place, alert) in alerts.iter().enumerate() {
        // Nobody says here whether it is over: an end that has come does.
        let over = time(alert, &["/endsAt"]).is_some_and(|end| end <= incoming.received_at);
        let read = one(alert).map(|mut signal| {
            signal.state = if over { State::Resolved } else { State::Firing };
            signal
        });
        reading.add(place, read);
    }
    Ok(reading)
}

fn one(alert: &Value) -> Result<Signal, String> {
    let known = labels(alert.get("labels"));
    let notes = labels(alert.get("annotations"));
    let named = |map: &BTreeMap<String, String>, names: &[&str]| {
        names.iter().find_map(|name| map.get(*name).cloned())
    };
    let name = named(&known, &["alertname"]);
    let title = named(&notes, &["summary", "title"])
        .or_else(|| {
            let place = named(&known, &["instance", "host", "node", "pod"]);
            let name = name.clone()?;
            Some(place.map_or_else(|| name.clone(), |place| format!("{name} on {place}")))
        })
        .or_else(|| named(&notes, &["description", "message"]))
        .ok_or("it has neither a name nor a summary")?;
    let identity = at(alert, &["/fingerprint"]).unwrap_or_else(|| fingerprint(&known));
    let mut signal = value::bare(&identity, &title)?;
    signal.began_at = time(alert, &["/startsAt"]);
    signal.state = match at(alert, &["/status"]).as_deref() {
        Some("resolved") => State::Resolved,
        _ => State::Firing,
    };
    let word = named(&known, &["severity", "priority", "level"]);
    signal.severity = word
        .as_deref()
        .and_then(severity)
        .unwrap_or(Severity::Minor);
    signal.severity_word = word.as_deref().and_then(fit::short);
    let told = ["description", "message", "runbook"];
    signal.body = named(&notes, &told).as_deref().and_then(fit::text);
    let service = named(&known, &["service", "service_name", "app"]);
    signal.service = service.as_deref().and_then(fit::short);
    for (word, pointers) in [
        ("Source", ["/generatorURL", "/generatorUrl"].as_slice()),
        ("Runbook", ["/annotations/runbook_url"].as_slice()),
        ("Dashboard", ["/dashboardURL"].as_slice()),
        ("Panel", ["/panelURL"].as_slice()),
        ("Silence", ["/silenceURL"].as_slice()),
    ] {
        link(&mut signal.links, word, at(alert, pointers));
    }
    // When it is over, that is what was seen last.
    signal.sent_at = match signal.state {
        State::Resolved => at(alert, &["/endsAt"]).as_deref().and_then(instant),
        _ => None,
    };
    signal.labels = known;
    if let Some(values) = at(alert, &["/valueString"]) {
        label(&mut signal.labels, "values", &values);
    }
    Ok(signal)
}

/// The same labels are the same alert: for senders that give no fingerprint.
fn fingerprint(labels: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    for (name, value) in labels {
        for part in [name, "\u{1}", value, "\u{2}"] {
            text.push_str(part);
        }
    }
    let whole = digest(&SHA256, text.as_bytes());
    fit::hex(whole.as_ref().get(..8).unwrap_or_default())
}
