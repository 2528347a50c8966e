//! What another system said about an incident. Taken in, kept, not attested.

use crate::access::closed_set;
use crate::event::Channel;
use crate::id::TeamId;
use crate::incident::state::Labels;
use crate::priority::{Impact, Priority, Urgency};
use crate::text::{Short, Text, Title};
use crate::time::At;
use std::collections::BTreeSet;

/// One row of another system about an incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// When it was observed there.
    pub at: At,
    /// Their words.
    pub labels: Labels,
    /// Where that puts it here.
    pub stage: ImportedStage,
    /// Impact, mapped.
    pub impact: Impact,
    /// Urgency, mapped.
    pub urgency: Urgency,
    /// Priority, mapped.
    pub priority: Priority,
    /// Verdict on security, when the source itself says so.
    pub is_security: Option<bool>,
    /// Category there.
    pub category: Option<Short>,
    /// Team, as made here.
    pub team: Option<TeamId>,
    /// The source says that no team has it, which is more than not saying which.
    pub is_unassigned: bool,
    /// Person there.
    pub assignee: Option<Short>,
    /// How often it was reopened, as the source counts.
    pub reopened: Option<u32>,
    /// When it was resolved there.
    pub resolved_at: Option<At>,
    /// When it was closed there.
    pub closed_at: Option<At>,
    /// What is odd about the row.
    pub oddities: BTreeSet<Short>,
}

closed_set! {
    /// The stage an imported row puts an incident into.
    ImportedStage {
        /// Recorded.
        New = "new",
        /// Being worked on.
        InProgress = "in_progress",
        /// Waiting for the user.
        PendingUser = "pending_user",
        /// Waiting for a supplier.
        PendingSupplier = "pending_supplier",
        /// Waiting for a change.
        PendingChange = "pending_change",
        /// Waiting for evidence.
        PendingEvidence = "pending_evidence",
        /// Resolved.
        Resolved = "resolved",
        /// Closed.
        Closed = "closed",
        /// The row does not say, or says nonsense.
        Unknown = "unknown",
    }
}

/// The first row of an imported incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// The other system.
    pub source: Short,
    /// Its id there.
    pub external_id: Short,
    /// One line.
    pub title: Title,
    /// The rest.
    pub description: Option<Text>,
    /// When it was opened there.
    pub opened_at: At,
    /// By which way it came there.
    pub channel: Channel,
    /// The row.
    pub first: Observation,
}
