//! Restoring actions and their gates as JSON.

use super::Named;
use super::incident::{Shown, text};
use bifold_domain::gate::{Course, Effect, Ground, Side};
use bifold_domain::incident::{Advice, Decision, Gate, GateStage, RestoringAction};
use bifold_domain::kind::KindKey;
use bifold_domain::{At, Short};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Something done, or wanted, to restore the service.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = RestoringAction)]
pub(crate) struct ActionView {
    pub(crate) id: String,
    /// Which of the catalogue.
    pub(crate) action: String,
    pub(crate) effect: Effect,
    pub(crate) assets: Vec<String>,
    #[schema(required)]
    pub(crate) note: Option<String>,
    pub(crate) by: Named,
    pub(crate) at: At,
    /// held, cleared, done or withdrawn.
    pub(crate) standing: &'static str,
    #[schema(required)]
    pub(crate) done: Option<At>,
    /// The gate it met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gate: Option<GateView>,
}

/// The gate in front of an action.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Gate)]
pub(crate) struct GateView {
    /// waiting, asked, capturing or open.
    pub(crate) stage: &'static str,
    /// Until when it holds the action up.
    #[schema(required)]
    pub(crate) due: Option<At>,
    /// What could be lost, by key, most volatile first.
    pub(crate) at_stake: Vec<String>,
    /// Who is saving evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) capturing: Option<Named>,
    /// What holds when nobody decides in time.
    pub(crate) fallback: Course,
    /// The version of the standing order that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order: Option<u32>,
    /// The law that forbids it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) law: Option<String>,
    /// What the sides advised; that of security only where its lane is open to you.
    #[schema(value_type = BTreeMap<String, AdviceView>)]
    pub(crate) advice: BTreeMap<Side, AdviceView>,
    /// How it was let through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decision: Option<DecisionView>,
    /// Whether somebody still has to look back on what was given up.
    pub(crate) wants_review: bool,
    /// Whether giving it up was found right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) was_right: Option<bool>,
}

/// What one side advised.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Advice)]
pub(crate) struct AdviceView {
    pub(crate) course: Course,
    pub(crate) reason: String,
    pub(crate) by: Named,
    pub(crate) at: At,
}

/// How an action was let through.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = GateDecision)]
pub(crate) struct DecisionView {
    pub(crate) course: Course,
    pub(crate) ground: Ground,
    pub(crate) saved: Vec<String>,
    pub(crate) lost: Vec<String>,
    #[schema(required)]
    pub(crate) reason: Option<String>,
    #[schema(required)]
    pub(crate) loss: Option<String>,
    /// The items of evidence that what was saved became.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) evidence: Vec<String>,
    pub(crate) by: Named,
    pub(crate) at: At,
}

impl Shown<'_> {
    pub(super) fn actions(self) -> Vec<ActionView> {
        let actions = self.incident.actions.iter();
        actions.map(|action| self.action(action)).collect()
    }

    fn action(self, action: &RestoringAction) -> ActionView {
        ActionView {
            id: action.id.to_string(),
            action: action.action.to_string(),
            effect: action.effect,
            assets: action.assets.iter().map(ToString::to_string).collect(),
            note: text(action.note.as_ref()),
            by: self.names().person(&action.by),
            at: action.at,
            standing: standing(action),
            done: action.done,
            gate: action.gate.as_ref().map(|gate| self.gate(action, gate)),
        }
    }

    fn gate(self, action: &RestoringAction, gate: &Gate) -> GateView {
        let shows_security = self.shows(&KindKey::security());
        let advice = gate.advice.iter();
        let advice = advice.filter(|(side, _)| **side == Side::Service || shows_security);
        let by = match &gate.stage {
            GateStage::Capturing { by, .. } => by.as_ref(),
            _ => None,
        };
        let policy = &self.directory.policy;
        // What binds now; an action that is over keeps the law it was decided under.
        let law = if action.is_withdrawn || action.done.is_some() {
            action.decision().and_then(|decision| decision.law.clone())
        } else {
            self.incident.law_against(action, policy)
        };
        GateView {
            stage: gate.stage.word(),
            due: action.due().filter(|_| action.is_held()),
            at_stake: self.by_rank(&gate.at_stake),
            capturing: by.map(|person| self.names().person(person)),
            fallback: gate.fallback,
            order: gate.order,
            law: law.map(|kind| policy.law_of(&kind)),
            advice: advice.map(|(side, a)| (*side, self.advice(a))).collect(),
            decision: action.decision().map(|d| self.decision(d)),
            wants_review: action.wants_review(),
            was_right: gate.review,
        }
    }

    /// Most volatile first, as the rules in force order it.
    fn by_rank(self, items: &BTreeSet<Short>) -> Vec<String> {
        let rules = &self.directory.policy.gate.value;
        let rank = |item: &&Short| {
            let found = rules.volatile.iter().find(|v| v.key == **item);
            found.map_or((u8::MAX, 0), |v| (v.rank, v.minutes))
        };
        let mut items: Vec<&Short> = items.iter().collect();
        items.sort_by_key(rank);
        items.into_iter().map(ToString::to_string).collect()
    }

    fn advice(self, advice: &Advice) -> AdviceView {
        AdviceView {
            course: advice.course,
            reason: advice.reason.shown(),
            by: self.names().person(&advice.by),
            at: advice.at,
        }
    }

    fn decision(self, decision: &Decision) -> DecisionView {
        DecisionView {
            course: decision.course,
            ground: decision.ground,
            saved: self.by_rank(&decision.saved),
            lost: self.by_rank(&decision.lost),
            reason: text(decision.reason.as_ref()),
            loss: text(decision.loss.as_ref()),
            evidence: decision.evidence.iter().map(ToString::to_string).collect(),
            by: self.names().person(&decision.by),
            at: decision.at,
        }
    }
}

fn standing(action: &RestoringAction) -> &'static str {
    if action.is_withdrawn {
        "withdrawn"
    } else if action.done.is_some() {
        "done"
    } else if action.is_held() {
        "held"
    } else {
        "cleared"
    }
}
