//! Whether rules propose an incident as a major one, after whatever else was decided.

use crate::access::Permission;
use crate::id::IncidentId;
use crate::incident::fact::Fact;
use crate::incident::{Incident, Major, evolve};
use crate::major::Around;
use crate::record::{Context, Meta};
use crate::refusal::Refusal;
use crate::text::Text;

/// Somebody looks whether it is a major incident; the rules say so or nothing happens.
pub(super) fn weigh(incident: &Incident, context: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::Work)?;
    proposed(Some(incident), &[], context)
        .map(|fact| vec![fact])
        .ok_or(Refusal::NothingToChange)
}

/// What a rule proposes once these facts are so.
pub(super) fn proposed(
    state: Option<&Incident>,
    facts: &[Fact],
    context: &Context<'_>,
) -> Option<Fact> {
    let rules = &context.directory.policy.major.value;
    let is_undecided = state.is_none_or(|incident| incident.major == Major::No);
    if !is_undecided || rules.rules.iter().all(|rule| !rule.is_on) {
        return None;
    }
    let after = after(state, facts, context)?;
    let around = Around {
        children: context.neighbours.open_children,
        reports: &context.neighbours.reports,
        now: context.now,
    };
    let rule = rules.proposing(&after, context.directory, around)?;
    Some(Fact::MajorProposed {
        criteria: rule.criteria.clone(),
        reason: Text::parse(&format!("By the rule “{}”.", rule.name))
            .ok()?
            .into(),
        rule: Some(rule.key.clone()),
    })
}

/// The incident once these facts are so.
fn after(state: Option<&Incident>, facts: &[Fact], context: &Context<'_>) -> Option<Incident> {
    // What is only looked at needs no id of its own.
    let id = state.map_or_else(|| IncidentId::from_bits(0), |incident| incident.id.clone());
    let meta = Meta {
        subject: id.to_string(),
        n: 0,
        at: context.now,
        actor: context.actor.person.clone(),
    };
    let each = facts.iter().try_fold(state.cloned(), |state, fact| {
        evolve::evolve(state, fact, &meta).ok().map(Some)
    });
    each.flatten()
}
