//! A made-up incident with three exhibits, a real little log about it, and the bundle of both; the
//! same every time. The tests of the offline verifier use it too.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use bifold_ledger::checkpoint::sign_checkpoint;
use bifold_ledger::disclosure::digest;
use bifold_ledger::hash::Hash;
use bifold_ledger::note::Signer;
use bifold_ledger::proof::{FromStored, inclusion_proof};
use bifold_ledger::system::{REDACTED, REDACTS};
use bifold_ledger::tlog_proof::TlogProof;
use bifold_ledger::tree::{Frontier, leaf_hash};
use bifold_report::bag::{BagWriter, Sealed};
use bifold_report::bundle::{
    Anchor, Approval, Bundle, CustodyEvent, Exhibit, Export, Field, Incident, LedgerEntry,
    LedgerPart, Moment, Person, Redaction, write,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

#[allow(dead_code, reason = "each crate that includes it uses a part")]
#[path = "../../../bifold-ledger/tests/sample/mod.rs"]
pub(crate) mod log;
mod story;

pub(crate) use log::{ORIGIN, SampleLog};

pub(crate) const INCIDENT: &str = "inc_00000000000000000000000042";
/// Between two entries, in microseconds.
const STEP: i64 = 60_000_000;

pub(crate) fn signer() -> Signer {
    Signer::new(ORIGIN, [1; 32]).unwrap()
}

pub(crate) fn person(number: u8) -> Person {
    let (name, role) = match number {
        1 => ("Ada Analyst", Some("Security analyst")),
        2 => ("Carl Custodian", Some("Evidence custodian")),
        3 => ("Olga Officer", Some("Security officer")),
        4 => ("Dora Deputy", Some("Security officer")),
        _ => ("Rita Requester", None),
    };
    Person {
        id: format!("per_0000000000000000000000000{number}"),
        name: name.to_owned(),
        role: role.map(str::to_owned),
    }
}

/// A log and what people would read of it.
#[derive(Clone, Default)]
pub(crate) struct Case {
    pub(crate) log: SampleLog,
    pub(crate) exhibits: Vec<Exhibit>,
    pub(crate) bytes: BTreeMap<String, Vec<u8>>,
    pub(crate) redactions: Vec<Redaction>,
    timeline: Vec<Moment>,
}

impl Case {
    /// The whole story, exported.
    pub(crate) fn new() -> Self {
        let mut case = story::tell();
        case.export();
        case
    }

    /// The story until just before the export.
    #[allow(dead_code, reason = "each crate that includes it uses a part")]
    pub(crate) fn before_export() -> Self {
        story::tell()
    }

    /// Appends a fact by a person: `plain` is the body, each text a redactable value of it.
    pub(crate) fn fact(
        &mut self,
        subject: &str,
        kind: &str,
        actor: u8,
        plain: Value,
        texts: &[(&str, &str)],
    ) -> u64 {
        let index = self.log.entries.len() as u64;
        let mut body = match plain {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        let mut values: Vec<(String, Value)> = Vec::new();
        for (name, text) in texts {
            body.insert((*name).to_owned(), json!({"~redacted": 0}));
            values.push((format!("/{name}"), json!(text)));
        }
        self.tell(kind, subject, actor, index, &body, texts);
        if !body.is_empty() {
            values.push(("fact".to_owned(), Value::Object(body)));
        }
        let values: Vec<(&str, Value)> = values
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        self.log.add(kind, subject, &values, |leaf| {
            leaf.at_micros = at(index).as_microsecond();
            leaf.actor.id = person(actor).id;
        });
        index
    }

    /// What people will read of the fact.
    fn tell(
        &mut self,
        kind: &str,
        subject: &str,
        actor: u8,
        index: u64,
        body: &Map<String, Value>,
        texts: &[(&str, &str)],
    ) {
        let said = |name: &String, value: &Value| {
            let text = texts.iter().find(|(key, _)| key == name);
            let text = text.map_or_else(|| value.to_string(), |(_, text)| (*text).to_owned());
            Field {
                name: name.clone(),
                text: text.trim_matches('"').to_owned(),
            }
        };
        let fields: Vec<Field> = body.iter().map(|(name, value)| said(name, value)).collect();
        let tag = kind.split('.').nth(1).unwrap_or(kind);
        if let Some(exhibit) = self.exhibits.iter_mut().find(|e| e.id == subject) {
            exhibit.custody.push(CustodyEvent {
                at: at(index),
                kind: tag.to_owned(),
                actor: person(actor),
                fields,
            });
        }
        if subject == INCIDENT {
            self.timeline.push(Moment {
                at: at(index),
                entry: Some(index),
                kind: tag.replace('_', " "),
                text: texts.first().map_or(tag, |(_, text)| text).to_owned(),
                actor: person(actor).name,
                source: None,
            });
        }
    }

    /// A fact about something that does not go out.
    pub(crate) fn noise(&mut self) {
        let texts = [("text", "nobody else's business")];
        self.fact("inc_other", "incident.note_added", 3, json!({}), &texts);
    }

    /// Takes one disclosure out of an entry and says so in the log.
    pub(crate) fn redact(&mut self, entry: u64, name: &str) {
        let disclosures = &mut self.log.entries[usize::try_from(entry).unwrap()].disclosures;
        let named = |encoded: &String| {
            let read = bifold_ledger::disclosure::Disclosure::decode(encoded).unwrap();
            read.name == name
        };
        let place = disclosures.iter().position(named).unwrap();
        let removed = digest(&disclosures.remove(place));
        let by = self.log.entries.len() as u64;
        let value = json!({"digests": [removed], "entry": entry});
        self.log
            .add(REDACTED, "log_1", &[(REDACTS, value)], |leaf| {
                leaf.at_micros = at(by).as_microsecond();
            });
        self.redactions.push(Redaction { index: entry, by });
    }

    /// Appends the fact of the export, with the heads of all exhibits, and something after it.
    pub(crate) fn export(&mut self) {
        let heads: Vec<Value> = self
            .exhibits
            .iter()
            .map(|e| json!({"record": "evidence", "id": e.id, "n": e.custody.len() - 1}))
            .collect();
        let body = json!({"heads": heads});
        let texts = [
            ("recipient", "Public prosecutor"),
            ("purpose", "File 12 Js 345/26"),
        ];
        self.fact(INCIDENT, "incident.exported", 2, body, &texts);
        self.noise();
    }

    /// The bundle of the incident, its exhibits and what redacted them.
    pub(crate) fn bundle(&self) -> Bundle {
        let is_ours = |index: u64, leaf: &Value| {
            let subject = leaf["subj"]["id"].as_str().unwrap();
            subject == INCIDENT
                || self.exhibits.iter().any(|e| e.id == subject)
                || self.redactions.iter().any(|r| r.by == index)
        };
        let size = self.log.entries.len();
        let checkpoint = sign_checkpoint(&self.log.checkpoint_at(size), &[&signer()]).unwrap();
        let nodes = stored_nodes(&self.log);
        let mut entries = Vec::new();
        for (index, entry) in (0..).zip(&self.log.entries) {
            if is_ours(index, &serde_json::from_slice(&entry.leaf).unwrap()) {
                let proof = TlogProof {
                    extra: None,
                    index,
                    hashes: inclusion_proof(&FromStored(&nodes), index, size as u64).unwrap(),
                    checkpoint: checkpoint.clone(),
                };
                entries.push(LedgerEntry {
                    index,
                    leaf: entry.leaf.clone(),
                    disclosures: entry.disclosures.clone(),
                    proof: proof.to_string(),
                });
            }
        }
        Bundle {
            organisation: "Example Hospital".to_owned(),
            incident: Incident {
                id: INCIDENT.to_owned(),
                number: "INC-2026-0042".to_owned(),
                title: "Ransom note on <ward 7>".to_owned(),
                status: "resolved".to_owned(),
                declared_at: at(1),
                json: json!({"priority": 1, "kinds": ["security"]}),
            },
            export: Export {
                by: person(2),
                at: at(size as u64),
                recipient: "Public prosecutor".to_owned(),
                purpose: "File 12 Js 345/26".to_owned(),
                legal_basis: "Court order of 20 November 2026".to_owned(),
                tlp: "TLP:AMBER+STRICT".to_owned(),
            },
            exhibits: self.exhibits.clone(),
            timeline: self.timeline.clone(),
            ledger: LedgerPart {
                entries,
                redactions: self.redactions.clone(),
                checkpoint,
                vkey: signer().vkey(),
            },
            anchors: vec![Anchor {
                name: "1.tsa".to_owned(),
                response: b"not a real token".to_vec(),
                request: Some(b"not a real request".to_vec()),
                chain_pem: None,
            }],
            approvals: vec![Approval {
                name: "rel_1-1".to_owned(),
                json: json!({"release": "rel_1", "by": person(3).id}),
            }],
        }
    }

    /// Writes the bundle into a new directory.
    pub(crate) fn write(&self, path: &Path) -> Sealed {
        self.write_as(&self.bundle(), path)
    }

    /// Writes this bundle, with the bytes of the story, into a new directory.
    pub(crate) fn write_as(&self, bundle: &Bundle, path: &Path) -> Sealed {
        write(bundle, BagWriter::in_directory(path).unwrap(), |e| {
            self.open(e)
        })
        .unwrap()
    }

    /// The bytes of an exhibit.
    pub(crate) fn open(&self, exhibit: &Exhibit) -> std::io::Result<Box<dyn Read>> {
        let bytes = self.bytes.get(&exhibit.number).cloned();
        let bytes = bytes.ok_or(std::io::ErrorKind::NotFound)?;
        Ok(Box::new(std::io::Cursor::new(bytes)))
    }
}

/// The time of an entry.
pub(crate) fn at(index: u64) -> Timestamp {
    let step = i64::try_from(index).unwrap() * STEP;
    Timestamp::from_microsecond(1_795_280_700_000_000 + step).unwrap()
}

/// The nodes of the tree that a log stores.
pub(crate) fn stored_nodes(log: &SampleLog) -> BTreeMap<(u8, u64), Hash> {
    let mut nodes = BTreeMap::new();
    let mut tree = Frontier::new();
    for entry in &log.entries {
        let leaf = leaf_hash(&entry.leaf);
        nodes.insert((0, tree.size()), leaf);
        let completed = tree.push(leaf).into_iter().filter(|n| n.level % 8 == 0);
        nodes.extend(completed.map(|node| ((node.level, node.index), node.hash)));
    }
    nodes
}
