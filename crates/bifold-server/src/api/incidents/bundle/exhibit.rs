//! One exhibit as plain data, and the approvals of releases.

use super::gather::moment_of;
use crate::error::Result;
use crate::view::Names;
use bifold_domain::evidence::dual::{End, Release};
use bifold_domain::evidence::{Acquisition, Evidence, Life, Seal, Sort};
use bifold_domain::{At, Redactable};
use bifold_report::bundle::{self as plain, Approval, Bytes, CustodyEvent, Exhibit, Field, Person};
use bifold_store::query::timeline::Entry;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn shown<T: AsRef<str>>(value: Option<&Redactable<T>>) -> Option<String> {
    value.map(Redactable::shown)
}

pub(super) fn exhibit(
    item: &Evidence,
    asset: Option<String>,
    entries: &[Entry],
    with_bytes: bool,
    names: Names<'_>,
) -> Result<Exhibit> {
    let (size_bytes, filename) = match item.seal() {
        Some(Seal::Bytes {
            size_bytes,
            filename,
            ..
        }) => (Some(*size_bytes), shown(filename.as_ref())),
        _ => (None, None),
    };
    let acquisition = item.acquisition();
    Ok(Exhibit {
        number: item.shown_number(),
        id: item.id.to_string(),
        title: item.title.shown(),
        sort: sort(item.sort),
        asset,
        acquisition: acquisition.map(|a| card(a, names)).transpose()?,
        tlp: item.tlp.word().replace('_', "+").to_uppercase(),
        size_bytes,
        sha256: item.sha256().map(|hash| hash.as_str().to_owned()),
        filename,
        media_type: None,
        bytes: bytes(item, with_bytes),
        physical: physical(item),
        derived_from: item.derived_from.as_ref().map(ToString::to_string),
        holder: item.holder().map(|id| names.person(id).shown().to_owned()),
        holds: holds(entries)?,
        standing: item.standing().to_owned(),
        custody: entries
            .iter()
            .map(|entry| step(entry, names))
            .collect::<Result<_>>()?,
    })
}

fn sort(sort: Sort) -> plain::Sort {
    match sort {
        Sort::File => plain::Sort::File,
        Sort::Log => plain::Sort::Log,
        Sort::DiskImage => plain::Sort::DiskImage,
        Sort::MemoryImage => plain::Sort::MemoryImage,
        Sort::NetworkCapture => plain::Sort::NetworkCapture,
        Sort::Screenshot => plain::Sort::Screenshot,
        Sort::Email => plain::Sort::Email,
        Sort::Physical => plain::Sort::Physical,
        Sort::Statement => plain::Sort::Statement,
        Sort::Other => plain::Sort::Other,
    }
}

fn bytes(item: &Evidence, with_bytes: bool) -> Bytes {
    let withheld = |reason: &str| Bytes::Withheld {
        reason: reason.to_owned(),
    };
    match (&item.life, item.sha256()) {
        (_, None) => Bytes::None,
        (Life::Disposed { .. }, _) => withheld("destroyed by decision of two people"),
        (_, Some(_)) if with_bytes => Bytes::Present,
        (_, Some(_)) => withheld("not part of a release that two people approved"),
    }
}

fn card(a: &Acquisition, names: Names<'_>) -> Result<plain::Acquisition> {
    let by = names.person(&a.by).shown().to_owned();
    Ok(plain::Acquisition {
        collector: shown(a.collector.as_ref()).unwrap_or(by),
        competence: shown(a.competence.as_ref()),
        at: moment_of(a.at)?,
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
    })
}

fn physical(item: &Evidence) -> Option<plain::Physical> {
    let seal = match item.seal() {
        Some(Seal::Numbered { number }) => Some(number.shown()),
        _ => None,
    };
    let thing = item
        .acquisition()
        .and_then(|a| a.physical.as_ref()?.present());
    if thing.is_none() && seal.is_none() {
        return None;
    }
    let text = |value: Option<&bifold_domain::Short>| value.map(ToString::to_string);
    Some(plain::Physical {
        quantity: thing.map(|t| t.quantity),
        make: text(thing.and_then(|t| t.make.as_ref())),
        model: text(thing.and_then(|t| t.model.as_ref())),
        serial: text(thing.and_then(|t| t.serial.as_ref())),
        condition: text(thing.and_then(|t| t.condition.as_ref())),
        seal,
    })
}

