//! Evidence as JSON.

use super::{Named, Names};
use bifold_domain::evidence::custody::Custody;
use bifold_domain::evidence::dual::{End, Request};
use bifold_domain::evidence::{Acquisition, Evidence, Integrity, Life, Physical, Seal, Sort};
use bifold_domain::incident::Tlp;
use bifold_domain::{At, Redactable};
use bifold_store::query::evidence::Row;
use bifold_store::query::timeline::Entry;
use serde::Serialize;
use serde_json::Value;

/// One row of a list of evidence.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EvidenceRow {
    pub(crate) id: String,
    /// Its exhibit number.
    pub(crate) number: String,
    pub(crate) version: i64,
    /// Number of its incident.
    pub(crate) incident: String,
    pub(crate) sort: String,
    pub(crate) title: String,
    /// wanted, collected, kept, offered, out, forgone or disposed.
    pub(crate) standing: String,
    #[schema(required)]
    pub(crate) holder: Option<Named>,
    #[schema(required)]
    pub(crate) assignee: Option<Named>,
    pub(crate) tlp: String,
    #[schema(required)]
    pub(crate) sha256: Option<String>,
    #[schema(required)]
    pub(crate) size_bytes: Option<i64>,
    /// `match`, `mismatch` or `not_verifiable`.
    #[schema(required)]
    pub(crate) verified: Option<String>,
    #[schema(required)]
    pub(crate) verified_at: Option<At>,
    /// Orders that it is not to be destroyed.
    pub(crate) holds: i64,
    /// Until when it can still be had.
    #[schema(required)]
    pub(crate) wanted_until: Option<At>,
    /// What waits for an approval: release or disposal.
    #[schema(required)]
    pub(crate) asked: Option<String>,
}

impl EvidenceRow {
    pub(crate) fn of(row: Row, names: Names<'_>) -> Self {
        Self {
            holder: row.holder.map(|id| names.person_text(&id)),
            assignee: row.assignee.map(|id| names.person_text(&id)),
            verified_at: row.verified_at.map(At::from_micros),
            wanted_until: row.wanted_until.map(At::from_micros),
            id: row.id,
            number: row.number,
            version: row.version,
            incident: row.incident,
            sort: row.sort,
            title: row.title,
            standing: row.standing,
            tlp: row.tlp,
            sha256: row.sha256,
            size_bytes: row.size_bytes,
            verified: row.verified,
            holds: row.holds,
            asked: row.asked,
        }
    }
}

/// One item of evidence.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Evidence)]
pub(crate) struct EvidenceView {
    pub(crate) id: String,
    /// Its exhibit number.
    pub(crate) number: String,
    pub(crate) version: u64,
    /// Number of its incident.
    pub(crate) incident: String,
    pub(crate) sort: Sort,
    pub(crate) title: String,
    /// wanted, collected, kept, offered, out, forgone or disposed.
    pub(crate) standing: &'static str,
    #[schema(required)]
    pub(crate) asset: Option<String>,
    pub(crate) tlp: Tlp,
    /// Until when it can still be had.
    #[schema(required)]
    pub(crate) wanted_until: Option<At>,
    #[schema(required)]
    pub(crate) assignee: Option<Named>,
    pub(crate) registered_by: Named,
    pub(crate) registered_at: At,
    #[schema(required)]
    pub(crate) derived_from: Option<String>,
    pub(crate) copies: Vec<String>,
    /// How it was acquired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) acquisition: Option<AcquisitionView>,
    /// What fixes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seal: Option<SealView>,
    /// Who has it.
    #[schema(required)]
    pub(crate) holder: Option<Named>,
    /// Who is to accept it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) offered_to: Option<Named>,
    /// Since when it is on offer or lent out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<At>,
    /// When it is to be brought back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) due: Option<At>,
    /// What the last look at the bytes found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verified: Option<Integrity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verified_at: Option<At>,
    pub(crate) holds: Vec<HoldView>,
    /// Releases and disposals asked for, oldest first.
    pub(crate) requests: Vec<RequestView>,
}

/// How an item was acquired.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Acquisition)]
pub(crate) struct AcquisitionView {
    pub(crate) at: At,
    pub(crate) recorded_at: At,
    pub(crate) by: Named,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) collector: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) competence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<String>,
    pub(crate) method: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tool: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) command: Option<String>,
    pub(crate) authority: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) witness: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clock_offset_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clock_reference: Option<String>,
    pub(crate) is_live: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) physical: Option<Physical>,
}

/// What fixes an item.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = EvidenceSeal)]
pub(crate) struct SealView {
    /// Hash of its bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) filename: Option<String>,
    /// Number of the bag or tape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<String>,
}

/// An order that it is not to be destroyed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Hold)]
pub(crate) struct HoldView {
    pub(crate) hold: String,
    pub(crate) reason: String,
    pub(crate) authority: String,
    pub(crate) by: Named,
    pub(crate) at: At,
}

/// A release or a disposal that was asked for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = EvidenceRequest)]
pub(crate) struct RequestView {
    pub(crate) id: String,
    /// release or disposal.
    pub(crate) what: &'static str,
    /// open, refused or done.
    pub(crate) end: &'static str,
    pub(crate) by: Named,
    pub(crate) at: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<At>,
    pub(crate) approved_by: Vec<Named>,
    pub(crate) is_approved: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recipient: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) legal_basis: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    /// What for, or why.
    pub(crate) reason: String,
}

