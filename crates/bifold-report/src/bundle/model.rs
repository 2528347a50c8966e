//! What a bundle is made of, as plain data. Words are as people are to read them.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// Everything that goes into one bundle.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Name of the organisation that hands it out.
    pub organisation: String,
    /// The incident it is about.
    pub incident: Incident,
    /// To whom it goes, and why.
    pub export: Export,
    /// Its pieces of evidence.
    pub exhibits: Vec<Exhibit>,
    /// What happened, in order of time.
    pub timeline: Vec<Moment>,
    /// The part of the ledger that proves it.
    pub ledger: LedgerPart,
    /// Time-stamps of the checkpoint.
    pub anchors: Vec<Anchor>,
    /// Approvals of releases and disposals, each in the form it was given.
    pub approvals: Vec<Approval>,
}

/// The incident.
#[derive(Debug, Clone)]
pub struct Incident {
    /// Its opaque id in the ledger.
    pub id: String,
    /// Its number for people, such as `INC-2026-0042`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Where it stands, in a word.
    pub status: String,
    /// When it was declared.
    pub declared_at: Timestamp,
    /// The whole record, as it is to stand in `incident.json`.
    pub json: Value,
}

/// The act of handing out.
#[derive(Debug, Clone, Serialize)]
pub struct Export {
    /// Who made the bundle.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// Who is to get it.
    pub recipient: String,
    /// What for.
    pub purpose: String,
    /// By which right.
    pub legal_basis: String,
    /// Traffic Light Protocol 2.0 label of the whole.
    pub tlp: String,
}

/// Somebody who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The pseudonym that the ledger knows.
    pub id: String,
    /// The name, or a word that stands for an erased one.
    pub name: String,
    /// The role or team, if it is known.
    pub role: Option<String>,
}

/// What an exhibit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// A file.
    File,
    /// Lines of a log.
    Log,
    /// An image of a disk.
    DiskImage,
    /// An image of a memory.
    MemoryImage,
    /// What went over a network.
    NetworkCapture,
    /// A picture of a screen.
    Screenshot,
    /// A message.
    Email,
    /// A thing.
    Physical,
    /// What somebody said.
    Statement,
    /// Anything else.
    Other,
}

/// One piece of evidence.
#[derive(Debug, Clone, Serialize)]
pub struct Exhibit {
    /// Its number for people, `EVD-2026-0001`.
    pub number: String,
    /// Its opaque id in the ledger.
    pub id: String,
    /// What it is.
    pub title: String,
    /// Which sort of thing.
    pub sort: Sort,
    /// The asset it comes from.
    pub asset: Option<String>,
    /// How it was collected; none while it is only planned.
    pub acquisition: Option<Acquisition>,
    /// Traffic Light Protocol 2.0 label.
    pub tlp: String,
    /// Its size, once sealed.
    pub size_bytes: Option<u64>,
    /// SHA-256 of its bytes in lower-case hexadecimal, once sealed.
    pub sha256: Option<String>,
    /// The name the file came with.
    pub filename: Option<String>,
    /// IANA media type.
    pub media_type: Option<String>,
    /// Whether the bundle holds its bytes.
    #[serde(flatten)]
    pub bytes: Bytes,
    /// What is to be said of a thing.
    pub physical: Option<Physical>,
    /// Number of the exhibit it was copied or taken from.
    pub derived_from: Option<String>,
    /// Who has it now.
    pub holder: Option<String>,
    /// Legal holds on it, past and present.
    pub holds: Vec<Hold>,
    /// Where it stands, in a word: planned, sealed, released, disposed …
    pub standing: String,
    /// Every step since it was registered, in order.
    pub custody: Vec<CustodyEvent>,
}

/// Whether the bytes of an exhibit go with the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "bytes", rename_all = "snake_case")]
pub enum Bytes {
    /// They do.
    Present,
    /// They exist, but do not go out.
    Withheld {
        /// Why.
        reason: String,
    },
    /// There are none: a thing, or nothing sealed yet.
    None,
}