/// Holds past and present, from the history: the state knows only those in force.
fn holds(entries: &[Entry]) -> Result<Vec<plain::Hold>> {
    let mut holds: Vec<(String, plain::Hold)> = Vec::new();
    let text = |fact: &Value, name: &str| {
        let text = fact.get(name).and_then(Value::as_str);
        text.unwrap_or("[redacted]").to_owned()
    };
    for entry in entries {
        let at = moment_of(entry.at)?;
        let key = text(&entry.fact, "hold");
        match entry.kind.as_str() {
            "evidence.hold_set" => {
                let hold = plain::Hold {
                    reason: text(&entry.fact, "reason"),
                    authority: text(&entry.fact, "authority"),
                    set_at: at,
                    lifted_at: None,
                };
                holds.push((key, hold));
            }
            "evidence.hold_lifted" => {
                let mut open = holds.iter_mut().rev();
                if let Some((_, hold)) = open.find(|(k, h)| *k == key && h.lifted_at.is_none()) {
                    hold.lifted_at = Some(at);
                }
            }
            _ => {}
        }
    }
    Ok(holds.into_iter().map(|(_, hold)| hold).collect())
}

fn step(entry: &Entry, names: Names<'_>) -> Result<CustodyEvent> {
    let actor = names.person_text(&entry.actor);
    let fields = entry.fact.as_object().into_iter().flatten();
    let fields = fields.filter_map(|(name, value)| {
        let text = match (name.as_str(), value) {
            ("to", Value::String(id)) => names.person_text(id).shown().to_owned(),
            ("hold" | "number" | "incident", _) => return None,
            (_, Value::String(text)) => text.clone(),
            (_, Value::Number(number)) => number.to_string(),
            (_, Value::Bool(is)) => is.to_string(),
            (_, Value::Object(map)) => {
                let by = map.get("redacted_by_entry")?;
                format!("[redacted under entry {by}]")
            }
            _ => return None,
        };
        let name = name.clone();
        Some(Field { name, text })
    });
    let kind = entry.kind.split_once('.').map_or("", |(_, kind)| kind);
    Ok(CustodyEvent {
        at: moment_of(entry.at)?,
        kind: kind.to_owned(),
        fields: fields.collect(),
        actor: Person {
            name: actor.shown().to_owned(),
            id: actor.id,
            role: None,
        },
    })
}

/// Each release that was carried out, as it was approved.
pub(super) fn approvals(items: &[Evidence], names: Names<'_>) -> Vec<Approval> {
    let mut releases: BTreeMap<String, (&Release, Vec<&Evidence>)> = BTreeMap::new();
    for item in items {
        for release in item.releases.iter().filter(|r| r.request.end == End::Done) {
            let id = release.request.id.to_string();
            releases
                .entry(id)
                .or_insert((release, Vec::new()))
                .1
                .push(item);
        }
    }
    let time = |at: At| at.to_string();
    let made = releases.into_iter().map(|(id, (release, items))| {
        let request = &release.request;
        let people: Vec<Value> = request
            .approved_by
            .iter()
            .map(|id| json!(names.person(id)))
            .collect();
        let exhibits: Vec<Value> = items
            .iter()
            .map(|item| {
                let hash = item.sha256().map(|hash| hash.as_str().to_owned());
                json!({ "number": item.shown_number(), "sha256": hash })
            })
            .collect();
        Approval {
            name: id.clone(),
            json: json!({
                "release": id,
                "statement": {
                    "exhibits": exhibits,
                    "recipient": release.recipient.shown(),
                    "purpose": release.purpose.shown(),
                    "legal_basis": release.legal_basis.shown(),
                    "expires_at": request.expires_at.map(time),
                },
                "requested_by": names.person(&request.by),
                "requested_at": time(request.at),
                "approved_by": people,
            }),
        }
    });
    made.collect()
}
