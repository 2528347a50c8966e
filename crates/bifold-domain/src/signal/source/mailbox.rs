//! The mailbox that a source of mail is.

use crate::text::Short;
use serde::{Deserialize, Serialize};

/// A mailbox whose messages come in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = SourceMailbox)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    /// Its address, to which people write and from which they are answered.
    pub address: Short,
    /// The name under which our own mail host states in `Authentication-Results` (RFC 8601) what
    /// it checked; without it nobody's address is believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_by: Option<Short>,
    /// Whether people are told that their message came in, and under which number.
    #[serde(default)]
    pub answers: bool,
}

impl Mailbox {
    /// Local part and domain, in lower case; `None` when it is no address.
    pub fn parts(&self) -> Option<(String, String)> {
        let text = self.address.as_str().to_lowercase();
        let (local, domain) = text.split_once('@')?;
        let fits = |part: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || ".-_+".contains(c);
            !part.is_empty() && part.chars().all(plain)
        };
        (fits(local) && fits(domain)).then(|| (local.to_owned(), domain.to_owned()))
    }
}
