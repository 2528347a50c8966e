//! Talking, deciding and reporting in the room.
//!
//! Whoever works on the incident talks and proposes; in a sensitive lane only who works in it. A
//! decision is taken by who leads: the incident manager, in a lane its lead, and whoever decides
//! about major incidents.

use super::{in_stage, lane_of, one};
use crate::access::Permission;
use crate::incident::command::{
    AmendMessage, ArrangeRoom, DropDecision, KeepMessage, ProposeDecision, ReportSituation,
    RetractMessage, Say, TakeDecision,
};
use crate::incident::fact::Fact;
use crate::incident::room::{self, Arrangement, Briefing, Decision, Message, Spot};
use crate::incident::state::IncidentRole;
use crate::incident::{Incident, Stage};
use crate::kind::KindKey;
use crate::record::Context;
use crate::refusal::Refusal;

/// Messages of one incident: more than a room of twenty people writes in a week.
const MESSAGES_LIMIT: usize = 5_000;
/// Decisions of one incident.
const DECISIONS_LIMIT: usize = 500;

type Facts = Result<Vec<Fact>, Refusal>;

/// Refuses whoever may not work in the room, or in the part of it that is one lane's.
fn may_speak(
    incident: &Incident,
    lane: Option<&KindKey>,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    match lane {
        Some(lane) => lane_of(incident, lane, context).map(|_| ()),
        None => context.actor.needs(Permission::Work),
    }
}

/// Refuses whoever does not lead the incident, or the lane.
fn may_decide(
    incident: &Incident,
    lane: Option<&KindKey>,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    let holds = |role| incident.roles.get(&role) == Some(&context.actor.person);
    let leads = match lane {
        Some(lane) if *lane == KindKey::security() => holds(IncidentRole::SecurityLead),
        Some(lane) if *lane == KindKey::service() => holds(IncidentRole::RestorationLead),
        _ => false,
    };
    if leads || holds(IncidentRole::IncidentManager) {
        return Ok(());
    }
    context.actor.needs(Permission::DecideMajor)
}

pub(super) fn say(incident: &Incident, say: Say, context: &Context<'_>) -> Facts {
    may_speak(incident, say.lane.as_ref(), context)?;
    if incident.room.messages.len() >= MESSAGES_LIMIT {
        return Err(Refusal::TooMany {
            what: "messages",
            limit: MESSAGES_LIMIT,
        });
    }
    // An answer is read by those who read what it answers, and by nobody else.
    let lane = match say.answers {
        Some(n) => message(incident, n, context)?.lane.clone(),
        None => say.lane,
    };
    one(Fact::MessageSaid {
        at: Spot {
            n: room::next(&incident.room.messages),
            lane,
        },
        text: say.text.into(),
        answers: say.answers,
    })
}

/// The message with this number, if the actor may speak where it was said and it was not taken
/// back. To others it does not exist.
fn message<'a>(
    incident: &'a Incident,
    n: u32,
    context: &Context<'_>,
) -> Result<&'a Message, Refusal> {
    context.actor.needs(Permission::Work)?;
    let unknown = || Refusal::Unknown {
        what: "message",
        named: n.to_string(),
    };
    let message = incident.room.message(n).ok_or_else(unknown)?;
    may_speak(incident, message.lane.as_ref(), context).map_err(|_| unknown())?;
    if message.is_retracted {
        return Err(Refusal::WrongStage {
            verb: "go back to a message",
            stage: "taken back",
        });
    }
    Ok(message)
}

fn spot(n: u32, message: &Message) -> Spot {
    Spot {
        n,
        lane: message.lane.clone(),
    }
}

/// Only whoever said it says it otherwise.
pub(super) fn amend(incident: &Incident, amend: AmendMessage, context: &Context<'_>) -> Facts {
    let message = message(incident, amend.message, context)?;
    if message.by != context.actor.person {
        return Err(Refusal::NotTheSpeaker);
    }
    one(Fact::MessageAmended {
        at: spot(amend.message, message),
        text: amend.text.into(),
    })
}

/// Whoever said it takes it back, or whoever leads.
pub(super) fn retract(incident: &Incident, back: RetractMessage, context: &Context<'_>) -> Facts {
    let message = message(incident, back.message, context)?;
    if message.by != context.actor.person {
        may_decide(incident, message.lane.as_ref(), context)?;
    }
    one(Fact::MessageRetracted {
        at: spot(back.message, message),
        reason: back.reason.into(),
    })
}

