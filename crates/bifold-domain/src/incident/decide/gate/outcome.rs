//! The ways through the gate that somebody chooses: captured, capture first, go now, ask; what
//! the sides advise before, and the look back afterwards.

use super::super::at_most;
use super::{Facts, NAMED_LIMIT, may_work_in, one, undecided};
use crate::access::Permission;
use crate::gate::{Course, Ground, Side};
use crate::id::{ActionId, EvidenceId};
use crate::incident::Incident;
use crate::incident::command::{Advise, CaptureFirst, Captured, GoNow, ReviewWaiver};
use crate::incident::fact::Fact;
use crate::incident::gated::{Gate, GateStage};
use crate::incident::state::ReviewState;
use crate::kind::KindKey;
use crate::record::Context;
use crate::refusal::{Invalid, Refusal};
use crate::text::{Short, Text};
use crate::time::MINUTE;
use std::collections::BTreeSet;

pub(in super::super) fn advise(
    incident: &Incident,
    id: ActionId,
    advice: Advise,
    context: &Context<'_>,
) -> Facts {
    let lane = match advice.side {
        Side::Service => KindKey::service(),
        Side::Security => KindKey::security(),
    };
    may_work_in(incident, &lane, context)?;
    undecided(incident, &id)?;
    one(Fact::GateAdvised {
        action: id,
        side: advice.side,
        course: advice.course,
        reason: advice.reason.into(),
    })
}

/// Refuses what is not on the list of this gate.
fn on_the_list(gate: &Gate, items: &BTreeSet<Short>) -> Result<(), Refusal> {
    match items.iter().find(|item| !gate.at_stake.contains(*item)) {
        Some(item) => Err(Refusal::Unknown {
            what: "item on the list of what could be lost",
            named: item.to_string(),
        }),
        None => Ok(()),
    }
}

/// Refuses a course that does not go with the answer.
fn fits(course: Course, fitting: &[Course]) -> Result<(), Refusal> {
    if fitting.contains(&course) {
        Ok(())
    } else {
        Err(Refusal::Unknown {
            what: "course for this answer",
            named: course.word().to_owned(),
        })
    }
}

/// Refuses whoever may not weigh what evidence is worth: who decides at the gate may, and who
/// works on evidence.
fn weighs_evidence(incident: &Incident, context: &Context<'_>) -> Result<(), Refusal> {
    if context.actor.may(Permission::DecideGate) {
        return Ok(());
    }
    may_work_in(incident, &KindKey::security(), context)
}

/// Whether the actor was told to save evidence, and at least what they were told is saved.
fn did_as_told(gate: &Gate, saved: &BTreeSet<Short>, context: &Context<'_>) -> bool {
    matches!(
        &gate.stage,
        GateStage::Capturing { by: Some(by), items, .. }
            if *by == context.actor.person && items.is_subset(saved)
    )
}

/// Says that it is saved: who works on evidence, who decides, or who was told to save it.
pub(in super::super) fn captured(
    incident: &Incident,
    id: ActionId,
    captured: Captured,
    context: &Context<'_>,
) -> Facts {
    let (action, gate) = undecided(incident, &id)?;
    let actor = context.actor;
    fits(
        captured.course,
        &[Course::Parallel, Course::FastCapture, Course::EvidenceFirst],
    )?;
    on_the_list(gate, &captured.items)?;
    at_most(captured.evidence.len(), "items of evidence", NAMED_LIMIT)?;
    let is_ours = |id: &&EvidenceId| context.neighbours.sealed.get(*id) == Some(&incident.id);
    if let Some(other) = captured.evidence.iter().find(|id| !is_ours(id)) {
        return Err(Refusal::Unknown {
            what: "sealed item of evidence of this incident",
            named: other.to_string(),
        });
    }
    // Whoever names nothing says that all of it is safe.
    let saved = if captured.items.is_empty() {
        gate.at_stake.clone()
    } else {
        captured.items
    };
    match weighs_evidence(incident, context) {
        Err(_) if did_as_told(gate, &saved, context) => {}
        answer => answer?,
    }
    let lost: BTreeSet<Short> = gate.at_stake.difference(&saved).cloned().collect();
    // A law is content when nothing is lost; to lose a part takes the stronger authority.
    if !lost.is_empty() && !actor.may(Permission::WaiveLaw) {
        super::lawful(incident, action, context)?;
    }
    one(Fact::GateDecided {
        action: id,
        course: captured.course,
        ground: Ground::Captured,
        saved,
        lost,
        reason: Some(captured.whereabouts.into()),
        loss: None,
        law: incident.law_against(action, &context.directory.policy),
        evidence: captured.evidence,
    })
}

