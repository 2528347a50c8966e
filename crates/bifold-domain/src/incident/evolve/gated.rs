//! Restoring actions and their gates.

use super::super::Incident;
use crate::id::ActionId;
use crate::incident::fact::Fact;
use crate::incident::gated::{Advice, Decision, Gate, GateStage, RestoringAction};
use crate::record::Meta;
use std::collections::BTreeMap;

impl Incident {
    #[allow(clippy::too_many_lines)] // One row a fact.
    pub(super) fn gated(&mut self, fact: &Fact, meta: &Meta) {
        match fact {
            Fact::ActionTaken { .. } | Fact::GateShut { .. } => self.wanted(fact, meta),
            Fact::ActionDone { action, at } => {
                self.with_action(action, |a| a.done = Some(*at));
            }
            Fact::ActionWithdrawn { action, .. } => {
                self.with_action(action, |a| a.is_withdrawn = true);
            }
            Fact::GateAdvised {
                action,
                side,
                course,
                reason,
            } => {
                let advice = Advice {
                    course: *course,
                    reason: reason.clone(),
                    by: meta.actor.clone(),
                    at: meta.at,
                };
                self.with_gate(action, |gate| {
                    gate.advice.insert(*side, advice);
                });
            }
            Fact::WaiverReviewed {
                action, was_right, ..
            } => {
                self.with_gate(action, |gate| gate.review = Some(*was_right));
            }
            Fact::SecurityAsked { action, due } => {
                self.with_gate(action, |gate| gate.stage = GateStage::Asked { due: *due });
            }
            Fact::CaptureOrdered {
                action,
                course,
                assignee,
                items,
                due,
            } => {
                let stage = GateStage::Capturing {
                    course: *course,
                    by: assignee.clone(),
                    items: items.clone(),
                    due: *due,
                };
                self.with_gate(action, |gate| gate.stage = stage);
            }
            Fact::GateDecided {
                action,
                course,
                ground,
                saved,
                lost,
                reason,
                loss,
                law,
                evidence,
            } => {
                let decision = Decision {
                    course: *course,
                    ground: *ground,
                    saved: saved.clone(),
                    lost: lost.clone(),
                    reason: reason.clone(),
                    loss: loss.clone(),
                    law: law.clone(),
                    evidence: evidence.clone(),
                    by: meta.actor.clone(),
                    at: meta.at,
                };
                self.with_gate(action, |gate| gate.stage = GateStage::Open { decision });
            }
            _ => {}
        }
    }

    fn wanted(&mut self, fact: &Fact, meta: &Meta) {
        let (Fact::ActionTaken {
            action,
            action_type,
            effect,
            assets,
            note,
        }
        | Fact::GateShut {
            action,
            action_type,
            effect,
            assets,
            note,
            ..
        }) = fact
        else {
            return;
        };
        let gate = match fact {
            Fact::GateShut {
                at_stake,
                due,
                fallback,
                order,
                law,
                ..
            } => Some(Gate {
                at_stake: at_stake.clone(),
                fallback: *fallback,
                order: *order,
                law: law.clone(),
                stage: GateStage::Waiting { due: *due },
                advice: BTreeMap::new(),
                review: None,
            }),
            _ => None,
        };
        self.actions.push(RestoringAction {
            id: action.clone(),
            action: action_type.clone(),
            effect: *effect,
            assets: assets.clone(),
            note: note.clone(),
            by: meta.actor.clone(),
            at: meta.at,
            // Without a gate it is recorded as it is done.
            done: gate.is_none().then_some(meta.at),
            gate,
            is_withdrawn: false,
        });
    }

    fn with_action(&mut self, id: &ActionId, change: impl FnOnce(&mut RestoringAction)) {
        if let Some(action) = self.actions.iter_mut().find(|a| a.id == *id) {
            change(action);
        }
    }

    fn with_gate(&mut self, id: &ActionId, change: impl FnOnce(&mut Gate)) {
        self.with_action(id, |action| {
            if let Some(gate) = &mut action.gate {
                change(gate);
            }
        });
    }
}
