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
    other(incident, &relation.other, context)?;
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
    let parent = match &set.parent {
        Some(id) => Some(other(incident, id, context)?),
        None => None,
    };
    if set.parent == incident.parent {
        return Err(Refusal::NothingToChange);
    }
    if let Some(parent) = parent {
        if parent.parent.is_some() || context.neighbours.open_children > 0 {
            return Err(Refusal::WouldLoop);
        }
        if !parent.is_open {
            return Err(Refusal::WrongStage {
                verb: "name a parent",
                stage: "that is no longer open",
            });
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
    // What still has to be done under this number would be out of sight under the other.
    let gaps = super::closure::left_behind(incident, context);
    if !gaps.is_empty() {
        return Err(Refusal::NotClosable { gaps });
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
