//! What each fact may change of a sealed record.

use super::*;

fn changes_only(before: &Incident, after: &Incident, allowed: impl Fn(&mut Incident)) -> bool {
    let (mut before, mut after) = (before.clone(), after.clone());
    allowed(&mut before);
    allowed(&mut after);
    before == after
}

/// What each fact that a sealed record takes may change of it.
pub(super) fn is_permitted_on_sealed(fact: &Fact, before: &Incident, after: &Incident) -> bool {
    match fact {
        Fact::AdditionMade { .. } => before == after,
        Fact::WaiverReviewed { .. } => changes_only(before, after, |i| i.actions.clear()),
        Fact::Related { .. } => changes_only(before, after, |i| i.relations.clear()),
        Fact::Labelled { .. } => changes_only(before, after, |i| i.tlp = Tlp::Clear),
        Fact::Restricted { .. } | Fact::Unrestricted { .. } => {
            changes_only(before, after, |i| i.compartment = None)
        }
        Fact::GlassBroken { .. } => changes_only(before, after, |i| i.broken_glass.clear()),
        Fact::Unmerged { .. } => changes_only(before, after, |i| {
            i.stage = Stage::New;
            i.trail = Trail::default();
        }),
        Fact::Reopened { .. } => after.stage == Stage::InProgress,
        // The source may reopen what only it had closed; elsewhere its rows are only counted.
        Fact::Observed { .. } => {
            (before.stage == Stage::Closed && before.resolution_code.is_none())
                || changes_only(before, after, |i| i.imported = None)
        }
        _ => false,
    }
}
