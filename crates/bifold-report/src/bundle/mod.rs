//! The evidence bundle: what an organisation hands to a court, the police or an auditor.
//!
//! A bag with the incident, its evidence, its timeline, the chain-of-custody form, the same custody
//! as CASE/UCO, and the part of the ledger that proves it. Everything in it can be checked without
//! this software; `VERIFY.md` in the bundle says how. It refuses evidence whose bytes are not those
//! that were sealed, and it writes only what it was given: it does not decide who may have it.

use std::io::{self, Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::json;

use crate::bag::{BagError, BagInfo, BagWriter, Sealed};
use crate::csv;

mod case;
mod certificate;
mod custody_form;
mod model;
mod show;
mod timeline;
mod verify_md;

pub use model::{
    Acquisition, Anchor, Approval, Bundle, Bytes, CustodyEvent, Exhibit, Export, Field, Hold,
    Incident, LedgerEntry, LedgerPart, Moment, Person, Physical, Redaction, Sort,
};

/// Why a bundle could not be written. What was written until then is worth nothing: remove it.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The bag refused.
    #[error(transparent)]
    Bag(#[from] BagError),
    /// The bytes of an exhibit are not those that were sealed.
    #[error(
        "{number}: the stored bytes have SHA-256 {found}, sealed was {sealed}; \
         do not release it, verify the item and open a security incident"
    )]
    Altered {
        /// The exhibit.
        number: String,
        /// What was sealed.
        sealed: String,
        /// What was read.
        found: String,
    },
    /// The bytes of an exhibit are to go out, but nothing says which.
    #[error("{0} has no sealed hash and size, so its bytes cannot go out; seal it first")]
    NotSealed(String),
    /// The bytes of an exhibit cannot be read.
    #[error("the bytes of {number} cannot be read: {source}; restore them or withhold the bytes")]
    Unreadable {
        /// The exhibit.
        number: String,
        /// Why.
        source: io::Error,
    },
    /// A document could not be rendered.
    #[error("{document} could not be written: {why}; report this as a defect")]
    Document {
        /// Its file name.
        document: &'static str,
        /// Why.
        why: String,
    },
}

fn document(document: &'static str) -> impl FnOnce(&dyn std::fmt::Display) -> BundleError {
    move |why| BundleError::Document {
        document,
        why: why.to_string(),
    }
}

/// Writes the bundle into the bag. `bytes_of` opens the bytes of an exhibit; it is asked once for
/// each whose bytes are [`Bytes::Present`].
pub fn write<W: Write>(
    bundle: &Bundle,
    mut bag: BagWriter<W>,
    mut bytes_of: impl FnMut(&Exhibit) -> io::Result<Box<dyn Read>>,
) -> Result<Sealed, BundleError> {
    for exhibit in &bundle.exhibits {
        evidence(exhibit, &mut bag, &mut bytes_of)?;
    }
    documents(bundle, &mut bag)?;
    ledger(&bundle.ledger, &mut bag)?;
    for anchor in &bundle.anchors {
        anchored(anchor, &mut bag)?;
    }
    let instructions = verify_md::text(bundle);
    bag.tag("VERIFY.md", instructions.as_bytes())?;
    Ok(bag.finish(&bag_info(bundle))?)
}

/// One exhibit: its card, and its bytes if they go out.
fn evidence<W: Write>(
    exhibit: &Exhibit,
    bag: &mut BagWriter<W>,
    bytes_of: &mut impl FnMut(&Exhibit) -> io::Result<Box<dyn Read>>,
) -> Result<(), BundleError> {
    let number = &exhibit.number;
    bag.payload(
        &format!("evidence/{number}/meta.json"),
        &pretty("meta.json", exhibit)?,
    )?;
    if exhibit.bytes != Bytes::Present {
        return Ok(());
    }
    let (Some(sealed), Some(size_bytes)) = (&exhibit.sha256, exhibit.size_bytes) else {
        return Err(BundleError::NotSealed(number.clone()));
    };
    let mut stream = bytes_of(exhibit).map_err(|source| BundleError::Unreadable {
        number: number.clone(),
        source,
    })?;
    let name = format!("evidence/{number}/{sealed}");
    let found = bag.payload_from(&name, size_bytes, &mut stream)?;
    if found == *sealed {
        return Ok(());
    }
    Err(BundleError::Altered {
        number: number.clone(),
        sealed: sealed.clone(),
        found,
    })
}

