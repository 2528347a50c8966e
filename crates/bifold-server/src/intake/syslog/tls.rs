//! Who we are to senders of syslog within TLS, and whom of them we believe (RFC 5425).
//!
//! Without a list of authorities every sender is let in, and reads our certificate; with one,
//! nobody is who has no certificate of theirs. What the name in it says makes no difference.

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// Certificate, key, and whom we believe; read once.
#[derive(Debug, Clone)]
pub struct SyslogTls(Arc<ServerConfig>);

/// Files that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SyslogTlsError {
    /// It cannot be read, or holds nothing of the kind.
    #[error("{file}: {why}")]
    File {
        /// Which.
        file: String,
        /// Why not.
        why: String,
    },
    /// Certificate and key do not belong together, or are of an unknown kind.
    #[error("certificate and key cannot be used: {0}")]
    Pair(rustls::Error),
}

impl SyslogTls {
    /// Reads PEM files: our certificate with those that lead to its authority, its key, and the
    /// authorities whose senders alone may come.
    pub fn read(
        certificate: &Path,
        key: &Path,
        clients: Option<&Path>,
    ) -> Result<Self, SyslogTlsError> {
        let chain = certificates(certificate)?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, &error))?;
        let provider = Arc::new(default_provider());
        let config = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(SyslogTlsError::Pair)?;
        let config = match clients {
            None => config.with_no_client_auth(),
            Some(file) => {
                let mut roots = RootCertStore::empty();
                for root in certificates(file)? {
                    roots.add(root).map_err(|error| wrong(file, &error))?;
                }
                let asked = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
                let asked = asked.build().map_err(|error| wrong(file, &error))?;
                config.with_client_cert_verifier(asked)
            }
        };
        let mut config = config
            .with_single_cert(chain, key)
            .map_err(SyslogTlsError::Pair)?;
        // Whoever comes again proves anew who they are. And with no ticket waiting to be read by a
        // sender that never reads, the end of the connection is the first thing it sees.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self(Arc::new(config)))
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.0.clone())
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, SyslogTlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(file)
        .map_err(|error| wrong(file, &error))?
        .collect();
    let found = found.map_err(|error| wrong(file, &error))?;
    if found.is_empty() {
        return Err(wrong(file, &"there is no certificate in it"));
    }
    Ok(found)
}

fn wrong(file: &Path, why: &dyn std::fmt::Display) -> SyslogTlsError {
    SyslogTlsError::File {
        file: file.display().to_string(),
        why: why.to_string(),
    }
}

/// The certificate by which somebody proved who they are, as `sha-256:` and pairs of digits: the
/// way in which RFC 5425 has an administrator compare them.
pub(super) fn fingerprint(certificates: Option<&[CertificateDer<'_>]>) -> Option<String> {
    let certificate = certificates?.first()?;
    let mut text = "sha-256".to_owned();
    for byte in Sha256::digest(certificate.as_ref()) {
        // Writing into a text cannot fail.
        let _ = write!(text, ":{byte:02X}");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let (empty, absent) = (folder.path().join("empty.pem"), folder.path().join("gone"));
        std::fs::write(&empty, "nothing\n").unwrap();
        for (certificate, named) in [(&empty, "empty.pem"), (&absent, "gone")] {
            let error = SyslogTls::read(certificate, &empty, None).unwrap_err();
            assert!(error.to_string().contains(named), "{error}");
        }
    }

    #[test]
    fn a_fingerprint_is_that_of_the_first_certificate() {
        let shown = fingerprint(Some(&[CertificateDer::from(b"abc".to_vec())])).unwrap();
        assert!(shown.starts_with("sha-256:BA:78:16:BF:"), "{shown}");
        assert_eq!(fingerprint(None), None);
    }
}
