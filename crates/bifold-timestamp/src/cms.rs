//! The signed message around a `TSTInfo` (RFC 5652 section 5), with one signer.

use crate::Oid;
use crate::asn1::{
    INTEGER, Malformed, OCTET_STRING, Reader, SEQUENCE, SET, context, element, holder,
    only_sequence,
};
use crate::certificate::Certificate;
use crate::error::StampError;
use crate::oid;

/// Most certificates that may come along: the effort of looking for a path through them grows
/// steeply with their number. Authorities send one to five.
const MAX_CERTIFICATES: usize = 16;

/// What a token consists of, borrowed from its DER.
pub(crate) struct SignedData<'a> {
    /// The `TSTInfo`, as it was digested.
    pub(crate) content: &'a [u8],
    /// Certificates that came along, each as DER. They are hints: nobody signed the list.
    pub(crate) certificates: Vec<&'a [u8]>,
    pub(crate) signer: SignerInfo<'a>,
}

/// The signature and what it covers.
pub(crate) struct SignerInfo<'a> {
    pub(crate) id: SignerId<'a>,
    pub(crate) digest: Oid,
    /// The attributes that are signed: the type of each, and the elements of its set of values.
    pub(crate) attributes: Vec<(Oid, Reader<'a>)>,
    /// The bytes that the signature covers.
    pub(crate) signed: Vec<u8>,
    /// The `AlgorithmIdentifier` of the signature, without tag and length.
    pub(crate) algorithm: &'a [u8],
    pub(crate) signature: &'a [u8],
}

/// How the signer's certificate is named.
pub(crate) enum SignerId<'a> {
    /// The issuer's name as a whole element, and the content of the serial number.
    IssuerAndSerial(&'a [u8], &'a [u8]),
    SubjectKeyIdentifier(&'a [u8]),
}

impl SignerId<'_> {
    pub(crate) fn names(&self, certificate: &Certificate) -> bool {
        match *self {
            Self::IssuerAndSerial(issuer, serial) => certificate.is(issuer, serial),
            Self::SubjectKeyIdentifier(id) => certificate.key_identifier() == Some(id),
        }
    }
}

impl<'a> SignedData<'a> {
    pub(crate) fn parse(der: &'a [u8]) -> Result<Self, StampError> {
        let mut info = only_sequence(der, "ContentInfo")?;
        if info.oid("content type")? != oid::SIGNED_DATA {
            return Err(StampError::NotAToken);
        }
        let mut inside = info.take(holder(0), "content")?.inside();
        let mut body = inside.sequence("SignedData")?;
        inside.end("content")?;
        info.end("end of the ContentInfo")?;
        body.take(INTEGER, "version of the SignedData")?;
        body.take(SET, "digestAlgorithms")?;
        let content = content(&mut body)?;
        let certificates = certificates(&mut body)?;
        body.optional(holder(1), "revocation lists")?;
        let signers = body.take(SET, "signerInfos")?;
        body.end("end of the SignedData")?;
        Ok(Self {
            content,
            certificates,
            signer: the_signer(signers.inside())?,
        })
    }
}

fn content<'a>(body: &mut Reader<'a>) -> Result<&'a [u8], StampError> {
    let mut encapsulated = body.sequence("encapContentInfo")?;
    if encapsulated.oid("type of the signed content")? != oid::TST_INFO {
        return Err(StampError::NotAToken);
    }
    let mut inside = encapsulated.take(holder(0), "eContent")?.inside();
    let octets = inside.take(OCTET_STRING, "eContent")?.content;
    inside.end("eContent")?;
    encapsulated.end("encapContentInfo")?;
    Ok(octets)
}

/// The X.509 certificates; other kinds, which are tagged, are of no use here.
fn certificates<'a>(body: &mut Reader<'a>) -> Result<Vec<&'a [u8]>, StampError> {
    const WHAT: &str = "certificates";
    let mut found = Vec::new();
    if let Some(list) = body.optional(holder(0), WHAT)? {
        let mut list = list.inside();
        while !list.is_empty() {
            let choice = list.any(WHAT)?;
            if choice.tag == SEQUENCE {
                found.push(choice.whole);
            }
        }
    }
    match found.len() {
        0..=MAX_CERTIFICATES => Ok(found),
        count => Err(StampError::TooManyCertificates { count }),
    }
}

/// The one signer. With several it would be open whose time it is (RFC 3161 section 2.4.2).
fn the_signer(mut signers: Reader<'_>) -> Result<SignerInfo<'_>, StampError> {
    const WHAT: &str = "SignerInfo";
    let mut all = signers;
    let mut count = 0;
    while !all.is_empty() {
        all.any(WHAT)?;
        count += 1;
    }
    if count != 1 {
        return Err(StampError::Signers { count });
    }
    let mut body = signers.sequence(WHAT)?;
    body.take(INTEGER, "version of the SignerInfo")?;
    let id = signer_id(&mut body)?;
    let digest = body.sequence("digestAlgorithm")?.oid("digestAlgorithm")?;
    let signed = body.take(holder(0), "signed attributes")?;
    let algorithm = body.take(SEQUENCE, "signatureAlgorithm")?.content;
    let signature = body.take(OCTET_STRING, "signature")?.content;
    body.optional(holder(1), "unsigned attributes")?;
    body.end("end of the SignerInfo")?;
    Ok(SignerInfo {
        id,
        digest,
        attributes: attributes(signed.inside())?,
        // RFC 5652 section 5.4: what is signed carries the tag of a set, not that of the field.
        signed: element(SET, signed.content),
        algorithm,
        signature,
    })
}

fn signer_id<'a>(body: &mut Reader<'a>) -> Result<SignerId<'a>, Malformed> {
    const WHAT: &str = "signer identifier";
    if let Some(id) = body.optional(context(0), WHAT)? {
        return Ok(SignerId::SubjectKeyIdentifier(id.content));
    }
    let mut id = body.sequence(WHAT)?;
    let issuer = id.take(SEQUENCE, WHAT)?.whole;
    let serial = id.take(INTEGER, WHAT)?.content;
    id.end(WHAT)?;
    Ok(SignerId::IssuerAndSerial(issuer, serial))
}

fn attributes(mut list: Reader<'_>) -> Result<Vec<(Oid, Reader<'_>)>, Malformed> {
    const WHAT: &str = "signed attributes";
    let mut found = Vec::new();
    while !list.is_empty() {
        let mut attribute = list.sequence(WHAT)?;
        let kind = attribute.oid(WHAT)?;
        let values = attribute.take(SET, WHAT)?.inside();
        attribute.end(WHAT)?;
        found.push((kind, values));
    }
    Ok(found)
}
