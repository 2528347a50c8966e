//! What the gate does when its time is over.

use super::outcome::given_up;
use super::{Facts, lawful, one, undecided};
use crate::access::{Auth, Permission};
use crate::gate::{Course, Ground};
use crate::id::ActionId;
use crate::incident::Incident;
use crate::incident::fact::Fact;
use crate::incident::gated::{Gate, GateStage, RestoringAction};
use crate::record::Context;
use crate::refusal::Refusal;
use crate::time::{At, MINUTE};
use std::collections::BTreeSet;

/// Whether its time is over.
fn has_elapsed(gate: &Gate, now: At) -> bool {
    gate.stage.due().is_some_and(|due| due <= now)
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
    given_up(
        incident,
        id.clone(),
        gate,
        (Ground::Policy, None),
        (None, None),
    )
}

/// The time is over. The system says so; and anybody at work may, should the system be late.
pub(in super::super) fn elapse(incident: &Incident, id: &ActionId, context: &Context<'_>) -> Facts {
    if context.actor.auth != Auth::System {
        context.actor.needs(Permission::Work)?;
    }
    let (action, gate) = undecided(incident, id)?;
    lawful(incident, action, context)?;
    if !has_elapsed(gate, context.now) {
        return Err(still_shut(gate));
    }
    Ok(fallen_back(incident, id, gate, context))
}

fn still_shut(gate: &Gate) -> Refusal {
    gate.stage
        .due()
        .map_or(Refusal::GateDecided, |due| Refusal::GateShut {
            until: due.to_string(),
        })
}

/// A gate without a ground any more, or whose time is over, opens for the one who goes through.
pub(super) fn opens_by_itself(
    incident: &Incident,
    action: &RestoringAction,
    gate: &Gate,
    context: &Context<'_>,
) -> Facts {
    if incident.bar(action, &context.directory.policy).is_none() {
        return one(Fact::GateDecided {
            action: action.id.clone(),
            course: Course::RestoreFirst,
            ground: Ground::Moot,
            saved: BTreeSet::new(),
            lost: BTreeSet::new(),
            reason: None,
            loss: None,
            law: None,
            evidence: BTreeSet::new(),
        });
    }
    lawful(incident, action, context)?;
    if !has_elapsed(gate, context.now) {
        return Err(still_shut(gate));
    }
    let facts = fallen_back(incident, &action.id, gate, context);
    match facts.first() {
        Some(Fact::CaptureOrdered { due, .. }) => Err(Refusal::GateShut {
            until: due.to_string(),
        }),
        _ => Ok(facts),
    }
}
