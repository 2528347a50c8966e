//! Where a sealed item is: with its keeper, on offer to the next one, or lent out.

use crate::id::PersonId;
use crate::refusal::Refusal;
use crate::time::At;
use serde::{Deserialize, Serialize};

/// Where a sealed item is. It changes keepers only by an offer that the next one accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Custody {
    /// With its keeper.
    Kept {
        /// Who.
        by: PersonId,
    },
    /// Offered to somebody who has not accepted it. The keeper still answers for it.
    Offered {
        /// The keeper.
        by: PersonId,
        /// The next one.
        to: PersonId,
        /// Since when.
        since: At,
    },
    /// Lent out by its keeper.
    Out {
        /// Who has it.
        to: PersonId,
        /// The keeper, to whom it comes back.
        from: PersonId,
        /// Since when.
        since: At,
        /// Until when.
        due: Option<At>,
    },
}

impl Custody {
    /// Who answers for it.
    pub fn holder(&self) -> &PersonId {
        match self {
            Self::Kept { by } | Self::Offered { by, .. } => by,
            Self::Out { to, .. } => to,
        }
    }

    /// Who is to accept it.
    pub fn offered_to(&self) -> Option<&PersonId> {
        match self {
            Self::Offered { to, .. } => Some(to),
            _ => None,
        }
    }

    /// The word used in lists.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Kept { .. } => "kept",
            Self::Offered { .. } => "offered",
            Self::Out { .. } => "out",
        }
    }

    /// The keeper, where it is with them; anything else refuses the verb.
    pub fn kept(&self, verb: &'static str) -> Result<&PersonId, Refusal> {
        match self {
            Self::Kept { by } => Ok(by),
            _ => Err(self.refuses(verb)),
        }
    }

    /// Keeper and next one, where it is on offer.
    pub fn offered(&self, verb: &'static str) -> Result<(&PersonId, &PersonId), Refusal> {
        match self {
            Self::Offered { by, to, .. } => Ok((by, to)),
            _ => Err(self.refuses(verb)),
        }
    }

    fn refuses(&self, verb: &'static str) -> Refusal {
        let stage = match self {
            Self::Kept { .. } => "with its keeper",
            Self::Offered { .. } => "offered to somebody",
            Self::Out { .. } => "lent out",
        };
        Refusal::WrongStage { verb, stage }
    }
}
