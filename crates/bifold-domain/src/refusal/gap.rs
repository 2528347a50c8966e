//! What still stands between an incident and its closure.

use serde::Serialize;

/// What still stands between an incident and its closure (features F085).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, serde::Deserialize)]
#[serde(tag = "gap", rename_all = "snake_case")]
pub enum ClosureGap {
    /// It has not been resolved.
    #[error("it is not resolved")]
    NotResolved,
    /// The reporter has neither confirmed nor let the time pass.
    #[error("the reporter has not confirmed, and the waiting time has not passed")]
    NotConfirmed,
    /// No category.
    #[error("it has no category")]
    NoCategory,
    /// No cause code.
    #[error("it has no cause code")]
    NoCause,
    /// A verdict is missing or undetermined.
    #[error("the question \"{kind}\" is not decided")]
    Undecided {
        /// The kind.
        kind: String,
    },
    /// A mandatory task is open.
    #[error("the mandatory task \"{title}\" is open")]
    OpenTask {
        /// Its title.
        title: String,
    },
    /// Children are open.
    #[error("{count} child incidents are open")]
    OpenChildren {
        /// How many.
        count: u64,
    },
    /// Evidence is planned or being collected.
    #[error("evidence is still {state}")]
    EvidenceOpen {
        /// The evidence sub-state.
        state: String,
    },
    /// A notification is pending.
    #[error("a notification is still pending")]
    NotificationPending,
    /// The post-incident review is due.
    #[error("the post-incident review is due")]
    ReviewDue,
    /// A restoring action waits at the preservation gate.
    #[error("a restoring action waits at the gate: decide it, or withdraw it")]
    GateShut,
}

/// The gaps as one sentence, for the `NotClosable` message.
pub(super) fn sentence(gaps: &[ClosureGap]) -> String {
    gaps.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}
