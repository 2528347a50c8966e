//! Disclosures (RFC 9901 §4.2): a salted name and value whose digest stands in the leaf.
//!
//! Whoever has the disclosure can show that its value was committed to; once every copy of it is
//! deleted, the 256-bit salt is gone and the digest says nothing about the value. Hashing the
//! encoded text removes any need to canonicalise values. Salts and decoys come in as values; they
//! must be fresh from the operating system, never derived from a key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::hash::Hash;

/// Digest lists are padded with decoys to a multiple of this.
pub const DIGEST_GROUP: usize = 4;

/// A value that a leaf commits to without showing it.
#[derive(Debug, Clone, PartialEq)]
pub struct Disclosure {
    /// 32 bytes from the operating system's random source.
    pub salt: [u8; 32],
    /// Name of the field.
    pub name: String,
    /// Its value.
    pub value: Value,
}

/// The text was not a disclosure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a disclosure ({0}); it must be base64url of [salt, name, value], exactly as it was issued"
)]
pub struct DisclosureError(&'static str);

impl Disclosure {
    /// base64url, without padding, of the JSON array of salt, name and value.
    ///
    /// What counts afterwards is this text: it is stored and hashed, never encoded again.
    pub fn encode(&self) -> String {
        let salt = URL_SAFE_NO_PAD.encode(self.salt);
        let array = serde_json::json!([salt, self.name, self.value]);
        URL_SAFE_NO_PAD.encode(array.to_string())
    }

    /// Reads an encoded disclosure.
    pub fn decode(encoded: &str) -> Result<Self, DisclosureError> {
        let json = URL_SAFE_NO_PAD.decode(encoded);
        let json = json.map_err(|_| DisclosureError("it is not base64url"))?;
        let (salt, name, value): (String, String, Value) = serde_json::from_slice(&json)
            .map_err(|_| DisclosureError("it is not an array of salt, name and value"))?;
        let salt = Hash::from_base64url(&salt);
        let Hash(salt) = salt.map_err(|_| DisclosureError("its salt does not have 32 bytes"))?;
        Ok(Self { salt, name, value })
    }
}

/// base64url, without padding, of the SHA-256 of the encoded disclosure's ASCII (RFC 9901 §4.2.3).
pub fn digest(encoded: &str) -> String {
    Hash::of(encoded.as_bytes()).to_base64url()
}

/// The `sd` list of a leaf: the disclosures' digests and as many decoys as fill the last group of
/// [`DIGEST_GROUP`], sorted, so that neither order nor exact number tells which is which.
///
/// `decoys` gives 32 fresh random bytes at each call.
pub fn digests_with_decoys(
    disclosures: &[String],
    mut decoys: impl FnMut() -> [u8; 32],
) -> Vec<String> {
    let total = disclosures.len().next_multiple_of(DIGEST_GROUP);
    let mut digests: Vec<String> = disclosures.iter().map(|encoded| digest(encoded)).collect();
    digests.resize_with(total, || Hash(decoys()).to_base64url());
    digests.sort_unstable();
    digests
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn the_digest_of_the_rfc_example() {
        // RFC 9901 §4.2.3: the disclosure of "family_name" and its digest.
        let encoded = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
        assert_eq!(
            digest(encoded),
            "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
        );
    }

    #[test]
    fn a_disclosure_round_trips() {
        let disclosure = Disclosure {
            salt: [9; 32],
            name: "title".to_owned(),
            value: json!({"was": "Straße \u{1F600}", "now": null}),
        };
        assert_eq!(Disclosure::decode(&disclosure.encode()), Ok(disclosure));
    }

    #[test]
    fn other_texts_are_refused() {
        let short = URL_SAFE_NO_PAD.encode(r#"["AAAA","title",1]"#);
        let two = URL_SAFE_NO_PAD.encode(r#"["AAAA","title"]"#);
        for bad in ["", "%", "e30", short.as_str(), two.as_str()] {
            assert!(Disclosure::decode(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn lists_are_padded_to_fours_and_sorted() {
        for (count, padded) in [(0, 0), (1, 4), (4, 4), (5, 8)] {
            let disclosures: Vec<String> = (0..count).map(|i| format!("d{i}")).collect();
            let mut next = 0u8;
            let digests = digests_with_decoys(&disclosures, || {
                next += 1;
                [next; 32]
            });
            assert_eq!(digests.len(), padded);
            assert!(digests.is_sorted());
            assert!(disclosures.iter().all(|d| digests.contains(&digest(d))));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text: String) {
            let _ = Disclosure::decode(&text);
        }
    }
}
