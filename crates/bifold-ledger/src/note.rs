//! Signed notes (c2sp.org/signed-note v1.0.0): text, then one line for each signature.
//!
//! Only Ed25519 (type 0x01) is written and verified here, the cosignatures of witnesses in
//! [`crate::cosignature`]; lines of keys one does not know are ignored, as the specification
//! demands, so that other parties can cosign. It refuses a note that no known
//! key signed, and also a note on which a known key's signature is wrong. Keys come in as values
//! and are never printed by `Debug`.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

pub(crate) mod key;

use key::{ED25519, check_name, join_key, key_id, split_key};

/// Longest note that is read, in bytes.
pub const MAX_NOTE_BYTES: usize = 1_000_000;
/// Most signature lines that are read; the specification demands at least 16.
pub const MAX_SIGNATURES: usize = 100;
/// A signature line begins with an em dash and a space.
const SIGNATURE_LINE: &str = "\u{2014} ";

/// A key text, a name or a note that is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The name is empty, or has a space, plus or control character.
    #[error(
        "`{0}` cannot be a key name: it must not be empty nor contain spaces, plus signs or control characters"
    )]
    BadName(String),
    /// The verifier key text cannot be read.
    #[error(
        "the verifier key cannot be read ({0}); it looks like `name+hash+base64`, copy it again"
    )]
    BadVerifierKey(&'static str),
    /// The signer key text cannot be read.
    #[error("the signer key cannot be read ({0}); it looks like `PRIVATE+KEY+name+hash+base64`")]
    BadSignerKey(&'static str),
    /// The text does not end in a newline, or has control characters.
    #[error(
        "this text cannot be signed: it must end in a newline and hold no other control characters"
    )]
    BadText,
    /// No signer was given.
    #[error("a note needs at least one signer")]
    NoSigner,
    /// The note is not in the form of the specification.
    #[error("this is not a signed note: {0}; fetch it again")]
    Malformed(&'static str),
    /// A known key's signature is wrong.
    #[error("the signature of `{0}` does not fit the text: the note was altered or is a forgery")]
    WrongSignature(String),
    /// No known key signed it.
    #[error("none of the {known} known keys signed this note; check that the right key was given")]
    Unsigned {
        /// How many verifiers were given.
        known: usize,
    },
}

/// An Ed25519 key that signs notes under a name.
pub struct Signer {
    name: String,
    key_id: [u8; 4],
    key: SigningKey,
}

/// An Ed25519 public key that verifies notes under a name.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    key_id: [u8; 4],
    key: VerifyingKey,
}

/// A note with at least one good signature of a known key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedNote {
    /// The signed text, with its final newline.
    pub text: String,
    /// Names of the keys whose signatures were verified, in the order of the note.
    pub verified: Vec<String>,
}

impl Signer {
    /// A signer from a name and the 32-byte Ed25519 seed.
    pub fn new(name: &str, seed: [u8; 32]) -> Result<Self, NoteError> {
        check_name(name)?;
        let key = SigningKey::from_bytes(&seed);
        let key_id = key_id(name, ED25519, key.verifying_key().as_bytes());
        Ok(Self {
            name: name.to_owned(),
            key_id,
            key,
        })
    }

    /// Reads `PRIVATE+KEY+name+hash+base64(0x01 ‖ seed)`, the form of Go's `sumdb/note`.
    pub fn from_skey(skey: &str) -> Result<Self, NoteError> {
        let rest = skey
            .strip_prefix("PRIVATE+KEY+")
            .ok_or(NoteError::BadSignerKey(
                "it does not begin with PRIVATE+KEY+",
            ))?;
        let (name, hash, seed) = split_key(rest, ED25519).map_err(NoteError::BadSignerKey)?;
        let signer = Self::new(name, seed)?;
        if hash != signer.key_id {
            return Err(NoteError::BadSignerKey("its hash does not fit the key"));
        }
        Ok(signer)
    }

    /// The secret key as text. Whoever reads it can sign; keep it out of logs and databases.
    pub fn skey(&self) -> String {
        format!(
            "PRIVATE+KEY+{}",
            join_key(&self.name, self.key_id, ED25519, self.key.as_bytes())
        )
    }

    /// The name it signs under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public half.
    pub fn verifier(&self) -> Verifier {
        Verifier {
            name: self.name.clone(),
            key_id: self.key_id,
            key: self.key.verifying_key(),
        }
    }

    /// The public half as text: `name+hash+base64(0x01 ‖ public key)`.
    pub fn vkey(&self) -> String {
        self.verifier().to_string()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.vkey())
    }
}

impl Verifier {
    /// Reads `name+hash+base64(0x01 ‖ public key)`.
    pub fn from_vkey(vkey: &str) -> Result<Self, NoteError> {
        let (name, hash, public) = split_key(vkey, ED25519).map_err(NoteError::BadVerifierKey)?;
        check_name(name)?;
        let key = VerifyingKey::from_bytes(&public)
            .map_err(|_| NoteError::BadVerifierKey("it is not a point of the curve"))?;
        if hash != key_id(name, ED25519, &public) {
            return Err(NoteError::BadVerifierKey("its hash does not fit the key"));
        }
        Ok(Self {
            name: name.to_owned(),
            key_id: hash,
            key,
        })
    }

    /// The name it verifies.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The Ed25519 public key alone, without name and type.
    pub(crate) fn public(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Whether a signature line claims to be of this key.
    pub(crate) fn claims(&self, line: &SignatureLine<'_>) -> bool {
        line.is_of(&self.name, self.key_id)
    }
}

impl FromStr for Verifier {
    type Err = NoteError;

