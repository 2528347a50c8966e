//! The rows of events, of planned maintenance, and of reviews of the fault log.

use super::project::seq;
use crate::db::{Insert, Value};
use bifold_domain::event::{Event, Standing};
use bifold_domain::maintenance::Maintenance;
use bifold_domain::signal::review::FaultReview;

pub(crate) const EVENT: Insert = Insert {
    table: "event",
    columns: &[
        "org",
        "id",
        "seq",
        "number",
        "version",
        "sort",
        "title",
        "channel",
        "standing",
        "ground",
        "incident",
        "service",
        "reporter",
        "source",
        "external_id",
        "received_at",
        "decided_at",
        "decided_by",
        "is_sensitive",
        "cleared_at",
    ],
    key: &["org", "id"],
};

pub(crate) const FAULT_REVIEW: Insert = Insert {
    table: "fault_review",
    columns: &[
        "org",
        "id",
        "from_at",
        "until_at",
        "faults",
        "signals",
        "digest",
        "signed_by",
        "signed_at",
    ],
    key: &["org", "id"],
};

pub(crate) const MAINTENANCE: Insert = Insert {
    table: "maintenance",
    columns: &[
        "org", "id", "seq", "number", "version", "title", "stage", "is_over", "from_at", "until_at",
    ],
    key: &["org", "id"],
};

/// The row of an event.
pub(super) fn event(org: &str, e: &Event, version: u64) -> Vec<Value> {
    let (ground, incident) = match &e.standing {
        Standing::Dismissed { ground } => (Some(ground.word()), None),
        Standing::Incident { incident } => (None, Some(incident.as_str())),
        Standing::Undecided | Standing::Weakness => (None, None),
    };
    vec![
        org.into(),
        e.id.as_str().into(),
        seq(e.received_at.year(), e.number).into(),
        e.shown_number().into(),
        version.into(),
        e.sort.word().into(),
        e.title.shown().into(),
        e.channel.word().into(),
        e.standing.word().into(),
        ground.into(),
        incident.into(),
        e.service
            .as_ref()
            .map(bifold_domain::ServiceId::as_str)
            .into(),
        e.reporter.as_str().into(),
        e.signal.as_ref().map(|s| s.source.as_str()).into(),
        e.signal.as_ref().map(|s| s.external_id.as_str()).into(),
        e.received_at.micros().into(),
        e.decided.as_ref().map(|(_, at)| at.micros()).into(),
        e.decided.as_ref().map(|(who, _)| who.as_str()).into(),
        e.is_sensitive.into(),
        e.cleared_at.map(bifold_domain::At::micros).into(),
    ]
}

/// The row of a review.
pub(super) fn review(org: &str, review: &FaultReview) -> Vec<Value> {
    vec![
        org.into(),
        review.id.as_str().into(),
        review.from.micros().into(),
        review.until.micros().into(),
        review.found.faults.into(),
        review.found.signals.into(),
        review.found.digest.as_str().into(),
        review.by.as_str().into(),
        review.at.micros().into(),
    ]
}

/// The row of a planned maintenance.
pub(super) fn maintenance(org: &str, found: &Maintenance, version: u64) -> Vec<Value> {
    vec![
        org.into(),
        found.id.as_str().into(),
        seq(found.planned_at.year(), found.number).into(),
        found.shown_number().into(),
        version.into(),
        found.plan.title.as_str().into(),
        found.stage.word().into(),
        found.stage.is_over().into(),
        found.plan.from.micros().into(),
        found.plan.until.micros().into(),
    ]
}
