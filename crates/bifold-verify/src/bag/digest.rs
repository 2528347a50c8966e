//! Hashing a file once with every algorithm that somebody listed it under.

use bifold_ledger::hash::hex;
use std::io::{self, Read};

use sha2::digest::DynDigest;

/// Bytes read at once.
const BUFFER_BYTES: usize = 64 * 1024;

/// A digest algorithm of a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Algorithm {
    /// Says that a file was not damaged; says nothing against intent.
    Md5,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    /// The algorithm of a manifest's file name (RFC 8493 §2.4), if it is known here.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "md5" => Self::Md5,
            "sha224" => Self::Sha224,
            "sha256" => Self::Sha256,
            "sha384" => Self::Sha384,
            "sha512" => Self::Sha512,
            _ => return None,
        })
    }

    fn hasher(self) -> Box<dyn DynDigest> {
        match self {
            Self::Md5 => Box::<md5::Md5>::default(),
            Self::Sha224 => Box::<sha2::Sha224>::default(),
            Self::Sha256 => Box::<sha2::Sha256>::default(),
            Self::Sha384 => Box::<sha2::Sha384>::default(),
            Self::Sha512 => Box::<sha2::Sha512>::default(),
        }
    }
}

/// The digests of everything the stream gives, in lower-case hexadecimal, in order of the
/// algorithms.
pub(crate) fn digests(mut from: impl Read, with: &[Algorithm]) -> io::Result<Vec<String>> {
    let mut hashers: Vec<Box<dyn DynDigest>> = with.iter().map(|a| a.hasher()).collect();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let read = from.read(&mut buffer)?;
        let piece = buffer.get(..read).unwrap_or_default();
        if piece.is_empty() {
            break;
        }
        for hasher in &mut hashers {
            hasher.update(piece);
        }
    }
    Ok(hashers.into_iter().map(|h| hex(&h.finalize())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_hashed_once_with_several() {
        let all = digests(&b"abc"[..], &[Algorithm::Md5, Algorithm::Sha256]).unwrap();
        assert_eq!(
            all,
            [
                "900150983cd24fb0d6963f7d28e17f72",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            ]
        );
        assert_eq!(Algorithm::named("SHA512"), Some(Algorithm::Sha512));
        assert_eq!(Algorithm::named("crc32"), None);
    }
}
