//! The custody strip: each entry of an item's history as who did what, with the gaps between.

use crate::view::Names;
use crate::web::locale::Locale;
use bifold_domain::time::MINUTE;
use bifold_domain::{At, Directory};
use bifold_store::query::timeline::Entry;
use serde_json::Value;

/// How much later something may be recorded than it happened, before the strip says so.
const LATE: i64 = 60 * MINUTE;

/// One entry.
pub(super) struct Hop {
    pub(super) at: At,
    pub(super) who: String,
    pub(super) did: String,
    /// What was said with it, label and value.
    pub(super) details: Vec<(String, String)>,
    /// Whether it passed into other hands here.
    pub(super) is_hand: bool,
    /// Minutes between happening and recording, where they are a gap.
    pub(super) late_minutes: Option<i64>,
    pub(super) index: i64,
    pub(super) leaf_hash: String,
}

/// Fields worth saying, in this order.
const FIELDS: &[&str] = &[
    "to",
    "at",
    "collector",
    "competence",
    "place",
    "method",
    "tool",
    "version",
    "command",
    "authority",
    "witness",
    "clock_offset_ms",
    "clock_reference",
    "sha256",
    "size_bytes",
    "filename",
    "seal",
    "result",
    "way",
    "purpose",
    "reason",
    "condition",
    "due",
    "how",
    "text",
    "tlp",
    "hold",
    "recipient",
    "legal_basis",
    "expires_at",
];

/// Those of an acquisition.
const COLLECTED: &[&str] = &["at", "collector", "place"];

pub(super) fn strip(l: Locale, entries: Vec<Entry>, directory: &Directory) -> Vec<Hop> {
    let names = Names(directory);
    entries
        .into_iter()
        .map(|entry| hop(l, names, entry))
        .collect()
}

fn hop(l: Locale, names: Names<'_>, entry: Entry) -> Hop {
    let tag = entry.kind.split_once('.').map_or("", |(_, tag)| tag);
    let said = |field: &&str| {
        let value = shown(l, names, field, entry.fact.get(*field)?)?;
        Some((l.word("custody-field", &field.replace('_', "-")), value))
    };
    // How it was acquired stands on a card of its own.
    let fields = if tag == "collected" {
        COLLECTED
    } else {
        FIELDS
    };
    let happened = entry.fact.get("at").and_then(Value::as_str);
    let happened = happened.and_then(|at| At::parse(at).ok());
    let late = happened.map(|at| entry.at.micros() - at.micros());
    Hop {
        at: entry.at,
        who: names.person_text(&entry.actor).shown().to_owned(),
        did: l.word("custody", &tag.replace('_', "-")),
        details: fields.iter().filter_map(said).collect(),
        is_hand: matches!(tag, "collected" | "accepted" | "checked_out" | "checked_in"),
        late_minutes: late.filter(|late| *late > LATE).map(|late| late / MINUTE),
        index: entry.index,
        leaf_hash: entry.leaf_hash,
    }
}

fn shown(l: Locale, names: Names<'_>, field: &str, value: &Value) -> Option<String> {
    if let Some(by) = value.get("redacted_by_entry").and_then(Value::as_u64) {
        return Some(l.with("redacted-under", "n", by.to_string()));
    }
    match (field, value) {
        ("to", Value::String(id)) => Some(names.person_text(id).shown().to_owned()),
        ("at" | "due" | "expires_at", Value::String(at)) => {
            At::parse(at).ok().map(|at| l.moment(&at))
        }
        ("result", Value::String(word)) => Some(l.word("integrity", word)),
        ("way", Value::String(word)) => Some(l.word("evidence-way", word)),
        ("tlp", Value::String(word)) => {
            Some(format!("TLP:{}", word.replace('_', "+").to_uppercase()))
        }
        ("size_bytes", Value::Number(n)) => n.as_i64().map(|n| super::bytes(l, n)),
        ("clock_offset_ms", Value::Number(n)) => Some(format!("{n} ms")),
        (_, Value::String(text)) => Some(text.clone()),
        _ => None,
    }
}
