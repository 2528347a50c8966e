//! The leaf, version 1: the bytes that the tree hashes, one for each fact.
//!
//! A leaf says in clear what can never be personal: index, ids, kind, time, the subject's chain,
//! the actor's pseudonym. Everything else is in it only as a digest of a [disclosure](crate::disclosure).
//! It is written as RFC 8785 canonical JSON with a closed set of keys, no floats, integers below
//! 2⁵³. Reading refuses unknown keys, types and versions, and anything over [`MAX_LEAF_BYTES`]; it
//! does not insist on canonical spelling, because the stored bytes are authoritative.

use jiff::civil::DateTime;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::hash::Hash;

mod read;
mod write;

/// The `typ` of every leaf.
pub const LEAF_TYPE: &str = "bifold.fact.v1";
/// The `sd_alg` of every leaf (RFC 9901 §4.1.1).
const DIGEST_ALGORITHM: &str = "sha-256";
/// The longest leaf, in bytes.
pub const MAX_LEAF_BYTES: usize = 16 * 1024;
/// Integers in a leaf stay below 2⁵³, so that every JSON reader gets them whole (RFC 7493 §2.2).
pub const MAX_INTEGER: u64 = (1 << 53) - 1;
/// The longest id or name in a leaf, in bytes.
pub const MAX_ID_BYTES: usize = 256;

/// One fact, as the ledger commits to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Its place in the tree, from 0.
    pub index: u64,
    /// Unique id of this entry (a version 7 UUID).
    pub entry_id: String,
    /// Id of the operation that caused it. The facts of one operation stand side by side.
    pub operation: String,
    /// Kind of fact from the closed registry, e.g. `incident.declared`.
    pub kind: String,
    /// When it was recorded, microseconds since 1970 UTC; never less than its predecessor's.
    pub at_micros: i64,
    /// How far the clock stood behind the previous entry, if it went backwards.
    pub skew: Option<SkewMs>,
    /// What it is about.
    pub subject: Subject,
    /// Who did it.
    pub actor: ActorRef,
    /// Digests of its disclosures and of decoys, base64url, sorted.
    pub digests: Vec<String>,
    /// How many of `digests` are of real disclosures; the rest are decoys.
    pub disclosure_count: u32,
    /// Taken over from another system: recorded here, but not attested by this log at the time.
    pub imported: bool,
}

/// A clock difference in milliseconds, written as decimal seconds with three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SkewMs(pub i64);

/// The record a fact is about, and its place in that record's own chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Random opaque id.
    pub id: String,
    /// 0 for the first fact about it, then one more each.
    pub n: u64,
    /// Leaf hash of fact `n − 1` about it; none for the first.
    pub prev: Option<Hash>,
}

/// Who acted, by pseudonym.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorRef {
    /// Random pseudonym; the table that names the person can be erased.
    pub id: String,
    /// `user`, `system`, `token`, …
    pub actor_type: String,
    /// How they were authenticated, e.g. `webauthn`.
    pub auth: String,
}

/// A leaf that cannot be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// Longer than 16 KiB.
    #[error(
        "the leaf has {bytes} bytes, at most {MAX_LEAF_BYTES} are allowed: move text into disclosures"
    )]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not the JSON of a leaf.
    #[error("these bytes are not a leaf: {0}")]
    Malformed(String),
    /// Another type or version.
    #[error("leaf type `{0}` is not known to this version; use a newer one to read it")]
    UnknownType(String),
    /// A value outside its range.
    #[error("the leaf's `{key}` {problem}")]
    BadValue {
        /// The JSON key.
        key: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
}

fn bad(key: &'static str, problem: &'static str) -> LeafError {
    LeafError::BadValue { key, problem }
}

impl Leaf {
    /// The canonical bytes. Prefer [`Leaf::seal`], which also refuses what no reader would accept.
    pub fn to_bytes(&self) -> Vec<u8> {
        write::canonical(self)
    }

