//! Cosignatures of witnesses (c2sp.org/tlog-cosignature, `cosignature/v1`): Ed25519, with a time.
//!
//! A witness says: at this time, this checkpoint was the largest consistent tree of its log that I
//! have seen. Its key has type 0x04 and signs the checkpoint's whole text behind a header and a
//! time, so that it can never pass for the signature of a log. Extension lines are signed with the
//! rest, but a witness says nothing about them.
//!
//! It refuses to cosign a text that is not a checkpoint, and a note on which the cosignature of a
//! known witness is wrong. The time comes in as a value. ML-DSA-44 (type 0x06) is not understood.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::note::key::{COSIGNATURE_V1, check_name, join_key, key_id, split_key};
use crate::note::{self, NoteError, SignatureLine};

/// The latest time that can be signed, in seconds since 1970 (tlog-cosignature, "Format").
pub const MAX_TIME_S: u64 = i64::MAX.unsigned_abs();

/// A cosignature that cannot be made or used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CosignatureError {
    /// The note, the checkpoint in it or a cosignature on it is refused.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The time is beyond what the format can hold.
    #[error("the time {0} s cannot be signed; set the clock")]
    Time(u64),
    /// No known witness cosigned.
    #[error(
        "no cosignature is of the {known} known witness keys; check that the right key was given"
    )]
    NotCosigned {
        /// How many keys were known.
        known: usize,
    },
}

impl From<NoteError> for CosignatureError {
    fn from(error: NoteError) -> Self {
        Self::Checkpoint(error.into())
    }
}

/// The secret key of a witness, with the name it cosigns under.
///
/// The signed message does not hold the name, so one key must never serve two witnesses.
pub struct Cosigner {
    name: String,
    key_id: [u8; 4],
    key: SigningKey,
}

/// The public key of a witness, with its name.
#[derive(Clone, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    key_id: [u8; 4],
    key: VerifyingKey,
}

/// What a witness has said about a checkpoint, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// Who.
    pub witness: WitnessKey,
    /// When it says it did, in seconds since 1970.
    pub time_s: u64,
}

impl Cosigner {
    /// A witness from a name and the 32-byte Ed25519 seed.
    pub fn new(name: &str, seed: [u8; 32]) -> Result<Self, NoteError> {
        check_name(name)?;
        let key = SigningKey::from_bytes(&seed);
        let key_id = key_id(name, COSIGNATURE_V1, key.verifying_key().as_bytes());
        Ok(Self {
            name: name.to_owned(),
            key_id,
            key,
        })
    }

    /// Reads `PRIVATE+KEY+name+hash+base64(0x04 ‖ seed)`.
    pub fn from_skey(skey: &str) -> Result<Self, NoteError> {
        let bad = NoteError::BadSignerKey;
        let rest = skey.strip_prefix("PRIVATE+KEY+");
        let rest = rest.ok_or(bad("it does not begin with PRIVATE+KEY+"))?;
        let (name, hash, seed) = split_key(rest, COSIGNATURE_V1).map_err(bad)?;
        let cosigner = Self::new(name, seed)?;
        if hash != cosigner.key_id {
            return Err(bad("its hash does not fit the key"));
        }
        Ok(cosigner)
    }

    /// The secret key as text. Whoever reads it can cosign; keep it out of logs and databases.
    pub fn skey(&self) -> String {
        let key = join_key(&self.name, self.key_id, COSIGNATURE_V1, self.key.as_bytes());
        format!("PRIVATE+KEY+{key}")
    }

    /// The name it cosigns under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public half.
    pub fn key(&self) -> WitnessKey {
        WitnessKey {
            name: self.name.clone(),
            key_id: self.key_id,
            key: self.key.verifying_key(),
        }
    }

    /// The public half as text: `name+hash+base64(0x04 ‖ public key)`.
    pub fn vkey(&self) -> String {
        self.key().to_string()
    }

    /// Cosigns the text of a checkpoint at `time_s` seconds since 1970. Gives the signature line,
    /// with its newline. That the tree is consistent with what was seen before, the caller must
    /// have checked; [`crate::witness`] does.
    pub fn cosign(&self, text: &str, time_s: u64) -> Result<String, CosignatureError> {
        if !note::is_text(text) {
            return Err(NoteError::BadText.into());
        }
        text.parse::<Checkpoint>()?;
        if time_s > MAX_TIME_S {
            return Err(CosignatureError::Time(time_s));
        }
        let signature = self.key.sign(message(text, time_s).as_bytes()).to_bytes();
        let stamped = [time_s.to_be_bytes().as_slice(), &signature].concat();
        Ok(note::signature_line(&self.name, self.key_id, &stamped))
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({})", self.vkey())
    }
}

/// What is signed: a header that no log signs, the time, and the whole text of the checkpoint.
fn message(text: &str, time_s: u64) -> String {
    format!("cosignature/v1\ntime {time_s}\n{text}")
}