    fn from_str(vkey: &str) -> Result<Self, NoteError> {
        Self::from_vkey(vkey)
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&join_key(
            &self.name,
            self.key_id,
            ED25519,
            self.key.as_bytes(),
        ))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({self})")
    }
}

/// Signs a text. It must end in a newline and hold no other control characters.
pub fn sign(text: &str, signers: &[&Signer]) -> Result<String, NoteError> {
    if !is_text(text) {
        return Err(NoteError::BadText);
    }
    if signers.is_empty() {
        return Err(NoteError::NoSigner);
    }
    let lines = signers.iter().map(|signer| {
        let signature = signer.key.sign(text.as_bytes()).to_bytes();
        signature_line(&signer.name, signer.key_id, &signature)
    });
    Ok(format!("{text}\n{}", lines.collect::<String>()))
}

/// Whether a text can be the text of a note.
pub(crate) fn is_text(text: &str) -> bool {
    text.ends_with('\n') && !text.bytes().any(is_forbidden)
}

/// `— name base64(key id ‖ signature)`, with its newline.
pub(crate) fn signature_line(name: &str, key_id: [u8; 4], signature: &[u8]) -> String {
    let encoded = STANDARD.encode([key_id.as_slice(), signature].concat());
    format!("{SIGNATURE_LINE}{name} {encoded}\n")
}

fn is_forbidden(byte: u8) -> bool {
    byte < 0x20 && byte != b'\n'
}

/// Opens a note: checks its form and every signature of a known key.
pub fn open(note: &[u8], verifiers: &[Verifier]) -> Result<OpenedNote, NoteError> {
    let (text, lines) = read(note)?;
    let mut verified: Vec<&Verifier> = Vec::new();
    for line in &lines {
        let known = verifiers.iter().find(|key| key.claims(line));
        // Unknown keys are ignored, and so is a second line of a key that was verified already.
        let Some(key) = known.filter(|key| !verified.contains(key)) else {
            continue;
        };
        let wrong = || NoteError::WrongSignature(key.name.clone());
        let signature = Signature::from_slice(&line.signature).map_err(|_| wrong())?;
        key.key
            .verify_strict(text.as_bytes(), &signature)
            .map_err(|_| wrong())?;
        verified.push(key);
    }
    if verified.is_empty() {
        return Err(NoteError::Unsigned {
            known: verifiers.len(),
        });
    }
    let verified = verified.into_iter().map(|key| key.name.clone()).collect();
    Ok(OpenedNote {
        text: text.to_owned(),
        verified,
    })
}

/// A signature line of a note. Nothing about it was verified.
pub(crate) struct SignatureLine<'a> {
    /// The whole line, without its newline.
    pub(crate) line: &'a str,
    name: &'a str,
    key_id: [u8; 4],
    /// What stands behind the key id.
    pub(crate) signature: Vec<u8>,
}

impl SignatureLine<'_> {
    /// Whether the line claims to be of the key with this name and id.
    pub(crate) fn is_of(&self, name: &str, key_id: [u8; 4]) -> bool {
        self.name == name && self.key_id == key_id
    }
}

/// The text of a note and its signature lines, of which none is verified.
pub(crate) fn read(note: &[u8]) -> Result<(&str, Vec<SignatureLine<'_>>), NoteError> {
    let (text, signatures) = split_note(note)?;
    let mut lines = Vec::new();
    for line in signatures.split_terminator('\n') {
        if lines.len() == MAX_SIGNATURES {
            return Err(NoteError::Malformed("it has more than 100 signatures"));
        }
        lines.push(parse_signature(line)?);
    }
    Ok((text, lines))
}

/// The text with its final newline, and the signature lines.
fn split_note(note: &[u8]) -> Result<(&str, &str), NoteError> {
    if note.len() > MAX_NOTE_BYTES {
        return Err(NoteError::Malformed("it is longer than 1,000,000 bytes"));
    }
    let note = std::str::from_utf8(note).map_err(|_| NoteError::Malformed("it is not UTF-8"))?;
    if note.bytes().any(is_forbidden) {
        return Err(NoteError::Malformed("it holds control characters"));
    }
    let blank = note
        .rfind("\n\n")
        .ok_or(NoteError::Malformed("there is no blank line"))?;
    // The blank line's second newline separates; the first one ends the text.
    let (text, rest) = note.split_at(blank + 1);
    let signatures = rest.strip_prefix('\n').unwrap_or(rest);
    if signatures.is_empty() || !signatures.ends_with('\n') {
        return Err(NoteError::Malformed("it does not end in signature lines"));
    }
    Ok((text, signatures))
}

fn parse_signature(line: &str) -> Result<SignatureLine<'_>, NoteError> {
    let malformed = NoteError::Malformed("a signature line is not `— name base64`");
    let parts = line
        .strip_prefix(SIGNATURE_LINE)
        .and_then(|rest| rest.split_once(' '));
    let Some((name, encoded)) = parts else {
        return Err(malformed);
    };
    check_name(name).map_err(|_| malformed.clone())?;
    let bytes = STANDARD.decode(encoded).map_err(|_| malformed.clone())?;
    match bytes.split_first_chunk::<4>() {
        Some((key_id, signature)) if !signature.is_empty() => Ok(SignatureLine {
            line,
            name,
            key_id: *key_id,
            signature: signature.to_vec(),
        }),
        _ => Err(malformed),
    }
}

#[cfg(test)]
mod tests;