/// The acquisition card (ISO/IEC 27037).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Acquisition {
    /// Who collected it.
    pub collector: String,
    /// What makes that person competent.
    pub competence: Option<String>,
    /// When it was collected.
    pub at: Timestamp,
    /// Where.
    pub place: Option<String>,
    /// By which method.
    pub method: String,
    /// With which tool.
    pub tool: Option<String>,
    /// In which version.
    pub version: Option<String>,
    /// With which command.
    pub command: Option<String>,
    /// Under which authority.
    pub authority: String,
    /// Who watched.
    pub witness: Option<String>,
    /// How far the source's clock was ahead of the reference, in milliseconds.
    pub clock_offset_ms: Option<i64>,
    /// What its clock was compared with.
    pub clock_reference: Option<String>,
    /// Whether the source was running.
    pub is_live: bool,
}

/// What a form says of a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Physical {
    /// How many.
    pub quantity: Option<u32>,
    /// Who made it.
    pub make: Option<String>,
    /// Which model.
    pub model: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
    /// Its condition when it was collected.
    pub condition: Option<String>,
    /// Number of the bag's seal.
    pub seal: Option<String>,
}

/// A legal hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// Why.
    pub reason: String,
    /// Under which authority.
    pub authority: String,
    /// Since when.
    pub set_at: Timestamp,
    /// Until when; none while it is in force.
    pub lifted_at: Option<Timestamp>,
}

/// One step of the chain of custody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustodyEvent {
    /// When it was recorded.
    pub at: Timestamp,
    /// The fact's tag in the ledger without its record type, such as `checked_out`.
    pub kind: String,
    /// Who did it.
    pub actor: Person,
    /// What was said with it.
    pub fields: Vec<Field>,
}

/// A named text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// The name it has in the fact, such as `reason`.
    pub name: String,
    /// The text, a person by name.
    pub text: String,
}

impl CustodyEvent {
    /// The text of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|field| field.name == name)?;
        Some(&field.text)
    }
}

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When it happened.
    pub at: Timestamp,
    /// Index of the ledger entry that holds it.
    pub entry: Option<u64>,
    /// What sort of happening, in a word.
    pub kind: String,
    /// What happened, in a sentence.
    pub text: String,
    /// Who did it, by name.
    pub actor: String,
    /// The source of the information, if it is not the record itself.
    pub source: Option<String>,
}

/// The entries of the ledger that prove the bundle, and what is needed to check them.
#[derive(Debug, Clone)]
pub struct LedgerPart {
    /// The entries, in any order.
    pub entries: Vec<LedgerEntry>,
    /// Which entries lack disclosures, and because of which.
    pub redactions: Vec<Redaction>,
    /// The signed checkpoint that all proofs lead to, verbatim.
    pub checkpoint: String,
    /// The log's verifier key, `name+hash+base64`.
    pub vkey: String,
}

/// One entry of the ledger.
#[derive(Debug, Clone)]
pub struct LedgerEntry {
    /// Its index.
    pub index: u64,
    /// Its bytes, as stored.
    pub leaf: Vec<u8>,
    /// The disclosures that still exist, as stored.
    pub disclosures: Vec<String>,
    /// Its `.tlog-proof` to the checkpoint, verbatim.
    pub proof: String,
}

/// An entry lost disclosures because of a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Redaction {
    /// The entry that lacks them.
    pub index: u64,
    /// The entry that says who removed them and why.
    pub by: u64,
}

/// A time-stamp of the checkpoint (RFC 3161).
#[derive(Debug, Clone)]
pub struct Anchor {
    /// A name for its files, such as `1042.tsa-example`.
    pub name: String,
    /// The answer of the time-stamp authority.
    pub response: Vec<u8>,
    /// The request, if it was kept.
    pub request: Option<Vec<u8>>,
    /// The certificates of the authority, in PEM.
    pub chain_pem: Option<Vec<u8>>,
}

/// One approval.
#[derive(Debug, Clone)]
pub struct Approval {
    /// A name for its file.
    pub name: String,
    /// The statement and how it was approved.
    pub json: Value,
}

impl Bundle {
    /// The same bundle without the bytes of any exhibit, for recipients who are to see hashes only.
    #[must_use]
    pub fn hashes_only(mut self, reason: &str) -> Self {
        let present = |exhibit: &&mut Exhibit| exhibit.bytes == Bytes::Present;
        for exhibit in self.exhibits.iter_mut().filter(present) {
            let reason = reason.to_owned();
            exhibit.bytes = Bytes::Withheld { reason };
        }
        self
    }
}
