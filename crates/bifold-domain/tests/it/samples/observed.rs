//! A row of another system, and a relation.

use super::{another, at, hidden, p, short, some_team};
use bifold_domain::incident::{ImportedStage, Labels, ObservedRow, Relation, RelationKind};
use bifold_domain::priority::{Impact, Urgency};
use std::collections::BTreeSet;

pub(super) fn row() -> ObservedRow {
    ObservedRow {
        at: at(6),
        labels: Labels {
            state: Some(short("Awaiting User Info")),
            impact: Some(short("2 - Medium")),
            urgency: Some(short("2 - Medium")),
            priority: Some(short("3 - Moderate")),
        },
        stage: ImportedStage::PendingUser,
        impact: Impact::Significant,
        urgency: Urgency::Medium,
        priority: p(3),
        is_security: Some(false),
        category: Some(short("network")),
        team: Some(some_team()),
        is_unassigned: false,
        assignee: Some(hidden("Resolver 89")),
        reopened: Some(1),
        resolved_at: Some(at(7)),
        closed_at: Some(at(8)),
        oddities: BTreeSet::from([short("closed before it was opened")]),
    }
}

pub(super) fn relation() -> Relation {
    Relation {
        kind: RelationKind::CausedBy,
        other: another(),
    }
}
