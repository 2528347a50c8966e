//! The payloads of commands, which are also the bodies of the API.

use crate::access::closed_set;
use crate::event::{Channel, Dismissal};
use crate::id::{AssetId, EventId, IncidentId, PersonId, ServiceId, TeamId};
use crate::incident::state::{
    Compartment, Containment, EvidenceState, IncidentRole, MajorCriterion, NotificationState,
    PendingOn, ReviewState, StatedTimes, Tlp,
};
use crate::kind::{Answer, Finding, KindKey};
use crate::priority::{Dimension, Harm, Impact, Priority, Urgency};
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
        /// The customer concerned, from the policy's list.
        #[serde(default)]
        customer: Option<Short>,
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

    /// Changes category, service, customer or assets.
    Classify {
        /// Category.
        #[serde(default)]
        category: Option<Short>,
        /// Service.
        #[serde(default)]
        service: Option<ServiceId>,
        /// Customer.
        #[serde(default)]
        customer: Option<Short>,
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
        /// The workstream it belongs to, such as `Database`.
        #[serde(default)]
        stream: Option<Short>,
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
        /// By when those who wait are promised to hear more.
        #[serde(default)]
        next_by: Option<At>,
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
    #[derive(Default)]
    Audience {
        /// Those who work on it.
        #[default]
        Internal = "internal",
        /// The reporter too.
        Outward = "outward",
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
