//! Everything that goes into a bundle, as plain data.

use super::exhibit::{approvals, exhibit};
use crate::anchor::Authority;
use crate::api::incidents::show::view;
use crate::api::incidents::timeline::happenings;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::server::Server;
use crate::view::Names;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bifold_domain::incident::{ExportTerms, Head};
use bifold_domain::{At, EvidenceId, IncidentId};
use bifold_report::bundle::{
    Anchor, Bundle, Export, Incident, LedgerEntry, LedgerPart, Moment, Person, Redaction,
};
use bifold_store::anchor::StampAnswer;
use bifold_store::ledger::{LogPart, Upto};
use bifold_store::query::timeline::Part;
use jiff::Timestamp;
use serde_json::Value;

/// Entries of the timeline at a time.
const PAGE: u32 = 200;

pub(super) fn moment_of(at: At) -> Result<Timestamp> {
    Timestamp::from_microsecond(at.micros()).map_err(|_| Error::Internal)
}

/// A handing out as it stands in the ledger.
pub(super) struct Recorded {
    pub(super) incident: IncidentId,
    /// Its entry in the incident's own history: the last that goes along.
    pub(super) last: u64,
    pub(super) at: At,
    pub(super) terms: ExportTerms,
}

/// The heads that the recorded fact names.
async fn heads(server: &Server, caller: &Caller, recorded: &Recorded) -> Result<Vec<Head>> {
    let before = i64::try_from(recorded.last).map_err(|_| Error::Internal)? - 1;
    let viewer = caller.viewer();
    let page = server
        .store
        .timeline(&viewer, &recorded.incident, Some(before), 1)
        .await?;
    let mut fact = page
        .into_iter()
        .next()
        .map(|entry| entry.fact)
        .unwrap_or_default();
    serde_json::from_value(fact["heads"].take()).map_err(|_| Error::Internal)
}

pub(super) async fn bundle(server: &Server, caller: &Caller, recorded: Recorded) -> Result<Bundle> {
    let (id, last, terms) = (&recorded.incident, recorded.last, &recorded.terms);
    let (incident, shown) = view(server, caller, id.as_str()).await?;
    let directory = server.store.directory().await?;
    let names = Names(&directory);
    let viewer = caller.viewer();
    let heads = heads(server, caller, &recorded).await?;
    let mut upto = vec![Upto {
        id: id.to_string(),
        n: last,
    }];
    upto.extend(heads.iter().map(|head| Upto {
        id: head.id.to_string(),
        n: head.n,
    }));
    let part = server.store.ledger_part(&viewer, &upto).await?;
    let mut exhibits = Vec::with_capacity(heads.len());
    let mut items = Vec::with_capacity(heads.len());
    for head in &heads {
        let evidence = EvidenceId::parse(head.id.as_str()).map_err(|_| Error::Internal)?;
        let item = server.store.evidence_as_of(&viewer, &evidence, head.n);
        let item = item.await?.ok_or_else(|| Error::no("evidence"))?;
        let entries = server.store.custody(&viewer, &evidence).await?;
        let known = |entry: &bifold_store::query::timeline::Entry| {
            u64::try_from(entry.n).is_ok_and(|n| n <= head.n)
        };
        let entries: Vec<_> = entries.into_iter().filter(known).collect();
        let asset = match &item.asset {
            Some(id) => server.store.asset(id).await?,
            None => None,
        };
        let asset = asset.map(|(asset, _)| asset.entry.name.to_string());
        exhibits.push(exhibit(&item, asset, &entries, head.with_bytes, names)?);
        items.push(item);
    }
    let me = names.person(&caller.actor.person);
    let tlp = |label: bifold_domain::incident::Tlp| label.word().replace('_', "+").to_uppercase();
    Ok(Bundle {
        organisation: server.store.organisation().to_owned(),
        incident: Incident {
            id: id.to_string(),
            number: incident.shown_number(),
            title: incident.title.shown(),
            status: incident.stage.word().to_owned(),
            declared_at: moment_of(incident.times.recorded)?,
            json: serde_json::to_value(&shown).map_err(|_| Error::Internal)?,
        },
        export: Export {
            by: Person {
                name: me.shown().to_owned(),
                role: roles(caller),
                id: me.id,
            },
            at: moment_of(recorded.at)?,
            recipient: terms.recipient.to_string(),
            purpose: terms.purpose.to_string(),
            legal_basis: terms
                .legal_basis
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            tlp: tlp(terms.tlp),
        },
        exhibits,
        timeline: timeline(server, caller, &incident, last).await?,
        anchors: anchors(server, &part.stamps),
        ledger: ledger(part),
        approvals: approvals(&items, names),
    })
}

