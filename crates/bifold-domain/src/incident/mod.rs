//! The incident: one record, two questions, two lanes (and further kinds as data).
//!
//! `command.rs` says what may be asked, `fact.rs` what can have happened, `decide/` holds the
//! rules, `evolve.rs` folds facts into the state below. The lifecycle is that of standards 5.4.

mod announced;
mod command;
mod decide;
mod evolve;
mod fact;
mod gated;
mod ground;
mod guard;
mod imported;
mod lane;
mod paging;
mod readers;
pub mod room;
pub mod state;
#[cfg(test)]
mod tests;
mod trail;

pub use announced::{Announcement, Proposed, SAID_LIMIT, Said, Wording};
pub use command::*;
pub use fact::Fact;
pub use gated::*;
pub use ground::ClosureGround;
pub use guard::{LaneTexts, findings};
pub use imported::ObservedRow;
pub use paging::{Paging, PagingState};
pub use readers::{LaneWhy, Readers, Why};
pub use room::{Arrangement, Briefing, Report, Reported, Room, Spot};
pub use state::*;
pub use trail::{Phase, Standing, Trail, Turn};

use crate::access::Viewer;
use crate::id::{IncidentId, PersonId, ServiceId, StatusPageId, TeamId};
use crate::kind::{Finding, KindKey, Verdict};
use crate::level::Firing;
use crate::policy::Policy;
use crate::priority::{Dimension, Harm, Impact, Priority, Scores, Urgency};
use crate::record::{BrokenHistory, Context, Meta, Record};
use crate::redact::Redactable;
use crate::refusal::Refusal;
use crate::text::{Short, Text, Title};
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// Number of the year.
    pub number: u64,
    /// The report as first written; never changes (features F028).
    pub original: Original,
    /// The title now.
    pub title: Redactable<Title>,
    /// The description now.
    pub description: Option<Redactable<Text>>,
    /// The timestamps (features F027, standards 5.5).
    pub times: Times,
    /// The service concerned.
    pub service: Option<ServiceId>,
    /// The customer concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Short>,
    /// Assets concerned.
    pub assets: BTreeSet<crate::id::AssetId>,
    /// Its category.
    pub category: Option<Short>,
    /// How much is hurt.
    pub impact: Impact,
    /// How soon it must be dealt with.
    pub urgency: Urgency,
    /// Harm by dimension (features F037).
    pub ratings: BTreeMap<Dimension, Harm>,
    /// The scores of both standards.
    pub scores: Scores,
    /// The priority that rules the queue.
    pub handling: Priority,
    /// The answers to the questions.
    pub verdicts: BTreeMap<KindKey, Verdict>,
    /// Where it stands.
    pub stage: Stage,
    /// Containment, beside the stage.
    pub containment: Containment,
    /// Evidence, beside the stage.
    pub evidence: EvidenceState,
    /// Notification, beside the stage.
    pub notification: NotificationState,
    /// Post-incident review, beside the stage.
    pub review: ReviewState,
    /// The lanes of work, one a kind.
    pub lanes: BTreeMap<KindKey, Lane>,
    /// What reduces the impact.
    pub workaround: Option<Redactable<Text>>,
    /// What removes the cause of this incident.
    pub fix: Option<Redactable<Text>>,
    /// What fixed it, once resolved.
    pub resolution_code: Option<Short>,
    /// Why it happened, once known.
    pub cause_code: Option<Short>,
    /// The team it is assigned to.
    pub team: Option<TeamId>,
    /// The person it is assigned to.
    pub assignee: Option<PersonId>,
    /// Roles on this incident (features F001).
    pub roles: BTreeMap<IncidentRole, PersonId>,
    /// Tasks.
    pub tasks: Vec<Task>,
    /// What was done, or is wanted, to restore the service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<RestoringAction>,
    /// Its parent.
    pub parent: Option<IncidentId>,
    /// Typed relations to others.
    pub relations: BTreeSet<Relation>,
    /// Sleeping until a time.
    pub snoozed: Option<Snooze>,
    /// Major incident or not.
    pub major: Major,
    /// Traffic Light Protocol 2.0 label.
    pub tlp: Tlp,
    /// Who may read it, when restricted.
    pub compartment: Option<Compartment>,
    /// Who broke the glass, until when.
    pub broken_glass: BTreeMap<PersonId, At>,
    /// How often the team changed after the first assignment.
    pub reassigned: u32,
    /// How often it was reopened.
    pub reopened: u32,
    /// Where it was imported from.
    pub imported: Option<Imported>,
    /// Its course, from which its clocks are computed.
    #[serde(default)]
    pub trail: Trail,
    /// What fired on the runs of its clocks that are not over.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub fired: BTreeSet<Firing>,
    /// What users are told of it, by status page.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub announcements: BTreeMap<StatusPageId, Announcement>,
    /// Pages that run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paging: Vec<Paging>,
    /// Its room: what is said, decided and reported while people work on it together.
    #[serde(default, skip_serializing_if = "Room::is_empty")]
    pub room: Room,
    /// How many pages were started on it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pages: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // The shape that serde asks for.
