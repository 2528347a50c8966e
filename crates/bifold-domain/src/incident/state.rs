//! The parts of an incident's state.

use crate::access::closed_set;
use crate::event::{Channel, Dismissal};
use crate::id::{IncidentId, PersonId, TaskId, TeamId};
use crate::kind::KindKey;
use crate::redact::Redactable;
use crate::text::{Short, Text, Title};
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

pub use super::imported::{Imported, Labels};

/// The report as first written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Original {
    /// One line.
    pub title: Redactable<Title>,
    /// The rest.
    pub description: Option<Redactable<Text>>,
    /// Who reported it.
    pub reporter: PersonId,
    /// By which way it came.
    pub channel: Channel,
}

/// When things happened. All optional but the moment of recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// When it was recorded here.
    pub recorded: At,
    /// The five of features F027 that people state.
    #[serde(flatten)]
    pub stated: StatedTimes,
    /// First human acknowledgement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<At>,
    /// First assignment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<At>,
    /// Contained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contained: Option<At>,
    /// Usable again through a workaround.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mitigated: Option<At>,
    /// Service level back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<At>,
    /// Set resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<At>,
    /// Confirmed by the reporter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<At>,
    /// Closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<At>,
}

closed_set! {
    /// How sure people are of a time.
    Certainty {
        /// Measured.
        Exact = "exact",
        /// A good guess.
        Estimated = "estimated",
        /// Not known better than the interval.
        Uncertain = "uncertain",
    }
}

/// The times that people state (features F027): occurred from–to, detected, reported, aware.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatedTimes {
    /// Earliest it can have begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_from: Option<At>,
    /// Latest it can have begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_to: Option<At>,
    /// How sure that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certainty: Option<Certainty>,
    /// When somebody or something first noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detected: Option<At>,
    /// When it was first reported to somebody responsible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<At>,
    /// When the organisation became aware in the sense of a law.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aware: Option<At>,
}

closed_set! {
    /// What a held incident waits for. Only the user and a schedule stop the clock by default.
    PendingOn {
        /// The user.
        User = "user",
        /// A supplier.
        Supplier = "supplier",
        /// A change.
        Change = "change",
        /// Evidence being taken.
        Evidence = "evidence",
        /// A time that was agreed.
        Scheduled = "scheduled",
    }
}

/// Where an incident stands (standards 5.4). Each stage carries what belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Stage {
    /// Recorded; nobody has looked.
    New,
    /// Somebody has.
    Acknowledged,
    /// A question is being answered.
    InAssessment,
    /// A team or person has it.
    Assigned,
    /// Being worked on.
    InProgress,
    /// Waiting.
    Pending {
        /// For what.
        on: PendingOn,
        /// Until when, if known.
        until: Option<At>,
    },
    /// The service is back through a workaround.
    Mitigated,
    /// Resolved.
    Resolved,
    /// The reporter agrees.
    Confirmed,
    /// Closed and sealed.
    Closed,
    /// No incident after all.
    Rejected {
        /// Which ground.
        ground: Dismissal,
    },
    /// Part of another incident.
    Merged {
        /// Which.
        into: IncidentId,
        /// What it was before, for the way back.
        was: Box<Stage>,
    },
    /// A service request after all.
    ConvertedToRequest,
    /// Called off.
    Cancelled,
}

impl Stage {
    /// Every stage's word, in the order of the lifecycle.
    pub const WORDS: &'static [&'static str] = &[
        "new",
        "acknowledged",
        "in_assessment",
        "assigned",
        "in_progress",
        "pending",
        "mitigated",
        "resolved",
        "confirmed",
        "closed",
        "rejected",
        "merged",
        "converted_to_request",
        "cancelled",
    ];

    /// The word used in lists and in the database.
    pub fn word(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Acknowledged => "acknowledged",
            Self::InAssessment => "in_assessment",
            Self::Assigned => "assigned",
            Self::InProgress => "in_progress",
            Self::Pending { .. } => "pending",
            Self::Mitigated => "mitigated",
            Self::Resolved => "resolved",
            Self::Confirmed => "confirmed",
            Self::Closed => "closed",
            Self::Rejected { .. } => "rejected",
            Self::Merged { .. } => "merged",
            Self::ConvertedToRequest => "converted_to_request",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether work may go on.
    pub fn is_open(&self) -> bool {
        matches!(
            self,
            Self::New
                | Self::Acknowledged
                | Self::InAssessment
                | Self::Assigned
                | Self::InProgress
                | Self::Pending { .. }
                | Self::Mitigated
        )
    }

    /// Whether only dated additions are possible (features F087).
    pub fn is_sealed(&self) -> bool {
        matches!(
            self,
            Self::Closed
                | Self::Rejected { .. }
                | Self::Merged { .. }
                | Self::ConvertedToRequest
                | Self::Cancelled
        )
    }
}

closed_set! {
    /// Containment, beside the stage.
    Containment {
        /// Not started.
        None = "none",
        /// Under way.
        Started = "started",
        /// The spread is stopped.
        Contained = "contained",
        /// The cause is removed.
        Eradicated = "eradicated",
    }
}

closed_set! {
    /// Evidence, beside the stage.
    EvidenceState {
        /// None wanted.
        None = "none",
        /// Wanted.
        Planned = "planned",
        /// Being collected.
        Collecting = "collecting",
        /// All there.
        Complete = "complete",
        /// Given up, with a reason on the record.
        Waived = "waived",
    }
}

