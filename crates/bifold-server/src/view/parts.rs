//! The parts of an incident's JSON that depend on which lanes are open to the viewer.

use super::Named;
use super::incident::{Shown, text};
use bifold_domain::At;
use bifold_domain::event::Channel;
use bifold_domain::incident::{
    Certainty, Compartment, Containment, EvidenceState, IncidentRole, Lane, Major,
    NotificationState, Stage, Task, TaskEnd,
};
use bifold_domain::kind::{Answer, Finding, KindKey, KindVersion, Verdict};
use bifold_domain::priority::{Dimension, Harm};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The report as first written.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OriginalView {
    pub(crate) title: String,
    #[schema(required)]
    pub(crate) description: Option<String>,
    pub(crate) reporter: Named,
    pub(crate) channel: Channel,
}

/// When things happened.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TimesView {
    pub(crate) recorded: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) occurred_from: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) occurred_to: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) certainty: Option<Certainty>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detected: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reported: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) aware: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) acknowledged: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) assigned: Option<At>,
    /// Only where the security lane is open to you.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contained: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mitigated: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) restored: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resolved: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) confirmed: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) closed: Option<At>,
}

/// The answer to one question.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct VerdictView {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) finding: Finding,
    /// What the form proposed. This and the rest only where the lane is open to you.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) proposed: Option<Finding>,
    /// The answers given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Answer>>)]
    pub(crate) answers: Option<BTreeMap<String, Answer>>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Who decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decider: Option<Named>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<At>,
    /// Under which version of the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) criteria_version: Option<u32>,
}

/// A lane that is open to the viewer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LaneView {
    pub(crate) kind: String,
    pub(crate) name: String,
    #[schema(required)]
    pub(crate) owner: Option<Named>,
    #[schema(required)]
    pub(crate) team: Option<Named>,
    pub(crate) tasks: Vec<TaskView>,
}

/// A task.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TaskView {
    pub(crate) id: String,
    pub(crate) title: String,
    #[schema(required)]
    pub(crate) owner: Option<Named>,
    #[schema(required)]
    pub(crate) due: Option<At>,
    pub(crate) is_mandatory: bool,
    /// The workstream it belongs to.
    #[schema(required)]
    pub(crate) stream: Option<String>,
    /// open, done or dropped.
    pub(crate) state: &'static str,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<String>,
}

/// The sub-states of the security lane.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Tracks {
    pub(crate) containment: Containment,
    pub(crate) evidence: EvidenceState,
    pub(crate) notification: NotificationState,
}

/// Until when it sleeps, and why.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SnoozeView {
    pub(crate) until: At,
    pub(crate) reason: String,
}

/// Who may read it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Members {
    pub(crate) people: Vec<Named>,
    pub(crate) teams: Vec<Named>,
    /// Who broke the glass and still may.
    pub(crate) broken_glass: Vec<GlassBreaker>,
}

/// Who broke the glass, until when.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct GlassBreaker {
    pub(crate) person: Named,
    pub(crate) until: At,
}

fn answers(verdict: &Verdict) -> BTreeMap<String, Answer> {
    let answers = verdict.answers.iter();
    answers
        .map(|(key, answer)| (key.to_string(), *answer))
        .collect()
}

