//! Evidence: what was collected, how, by whom, and who has held it since (27001 A.5.28,
//! ISO/IEC 27037, features F115–F131).
//!
//! An item is wanted or collected, then sealed, which fixes its hash or its seal number, and from
//! then on every hand it passes through is a fact. `custody.rs` says where it is, `dual.rs` what
//! takes two people, `decide/` who may do what when. Nothing here replaces an item: a changed or
//! derived one is a new item that names the old.

mod command;
pub mod custody;
mod decide;
pub mod dual;
mod evolve;
mod fact;
#[cfg(test)]
mod tests;

pub use command::*;
pub use fact::Fact;

use crate::access::closed_set;
use crate::id::{AssetId, EvidenceId, IncidentId, PersonId};
use crate::incident::Tlp;
use crate::record::{BrokenHistory, Context, Meta, Needs, Record};
use crate::redact::Redactable;
use crate::refusal::{Invalid, Refusal};
use crate::text::{Short, Text, Title};
use crate::time::At;
use custody::Custody;
use dual::{Disposal, Release};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

closed_set! {
    /// What sort of thing it is.
    Sort {
        /// Some file.
        File = "file",
        /// Extract of a log.
        Log = "log",
        /// Image of a disk or a volume.
        DiskImage = "disk_image",
        /// Image of working memory.
        MemoryImage = "memory_image",
        /// Capture of network traffic.
        NetworkCapture = "network_capture",
        /// Picture of a screen.
        Screenshot = "screenshot",
        /// A message with its headers.
        Email = "email",
        /// Something one can hold: a machine, a disk, a paper.
        Physical = "physical",
        /// What somebody said, written down and signed.
        Statement = "statement",
        /// Something else.
        Other = "other",
    }
}

closed_set! {
    /// What a look at the stored bytes found. The three are never merged (features F121).
    Integrity {
        /// The bytes have the hash they were sealed with.
        Match = "match",
        /// They do not.
        Mismatch = "mismatch",
        /// It could not be looked at: the bytes are away, or it has none.
        NotVerifiable = "not_verifiable",
    }
}

closed_set! {
    /// In which way somebody looked at it.
    Way {
        /// Its bytes were downloaded.
        Download = "download",
        /// The thing itself was looked at.
        View = "view",
    }
}

/// SHA-256 in lower-case hex.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256(String);

impl Sha256 {
    /// Reads 64 hex digits.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let lower = text.trim().to_ascii_lowercase();
        if lower.len() == 64 && lower.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(lower))
        } else {
            Err(Invalid::Id {
                expected: "64 hex digits of SHA-256",
            })
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl AsRef<str> for Sha256 {
    fn as_ref(&self) -> &str {
        &self.0
    }
}
impl TryFrom<String> for Sha256 {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}
impl From<Sha256> for String {
    fn from(hash: Sha256) -> String {
        hash.0
    }
}

/// How it was acquired (ISO/IEC 27037 5.4, NIST sample custody form).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Acquisition {
    /// When.
    pub at: At,
    /// Who says so, and holds it first.
    pub by: PersonId,
    /// When that was recorded; much later than `at` is a gap to be explained.
    pub recorded_at: At,
    /// Who did it, where it was somebody else.
    pub collector: Option<Redactable<Short>>,
    /// What makes them able to.
    pub competence: Option<Redactable<Text>>,
    /// Where.
    pub place: Option<Redactable<Short>>,
    /// How.
    pub method: Redactable<Text>,
    /// With what.
    pub tool: Option<Redactable<Short>>,
    /// Its version.
    pub version: Option<Redactable<Short>>,
    /// What was typed.
    pub command: Option<Redactable<Text>>,
    /// By whose order or on which legal basis.
    pub authority: Redactable<Text>,
    /// Who watched.
    pub witness: Option<Redactable<Short>>,
    /// How far the source's clock was ahead of the reference, in milliseconds.
    pub clock_offset_ms: Option<i64>,
    /// The reference.
    pub clock_reference: Option<Redactable<Short>>,
    /// Whether the source was running.
    pub is_live: bool,
    /// What a thing one can hold looks like.
    pub physical: Option<Redactable<Physical>>,
}

/// A thing one can hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PhysicalItem)]
pub struct Physical {
    /// How many.
    #[serde(default = "one")]
    pub quantity: u32,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub make: Option<Short>,
    /// Which model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Short>,
    /// Its serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<Short>,
    /// In which state it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Short>,
}

fn one() -> u32 {
    1
}

/// What fixes it: from here on any change shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Seal {
    /// Bytes, kept under their hash.
    Bytes {
        /// Their hash.
        sha256: Redactable<Sha256>,
        /// How many there are.
        size_bytes: u64,
        /// The name they came under.
        filename: Option<Redactable<Short>>,
    },
    /// A bag or tape with a number.
    Numbered {
        /// The number.
        number: Redactable<Short>,
    },
}

/// How far it has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Life {
    /// On the plan of what is still wanted.
    Wanted,
    /// Given up before anybody had it.
    Forgone,
    /// Somebody has it; nothing is fixed yet.
    Collected {
        /// How.
        acquisition: Box<Acquisition>,
    },
    /// Fixed.
    Sealed {
        /// How it was acquired.
        acquisition: Box<Acquisition>,
        /// What fixes it.
        seal: Seal,
        /// Where it is.
        custody: Custody,
    },
    /// Destroyed by two people's decision. Hash and custody stay.
    Disposed {
        /// How it was acquired.
        acquisition: Box<Acquisition>,
        /// What fixed it.
        seal: Seal,
    },
}

