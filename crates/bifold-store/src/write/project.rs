//! The tables that people read, computed from states.
//!
//! A row is a pure function of a record's state: nothing else writes projections, so a rebuilt
//! table equals the one that grew. `replay` compares exactly these rows with what is stored.

use super::clocked::{self, Clocked, Clocks};
use super::{confided, exhibit, reported, window};
use crate::db::{Insert, Tx, Value};
use crate::error::Result;
use bifold_domain::ServiceId;
use bifold_domain::incident::{Incident, RestoringAction, Task, TaskEnd};
use bifold_domain::kind::{Finding, KindKey};
use bifold_domain::policy::Policy;
use bifold_domain::record::State;

pub(crate) const SNAPSHOT: Insert = Insert {
    table: "snapshot",
    columns: &["org", "id", "subject_type", "version", "leaf_hash", "state"],
    key: &["org", "id"],
};

pub(crate) const INCIDENT: Insert = Insert {
    table: "incident",
    columns: &[
        "org",
        "id",
        "seq",
        "number",
        "version",
        "title",
        "title_outside",
        "stage",
        "is_open",
        "handling",
        "impact",
        "urgency",
        "service_is",
        "security_is",
        "further_kinds",
        "service",
        "category",
        "team",
        "assignee",
        "reporter",
        "restricted",
        "major",
        "tlp",
        "parent",
        "recorded_at",
        "resolved_at",
        "closed_at",
        "snoozed_until",
        "clock_due",
        "clock_of",
        "clock_paused",
        "clock_look",
        "reassigned",
        "reopened",
        "source",
        "external_id",
        "observations",
        "src_state",
        "src_impact",
        "src_urgency",
        "src_priority",
    ],
    key: &["org", "id"],
};

pub(crate) const MEMBER: Insert = Insert {
    table: "incident_member",
    columns: &["org", "incident", "principal", "until"],
    key: &["org", "incident", "principal"],
};

pub(crate) const VERDICT: Insert = Insert {
    table: "incident_verdict",
    columns: &["org", "incident", "kind", "finding", "decider", "at"],
    key: &["org", "incident", "kind"],
};

pub(crate) const SEAT: Insert = Insert {
    table: "incident_seat",
    columns: &["org", "incident", "kind", "principal"],
    key: &["org", "incident", "kind", "principal"],
};

pub(crate) const TASK: Insert = Insert {
    table: "incident_task",
    columns: &["org", "incident", "id", "lane", "title", "owner", "due"],
    key: &["org", "incident", "id"],
};

pub(crate) const ACTION: Insert = Insert {
    table: "restoring_action",
    columns: &[
        "org",
        "incident",
        "id",
        "action",
        "effect",
        "standing",
        "due",
        "wanted_at",
        "opened_at",
        "ground",
        "saved",
        "lost",
        "wants_review",
    ],
    key: &["org", "incident", "id"],
};

pub(crate) const RELATION: Insert = Insert {
    table: "relation",
    columns: &["org", "from_id", "kind", "to_id"],
    key: &["org", "from_id", "kind", "to_id"],
};

pub(crate) const ASSET: Insert = Insert {
    table: "asset",
    columns: &["org", "id", "version", "name", "asset_type", "is_retired"],
    key: &["org", "id"],
};

pub(crate) const ASSET_SERVICE: Insert = Insert {
    table: "asset_service",
    columns: &["org", "service", "asset"],
    key: &["org", "service", "asset"],
};