/// Something that happened to an item.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CustodyEntry {
    /// Its place in the item's own history, from 0.
    pub(crate) n: i64,
    /// What sort of fact, such as `evidence.sealed`.
    pub(crate) kind: String,
    pub(crate) at: At,
    pub(crate) by: Named,
    /// The ledger it stands in.
    pub(crate) origin: String,
    /// Its place there.
    pub(crate) index: i64,
    /// Its leaf hash, base64.
    pub(crate) leaf_hash: String,
    /// What was recorded.
    #[schema(value_type = Object)]
    pub(crate) fact: Value,
}

impl CustodyEntry {
    pub(crate) fn of(entry: Entry, names: Names<'_>) -> Self {
        Self {
            n: entry.n,
            kind: entry.kind,
            at: entry.at,
            by: names.person_text(&entry.actor),
            origin: entry.origin,
            index: entry.index,
            leaf_hash: entry.leaf_hash,
            fact: entry.fact,
        }
    }
}

fn shown<T: AsRef<str>>(value: Option<&Redactable<T>>) -> Option<String> {
    value.map(Redactable::shown)
}

impl EvidenceView {
    pub(crate) fn of(e: &Evidence, version: u64, incident: String, names: Names<'_>) -> Self {
        let (offered_to, since, due) = match &e.life {
            Life::Sealed { custody, .. } => match custody {
                Custody::Kept { .. } => (None, None, None),
                Custody::Offered { to, since, .. } => (Some(names.person(to)), Some(*since), None),
                Custody::Out { since, due, .. } => (None, Some(*since), *due),
            },
            _ => (None, None, None),
        };
        Self {
            id: e.id.to_string(),
            number: e.shown_number(),
            version,
            incident,
            sort: e.sort,
            title: e.title.shown(),
            standing: e.standing(),
            asset: e.asset.as_ref().map(ToString::to_string),
            tlp: e.tlp,
            wanted_until: e.wanted_until,
            assignee: e.assignee.as_ref().map(|id| names.person(id)),
            registered_by: names.person(&e.registered_by),
            registered_at: e.registered_at,
            derived_from: e.derived_from.as_ref().map(ToString::to_string),
            copies: e.copies.iter().map(ToString::to_string).collect(),
            acquisition: e.acquisition().map(|a| AcquisitionView::of(a, names)),
            seal: e.seal().map(SealView::of),
            holder: e.holder().map(|id| names.person(id)),
            offered_to,
            since,
            due,
            verified: e.verified.map(|(found, _)| found),
            verified_at: e.verified.map(|(_, at)| at),
            holds: holds(e, names),
            requests: requests(e, names),
        }
    }
}

impl AcquisitionView {
    fn of(a: &Acquisition, names: Names<'_>) -> Self {
        Self {
            at: a.at,
            recorded_at: a.recorded_at,
            by: names.person(&a.by),
            collector: shown(a.collector.as_ref()),
            competence: shown(a.competence.as_ref()),
            place: shown(a.place.as_ref()),
            method: a.method.shown(),
            tool: shown(a.tool.as_ref()),
            version: shown(a.version.as_ref()),
            command: shown(a.command.as_ref()),
            authority: a.authority.shown(),
            witness: shown(a.witness.as_ref()),
            clock_offset_ms: a.clock_offset_ms,
            clock_reference: shown(a.clock_reference.as_ref()),
            is_live: a.is_live,
            physical: a.physical.as_ref().and_then(|p| p.present().cloned()),
        }
    }
}

impl SealView {
    fn of(seal: &Seal) -> Self {
        match seal {
            Seal::Bytes {
                sha256,
                size_bytes,
                filename,
            } => Self {
                sha256: Some(sha256.shown()),
                size_bytes: Some(*size_bytes),
                filename: shown(filename.as_ref()),
                number: None,
            },
            Seal::Numbered { number } => Self {
                sha256: None,
                size_bytes: None,
                filename: None,
                number: Some(number.shown()),
            },
        }
    }
}

fn holds(e: &Evidence, names: Names<'_>) -> Vec<HoldView> {
    let holds = e.holds.iter().map(|(key, hold)| HoldView {
        hold: key.to_string(),
        reason: hold.reason.shown(),
        authority: hold.authority.shown(),
        by: names.person(&hold.by),
        at: hold.at,
    });
    holds.collect()
}

fn requests(e: &Evidence, names: Names<'_>) -> Vec<RequestView> {
    let releases = e.releases.iter().map(|r| RequestView {
        recipient: Some(r.recipient.shown()),
        legal_basis: Some(r.legal_basis.shown()),
        ..request(&r.request, "release", r.purpose.shown(), names)
    });
    let disposals = e.disposals.iter().map(|d| RequestView {
        method: Some(d.method.shown()),
        ..request(&d.request, "disposal", d.reason.shown(), names)
    });
    let mut all: Vec<RequestView> = releases.chain(disposals).collect();
    all.sort_by_key(|request| request.at);
    all
}

fn request(r: &Request, what: &'static str, reason: String, names: Names<'_>) -> RequestView {
    RequestView {
        id: r.id.to_string(),
        what,
        end: match r.end {
            End::Open => "open",
            End::Refused => "refused",
            End::Done => "done",
        },
        by: names.person(&r.by),
        at: r.at,
        expires_at: r.expires_at,
        approved_by: r.approved_by.iter().map(|id| names.person(id)).collect(),
        is_approved: r.is_approved(),
        recipient: None,
        legal_basis: None,
        method: None,
        reason,
    }
}