/// An order that it is not to be destroyed (features F125).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hold {
    /// Why.
    pub reason: Redactable<Text>,
    /// Who ordered it.
    pub authority: Redactable<Text>,
    /// Who set it.
    pub by: PersonId,
    /// When.
    pub at: At,
}

/// An item of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its id.
    pub id: EvidenceId,
    /// Number of the year.
    pub number: u64,
    /// The incident it is evidence of.
    pub incident: IncidentId,
    /// What sort of thing it is.
    pub sort: Sort,
    /// What it is.
    pub title: Redactable<Title>,
    /// Where it comes from.
    pub asset: Option<AssetId>,
    /// Until when it can still be had.
    pub wanted_until: Option<At>,
    /// The item it was derived from.
    pub derived_from: Option<EvidenceId>,
    /// Items derived from it.
    pub copies: Vec<EvidenceId>,
    /// Who entered it.
    pub registered_by: PersonId,
    /// When.
    pub registered_at: At,
    /// Who is to get it.
    pub assignee: Option<PersonId>,
    /// How far it has come.
    pub life: Life,
    /// Traffic Light Protocol 2.0 label.
    pub tlp: Tlp,
    /// Orders that it is not to be destroyed, by their key.
    pub holds: BTreeMap<Short, Hold>,
    /// The last look at the bytes.
    pub verified: Option<(Integrity, At)>,
    /// Releases asked for, the last one last.
    pub releases: Vec<Release>,
    /// Disposals asked for, the last one last.
    pub disposals: Vec<Disposal>,
}

impl Evidence {
    /// Its exhibit number, such as `EVD-2026-0042`.
    pub fn shown_number(&self) -> String {
        format!("EVD-{}-{:04}", self.registered_at.year(), self.number)
    }

    /// How it was acquired, once it was.
    pub fn acquisition(&self) -> Option<&Acquisition> {
        match &self.life {
            Life::Collected { acquisition }
            | Life::Sealed { acquisition, .. }
            | Life::Disposed { acquisition, .. } => Some(acquisition),
            Life::Wanted | Life::Forgone => None,
        }
    }

    /// What fixes it, once something does.
    pub fn seal(&self) -> Option<&Seal> {
        match &self.life {
            Life::Sealed { seal, .. } | Life::Disposed { seal, .. } => Some(seal),
            _ => None,
        }
    }

    /// The hash of its bytes, where it has bytes and the hash was not redacted.
    pub fn sha256(&self) -> Option<&Sha256> {
        match self.seal() {
            Some(Seal::Bytes { sha256, .. }) => sha256.present(),
            _ => None,
        }
    }

    /// Who has it now.
    pub fn holder(&self) -> Option<&PersonId> {
        match &self.life {
            Life::Collected { acquisition } => Some(&acquisition.by),
            Life::Sealed { custody, .. } => Some(custody.holder()),
            _ => None,
        }
    }

    /// Who sees it although the lane of security is closed to them: they had a hand in it.
    pub fn parties(&self) -> impl Iterator<Item = &PersonId> {
        let offered = match &self.life {
            Life::Sealed { custody, .. } => custody.offered_to(),
            _ => None,
        };
        std::iter::once(&self.registered_by)
            .chain(&self.assignee)
            .chain(self.holder())
            .chain(offered)
    }

    /// Why it is not handed out after a look at its bytes that found this; `None` when it may be.
    pub fn not_as_sealed(&self, found: Integrity) -> Option<Refusal> {
        let found = match found {
            Integrity::Match => return None,
            Integrity::Mismatch => "its bytes are not those that were sealed",
            Integrity::NotVerifiable => "its bytes could not be read",
        };
        Some(Refusal::NotAsSealed {
            item: self.shown_number(),
            found,
        })
    }

    /// The word used in lists.
    pub fn standing(&self) -> &'static str {
        match &self.life {
            Life::Wanted => "wanted",
            Life::Forgone => "forgone",
            Life::Collected { .. } => "collected",
            Life::Sealed { custody, .. } => custody.word(),
            Life::Disposed { .. } => "disposed",
        }
    }
}

impl Command {
    /// The incident; a number when it is entered; the asset it comes from.
    pub fn needs(&self) -> Needs {
        let (assets, number) = match &self.verb {
            Verb::Register(wanted) => (wanted.asset.iter().cloned().collect(), true),
            _ => (Vec::new(), false),
        };
        Needs {
            incidents: vec![self.incident.clone()],
            assets,
            number,
            ..Needs::default()
        }
    }
}

impl Record for Evidence {
    const TYPE: &'static str = "evidence";
    type Id = EvidenceId;
    type Command = Command;
    type Fact = Fact;

    fn decide(
        state: Option<&Self>,
        command: Command,
        context: &Context<'_>,
    ) -> Result<Vec<Fact>, Refusal> {
        decide::decide(state, command, context)
    }

    fn evolve(state: Option<Self>, fact: &Fact, meta: &Meta) -> Result<Self, BrokenHistory> {
        evolve::evolve(state, fact, meta)
    }
}
