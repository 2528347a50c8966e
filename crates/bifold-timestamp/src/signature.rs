//! Checking a signature with the key of a certificate.
//!
//! RSA from 2048 bits (PKCS#1 v1.5 and PSS, with SHA-256, SHA-384 or SHA-512), ECDSA on P-256 and
//! P-384 with the same digests, and Ed25519. Signatures over SHA-1 are not checked: they prove nothing any more.

use pki_types::SignatureVerificationAlgorithm;
use webpki::EndEntityCert;

use crate::Oid;
use crate::asn1::Reader;
use crate::cms::SignerInfo;
use crate::ecdsa::EcdsaSha512;
use crate::error::StampError;
use crate::oid::{RSA_ENCRYPTION, SHA256, SHA384, SHA512};

type Algorithm = &'static dyn SignatureVerificationAlgorithm;

/// Every kind of signature that is checked, on time-stamps as on certificates.
pub(crate) fn algorithms() -> Vec<Algorithm> {
    let ring = webpki::ALL_VERIFICATION_ALGS.iter().copied();
    ring.chain([&EcdsaSha512::P256 as Algorithm, &EcdsaSha512::P384])
        .collect()
}

/// Refuses a signature that this certificate's key did not make.
pub(crate) fn check(
    signer: &SignerInfo<'_>,
    certificate: &EndEntityCert<'_>,
) -> Result<(), StampError> {
    let algorithm = Reader(signer.algorithm).oid("signatureAlgorithm")?;
    for candidate in candidates(signer, algorithm) {
        match certificate.verify_signature(candidate, &signer.signed, signer.signature) {
            Ok(()) => return Ok(()),
            // The same kind of signature goes with keys of several kinds; this is not the one.
            Err(webpki::Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)) => {}
            Err(_) => return Err(StampError::Signature),
        }
    }
    Err(StampError::SignatureAlgorithm { algorithm })
}

/// The kinds of signature that the signer can mean.
fn candidates(signer: &SignerInfo<'_>, algorithm: Oid) -> Vec<Algorithm> {
    // Many name the key only, and mean the digest that they name besides (RFC 3370 section 3.2).
    if algorithm == RSA_ENCRYPTION {
        let meant = match signer.digest {
            SHA256 => webpki::ring::RSA_PKCS1_2048_8192_SHA256,
            SHA384 => webpki::ring::RSA_PKCS1_2048_8192_SHA384,
            SHA512 => webpki::ring::RSA_PKCS1_2048_8192_SHA512,
            _ => return Vec::new(),
        };
        return vec![meant];
    }
    let mut all = algorithms();
    all.retain(|candidate| candidate.signature_alg_id().as_ref() == signer.algorithm);
    all
}
