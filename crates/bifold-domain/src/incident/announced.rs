//! What users are told of an incident on a status page: words of their own, apart from those of
//! the record (features F093, F099, F101).

use crate::id::PersonId;
use crate::redact::Redactable;
use crate::status_page::{AnnouncedImpact, AnnouncedStage, ComponentState, Slug};
use crate::text::{Text, Title};
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Updates on one page at most.
pub const SAID_LIMIT: usize = 500;

/// What is said at one time, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wording {
    /// What it is, in a line.
    pub title: Redactable<Title>,
    /// How much it means to users.
    pub impact: AnnouncedImpact,
    /// Where the work stands.
    pub stage: AnnouncedStage,
    /// The words.
    pub text: Redactable<Text>,
    /// How components are from then on; whatever is not named works.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub states: BTreeMap<Slug, ComponentState>,
    /// When it began for users.
    pub began_at: At,
    /// By when the next word is promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_by: Option<At>,
}

/// One thing that was said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// When.
    pub at: At,
    /// Where the work stood.
    pub stage: AnnouncedStage,
    /// The words.
    pub text: Redactable<Text>,
    /// How components were from then on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub states: BTreeMap<Slug, ComponentState>,
    /// By when the next word was promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_by: Option<At>,
}

/// Words that wait for a second person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposed {
    /// Whose they are.
    pub by: PersonId,
    /// Since when.
    pub at: At,
    /// The words.
    pub wording: Wording,
}

/// What is known of the incident on one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Announcement {
    /// What it is, in a line.
    pub title: Redactable<Title>,
    /// How much it means to users.
    pub impact: AnnouncedImpact,
    /// When it began for users.
    pub began_at: At,
    /// What was said, oldest first. Empty while the first words wait, and once it is taken back.
    pub said: Vec<Said>,
    /// Words that wait for a second person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<Proposed>,
    /// When it was taken from the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retracted_at: Option<At>,
}

impl Announcement {
    /// One of which nothing was said yet.
    pub(super) fn begun(wording: &Wording) -> Self {
        Self {
            title: wording.title.clone(),
            impact: wording.impact,
            began_at: wording.began_at,
            said: Vec::new(),
            proposed: None,
            retracted_at: None,
        }
    }

    /// What was said last.
    pub fn last(&self) -> Option<&Said> {
        self.said.last()
    }

    /// Where the work stands for users.
    pub fn stage(&self) -> Option<AnnouncedStage> {
        self.last().map(|said| said.stage)
    }

    /// Whether users still wait for its end.
    pub fn is_open(&self) -> bool {
        self.stage()
            .is_some_and(|stage| stage != AnnouncedStage::Resolved)
    }

    /// The spans in which each component was not as it should be, with their ends where they have
    /// one. The first begins when it began for users.
    pub fn spans(&self) -> BTreeMap<Slug, Vec<(ComponentState, At, Option<At>)>> {
        let mut spans: BTreeMap<Slug, Vec<(ComponentState, At, Option<At>)>> = BTreeMap::new();
        for (n, said) in self.said.iter().enumerate() {
            let from = if n == 0 {
                self.began_at.min(said.at)
            } else {
                said.at
            };
            let until = self.said.get(n + 1).map(|next| next.at);
            for (key, state) in &said.states {
                if *state == ComponentState::Operational || said.stage == AnnouncedStage::Resolved {
                    continue;
                }
                let of = spans.entry(key.clone()).or_default();
                match of.last_mut() {
                    Some(last) if last.0 == *state && last.2 == Some(from) => last.2 = until,
                    _ => of.push((*state, from, until)),
                }
            }
        }
        spans
    }
}
