//! Every value belongs to its entry; one that is missing was removed by an entry that says so.

use std::collections::{BTreeMap, BTreeSet};

use bifold_ledger::system::{REDACTED, Redaction};

use super::entries::{LedgerPart, RedactionLine, place};
use crate::finding::Findings;

/// How many values there are, and what became of the others.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) present: u64,
    pub(super) redacted: u64,
}

/// Checks all entries.
pub(super) fn check(part: &LedgerPart, out: &mut Findings) -> Counts {
    let mut explained: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
    for line in &part.redactions {
        match explain(part, *line) {
            Ok(digests) => explained.entry(line.index).or_default().extend(digests),
            Err(says) => out.fault("redaction", &place(line.index), says),
        }
    }
    let mut counts = Counts::default();
    for entry in part.entries.values() {
        let place = place(entry.index);
        for digest in &entry.foreign {
            let says = format!("the value with digest {digest} does not belong to it");
            out.fault("foreign_value", &place, says);
        }
        counts.present += entry.shown.len() as u64;
        let missing = entry.missing();
        let removed = explained.get(&entry.index).map_or(0, BTreeSet::len) as u64;
        counts.redacted += removed.min(missing);
        if missing > removed {
            let says = format!(
                "{} of its values are missing, unexplained",
                missing - removed
            );
            out.fault("missing_unexplained", &place, says);
        }
        if entry.shown.len() as u64 > u64::from(entry.leaf.disclosure_count) {
            out.fault(
                "too_many_values",
                &place,
                "it shows more values than it counts",
            );
        }
    }
    unused_redactions(part, out);
    counts
}

/// The digests of values that entry `index` lacks and entry `by` says it removed.
fn explain(part: &LedgerPart, line: RedactionLine) -> Result<BTreeSet<String>, String> {
    let RedactionLine { index, by } = line;
    let entry = part.entries.get(&index);
    let entry = entry.ok_or_else(|| format!("it was redacted by entry {by}, but is not here"))?;
    let because = part
        .entries
        .get(&by)
        .filter(|because| because.leaf.kind == REDACTED);
    let because = because.ok_or_else(|| format!("entry {by} is no redaction that is here"))?;
    if by <= index {
        return Err(format!(
            "entry {by} is not later, so it cannot have redacted it"
        ));
    }
    let mut digests = BTreeSet::new();
    for disclosure in because.shown.values() {
        match Redaction::from_disclosure(disclosure) {
            Some(Ok(redaction)) if redaction.entry == index => digests.extend(redaction.digests),
            Some(Err(error)) => return Err(format!("entry {by}: {error}")),
            _ => {}
        }
    }
    digests.retain(|digest| {
        entry.leaf.digests.binary_search(digest).is_ok() && !entry.shown.contains_key(digest)
    });
    if digests.is_empty() {
        return Err(format!("entry {by} removed nothing from it"));
    }
    Ok(digests)
}

/// An entry of the log about itself is here only because it explains another one.
fn unused_redactions(part: &LedgerPart, out: &mut Findings) {
    for entry in part.entries.values() {
        let is_used = || part.redactions.iter().any(|line| line.by == entry.index);
        if entry.kind().0 == "ledger" && !is_used() {
            let place = place(entry.index);
            out.fault(
                "stray_entry",
                &place,
                "it belongs to no record and explains nothing",
            );
        }
    }
}