    /// The canonical bytes, if every reader will accept them.
    pub fn seal(&self) -> Result<Vec<u8>, LeafError> {
        self.check()?;
        let bytes = self.to_bytes();
        if bytes.len() > MAX_LEAF_BYTES {
            return Err(LeafError::TooLong { bytes: bytes.len() });
        }
        Ok(bytes)
    }

    /// Reads a leaf. The bytes need not be canonical; [`Leaf::to_bytes`] of the result tells.
    pub fn parse(bytes: &[u8]) -> Result<Self, LeafError> {
        if bytes.len() > MAX_LEAF_BYTES {
            return Err(LeafError::TooLong { bytes: bytes.len() });
        }
        // Once for all of it is cheaper than for each string.
        let text =
            str::from_utf8(bytes).map_err(|error| LeafError::Malformed(error.to_string()))?;
        let wire: Wire =
            serde_json::from_str(text).map_err(|error| LeafError::Malformed(error.to_string()))?;
        let leaf = wire.into_leaf()?;
        leaf.check()?;
        Ok(leaf)
    }

    /// Reads a leaf, and says whether its spelling is canonical.
    pub fn read(bytes: &[u8]) -> (Result<Self, LeafError>, bool) {
        if bytes.len() <= MAX_LEAF_BYTES
            && let Some(leaf) = read::canonical(bytes)
        {
            return (Ok(leaf), true);
        }
        let leaf = Self::parse(bytes);
        let is_canonical = leaf.as_ref().is_ok_and(|leaf| leaf.to_bytes() == bytes);
        (leaf, is_canonical)
    }

    /// Everything a type cannot say about the values.
    fn check(&self) -> Result<(), LeafError> {
        let names = [
            ("eid", &self.entry_id),
            ("op", &self.operation),
            ("kind", &self.kind),
            ("subj.id", &self.subject.id),
            ("actor.id", &self.actor.id),
            ("actor.t", &self.actor.actor_type),
            ("actor.auth", &self.actor.auth),
        ];
        for (key, text) in names {
            if text.is_empty() || text.len() > MAX_ID_BYTES {
                return Err(bad(key, "must have 1 to 256 bytes"));
            }
            if text
                .bytes()
                .fold(false, |any, b| any | !b.is_ascii_graphic())
            {
                return Err(bad(
                    key,
                    "must be visible ASCII: an id, not text about people",
                ));
            }
        }
        if self.index > MAX_INTEGER || self.subject.n > MAX_INTEGER {
            return Err(bad("idx", "and `subj.n` must be below 2^53"));
        }
        if (self.subject.n == 0) != self.subject.prev.is_none() {
            return Err(bad(
                "subj.prev",
                "must be absent in the first fact and present in others",
            ));
        }
        if !(MIN_MICROS..=MAX_MICROS).contains(&self.at_micros) {
            return Err(bad("ts", "must be between the years 0000 and 9999"));
        }
        if self.disclosure_count as usize > self.digests.len() {
            return Err(bad("sdn", "counts more disclosures than there are digests"));
        }
        if !self.digests.is_sorted_by(|a, b| a < b) {
            return Err(bad("sd", "must be sorted, without repetition"));
        }
        if self
            .digests
            .iter()
            .any(|digest| Hash::from_base64url(digest).is_err())
        {
            return Err(bad("sd", "must hold base64url SHA-256 digests"));
        }
        Ok(())
    }
}

/// 0000-01-01T00:00:00.000000Z and 9999-12-30T23:59:59.999999Z: four-digit years only, and
/// inside what jiff can print.
const MIN_MICROS: i64 = -62_167_219_200_000_000;
const MAX_MICROS: i64 = 253_402_214_399_999_999;

/// RFC 3339 in UTC with six digits and `Z`.
const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(6));