/// Rows, by the table they belong to.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Rows {
    pub incident: Vec<Vec<Value>>,
    pub member: Vec<Vec<Value>>,
    pub verdict: Vec<Vec<Value>>,
    pub seat: Vec<Vec<Value>>,
    pub action: Vec<Vec<Value>>,
    pub task: Vec<Vec<Value>>,
    pub relation: Vec<Vec<Value>>,
    pub clock: Vec<Vec<Value>>,
    pub event: Vec<Vec<Value>>,
    pub evidence: Vec<Vec<Value>>,
    pub party: Vec<Vec<Value>>,
    pub asset: Vec<Vec<Value>>,
    pub asset_service: Vec<Vec<Value>>,
    pub fault_review: Vec<Vec<Value>>,
    pub maintenance: Vec<Vec<Value>>,
    pub announcement: Vec<Vec<Value>>,
    pub disclosure: Vec<Vec<Value>>,
    pub excluded: Vec<Vec<Value>>,
}

impl Rows {
    /// Adds those of another record.
    pub(crate) fn extend(&mut self, other: Self) {
        self.incident.extend(other.incident);
        self.member.extend(other.member);
        self.verdict.extend(other.verdict);
        self.seat.extend(other.seat);
        self.relation.extend(other.relation);
        self.clock.extend(other.clock);
        self.action.extend(other.action);
        self.task.extend(other.task);
        self.event.extend(other.event);
        self.evidence.extend(other.evidence);
        self.party.extend(other.party);
        self.asset.extend(other.asset);
        self.asset_service.extend(other.asset_service);
        self.fault_review.extend(other.fault_review);
        self.maintenance.extend(other.maintenance);
        self.announcement.extend(other.announcement);
        self.disclosure.extend(other.disclosure);
        self.excluded.extend(other.excluded);
    }

    /// Writes them, each into its table.
    pub(crate) async fn insert(self, tx: &mut Tx) -> Result<()> {
        INCIDENT.run(tx, self.incident).await?;
        MEMBER.run(tx, self.member).await?;
        VERDICT.run(tx, self.verdict).await?;
        SEAT.run(tx, self.seat).await?;
        RELATION.run(tx, self.relation).await?;
        clocked::CLOCK.run(tx, self.clock).await?;
        ACTION.run(tx, self.action).await?;
        TASK.run(tx, self.task).await?;
        reported::EVENT.run(tx, self.event).await?;
        exhibit::EVIDENCE.run(tx, self.evidence).await?;
        exhibit::PARTY.run(tx, self.party).await?;
        ASSET.run(tx, self.asset).await?;
        ASSET_SERVICE.run(tx, self.asset_service).await?;
        reported::FAULT_REVIEW.run(tx, self.fault_review).await?;
        reported::MAINTENANCE.run(tx, self.maintenance).await?;
        window::ANNOUNCEMENT.run(tx, self.announcement).await?;
        confided::DISCLOSURE.run(tx, self.disclosure).await?;
        confided::EXCLUDED.run(tx, self.excluded).await?;
        Ok(())
    }
}

/// The row of the record itself, in its own table. Records of the directory have none.
pub(crate) fn main<'a>(
    org: &str,
    state: &State,
    version: u64,
    policy: &'a Policy,
    clocks: &mut Clocks<'a>,
    rows: &mut Rows,
) {
    match state {
        State::Incident(incident) => {
            let clocks = clocks.of(incident, policy);
            rows.incident
                .push(incident_row(org, incident, version, clocks));
        }
        State::Event(event) => rows.event.push(reported::event(org, event, version)),
        State::Evidence(evidence) => {
            rows.evidence.push(exhibit::row(org, evidence, version));
        }
        State::Asset(asset) => rows.asset.push(vec![
            org.into(),
            asset.id.as_str().into(),
            version.into(),
            asset.entry.name.as_str().into(),
            asset.entry.asset_type.as_str().into(),
            asset.is_retired.into(),
        ]),
        State::FaultReview(review) => rows.fault_review.push(reported::review(org, review)),
        State::Maintenance(found) => {
            rows.maintenance
                .push(reported::maintenance(org, found, version));
        }
        State::Disclosure(found) => {
            rows.disclosure
                .push(confided::disclosure(org, found, version));
            // They never change after it came in.
            rows.excluded.extend(confided::excluded(org, found));
        }
        State::Service(_)
        | State::Team(_)
        | State::Person(_)
        | State::Policy(_)
        | State::Schedule(_)
        | State::Chain(_)
        | State::Source(_)
        | State::StatusPage(_) => {}
    }
}