fn roles(caller: &Caller) -> Option<String> {
    let roles: Vec<String> = caller
        .actor
        .roles
        .iter()
        .map(|role| role.word().replace('_', " "))
        .collect();
    (!roles.is_empty()).then(|| roles.join(", "))
}

/// The time-stamps, with the roots through which this server believes them.
fn anchors(server: &Server, stamps: &[StampAnswer]) -> Vec<Anchor> {
    let authorities = server.config.anchors.authorities();
    let anchor = |stamp: &StampAnswer| {
        let known = authorities.iter().find(|a| a.name == stamp.authority);
        let pem = |known: &Authority| -> Vec<u8> {
            let roots = known.roots.roots().iter();
            roots.flat_map(|root| pem(root.der())).collect()
        };
        Anchor {
            name: format!("{}.{}", stamp.size, stamp.authority),
            response: stamp.answer.clone(),
            request: Some(stamp.request.clone()),
            chain_pem: known.map(pem),
        }
    };
    stamps.iter().map(anchor).collect()
}

/// A certificate as text (RFC 7468).
fn pem(der: &[u8]) -> Vec<u8> {
    let mut text = b"-----BEGIN CERTIFICATE-----\n".to_vec();
    for line in STANDARD.encode(der).as_bytes().chunks(64) {
        text.extend(line);
        text.push(b'\n');
    }
    text.extend(b"-----END CERTIFICATE-----\n");
    text
}

fn ledger(part: LogPart) -> LedgerPart {
    let entries = part.entries.into_iter().map(|entry| LedgerEntry {
        index: entry.index,
        leaf: entry.leaf,
        disclosures: entry.disclosures,
        proof: entry.proof,
    });
    let redactions = part.redactions.into_iter();
    LedgerPart {
        entries: entries.collect(),
        redactions: redactions
            .map(|(index, by)| Redaction { index, by })
            .collect(),
        checkpoint: part.checkpoint,
        vkey: part.vkey,
    }
}

async fn timeline(
    server: &Server,
    caller: &Caller,
    incident: &bifold_domain::incident::Incident,
    last: u64,
) -> Result<Vec<Moment>> {
    let mut moments = Vec::new();
    let mut after = None;
    loop {
        let part = Part {
            after,
            ..Part::default()
        };
        let page = happenings(server, caller, incident, &part, PAGE).await?;
        let count = page.items.len();
        for happening in page.items {
            after = Some(happening.n);
            if u64::try_from(happening.n).is_ok_and(|n| n > last) {
                continue;
            }
            let kind = happening.kind.split_once('.').map_or("", |(_, kind)| kind);
            moments.push(Moment {
                at: moment_of(happening.at)?,
                entry: u64::try_from(happening.index).ok(),
                kind: kind.replace('_', " "),
                text: said(&happening.fact),
                actor: happening.by.shown().to_owned(),
                source: None,
            });
        }
        if count < PAGE as usize {
            return Ok(moments);
        }
    }
}

/// What stands in a fact, as `name: value` where it is text or a number.
fn said(fact: &Value) -> String {
    let shown = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        Value::Object(map) => map
            .get("redacted_by_entry")
            .map(|by| format!("[redacted under entry {by}]")),
        _ => None,
    };
    let fields = fact.as_object().into_iter().flatten();
    let parts: Vec<String> = fields
        .filter_map(|(name, value)| Some(format!("{}: {}", name.replace('_', " "), shown(value)?)))
        .collect();
    parts.join("; ")
}
