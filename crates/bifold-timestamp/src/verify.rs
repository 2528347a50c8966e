//! Whether to believe a time-stamp.

use jiff::Timestamp;
use webpki::EndEntityCert;

use crate::attributes::{self, Binding};
use crate::certificate::Certificate;
use crate::cms::SignedData;
use crate::error::StampError;
use crate::imprint::Stamped;
use crate::info::TstInfo;
use crate::request::Request;
use crate::stamp::Stamp;
use crate::token::Token;
use crate::trust::TrustedCertificates;
use crate::{Oid, signature, trust};

/// What a time-stamp must be besides genuine. Nothing of it is checked by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// The nonce of the request, when its answer is verified.
    pub nonce: Option<u64>,
    /// The policy of the request.
    pub policy: Option<Oid>,
    /// Now, by the caller's clock: a stamp of a later time is refused. Its accuracy is granted to
    /// it; a tolerance for the caller's own clock must be in this value.
    pub at: Option<Timestamp>,
}

impl Options {
    /// That a time-stamp be the answer to this request.
    pub fn answer_to(request: &Request) -> Self {
        Self {
            nonce: Some(request.nonce),
            policy: request.policy,
            at: None,
        }
    }
}

/// Verifies a time-stamp without asking anybody: that it is of this data, signed by one signer
/// whose certificate is for time-stamping alone, and that a trusted root vouched for that signer at
/// the time of the stamp.
///
/// Not looked at: revocation, and whether the name in the statement is that of the certificate.
pub fn verify(
    token: &Token,
    stamped: Stamped<'_>,
    trusted: &TrustedCertificates,
    options: &Options,
) -> Result<Stamp, StampError> {
    let info = token.info();
    info.imprint.check(stamped)?;
    options.check(info)?;
    let message = SignedData::parse(token.der())?;
    attributes::check_content(&message)?;
    let came_along = certificates(&message);
    let signer = signer(&message, &came_along, trusted)?;
    let key = EndEntityCert::try_from(signer.as_webpki())
        .map_err(|cause| trust::refusal(cause, signer, info.gen_time))?;
    signature::check(&message.signer, &key)?;
    signer.check_purpose()?;
    Ok(Stamp {
        info: info.clone(),
        signer: signer.clone(),
        issuers: trusted.issuers(signer, &came_along, info.gen_time)?,
    })
}

impl Options {
    fn check(&self, info: &TstInfo) -> Result<(), StampError> {
        if let Some(expected) = self.nonce
            && info.nonce != Some(expected.into())
        {
            let found = info.nonce.clone();
            return Err(StampError::Nonce { expected, found });
        }
        if let Some(expected) = self.policy
            && info.policy != expected
        {
            let found = info.policy;
            return Err(StampError::Policy { expected, found });
        }
        if let Some(at) = self.at
            && info.gen_time.duration_since(at) > info.accuracy.unwrap_or_default()
        {
            let gen_time = info.gen_time;
            return Err(StampError::FromTheFuture { gen_time, at });
        }
        Ok(())
    }
}

/// The certificates that came with the token, as far as they can be read. Anybody can add to them
/// on the way, so one that is broken is no reason to refuse the rest.
fn certificates(message: &SignedData<'_>) -> Vec<Certificate> {
    let all = message.certificates.iter();
    all.filter_map(|der| Certificate::parse(der).ok()).collect()
}

/// The certificate that the signature names and binds itself to.
fn signer<'a>(
    message: &SignedData<'_>,
    came_along: &'a [Certificate],
    trusted: &'a TrustedCertificates,
) -> Result<&'a Certificate, StampError> {
    let binding = Binding::read(&message.signer)?;
    let mut named = came_along
        .iter()
        .chain(trusted.chain())
        .filter(|certificate| message.signer.id.names(certificate))
        .peekable();
    if named.peek().is_none() {
        return Err(StampError::NoSignerCertificate);
    }
    named
        .find(|certificate| binding.is_to(certificate))
        .ok_or(StampError::OtherCertificate)
}
