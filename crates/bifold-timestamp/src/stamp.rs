//! A time-stamp that was verified, and how long it lasts.

use jiff::{SignedDuration, Timestamp};

use crate::certificate::Certificate;
use crate::info::TstInfo;

/// A time-stamp that was verified; only [`crate::verify`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    pub(crate) info: TstInfo,
    pub(crate) signer: Certificate,
    /// From the signer's issuer to the root.
    pub(crate) issuers: Vec<Certificate>,
}

impl Stamp {
    /// What the authority said.
    pub fn info(&self) -> &TstInfo {
        &self.info
    }

    /// The certificate of the signer.
    pub fn signer(&self) -> &Certificate {
        &self.signer
    }

    /// The certificates that prove it, from the signer's to the trusted root's.
    pub fn path(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.signer).chain(&self.issuers)
    }

    /// When the first certificate of the path expires. The stamp is not wrong after that, but a
    /// key that nobody guards any longer could have been used to forge it; a second stamp over
    /// this one, made before, shows that it was not.
    pub fn expires(&self) -> Timestamp {
        let ends = self.issuers.iter().map(Certificate::not_after);
        ends.fold(self.signer.not_after(), Timestamp::min)
    }

    /// Whether the stamp, and what it was made for, should be stamped again, because `expires` is
    /// less than the margin away.
    pub fn needs_renewal(&self, now: Timestamp, margin: SignedDuration) -> bool {
        self.expires().duration_since(now) < margin
    }
}
