//! The few fields of a certificate (RFC 5280 section 4.1) that the path check does not tell.
//!
//! Whether a certificate is genuine is decided in [`crate::trust`]; nothing here is a proof.

use jiff::Timestamp;
use pki_types::CertificateDer;

use crate::asn1::{
    BIT_STRING, BOOLEAN, INTEGER, Malformed, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE,
    context, holder, only_sequence,
};
use crate::error::StampError;
use crate::{Oid, name, oid, time};

/// An X.509 certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: CertificateDer<'static>,
    subject: Vec<u8>,
    issuer: Vec<u8>,
    serial: Vec<u8>,
    not_before: Timestamp,
    not_after: Timestamp,
    extensions: Vec<Extension>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Extension {
    id: Vec<u8>,
    critical: bool,
    value: Vec<u8>,
}

impl Certificate {
    pub(crate) fn parse(der: &[u8]) -> Result<Self, Malformed> {
        const WHAT: &str = "certificate";
        let mut body = only_sequence(der, WHAT)?.sequence(WHAT)?;
        body.optional(holder(0), WHAT)?;
        let serial = body
            .take(INTEGER, "serial number of the certificate")?
            .content;
        body.take(SEQUENCE, WHAT)?;
        let issuer = body.take(SEQUENCE, "issuer of the certificate")?.whole;
        let mut validity = body.sequence("validity of the certificate")?;
        let mut bound = || time::read(&validity.any("validity")?, "validity of the certificate");
        let (not_before, not_after) = (bound()?, bound()?);
        let subject = body.take(SEQUENCE, "subject of the certificate")?.whole;
        body.take(SEQUENCE, "key of the certificate")?;
        body.optional(context(1), WHAT)?;
        body.optional(context(2), WHAT)?;
        let list = body.optional(holder(3), WHAT)?;
        let extensions = list.map_or(Ok(Vec::new()), |list| extensions(list.inside()))?;
        Ok(Self {
            der: CertificateDer::from(der.to_vec()),
            subject: subject.to_vec(),
            issuer: issuer.to_vec(),
            serial: serial.to_vec(),
            not_before,
            not_after,
            extensions,
        })
    }

    /// The certificate as it is exchanged.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The name of its holder.
    pub fn subject(&self) -> String {
        told(&self.subject)
    }

    /// The name of who issued it.
    pub fn issuer(&self) -> String {
        told(&self.issuer)
    }

    /// The first instant at which it is valid.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The last second in which it is valid.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    pub(crate) fn as_webpki(&self) -> &CertificateDer<'static> {
        &self.der
    }

    pub(crate) fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether this is what an issuer (a whole name element) and a serial number point at.
    pub(crate) fn is(&self, issuer: &[u8], serial: &[u8]) -> bool {
        self.issuer == issuer && self.serial == serial
    }

    pub(crate) fn is_valid_at(&self, instant: Timestamp) -> bool {
        // A validity ends with its last second, fractions of which belong to it.
        self.not_before <= instant && instant.as_second() <= self.not_after.as_second()
    }

    pub(crate) fn key_identifier(&self) -> Option<&[u8]> {
        let value = &self.extension(&oid::SUBJECT_KEY_IDENTIFIER)?.value;
        let id = Reader(value).take(OCTET_STRING, "key identifier").ok()?;
        Some(id.content)
    }

    /// Refuses a certificate that may sign anything but time-stamps (RFC 3161 section 2.3): the
    /// holder of a key for other things could be made to sign a time-stamp unawares.
    pub(crate) fn check_purpose(&self) -> Result<(), StampError> {
        let refusal = |defect| StampError::NotForTimestamping {
            subject: self.subject(),
            defect,
        };
        let purposes = self
            .extension(&oid::EXTENDED_KEY_USAGE)
            .ok_or_else(|| refusal("names no extended key usage"))?;
        if !purposes.critical {
            return Err(refusal("has an extended key usage that is not critical"));
        }
        let mut list = only_sequence(&purposes.value, "extended key usage")?;
        let first = list.oid("extended key usage")?;
        if first != oid::TIME_STAMPING || !list.is_empty() {
            return Err(refusal("is not for time-stamping alone"));
        }
        if self.may_not_sign()? {
            return Err(refusal("has a key that may not sign"));
        }
        Ok(())
    }

    /// Whether there is a key usage without digitalSignature and nonRepudiation.
    fn may_not_sign(&self) -> Result<bool, Malformed> {
        const WHAT: &str = "key usage";
        const SIGNING: u8 = 0b1100_0000;
        let Some(usage) = self.extension(&oid::KEY_USAGE) else {
            return Ok(false);
        };
        let bits = Reader(&usage.value).take(BIT_STRING, WHAT)?.content;
        let (_unused, bits) = bits.split_first().ok_or(Malformed(WHAT))?;
        Ok(bits.first().is_none_or(|first| first & SIGNING == 0))
    }

    fn extension(&self, id: &Oid) -> Option<&Extension> {
        self.extensions
            .iter()
            .find(|extension| extension.id == id.as_bytes())
    }
}

fn told(name: &[u8]) -> String {
    let name = only_sequence(name, "name").and_then(name::distinguished);
    name.unwrap_or_else(|_| "(a name that cannot be read)".to_owned())
}

fn extensions(mut holder: Reader<'_>) -> Result<Vec<Extension>, Malformed> {
    const WHAT: &str = "extensions of the certificate";
    let mut list = holder.sequence(WHAT)?;
    let mut found = Vec::new();
    while !list.is_empty() {
        let mut extension = list.sequence(WHAT)?;
        let id = extension.take(OBJECT_IDENTIFIER, WHAT)?.content.to_vec();
        let critical = extension.optional(BOOLEAN, WHAT)?;
        found.push(Extension {
            id,
            critical: critical.is_some_and(|flag| flag.content != [0]),
            value: extension.take(OCTET_STRING, WHAT)?.content.to_vec(),
        });
    }
    Ok(found)
}
