//! Resolution, confirmation, the closure gate, reopening; closed means sealed.

use super::{after_occurrence, in_stage, one};
use crate::access::Permission;
use crate::incident::command::{Because, Close, ConvertToRequest, Reject, Remedy, Resolve};
use crate::incident::fact::Fact;
use crate::incident::gated::RestoringAction;
use crate::incident::ground::ClosureGround;
use crate::incident::state::{EvidenceState, NotificationState, ReviewState, TaskEnd};
use crate::incident::{Incident, Stage};
use crate::kind::{Finding, KindKey};
use crate::record::Context;
use crate::refusal::{ClosureGap, Refusal};
use crate::text::Short;
use crate::time::{At, DAY};

type Facts = Result<Vec<Fact>, Refusal>;

fn known_cause(code: &Short, context: &Context<'_>) -> Result<(), Refusal> {
    if context.directory.policy.cause_codes.value.contains(code) {
        Ok(())
    } else {
        Err(Refusal::Unknown {
            what: "cause code",
            named: code.to_string(),
        })
    }
}

pub(super) fn resolve(incident: &Incident, resolve: Resolve, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Work)?;
    in_stage(incident, "resolve", Stage::is_open)?;
    if !context
        .directory
        .policy
        .resolution_codes
        .value
        .contains(&resolve.code)
    {
        return Err(Refusal::Unknown {
            what: "resolution code",
            named: resolve.code.to_string(),
        });
    }
    if let Some(cause) = &resolve.cause {
        known_cause(cause, context)?;
    }
    let restored_at = resolve.restored_at.unwrap_or(context.now);
    after_occurrence(incident, restored_at, "the restoration", context)?;
    one(Fact::Resolved {
        code: resolve.code,
        text: resolve.text.into(),
        restored_at,
        cause: resolve.cause,
    })
}

/// Only the reporter confirms (features F084). An agent who is told by telephone closes with
/// that as the reason instead.
pub(super) fn confirm(incident: &Incident, context: &Context<'_>) -> Facts {
    if incident.original.reporter != context.actor.person {
        return Err(Refusal::NotTheReporter);
    }
    in_stage(incident, "confirm", |s| *s == Stage::Resolved)?;
    one(Fact::Confirmed)
}

/// The closure gate (features F085): every missing step is named at once.
pub(super) fn close(incident: &Incident, close: &Close, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Close)?;
    if let Some(cause) = &close.cause {
        known_cause(cause, context)?;
    }
    let cause = close.cause.clone().or_else(|| incident.cause_code.clone());
    let ground = ground(incident, close, context.now, context);
    let gaps = gaps(incident, cause.is_some(), ground.is_some(), context);
    match (cause, ground) {
        (Some(cause), Some(on)) if gaps.is_empty() => one(Fact::Closed { cause, on }),
        _ => Err(Refusal::NotClosable { gaps }),
    }
}

fn ground(
    incident: &Incident,
    close: &Close,
    now: At,
    context: &Context<'_>,
) -> Option<ClosureGround> {
    let wait = i64::from(context.directory.policy.limits.confirm_days).saturating_mul(DAY);
    match (&incident.stage, incident.times.resolved) {
        (Stage::Confirmed, _) => Some(ClosureGround::Confirmed),
        (Stage::Resolved, Some(resolved)) if resolved.plus(wait) <= now => {
            Some(ClosureGround::TimedOut)
        }
        (Stage::Resolved, _) => {
            close
                .without_confirmation
                .clone()
                .map(|reason| ClosureGround::Unconfirmed {
                    reason: reason.into(),
                })
        }
        _ => None,
    }
}

fn gaps(
    incident: &Incident,
    has_cause: bool,
    has_ground: bool,
    context: &Context<'_>,
) -> Vec<ClosureGap> {
    let mut gaps = Vec::new();
    let resolved = matches!(incident.stage, Stage::Resolved | Stage::Confirmed);
    if !resolved {
        gaps.push(ClosureGap::NotResolved);
    } else if !has_ground {
        gaps.push(ClosureGap::NotConfirmed);
    }
    if incident.category.is_none() {
        gaps.push(ClosureGap::NoCategory);
    }
    if !has_cause {
        gaps.push(ClosureGap::NoCause);
    }
    let policy = &context.directory.policy;
    let shows = |kind: &KindKey| incident.shows_lane(kind, &context.actor.viewer(), policy);
    // What stands open in a lane the actor cannot see is one nameless gap: no side channel.
    let mut hidden = false;
    for (key, kind) in &policy.kinds {
        let asked = kind.kind.always_asked || incident.verdicts.contains_key(key);
        if asked && incident.finding(key) == Finding::Undetermined {
            if kind.kind.always_asked || shows(key) {
                gaps.push(ClosureGap::Undecided {
                    kind: key.to_string(),
                });
            } else {
                hidden = true;
            }
        }
    }
    for task in &incident.tasks {
        if task.is_mandatory && task.end == TaskEnd::Open {
            if shows(&task.lane) {
                gaps.push(ClosureGap::OpenTask {
                    title: task.title.shown(),
                });
            } else {
                hidden = true;
            }
        }
    }
    let evidence_open = matches!(
        incident.evidence,
        EvidenceState::Planned | EvidenceState::Collecting
    );
    if evidence_open && shows(&KindKey::security()) {
        gaps.push(ClosureGap::EvidenceOpen {
            state: incident.evidence.to_string(),
        });
    } else if evidence_open {
        hidden = true;
    }
    if incident.review == ReviewState::Due {
        gaps.push(ClosureGap::ReviewDue);
    }
    for gap in left_behind(incident, context) {
        if gap == in_another_lane() {
            hidden = true;
        } else {
            gaps.push(gap);
        }
    }
    gaps.extend(hidden.then(in_another_lane));
    gaps
}