pub(super) fn keep(incident: &Incident, keep: &KeepMessage, context: &Context<'_>) -> Facts {
    let message = message(incident, keep.message, context)?;
    if message.is_kept {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::MessageKept(spot(keep.message, message)))
}

pub(super) fn propose(incident: &Incident, new: ProposeDecision, context: &Context<'_>) -> Facts {
    may_speak(incident, new.lane.as_ref(), context)?;
    in_stage(incident, "propose a decision", Stage::is_open)?;
    if incident.room.decisions.len() >= DECISIONS_LIMIT {
        return Err(Refusal::TooMany {
            what: "decisions",
            limit: DECISIONS_LIMIT,
        });
    }
    if new.by.is_some_and(|by| by <= context.now) {
        return Err(Refusal::TimeOrder {
            first: "now",
            then: "the time to decide by",
        });
    }
    let at = Spot {
        n: room::next(&incident.room.decisions),
        lane: new.lane,
    };
    let mut facts = Vec::new();
    if new.at_once {
        may_decide(incident, at.lane.as_ref(), context)?;
        facts.push(Fact::DecisionTaken {
            at: at.clone(),
            reason: None,
        });
    }
    let proposed = Fact::DecisionProposed {
        at,
        text: new.text.into(),
        by: new.by.filter(|_| !new.at_once),
    };
    facts.insert(0, proposed);
    Ok(facts)
}

/// The open decision with this number, if the actor may decide it. To those who may not speak
/// where it stands it does not exist.
fn open<'a>(
    incident: &'a Incident,
    n: u32,
    context: &Context<'_>,
) -> Result<&'a Decision, Refusal> {
    context.actor.needs(Permission::Work)?;
    let unknown = || Refusal::Unknown {
        what: "decision",
        named: n.to_string(),
    };
    let decision = incident.room.decision(n).ok_or_else(unknown)?;
    let lane = decision.spot.lane.as_ref();
    may_speak(incident, lane, context).map_err(|_| unknown())?;
    may_decide(incident, lane, context)?;
    if decision.decided.is_some() {
        return Err(Refusal::WrongStage {
            verb: "decide",
            stage: "decided already",
        });
    }
    Ok(decision)
}

pub(super) fn take(incident: &Incident, take: TakeDecision, context: &Context<'_>) -> Facts {
    let decision = open(incident, take.decision, context)?;
    one(Fact::DecisionTaken {
        at: decision.spot.clone(),
        reason: take.reason.map(Into::into),
    })
}

pub(super) fn drop(incident: &Incident, drop: DropDecision, context: &Context<'_>) -> Facts {
    let decision = open(incident, drop.decision, context)?;
    one(Fact::DecisionDropped {
        at: decision.spot.clone(),
        reason: drop.reason.into(),
    })
}

pub(super) fn report(new: ReportSituation, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Work)?;
    if new.next_by.is_some_and(|by| by <= context.now) {
        return Err(Refusal::TimeOrder {
            first: "now",
            then: "the next report",
        });
    }
    one(Fact::SituationReported(Box::new(Briefing {
        report: new.report,
        conditions: new.conditions.into(),
        actions: new.actions.map(Into::into),
        needs: new.needs.map(Into::into),
        next_by: new.next_by,
    })))
}

/// Anybody who works on it says where people talk; what it is called outside, and whether usual
/// channels are trusted, is said by who leads it, also in the lane of security.
pub(super) fn arrange(incident: &Incident, arrange: ArrangeRoom, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Work)?;
    let before = &incident.room.arrangement;
    let arrangement = Arrangement {
        bridge: arrange.bridge.map(Into::into),
        codename: arrange.codename,
        out_of_band: arrange.out_of_band,
    };
    if *before == arrangement {
        return Err(Refusal::NothingToChange);
    }
    let secrecy = |of: &Arrangement| (of.codename.clone(), of.out_of_band);
    if secrecy(before) != secrecy(&arrangement) {
        may_decide(incident, Some(&KindKey::security()), context)?;
    }
    one(Fact::RoomArranged(arrangement))
}
