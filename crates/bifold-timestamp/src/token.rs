//! A time-stamp as it is kept (RFC 3161 section 2.4.2, `TimeStampToken`).

use crate::asn1::Malformed;
use crate::ber;
use crate::cms::SignedData;
use crate::error::StampError;
use crate::info::TstInfo;

/// Longest message that is read. The longest tokens in use, with four certificates and lists of
/// revoked ones, have some 20 kB.
pub const MAX_BYTES: usize = 256 * 1024;

/// A time-stamp that was read, but not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    raw: Vec<u8>,
    der: Vec<u8>,
    info: TstInfo,
}

impl Token {
    /// Reads a token, in DER or BER. Says nothing yet about whether to believe it.
    pub fn parse(bytes: &[u8]) -> Result<Self, StampError> {
        check_length(bytes)?;
        let (der, rest) = ber::first(bytes, "token")?;
        if !rest.is_empty() {
            return Err(Malformed("end of the token").into());
        }
        let info = TstInfo::parse(SignedData::parse(&der)?.content)?;
        Ok(Self {
            raw: bytes.to_vec(),
            der,
            info,
        })
    }

    /// The token as it came. This is what to keep.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// What it claims. Use [`crate::verify`] before relying on it.
    pub fn info(&self) -> &TstInfo {
        &self.info
    }

    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }
}

pub(crate) fn check_length(bytes: &[u8]) -> Result<(), StampError> {
    if bytes.len() > MAX_BYTES {
        return Err(StampError::TooLong { bytes: bytes.len() });
    }
    Ok(())
}
