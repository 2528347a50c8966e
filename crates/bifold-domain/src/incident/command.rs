//! What may be asked of an incident. The payloads are also the bodies of the API.

use super::state::{
    Compartment, Containment, EvidenceState, IncidentRole, Labels, MajorCriterion,
    NotificationState, PendingOn, Relation, ReviewState, StatedTimes, Tlp,
};
use crate::access::closed_set;
use crate::event::{Channel, Dismissal};
use crate::id::{AssetId, EventId, IncidentId, PersonId, ServiceId, TaskId, TeamId};
use crate::kind::{Answer, Finding, KindKey};
use crate::priority::{Dimension, Harm, Impact, Priority, Urgency};
use crate::record::Needs;
use crate::text::{Short, Text, Title};
use crate::time::At;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty),* }
    )*};
}

bodies! {
    /// Declares an incident. Only the title, impact and urgency are needed at three in the morning.
    Declare {
        /// One line that names it.
        title: Title,
        /// What is known.
        #[serde(default)]
        description: Option<Text>,
        /// How much is hurt.
        impact: Impact,
        /// How soon it must be dealt with.
        urgency: Urgency,
        /// The service concerned.
        #[serde(default)]
        service: Option<ServiceId>,
        /// Assets concerned.
        #[serde(default)]
        assets: BTreeSet<AssetId>,
        /// Category, from the policy's tree.
        #[serde(default)]
        category: Option<Short>,
        /// The person who reported it, when it is not the one who declares it.
        #[serde(default)]
        reporter: Option<PersonId>,
        /// By which way it came.
        #[serde(default = "api")]
        channel: Channel,
        /// Stated times.
        #[serde(default)]
        times: StatedTimes,
        /// The team to assign it to at once.
        #[serde(default)]
        team: Option<TeamId>,
        /// The incident this one is split off from.
        #[serde(default)]
        split_from: Option<IncidentId>,
        /// The event it was declared from.
        #[serde(default)]
        event: Option<EventId>,
        /// Restricts it from the first moment to these people and teams.
        #[serde(default)]
        compartment: Option<Compartment>,
        /// Traffic Light Protocol 2.0 label; amber when not given.
        #[serde(default)]
        tlp: Option<Tlp>,
    }

    /// Answers "is it an incident of this kind?".
    Assess {
        /// The kind: `service`, `security`, or another of the policy.
        kind: KindKey,
        /// The answer.
        finding: Finding,
        /// Answers to the kind's criteria.
        #[serde(default)]
        answers: BTreeMap<Short, Answer>,
        /// Why.
        reason: Text,
    }

    /// Rates the harm by dimension; dimensions not named keep their rating.
    Rate {
        /// Harm by dimension.
        ratings: BTreeMap<Dimension, Harm>,
        /// What that rests on.
        basis: Text,
    }

    /// Changes impact, urgency or both; the matrix gives the priority.
    Prioritise {
        /// How much is hurt.
        impact: Impact,
        /// How soon it must be dealt with.
        urgency: Urgency,
        /// Why.
        reason: Text,
    }

    /// Sets the handling priority by decision, up or down.
    OverridePriority {
        /// What it shall be.
        to: Priority,
        /// Why.
        reason: Text,
    }

    /// Changes category, service or assets.
    Classify {
        /// Category.
        #[serde(default)]
        category: Option<Short>,
        /// Service.
        #[serde(default)]
        service: Option<ServiceId>,
        /// Assets, replacing those on record.
        #[serde(default)]
        assets: Option<BTreeSet<AssetId>>,
    }

    /// Assigns to a team, a person or both.
    Assign {
        /// The team.
        #[serde(default)]
        team: Option<TeamId>,
        /// The person.
        #[serde(default)]
        person: Option<PersonId>,
    }

    /// Puts it on hold.
    Hold {
        /// What it waits for.
        on: PendingOn,
        /// Why.
        reason: Text,
        /// Until when, if known.
        #[serde(default)]
        until: Option<At>,
    }

    /// Names owner and team of a lane.
    SetLane {
        /// The lane's kind.
        kind: KindKey,
        /// Who leads it.
        #[serde(default)]
        owner: Option<PersonId>,
        /// Which team works in it.
        #[serde(default)]
        team: Option<TeamId>,
    }

    /// A new task.
    NewTask {
        /// The lane it belongs to.
        lane: KindKey,
        /// What is to be done.
        title: Title,
        /// Who does it.
        #[serde(default)]
        owner: Option<PersonId>,
        /// By when.
        #[serde(default)]
        due: Option<At>,
        /// Whether closure waits for it.
        #[serde(default)]
        mandatory: bool,
    }

    /// Gives a task to somebody.
    GiveTask {
        /// Who does it.
        owner: PersonId,
    }

    /// How a task ended.
    EndTask {
        /// What came of it, or why it was dropped.
        outcome: Text,
    }

    /// A note.
    Note {
        /// What it says.
        text: Text,
        /// The lane whose readers may see it; everybody who can read the incident when absent.
        #[serde(default)]
        lane: Option<KindKey>,
        /// Whether it goes to the reporter too.
        #[serde(default)]
        audience: Audience,
    }

    /// A workaround or a fix, in words.
    Remedy {
        /// What to do.
        text: Text,
    }

    /// The service is usable again.
    Mitigate {
        /// Since when; now when absent.
        #[serde(default)]
        at: Option<At>,
    }

    /// Changes the title or the description; the original report stays.
    Amend {
        /// The new title.
        #[serde(default)]
        title: Option<Title>,
        /// The new description.
        #[serde(default)]
        description: Option<Text>,
        /// Why.
        reason: Text,
    }

    /// Corrects the stated times.
    CorrectTimes {
        /// All of them, as they are now known.
        times: StatedTimes,
        /// Why.
        reason: Text,
    }

    /// Gives a role on this incident to a person; hands it over when somebody holds it.
    HandRole {
        /// The role.
        role: IncidentRole,
        /// Who takes it.
        to: PersonId,
        /// What the next one must know.
        #[serde(default)]
        handover: Option<Text>,
    }

    /// Names or clears the parent.
    SetParent {
        /// The parent; none to clear.
        #[serde(default)]
        parent: Option<IncidentId>,
    }

    /// Merges this incident into another. Nothing is destroyed.
    Merge {
        /// The incident that stays open.
        into: IncidentId,
        /// Why.
        reason: Text,
    }

    /// Puts it to sleep.
    Sleep {
        /// When it wakes.
        until: At,
        /// Why.
        reason: Text,
    }

    /// Resolves it.
    Resolve {
        /// What fixed it, from the policy's codes.
        code: Short,
        /// What was done.
        text: Text,
        /// When the service level was back; now when absent.
        #[serde(default)]
        restored_at: Option<At>,
        /// Why it happened, if already known.
        #[serde(default)]
        cause: Option<Short>,
    }

    /// Closes it, if the closure gate lets it.
    Close {
        /// Why it happened, from the policy's codes; may stand on the record already.
        #[serde(default)]
        cause: Option<Short>,
        /// Closes without the reporter's confirmation before the waiting time is over, and why.
        #[serde(default)]
        without_confirmation: Option<Text>,
    }

    /// Something with nothing but a reason.
    Because {
        /// Why.
        reason: Text,
    }

    /// No incident after all.
    Reject {
        /// Which ground.
        ground: Dismissal,
        /// Why.
        reason: Text,
    }

    /// A service request after all.
    ConvertToRequest {
        /// Its reference where requests are handled.
        reference: Short,
        /// Why.
        reason: Text,
    }

    /// Says that it is a major incident.
    ProposeMajor {
        /// On which grounds.
        criteria: BTreeSet<MajorCriterion>,
        /// Why.
        reason: Text,
    }

    /// Makes it a major incident.
    PromoteMajor {
        /// The one person responsible.
        responsible: PersonId,
        /// Why.
        reason: Text,
    }

    /// Restricts it to named people and teams.
    Restrict {
        /// People.
        #[serde(default)]
        people: BTreeSet<PersonId>,
        /// Teams.
        #[serde(default)]
        teams: BTreeSet<TeamId>,
        /// Why.
        reason: Text,
    }

    /// Sets the TLP label.
    Label {
        /// The label.
        tlp: Tlp,
    }
}

