//! JSON that may be anything, asked politely.

use crate::fit;
use crate::{Incoming, Unread};
use bifold_domain::At;
use bifold_domain::signal::{LABELS, LINKS, Link, Severity, Signal, State};
use serde_json::Value;
use std::collections::BTreeMap;

/// Bytes of one label's value that are kept.
const LABEL_BYTES: usize = 1_000;
/// Bytes of one label's name that are kept.
const NAME_BYTES: usize = 100;

/// The body as JSON.
pub(crate) fn json(incoming: &Incoming<'_>) -> Result<Value, Unread> {
    serde_json::from_slice(incoming.body).map_err(|error| Unread::Json(error.to_string()))
}

/// The elements of an array, or the one thing itself.
pub(crate) fn elements(value: Value) -> Vec<Value> {
    match value {
        Value::Array(all) => all,
        one => vec![one],
    }
}

/// A scalar as text; nothing for null, lists and objects.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        _ => None,
    }
}

/// The first of these pointers that holds a scalar.
pub(crate) fn at(value: &Value, pointers: &[&str]) -> Option<String> {
    pointers
        .iter()
        .find_map(|pointer| value.pointer(pointer).and_then(scalar))
}

/// A whole number, also when it stands in quotes.
pub(crate) fn number(value: &Value, pointer: &str) -> Option<i64> {
    match value.pointer(pointer)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// An instant: RFC 3339, or a count since the epoch in seconds, milli-, micro- or nanoseconds.
pub(crate) fn instant(text: &str) -> Option<At> {
    // No way of writing an instant is longer, and what follows copies it.
    if text.len() > 64 {
        return None;
    }
    // Go and others write the zone twice, or as a word.
    let text = text.trim();
    let (text, says_utc) = match text.strip_suffix(" UTC") {
        Some(text) => (text, true),
        None => (text, false),
    };
    // Nothing ends in the first year of our era; it stands for "not yet".
    if text.starts_with("0001-") {
        return None;
    }
    if let Ok(at) = At::parse(text) {
        return Some(at);
    }
    // With a space instead of the T, and an offset without a colon, as some write it.
    let spaced = text.replacen(' ', "T", 1).replace(' ', "");
    let spaced = if says_utc && !spaced.contains('+') {
        format!("{spaced}Z")
    } else {
        spaced
    };
    let bent = match spaced.rfind(['+', '-']) {
        // The place is between two characters only if the offset is digits, which it may not be.
        Some(sign) if sign > 10 && spaced.len() == sign + 5 => {
            match spaced.split_at_checked(sign + 3) {
                Some((head, tail)) => format!("{head}:{tail}"),
                None => return None,
            }
        }
        _ => spaced,
    };
    if let Ok(at) = At::parse(&bent) {
        return Some(at);
    }
    let count: f64 = text.trim().parse().ok()?;
    if !count.is_finite() {
        return None;
    }
    let micros = match count.abs() {
        c if c < 1e8 => return None,
        c if c < 1e11 => count * 1e6,
        c if c < 1e14 => count * 1e3,
        c if c < 1e17 => count,
        _ => count / 1e3,
    };
    #[allow(clippy::cast_possible_truncation)] // Held inside the years that an instant has.
    Some(At::from_micros(micros as i64))
}

/// An instant where one stands.
pub(crate) fn time(value: &Value, pointers: &[&str]) -> Option<At> {
    pointers
        .iter()
        .find_map(|pointer| instant(&scalar(value.pointer(pointer)?)?))
}

/// The scalars of an object, as labels; those of objects in it with a dot, two deep.
pub(crate) fn labels(value: Option<&Value>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    if let Some(Value::Object(members)) = value {
        for (name, value) in members {
            match value {
                Value::Object(inner) => {
                    // Cut before it is repeated: a long name over many members would be copied
                    // as often as there are members.
                    let name = plain(name, NAME_BYTES);
                    for (below, value) in inner {
                        put(&mut found, &format!("{name}.{below}"), value);
                    }
                }
                other => put(&mut found, name, other),
            }
        }
    }
    found
}

fn put(labels: &mut BTreeMap<String, String>, name: &str, value: &Value) {
    let Some(text) = scalar(value) else {
        return;
    };
    label(labels, name, &text);
}

/// Adds a label, cut and without control characters, while there is room.
pub(crate) fn label(labels: &mut BTreeMap<String, String>, name: &str, text: &str) {
    if labels.len() < LABELS {
        labels.insert(plain(name, NAME_BYTES), plain(text, LABEL_BYTES));
    }
}

/// The beginning of a text, without control characters.
fn plain(text: &str, limit: usize) -> String {
    let mut kept = String::new();
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if kept.len() + c.len_utf8() > limit {
            break;
        }
        kept.push(c);
    }
    kept
}

