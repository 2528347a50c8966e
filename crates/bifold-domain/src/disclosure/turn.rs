//! What a disclosure remembers of its course.

use super::Fact;
use crate::id::PersonId;
use crate::redact::Redactable;
use crate::text::Text;
use crate::time::At;
use serde::{Deserialize, Serialize};

/// One thing that happened to a disclosure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// When.
    pub at: At,
    /// Who did it. For what the reporter says that is Bifold, as for everybody without a name.
    pub by: PersonId,
    /// What.
    pub fact: Fact,
}

/// That somebody asked for the name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: At,
    /// Why.
    pub reason: Redactable<Text>,
    /// What came of it.
    pub standing: Standing,
}

/// What came of asking for a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Standing {
    /// Nobody has decided.
    Pending,
    /// It may be seen.
    Granted {
        /// Who says so.
        by: PersonId,
        /// Since when.
        at: At,
    },
    /// It may not be seen.
    Refused {
        /// Who says so.
        by: PersonId,
        /// Since when.
        at: At,
    },
    /// It was granted, and the disclosure was closed since.
    Lapsed,
}
