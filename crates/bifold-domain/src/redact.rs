//! Values that may have to be forgotten while the proofs about them stay valid.
//!
//! A `Redactable` value enters a ledger leaf only as a salted digest. When salt and value are
//! deleted (EDPB Guidelines 02/2025 ask for exactly this), loading the fact gives `Redacted`, and
//! every reader is forced by the type to say what it shows then.

use serde::{Deserialize, Serialize};

/// The JSON key under which a redactable value stands in a serialised fact.
///
/// The store looks for objects with only this key and moves their values into disclosures.
pub const VALUE_KEY: &str = "~";
/// The JSON key that stands in its place once the value is gone; names the redacting entry.
pub const REDACTED_KEY: &str = "~redacted";

/// A value, or the mark that it was removed and by which ledger entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Redactable<T> {
    /// The value is there.
    #[serde(rename = "~")]
    Present(T),
    /// The value was removed; the index of the ledger entry that says who, why and when.
    #[serde(rename = "~redacted")]
    Redacted(u64),
}

impl<T> Redactable<T> {
    /// The value, if it is still there.
    pub fn present(&self) -> Option<&T> {
        match self {
            Self::Present(value) => Some(value),
            Self::Redacted(_) => None,
        }
    }
}

impl<T: AsRef<str>> Redactable<T> {
    /// The text to show: the value, or a sentence that says it was removed and where that stands.
    pub fn shown(&self) -> String {
        match self {
            Self::Present(value) => value.as_ref().to_owned(),
            Self::Redacted(entry) => format!("[redacted under entry {entry}]"),
        }
    }
}

impl<T> From<T> for Redactable<T> {
    fn from(value: T) -> Self {
        Self::Present(value)
    }
}

macro_rules! as_ref_str {
    ($($name:ty),*) => {$(
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }
    )*};
}
as_ref_str!(crate::text::Title, crate::text::Short, crate::text::Text);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Title;

    #[test]
    fn a_present_value_is_marked_for_the_store_to_find() {
        let title: Redactable<Title> = Title::parse("Leak").unwrap().into();
        assert_eq!(serde_json::to_string(&title).unwrap(), r#"{"~":"Leak"}"#);
        assert_eq!(title.shown(), "Leak");
    }

    #[test]
    fn a_redacted_value_says_so() {
        let title: Redactable<Title> = serde_json::from_str(r#"{"~redacted":7}"#).unwrap();
        assert_eq!(title, Redactable::Redacted(7));
        assert_eq!(title.shown(), "[redacted under entry 7]");
    }
}
