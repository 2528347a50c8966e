//! What an authority is asked (RFC 3161 section 2.4.1).
//!
//! Only the digest travels: the authority never sees what it stamps.

use crate::asn1::{
    BOOLEAN, INTEGER, NULL, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, element, only_sequence,
};
use crate::error::StampError;
use crate::imprint::Imprint;
use crate::integer::Integer;
use crate::{Oid, oid};

/// Media type of a request over HTTP (RFC 3161 section 3.4).
pub const REQUEST_MEDIA_TYPE: &str = "application/timestamp-query";
/// Media type of an answer over HTTP (RFC 3161 section 3.4).
pub const RESPONSE_MEDIA_TYPE: &str = "application/timestamp-reply";

/// A request for a time-stamp of a SHA-256 digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// SHA-256 of what is to be stamped.
    pub imprint: [u8; 32],
    /// A number that was never used before, so that an old answer cannot be passed off as new.
    pub nonce: u64,
    /// The authority's policy that is asked for; `None` leaves it to the authority.
    pub policy: Option<Oid>,
    /// Whether the answer is to carry the signer's certificate, without which it can be verified
    /// only by somebody who has that certificate from elsewhere.
    pub cert_req: bool,
}

impl Request {
    /// A request under the authority's own policy, for an answer that carries the certificate.
    pub fn new(imprint: [u8; 32], nonce: u64) -> Self {
        Self {
            imprint,
            nonce,
            policy: None,
            cert_req: true,
        }
    }

    /// The request as it is sent: about 60 bytes.
    pub fn to_der(&self) -> Vec<u8> {
        let algorithm = [
            element(OBJECT_IDENTIFIER, oid::SHA256.as_bytes()),
            element(NULL, &[]),
        ];
        let imprint = [
            element(SEQUENCE, &algorithm.concat()),
            element(OCTET_STRING, &self.imprint),
        ];
        let policy = self
            .policy
            .map(|policy| element(OBJECT_IDENTIFIER, policy.as_bytes()));
        let cert_req = self.cert_req.then(|| element(BOOLEAN, &[0xff]));
        let fields = [
            element(INTEGER, &[1]),
            element(SEQUENCE, &imprint.concat()),
            policy.unwrap_or_default(),
            Integer::from(self.nonce).der(),
            cert_req.unwrap_or_default(),
        ];
        element(SEQUENCE, &fields.concat())
    }

    /// Reads a request. Refused is what [`Request`] cannot say: a request without a nonce, with a
    /// longer one, with extensions, or for another digest than SHA-256.
    pub fn parse(der: &[u8]) -> Result<Self, StampError> {
        let mut body = only_sequence(der, "request")?;
        if body.take(INTEGER, "version")?.content != [1] {
            return Err(StampError::Version);
        }
        let imprint = Imprint::read(&mut body)?;
        let policy = match body.0.first() {
            Some(&OBJECT_IDENTIFIER) => Some(body.oid("policy")?),
            _ => None,
        };
        let nonce = Integer::take(&mut body, "nonce")?.to_u64();
        let cert_req = body.optional(BOOLEAN, "certReq")?;
        body.end("end of the request")?;
        Ok(Self {
            imprint: imprint.sha256()?,
            nonce: nonce.ok_or(crate::Malformed("nonce"))?,
            policy,
            cert_req: cert_req.is_some_and(|flag| flag.content != [0]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_request_is_about_sixty_bytes() {
        assert_eq!(Request::new([7; 32], u64::MAX).to_der().len(), 70);
        assert_eq!(Request::new([7; 32], 0).to_der().len(), 62);
    }

    #[test]
    fn a_request_that_cannot_be_said_is_refused() {
        let der = Request::new([7; 32], 1).to_der();
        let mut sha512 = der.clone();
        *sha512.iter_mut().rev().nth(32 + 2 + 3 + 3 + 2).unwrap() = 3;
        assert!(matches!(
            Request::parse(&sha512),
            Err(StampError::ImprintAlgorithm { .. })
        ));
        assert!(Request::parse(&[der, vec![0]].concat()).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(imprint: [u8; 32], nonce: u64, policy: bool, cert_req: bool) {
            let policy = policy.then_some(oid::TIME_STAMPING);
            let request = Request { imprint, nonce, policy, cert_req };
            prop_assert_eq!(Request::parse(&request.to_der()).unwrap(), request);
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Request::parse(&bytes);
        }
    }
}