impl Shown<'_> {
    pub(super) fn times(self, shows_security: bool) -> TimesView {
        let times = &self.incident.times;
        TimesView {
            recorded: times.recorded,
            occurred_from: times.stated.occurred_from,
            occurred_to: times.stated.occurred_to,
            certainty: times.stated.certainty,
            detected: times.stated.detected,
            reported: times.stated.reported,
            aware: times.stated.aware,
            acknowledged: times.acknowledged,
            assigned: times.assigned,
            contained: times.contained.filter(|_| shows_security),
            mitigated: times.mitigated,
            restored: times.restored,
            resolved: times.resolved,
            confirmed: times.confirmed,
            closed: times.closed,
        }
    }

    /// Harm to confidentiality and integrity says that somebody was here.
    pub(super) fn ratings(self, shows_security: bool) -> BTreeMap<Dimension, Harm> {
        let open = |d: Dimension| !matches!(d, Dimension::Confidentiality | Dimension::Integrity);
        self.incident
            .ratings
            .iter()
            .filter(|(d, _)| shows_security || open(**d))
            .map(|(d, harm)| (*d, *harm))
            .collect()
    }

    pub(super) fn verdicts(self) -> Vec<VerdictView> {
        let asked = |(key, kind): &(&KindKey, &KindVersion)| {
            kind.kind.always_asked || self.incident.verdicts.contains_key(*key)
        };
        let kinds = self.directory.policy.kinds.iter().filter(asked);
        kinds.map(|(key, kind)| self.verdict(key, kind)).collect()
    }

    fn verdict(self, key: &KindKey, kind: &KindVersion) -> VerdictView {
        let given = self.incident.verdicts.get(key).filter(|_| self.shows(key));
        VerdictView {
            kind: key.to_string(),
            name: kind.kind.name.to_string(),
            finding: self.incident.finding(key),
            proposed: given.map(|v| v.proposed),
            answers: given.map(answers),
            reason: given.map(|v| v.reason.shown()),
            decider: given.map(|v| self.names().person(&v.decider)),
            at: given.map(|v| v.at),
            criteria_version: given.map(|v| v.criteria_version),
        }
    }

    pub(super) fn lanes(self) -> Vec<LaneView> {
        let lanes = self.incident.lanes.iter();
        lanes
            .filter(|(key, _)| self.shows(key))
            .map(|(key, lane)| self.lane(key, lane))
            .collect()
    }

    fn lane(self, key: &KindKey, lane: &Lane) -> LaneView {
        let names = self.names();
        let kind = self.directory.policy.kinds.get(key);
        let tasks = self.incident.tasks.iter().filter(|t| t.lane == *key);
        LaneView {
            kind: key.to_string(),
            name: kind.map_or_else(|| key.to_string(), |k| k.kind.lane.to_string()),
            owner: lane.owner.as_ref().map(|id| names.person(id)),
            team: lane.team.as_ref().map(|id| names.team(id)),
            tasks: tasks.map(|task| self.task(task)).collect(),
        }
    }

    fn task(self, task: &Task) -> TaskView {
        let (state, outcome) = match &task.end {
            TaskEnd::Open => ("open", None),
            TaskEnd::Done { outcome } => ("done", text(Some(outcome))),
            TaskEnd::Dropped { reason } => ("dropped", text(Some(reason))),
        };
        TaskView {
            id: task.id.to_string(),
            title: task.title.shown(),
            owner: task.owner.as_ref().map(|id| self.names().person(id)),
            due: task.due,
            is_mandatory: task.is_mandatory,
            stream: task.stream.as_ref().map(ToString::to_string),
            state,
            outcome,
        }
    }

    pub(super) fn roles(self, shows_security: bool) -> BTreeMap<IncidentRole, Named> {
        let roles = self.incident.roles.iter();
        roles
            .filter(|(role, _)| shows_security || !role.is_of_security())
            .map(|(role, id)| (*role, self.names().person(id)))
            .collect()
    }

    pub(super) fn members(self, compartment: &Compartment) -> Members {
        let names = self.names();
        let broken = self.incident.broken_glass.iter();
        Members {
            people: compartment.people.iter().map(|p| names.person(p)).collect(),
            teams: compartment.teams.iter().map(|t| names.team(t)).collect(),
            broken_glass: broken
                .filter(|(_, until)| **until > self.now)
                .map(|(person, until)| GlassBreaker {
                    person: names.person(person),
                    until: *until,
                })
                .collect(),
        }
    }

    /// The stage with its data. The incident it was merged into is named only to its readers.
    pub(super) fn stage(self) -> Value {
        let stage = &self.incident.stage;
        match stage {
            Stage::Merged { .. } => json!({
                "is": stage.word(),
                "into": self.merged_into.map(|into| into.id.to_string()),
            }),
            _ => serde_json::to_value(stage).unwrap_or_default(),
        }
    }

    pub(super) fn major(self) -> Value {
        let names = self.names();
        match &self.incident.major {
            Major::Proposed { by, criteria } => json!({
                "is": "proposed", "by": names.person(by), "criteria": criteria,
            }),
            Major::Promoted { responsible, at } => json!({
                "is": "promoted", "responsible": names.person(responsible), "at": at,
            }),
            other => json!({ "is": other.word() }),
        }
    }

    pub(super) fn imported(self) -> Option<Value> {
        let imported = self.incident.imported.as_ref()?;
        Some(json!({
            "source": imported.source,
            "external_id": imported.external_id,
            "observations": imported.observations,
            "observed_at": imported.observed_at,
            "labels": imported.labels,
            "assignee": text(imported.assignee.as_ref()),
            "oddities": imported.oddities,
        }))
    }
}
