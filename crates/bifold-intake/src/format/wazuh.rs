//! Alerts of Wazuh, as its integrator hands them over: something happened, and is never over.

use crate::value::{at, json, label, number, time};
use crate::{Format, Incoming, Reading, Unread, fit, value};
use bifold_domain::signal::{Severity, Signal, State};
use serde_json::Value;

pub(crate) fn read(incoming: &Incoming<'_>) -> Result<Reading, Unread> {
    let body = json(incoming)?;
    let signal = one(&body).map_err(|why| Unread::Other {
        format: Format::Wazuh,
        why,
    })?;
    Ok(Reading {
        signals: vec![signal],
        remarks: Vec::new(),
    })
}

fn one(body: &Value) -> Result<Signal, String> {
    let rule = at(body, &["/rule/id", "/rule_id"]).ok_or("there is no rule")?;
    let agent = at(body, &["/agent/name", "/agent/id"]);
    let title =
        at(body, &["/rule/description", "/title", "/text"]).ok_or("the rule has no description")?;
    let title = match &agent {
        Some(agent) => format!("{title} ({agent})"),
        None => title,
    };
    // The rule on the agent is the thing; each alert has an id that never comes again.
    let identity = format!("{rule}@{}", agent.as_deref().unwrap_or("-"));
    let mut signal = value::bare(&identity, &title)?;
    signal.state = State::Info;
    let level = number(body, "/rule/level");
    signal.severity = match level {
        Some(15..) => Severity::Critical,
        Some(12..) => Severity::Major,
        Some(8..) => Severity::Minor,
        Some(5..) => Severity::Warning,
        _ => Severity::Info,
    };
    let word = level.map(|level| format!("level {level}"));
    signal.severity_word = word.as_deref().and_then(fit::short);
    signal.sent_at = time(body, &["/timestamp"]);
    let told = at(body, &["/full_log", "/all_fields/full_log"]);
    signal.body = told.as_deref().and_then(fit::text);
    for (name, pointer) in [
        ("rule", "/rule/id"),
        ("agent", "/agent/name"),
        ("agent_ip", "/agent/ip"),
        ("location", "/location"),
        ("srcip", "/data/srcip"),
        ("user", "/data/dstuser"),
        ("alert", "/id"),
        ("fired", "/rule/firedtimes"),
    ] {
        if let Some(text) = at(body, &[pointer]) {
            label(&mut signal.labels, name, &text);
        }
    }
    let groups = body.pointer("/rule/groups").and_then(Value::as_array);
    let groups: Vec<&str> = groups
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !groups.is_empty() {
        label(&mut signal.labels, "groups", &groups.join(","));
    }
    Ok(signal)
}
