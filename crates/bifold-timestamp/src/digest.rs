//! Digests by their object identifiers.

use crate::Oid;
use crate::oid::{SHA256, SHA384, SHA512};

/// A digest algorithm.
#[derive(Clone, Copy)]
pub(crate) struct Digest(&'static ring::digest::Algorithm);

impl Digest {
    pub(crate) const SHA256: Self = Self(&ring::digest::SHA256);
    pub(crate) const SHA512: Self = Self(&ring::digest::SHA512);

    /// For the signing-certificate attribute of RFC 2634 only, which knows nothing else. It binds
    /// a certificate that exists to a signature; forging that takes a second preimage, which SHA-1
    /// still withstands, and it does not replace the path to a root.
    pub(crate) const SHA1_OF_CERTIFICATE: Self = Self(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY);

    /// The digests that data and content may be bound by. SHA-1 is not among them.
    pub(crate) fn of_data(algorithm: &Oid) -> Option<Self> {
        match *algorithm {
            SHA256 => Some(Self::SHA256),
            SHA384 => Some(Self(&ring::digest::SHA384)),
            SHA512 => Some(Self::SHA512),
            _ => None,
        }
    }

    pub(crate) fn of(self, data: &[u8]) -> ring::digest::Digest {
        ring::digest::digest(self.0, data)
    }
}
