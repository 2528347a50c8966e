//! The records: each one's chain has no gap, and goes up to where the export says.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::entries::{Entry, LedgerPart, place};
use crate::finding::Findings;

/// The kind of the last entry of an exported incident.
const EXPORTED: &str = "incident.exported";

/// Up to which entry a record is in the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Head {
    record: String,
    id: String,
    n: u64,
    /// Whether the bytes of an item go along.
    #[serde(default)]
    with_bytes: bool,
}

/// The entries of one record, in order.
pub(super) type Chain<'a> = Vec<&'a Entry>;

/// The records of the bundle.
#[derive(Debug, Default)]
pub(super) struct Records<'a> {
    /// By the id of the record.
    pub(super) chains: BTreeMap<&'a str, Chain<'a>>,
    /// The incident's id.
    pub(super) incident: Option<&'a str>,
    /// Index of the entry of the export.
    pub(super) exported: Option<u64>,
    /// Items whose bytes the export says go along.
    pub(super) with_bytes: BTreeSet<String>,
}

impl<'a> Records<'a> {
    /// The records of a type.
    pub(super) fn of_type(&self, record: &str) -> impl Iterator<Item = (&'a str, &Chain<'a>)> {
        let chains = self.chains.iter();
        chains
            .filter(move |(_, chain)| record_type(chain) == record)
            .map(|(id, chain)| (*id, chain))
    }
}

fn record_type<'a>(chain: &Chain<'a>) -> &'a str {
    chain.first().map_or("", |entry| entry.kind().0)
}

/// Sorts the entries into records and checks each chain and each end.
pub(super) fn check<'a>(part: &'a LedgerPart, out: &mut Findings) -> Records<'a> {
    let mut records = Records::default();
    let about_records = |entry: &&Entry| entry.kind().0 != "ledger";
    for entry in part.entries.values().filter(about_records) {
        let id = entry.leaf.subject.id.as_str();
        records.chains.entry(id).or_default().push(entry);
    }
    for (id, chain) in &records.chains {
        links(id, chain, out);
    }
    let incidents: Vec<&str> = records.of_type("incident").map(|(id, _)| id).collect();
    match incidents.as_slice() {
        [one] => records.incident = Some(one),
        all => {
            let says = format!("it holds {} incidents, a bundle is of one", all.len());
            out.fault("incidents", "", says);
            return records;
        }
    }
    if let Some((exported, with_bytes)) = ends(&records, out) {
        records.exported = Some(exported);
        records.with_bytes = with_bytes;
    }
    records
}

/// From 0 without a gap, each entry naming the one before.
fn links(id: &str, chain: &Chain<'_>, out: &mut Findings) {
    let record = record_type(chain);
    let mut before = None;
    for (expected, entry) in (0..).zip(chain) {
        let place = place(entry.index);
        let subject = &entry.leaf.subject;
        if subject.n != expected {
            let says = format!(
                "{id}: it is step {} where {expected} belongs; entries are missing",
                subject.n
            );
            out.fault("gap", &place, says);
            return;
        }
        if subject.prev != before {
            let says = format!("{id}: it does not follow from step {}", expected - 1);
            out.fault("broken", &place, says);
            return;
        }
        if entry.kind().0 != record {
            out.fault("other_type", &place, format!("{id} is of type {record}"));
        }
        before = Some(entry.hash);
    }
}

/// The incident ends with its export, and every other record where the export says. Gives the
/// index of the export, and the items whose bytes go along.
fn ends(records: &Records<'_>, out: &mut Findings) -> Option<(u64, BTreeSet<String>)> {
    let incident = records.incident?;
    let last = records.chains.get(incident).and_then(|chain| chain.last());
    let Some(exported) = last.filter(|entry| entry.leaf.kind == EXPORTED) else {
        let says = "its last entry is not its export; the end was cut off";
        out.fault("not_exported", incident, says);
        return None;
    };
    let Some(heads) = heads(exported) else {
        let says = "it does not say up to where each record goes";
        out.fault("no_heads", &place(exported.index), says);
        return None;
    };
    for head in &heads {
        let chain = records.chains.get(head.id.as_str());
        let chain = chain.filter(|chain| record_type(chain) == head.record);
        let found = chain
            .and_then(|chain| chain.last())
            .map(|entry| entry.leaf.subject.n);
        if found != Some(head.n) {
            let found = found.map_or("is not here".to_owned(), |n| format!("ends with step {n}"));
            let says = format!("it {found}; at the export it ended with step {}", head.n);
            out.fault("cut_off", &head.id, says);
        }
    }
    let is_known = |id: &str| id == incident || heads.iter().any(|head| head.id == id);
    for id in records.chains.keys().filter(|id| !is_known(id)) {
        out.fault("stray_record", id, "the export does not name it");
    }
    let mut ids: Vec<&str> = heads.iter().map(|head| head.id.as_str()).collect();
    ids.sort_unstable();
    if !ids.is_sorted_by(|a, b| a < b) {
        out.fault("heads", &place(exported.index), "it names a record twice");
    }
    let with_bytes = heads.into_iter().filter(|head| head.with_bytes);
    Some((exported.index, with_bytes.map(|head| head.id).collect()))
}

fn heads(exported: &Entry) -> Option<Vec<Head>> {
    let body = exported.body()?;
    let heads: &Value = body.get("heads")?;
    serde_json::from_value(heads.clone()).ok()
}
