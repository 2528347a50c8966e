//! Major incidents, and who may read: compartments, break-glass, TLP.

use super::{NAMED_LIMIT, at_most, one};
use crate::access::Permission;
use crate::id::PersonId;
use crate::incident::command::{Because, Export, Label, PromoteMajor, ProposeMajor, Restrict};
use crate::incident::fact::Fact;
use crate::incident::state::{Compartment, Major};
use crate::incident::{Incident, Stage};
use crate::record::Context;
use crate::refusal::Refusal;
use crate::time::MINUTE;

/// Items of evidence in one bundle.
const EXPORT_LIMIT: usize = 500;

type Facts = Result<Vec<Fact>, Refusal>;

pub(super) fn propose_major(
    incident: &Incident,
    propose: ProposeMajor,
    context: &Context<'_>,
) -> Facts {
    context.actor.needs(Permission::Work)?;
    super::in_stage(incident, "propose a major incident", Stage::is_open)?;
    if propose.criteria.is_empty() {
        return Err(Refusal::ReasonRequired {
            act: "proposing a major incident",
        });
    }
    match incident.major {
        Major::Proposed { .. } | Major::Promoted { .. } => Err(Refusal::NothingToChange),
        _ => one(Fact::MajorProposed {
            criteria: propose.criteria,
            reason: propose.reason.into(),
            rule: None,
        }),
    }
}

/// One named responsible person for each major incident (20000-1 8.6.1).
pub(super) fn promote_major(
    incident: &Incident,
    promote: PromoteMajor,
    context: &Context<'_>,
) -> Facts {
    context.actor.needs(Permission::DecideMajor)?;
    super::in_stage(incident, "promote", Stage::is_open)?;
    if !context.directory.is_active(&promote.responsible) {
        return Err(Refusal::Unknown {
            what: "active person",
            named: promote.responsible.to_string(),
        });
    }
    match &incident.major {
        Major::Promoted { responsible, .. } if *responsible == promote.responsible => {
            Err(Refusal::NothingToChange)
        }
        _ => one(Fact::MajorPromoted {
            responsible: promote.responsible,
            reason: promote.reason.into(),
        }),
    }
}

pub(super) fn decline_major(incident: &Incident, because: Because, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::DecideMajor)?;
    match incident.major {
        Major::Proposed { .. } => one(Fact::MajorDeclined {
            reason: because.reason.into(),
        }),
        _ => Err(Refusal::NothingToChange),
    }
}

pub(super) fn stand_down(incident: &Incident, because: Because, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::DecideMajor)?;
    match incident.major {
        Major::Promoted { .. } => one(Fact::MajorStoodDown {
            reason: because.reason.into(),
        }),
        _ => Err(Refusal::NothingToChange),
    }
}

/// Refuses members that the directory does not know.
fn known_members(compartment: &Compartment, context: &Context<'_>) -> Result<(), Refusal> {
    let directory = context.directory;
    if let Some(p) = compartment
        .people
        .iter()
        .find(|p| !directory.people.contains_key(p))
    {
        return Err(Refusal::Unknown {
            what: "person",
            named: p.to_string(),
        });
    }
    if let Some(t) = compartment
        .teams
        .iter()
        .find(|t| !directory.teams.contains_key(t))
    {
        return Err(Refusal::Unknown {
            what: "team",
            named: t.to_string(),
        });
    }
    Ok(())
}

/// The people a compartment lets in who may act at all.
fn active_members<'a>(
    compartment: &'a Compartment,
    context: &'a Context<'_>,
) -> impl Iterator<Item = &'a PersonId> {
    let directory = context.directory;
    let teams = compartment
        .teams
        .iter()
        .filter_map(|id| directory.teams.get(id))
        .flat_map(|team| &team.members);
    compartment
        .people
        .iter()
        .chain(teams)
        .filter(|p| directory.is_active(p))
}

/// Refuses a compartment that nobody could open.
pub(super) fn readable_by_someone(
    compartment: &Compartment,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    let members = compartment.people.len() + compartment.teams.len();
    at_most(members, "members", NAMED_LIMIT)?;
    known_members(compartment, context)?;
    match active_members(compartment, context).next() {
        Some(_) => Ok(()),
        None => Err(Refusal::EmptyCompartment),
    }
}

/// Who reads is decided by those who read by right. Broken glass opens a record for a while; it
/// does not let anybody make that permanent, unless no member is left who could decide.
fn may_restrict(incident: &Incident, context: &Context<'_>) -> Result<(), Refusal> {
    let actor = context.actor;
    actor.needs(Permission::Restrict)?;
    let Some(compartment) = &incident.compartment else {
        return Ok(());
    };
    let decides = |p: &PersonId| {
        let person = context.directory.people.get(p);
        person.is_some_and(|p| p.roles.iter().any(|r| r.permits(Permission::Restrict)))
    };
    let is_member = active_members(compartment, context).any(|p| *p == actor.person);
    if is_member || !active_members(compartment, context).any(decides) {
        Ok(())
    } else {
        Err(Refusal::NotPermitted {
            permission: Permission::Restrict,
        })
    }
}

pub(super) fn restrict(incident: &Incident, restrict: Restrict, context: &Context<'_>) -> Facts {
    may_restrict(incident, context)?;
    let compartment = Compartment {
        people: restrict.people,
        teams: restrict.teams,
    };
    readable_by_someone(&compartment, context)?;
    if incident.compartment.as_ref() == Some(&compartment) {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::Restricted {
        compartment,
        reason: restrict.reason.into(),
    })
}

pub(super) fn unrestrict(incident: &Incident, because: Because, context: &Context<'_>) -> Facts {
    may_restrict(incident, context)?;
    if incident.compartment.is_none() {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::Unrestricted {
        reason: because.reason.into(),
    })
}

/// Emergency access to a restricted record: at once, for a while, and alarmed (features F176).
pub(super) fn break_glass(incident: &Incident, because: Because, context: &Context<'_>) -> Facts {
    // Without the permission it must look as if the record were not there.
    if !context.actor.may(Permission::BreakGlass) {
        return Err(Refusal::no("incident"));
    }
    if incident.is_readable_by(&context.actor.viewer(), context.now) {
        return Err(Refusal::NothingToChange);
    }
    let minutes = i64::from(context.directory.policy.limits.break_glass_minutes);
    one(Fact::GlassBroken {
        reason: because.reason.into(),
        until: context.now.plus(minutes * MINUTE),
    })
}

pub(super) fn label(incident: &Incident, label: &Label, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Work)?;
    if incident.tlp == label.tlp {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::Labelled { tlp: label.tlp })
}

/// Hands the record out, with all its lanes: a part left out would not stand by itself. Whoever
/// works in sensitive lanes decides that; what becomes of the bytes of evidence is for the release
/// that two people approved.
pub(super) fn export(
    incident: &Incident,
    export: Export,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::WorkSensitiveLanes)?;
    if incident.tlp > export.terms.tlp {
        return Err(Refusal::LabelledStricter {
            label: incident.tlp.word().replace('_', "+").to_uppercase(),
        });
    }
    at_most(export.heads.len(), "records in one bundle", EXPORT_LIMIT)?;
    one(Fact::Exported {
        bundle: export.bundle,
        recipient: export.terms.recipient.into(),
        purpose: export.terms.purpose.into(),
        legal_basis: export.terms.legal_basis.map(Into::into),
        tlp: export.terms.tlp,
        release: export.release,
        heads: export.heads,
    })
}