impl WitnessKey {
    /// Reads `name+hash+base64(0x04 ‖ public key)`.
    pub fn from_vkey(vkey: &str) -> Result<Self, NoteError> {
        let bad = NoteError::BadVerifierKey;
        let (name, hash, public) = split_key(vkey, COSIGNATURE_V1).map_err(bad)?;
        check_name(name)?;
        let key = VerifyingKey::from_bytes(&public);
        let key = key.map_err(|_| bad("it is not a point of the curve"))?;
        if hash != key_id(name, COSIGNATURE_V1, &public) {
            return Err(bad("its hash does not fit the key"));
        }
        Ok(Self {
            name: name.to_owned(),
            key_id: hash,
            key,
        })
    }

    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The Ed25519 public key alone, without name and type.
    pub(crate) fn public(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    fn claims(&self, line: &SignatureLine<'_>) -> bool {
        line.is_of(&self.name, self.key_id)
    }

    /// The time of a cosignature of this key on `text`.
    fn verify(&self, text: &str, stamped: &[u8]) -> Result<u64, NoteError> {
        let wrong = || NoteError::WrongSignature(self.name.clone());
        let (time, signature) = stamped.split_first_chunk::<8>().ok_or_else(wrong)?;
        let time_s = Some(u64::from_be_bytes(*time)).filter(|time_s| *time_s <= MAX_TIME_S);
        let time_s = time_s.ok_or_else(wrong)?;
        let signature = Signature::from_slice(signature).map_err(|_| wrong())?;
        self.key
            .verify_strict(message(text, time_s).as_bytes(), &signature)
            .map_err(|_| wrong())?;
        Ok(time_s)
    }
}

impl FromStr for WitnessKey {
    type Err = NoteError;

    fn from_str(vkey: &str) -> Result<Self, NoteError> {
        Self::from_vkey(vkey)
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key.as_bytes();
        f.write_str(&join_key(&self.name, self.key_id, COSIGNATURE_V1, key))
    }
}

impl fmt::Debug for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WitnessKey({self})")
    }
}

impl fmt::Display for Cosignature {
    /// `witness.example at 2026-11-21T17:05:00Z`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = i64::try_from(self.time_s).ok();
        let time = time.and_then(|time| jiff::Timestamp::from_second(time).ok());
        match time {
            Some(time) => write!(f, "{} at {time}", self.witness.name()),
            None => write!(f, "{} at {} s after 1970", self.witness.name(), self.time_s),
        }
    }
}

/// Every cosignature of the known witnesses on a signed checkpoint, in the order of the note. Of a
/// witness that cosigned more than once, the newest counts.
///
/// This does not look at the log's own signature; [`crate::checkpoint::open_checkpoint`] does.
pub fn cosignatures(note: &[u8], keys: &[WitnessKey]) -> Result<Vec<Cosignature>, NoteError> {
    let (text, lines) = note::read(note)?;
    let found = verified(text, &lines, keys)?;
    Ok(found.into_iter().map(|(found, _)| found).collect())
}

/// The newest cosignature of each known witness, with its line.
fn verified<'a>(
    text: &str,
    lines: &[SignatureLine<'a>],
    keys: &[WitnessKey],
) -> Result<Vec<(Cosignature, &'a str)>, NoteError> {
    let mut found: Vec<(Cosignature, &str)> = Vec::new();
    for line in lines {
        let Some(witness) = keys.iter().find(|key| key.claims(line)) else {
            continue;
        };
        let time_s = witness.verify(text, &line.signature)?;
        let witness = witness.clone();
        let new = (Cosignature { witness, time_s }, line.line);
        match found
            .iter_mut()
            .find(|(old, _)| old.witness == new.0.witness)
        {
            Some((old, _)) if old.time_s >= time_s => {}
            Some(old) => *old = new,
            None => found.push(new),
        }
    }
    Ok(found)
}

/// Moves the cosignatures of known witnesses from a witness's answer (signature lines) onto the
/// checkpoint they are for, in place of older ones of the same witnesses. Gives the new note and
/// what was moved. An answer without a good cosignature of a known witness is refused; lines of
/// unknown keys are left behind, as c2sp.org/tlog-witness demands.
pub fn with_cosignatures(
    note: &str,
    answer: &str,
    keys: &[WitnessKey],
) -> Result<(String, Vec<Cosignature>), CosignatureError> {
    let (text, old) = note::read(note.as_bytes())?;
    let answered = format!("{text}\n{answer}");
    let (same, lines) = note::read(answered.as_bytes())?;
    if same != text {
        // A blank line in the answer would move the end of the text that is signed.
        return Err(NoteError::Malformed("the answer holds more than signature lines").into());
    }
    let moved = verified(text, &lines, keys)?;
    if moved.is_empty() {
        return Err(CosignatureError::NotCosigned { known: keys.len() });
    }
    let replaced = |line: &&SignatureLine<'_>| {
        let mut moved = moved.iter().map(|(cosignature, _)| &cosignature.witness);
        moved.any(|witness| witness.claims(line))
    };
    let kept = old
        .iter()
        .filter(|line| !replaced(line))
        .map(|line| line.line);
    let all = kept.chain(moved.iter().map(|(_, line)| *line));
    let new = all.fold(format!("{text}\n"), |note, line| note + line + "\n");
    // One line too many would make the checkpoint unreadable for everybody.
    note::read(new.as_bytes())?;
    Ok((new, moved.into_iter().map(|(moved, _)| moved).collect()))
}

#[cfg(test)]
mod tests;
