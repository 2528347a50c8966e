//! Resolution, confirmation, the closure gate, reopening; closed means sealed.

use super::{in_stage, one};
use crate::access::Permission;
use crate::incident::command::{Because, Close, ConvertToRequest, Reject, Remedy, Resolve};
use crate::incident::fact::{ClosureGround, Fact};
use crate::incident::state::{EvidenceState, NotificationState, ReviewState, TaskEnd};
use crate::incident::{Incident, Stage};
use crate::kind::Finding;
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
    if restored_at > context.now {
        return Err(Refusal::TimeOrder {
            first: "the moment of recording",
            then: "the restoration",
        });
    }
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
    let wait = i64::from(context.directory.policy.limits.confirm_days) * DAY;
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
    for (key, kind) in &context.directory.policy.kinds {
        let asked = kind.kind.always_asked || incident.verdicts.contains_key(key);
        if asked && incident.finding(key) == Finding::Undetermined {
            gaps.push(ClosureGap::Undecided {
                kind: key.to_string(),
            });
        }
    }
    // A task in a lane the actor cannot see is named without its title: no side channel.
    let sees_all = context.actor.viewer().reads_sensitive_lanes;
    for task in incident
        .tasks
        .iter()
        .filter(|t| t.is_mandatory && t.end == TaskEnd::Open)
    {
        let hidden = !sees_all && context.directory.policy.is_sensitive(&task.lane);
        let title = if hidden {
            "(in another lane)".to_owned()
        } else {
            task.title.shown()
        };
        gaps.push(ClosureGap::OpenTask { title });
    }
    if context.neighbours.open_children > 0 {
        gaps.push(ClosureGap::OpenChildren {
            count: context.neighbours.open_children,
        });
    }
    if matches!(
        incident.evidence,
        EvidenceState::Planned | EvidenceState::Collecting
    ) {
        gaps.push(ClosureGap::EvidenceOpen {
            state: incident.evidence.to_string(),
        });
    }
    if incident.notification == NotificationState::Pending {
        gaps.push(ClosureGap::NotificationPending);
    }
    if incident.review == ReviewState::Due {
        gaps.push(ClosureGap::ReviewDue);
    }
    gaps
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
            if since.plus(i64::from(days) * DAY) < context.now {
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
    if let Some((kind, _)) = incident
        .verdicts
        .iter()
        .find(|(_, v)| v.finding == Finding::Yes)
    {
        return Err(Refusal::NotClosable {
            gaps: vec![ClosureGap::Undecided {
                kind: format!("{kind} (its verdict is yes)"),
            }],
        });
    }
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
    one(Fact::ConvertedToRequest {
        reference: convert.reference.into(),
        reason: convert.reason.into(),
    })
}

pub(super) fn cancel(incident: &Incident, because: Because, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Close)?;
    in_stage(incident, "cancel", Stage::is_open)?;
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
