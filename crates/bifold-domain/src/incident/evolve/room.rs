//! What was said, decided, reported and arranged in the room.

use crate::incident::Incident;
use crate::incident::fact::Fact;
use crate::incident::room::{Decided, Decision, Message, Reported};
use crate::record::Meta;

fn nth<T>(list: &mut [T], n: u32) -> Option<&mut T> {
    list.get_mut(usize::try_from(n).ok()?.checked_sub(1)?)
}

impl Incident {
    pub(super) fn roomed(&mut self, fact: &Fact, meta: &Meta) {
        let room = &mut self.room;
        match fact {
            Fact::MessageSaid { at, .. } => room.messages.push(Message {
                by: meta.actor.clone(),
                lane: at.lane.clone(),
                is_retracted: false,
                is_kept: false,
            }),
            Fact::MessageRetracted { at, .. } => {
                if let Some(message) = nth(&mut room.messages, at.n) {
                    message.is_retracted = true;
                }
            }
            Fact::MessageKept(at) => {
                if let Some(message) = nth(&mut room.messages, at.n) {
                    message.is_kept = true;
                }
            }
            Fact::DecisionProposed { at, text, by } => room.decisions.push(Decision {
                spot: at.clone(),
                text: text.clone(),
                proposed_by: meta.actor.clone(),
                proposed_at: meta.at,
                by: *by,
                decided: None,
            }),
            Fact::DecisionTaken { at, reason } => {
                if let Some(decision) = nth(&mut room.decisions, at.n) {
                    decision.decided = Some(Decided {
                        is_taken: true,
                        by: meta.actor.clone(),
                        at: meta.at,
                        reason: reason.clone(),
                    });
                }
            }
            Fact::DecisionDropped { at, reason } => {
                if let Some(decision) = nth(&mut room.decisions, at.n) {
                    decision.decided = Some(Decided {
                        is_taken: false,
                        by: meta.actor.clone(),
                        at: meta.at,
                        reason: Some(reason.clone()),
                    });
                }
            }
            Fact::SituationReported(briefing) => {
                let reported = Reported {
                    by: meta.actor.clone(),
                    at: meta.at,
                    briefing: (**briefing).clone(),
                };
                room.reports.insert(briefing.report, reported);
            }
            Fact::RoomArranged(arrangement) => room.arrangement.clone_from(arrangement),
            _ => {}
        }
    }
}
