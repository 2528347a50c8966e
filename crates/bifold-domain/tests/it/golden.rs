//! Every fact ever released reads for ever, and is written as it always was.
//!
//! `tests/golden/<record>.<fact>.json` holds one example of each variant. A new variant gets its
//! example with `BIFOLD_GOLDEN=write cargo test -p bifold-domain --test it golden`; an existing
//! file is never written again, only added to by hand beside a new one.

use super::samples;
use bifold_domain::record::{Fact, split_tag};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// `incident.declared`, as in the ledger.
fn kind_of(record: &str, fact: &Fact) -> String {
    let (tag, _) = split_tag(fact.to_json().unwrap()).unwrap();
    format!("{record}.{tag}")
}

fn written(fact: &Fact) -> String {
    let json = fact.to_json().unwrap();
    serde_json::to_string_pretty(&json).unwrap() + "\n"
}

#[test]
fn every_variant_reads_and_writes_as_its_golden_file() {
    for (record, variant, fact) in samples::all() {
        let kind = kind_of(record, &fact);
        let path = folder().join(format!("{kind}.json"));
        if !path.exists() && std::env::var_os("BIFOLD_GOLDEN").is_some() {
            std::fs::write(&path, written(&fact)).unwrap();
        }
        let golden = std::fs::read_to_string(&path)
            .unwrap_or_else(|_| panic!("{record} {variant} has no golden file {kind}.json"));
        let json: serde_json::Value = serde_json::from_str(&golden).unwrap();
        let read = Fact::from_json(record, json.clone())
            .unwrap_or_else(|error| panic!("{kind} no longer reads: {error}"));
        assert_eq!(read, fact, "{kind} reads differently");
        // The order of keys is settled when the ledger writes canonical JSON.
        assert_eq!(
            fact.to_json().unwrap(),
            json,
            "{kind} is written differently"
        );
    }
}

#[test]
fn every_golden_file_belongs_to_a_variant() {
    let known: BTreeSet<String> = samples::all()
        .iter()
        .map(|(record, _, fact)| kind_of(record, fact) + ".json")
        .collect();
    let found: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(found, known, "a released fact is never removed");
}

#[test]
fn each_variant_has_its_own_kind() {
    let all = samples::all();
    let kinds: BTreeSet<_> = all.iter().map(|(r, _, f)| kind_of(r, f)).collect();
    assert_eq!(kinds.len(), all.len());
}

#[test]
fn an_unknown_field_of_a_later_version_does_not_stop_an_old_reader() {
    for (record, variant, fact) in samples::all() {
        let mut json = fact.to_json().unwrap();
        json["added_later"] = true.into();
        assert_eq!(
            Fact::from_json(record, json).unwrap(),
            fact,
            "{record} {variant}"
        );
    }
}
