//! Restoring actions of an incident, and what they cost either side.

use super::Incident;
use crate::gate::{self, Bar, Course, Effect, Ground, Side};
use crate::id::{ActionId, AssetId, EvidenceId, PersonId};
use crate::kind::KindKey;
use crate::policy::Policy;
use crate::redact::Redactable;
use crate::refusal::Refusal;
use crate::text::{Short, Text};
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Something done, or wanted, to restore the service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RestoringAction {
    /// Its id.
    pub id: ActionId,
    /// Which of the catalogue.
    pub action: Short,
    /// What it does to evidence.
    pub effect: Effect,
    /// On what.
    pub assets: BTreeSet<AssetId>,
    /// What exactly.
    pub note: Option<Redactable<Text>>,
    /// Who wanted it.
    pub by: PersonId,
    /// When.
    pub at: At,
    /// The gate it met, if it met one.
    pub gate: Option<Gate>,
    /// When it was done.
    pub done: Option<At>,
    /// Whether it was given up.
    pub is_withdrawn: bool,
}

/// The gate in front of one action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// What could be lost, by key.
    pub at_stake: BTreeSet<Short>,
    /// What holds when nobody decides in time.
    pub fallback: Course,
    /// The version of the service's standing order that says so, if one does.
    pub order: Option<u32>,
    /// The kind whose law forbade it when the gate shut. What binds now is
    /// [`Incident::law_against`]: verdicts change.
    pub law: Option<KindKey>,
    /// Where it stands.
    pub stage: GateStage,
    /// What each side advised last.
    pub advice: BTreeMap<Side, Advice>,
    /// The look back on what was given up.
    pub review: Option<bool>,
}

/// Where a gate stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum GateStage {
    /// Nobody has decided.
    Waiting {
        /// Until when somebody may; then the default holds.
        due: At,
    },
    /// The security lead was asked.
    Asked {
        /// Until when they may answer; then the default holds.
        due: At,
    },
    /// Evidence is being saved.
    Capturing {
        /// In which way.
        course: Course,
        /// By whom; nobody was named when the default began it.
        by: Option<PersonId>,
        /// What.
        items: BTreeSet<Short>,
        /// Until when; then the action goes on without.
        due: At,
    },
    /// It is decided, and the action may be done.
    Open {
        /// How.
        decision: Decision,
    },
}

/// What one side said should be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    /// What.
    pub course: Course,
    /// Why.
    pub reason: Redactable<Text>,
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: At,
}

/// How an action was let through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// In which way.
    pub course: Course,
    /// On what.
    pub ground: Ground,
    /// What was saved.
    pub saved: BTreeSet<Short>,
    /// What is lost.
    pub lost: BTreeSet<Short>,
    /// Why, or where what was saved is.
    pub reason: Option<Redactable<Text>>,
    /// What is lost, in words.
    pub loss: Option<Redactable<Text>>,
    /// The kind whose law it was decided under.
    #[serde(default)]
    pub law: Option<KindKey>,
    /// The items of evidence that what was saved became.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub evidence: BTreeSet<EvidenceId>,
    /// Who decided.
    pub by: PersonId,
    /// When.
    pub at: At,
}

impl GateStage {
    /// The word used in lists.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Asked { .. } => "asked",
            Self::Capturing { .. } => "capturing",
            Self::Open { .. } => "open",
        }
    }

    /// Until when it holds the action up.
    pub fn due(&self) -> Option<At> {
        match self {
            Self::Waiting { due } | Self::Asked { due } | Self::Capturing { due, .. } => Some(*due),
            Self::Open { .. } => None,
        }
    }
}

impl RestoringAction {
    /// Whether somebody still waits for a decision on it.
    pub fn is_held(&self) -> bool {
        !self.is_withdrawn && self.done.is_none() && self.due().is_some()
    }

    /// Until when the gate holds it up.
    pub fn due(&self) -> Option<At> {
        self.gate.as_ref().and_then(|gate| gate.stage.due())
    }

    /// How it was let through.
    pub fn decision(&self) -> Option<&Decision> {
        match self.gate.as_ref().map(|gate| &gate.stage) {
            Some(GateStage::Open { decision }) => Some(decision),
            _ => None,
        }
    }

    /// Whether evidence was given up for it and nobody has looked back on that yet.
    pub fn wants_review(&self) -> bool {
        let is_unreviewed = self.gate.as_ref().is_some_and(|gate| gate.review.is_none());
        is_unreviewed && !self.is_withdrawn && self.decision().is_some_and(|d| d.ground.gives_up())
    }

    /// From when to when the gate held the service up.
    fn held_up(&self, now: At) -> Option<(At, At)> {
        self.gate.as_ref()?;
        let until = self
            .decision()
            .map_or_else(|| self.done.unwrap_or(now), |d| d.at);
        (!self.is_withdrawn).then_some((self.at, until))
    }
}

/// What each side cost the other (features F107, F111).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ConflictCost {
    /// Minutes the service waited for evidence; overlapping gates count once.
    pub waited_minutes: i64,
    /// Things that could have been evidence and were given up.
    pub lost_items: usize,
    /// Things that were saved before restoring.
    pub saved_items: usize,
    /// Decisions to give evidence up.
    pub waivers: usize,
    /// Of those, not yet looked back on.
    pub unreviewed: usize,
}

impl Incident {
    /// The restoring action with this id.
    pub fn action(&self, id: &ActionId) -> Result<&RestoringAction, Refusal> {
        let found = self.actions.iter().find(|action| action.id == *id);
        found.ok_or_else(|| Refusal::no("restoring action"))
    }

    /// Why the action must pass the gate, as the questions are answered now.
    pub fn bar(&self, action: &RestoringAction, policy: &Policy) -> Option<Bar> {
        let finding = |kind: &KindKey| self.finding(kind);
        gate::bar(policy, self.handling, finding, action.effect)
    }

    /// The kind whose law forbids the action, as the questions are answered now.
    pub fn law_against(&self, action: &RestoringAction, policy: &Policy) -> Option<KindKey> {
        self.bar(action, policy).and_then(|bar| bar.law)
    }

    /// What preserving cost the service here, and restoring the evidence.
    pub fn conflict_cost(&self, now: At) -> ConflictCost {
        let held = self.actions.iter().filter_map(|action| action.held_up(now));
        let mut cost = ConflictCost {
            waited_minutes: gate::minutes_of(held.collect()),
            ..ConflictCost::default()
        };
        // What was let through and then not wanted any more cost nobody anything.
        for action in self.actions.iter().filter(|action| !action.is_withdrawn) {
            let Some(decision) = action.decision() else {
                continue;
            };
            cost.saved_items += decision.saved.len();
            cost.lost_items += decision.lost.len();
            cost.waivers += usize::from(decision.ground.gives_up());
            cost.unreviewed += usize::from(action.wants_review());
        }
        cost
    }
}
