//! On what ground an incident ended.

use crate::redact::Redactable;
use crate::text::Text;
use serde::{Deserialize, Serialize};

/// On what ground an incident was closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ground", rename_all = "snake_case")]
pub enum ClosureGround {
    /// The reporter confirmed.
    Confirmed,
    /// The waiting time passed without an answer.
    TimedOut,
    /// Closed without waiting, for a reason.
    Unconfirmed {
        /// Why.
        reason: Redactable<Text>,
    },
}