closed_set! {
    /// Notification of others, beside the stage.
    NotificationState {
        /// Nobody to notify.
        NotApplicable = "not_applicable",
        /// To be sent.
        Pending = "pending",
        /// Sent.
        Sent = "sent",
        /// Answered and done.
        Closed = "closed",
    }
}

closed_set! {
    /// Post-incident review, beside the stage.
    ReviewState {
        /// None required.
        NotApplicable = "not_applicable",
        /// Required, not done.
        Due = "due",
        /// Done.
        Done = "done",
    }
}

/// The work of one kind on an incident.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    /// Who leads it.
    pub owner: Option<PersonId>,
    /// Which team works in it.
    pub team: Option<TeamId>,
}

closed_set! {
    /// A role on one incident (features F001).
    IncidentRole {
        /// Leads the incident; exactly one person for a major incident (20000-1 8.6.1).
        IncidentManager = "incident_manager",
        /// Leads restoration.
        RestorationLead = "restoration_lead",
        /// Leads protection of information and evidence.
        SecurityLead = "security_lead",
        /// Keeps the evidence.
        EvidenceCustodian = "evidence_custodian",
        /// Speaks to users and others.
        CommunicationsLead = "communications_lead",
        /// Writes down what happens.
        Scribe = "scribe",
        /// Links to top management.
        ExecutiveLiaison = "executive_liaison",
    }
}

impl IncidentRole {
    /// Whether the role belongs to the security lane, and who holds it is seen only there.
    pub fn is_of_security(self) -> bool {
        matches!(self, Self::SecurityLead | Self::EvidenceCustodian)
    }
}

/// A task of an incident (features F044).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The lane it belongs to.
    pub lane: KindKey,
    /// What is to be done.
    pub title: Redactable<Title>,
    /// Who does it.
    pub owner: Option<PersonId>,
    /// By when.
    pub due: Option<At>,
    /// Whether closure waits for it.
    pub is_mandatory: bool,
    /// The workstream it belongs to, such as `Database`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<Short>,
    /// How it went.
    pub end: TaskEnd,
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum TaskEnd {
    /// Not yet.
    Open,
    /// Done, with this outcome.
    Done {
        /// What came of it.
        outcome: Redactable<Text>,
    },
    /// Dropped, for this reason.
    Dropped {
        /// Why.
        reason: Redactable<Text>,
    },
}

closed_set! {
    /// How two incidents relate (features F025).
    RelationKind {
        /// This one repeats the other.
        Duplicates = "duplicates",
        /// This one caused the other.
        Causes = "causes",
        /// This one came from the other.
        CausedBy = "caused_by",
        /// They belong together in some way.
        Related = "related",
        /// The same adversary or campaign.
        SameCampaign = "same_campaign",
        /// Split off from the other.
        SplitFrom = "split_from",
    }
}

/// A typed relation to another incident.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// How.
    pub kind: RelationKind,
    /// To which.
    pub other: IncidentId,
}

/// Asleep until a time (features F026).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snooze {
    /// When it wakes.
    pub until: At,
    /// Why it sleeps.
    pub reason: Redactable<Text>,
}

closed_set! {
    /// Why an incident may be major (standards 5.3).
    MajorCriterion {
        /// Highest priority on a vital service.
        VitalService = "vital_service",
        /// Many users or customers.
        ManyUsers = "many_users",
        /// A continuity target is in danger.
        Continuity = "continuity",
        /// People in danger.
        Safety = "safety",
        /// SEV-1 of information security.
        SecuritySev1 = "security_sev1",
        /// A confirmed leak of restricted or special-category data.
        ConfirmedLeak = "confirmed_leak",
        /// A regulator's clock of 24 hours or less.
        RegulatorClock = "regulator_clock",
        /// Press or politics.
        PublicAttention = "public_attention",
        /// Several incidents with one cause.
        CommonCause = "common_cause",
        /// A supplier on the critical chain.
        CriticalSupplier = "critical_supplier",
    }
}

/// Major incident: proposed, then promoted or declined (features F052).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Major {
    /// Nobody says so.
    No,
    /// Somebody says so.
    Proposed {
        /// Who.
        by: PersonId,
        /// On which grounds.
        criteria: BTreeSet<MajorCriterion>,
    },
    /// It is.
    Promoted {
        /// The one person responsible (20000-1 8.6.1).
        responsible: PersonId,
        /// Since when.
        at: At,
    },
    /// It was proposed and is not.
    Declined,
    /// It was and is no longer.
    StoodDown,
}

impl Major {
    /// The word used in lists.
    pub fn word(&self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Proposed { .. } => "proposed",
            Self::Promoted { .. } => "promoted",
            Self::Declined => "declined",
            Self::StoodDown => "stood_down",
        }
    }
}

closed_set! {
    /// Traffic Light Protocol 2.0.
    Tlp {
        /// No limit.
        Clear = "clear",
        /// The community.
        Green = "green",
        /// The organisation and its clients.
        Amber = "amber",
        /// The organisation only.
        AmberStrict = "amber_strict",
        /// Named people only.
        Red = "red",
    }
}

/// Named people and teams who may read a restricted record (features F173).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Compartment {
    /// People.
    #[serde(default)]
    pub people: BTreeSet<PersonId>,
    /// Teams.
    #[serde(default)]
    pub teams: BTreeSet<TeamId>,
}