/// The JSON of a leaf. Keys are closed: an unknown one is refused, not skipped, because a reader
/// that skips a key shows less than what was signed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    v: u64,
    typ: String,
    idx: u64,
    eid: String,
    op: String,
    kind: String,
    ts: String,
    skew: Option<String>,
    subj: WireSubject,
    actor: WireActor,
    sd: Vec<String>,
    sd_alg: String,
    sdn: u32,
    imported: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSubject {
    id: String,
    n: u64,
    prev: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireActor {
    id: String,
    t: String,
    auth: String,
}

impl Wire {
    fn into_leaf(self) -> Result<Leaf, LeafError> {
        if self.v != 1 || self.typ != LEAF_TYPE {
            let typ: String = self.typ.chars().take(80).collect();
            return Err(LeafError::UnknownType(format!("{typ}, version {}", self.v)));
        }
        if self.sd_alg != DIGEST_ALGORITHM {
            return Err(bad("sd_alg", "must be sha-256"));
        }
        if self.imported == Some(false) {
            return Err(bad("imported", "is written only when true"));
        }
        let prev = self
            .subj
            .prev
            .as_deref()
            .map(Hash::from_base64url)
            .transpose();
        let prev = prev.map_err(|_| bad("subj.prev", "must be a base64url SHA-256 value"))?;
        Ok(Leaf {
            index: self.idx,
            entry_id: self.eid,
            operation: self.op,
            kind: self.kind,
            at_micros: parse_micros(&self.ts)?,
            skew: self.skew.as_deref().map(parse_skew).transpose()?,
            subject: Subject {
                id: self.subj.id,
                n: self.subj.n,
                prev,
            },
            actor: ActorRef {
                id: self.actor.id,
                actor_type: self.actor.t,
                auth: self.actor.auth,
            },
            digests: self.sd,
            disclosure_count: self.sdn,
            imported: self.imported == Some(true),
        })
    }
}

/// Reads only the one spelling that is written: 27 characters, six digits, `Z`; no leap second.
fn parse_micros(text: &str) -> Result<i64, LeafError> {
    let wrong = || bad("ts", "must be like 2026-11-21T17:05:01.123456Z");
    let bytes: &[u8; 27] = text.as_bytes().try_into().map_err(|_| wrong())?;
    let marks = [
        (4, b'-'),
        (7, b'-'),
        (10, b'T'),
        (13, b':'),
        (16, b':'),
        (19, b'.'),
        (26, b'Z'),
    ];
    if marks.iter().any(|(at, mark)| bytes.get(*at) != Some(mark)) {
        return Err(wrong());
    }
    let number = |from: usize, to: usize| {
        let digits = bytes.get(from..to)?;
        digits.iter().try_fold(0_i32, |sum, digit| {
            digit
                .is_ascii_digit()
                .then(|| sum * 10 + i32::from(digit - b'0'))
        })
    };
    let small = |from| number(from, from + 2).and_then(|n| i8::try_from(n).ok());
    let at = || {
        let year = i16::try_from(number(0, 4)?).ok()?;
        let nanosecond = number(20, 26)? * 1000;
        let (month, day) = (small(5)?, small(8)?);
        let (hour, minute, second) = (small(11)?, small(14)?, small(17)?);
        let at = DateTime::new(year, month, day, hour, minute, second, nanosecond);
        TimeZone::UTC.to_timestamp(at.ok()?).ok()
    };
    at().map(jiff::Timestamp::as_microsecond).ok_or_else(wrong)
}

/// Reads decimal seconds with exactly three digits, as they are written.
fn parse_skew(text: &str) -> Result<SkewMs, LeafError> {
    let wrong = bad("skew", "must be seconds with three digits, like -3600.000");
    let Some((seconds, millis)) = text.split_once('.').filter(|(_, m)| m.len() == 3) else {
        return Err(wrong);
    };
    let total: i64 = format!("{seconds}{millis}")
        .parse()
        .map_err(|_| wrong.clone())?;
    let skew = SkewMs(total);
    if skew.to_string() == text {
        Ok(skew)
    } else {
        Err(wrong)
    }
}

impl std::fmt::Display for SkewMs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let millis = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:03}", millis / 1000, millis % 1000)
    }
}

#[cfg(test)]
mod tests;
