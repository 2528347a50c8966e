//! Declaring, importing, amending, and the stated times.

use super::{NAMED_LIMIT, at_most, one};
use crate::access::Permission;
use crate::incident::Incident;
use crate::incident::command::{Amend, CorrectTimes, Declare, Import, Observation};
use crate::incident::fact::Fact;
use crate::incident::imported::ObservedRow;
use crate::incident::state::{StatedTimes, Tlp};
use crate::priority::Scores;
use crate::record::Context;
use crate::redact::Redactable;
use crate::refusal::Refusal;
use crate::time::MINUTE;
use std::collections::BTreeMap;

/// Clocks of people and machines differ; a stated time may lie this far ahead of ours.
const CLOCK_TOLERANCE: i64 = 5 * MINUTE;

pub(super) fn declare(new: Declare, context: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::Declare)?;
    if new.team.is_some() {
        context.actor.needs(Permission::Assign)?;
    }
    known(&new, context)?;
    in_order(&new.times, context)?;
    let policy = &context.directory.policy;
    let service = policy.matrix.value.priority(new.impact, new.urgency);
    let scores = Scores::of(service, false, &BTreeMap::new());
    let team = new.team.clone();
    let declared = Fact::Declared {
        number: context.neighbours.next_number,
        title: new.title.into(),
        description: new.description.map(Into::into),
        impact: new.impact,
        urgency: new.urgency,
        scores,
        handling: scores.merged(),
        matrix_version: policy.matrix.version,
        reporter: new.reporter.unwrap_or_else(|| context.actor.person.clone()),
        channel: new.channel,
        times: new.times,
        service: new.service,
        customer: new.customer,
        assets: new.assets,
        category: new.category,
        event: new.event,
        split_from: new.split_from,
        compartment: new.compartment,
        tlp: new.tlp.unwrap_or(Tlp::Amber),
    };
    Ok(match team {
        Some(team) => vec![
            declared,
            Fact::Assigned {
                team: Some(team),
                person: None,
            },
        ],
        None => vec![declared],
    })
}

/// Every id in the body must exist for this actor, not only the one in the path.
fn known(new: &Declare, context: &Context<'_>) -> Result<(), Refusal> {
    let directory = context.directory;
    at_most(new.assets.len(), "assets", NAMED_LIMIT)?;
    let unknown = |what, named: &dyn std::fmt::Display| {
        Err(Refusal::Unknown {
            what,
            named: named.to_string(),
        })
    };
    if let Some(id) = new
        .service
        .as_ref()
        .filter(|id| !directory.services.contains_key(id))
    {
        return unknown("service", id);
    }
    if let Some(id) = new
        .team
        .as_ref()
        .filter(|id| !directory.teams.contains_key(id))
    {
        return unknown("team", id);
    }
    if let Some(id) = new
        .reporter
        .as_ref()
        .filter(|id| !directory.people.contains_key(id))
    {
        return unknown("person", id);
    }
    if let Some(id) = new
        .assets
        .iter()
        .find(|id| !context.neighbours.assets.contains_key(id))
    {
        return unknown("asset", id);
    }
    if let Some(id) = new
        .event
        .as_ref()
        .filter(|id| !context.neighbours.events.contains(id))
    {
        return unknown("event", id);
    }
    if new
        .split_from
        .as_ref()
        .is_some_and(|id| !context.neighbours.incidents.contains_key(id))
    {
        return Err(Refusal::no("incident"));
    }
    if let Some(compartment) = &new.compartment {
        super::access::readable_by_someone(compartment, context)?;
    }
    if let Some(customer) = &new.customer {
        directory.policy.known_customer(customer)?;
    }
    new.category
        .as_ref()
        .map_or(Ok(()), |c| directory.policy.known_category(c))
}

/// Stated times must be possible: none in the future, what came first first.
fn in_order(times: &StatedTimes, context: &Context<'_>) -> Result<(), Refusal> {
    let latest = context.now.plus(CLOCK_TOLERANCE);
    let all = [
        times.occurred_from,
        times.occurred_to,
        times.detected,
        times.reported,
        times.aware,
    ];
    if all.iter().flatten().any(|at| *at > latest) {
        return Err(Refusal::TimeOrder {
            first: "a stated time",
            then: "the moment of recording",
        });
    }
    let pairs = [
        (
            times.occurred_from,
            times.occurred_to,
            "the start of the interval",
            "its end",
        ),
        (
            times.occurred_from,
            times.detected,
            "the occurrence",
            "its detection",
        ),
        (
            times.occurred_from,
            times.reported,
            "the occurrence",
            "its report",
        ),
        (
            times.detected,
            times.reported,
            "the detection",
            "its report",
        ),
        (
            times.occurred_from,
            times.aware,
            "the occurrence",
            "the moment of becoming aware",
        ),
    ];
    for (first, then, first_name, then_name) in pairs {
        if let (Some(a), Some(b)) = (first, then)
            && b < a
        {
            return Err(Refusal::TimeOrder {
                first: first_name,
                then: then_name,
            });
        }
    }
    Ok(())
}

pub(super) fn correct_times(
    incident: &Incident,
    correction: CorrectTimes,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::Work)?;
    in_order(&correction.times, context)?;
    let ends = [incident.times.mitigated, incident.times.restored];
    let from = correction.times.occurred_from;
    if from.is_some_and(|from| ends.iter().flatten().any(|end| *end < from)) {
        return Err(Refusal::TimeOrder {
            first: "the occurrence",
            then: "the restoration on record",
        });
    }
    if correction.times == incident.times.stated {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::TimesCorrected {
        times: correction.times,
        reason: correction.reason.into(),
    })
}

pub(super) fn amend(
    incident: &Incident,
    amend: Amend,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::Work)?;
    let title = amend.title.filter(|t| incident.title.present() != Some(t));
    let old = incident.description.as_ref().and_then(Redactable::present);
    let description = amend.description.filter(|d| old != Some(d));
    if title.is_none() && description.is_none() {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::Amended {
        title: title.map(Into::into),
        description: description.map(Into::into),
        reason: amend.reason.into(),
    })
}

pub(super) fn import(new: Import, context: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::Import)?;
    one(Fact::Imported {
        number: context.neighbours.next_number,
        source: new.source,
        external_id: new.external_id,
        title: new.title.into(),
        description: new.description.map(Into::into),
        opened_at: new.opened_at,
        channel: new.channel,
        row: observed(new.first),
    })
}

/// A further row of an imported incident. A record declared here is ours: rows from elsewhere
/// never change it.
pub(super) fn observe(
    incident: &Incident,
    row: Observation,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::Import)?;
    if incident.imported.is_none() {
        return Err(Refusal::WrongStage {
            verb: "take in a row",
            stage: "not imported",
        });
    }
    one(Fact::Observed { row: observed(row) })
}

fn observed(row: Observation) -> ObservedRow {
    ObservedRow {
        at: row.at,
        labels: row.labels,
        stage: row.stage,
        impact: row.impact,
        urgency: row.urgency,
        priority: row.priority,
        is_security: row.is_security,
        category: row.category,
        team: row.team,
        is_unassigned: row.is_unassigned,
        assignee: row.assignee.map(Into::into),
        reopened: row.reopened,
        resolved_at: row.resolved_at,
        closed_at: row.closed_at,
        oddities: row.oddities,
    }
}
