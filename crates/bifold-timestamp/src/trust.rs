//! Who is believed: the path from a signer to a root that the operator trusts.
//!
//! Certificates that come with a time-stamp may help to build the path and nothing else. The path
//! is judged at the time of the stamp, not now: a stamp outlives the certificate behind it. There
//! is no network here, so revocation is not looked at; an operator who learns that an authority's
//! key was stolen takes its root out of the file.

use std::time::Duration;

use jiff::Timestamp;
use pki_types::pem::PemObject as _;
use pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage};

use crate::asn1::SEQUENCE;
use crate::certificate::Certificate;
use crate::error::StampError;
use crate::{oid, signature};

/// Certificates that the operator chose: roots, and such as help to get to them.
#[derive(Debug, Clone, Default)]
pub struct TrustedCertificates {
    roots: Vec<Certificate>,
    chain: Vec<Certificate>,
}

impl TrustedCertificates {
    /// Reads one file of certificates; see [`Self::add`].
    pub fn read(file: &[u8]) -> Result<Self, StampError> {
        let mut trusted = Self::default();
        trusted.add(file)?;
        Ok(trusted)
    }

    /// Adds the certificates of a file: PEM with any number of them, or one as DER.
    ///
    /// A certificate that its holder issued to itself becomes a trusted root. Any other, be it of
    /// an intermediate authority or of a signer whose stamps come without it, only helps to build
    /// the path. So a file as authorities publish it can be given as it is.
    pub fn add(&mut self, file: &[u8]) -> Result<(), StampError> {
        const BROKEN: StampError = StampError::Certificates("a certificate in it is broken");
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(file).collect();
        let mut found = found.map_err(|_| BROKEN)?;
        if found.is_empty() && file.first() == Some(&SEQUENCE) {
            found.push(CertificateDer::from(file));
        }
        if found.is_empty() {
            return Err(StampError::Certificates("no certificate is in it"));
        }
        for der in found {
            let certificate = Certificate::parse(&der).map_err(|_| BROKEN)?;
            if certificate.is_self_issued() {
                webpki::anchor_from_trusted_cert(certificate.as_webpki()).map_err(|_| BROKEN)?;
                self.roots.push(certificate);
            } else {
                self.chain.push(certificate);
            }
        }
        Ok(())
    }

    /// The roots that are trusted.
    pub fn roots(&self) -> &[Certificate] {
        &self.roots
    }

    /// The certificates that only help.
    pub(crate) fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// The certificates from the signer's issuer to a root. They, and the signer's, were valid at
    /// that time.
    pub(crate) fn issuers(
        &self,
        signer: &Certificate,
        came_along: &[Certificate],
        gen_time: Timestamp,
    ) -> Result<Vec<Certificate>, StampError> {
        let untrusted = |cause| refusal(cause, signer, gen_time);
        let leaf = EndEntityCert::try_from(signer.as_webpki()).map_err(untrusted)?;
        let anchors = self.anchors().map_err(untrusted)?;
        let helpers = self.chain.iter().chain(came_along);
        let helpers: Vec<_> = helpers.map(|helper| helper.as_webpki().clone()).collect();
        let seconds = u64::try_from(gen_time.as_second())
            .map_err(|_| untrusted(webpki::Error::BadDerTime))?;
        let path = leaf
            .verify_for_usage(
                &signature::algorithms(),
                &anchors,
                &helpers,
                UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
                // The signer's own purpose is checked more strictly than this.
                KeyUsage::required_if_present(oid::TIME_STAMPING_CONTENT),
                None,
                None,
            )
            .map_err(untrusted)?;
        let between = path.intermediate_certificates();
        let mut issuers: Vec<_> = between
            .map(|issuer| Certificate::parse(&issuer.der()))
            .collect::<Result<_, _>>()?;
        issuers.push(self.valid_root(path.anchor(), gen_time)?);
        Ok(issuers)
    }

    fn anchors(&self) -> Result<Vec<TrustAnchor<'_>>, webpki::Error> {
        let roots = self.roots.iter();
        roots
            .map(|root| webpki::anchor_from_trusted_cert(root.as_webpki()))
            .collect()
    }

    /// The root behind an anchor. The path check looks only at its name and key, so the validity
    /// of the root itself, and of twins with the same name and key, is seen to here.
    fn valid_root(
        &self,
        anchor: &TrustAnchor<'_>,
        gen_time: Timestamp,
    ) -> Result<Certificate, StampError> {
        let twins = self.roots.iter().filter(|root| {
            webpki::anchor_from_trusted_cert(root.as_webpki()).is_ok_and(|twin| {
                twin.subject == anchor.subject
                    && twin.subject_public_key_info == anchor.subject_public_key_info
            })
        });
        let twins: Vec<_> = twins.collect();
        let valid = twins.iter().find(|root| root.is_valid_at(gen_time));
        valid.map(|root| (*root).clone()).ok_or_else(|| {
            let subject = twins.first().map(|root| root.subject());
            StampError::OutsideValidity {
                subject: subject.unwrap_or_default(),
                gen_time,
            }
        })
    }
}

/// What is wrong, when the path check finds none.
pub(crate) fn refusal(
    cause: webpki::Error,
    signer: &Certificate,
    gen_time: Timestamp,
) -> StampError {
    use webpki::Error as Cause;
    let subject = signer.subject();
    match cause {
        Cause::CertExpired { .. } | Cause::CertNotValidYet { .. } => {
            StampError::OutsideValidity { subject, gen_time }
        }
        // The second: a root, or an authority between, of the same name and with another key.
        Cause::UnknownIssuer | Cause::InvalidSignatureForPublicKey => {
            StampError::Untrusted { subject }
        }
        cause => StampError::UnfitCertificate { subject, cause },
    }
}
