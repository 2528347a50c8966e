//! The evidence: what was sealed is here, or is said to be withheld; nothing else is.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::chains::{Chain, Records};
use crate::finding::Findings;
use crate::folder::Folder;

const FOLDER: &str = "data/evidence/";
/// The longest `meta.json`, in bytes.
const MAX_META_BYTES: u64 = 64 * 1024 * 1024;

/// What became of the items.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) items: u64,
    pub(super) files: u64,
    pub(super) withheld: u64,
}

/// What the ledger says was sealed.
struct Sealed {
    sha256: String,
    size_bytes: Option<u64>,
}

/// The number of an item as people write it, from its first entry.
pub(super) fn number(id: &str, chain: &Chain<'_>) -> String {
    let shown = || {
        let first = chain.first()?;
        let number = first.body()?.get("number")?.as_u64()?;
        let at = Timestamp::from_microsecond(first.leaf.at_micros).ok()?;
        let year = at.to_zoned(TimeZone::UTC).year();
        Some(format!("EVD-{year}-{number:04}"))
    };
    shown().unwrap_or_else(|| id.to_owned())
}

/// Checks every item. `sha256` holds the digests of the files that were read before.
pub(super) fn check(
    folder: &Folder,
    sha256: &BTreeMap<String, String>,
    records: &Records<'_>,
    out: &mut Findings,
) -> Counts {
    let mut counts = Counts::default();
    let mut expected = BTreeSet::new();
    for (id, chain) in records.of_type("evidence") {
        let number = number(id, chain);
        counts.items += 1;
        of_incident(&number, chain, records.incident, out);
        let meta_name = format!("{FOLDER}{number}/meta.json");
        let meta = meta(folder, &meta_name, id, &number, out);
        expected.insert(meta_name);
        let is_sealed = |tag: &str| tag == "sealed";
        let Some(entry) = chain.iter().find(|entry| is_sealed(entry.kind().1)) else {
            continue;
        };
        let body = entry.body().unwrap_or_default();
        let Some(sealed) = sealed(entry.value("/sha256"), &body) else {
            if body.get("sha256").is_some_and(Value::is_object) {
                out.note(
                    "hash_redacted",
                    &number,
                    "its hash was redacted, so no bytes can be told",
                );
            }
            continue;
        };
        compare_meta(&number, &meta, &sealed, out);
        let name = format!("{FOLDER}{number}/{}", sealed.sha256);
        let is_here = is_there(folder, sha256, &name, &sealed, out);
        if !is_here && records.with_bytes.contains(id) {
            let says = "the export says that its bytes go along; they were taken out";
            out.fault("bytes_missing", &number, says);
        }
        counts.take(&number, &meta, is_here, out);
        expected.insert(name);
    }
    let files = folder.files().map(|(name, _)| name);
    let extra = files.filter(|name| name.starts_with(FOLDER) && !expected.contains(*name));
    for name in extra {
        out.fault("extra_evidence", name, "nothing of the sort was sealed");
    }
    counts
}

impl Counts {
    /// Counts an item whose bytes are here or not, and compares with what its card says.
    fn take(&mut self, number: &str, meta: &Value, is_here: bool, out: &mut Findings) {
        let said = meta
            .get("bytes")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let reason = meta
            .get("reason")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match (is_here, said) {
            (true, "present") => self.files += 1,
            (false, "withheld") if !reason.trim().is_empty() => {
                self.withheld += 1;
                out.note(
                    "withheld",
                    number,
                    format!("its bytes are withheld: {reason}"),
                );
            }
            (false, _) => {
                let says = "its bytes are not here, and nothing says why";
                out.fault("bytes_missing", number, says);
            }
            (true, _) => {
                let says = "its bytes are here, but meta.json does not say so";
                out.fault("meta", number, says);
            }
        }
    }
}

/// An item of another incident has no place here.
fn of_incident(number: &str, chain: &Chain<'_>, incident: Option<&str>, out: &mut Findings) {
    let body = chain
        .first()
        .and_then(|first| first.body())
        .unwrap_or_default();
    let of = body.get("incident").and_then(Value::as_str);
    if of.is_none() || of != incident {
        out.fault(
            "other_incident",
            number,
            "it was registered for another incident",
        );
    }
}

fn meta(folder: &Folder, name: &str, id: &str, number: &str, out: &mut Findings) -> Value {
    let read = folder.read(name, MAX_META_BYTES).ok();
    let meta: Option<Value> = read.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let Some(meta) = meta else {
        out.fault("meta", name, "it is missing or cannot be read");
        return Value::Null;
    };
    for (key, expected) in [("id", id), ("number", number)] {
        if meta.get(key).and_then(Value::as_str) != Some(expected) {
            out.fault(
                "meta",
                name,
                format!("its `{key}` is not {expected}, as the ledger says"),
            );
        }
    }
    meta
}

/// Hash and size, as the ledger holds them; none for a thing, or where they were redacted.
fn sealed(sha256: Option<&Value>, body: &Value) -> Option<Sealed> {
    let plain = body.get("sha256");
    let sha256 = sha256.or(plain).and_then(Value::as_str)?;
    let is_hex = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit());
    let size = body.get("size_bytes");
    let as_text = || {
        size.and_then(Value::as_str)
            .and_then(|text| text.parse().ok())
    };
    let size_bytes = size.and_then(Value::as_u64).or_else(as_text);
    is_hex.then(|| Sealed {
        sha256: sha256.to_ascii_lowercase(),
        size_bytes,
    })
}

fn compare_meta(number: &str, meta: &Value, sealed: &Sealed, out: &mut Findings) {
    let said = meta.get("sha256").and_then(Value::as_str);
    let size = meta.get("size_bytes").and_then(Value::as_u64);
    if said != Some(sealed.sha256.as_str()) || size != sealed.size_bytes {
        out.fault(
            "meta",
            number,
            "meta.json has another hash or size than the ledger",
        );
    }
}

/// Whether the bytes are here; if they are not those that were sealed, that is a finding.
fn is_there(
    folder: &Folder,
    sha256: &BTreeMap<String, String>,
    name: &str,
    sealed: &Sealed,
    out: &mut Findings,
) -> bool {
    let Some(size) = folder.size(name) else {
        return false;
    };
    if sealed.size_bytes.is_some_and(|sealed| sealed != size) {
        out.fault(
            "evidence_altered",
            name,
            format!("it has {size} bytes, sealed were others"),
        );
    }
    match sha256.get(name) {
        Some(found) if *found == sealed.sha256 => {}
        Some(_) => out.fault(
            "evidence_altered",
            name,
            "its bytes are not those that were sealed",
        ),
        None => out.gap("unreadable", name, "its bytes could not be hashed"),
    }
    true
}
