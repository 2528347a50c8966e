//! What may be asked of the preservation gate.

use crate::gate::{Course, Side};
use crate::id::{AssetId, EvidenceId, PersonId};
use crate::text::{Short, Text};
use crate::time::At;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Wants to restore. What does no harm to evidence is recorded as done; the rest waits at the
/// gate where there is one.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Restore {
    /// The action, from the policy's catalogue.
    pub action: Short,
    /// On what; without any it counts as the worst it can do.
    #[serde(default)]
    pub assets: BTreeSet<AssetId>,
    /// What exactly.
    #[serde(default)]
    pub note: Option<Text>,
}

/// What one of the two sides advises. Dissent is recorded by being advice.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Advise {
    /// For whom.
    pub side: Side,
    /// What to do.
    pub course: Course,
    /// Why.
    pub reason: Text,
}

/// It is saved: restoring loses nothing that matters any more.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Captured {
    /// `parallel`, `fast_capture` or `evidence_first`.
    pub course: Course,
    /// What of the list was saved; the rest is lost knowingly.
    #[serde(default)]
    pub items: BTreeSet<Short>,
    /// Where it is, and its hashes.
    pub whereabouts: Text,
    /// The items of evidence it became, where it is kept here; they are sealed.
    #[serde(default)]
    pub evidence: BTreeSet<EvidenceId>,
}

/// Saving comes first, for as long as this takes and no longer.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaptureFirst {
    /// `fast_capture` or `evidence_first`.
    pub course: Course,
    /// Who saves it; the actor when nobody is named.
    #[serde(default)]
    pub assignee: Option<PersonId>,
    /// What of the list; everything when nothing is named.
    #[serde(default)]
    pub items: BTreeSet<Short>,
    /// For how long the service may wait, in minutes; as long as the list says by default.
    #[serde(default)]
    pub minutes: Option<u32>,
}

/// Restoring goes first, and what is lost by it is written down.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GoNow {
    /// Why it cannot wait.
    pub reason: Text,
    /// What will be lost; the list of what could be when nothing is written.
    #[serde(default)]
    pub loss: Option<Text>,
    /// In an emergency, without the authority for it. Raises an alarm and is reviewed.
    #[serde(default)]
    pub break_glass: bool,
}

/// It was done.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Perform {
    /// When; now when not given.
    #[serde(default)]
    pub at: Option<At>,
}

/// Looks back on evidence that was given up.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewWaiver {
    /// Whether giving it up was right.
    pub was_right: bool,
    /// What was learnt.
    pub text: Text,
}
