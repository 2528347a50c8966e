//! Merge, parent and child, typed relations. Nothing is destroyed; both numbers live on.

use super::one;
use crate::access::Permission;
use crate::id::IncidentId;
use crate::incident::command::{Because, Merge, SetParent};
use crate::incident::fact::Fact;
use crate::incident::state::Relation;
use crate::incident::{Incident, Stage, Summary};
use crate::record::Context;
use crate::refusal::Refusal;

const RELATIONS_LIMIT: usize = 500;

/// The other incident, if it exists for this actor and is not this one.
fn other<'a>(
    incident: &Incident,
    id: &IncidentId,
    context: &'a Context<'_>,
) -> Result<&'a Summary, Refusal> {
    if *id == incident.id {
        return Err(Refusal::WouldLoop);
    }
    context
        .neighbours
        .incidents
        .get(id)
        .ok_or_else(|| Refusal::no("incident"))
}

pub(super) fn relate(
    incident: &Incident,
    relation: Relation,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::Work)?;
    other(incident, &relation.other, context)?;
    if incident.relations.contains(&relation) {
        return Err(Refusal::NothingToChange);
    }
    if incident.relations.len() >= RELATIONS_LIMIT {
        return Err(Refusal::TooMany {
            what: "relations",
            limit: RELATIONS_LIMIT,
        });
    }
    one(Fact::Related { relation })
}

pub(super) fn unrelate(
    incident: &Incident,
    relation: Relation,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::Work)?;
    if !incident.relations.contains(&relation) {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::Unrelated { relation })
}

/// Families are one level deep: a child is nobody's parent, and a parent is nobody's child.
pub(super) fn set_parent(
    incident: &Incident,
    set: SetParent,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::Work)?;
    if set.parent == incident.parent {
        return Err(Refusal::NothingToChange);
    }
    if let Some(parent) = &set.parent {
        let summary = other(incident, parent, context)?;
        if summary.parent.is_some() {
            return Err(Refusal::WouldLoop);
        }
    }
    one(Fact::ParentSet { parent: set.parent })
}

pub(super) fn merge(
    incident: &Incident,
    merge: Merge,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::Work)?;
    let target = other(incident, &merge.into, context)?;
    if target.merged_into.is_some() {
        return Err(Refusal::WouldLoop);
    }
    if !target.is_open {
        return Err(Refusal::WrongStage {
            verb: "merge",
            stage: "merged into a closed incident",
        });
    }
    one(Fact::Merged {
        into: merge.into,
        reason: merge.reason.into(),
    })
}

pub(super) fn unmerge(
    incident: &Incident,
    because: Because,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::Work)?;
    match incident.stage {
        Stage::Merged { .. } => one(Fact::Unmerged {
            reason: because.reason.into(),
        }),
        _ => Err(Refusal::WrongStage {
            verb: "undo a merge",
            stage: incident.stage.word(),
        }),
    }
}