pub(in super::super) fn capture_first(
    incident: &Incident,
    id: ActionId,
    order: CaptureFirst,
    context: &Context<'_>,
) -> Facts {
    context.actor.needs(Permission::Work)?;
    let (_, gate) = undecided(incident, &id)?;
    // Once, and by those who decide again: nobody prolongs it by asking over and over.
    if matches!(gate.stage, GateStage::Capturing { .. }) {
        context.actor.needs(Permission::DecideGate)?;
    }
    fits(order.course, &[Course::FastCapture, Course::EvidenceFirst])?;
    on_the_list(gate, &order.items)?;
    let assignee = order
        .assignee
        .unwrap_or_else(|| context.actor.person.clone());
    if !context.directory.is_active(&assignee) {
        let named = assignee.to_string();
        return Err(Refusal::Unknown {
            what: "active person",
            named,
        });
    }
    let rules = &context.directory.policy.gate.value;
    let items = if order.items.is_empty() {
        gate.at_stake.clone()
    } else {
        order.items
    };
    // To leave a part out is to give it up.
    if items != gate.at_stake {
        weighs_evidence(incident, context)?;
    }
    let minutes = order.minutes.unwrap_or_else(|| rules.capture_time(&items));
    if !(1..=rules.capture_minutes).contains(&minutes) {
        let (field, max) = ("minutes", i64::from(rules.capture_minutes));
        return Err(Invalid::OutOfRange { field, min: 1, max }.into());
    }
    one(Fact::CaptureOrdered {
        action: id,
        course: order.course,
        assignee: Some(assignee),
        items,
        due: context.now.plus(i64::from(minutes) * MINUTE),
    })
}

/// Gives evidence up. Authority, or breaking the glass; where a law forbids it, only the
/// stronger authority, and never the one who wants the action.
pub(in super::super) fn go_now(
    incident: &Incident,
    id: ActionId,
    go: GoNow,
    context: &Context<'_>,
) -> Facts {
    let actor = context.actor;
    actor.needs(Permission::Work)?;
    let (action, gate) = undecided(incident, &id)?;
    let law = incident.law_against(action, &context.directory.policy);
    let ground = if law.is_some() {
        if !actor.may(Permission::WaiveLaw) {
            super::lawful(incident, action, context)?;
        }
        if action.by == actor.person {
            return Err(Refusal::SecondPersonNeeded {
                act: "going on although a law forbids it",
            });
        }
        Ground::Waived
    } else if actor.may(Permission::DecideGate) {
        Ground::Waived
    } else if go.break_glass {
        Ground::BrokeGlass
    } else {
        return Err(Refusal::NotPermitted {
            permission: Permission::DecideGate,
        });
    };
    Ok(given_up(
        incident,
        id,
        gate,
        (ground, law),
        (Some(go.reason), go.loss),
    ))
}

/// Evidence is given up, and a review will look back on that.
pub(super) fn given_up(
    incident: &Incident,
    id: ActionId,
    gate: &Gate,
    (ground, law): (Ground, Option<KindKey>),
    (reason, loss): (Option<Text>, Option<Text>),
) -> Vec<Fact> {
    let decided = Fact::GateDecided {
        action: id,
        course: Course::RestoreFirst,
        ground,
        saved: BTreeSet::new(),
        lost: gate.at_stake.clone(),
        reason: reason.map(Into::into),
        loss: loss.map(Into::into),
        law,
        evidence: BTreeSet::new(),
    };
    let review = (incident.review != ReviewState::Due).then_some(Fact::ReviewSet {
        to: ReviewState::Due,
    });
    [decided].into_iter().chain(review).collect()
}

/// Asks the security lead. Once: the wait for an answer is not to be prolonged by asking again.
pub(in super::super) fn ask_security(
    incident: &Incident,
    id: ActionId,
    context: &Context<'_>,
) -> Facts {
    context.actor.needs(Permission::Work)?;
    let (_, gate) = undecided(incident, &id)?;
    let GateStage::Waiting { due } = gate.stage else {
        return Err(Refusal::NothingToChange);
    };
    let minutes = context.directory.policy.gate.value.ask_minutes;
    let answer_by = context.now.plus(i64::from(minutes) * MINUTE);
    one(Fact::SecurityAsked {
        action: id,
        due: answer_by.min(due),
    })
}

/// Looks back on what was given up: not by the one who gave it up.
pub(in super::super) fn review(
    incident: &Incident,
    id: ActionId,
    review: ReviewWaiver,
    context: &Context<'_>,
) -> Facts {
    context.actor.needs(Permission::DecideGate)?;
    let action = incident.action(&id)?;
    if !action.wants_review() {
        return Err(Refusal::NothingToChange);
    }
    if action
        .decision()
        .is_some_and(|d| d.by == context.actor.person)
    {
        return Err(Refusal::SecondPersonNeeded {
            act: "looking back on a waiver",
        });
    }
    one(Fact::WaiverReviewed {
        action: id,
        was_right: review.was_right,
        text: review.text.into(),
    })
}