/// Adds a link, if it leads somewhere.
#[expect(
    clippy::needless_pass_by_value,
    reason = "every caller has just made it"
)]
pub(crate) fn link(links: &mut Vec<Link>, label: &str, url: Option<String>) {
    let (Some(label), Some(url)) = (fit::short(label), url.as_deref().and_then(fit::link)) else {
        return;
    };
    if links.len() < LINKS && links.iter().all(|link| link.url != url) {
        links.push(Link { label, url });
    }
}

/// A word for how bad something is, from any of the scales that are in use.
pub(crate) fn severity(word: &str) -> Option<Severity> {
    Some(match word.trim().to_lowercase().as_str() {
        "critical" | "crit" | "disaster" | "emergency" | "emerg" | "fatal" | "alert" | "page"
        | "p1" | "sev1" | "sev-1" | "blocker" | "down" => Severity::Critical,
        "major" | "high" | "error" | "err" | "p2" | "sev2" | "sev-2" | "failure" | "failed" => {
            Severity::Major
        }
        "minor" | "average" | "medium" | "moderate" | "p3" | "sev3" | "sev-3" => Severity::Minor,
        "warning" | "warn" | "low" | "p4" | "sev4" | "sev-4" => Severity::Warning,
        "info" | "information" | "informational" | "notice" | "none" | "debug" | "trace" | "ok"
        | "p5" | "sev5" | "sev-5" | "unknown" | "not_classified" => Severity::Info,
        _ => return None,
    })
}

/// A word for whether something is wrong.
pub(crate) fn state(word: &str) -> Option<State> {
    Some(match word.trim().to_lowercase().as_str() {
        "firing" | "alerting" | "problem" | "open" | "opened" | "trigger" | "triggered"
        | "down" | "critical" | "warning" | "active" | "new" | "error" | "alarm" | "1" | "true" => {
            State::Firing
        }
        "acknowledged" | "acknowledge" | "ack" | "acked" => State::Acknowledged,
        "resolved" | "resolve" | "ok" | "closed" | "close" | "recovery" | "recovered" | "up"
        | "normal" | "inactive" | "cleared" | "clear" | "0" | "false" => State::Resolved,
        "info" | "event" => State::Info,
        _ => return None,
    })
}

/// A signal of which only this much is known.
pub(crate) fn bare(identity: &str, title: &str) -> Result<Signal, String> {
    Ok(Signal {
        external_id: fit::identity(identity).ok_or("it has no identity")?,
        began_at: None,
        state: State::Firing,
        severity: Severity::Minor,
        severity_word: None,
        title: fit::title(title).ok_or("it has no title")?,
        body: None,
        service: None,
        group: None,
        labels: BTreeMap::new(),
        links: Vec::new(),
        sent_at: None,
    })
}

impl Incoming<'_> {
    /// The body as text.
    pub(crate) fn text(&self) -> Result<&str, Unread> {
        std::str::from_utf8(self.body).map_err(|_| Unread::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_as_they_are_written_about() {
        let noon = At::parse("2026-03-01T12:00:00Z").unwrap();
        for text in [
            "2026-03-01T12:00:00Z",
            "2026-03-01 12:00:00+00:00",
            "2026-03-01T13:00:00.000000+0100",
            "1772366400",
            "1772366400000",
            "1772366400000000000",
            "2026-03-01 12:00:00 UTC",
            "2026-03-01 12:00:00.000000000 +0000 UTC",
        ] {
            assert_eq!(instant(text), Some(noon), "{text}");
        }
        let long = "1".repeat(1 << 20);
        for text in [
            "0001-01-01T00:00:00Z",
            "",
            "soon",
            "7",
            "nan",
            "inf",
            "2026-03-01T12:00:00+a\u{e9}b",
            "2026-03-01 12:00:00",
            &long,
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn a_long_name_over_many_members_costs_no_more_than_it_is_long() {
        let inner: serde_json::Map<String, Value> = (0..20_000)
            .map(|at| (at.to_string(), Value::Null))
            .collect();
        let mut outer = serde_json::Map::new();
        outer.insert("n".repeat(1 << 20), Value::Object(inner));
        let found = labels(Some(&Value::Object(outer)));
        // Twenty gigabytes would have been copied.
        assert!(found.is_empty());
    }
}
