//! What the signed attributes must say: what was signed, and with which certificate.
//!
//! The second is what keeps somebody from putting another certificate with the same key, or the
//! same name, in the place of the signer's (RFC 2634 section 5.4, RFC 5035, RFC 5816).

use crate::Oid;
use crate::asn1::{INTEGER, Malformed, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE, holder};
use crate::certificate::Certificate;
use crate::cms::{SignedData, SignerInfo};
use crate::digest::Digest;
use crate::error::StampError;
use crate::oid;

/// Refuses attributes that are not about this content.
pub(crate) fn check_content(message: &SignedData<'_>) -> Result<(), StampError> {
    let signer = &message.signer;
    let mut kind = required(signer, &oid::CONTENT_TYPE, "content-type")?;
    if kind.take(OBJECT_IDENTIFIER, "content-type")?.content != oid::TST_INFO.as_bytes() {
        return Err(StampError::NotAToken);
    }
    let algorithm = signer.digest;
    let digest = Digest::of_data(&algorithm).ok_or(StampError::DigestAlgorithm { algorithm })?;
    let mut told = required(signer, &oid::MESSAGE_DIGEST, "message-digest")?;
    let told = told.take(OCTET_STRING, "message-digest")?.content;
    if told == digest.of(message.content).as_ref() {
        Ok(())
    } else {
        Err(StampError::ContentDigest)
    }
}

/// Which certificate the signer says it signed with.
pub(crate) struct Binding<'a>(Vec<CertificateId<'a>>);

struct CertificateId<'a> {
    digest: Digest,
    told: &'a [u8],
    issuer_and_serial: Option<(Reader<'a>, &'a [u8])>,
}

impl<'a> Binding<'a> {
    /// Reads both attributes; at least one is required, and where both are there, both count.
    pub(crate) fn read(signer: &SignerInfo<'a>) -> Result<Self, StampError> {
        let old = the_only(signer, &oid::SIGNING_CERTIFICATE, "signing-certificate")?;
        let new = the_only(
            signer,
            &oid::SIGNING_CERTIFICATE_V2,
            "signing-certificate-v2",
        )?;
        let mut ids = Vec::new();
        if let Some(value) = old {
            ids.push(certificate_id(value, |_| Ok(Digest::SHA1_OF_CERTIFICATE))?);
        }
        if let Some(value) = new {
            ids.push(certificate_id(value, named_digest)?);
        }
        if ids.is_empty() {
            return Err(StampError::MissingAttribute("signing-certificate-v2"));
        }
        Ok(Self(ids))
    }

    pub(crate) fn is_to(&self, certificate: &Certificate) -> bool {
        self.0.iter().all(|id| id.names(certificate))
    }
}

impl CertificateId<'_> {
    fn names(&self, certificate: &Certificate) -> bool {
        let same = self.digest.of(certificate.der()).as_ref() == self.told;
        same && self.issuer_and_serial.is_none_or(|(mut names, serial)| {
            let issuers = std::iter::from_fn(|| names.any("issuer").ok());
            let mut directory = issuers.filter(|name| name.tag == holder(4));
            directory.any(|name| certificate.is(name.content, serial))
        })
    }
}

/// The first `ESSCertID` is the signer's. Others may follow, for certificates above it; the path to
/// a root is checked without them.
fn certificate_id<'a>(
    mut value: Reader<'a>,
    digest: impl Fn(&mut Reader<'a>) -> Result<Digest, StampError>,
) -> Result<CertificateId<'a>, StampError> {
    const WHAT: &str = "signing-certificate";
    let mut ids = value.sequence(WHAT)?.sequence(WHAT)?;
    let mut id = ids.sequence(WHAT)?;
    let digest = digest(&mut id)?;
    let told = id.take(OCTET_STRING, WHAT)?.content;
    let issuer_and_serial = match id.optional(SEQUENCE, WHAT)? {
        Some(field) => {
            let mut fields = field.inside();
            let names = fields.sequence(WHAT)?;
            Some((names, fields.take(INTEGER, WHAT)?.content))
        }
        None => None,
    };
    id.end(WHAT)?;
    Ok(CertificateId {
        digest,
        told,
        issuer_and_serial,
    })
}

/// The digest that an `ESSCertIDv2` names, or SHA-256 if it names none.
fn named_digest(id: &mut Reader<'_>) -> Result<Digest, StampError> {
    const WHAT: &str = "digest of the signing-certificate-v2";
    let Some(field) = id.optional(SEQUENCE, WHAT)? else {
        return Ok(Digest::SHA256);
    };
    let algorithm = field.inside().oid(WHAT)?;
    Digest::of_data(&algorithm).ok_or(StampError::DigestAlgorithm { algorithm })
}

fn required<'a>(
    signer: &SignerInfo<'a>,
    kind: &Oid,
    name: &'static str,
) -> Result<Reader<'a>, StampError> {
    the_only(signer, kind, name)?.ok_or(StampError::MissingAttribute(name))
}

/// The value of an attribute that may be there once, with one value.
fn the_only<'a>(
    signer: &SignerInfo<'a>,
    kind: &Oid,
    name: &'static str,
) -> Result<Option<Reader<'a>>, Malformed> {
    let mut found = signer.attributes.iter().filter(|(other, _)| other == kind);
    let Some((_, value)) = found.next() else {
        return Ok(None);
    };
    let mut values = *value;
    values.any(name)?;
    values.end(name)?;
    match found.next() {
        None => Ok(Some(*value)),
        Some(_) => Err(Malformed(name)),
    }
}
