//! One SHA-256 value, and the one text form it has everywhere: standard base64 with padding, as
//! C2SP checkpoints and proofs write it (44 characters).
//!
//! Leaves and disclosures write digests as base64url without padding instead (RFC 9901); the two
//! functions for that are here too, so that no other file decodes base64 into hashes.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

/// A SHA-256 value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

/// The text was not a SHA-256 value in base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 value in base64 ({expected}); copy it again, whole")]
pub struct HashError {
    expected: &'static str,
}

impl Hash {
    /// SHA-256 of the bytes, with no domain separation. Tree nodes use [`crate::tree`] instead.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The base64url form without padding (43 characters) that leaves use for `subj.prev` and `sd`.
    pub fn to_base64url(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Reads the base64url form without padding.
    pub fn from_base64url(text: &str) -> Result<Self, HashError> {
        let expected = "43 characters of base64url";
        decode(&URL_SAFE_NO_PAD, text, 43).ok_or(HashError { expected })
    }
}

/// Bytes as lower-case hexadecimal digits: the form of content addresses, bags and sealed files.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Decodes exactly 32 bytes without allocating; the length is checked first, because a decoder
/// wants room for what the length promises.
fn decode(engine: &impl base64::Engine, text: &str, chars: usize) -> Option<Hash> {
    if text.len() != chars {
        return None;
    }
    let mut buffer = [0u8; 33];
    let written = engine.decode_slice(text, &mut buffer).ok()?;
    let bytes = buffer.get(..32).filter(|_| written == 32)?;
    Some(Hash(bytes.try_into().ok()?))
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        base64::display::Base64Display::new(&self.0, &STANDARD).fmt(f)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        let expected = "44 characters of standard base64";
        decode(&STANDARD, text, 44).ok_or(HashError { expected })
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Hash;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("44 characters of standard base64")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Hash, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_forms_round_trip() {
        let hash = Hash::of(b"");
        assert_eq!(
            hash.to_string(),
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(Hash::from_base64url(&hash.to_base64url()), Ok(hash));
        let json = serde_json::to_string(&hash).unwrap();
        assert_eq!(serde_json::from_str::<Hash>(&json).unwrap(), hash);
    }

    #[test]
    fn other_lengths_alphabets_and_loose_bits_are_refused() {
        let good = Hash::of(b"").to_string();
        for bad in [
            "",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
            "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=",
            &format!("{good}="),
        ] {
            assert!(bad.parse::<Hash>().is_err(), "{bad}");
        }
    }
}
