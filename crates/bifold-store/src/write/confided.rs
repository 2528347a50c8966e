//! The rows of disclosures.

use super::project::seq;
use crate::db::{Insert, Value};
use bifold_domain::disclosure::{Disclosure, Standing};

pub(crate) const DISCLOSURE: Insert = Insert {
    table: "disclosure",
    columns: &[
        "org",
        "id",
        "seq",
        "number",
        "version",
        "title",
        "concern",
        "mode",
        "stage",
        "outcome",
        "handler",
        "received_at",
        "acknowledged_at",
        "acknowledge_by",
        "feedback_at",
        "feedback_by",
        "closed_at",
        "is_identity_asked",
    ],
    key: &["org", "id"],
};

pub(crate) const EXCLUDED: Insert = Insert {
    table: "disclosure_excluded",
    columns: &["org", "disclosure", "principal"],
    key: &["org", "disclosure", "principal"],
};

/// The row of a disclosure.
pub(super) fn disclosure(org: &str, found: &Disclosure, version: u64) -> Vec<Value> {
    let micros = |at: Option<bifold_domain::At>| at.map(bifold_domain::At::micros);
    let mut asks = found.asks.iter();
    let is_asked = found.has_identity() && asks.any(|ask| ask.standing == Standing::Pending);
    vec![
        org.into(),
        found.id.as_str().into(),
        seq(found.received_at.year(), found.number).into(),
        found.shown_number().into(),
        version.into(),
        found.title.shown().into(),
        found.concern.word().into(),
        found.mode.word().into(),
        found.stage.word().into(),
        found.closed.map(|(_, outcome)| outcome.word()).into(),
        found
            .handler
            .as_ref()
            .map(bifold_domain::PersonId::as_str)
            .into(),
        found.received_at.micros().into(),
        micros(found.acknowledged_at).into(),
        found.acknowledge_by().micros().into(),
        micros(found.feedback_at).into(),
        found.feedback_by().micros().into(),
        micros(found.closed.map(|(at, _)| at)).into(),
        is_asked.into(),
    ]
}

/// Those who must not know of it, a row each.
pub(super) fn excluded(org: &str, found: &Disclosure) -> Vec<Vec<Value>> {
    let people = found.without.people.iter();
    let people = people.map(bifold_domain::PersonId::as_str);
    let teams = found.without.teams.iter();
    let teams = teams.map(bifold_domain::TeamId::as_str);
    let row = |principal: &str| vec![org.into(), found.id.as_str().into(), principal.into()];
    people.chain(teams).map(row).collect()
}
