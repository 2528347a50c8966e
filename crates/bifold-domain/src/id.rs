//! Identities of records.
//!
//! An id is a short type prefix, an underscore and a `UUIDv7` in Crockford's base 32 (the `TypeID`
//! form, 26 characters). Ids come into the core as values; nothing here makes one up. They carry
//! no personal data: the creation time they hold stands in clear beside them in the ledger leaf.

use crate::refusal::Invalid;
use serde::{Deserialize, Serialize};
use std::fmt;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Writes 128 bits as 26 characters of Crockford's base 32, most significant first.
fn encode(bits: u128) -> String {
    (0..26u32)
        .rev()
        .map(|i| {
            let digit = (bits >> (5 * i)) & 31;
            // The mask keeps the digit below 32, which is the length of the alphabet.
            ALPHABET
                .get(usize::try_from(digit).unwrap_or(0))
                .map_or('0', |c| char::from(*c))
        })
        .collect()
}

/// The bits behind 26 characters that are known to be digits.
fn decode(digits: &str) -> u128 {
    digits.bytes().fold(0, |bits, digit| {
        let value = ALPHABET.iter().position(|known| *known == digit);
        bits << 5 | value.unwrap_or(0) as u128
    })
}

fn is_suffix(text: &str) -> bool {
    text.len() == 26
        && text.bytes().all(|b| ALPHABET.contains(&b))
        // 26 digits hold 130 bits: the first may only use three of its five.
        && text.bytes().next().is_some_and(|b| b <= b'7')
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The letters before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// The id with these 128 bits, which the shell takes from a `UUIDv7`.
            pub fn from_bits(bits: u128) -> Self {
                Self(format!("{}_{}", $prefix, encode(bits)))
            }

            /// Reads an id; anything that does not have exactly its form is refused.
            pub fn parse(text: &str) -> Result<Self, Invalid> {
                match text.strip_prefix(concat!($prefix, "_")) {
                    Some(rest) if is_suffix(rest) => Ok(Self(text.to_owned())),
                    _ => Err(Invalid::Id { expected: $prefix }),
                }
            }

            /// The 128 bits it was made of.
            pub fn bits(&self) -> u128 {
                decode(self.0.get($prefix.len() + 1..).unwrap_or_default())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = Invalid;
            fn try_from(text: String) -> Result<Self, Invalid> {
                Self::parse(&text)
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    )*};
}

ids! {
    /// An incident.
    IncidentId = "inc",
    /// An event in the sense of ISO/IEC 27035: something reported or signalled.
    EventId = "evt",
    /// A service in the catalogue.
    ServiceId = "svc",
    /// An asset or configuration item.
    AssetId = "ast",
    /// A team.
    TeamId = "tem",
    /// A person's pseudonym: the ledger names people only by it.
    PersonId = "per",
    /// A task of one incident.
    TaskId = "tsk",
    /// A restoring action of one incident.
    ActionId = "act",
    /// An item of evidence.
    EvidenceId = "evd",
    /// A request that two people must approve.
    RequestId = "req",
    /// An on-call schedule.
    ScheduleId = "sch",
    /// An escalation chain.
    ChainId = "chn",
    /// A source of signals.
    SourceId = "src",
    /// A planned maintenance.
    MaintenanceId = "mnt",
    /// Of a status page.
    StatusPageId = "pag",
    /// What was said in confidence.
    DisclosureId = "dis",
    /// A review of the fault log.
    FaultReviewId = "frv",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_sorts_like_its_bits() {
        let a = IncidentId::from_bits(1);
        let b = IncidentId::from_bits(u128::MAX);
        assert_eq!(a.as_str(), "inc_00000000000000000000000001");
        assert_eq!(b.as_str(), "inc_7zzzzzzzzzzzzzzzzzzzzzzzzz");
        assert!(a < b);
        assert_eq!(IncidentId::parse(b.as_str()), Ok(b));
    }

    #[test]
    fn an_id_of_another_kind_or_form_is_refused() {
        for bad in [
            "evt_00000000000000000000000001",
            "inc_0000000000000000000000000",
            "inc_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "inc_0000000000000000000000000I",
            "inc-00000000000000000000000001",
            "",
        ] {
            assert!(IncidentId::parse(bad).is_err(), "{bad}");
        }
    }
}
