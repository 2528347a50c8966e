//! Who may decide what at the preservation gate.
//!
//! An action that would harm evidence is held until one of four things is true: it is saved; it
//! is being saved; somebody gives it up; or the time is over and the default holds. No state
//! holds it longer than its timer, except where a law does, and there a named authority can
//! always let it through.

mod outcome;
mod time;

pub(super) use outcome::{advise, ask_security, capture_first, captured, go_now, review};
pub(super) use time::elapse;

use super::{NAMED_LIMIT, at_most, may_work_in, one};
use crate::access::Permission;
use crate::gate::{Effect, bar};
use crate::id::ActionId;
use crate::incident::command::{Because, Perform, Restore};
use crate::incident::fact::Fact;
use crate::incident::gated::{Decision, Gate, RestoringAction};
use crate::incident::{Incident, Stage};
use crate::record::Context;
use crate::redact::Redactable;
use crate::refusal::Refusal;
use crate::time::MINUTE;
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

/// Refuses for a law that forbids the action as the questions are answered now, if one does.
fn lawful(
    incident: &Incident,
    action: &RestoringAction,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    let policy = &context.directory.policy;
    match incident.law_against(action, policy) {
        Some(law) => Err(Refusal::LawForbids {
            law: policy.law_of(&law),
        }),
        None => Ok(()),
    }
}

/// Refuses what was let through before a law came to forbid it. Wanting it anew is the way on.
fn still_lawful(
    incident: &Incident,
    action: &RestoringAction,
    decision: &Decision,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    let law = incident.law_against(action, &context.directory.policy);
    if decision.lost.is_empty() || decision.law == law {
        Ok(())
    } else {
        lawful(incident, action, context)
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
    let mut facts = match (&action.gate, action.decision()) {
        (Some(gate), None) => time::opens_by_itself(incident, action, gate, context)?,
        (_, Some(decision)) => {
            still_lawful(incident, action, decision, context)?;
            Vec::new()
        }
        (None, None) => Vec::new(),
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
