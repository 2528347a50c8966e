//! The timeline in sentences: each ledger entry as who did what, and what they wrote.

use super::row::lane_style;
use crate::api::incidents::timeline::Happening;
use crate::view::Names;
use crate::web::locale::Locale;
use crate::web::markdown;
use bifold_domain::kind::KindKey;
use bifold_domain::level::Act;
use bifold_domain::{At, Directory};
use fluent_bundle::FluentArgs;
use serde::Deserialize;
use serde_json::Value;

/// One thing that happened.
pub(crate) struct Sentence {
    pub(crate) n: i64,
    pub(crate) at: At,
    pub(crate) who: String,
    /// What they did.
    pub(crate) did: String,
    /// What they wrote, as markup.
    pub(crate) said: String,
    pub(crate) style: &'static str,
    /// Who can see this entry, in words.
    pub(crate) visible_to: String,
    pub(crate) is_outward: bool,
    pub(crate) index: i64,
    pub(crate) origin: String,
    pub(crate) leaf_hash: String,
    /// What of the room it is about, whose words stand elsewhere.
    pub(super) of_room: Option<OfRoom>,
}

/// Something in the room, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfRoom {
    Message(u32),
    Decision(u32),
}

impl OfRoom {
    fn of(short: &str, fact: &Value) -> Option<Self> {
        let n = u32::try_from(fact.get("n")?.as_u64()?).ok()?;
        match short {
            "message_kept" => Some(Self::Message(n)),
            "decision_taken" | "decision_dropped" => Some(Self::Decision(n)),
            _ => None,
        }
    }
}

/// A text of a fact, which may be redactable (`{"~": "…"}`) or plain.
fn text(value: Option<&Value>) -> Option<&str> {
    let value = value?;
    value.as_str().or_else(|| value.get("~")?.as_str())
}

fn is_sensitive(directory: &Directory, lane: &str) -> bool {
    KindKey::parse(lane).is_ok_and(|kind| directory.policy.is_sensitive(&kind))
}

/// What the sentence of a fact may name.
fn named<'a>(l: Locale, fact: &'a Value, directory: &Directory) -> FluentArgs<'a> {
    let names = Names(directory);
    let mut args = FluentArgs::new();
    for (key, value) in fact.as_object().into_iter().flatten() {
        let Some(value) = value.as_str() else {
            continue;
        };
        args.set(key.as_str().to_owned(), shown(l, names, key, value));
    }
    if let Some(number) = fact.get("handling").and_then(Value::as_u64) {
        args.set("handling", number);
    }
    if let Some(metric) = fact.pointer("/clock/metric").and_then(Value::as_str) {
        args.set("metric", l.word("metric", metric));
    }
    if let Some(act) = fact.get("act").and_then(|act| Act::deserialize(act).ok()) {
        args.set("act", super::clocks::act(l, &act, directory));
    }
    if let Some(people) = fact.get("people").and_then(Value::as_array) {
        let people = people.iter().filter_map(Value::as_str);
        let people = people.map(|id| names.person_text(id).shown().to_owned());
        args.set("people", people.collect::<Vec<_>>().join(", "));
    }
    if let Some(title) = text(fact.get("title")) {
        args.set("title", title.to_owned());
    }
    if let Some(other) = fact
        .get("relation")
        .and_then(|r| r.get("kind"))
        .and_then(Value::as_str)
    {
        args.set("relation", l.word("relation", other));
    }
    if let Some(likely) = fact.get("likely").and_then(Value::as_u64) {
        args.set("likely", likely);
    }
    args
}

/// Which sentence a fact has.
fn key_of(short: &str, fact: &Value) -> String {
    let key = short.replace('_', "-");
    let people = fact.get("people").and_then(Value::as_array);
    let which = match people {
        Some(people) if people.is_empty() => "-nobody",
        _ if fact.get("likely").is_some() => "-likely",
        _ => "",
    };
    format!("fact-{key}{which}")
}

pub(crate) fn sentence(l: Locale, h: Happening, directory: &Directory) -> Sentence {
    let short = h
        .kind
        .split_once('.')
        .map_or(h.kind.as_str(), |(_, short)| short);
    let fact = &h.fact;
    let args = named(l, fact, directory);
    let person = ["person", "owner", "to"]
        .iter()
        .find_map(|k| fact.get(*k)?.as_str());
    let key = key_of(short, fact);
    // Who it was given to is said only when it was given to somebody.
    let with_person = person.and_then(|_| l.find(&format!("{key}-person"), Some(&args)));
    let did = with_person
        .or_else(|| l.find(&key, Some(&args)))
        .unwrap_or_else(|| short.replace('_', " "));
    let is_outward = fact.get("audience").and_then(Value::as_str) == Some("outward");
    let visible_to = match (&h.lane, is_outward) {
        (Some(lane), _) if is_sensitive(directory, lane) => {
            l.with("visible-lane", "lane", l.word("kind", lane))
        }
        (_, true) => l.t("visible-outward"),
        _ => l.t("visible-readers"),
    };
    Sentence {
        n: h.n,
        at: h.at,
        who: h.by.name.unwrap_or_else(|| l.t("somebody")),
        did,
        said: said(fact),
        style: h.lane.as_deref().map_or("", lane_style),
        of_room: OfRoom::of(short, fact),
        visible_to,
        is_outward,
        index: h.index,
        origin: h.origin,
        leaf_hash: h.leaf_hash,
    }
}

/// What was written with it: the one text that says why or what.
fn said(fact: &Value) -> String {
    let keys = [
        "text",
        "conditions",
        "actions",
        "needs",
        "bridge",
        "note",
        "reason",
        "loss",
        "outcome",
        "basis",
        "handover",
        "description",
    ];
    let texts = keys.iter().filter_map(|key| text(fact.get(*key)));
    texts.map(markdown::html).collect()
}

/// A value of a fact in words: ids by name, words of closed sets in the person's language.
fn shown(l: Locale, names: Names<'_>, key: &str, value: &str) -> String {
    match key {
        "person" | "owner" | "to" | "from" | "responsible" if value.starts_with("per_") => names
            .person_text(value)
            .name
            .unwrap_or_else(|| l.t("somebody")),
        "team" => names.team_text(value).name.unwrap_or_else(|| l.t("nobody")),
        "service" => names
            .service_text(value)
            .name
            .unwrap_or_else(|| value.to_owned()),
        "kind" | "lane" => l.word("kind", value),
        "finding" | "proposed" => l.word("finding", value),
        "role" => l.word("incident-role", value),
        "on" => l.word("pending", value),
        "until" | "due" | "restored_at" | "at" => {
            value.get(..16).unwrap_or(value).replace('T', " ")
        }
        "type" => l.word("catalogue", value),
        "impact" | "urgency" | "tlp" | "ground" | "channel" | "course" | "side" => {
            l.word(key, value)
        }
        _ => l.word("value", value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_in_either_spelling() {
        assert_eq!(text(Some(&serde_json::json!("a"))), Some("a"));
        assert_eq!(text(Some(&serde_json::json!({"~": "b"}))), Some("b"));
        assert_eq!(text(Some(&serde_json::json!({"redacted": true}))), None);
    }

    #[test]
    fn every_fact_of_an_incident_has_a_sentence() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../bifold-domain/tests/golden");
        let l = Locale::default();
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let Some(kind) = name
                .strip_prefix("incident.")
                .and_then(|n| n.strip_suffix(".json"))
            else {
                continue;
            };
            let key = format!("fact-{}", kind.replace('_', "-"));
            assert!(l.has(&key), "{key} is not in the messages");
        }
    }
}
