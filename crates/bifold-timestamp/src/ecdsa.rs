//! ECDSA over SHA-512 digests, which `ring` does not have and authorities use: whoever runs
//! `openssl ts` with a key on P-256 or P-384 and the digest set to SHA-512 signs like this.

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};

use crate::digest::Digest;

/// ECDSA with SHA-512, by the curve of the key.
#[derive(Debug)]
pub(crate) enum EcdsaSha512 {
    P256,
    P384,
}

impl SignatureVerificationAlgorithm for EcdsaSha512 {
    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        match self {
            Self::P256 => alg_id::ECDSA_P256,
            Self::P384 => alg_id::ECDSA_P384,
        }
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_SHA512
    }

    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let digest = Digest::SHA512.of(message);
        let verified = match self {
            Self::P256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(public_key).and_then(|key| {
                let signature = p256::ecdsa::Signature::from_der(signature)?;
                key.verify_prehash(digest.as_ref(), &signature)
            }),
            Self::P384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(public_key).and_then(|key| {
                let signature = p384::ecdsa::Signature::from_der(signature)?;
                key.verify_prehash(digest.as_ref(), &signature)
            }),
        };
        verified.map_err(|_| InvalidSignature)
    }
}
