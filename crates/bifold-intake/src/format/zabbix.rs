//! What the media type for Zabbix that Bifold ships sends: a flat object of macros.

use crate::value::{at, instant, json, label, link, number};
use crate::{Format, Incoming, Reading, Unread, fit, value};
use bifold_domain::signal::{Severity, Signal, State};
use serde_json::Value;

pub(crate) fn read(incoming: &Incoming<'_>) -> Result<Reading, Unread> {
    let body = json(incoming)?;
    let mut reading = Reading::default();
    match one(&body, &mut reading) {
        Ok(signal) => reading.signals.push(signal),
        Err(why) => {
            return Err(Unread::Other {
                format: Format::Zabbix,
                why,
            });
        }
    }
    Ok(reading)
}

fn one(body: &Value, reading: &mut Reading) -> Result<Signal, String> {
    let event = at(body, &["/event_id"]).ok_or("there is no event_id")?;
    let title = at(body, &["/subject", "/event_name", "/trigger_name"])
        .ok_or("there is neither a subject nor an event_name")?;
    let mut signal = value::bare(&event, &title)?;
    // 0 is a trigger; discovery, registration and internal events are for information.
    let is_trigger = matches!(number(body, "/event_source"), None | Some(0 | 4));
    let is_update = number(body, "/event_update_status") == Some(1);
    signal.state = match number(body, "/event_value") {
        Some(0) => State::Resolved,
        _ if !is_trigger => State::Info,
        _ if is_update && at(body, &["/event_ack"]).as_deref() == Some("Yes") => {
            State::Acknowledged
        }
        _ => State::Firing,
    };
    let level = number(body, "/event_nseverity");
    signal.severity = match level {
        Some(5) => Severity::Critical,
        Some(4) => Severity::Major,
        Some(3) => Severity::Minor,
        Some(2) => Severity::Warning,
        _ => Severity::Info,
    };
    let word = at(body, &["/event_severity"]);
    signal.severity_word = word.as_deref().and_then(fit::short);
    signal.body = at(body, &["/message"]).as_deref().and_then(fit::text);
    // Zabbix writes local times; only a stamp of seconds is one instant everywhere.
    signal.began_at = at(body, &["/event_timestamp"]).as_deref().and_then(instant);
    for name in ["host", "host_ip", "trigger_id", "event_opdata"] {
        if let Some(text) = at(body, &[&format!("/{name}")]) {
            label(&mut signal.labels, name, &text);
        }
    }
    // Tags come as JSON within a text.
    if let Some(text) = at(body, &["/event_tags"]) {
        match serde_json::from_str::<Vec<Value>>(&text) {
            Ok(tags) => {
                for tag in tags {
                    if let Some(name) = at(&tag, &["/tag"]) {
                        let text = at(&tag, &["/value"]).unwrap_or_default();
                        label(&mut signal.labels, &name, &text);
                    }
                }
            }
            Err(_) => reading.remark("the tags are not a list"),
        }
    }
    let service = signal.labels.get("service");
    signal.service = service.and_then(|text| fit::short(text));
    let url = at(body, &["/zabbix_url"]);
    let trigger = at(body, &["/trigger_id"]);
    if let (Some(url), Some(trigger)) = (url, trigger) {
        let base = url.trim_end_matches('/');
        let url = format!("{base}/tr_events.php?triggerid={trigger}&eventid={event}");
        link(&mut signal.links, "Zabbix", Some(url));
    }
    Ok(signal)
}