/// The rows that hang on a record: members, verdicts, seats in lanes, relations, what meets the
/// gate; services of an asset.
pub(crate) fn side<'a>(
    org: &str,
    state: &State,
    policy: &'a Policy,
    clocks: &mut Clocks<'a>,
    rows: &mut Rows,
) {
    match state {
        State::Incident(incident) => {
            side_of_incident(org, incident, rows);
            let clocks = clocks.of(incident, policy);
            rows.clock.extend(clocks.rows(org, incident.id.as_str()));
        }
        State::Evidence(evidence) => rows.party.extend(exhibit::parties(org, evidence)),
        State::Asset(asset) => {
            let id = asset.id.as_str();
            let row = |service: &ServiceId| vec![org.into(), service.as_str().into(), id.into()];
            rows.asset_service
                .extend(asset.entry.services.iter().map(row));
        }
        _ => {}
    }
}

fn side_of_incident(org: &str, incident: &Incident, rows: &mut Rows) {
    let id = incident.id.as_str();
    rows.announcement.extend(window::rows(org, incident));
    if let Some(compartment) = &incident.compartment {
        let people = compartment
            .people
            .iter()
            .map(bifold_domain::PersonId::as_str);
        let teams = compartment.teams.iter().map(bifold_domain::TeamId::as_str);
        for principal in people.chain(teams) {
            rows.member.push(vec![
                org.into(),
                id.into(),
                principal.into(),
                Value::NullInt,
            ]);
        }
        for (person, until) in &incident.broken_glass {
            if !compartment.people.contains(person) {
                let until = Value::Int(until.micros());
                rows.member
                    .push(vec![org.into(), id.into(), person.as_str().into(), until]);
            }
        }
    }
    for (kind, verdict) in &incident.verdicts {
        rows.verdict.push(vec![
            org.into(),
            id.into(),
            kind.as_str().into(),
            verdict.finding.word().into(),
            verdict.decider.as_str().into(),
            verdict.at.micros().into(),
        ]);
    }
    for (kind, lane) in &incident.lanes {
        let owner = lane.owner.iter().map(bifold_domain::PersonId::as_str);
        let team = lane.team.iter().map(bifold_domain::TeamId::as_str);
        for principal in owner.chain(team) {
            rows.seat.push(vec![
                org.into(),
                id.into(),
                kind.as_str().into(),
                principal.into(),
            ]);
        }
    }
    let open = incident.tasks.iter().filter(|t| t.end == TaskEnd::Open);
    rows.task.extend(open.filter_map(|t| task_row(org, id, t)));
    let gated = incident.actions.iter().filter(|a| a.gate.is_some());
    rows.action.extend(gated.map(|a| action_row(org, id, a)));
    for relation in &incident.relations {
        rows.relation.push(vec![
            org.into(),
            id.into(),
            relation.kind.word().into(),
            relation.other.as_str().into(),
        ]);
    }
}

/// The order of records of one type: year, then number. Numbers stay below 2^40 a year.
pub(crate) fn seq(year: i16, number: u64) -> i64 {
    (i64::from(year) << 40) + i64::try_from(number).unwrap_or(i64::MAX >> 24)
}

