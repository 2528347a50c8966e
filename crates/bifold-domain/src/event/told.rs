//! Who told it, when and of how many people, where somebody else enters it: a telephone call, a word
//! at the desk (features F013).

use crate::id::PersonId;
use crate::time::At;
use serde::{Deserialize, Serialize};

/// What was told, apart from what was entered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EventTold)]
pub struct Told {
    /// By whom, where that is a person of the directory: they are the reporter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// When it was told, where that is not when it was entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
    /// Of how many people it is so, as the reporter says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affected: Option<u32>,
}
