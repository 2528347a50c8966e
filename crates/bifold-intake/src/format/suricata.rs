//! Events of Suricata (EVE): one, or a line each. Only alerts become signals.

use crate::value::{at, label, number, time};
use crate::{Incoming, Reading, Unread, fit, value};
use bifold_domain::signal::{Severity, Signal, State};
use serde_json::Value;

pub(crate) fn read(incoming: &Incoming<'_>) -> Result<Reading, Unread> {
    let mut reading = Reading::default();
    let mut passed = 0_u64;
    for (place, line) in incoming.text()?.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Value>(line) {
            Ok(event) if at(&event, &["/event_type"]).as_deref() == Some("alert") => {
                reading.add(place, one(&event));
            }
            Ok(_) => passed += 1,
            Err(error) => reading.add(place, Err(error.to_string())),
        }
    }
    if passed > 0 && !reading.signals.is_empty() {
        reading.remark(format!(
            "{passed} events that are no alerts were passed over"
        ));
    }
    Ok(reading)
}

fn one(event: &Value) -> Result<Signal, String> {
    let signature = at(event, &["/alert/signature_id"]).ok_or("there is no signature_id")?;
    let name = at(event, &["/alert/signature"]).ok_or("there is no signature")?;
    let from = at(event, &["/src_ip"]).unwrap_or_else(|| "?".to_owned());
    let to = at(event, &["/dest_ip"]).unwrap_or_else(|| "?".to_owned());
    let identity = format!("{signature} {from} {to}");
    let mut signal = value::bare(&identity, &format!("{name} ({from} to {to})"))?;
    signal.state = State::Info;
    let level = number(event, "/alert/severity");
    signal.severity = match level {
        Some(1) => Severity::Major,
        Some(2) => Severity::Minor,
        Some(3) => Severity::Warning,
        _ => Severity::Info,
    };
    let word = level.map(|level| level.to_string());
    signal.severity_word = word.as_deref().and_then(fit::short);
    signal.sent_at = time(event, &["/timestamp"]);
    signal.group = fit::identity(&signature);
    for (name, pointer) in [
        ("src_ip", "/src_ip"),
        ("src_port", "/src_port"),
        ("dest_ip", "/dest_ip"),
        ("dest_port", "/dest_port"),
        ("proto", "/proto"),
        ("category", "/alert/category"),
        ("action", "/alert/action"),
        ("signature_id", "/alert/signature_id"),
        ("flow_id", "/flow_id"),
        ("host", "/host"),
    ] {
        if let Some(text) = at(event, &[pointer]) {
            label(&mut signal.labels, name, &text);
        }
    }
    Ok(signal)
}