fn api() -> Channel {
    Channel::Api
}

closed_set! {
    /// Whom a note is for.
    Audience {
        /// Those who work on it.
        Internal = "internal",
        /// The reporter too.
        Outward = "outward",
    }
}

impl Default for Audience {
    fn default() -> Self {
        Self::Internal
    }
}

/// Sets one of the sub-states that run beside the stage.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(tag = "track", deny_unknown_fields, rename_all = "snake_case")]
pub enum Track {
    /// Containment.
    Containment {
        /// Where it is now.
        to: Containment,
    },
    /// Evidence; a waiver needs a reason.
    Evidence {
        /// Where it is now.
        to: EvidenceState,
        /// Why.
        #[serde(default)]
        reason: Option<Text>,
    },
    /// Notification.
    Notification {
        /// Where it is now.
        to: NotificationState,
    },
    /// Post-incident review.
    Review {
        /// Where it is now.
        to: ReviewState,
    },
}

/// One row of another system about an incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// When it was observed there.
    pub at: At,
    /// Their words.
    pub labels: Labels,
    /// Where that puts it here.
    pub stage: ImportedStage,
    /// Impact, mapped.
    pub impact: Impact,
    /// Urgency, mapped.
    pub urgency: Urgency,
    /// Priority, mapped.
    pub priority: Priority,
    /// Verdict on security, when the source itself says so.
    pub is_security: Option<bool>,
    /// Category there.
    pub category: Option<Short>,
    /// Team, as made here.
    pub team: Option<TeamId>,
    /// Person there.
    pub assignee: Option<Short>,
    /// How often it was reopened, as the source counts.
    pub reopened: Option<u32>,
    /// When it was resolved there.
    pub resolved_at: Option<At>,
    /// When it was closed there.
    pub closed_at: Option<At>,
    /// What is odd about the row.
    pub oddities: BTreeSet<Short>,
}

