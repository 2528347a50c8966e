//! Findings of the Open Cybersecurity Schema Framework: detection findings (2004), incident
//! findings (2005) and the other classes of category 2.

use crate::value::{at, elements, json, label, number, time};
use crate::{Format, Incoming, Reading, Unread, fit, value};
use bifold_domain::signal::{Severity, Signal, State};
use serde_json::Value;

pub(crate) fn read(incoming: &Incoming<'_>) -> Result<Reading, Unread> {
    let mut reading = Reading::default();
    for (place, finding) in elements(json(incoming)?).iter().enumerate() {
        reading.add(place, one(finding));
    }
    if reading.signals.is_empty() && reading.remarks.is_empty() {
        return Err(Unread::Other {
            format: Format::Ocsf,
            why: "there are no findings".to_owned(),
        });
    }
    Ok(reading)
}

fn one(finding: &Value) -> Result<Signal, String> {
    let class = number(finding, "/class_uid").ok_or("there is no class_uid")?;
    if !(2_000..3_000).contains(&class) {
        return Err(format!("class {class} is no finding"));
    }
    let identity = at(
        finding,
        &[
            "/finding_info/uid",
            "/finding_info_list/0/uid",
            "/finding/uid",
            "/metadata/uid",
        ],
    )
    .ok_or("it has no uid")?;
    let title = at(
        finding,
        &[
            "/finding_info/title",
            "/finding_info_list/0/title",
            "/finding/title",
            "/message",
        ],
    )
    .ok_or("it has no title")?;
    let mut signal = value::bare(&identity, &title)?;
    // 3 closes; a status of 4 or 5 is resolved or closed.
    let closes = number(finding, "/activity_id") == Some(3);
    signal.state = match number(finding, "/status_id") {
        _ if closes => State::Resolved,
        Some(4 | 5) => State::Resolved,
        Some(2) => State::Acknowledged,
        _ => State::Firing,
    };
    signal.severity = match number(finding, "/severity_id") {
        Some(5 | 6) => Severity::Critical,
        Some(4) => Severity::Major,
        Some(3) => Severity::Minor,
        Some(2) => Severity::Warning,
        _ => Severity::Info,
    };
    let word = at(finding, &["/severity"]);
    signal.severity_word = word.as_deref().and_then(fit::short);
    let told = at(finding, &["/finding_info/desc", "/desc", "/message"]);
    signal.body = told.as_deref().and_then(fit::text);
    signal.began_at = time(finding, &["/finding_info/created_time", "/start_time"]);
    signal.sent_at = time(finding, &["/time"]);
    for (name, pointer) in [
        ("class", "/class_name"),
        ("product", "/metadata/product/name"),
        ("verdict", "/verdict"),
        ("is_suspected_breach", "/is_suspected_breach"),
        ("host", "/device/hostname"),
        ("user", "/actor/user/name"),
        ("src_ip", "/src_endpoint/ip"),
        ("dst_ip", "/dst_endpoint/ip"),
    ] {
        if let Some(text) = at(finding, &[pointer]) {
            label(&mut signal.labels, name, &text);
        }
    }
    let link = at(finding, &["/finding_info/src_url", "/src_url"]);
    value::link(&mut signal.links, "Finding", link);
    Ok(signal)
}
