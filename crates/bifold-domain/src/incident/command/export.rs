//! Taking the record out of the house.

use crate::id::RequestId;
use crate::incident::Tlp;
use crate::text::{Short, Text};
use serde::{Deserialize, Serialize};

/// Hands out the record: the bundle with its evidence and its part of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// The bundle's id.
    pub bundle: RequestId,
    /// To whom, what for.
    pub terms: ExportTerms,
    /// The release under which evidence goes along, where its bytes do.
    pub release: Option<RequestId>,
    /// Up to where each item's history goes along, so that nobody can cut off its end.
    pub heads: Vec<Head>,
}

/// To whom, what for, and up to which label.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportTerms {
    /// To whom.
    pub recipient: Short,
    /// What for.
    pub purpose: Text,
    /// On which legal basis.
    #[serde(default)]
    pub legal_basis: Option<Text>,
    /// Items with a stricter label stay out.
    #[serde(default = "strict")]
    pub tlp: Tlp,
}

fn strict() -> Tlp {
    Tlp::AmberStrict
}

/// The last entry of a record's own history that goes along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The record's type.
    pub record: Short,
    /// Its id.
    pub id: Short,
    /// The place of the entry in the record's history, from 0.
    pub n: u64,
    /// Whether the bytes of an item of evidence go along; nobody can then say they were withheld.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub with_bytes: bool,
}
