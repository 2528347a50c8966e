//! Signatures of webhooks (Standard Webhooks 1.0.0, symmetric `v1`).
//!
//! Signed is `id.timestamp.body` with HMAC-SHA-256, so that neither a body nor an old request can
//! be passed off as a new one. While a secret is being changed, two sign.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use std::fmt;

/// What stands before a secret, so that scanners find it where it should not be.
const PREFIX: &str = "whsec_";
/// Bytes of a new secret.
const NEW_BYTES: usize = 32;
/// Bytes of a secret, as the specification allows.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A shared secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// Text that is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret is whsec_ and 24 to 64 bytes in base64")]
pub struct SecretError;

impl Secret {
    /// A new one from random bytes.
    pub fn new(random: [u8; NEW_BYTES]) -> Self {
        Self(random.to_vec())
    }

    /// Reads `whsec_…`.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let text = text.trim();
        let bytes = text
            .strip_prefix(PREFIX)
            .and_then(|t| STANDARD.decode(t).ok());
        match bytes {
            Some(bytes) if BYTES.contains(&bytes.len()) => Ok(Self(bytes)),
            _ => Err(SecretError),
        }
    }

    /// As it is shown once to whoever receives.
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// One signature: `v1,` and base64.
    pub fn sign(&self, id: &str, at_seconds: i64, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut signing = hmac::Context::with_key(&key);
        signing.update(format!("{id}.{at_seconds}.").as_bytes());
        signing.update(body);
        format!("v1,{}", STANDARD.encode(signing.sign()))
    }
}

/// The value of `webhook-signature`: one signature a secret.
pub fn signatures(secrets: &[Secret], id: &str, at_seconds: i64, body: &[u8]) -> String {
    let each = secrets
        .iter()
        .map(|secret| secret.sign(id, at_seconds, body));
    each.collect::<Vec<_>>().join(" ")
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries.
    #[test]
    fn the_example_of_the_specification_is_signed_as_there() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = secret.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_reads_back_and_is_never_printed() {
        let secret = Secret::new([7; 32]);
        assert_eq!(Secret::parse(&secret.text()), Ok(secret.clone()));
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        for wrong in [
            "",
            "whsec_",
            "whsec_AAAA",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_%",
        ] {
            assert_eq!(Secret::parse(wrong), Err(SecretError), "{wrong}");
        }
    }

    #[test]
    fn two_secrets_sign_while_one_is_being_changed() {
        let (old, new) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let both = signatures(&[old.clone(), new.clone()], "a", 1, b"x");
        let each = [old.sign("a", 1, b"x"), new.sign("a", 1, b"x")];
        assert_eq!(both, each.join(" "));
    }
}