/// What no ending may leave behind: open children, a notification that is still to be sent, and
/// an action that still waits at the gate.
pub(super) fn left_behind(incident: &Incident, context: &Context<'_>) -> Vec<ClosureGap> {
    let mut gaps = Vec::new();
    if context.neighbours.open_children > 0 {
        gaps.push(ClosureGap::OpenChildren {
            count: context.neighbours.open_children,
        });
    }
    if incident.actions.iter().any(RestoringAction::is_held) {
        gaps.push(ClosureGap::GateShut);
    }
    if incident.notification == NotificationState::Pending {
        let policy = &context.directory.policy;
        let viewer = context.actor.viewer();
        let shown = incident.shows_lane(&KindKey::security(), &viewer, policy);
        gaps.push(if shown {
            ClosureGap::NotificationPending
        } else {
            in_another_lane()
        });
    }
    gaps
}

fn in_another_lane() -> ClosureGap {
    ClosureGap::OpenTask {
        title: "(in another lane)".to_owned(),
    }
}

/// What keeps an incident from ending as none: a question answered with yes, or a sensitive one
/// that was raised and not answered. Otherwise these endings would be a way around the gate.
fn must_not_vanish(incident: &Incident, context: &Context<'_>) -> Result<(), Refusal> {
    let policy = &context.directory.policy;
    let viewer = context.actor.viewer();
    let mut gaps = left_behind(incident, context);
    for (kind, verdict) in &incident.verdicts {
        let kind_gap = match verdict.finding {
            Finding::Yes => format!("{kind} (its verdict is yes)"),
            Finding::Undetermined if policy.is_sensitive(kind) => kind.to_string(),
            _ => continue,
        };
        gaps.push(if incident.shows_lane(kind, &viewer, policy) {
            ClosureGap::Undecided { kind: kind_gap }
        } else {
            in_another_lane()
        });
    }
    gaps.dedup();
    if gaps.is_empty() {
        Ok(())
    } else {
        Err(Refusal::NotClosable { gaps })
    }
}

pub(super) fn reopen(incident: &Incident, because: Because, context: &Context<'_>) -> Facts {
    let is_reporter = incident.original.reporter == context.actor.person;
    if !is_reporter {
        context.actor.needs(Permission::Work)?;
    }
    let days = context.directory.policy.limits.reopen_days;
    match &incident.stage {
        Stage::Resolved | Stage::Confirmed => {}
        Stage::Closed => {
            let since = incident.times.closed.unwrap_or(context.now);
            if since.plus(i64::from(days).saturating_mul(DAY)) < context.now {
                return Err(Refusal::ReopenWindowPassed { days });
            }
        }
        Stage::Rejected { .. } | Stage::Cancelled | Stage::ConvertedToRequest => {
            context.actor.needs(Permission::Triage)?;
        }
        other => {
            return Err(Refusal::WrongStage {
                verb: "reopen",
                stage: other.word(),
            });
        }
    }
    one(Fact::Reopened {
        reason: because.reason.into(),
    })
}

pub(super) fn reject(incident: &Incident, reject: Reject, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Triage)?;
    in_stage(incident, "reject", |s| {
        matches!(
            s,
            Stage::New | Stage::Acknowledged | Stage::InAssessment | Stage::Assigned
        )
    })?;
    must_not_vanish(incident, context)?;
    one(Fact::Rejected {
        ground: reject.ground,
        reason: reject.reason.into(),
    })
}

pub(super) fn convert(
    incident: &Incident,
    convert: ConvertToRequest,
    context: &Context<'_>,
) -> Facts {
    context.actor.needs(Permission::Triage)?;
    in_stage(incident, "convert", Stage::is_open)?;
    must_not_vanish(incident, context)?;
    one(Fact::ConvertedToRequest {
        reference: convert.reference.into(),
        reason: convert.reason.into(),
    })
}

pub(super) fn cancel(incident: &Incident, because: Because, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Close)?;
    in_stage(incident, "cancel", Stage::is_open)?;
    must_not_vanish(incident, context)?;
    one(Fact::Cancelled {
        reason: because.reason.into(),
    })
}

/// What becomes known after sealing is a dated addition, never a change.
pub(super) fn add(incident: &Incident, remedy: Remedy, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Work)?;
    in_stage(
        incident,
        "add to a record that is not sealed",
        Stage::is_sealed,
    )?;
    one(Fact::AdditionMade {
        text: remedy.text.into(),
    })
}