fn is_zero(n: &u32) -> bool {
    *n == 0
}

impl Incident {
    /// Its number for people, such as `INC-2026-0042`.
    pub fn shown_number(&self) -> String {
        format!("INC-{}-{:04}", self.times.recorded.year(), self.number)
    }

    /// What letters, pages and webhooks call it: its codename, if it has one, else its title;
    /// nothing while usual channels are not trusted (features F057).
    pub fn shown_outside(&self) -> Option<String> {
        let arrangement = &self.room.arrangement;
        if arrangement.out_of_band {
            return None;
        }
        let codename = arrangement.codename.as_ref().map(ToString::to_string);
        Some(codename.unwrap_or_else(|| self.title.shown()))
    }

    /// The verdict's finding on a kind; a question nobody answered is undetermined.
    pub fn finding(&self, kind: &KindKey) -> Finding {
        self.verdicts
            .get(kind)
            .map_or(Finding::Undetermined, |v| v.finding)
    }

    /// Whether this viewer can read it. The store's SQL predicate says the same; a test compares.
    ///
    /// A restricted incident is read by its members and by who broke the glass, nobody else
    /// (features F173, F176). An unrestricted one by everybody who reads incidents, and by its
    /// reporter.
    pub fn is_readable_by(&self, viewer: &Viewer, now: At) -> bool {
        match &self.compartment {
            Some(compartment) => {
                compartment.people.contains(&viewer.person)
                    || viewer
                        .teams
                        .iter()
                        .any(|team| compartment.teams.contains(team))
                    || self
                        .broken_glass
                        .get(&viewer.person)
                        .is_some_and(|until| *until > now)
            }
            None => viewer.reads_incidents || self.original.reporter == viewer.person,
        }
    }

    /// Whether this person has a seat in the lane: its owner, or a member of its team.
    pub fn is_seated(&self, kind: &KindKey, person: &PersonId, teams: &[TeamId]) -> bool {
        self.lanes.get(kind).is_some_and(|lane| {
            lane.owner.as_ref() == Some(person)
                || lane.team.as_ref().is_some_and(|team| teams.contains(team))
        })
    }

    /// Whether this viewer, who can read the incident, also sees the lane of this kind, its
    /// facts, tasks and sub-states (features F174). The lane of an insensitive kind is seen by
    /// everybody; a sensitive one by cleared people and by those who have a seat in it.
    pub fn shows_lane(&self, kind: &KindKey, viewer: &Viewer, policy: &Policy) -> bool {
        !policy.is_sensitive(kind)
            || viewer.reads_sensitive_lanes
            || self.is_seated(kind, &viewer.person, &viewer.teams)
    }

    /// Whether it sleeps now; on its date it is awake without anybody doing anything.
    pub fn is_asleep(&self, now: At) -> bool {
        self.snoozed
            .as_ref()
            .is_some_and(|snooze| snooze.until > now)
    }

    /// What others may know of it when they name it.
    pub fn summary(&self) -> Summary {
        Summary {
            is_open: self.stage.is_open(),
            parent: self.parent.clone(),
            merged_into: match &self.stage {
                Stage::Merged { into, .. } => Some(into.clone()),
                _ => None,
            },
            guardians: self
                .lanes
                .get(&KindKey::security())
                .map_or((None, None), |lane| (lane.owner.clone(), lane.team.clone())),
        }
    }

    /// The task with this id.
    pub fn task(&self, id: &crate::id::TaskId) -> Result<&Task, Refusal> {
        self.tasks
            .iter()
            .find(|t| t.id == *id)
            .ok_or(Refusal::TaskUnknown)
    }
}

/// What one incident knows of another that a command names.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Whether work may go on.
    pub is_open: bool,
    /// Its parent.
    pub parent: Option<IncidentId>,
    /// Where it was merged to.
    pub merged_into: Option<IncidentId>,
    /// Owner and team of the lane of security.
    pub guardians: (Option<PersonId>, Option<TeamId>),
}

impl Summary {
    /// Whether this person has a seat in the lane of security.
    pub fn seats_in_security(&self, person: &PersonId, teams: &[TeamId]) -> bool {
        let (owner, team) = &self.guardians;
        owner.as_ref() == Some(person) || team.as_ref().is_some_and(|t| teams.contains(t))
    }
}

impl Record for Incident {
    const TYPE: &'static str = "incident";
    type Id = IncidentId;
    type Command = Command;
    type Fact = Fact;

    fn decide(
        state: Option<&Self>,
        command: Command,
        context: &Context<'_>,
    ) -> Result<Vec<Fact>, Refusal> {
        decide::decide(state, command, context)
    }

    fn evolve(state: Option<Self>, fact: &Fact, meta: &Meta) -> Result<Self, BrokenHistory> {
        evolve::evolve(state, fact, meta)
    }
}
