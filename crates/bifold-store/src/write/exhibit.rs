//! The rows of an item of evidence.

use super::project::seq;
use crate::db::{Insert, Value};
use bifold_domain::evidence::dual::{End, Request};
use bifold_domain::evidence::{Evidence, Seal};
use bifold_domain::{AssetId, At, PersonId};
use std::collections::BTreeSet;

pub(crate) const EVIDENCE: Insert = Insert {
    table: "evidence",
    columns: &[
        "org",
        "id",
        "seq",
        "number",
        "version",
        "incident",
        "sort",
        "title",
        "standing",
        "asset",
        "holder",
        "assignee",
        "tlp",
        "sha256",
        "size_bytes",
        "verified",
        "verified_at",
        "holds",
        "wanted_until",
        "registered_at",
        "asked",
    ],
    key: &["org", "id"],
};

pub(crate) const PARTY: Insert = Insert {
    table: "evidence_party",
    columns: &["org", "evidence", "principal"],
    key: &["org", "evidence", "principal"],
};

pub(super) fn row(org: &str, e: &Evidence, version: u64) -> Vec<Value> {
    let size = match e.seal() {
        Some(Seal::Bytes { size_bytes, .. }) => i64::try_from(*size_bytes).ok(),
        _ => None,
    };
    vec![
        org.into(),
        e.id.as_str().into(),
        seq(e.registered_at.year(), e.number).into(),
        e.shown_number().into(),
        version.into(),
        e.incident.as_str().into(),
        e.sort.word().into(),
        e.title.shown().into(),
        e.standing().into(),
        e.asset.as_ref().map(AssetId::as_str).into(),
        e.holder().map(PersonId::as_str).into(),
        e.assignee.as_ref().map(PersonId::as_str).into(),
        e.tlp.word().into(),
        e.sha256().map(|hash| hash.as_str().to_owned()).into(),
        size.into(),
        e.verified.map(|(found, _)| found.word()).into(),
        e.verified.map(|(_, at)| at.micros()).into(),
        (e.holds.len() as u64).into(),
        e.wanted_until.map(At::micros).into(),
        e.registered_at.micros().into(),
        asked(e).into(),
    ]
}

/// What waits for two people to approve it.
fn asked(e: &Evidence) -> Option<&'static str> {
    let is_open = |request: &Request| request.end == End::Open;
    if e.releases.iter().any(|r| is_open(&r.request)) {
        Some("release")
    } else if e.disposals.iter().any(|d| is_open(&d.request)) {
        Some("disposal")
    } else {
        None
    }
}

pub(super) fn parties(org: &str, e: &Evidence) -> Vec<Vec<Value>> {
    let people: BTreeSet<&PersonId> = e.parties().collect();
    let row = |person: &PersonId| vec![org.into(), e.id.as_str().into(), person.as_str().into()];
    people.into_iter().map(row).collect()
}