/// What people and other programs read.
fn documents<W: Write>(bundle: &Bundle, bag: &mut BagWriter<W>) -> Result<(), BundleError> {
    let incident = json!({
        "organisation": bundle.organisation,
        "number": bundle.incident.number,
        "id": bundle.incident.id,
        "title": bundle.incident.title,
        "status": bundle.incident.status,
        "declared_at": bundle.incident.declared_at,
        "export": bundle.export,
        "record": bundle.incident.json,
    });
    bag.payload("incident.json", &pretty("incident.json", &incident)?)?;
    let table = timeline::csv(&bundle.timeline)
        .map_err(|error: csv::Error| document("timeline.csv")(&error))?;
    bag.payload("timeline.csv", &table)?;
    let page = timeline::html(bundle).map_err(|error| document("timeline.html")(&error))?;
    bag.payload("timeline.html", page.as_bytes())?;
    let form = custody_form::html(bundle).map_err(|error| document("custody-form.html")(&error))?;
    bag.payload("custody-form.html", form.as_bytes())?;
    let graph = case::graph(bundle);
    bag.payload("custody.jsonld", &pretty("custody.jsonld", &graph)?)?;
    bag.payload("certificate-draft.md", certificate::text(bundle).as_bytes())?;
    for approval in &bundle.approvals {
        let name = format!("approvals/{}.json", approval.name);
        bag.payload(&name, &pretty("an approval", &approval.json)?)?;
    }
    Ok(())
}

/// The entries with what belongs to them, a line each, in the order of the log.
fn ledger<W: Write>(part: &LedgerPart, bag: &mut BagWriter<W>) -> Result<(), BundleError> {
    let mut entries: Vec<&LedgerEntry> = part.entries.iter().collect();
    entries.sort_by_key(|entry| entry.index);
    let mut redactions = part.redactions.clone();
    redactions.sort_by_key(|redaction| (redaction.index, redaction.by));
    let leaves = entries.iter().map(|entry| {
        let leaf = STANDARD.encode(&entry.leaf);
        json!({"index": entry.index, "leaf": leaf})
    });
    bag.payload("ledger/entries.jsonl", &lines(leaves))?;
    let shown = entries
        .iter()
        .filter(|entry| !entry.disclosures.is_empty())
        .map(|entry| json!({"index": entry.index, "disclosures": entry.disclosures}));
    bag.payload("ledger/disclosures.jsonl", &lines(shown))?;
    let removed = redactions.iter().map(|r| json!(r));
    bag.payload("ledger/redactions.jsonl", &lines(removed))?;
    for entry in entries {
        let name = format!("ledger/proofs/{}.tlog-proof", entry.index);
        bag.payload(&name, entry.proof.as_bytes())?;
    }
    bag.payload("ledger/checkpoint", part.checkpoint.as_bytes())?;
    bag.payload("ledger/vkey", format!("{}\n", part.vkey).as_bytes())?;
    Ok(())
}

fn anchored<W: Write>(anchor: &Anchor, bag: &mut BagWriter<W>) -> Result<(), BundleError> {
    let name = |ending: &str| format!("ledger/anchors/{}.{ending}", anchor.name);
    bag.payload(&name("tsr"), &anchor.response)?;
    for (ending, bytes) in [("tsq", &anchor.request), ("chain.pem", &anchor.chain_pem)] {
        if let Some(bytes) = bytes {
            bag.payload(&name(ending), bytes)?;
        }
    }
    Ok(())
}

fn bag_info(bundle: &Bundle) -> BagInfo {
    let Bundle {
        organisation,
        incident,
        export,
        ..
    } = bundle;
    let entry = |label: &str, value: &str| (label.to_owned(), value.to_owned());
    BagInfo {
        bagging_date: export.at.to_zoned(TimeZone::UTC).date(),
        entries: vec![
            entry("Source-Organization", organisation),
            entry("External-Identifier", &incident.number),
            entry("External-Description", &incident.title),
            entry("Internal-Sender-Identifier", &incident.id),
            entry("Contact-Name", &export.by.name),
            entry("Bifold-Export-Time", &export.at.to_string()),
            entry("Bifold-Recipient", &export.recipient),
            entry("Bifold-Purpose", &export.purpose),
            entry("Bifold-Legal-Basis", &export.legal_basis),
            entry("Bifold-TLP", &export.tlp),
        ],
    }
}

fn pretty(name: &'static str, value: &impl Serialize) -> Result<Vec<u8>, BundleError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| document(name)(&error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn lines(values: impl Iterator<Item = serde_json::Value>) -> Vec<u8> {
    let lines: Vec<String> = values.map(|value| format!("{value}\n")).collect();
    lines.concat().into_bytes()
}
