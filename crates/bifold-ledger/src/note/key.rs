//! Keys as text (`name+hash+base64`), the same for logs and for witnesses.
//!
//! The byte in front of the key tells its type, and is part of the hash, so that a key of one type
//! is never taken for one of another.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::NoteError;
use crate::hash::Hash;

/// Type byte of Ed25519 over the note text: the keys of logs.
pub(crate) const ED25519: u8 = 0x01;
/// Type byte of timestamped Ed25519 cosignatures (c2sp.org/tlog-cosignature): those of witnesses.
pub(crate) const COSIGNATURE_V1: u8 = 0x04;
/// Type byte of ML-DSA-44 cosignatures, which are known by name only.
const ML_DSA_44: u8 = 0x06;

pub(crate) fn check_name(name: &str) -> Result<(), NoteError> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.contains(bad) {
        return Err(NoteError::BadName(name.to_owned()));
    }
    Ok(())
}

/// SHA-256(name ‖ 0x0A ‖ type ‖ public key)[..4]
pub(crate) fn key_id(name: &str, kind: u8, public: &[u8; 32]) -> [u8; 4] {
    let bytes = [name.as_bytes(), b"\n", &[kind], public].concat();
    let [a, b, c, d, ..] = Hash::of(&bytes).0;
    [a, b, c, d]
}

pub(crate) fn join_key(name: &str, key_id: [u8; 4], kind: u8, key: &[u8; 32]) -> String {
    let typed = [&[kind], key.as_slice()].concat();
    format!(
        "{name}+{:08x}+{}",
        u32::from_be_bytes(key_id),
        STANDARD.encode(typed)
    )
}

/// Name, key id and the 32 bytes of a key.
pub(crate) type KeyParts<'a> = (&'a str, [u8; 4], [u8; 32]);

pub(crate) fn split_key(text: &str, kind: u8) -> Result<KeyParts<'_>, &'static str> {
    // The base64 part may hold plus signs, so the text is cut from the front.
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("it needs a name, a hash and a key, with plus signs between");
    };
    if hash.len() != 8 || !hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return Err("the hash is not 8 small hexadecimal digits");
    }
    let hash = u32::from_str_radix(hash, 16).map_err(|_| "the hash is not hexadecimal")?;
    let key = STANDARD.decode(key).map_err(|_| "the key is not base64")?;
    match key.split_first() {
        Some((found, key)) if *found == kind => {
            let key = key.try_into().map_err(|_| "an Ed25519 key has 32 bytes")?;
            Ok((name, hash.to_be_bytes(), key))
        }
        found => Err(other_type(found.map(|(found, _)| *found), kind)),
    }
}

fn other_type(found: Option<u8>, wanted: u8) -> &'static str {
    match (found, wanted) {
        (Some(COSIGNATURE_V1), _) => "it is a witness's key (type 4), and a log's is wanted",
        (Some(ED25519), _) => "it is a log's key (type 1), and a witness's is wanted",
        (Some(ML_DSA_44), _) => "ML-DSA-44 keys (type 6) are not understood, only Ed25519",
        (_, COSIGNATURE_V1) => "only Ed25519 cosignature keys (type 4) are understood",
        _ => "only Ed25519 keys (type 1) are understood",
    }
}
