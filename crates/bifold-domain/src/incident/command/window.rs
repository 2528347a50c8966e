//! What users are told on status pages.

use crate::id::StatusPageId;
use crate::status_page::{AnnouncedImpact, AnnouncedStage, ComponentState, Slug};
use crate::text::{Text, Title};
use crate::time::At;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Says something on a status page, or proposes to where a second person has to agree.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Announce {
    /// On which page.
    pub page: StatusPageId,
    /// What it is, in a line; absent, as before. It is never taken from the record.
    #[serde(default)]
    pub title: Option<Title>,
    /// How much it means to users; absent, as before.
    #[serde(default)]
    pub impact: Option<AnnouncedImpact>,
    /// Where the work stands.
    pub stage: AnnouncedStage,
    /// The words.
    pub text: Text,
    /// How components are from now on; whatever is not named works.
    #[serde(default)]
    pub states: BTreeMap<Slug, ComponentState>,
    /// When it began for users; absent, as before, or now.
    #[serde(default)]
    pub began_at: Option<At>,
    /// By when the next word is promised.
    #[serde(default)]
    pub next_by: Option<At>,
    /// Why words may be said that the guard finds.
    #[serde(default)]
    pub despite: Option<Text>,
    /// Why it cannot wait for a second person. For those who read sensitive lanes, and never for
    /// a restricted incident.
    #[serde(default)]
    pub alone: Option<Text>,
}

/// Agrees to what was proposed: it is said.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveAnnouncement {
    /// On which page.
    pub page: StatusPageId,
    /// Why words may be said that the guard finds.
    #[serde(default)]
    pub despite: Option<Text>,
}

/// Declines what was proposed, or takes from a page what was said.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unsay {
    /// On which page.
    pub page: StatusPageId,
    /// Why.
    pub reason: Text,
}