closed_set! {
    /// The stage an imported row puts an incident into.
    ImportedStage {
        /// Recorded.
        New = "new",
        /// Being worked on.
        InProgress = "in_progress",
        /// Waiting for the user.
        PendingUser = "pending_user",
        /// Waiting for a supplier.
        PendingSupplier = "pending_supplier",
        /// Waiting for a change.
        PendingChange = "pending_change",
        /// Waiting for evidence.
        PendingEvidence = "pending_evidence",
        /// Resolved.
        Resolved = "resolved",
        /// Closed.
        Closed = "closed",
        /// The row does not say, or says nonsense.
        Unknown = "unknown",
    }
}

/// The first row of an imported incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// The other system.
    pub source: Short,
    /// Its id there.
    pub external_id: Short,
    /// One line.
    pub title: Title,
    /// The rest.
    pub description: Option<Text>,
    /// When it was opened there.
    pub opened_at: At,
    /// By which way it came there.
    pub channel: Channel,
    /// The row.
    pub first: Observation,
}

/// Everything that may be asked of an incident.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// See [`Declare`].
    Declare(Box<Declare>),
    /// See [`Import`].
    Import(Box<Import>),
    /// A further row of an imported incident.
    Observe(Box<Observation>),
    /// Somebody has seen it.
    Acknowledge,
    /// See [`Assess`].
    Assess(Assess),
    /// See [`Rate`].
    Rate(Rate),
    /// See [`Prioritise`].
    Prioritise(Prioritise),
    /// See [`OverridePriority`].
    OverridePriority(OverridePriority),
    /// See [`Classify`].
    Classify(Classify),
    /// See [`Assign`].
    Assign(Assign),
    /// The actor takes it.
    Take,
    /// Work begins.
    Start,
    /// See [`Hold`].
    Hold(Hold),
    /// Work goes on.
    Resume,
    /// See [`SetLane`].
    SetLane(SetLane),
    /// See [`NewTask`].
    AddTask(TaskId, NewTask),
    /// See [`GiveTask`].
    GiveTask(TaskId, GiveTask),
    /// The task is done.
    FinishTask(TaskId, EndTask),
    /// The task is dropped.
    DropTask(TaskId, EndTask),
    /// See [`Note`].
    Note(Note),
    /// A workaround.
    SetWorkaround(Remedy),
    /// A fix.
    SetFix(Remedy),
    /// See [`Mitigate`].
    Mitigate(Mitigate),
    /// See [`Amend`].
    Amend(Amend),
    /// See [`CorrectTimes`].
    CorrectTimes(CorrectTimes),
    /// See [`HandRole`].
    HandRole(HandRole),
    /// A relation is drawn.
    Relate(Relation),
    /// A relation is removed.
    Unrelate(Relation),
    /// See [`SetParent`].
    SetParent(SetParent),
    /// See [`Merge`].
    Merge(Merge),
    /// The merge is undone.
    Unmerge(Because),
    /// See [`Sleep`].
    Snooze(Sleep),
    /// It wakes before its time.
    Wake,
    /// See [`Track`].
    Track(Track),
    /// See [`Resolve`].
    Resolve(Resolve),
    /// The reporter agrees that it is resolved.
    Confirm,
    /// See [`Close`].
    Close(Close),
    /// It is not over.
    Reopen(Because),
    /// See [`Reject`].
    Reject(Reject),
    /// See [`ConvertToRequest`].
    ConvertToRequest(ConvertToRequest),
    /// Called off.
    Cancel(Because),
    /// A dated addition to a sealed record.
    Add(Remedy),
    /// See [`ProposeMajor`].
    ProposeMajor(ProposeMajor),
    /// See [`PromoteMajor`].
    PromoteMajor(PromoteMajor),
    /// The proposal is declined.
    DeclineMajor(Because),
    /// The major incident is over.
    StandDown(Because),
    /// See [`Restrict`].
    Restrict(Restrict),
    /// The restriction is lifted.
    Unrestrict(Because),
    /// Reads a restricted record in an emergency.
    BreakGlass(Because),
    /// See [`Label`].
    Label(Label),
}

impl Command {
    /// What it needs to know of other records.
    pub fn needs(&self) -> Needs {
        let incidents = |ids: Vec<IncidentId>| Needs {
            incidents: ids,
            ..Needs::default()
        };
        match self {
            Self::Declare(d) => Needs {
                incidents: d.split_from.iter().cloned().collect(),
                assets: d.assets.iter().cloned().collect(),
                events: d.event.iter().cloned().collect(),
                number: true,
                open_children: false,
            },
            Self::Import(_) => Needs {
                number: true,
                ..Needs::default()
            },
            Self::Classify(c) => Needs {
                assets: c.assets.iter().flatten().cloned().collect(),
                ..Needs::default()
            },
            Self::Relate(r) => incidents(vec![r.other.clone()]),
            Self::SetParent(p) => incidents(p.parent.iter().cloned().collect()),
            Self::Merge(m) => incidents(vec![m.into.clone()]),
            Self::Close(_) => Needs {
                open_children: true,
                ..Needs::default()
            },
            _ => Needs::default(),
        }
    }
}