fn incident_row(org: &str, i: &Incident, version: u64, clocks: &Clocked<'_>) -> Vec<Value> {
    let clock = clocks.next(i);
    let further: Vec<&str> = i
        .verdicts
        .iter()
        .filter(|(k, v)| {
            v.finding == Finding::Yes && **k != KindKey::service() && **k != KindKey::security()
        })
        .map(|(k, _)| k.as_str())
        .collect();
    let imported = i.imported.as_ref();
    let label = |get: fn(&bifold_domain::incident::Labels) -> &Option<bifold_domain::Short>| {
        imported
            .and_then(|m| get(&m.labels).as_ref())
            .map(|s| s.as_str().to_owned())
    };
    vec![
        org.into(),
        i.id.as_str().into(),
        seq(i.times.recorded.year(), i.number).into(),
        i.shown_number().into(),
        version.into(),
        i.title.shown().into(),
        i.shown_outside().into(),
        i.stage.word().into(),
        i.stage.is_open().into(),
        i64::from(i.handling.number()).into(),
        i.impact.word().into(),
        i.urgency.word().into(),
        i.finding(&KindKey::service()).word().into(),
        i.finding(&KindKey::security()).word().into(),
        further.join(" ").into(),
        i.service
            .as_ref()
            .map(bifold_domain::ServiceId::as_str)
            .into(),
        i.category.as_ref().map(bifold_domain::Short::as_str).into(),
        i.team.as_ref().map(bifold_domain::TeamId::as_str).into(),
        i.assignee
            .as_ref()
            .map(bifold_domain::PersonId::as_str)
            .into(),
        i.original.reporter.as_str().into(),
        i.compartment.is_some().into(),
        i.major.word().into(),
        i.tlp.word().into(),
        i.parent
            .as_ref()
            .map(bifold_domain::IncidentId::as_str)
            .into(),
        i.times.recorded.micros().into(),
        i.times.resolved.map(bifold_domain::At::micros).into(),
        i.times.closed.map(bifold_domain::At::micros).into(),
        i.snoozed.as_ref().map(|s| s.until.micros()).into(),
        clock.due.into(),
        clock.of.into(),
        clock.is_paused.into(),
        clock.look.into(),
        i.reassigned.into(),
        i.reopened.into(),
        imported.map(|m| m.source.as_str()).into(),
        imported.map(|m| m.external_id.as_str()).into(),
        imported.map_or(0, |m| m.observations).into(),
        label(|l| &l.state).into(),
        label(|l| &l.impact).into(),
        label(|l| &l.urgency).into(),
        label(|l| &l.priority).into(),
    ]
}

/// A task that nobody has is looked for in its incident.
fn task_row(org: &str, incident: &str, task: &Task) -> Option<Vec<Value>> {
    let owner = task.owner.as_ref()?;
    Some(vec![
        org.into(),
        incident.into(),
        task.id.as_str().into(),
        task.lane.as_str().into(),
        task.title.shown().into(),
        owner.as_str().into(),
        task.due.map(bifold_domain::At::micros).into(),
    ])
}

fn action_row(org: &str, incident: &str, action: &RestoringAction) -> Vec<Value> {
    let decision = action.decision();
    let standing = match (action.is_withdrawn, action.done, decision) {
        (true, ..) => "withdrawn",
        (_, Some(_), _) => "done",
        (_, _, Some(_)) => "cleared",
        (_, _, None) => "held",
    };
    let due = action.due().filter(|_| action.is_held());
    vec![
        org.into(),
        incident.into(),
        action.id.as_str().into(),
        action.action.as_str().into(),
        action.effect.word().into(),
        standing.into(),
        due.map(bifold_domain::At::micros).into(),
        action.at.micros().into(),
        decision.map(|d| d.at.micros()).into(),
        decision.map(|d| d.ground.word()).into(),
        decision.map_or(0, |d| d.saved.len() as u64).into(),
        decision.map_or(0, |d| d.lost.len() as u64).into(),
        action.wants_review().into(),
    ]
}

/// The number for people, where the record has one.
pub(crate) fn number(state: &State) -> Option<String> {
    match state {
        State::Incident(incident) => Some(incident.shown_number()),
        State::Event(event) => Some(event.shown_number()),
        State::Evidence(evidence) => Some(evidence.shown_number()),
        State::Maintenance(found) => Some(found.shown_number()),
        State::Disclosure(found) => Some(found.shown_number()),
        _ => None,
    }
}
