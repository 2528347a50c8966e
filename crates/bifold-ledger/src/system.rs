//! The ledger's facts about itself: where a log begins, where it ends, what was redacted.
//!
//! These are ordinary leaves whose disclosures have a fixed name and form, so that a verifier can
//! read them without knowing anything else of Bifold. This file fixes the forms; it refuses to
//! guess when a disclosure has the name but not the form.

use serde_json::{Value, json};

use crate::checkpoint::Checkpoint;
use crate::disclosure::Disclosure;
use crate::hash::Hash;
use crate::tree::parse_decimal;

/// Kind of the first leaf of every log.
pub const GENESIS: &str = "ledger.genesis";
/// Kind of the last leaf of a closed log.
pub const CLOSED: &str = "ledger.closed";
/// Kind of a leaf that explains which disclosures were deleted.
pub const REDACTED: &str = "ledger.redacted";

/// Name of the disclosure by which a genesis leaf names the log before it.
pub const PREVIOUS: &str = "previous";
/// Name of the disclosure by which a redaction leaf says what was deleted.
pub const REDACTS: &str = "redacts";

/// What one redaction deleted from one earlier entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    /// Index of the entry.
    pub entry: u64,
    /// Digests (base64url) of the deleted disclosures, as they stand in that entry's `sd`.
    pub digests: Vec<String>,
}

/// A disclosure with a known name has another form than that name promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the disclosure `{name}` does not have the form {form}")]
pub struct FormError {
    name: &'static str,
    form: &'static str,
}

impl Redaction {
    /// The value of the [`REDACTS`] disclosure: `{"digests":[…],"entry":n}`.
    pub fn to_value(&self) -> Value {
        json!({"digests": self.digests, "entry": self.entry})
    }

    /// Reads a disclosure; `None` if it is about something else.
    pub fn from_disclosure(disclosure: &Disclosure) -> Option<Result<Self, FormError>> {
        (disclosure.name == REDACTS).then(|| {
            Self::from_value(&disclosure.value).ok_or(FormError {
                name: REDACTS,
                form: r#"{"digests":["…"],"entry":n}"#,
            })
        })
    }

    fn from_value(value: &Value) -> Option<Self> {
        let entry = value.get("entry")?.as_u64()?;
        let list = value.get("digests")?.as_array()?;
        let digests = list.iter().map(|digest| Some(digest.as_str()?.to_owned()));
        Some(Self {
            entry,
            digests: digests.collect::<Option<Vec<_>>>()?,
        })
    }
}

/// The value of the [`PREVIOUS`] disclosure: `{"origin":"…","root":"…","size":"n"}`. The size is
/// text because it may exceed 2⁵³.
pub fn previous_to_value(previous: &Checkpoint) -> Value {
    json!({
        "origin": previous.origin,
        "root": previous.root,
        "size": previous.size.to_string(),
    })
}

/// Reads the [`PREVIOUS`] disclosure; `None` if it is about something else.
pub fn previous_from_disclosure(disclosure: &Disclosure) -> Option<Result<Checkpoint, FormError>> {
    let read = |value: &Value| -> Option<Checkpoint> {
        let text = |key| value.get(key).and_then(Value::as_str);
        let root: Hash = text("root")?.parse().ok()?;
        let size = parse_decimal(text("size")?)?;
        Some(Checkpoint {
            origin: text("origin")?.to_owned(),
            size,
            root,
        })
    };
    (disclosure.name == PREVIOUS).then(|| {
        read(&disclosure.value).ok_or(FormError {
            name: PREVIOUS,
            form: r#"{"origin":"…","root":"…","size":"n"}"#,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::EMPTY_ROOT;

    fn named(name: &str, value: Value) -> Disclosure {
        Disclosure {
            salt: [0; 32],
            name: name.to_owned(),
            value,
        }
    }

    #[test]
    fn redactions_and_linkage_round_trip() {
        let redaction = Redaction {
            entry: 7,
            digests: vec!["a".to_owned()],
        };
        let disclosure = named(REDACTS, redaction.to_value());
        assert_eq!(Redaction::from_disclosure(&disclosure), Some(Ok(redaction)));

        let previous = Checkpoint {
            origin: "o".to_owned(),
            size: u64::MAX,
            root: EMPTY_ROOT,
        };
        let disclosure = named(PREVIOUS, previous_to_value(&previous));
        assert_eq!(previous_from_disclosure(&disclosure), Some(Ok(previous)));
    }

    #[test]
    fn other_names_are_none_and_other_forms_are_refused() {
        assert_eq!(Redaction::from_disclosure(&named("title", json!(1))), None);
        assert!(
            Redaction::from_disclosure(&named(REDACTS, json!(1)))
                .unwrap()
                .is_err()
        );
        assert!(
            Redaction::from_disclosure(&named(REDACTS, json!({"entry": -1, "digests": []})))
                .unwrap()
                .is_err()
        );
        assert_eq!(previous_from_disclosure(&named("title", json!(1))), None);
        let number = json!({"origin": "o", "root": EMPTY_ROOT, "size": 1});
        assert!(
            previous_from_disclosure(&named(PREVIOUS, number))
                .unwrap()
                .is_err()
        );
    }
}
