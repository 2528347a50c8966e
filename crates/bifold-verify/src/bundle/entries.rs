//! Reading the lines of `data/ledger`: entries, disclosures, redactions.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bifold_ledger::disclosure::{Disclosure, digest};
use bifold_ledger::hash::Hash;
use bifold_ledger::leaf::Leaf;
use bifold_ledger::tree::leaf_hash;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::files::FileError;
use crate::finding::Findings;
use crate::folder::Folder;

/// The largest file of lines that is read, in bytes.
const MAX_LINES_BYTES: u64 = 1024 * 1024 * 1024;
/// Name of the disclosure that holds what is not redactable.
const BODY: &str = "fact";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryLine {
    index: u64,
    leaf: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DisclosureLine {
    index: u64,
    disclosures: Vec<String>,
}

/// Entry `index` lacks disclosures because of entry `by`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RedactionLine {
    pub(super) index: u64,
    pub(super) by: u64,
}

/// One entry with what was disclosed of it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) index: u64,
    pub(super) leaf: Leaf,
    pub(super) hash: Hash,
    /// The disclosures that belong to it, by digest.
    pub(super) shown: BTreeMap<String, Disclosure>,
    /// Disclosures that do not belong to it, by digest.
    pub(super) foreign: Vec<String>,
}

impl Entry {
    /// How many real disclosures are not shown.
    pub(super) fn missing(&self) -> u64 {
        u64::from(self.leaf.disclosure_count).saturating_sub(self.shown.len() as u64)
    }

    /// The record type and the tag of its kind.
    pub(super) fn kind(&self) -> (&str, &str) {
        self.leaf
            .kind
            .split_once('.')
            .unwrap_or((&self.leaf.kind, ""))
    }

    /// The value of a disclosure.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        let named = self.shown.values().find(|shown| shown.name == name);
        named.map(|shown| &shown.value)
    }

    /// What is not redactable; an empty object if the fact has nothing of that sort, none if it
    /// was removed.
    pub(super) fn body(&self) -> Option<Value> {
        match self.value(BODY) {
            Some(body) => Some(body.clone()),
            None if self.missing() == 0 => Some(Value::Object(Map::new())),
            None => None,
        }
    }
}

/// Everything in `data/ledger` but proofs and signatures.
#[derive(Debug, Default)]
pub(super) struct LedgerPart {
    /// By index.
    pub(super) entries: BTreeMap<u64, Entry>,
    pub(super) redactions: Vec<RedactionLine>,
}

/// Reads it. What cannot be used becomes a finding.
pub(super) fn read(folder: &Folder, out: &mut Findings) -> LedgerPart {
    let mut part = LedgerPart::default();
    let name = "data/ledger/entries.jsonl";
    let mut last = None;
    for line in lines::<EntryLine>(folder, name, out) {
        if last.is_some_and(|last| last >= line.index) {
            let says = format!("entry {} is not in order, or there twice", line.index);
            out.fault("order", name, says);
        }
        last = Some(line.index);
        match entry(&line) {
            Ok(entry) => {
                part.entries.insert(line.index, entry);
            }
            Err(says) => out.fault("entry", &place(line.index), says),
        }
    }
    let name = "data/ledger/disclosures.jsonl";
    for line in lines::<DisclosureLine>(folder, name, out) {
        if let Some(entry) = part.entries.get_mut(&line.index) {
            disclose(entry, &line.disclosures);
        } else {
            let says = format!("it speaks of entry {}, which is not here", line.index);
            out.fault("no_entry", name, says);
        }
    }
    part.redactions = lines(folder, "data/ledger/redactions.jsonl", out);
    examine_times(&part, out);
    part
}

/// How an entry is named in findings.
pub(super) fn place(index: u64) -> String {
    format!("entry {index}")
}

fn entry(line: &EntryLine) -> Result<Entry, String> {
    let bytes = STANDARD.decode(&line.leaf).map_err(|e| e.to_string())?;
    let leaf = Leaf::parse(&bytes).map_err(|e| e.to_string())?;
    if leaf.index != line.index {
        return Err(format!("it says of itself that it is entry {}", leaf.index));
    }
    Ok(Entry {
        index: line.index,
        hash: leaf_hash(&bytes),
        leaf,
        shown: BTreeMap::new(),
        foreign: Vec::new(),
    })
}

/// Gives the entry its disclosures. A repeated one is foreign: a digest stands in a leaf once.
fn disclose(entry: &mut Entry, disclosures: &[String]) {
    for encoded in disclosures {
        let digest = digest(encoded);
        let is_own = entry.leaf.digests.binary_search(&digest).is_ok();
        match Disclosure::decode(encoded) {
            Ok(read) if is_own && !entry.shown.contains_key(&digest) => {
                entry.shown.insert(digest, read);
            }
            _ => entry.foreign.push(digest),
        }
    }
}

/// The ledger's times never go backwards.
fn examine_times(part: &LedgerPart, out: &mut Findings) {
    let mut last = i64::MIN;
    for entry in part.entries.values() {
        if entry.leaf.at_micros < last {
            out.fault(
                "time",
                &place(entry.index),
                "it is earlier than the entry before",
            );
        }
        last = last.max(entry.leaf.at_micros);
    }
}

/// The lines of a file of JSON lines.
fn lines<T: DeserializeOwned>(folder: &Folder, name: &str, out: &mut Findings) -> Vec<T> {
    let bytes = match folder.read(name, MAX_LINES_BYTES) {
        Ok(bytes) => bytes,
        Err(FileError::Missing) => {
            out.fault("missing", name, "it is not in the bundle");
            return Vec::new();
        }
        Err(FileError::Unreadable(why)) => {
            out.gap("unreadable", name, why);
            return Vec::new();
        }
    };
    let mut read = Vec::new();
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(line) => read.push(line),
            Err(error) => out.fault("line", name, format!("line {}: {error}", number + 1)),
        }
    }
    read
}
