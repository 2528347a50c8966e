//! From a fact to a ledger leaf with disclosures, and back.
//!
//! Everything redactable in a fact becomes a disclosure of its own, named by its JSON pointer;
//! what remains becomes one disclosure named `fact`. The leaf holds their digests only.

use crate::error::{Error, Result};
use crate::shell::Entropy;
use bifold_domain::disclosure::Disclosure as Disclosed;
use bifold_domain::record::split_tag;
use bifold_domain::redact::{REDACTED_KEY, VALUE_KEY};
use bifold_domain::{Fact, Record as _, Subject};
use bifold_ledger::disclosure::Disclosure;
use serde_json::{Map, Value};

/// The name of the disclosure that holds what is not redactable.
pub(crate) const BODY: &str = "fact";

/// A fact, taken apart.
#[derive(Debug)]
pub(crate) struct Parts {
    /// Such as `incident.declared`.
    pub kind: String,
    /// RFC 9901 disclosures, encoded.
    pub disclosures: Vec<String>,
    /// The redactable texts, for the search index.
    pub words: String,
}

/// Whether the words of such a record are in the search index. Those of disclosures are not: who
/// finds a word in a list of all words knows that somebody said it.
pub(crate) fn is_searched(record_type: &str) -> bool {
    record_type != Disclosed::TYPE
}

/// Takes a fact apart.
pub(crate) fn split(subject: &Subject, fact: &Fact, entropy: &Entropy) -> Result<Parts> {
    let json = fact.to_json().map_err(Error::damaged)?;
    let (tag, mut body) = split_tag(json).ok_or_else(|| Error::damaged("a fact without a name"))?;
    let mut found = Vec::new();
    let mut words = String::new();
    lift(&mut body, &mut String::new(), &mut found);
    let mut disclosures = Vec::with_capacity(found.len() + 1);
    for (name, value) in found {
        if let Value::String(text) = &value {
            words.push_str(text);
            words.push('\n');
        }
        disclosures.push(
            Disclosure {
                salt: entropy.take(),
                name,
                value,
            }
            .encode(),
        );
    }
    if body.as_object().is_none_or(|o| !o.is_empty()) {
        let salt = entropy.take();
        disclosures.push(
            Disclosure {
                salt,
                name: BODY.to_owned(),
                value: body,
            }
            .encode(),
        );
    }
    Ok(Parts {
        kind: format!("{}.{tag}", subject.record_type()),
        disclosures,
        words,
    })
}

/// Moves every redactable value out of the JSON and leaves the mark of a redacted one.
fn lift(json: &mut Value, pointer: &mut String, found: &mut Vec<(String, Value)>) {
    let length = pointer.len();
    match json {
        Value::Object(map) if map.len() == 1 && map.contains_key(VALUE_KEY) => {
            if let Some(value) = map.remove(VALUE_KEY) {
                found.push((pointer.clone(), value));
                map.insert(REDACTED_KEY.to_owned(), Value::from(0));
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                lift(value, pointer, found);
                pointer.truncate(length);
            }
        }
        Value::Array(items) => {
            for (i, value) in items.iter_mut().enumerate() {
                pointer.push('/');
                pointer.push_str(&i.to_string());
                lift(value, pointer, found);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}

/// Puts a fact together again. Whatever has no disclosure any more is redacted by entry `by`.
pub(crate) fn join(kind: &str, disclosures: &str, by: u64) -> Result<Fact> {
    let (record_type, json) = join_json(kind, disclosures, by)?;
    Fact::from_json(&record_type, json)
        .map_err(|e| Error::damaged(format!("a fact of kind {kind}: {e}")))
}

/// The JSON of a fact, with its tag, and its record type.
pub(crate) fn join_json(kind: &str, disclosures: &str, by: u64) -> Result<(String, Value)> {
    let (record_type, tag) = kind
        .split_once('.')
        .ok_or_else(|| Error::damaged(format!("an entry of unknown kind {kind:?}")))?;
    let mut body = Value::Object(Map::new());
    let mut values = Vec::new();
    for line in disclosures.lines().filter(|line| !line.is_empty()) {
        let disclosure = Disclosure::decode(line).map_err(Error::damaged)?;
        if disclosure.name == BODY {
            body = disclosure.value;
        } else {
            values.push((disclosure.name, disclosure.value));
        }
    }
    for (pointer, value) in values {
        let slot = body
            .pointer_mut(&pointer)
            .ok_or_else(|| Error::damaged(format!("a disclosure without a place: {pointer}")))?;
        *slot = Value::Object(Map::from_iter([(VALUE_KEY.to_owned(), value)]));
    }
    mark_redacted(&mut body, by);
    if let Some(map) = body.as_object_mut() {
        map.insert("fact".to_owned(), Value::from(tag));
    }
    Ok((record_type.to_owned(), body))
}

/// The redactable texts among stored disclosures, as `split` gave them to the search index.
pub(crate) fn words(disclosures: &str) -> Result<String> {
    let mut words = String::new();
    for line in disclosures.lines().filter(|line| !line.is_empty()) {
        let disclosure = Disclosure::decode(line).map_err(Error::damaged)?;
        if let (true, Value::String(text)) = (disclosure.name != BODY, &disclosure.value) {
            words.push_str(text);
            words.push('\n');
        }
    }
    Ok(words)
}

fn mark_redacted(json: &mut Value, by: u64) {
    match json {
        Value::Object(map) if map.len() == 1 && map.contains_key(REDACTED_KEY) => {
            map.insert(REDACTED_KEY.to_owned(), Value::from(by));
        }
        Value::Object(map) => map.values_mut().for_each(|value| mark_redacted(value, by)),
        Value::Array(items) => items.iter_mut().for_each(|value| mark_redacted(value, by)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bifold_domain::incident::{self, Audience};
    use bifold_domain::{IncidentId, Redactable, Text};

    fn note() -> (Subject, Fact) {
        let text = Text::parse("Ada saw it first").unwrap();
        let fact = incident::Fact::NoteAdded {
            text: text.into(),
            lane: None,
            audience: Audience::Internal,
            next_by: None,
        };
        (
            Subject::Incident(IncidentId::from_bits(1)),
            Fact::Incident(fact),
        )
    }

    #[test]
    fn a_fact_comes_back_as_it_was() {
        let (subject, fact) = note();
        let parts = split(&subject, &fact, &Entropy::default()).unwrap();
        assert_eq!(parts.kind, "incident.note_added");
        assert_eq!(parts.words, "Ada saw it first\n");
        assert_eq!(parts.disclosures.len(), 2);
        assert_eq!(
            join(&parts.kind, &parts.disclosures.join("\n"), 0).unwrap(),
            fact
        );
    }

    #[test]
    fn a_deleted_disclosure_reads_as_redacted_by_the_entry_that_says_so() {
        let (subject, fact) = note();
        let mut parts = split(&subject, &fact, &Entropy::default()).unwrap();
        parts
            .disclosures
            .retain(|d| Disclosure::decode(d).unwrap().name == BODY);
        let Fact::Incident(incident::Fact::NoteAdded { text, .. }) =
            join(&parts.kind, &parts.disclosures.join("\n"), 77).unwrap()
        else {
            panic!("another fact")
        };
        assert_eq!(text, Redactable::Redacted(77));
    }
}
