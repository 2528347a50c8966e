//! Who may decide what at the preservation gate.
//!
//! An action that would harm evidence is held until one of four things is true: it is saved; it
//! is being saved; somebody gives it up; or the time is over and the default holds. No state
//! holds it longer than its timer, except where a law does, and there a named authority can
//! always let it through.

use super::{NAMED_LIMIT, at_most, may_work_in, one};
use crate::access::{Auth, Permission};
use crate::gate::{Course, Effect, Ground, Side, bar};
use crate::id::ActionId;
use crate::incident::command::{
    Advise, Because, CaptureFirst, Captured, GoNow, Perform, Restore, ReviewWaiver,
};
use crate::incident::fact::Fact;
use crate::incident::gated::{Gate, GateStage, RestoringAction};
use crate::incident::state::ReviewState;
use crate::incident::{Incident, Stage};
use crate::kind::KindKey;
use crate::record::Context;
use crate::redact::Redactable;
use crate::refusal::{Invalid, Refusal};
use crate::text::{Short, Text};
use crate::time::{At, MINUTE};
use std::collections::BTreeSet;

/// Restoring actions of one incident.
const ACTIONS_LIMIT: usize = 200;

type Facts = Result<Vec<Fact>, Refusal>;

pub(super) fn restore(
    incident: &Incident,
    id: ActionId,
    wanted: Restore,
    context: &Context<'_>,
) -> Facts {
    context.actor.needs(Permission::Work)?;
    super::in_stage(incident, "restore", Stage::is_open)?;
    at_most(wanted.assets.len(), "assets", NAMED_LIMIT)?;
    if incident.action(&id).is_ok() {
        return Err(Refusal::AlreadyExists {
            what: "restoring action".to_owned(),
        });
    }
    at_most(
        incident.actions.len() + 1,
        "restoring actions",
        ACTIONS_LIMIT,
    )?;
    let policy = &context.directory.policy;
    let rules = &policy.gate;
    let mut types = BTreeSet::new();
    for asset in &wanted.assets {
        let known = context.neighbours.assets.get(asset);
        types.insert(known.cloned().ok_or_else(|| Refusal::Unknown {
            what: "asset",
            named: asset.to_string(),
        })?);
    }
    let effect = rules.value.action(&wanted.action)?.effect_on(&types);
    let note = wanted.note.map(Redactable::from);
    let Some(bar) = bar(
        policy,
        incident.handling,
        |kind| incident.finding(kind),
        effect,
    ) else {
        return one(Fact::ActionTaken {
            action: id,
            action_type: wanted.action,
            effect,
            assets: wanted.assets,
            note,
        });
    };
    let at_stake = rules.value.at_stake(&types, effect).into_iter();
    let service = incident
        .service
        .as_ref()
        .and_then(|s| context.directory.services.get(s));
    let order = service.and_then(|service| service.order_in_force());
    one(Fact::GateShut {
        action: id,
        action_type: wanted.action,
        effect,
        assets: wanted.assets,
        note,
        at_stake: at_stake.map(|v| v.key.clone()).collect(),
        due: context
            .now
            .plus(i64::from(rules.value.wait_minutes) * MINUTE),
        fallback: order.map_or(rules.value.fallback, |order| order.course),
        order: order.map(|order| order.version),
        law: bar.law,
        rules_version: rules.version,
    })
}

/// The action and its gate, while something can be decided about it.
fn undecided<'a>(
    incident: &'a Incident,
    id: &ActionId,
) -> Result<(&'a RestoringAction, &'a Gate), Refusal> {
    let action = incident.action(id)?;
    match &action.gate {
        Some(gate) if action.is_held() => Ok((action, gate)),
        _ => Err(Refusal::GateDecided),
    }
}

