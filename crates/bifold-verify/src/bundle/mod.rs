//! Verifying an evidence bundle, step by step, each step reported.
//!
//! What the log proves: which entries it holds, that none is missing, what they say, which bytes
//! were sealed, and how the items went from hand to hand. What it does not prove: the documents
//! for people (timeline, form, graph). They are views; only the manifests cover them. Compare the
//! printed SHA-256 of the tag manifest with the one the organisation tells by another way.

use std::path::Path;

use bifold_ledger::note::Verifier;
use bifold_timestamp::TrustedCertificates;

use crate::bag::{self, Rigour};
use crate::finding::Findings;
use crate::folder::Folder;

mod anchors;
mod chains;
mod custody;
mod disclosures;
mod entries;
mod evidence;
mod proofs;
mod report;

use chains::Records;
pub use report::{BundleReport, Check, Step};

/// The files of a bundle below `data`, and the folders of those that have a check of their own.
const PAYLOAD: [&str; 9] = [
    "approvals/",
    "certificate-draft.md",
    "custody-form.html",
    "custody.jsonld",
    "evidence/",
    "incident.json",
    "ledger/",
    "timeline.csv",
    "timeline.html",
];
/// The files of a bundle beside `data`.
const TAG_FILES: [&str; 5] = [
    "VERIFY.md",
    "bag-info.txt",
    "bagit.txt",
    "manifest-sha256.txt",
    "tagmanifest-sha256.txt",
];

/// Whether the path looks like a bundle: a directory with a bag's declaration, or a file.
pub fn is_bundle(path: &Path) -> bool {
    path.is_file() || path.join("bagit.txt").exists() || path.join("data/ledger").exists()
}

/// Verifies the bundle in a directory or an uncompressed tar archive. Without keys the one in the
/// bundle is used, and the report says so. Its time-stamps are checked where it is said through
/// which certificates they are believed; else they are only listed.
pub fn verify_bundle(
    path: &Path,
    keys: &[Verifier],
    trusted: Option<&TrustedCertificates>,
) -> BundleReport {
    let mut report = BundleReport::default();
    let folder = match Folder::open(path) {
        Ok(folder) => folder,
        Err(error) => {
            let mut findings = Findings::default();
            findings.gap("unreadable", &path.display().to_string(), error.to_string());
            report.add(Step::Bag, "the bundle cannot be read".to_owned(), findings);
            return report;
        }
    };
    let bag = bag::check(&folder, Rigour::Bundle);
    report.tag_manifest_sha256 = bag.sha256.get("tagmanifest-sha256.txt").cloned();
    let says = format!(
        "bag: {} files of payload, {} bytes, each compared with its digest",
        bag.payload_files, bag.payload_bytes
    );
    let mut findings = bag.findings;
    strangers(&folder, &mut findings);
    report.add(Step::Bag, says, findings);

    let mut findings = Findings::default();
    let signed = proofs::signed(&folder, keys, &mut findings);
    let says = match &signed.checkpoint {
        Some(checkpoint) => format!(
            "signature: {} signed at {} entries",
            checkpoint.origin, checkpoint.size
        ),
        None => "signature: the checkpoint cannot be believed".to_owned(),
    };
    report.add(Step::Signature, says, findings);
    report.is_key_from_bundle = signed.is_own_key;
    ledger(&folder, &signed, &bag.sha256, &mut report);
    report.checkpoint = signed.checkpoint;

    let mut findings = Findings::default();
    let says = anchors::check(&folder, signed.note.as_deref(), trusted, &mut findings);
    report.add(Step::Anchors, says, findings);
    report
}

/// Files that no bundle has. They are in the manifests, but the log knows nothing of them.
fn strangers(folder: &Folder, out: &mut Findings) {
    let is_known = |name: &str| {
        let known = |name: &str| PAYLOAD.iter().any(|known| name.starts_with(known));
        name.strip_prefix("data/")
            .map_or(TAG_FILES.contains(&name), known)
    };
    for (name, _) in folder.files().filter(|(name, _)| !is_known(name)) {
        out.note(
            "stranger",
            name,
            "no bundle has such a file; nothing vouches for it",
        );
    }
}

/// Everything that the entries say.
fn ledger(
    folder: &Folder,
    signed: &proofs::Signed,
    sha256: &std::collections::BTreeMap<String, String>,
    report: &mut BundleReport,
) {
    let mut findings = Findings::default();
    let part = entries::read(folder, &mut findings);
    let count = part.entries.len();
    report.add(Step::Entries, format!("entries: {count} read"), findings);

    let mut findings = Findings::default();
    proofs::check(folder, &part, signed, &mut findings);
    let says = format!("proofs: {count} entries led to the one checkpoint");
    report.add(Step::Proofs, says, findings);

    let mut findings = Findings::default();
    let records = chains::check(&part, &mut findings);
    let says = format!(
        "chains: {} records from their first entry to the export{}",
        records.chains.len(),
        records
            .exported
            .map_or(String::new(), |n| format!(" in entry {n}"))
    );
    report.add(Step::Chains, says, findings);

    let mut findings = Findings::default();
    let counts = disclosures::check(&part, &mut findings);
    let says = format!(
        "values: {} present, {} redacted by entries that are here",
        counts.present, counts.redacted
    );
    report.add(Step::Disclosures, says, findings);

    let mut findings = Findings::default();
    let counts = evidence::check(folder, sha256, &records, &mut findings);
    let says = format!(
        "evidence: {} items; {} with their bytes, {} withheld",
        counts.items, counts.files, counts.withheld
    );
    report.add(Step::Evidence, says, findings);

    let mut findings = Findings::default();
    let steps = custody(&records, &mut findings);
    let says = format!("custody: {steps} steps followed through the rules");
    report.add(Step::Custody, says, findings);
}

/// Follows every item; gives the number of steps.
fn custody(records: &Records<'_>, out: &mut Findings) -> usize {
    let mut steps = 0;
    for (id, chain) in records.of_type("evidence") {
        let bodies: Vec<_> = chain.iter().map(|entry| entry.body()).collect();
        let events: Vec<custody::Event<'_>> = chain
            .iter()
            .zip(&bodies)
            .map(|(entry, body)| custody::Event {
                n: entry.leaf.subject.n,
                at_micros: entry.leaf.at_micros,
                actor: &entry.leaf.actor.id,
                tag: entry.kind().1,
                body: body.as_ref(),
            })
            .collect();
        steps += events.len();
        custody::follow(&evidence::number(id, chain), &events, out);
    }
    steps
}
