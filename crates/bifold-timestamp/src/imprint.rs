//! The digest that is stamped, and what it is compared with.

use crate::Oid;
use crate::asn1::{OCTET_STRING, Reader};
use crate::digest::Digest;
use crate::error::StampError;
use crate::oid;

/// `MessageImprint`: a digest and how it was made (RFC 3161 section 2.4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imprint {
    /// Which digest.
    pub algorithm: Oid,
    /// Its octets.
    pub digest: Vec<u8>,
}

/// What a time-stamp is held against.
#[derive(Debug, Clone, Copy)]
pub enum Stamped<'a> {
    /// The data itself; it is digested with whatever the stamp names: SHA-256, SHA-384, SHA-512.
    Data(&'a [u8]),
    /// The SHA-256 digest of the data. A stamp over any other digest is refused.
    Sha256([u8; 32]),
}

impl Imprint {
    pub(crate) fn read(body: &mut Reader<'_>) -> Result<Self, StampError> {
        let mut imprint = body.sequence("messageImprint")?;
        let algorithm = imprint.sequence("hashAlgorithm")?.oid("hashAlgorithm")?;
        let digest = imprint
            .take(OCTET_STRING, "hashedMessage")?
            .content
            .to_vec();
        imprint.end("messageImprint")?;
        Ok(Self { algorithm, digest })
    }

    /// The digest, which must be SHA-256.
    pub(crate) fn sha256(&self) -> Result<[u8; 32], StampError> {
        let algorithm = self.algorithm;
        if algorithm != oid::SHA256 {
            return Err(StampError::ImprintAlgorithm { algorithm });
        }
        <[u8; 32]>::try_from(self.digest.as_slice()).map_err(|_| StampError::Imprint)
    }

    /// Refuses an imprint of anything else.
    pub(crate) fn check(&self, stamped: Stamped<'_>) -> Result<(), StampError> {
        let algorithm = self.algorithm;
        let same = match stamped {
            Stamped::Sha256(digest) => self.sha256()? == digest,
            Stamped::Data(data) => {
                let digest = Digest::of_data(&algorithm)
                    .ok_or(StampError::ImprintAlgorithm { algorithm })?;
                digest.of(data).as_ref() == self.digest
            }
        };
        if same {
            Ok(())
        } else {
            Err(StampError::Imprint)
        }
    }
}