pub(super) fn advise(
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

/// Says that it is saved: who works on evidence, who decides, or who was told to save it.
pub(super) fn captured(
    incident: &Incident,
    id: ActionId,
    captured: Captured,
    context: &Context<'_>,
) -> Facts {
    let (_, gate) = undecided(incident, &id)?;
    let actor = context.actor;
    let was_told = matches!(
        &gate.stage,
        GateStage::Capturing { by: Some(by), .. } if *by == actor.person
    );
    if !was_told && !actor.may(Permission::DecideGate) {
        may_work_in(incident, &KindKey::security(), context)?;
    }
    fits(
        captured.course,
        &[Course::Parallel, Course::FastCapture, Course::EvidenceFirst],
    )?;
    on_the_list(gate, &captured.items)?;
    // Whoever names nothing says that all of it is safe.
    let saved = if captured.items.is_empty() {
        gate.at_stake.clone()
    } else {
        captured.items
    };
    let lost: BTreeSet<Short> = gate.at_stake.difference(&saved).cloned().collect();
    // A law is content when nothing is lost; to lose a part takes the stronger authority.
    if let Some(law) = gate.law.as_ref().filter(|_| !lost.is_empty())
        && !actor.may(Permission::WaiveLaw)
    {
        return Err(Refusal::LawForbids {
            law: law_name(law, context),
        });
    }
    one(Fact::GateDecided {
        action: id,
        course: captured.course,
        ground: Ground::Captured,
        saved,
        lost,
        reason: Some(captured.whereabouts.into()),
        loss: None,
    })
}

pub(super) fn capture_first(
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
pub(super) fn go_now(incident: &Incident, id: ActionId, go: GoNow, context: &Context<'_>) -> Facts {
    let actor = context.actor;
    actor.needs(Permission::Work)?;
    let (action, gate) = undecided(incident, &id)?;
    let ground = if let Some(law) = &gate.law {
        if !actor.may(Permission::WaiveLaw) {
            return Err(Refusal::LawForbids {
                law: law_name(law, context),
            });
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
        ground,
        (Some(go.reason), go.loss),
    ))
}

/// Evidence is given up, and a review will look back on that.
fn given_up(
    incident: &Incident,
    id: ActionId,
    gate: &Gate,
    ground: Ground,
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
    };
    let review = (incident.review != ReviewState::Due).then_some(Fact::ReviewSet {
        to: ReviewState::Due,
    });
    [decided].into_iter().chain(review).collect()
}

fn law_name(kind: &KindKey, context: &Context<'_>) -> String {
    let version = context.directory.policy.kinds.get(kind);
    let law = version.and_then(|v| v.kind.forbids_altering.as_ref());
    law.map_or_else(|| kind.to_string(), ToString::to_string)
}

/// Asks the security lead. Once: the wait for an answer is not to be prolonged by asking again.
pub(super) fn ask_security(incident: &Incident, id: ActionId, context: &Context<'_>) -> Facts {
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

/// Whether the gate opens by itself now.
fn has_elapsed(gate: &Gate, now: At) -> bool {
    gate.law.is_none() && gate.stage.due().is_some_and(|due| due <= now)
}

/// What the default brings once the time is over. Saving first begins saving, for as long as the
/// list says; after that, and where restoring goes first, the action may be done.
fn fallen_back(
    incident: &Incident,
    id: &ActionId,
    gate: &Gate,
    context: &Context<'_>,
) -> Vec<Fact> {
    let was_saving = matches!(gate.stage, GateStage::Capturing { .. });
    if gate.fallback == Course::EvidenceFirst && !was_saving {
        let rules = &context.directory.policy.gate.value;
        let minutes = rules.capture_time(&gate.at_stake);
        // From when the time was over, not from when somebody noticed.
        let since = gate.stage.due().unwrap_or(context.now);
        let due = since.plus(i64::from(minutes) * MINUTE);
        if due > context.now {
            return vec![Fact::CaptureOrdered {
                action: id.clone(),
                course: Course::EvidenceFirst,
                assignee: None,
                items: gate.at_stake.clone(),
                due,
            }];
        }
    }
    given_up(incident, id.clone(), gate, Ground::Policy, (None, None))
}

/// The time is over. The system says so; and anybody at work may, should the system be late.
pub(super) fn elapse(incident: &Incident, id: &ActionId, context: &Context<'_>) -> Facts {
    if context.actor.auth != Auth::System {
        context.actor.needs(Permission::Work)?;
    }
    let (_, gate) = undecided(incident, id)?;
    if !has_elapsed(gate, context.now) {
        return Err(still_shut(gate, context));
    }
    Ok(fallen_back(incident, id, gate, context))
}

fn still_shut(gate: &Gate, context: &Context<'_>) -> Refusal {
    match (&gate.law, gate.stage.due()) {
        (Some(law), _) => Refusal::LawForbids {
            law: law_name(law, context),
        },
        (None, Some(due)) => Refusal::GateShut {
            until: due.to_string(),
        },
        (None, None) => Refusal::GateDecided,
    }
}

/// It was done. A gate whose time is over does not hold it, nor one that has no ground any more
/// because the question was answered with no meanwhile.
pub(super) fn perform(
    incident: &Incident,
    id: &ActionId,
    perform: &Perform,
    context: &Context<'_>,
) -> Facts {
    context.actor.needs(Permission::Work)?;
    let action = incident.action(id)?;
    if action.is_withdrawn || action.done.is_some() {
        return Err(Refusal::GateDecided);
    }
    let at = perform.at.unwrap_or(context.now);
    super::after_occurrence(incident, at, "the action", context)?;
    let mut facts = match &action.gate {
        Some(gate) if action.decision().is_none() => {
            opens_by_itself(incident, action, gate, context)?
        }
        _ => Vec::new(),
    };
    let since = action.decision().map_or(action.at, |decision| decision.at);
    // What was let through now was not done before.
    if at < since || (!facts.is_empty() && at < context.now) {
        return Err(Refusal::TimeOrder {
            first: "the decision",
            then: "the action",
        });
    }
    facts.push(Fact::ActionDone {
        action: id.clone(),
        at,
    });
    Ok(facts)
}

fn opens_by_itself(
    incident: &Incident,
    action: &RestoringAction,
    gate: &Gate,
    context: &Context<'_>,
) -> Facts {
    let policy = &context.directory.policy;
    let finding = |kind: &KindKey| incident.finding(kind);
    if bar(policy, incident.handling, finding, action.effect).is_none() {
        return one(Fact::GateDecided {
            action: action.id.clone(),
            course: Course::RestoreFirst,
            ground: Ground::Moot,
            saved: BTreeSet::new(),
            lost: BTreeSet::new(),
            reason: None,
            loss: None,
        });
    }
    if !has_elapsed(gate, context.now) {
        return Err(still_shut(gate, context));
    }
    let facts = fallen_back(incident, &action.id, gate, context);
    match facts.first() {
        Some(Fact::CaptureOrdered { due, .. }) => Err(Refusal::GateShut {
            until: due.to_string(),
        }),
        _ => Ok(facts),
    }
}

/// It is not wanted any more: says who wanted it, or who decides.
pub(super) fn withdraw(
    incident: &Incident,
    id: ActionId,
    because: Because,
    context: &Context<'_>,
) -> Facts {
    context.actor.needs(Permission::Work)?;
    let action = incident.action(&id)?;
    if action.is_withdrawn || action.done.is_some() || action.effect == Effect::Harmless {
        return Err(Refusal::GateDecided);
    }
    if action.by != context.actor.person {
        context.actor.needs(Permission::DecideGate)?;
    }
    one(Fact::ActionWithdrawn {
        action: id,
        reason: because.reason.into(),
    })
}

/// Looks back on what was given up: not by the one who gave it up.
pub(super) fn review(
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
