//! What can have happened to an incident.
//!
//! Variants are for ever: `tests/golden/` holds one example of each as serialised when released,
//! and a test fails when one is missing or reads differently.

use super::announced::Wording;
use super::command::{Audience, Head, Way};
use super::ground::ClosureGround;
use super::imported::ObservedRow;
use super::room::{Arrangement, Briefing, Spot};
use super::state::{
    Compartment, Containment, EvidenceState, IncidentRole, MajorCriterion, NotificationState,
    PendingOn, Relation, ReviewState, StatedTimes, Tlp,
};
use crate::event::{Channel, Dismissal};
use crate::gate::{Course, Effect, Ground, Side};
use crate::id::{
    ActionId, AssetId, ChainId, EventId, EvidenceId, IncidentId, PersonId, RequestId, ServiceId,
    StatusPageId, TaskId, TeamId,
};
use crate::kind::{Answer, Finding, KindKey};
use crate::level::{Act, Firing, Whom};
use crate::oncall::chain::Entry;
use crate::priority::{Dimension, Harm, Impact, Priority, Scores, Urgency};
use crate::redact::Redactable;
use crate::text::{Short, Text, Title};
use crate::time::At;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Something that happened to an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
#[allow(missing_docs)] // The field names are those of the commands, which document them.
pub enum Fact {
    Declared {
        number: u64,
        title: Redactable<Title>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<Redactable<Text>>,
        impact: Impact,
        urgency: Urgency,
        scores: Scores,
        handling: Priority,
        matrix_version: u32,
        reporter: PersonId,
        channel: Channel,
        #[serde(default)]
        times: StatedTimes,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service: Option<ServiceId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        customer: Option<Short>,
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        assets: BTreeSet<AssetId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        category: Option<Short>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<EventId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        split_from: Option<IncidentId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        compartment: Option<Compartment>,
        tlp: Tlp,
    },
    Imported {
        number: u64,
        source: Short,
        external_id: Short,
        title: Redactable<Title>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<Redactable<Text>>,
        opened_at: At,
        channel: Channel,
        row: ObservedRow,
    },
    Observed {
        row: ObservedRow,
    },
    Acknowledged,
    VerdictGiven {
        kind: KindKey,
        finding: Finding,
        proposed: Finding,
        #[serde(default)]
        answers: BTreeMap<Short, Answer>,
        reason: Redactable<Text>,
        criteria_version: u32,
        scores: Scores,
        handling: Priority,
    },
    Rated {
        ratings: BTreeMap<Dimension, Harm>,
        basis: Redactable<Text>,
        scores: Scores,
        handling: Priority,
    },
    Prioritised {
        impact: Impact,
        urgency: Urgency,
        reason: Redactable<Text>,
        scores: Scores,
        handling: Priority,
        matrix_version: u32,
    },
    PriorityOverridden {
        to: Priority,
        reason: Redactable<Text>,
    },
    Classified {
        category: Option<Short>,
        service: Option<ServiceId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        customer: Option<Short>,
        assets: BTreeSet<AssetId>,
    },
    Assigned {
        team: Option<TeamId>,
        person: Option<PersonId>,
    },
    WorkStarted,
    Held {
        on: PendingOn,
        reason: Redactable<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<At>,
    },
    Resumed,
    LaneSet {
        kind: KindKey,
        owner: Option<PersonId>,
        team: Option<TeamId>,
    },
    TaskAdded {
        task: TaskId,
        lane: KindKey,
        title: Redactable<Title>,
        owner: Option<PersonId>,
        due: Option<At>,
        mandatory: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stream: Option<Short>,
    },
    TaskGiven {
        task: TaskId,
        lane: KindKey,
        owner: PersonId,
    },
    TaskFinished {
        task: TaskId,
        lane: KindKey,
        outcome: Redactable<Text>,
    },
    TaskDropped {
        task: TaskId,
        lane: KindKey,
        reason: Redactable<Text>,
    },
    ActionTaken {
        action: ActionId,
        #[serde(rename = "type")]
        action_type: Short,
        effect: Effect,
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        assets: BTreeSet<AssetId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Redactable<Text>>,
    },
    GateShut {
        action: ActionId,
        #[serde(rename = "type")]
        action_type: Short,
        effect: Effect,
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        assets: BTreeSet<AssetId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Redactable<Text>>,
        at_stake: BTreeSet<Short>,
        due: At,
        fallback: Course,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        law: Option<KindKey>,
        rules_version: u32,
    },
    GateAdvised {
        action: ActionId,
        side: Side,
        course: Course,
        reason: Redactable<Text>,
    },
    SecurityAsked {
        action: ActionId,
        due: At,
    },
    CaptureOrdered {
        action: ActionId,
        course: Course,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        assignee: Option<PersonId>,
        items: BTreeSet<Short>,
        due: At,
    },
    GateDecided {
        action: ActionId,
        course: Course,
        ground: Ground,
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        saved: BTreeSet<Short>,
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        lost: BTreeSet<Short>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Redactable<Text>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        loss: Option<Redactable<Text>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        law: Option<KindKey>,
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        evidence: BTreeSet<EvidenceId>,
    },
    ActionDone {
        action: ActionId,
        at: At,
    },
    ActionWithdrawn {
        action: ActionId,
        reason: Redactable<Text>,
    },
    WaiverReviewed {
        action: ActionId,
        was_right: bool,
        text: Redactable<Text>,
    },
    Exported {
        bundle: RequestId,
        recipient: Redactable<Short>,
        purpose: Redactable<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        legal_basis: Option<Redactable<Text>>,
        tlp: Tlp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        release: Option<RequestId>,
        heads: Vec<Head>,
    },
    NoteAdded {
        text: Redactable<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lane: Option<KindKey>,
        audience: Audience,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_by: Option<At>,
    },
    TargetMissed {
        #[serde(flatten)]
        firing: Firing,
        due: At,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lane: Option<KindKey>,
    },
    Escalated {
        #[serde(flatten)]
        firing: Firing,
        planned: At,
        act: Act,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        likely: Option<u16>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lane: Option<KindKey>,
    },
    EscalatedByHand {
        way: Way,
        whom: BTreeSet<Whom>,
        reason: Redactable<Text>,
    },
    PageStarted {
        page: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chain: Option<ChainId>,
        plan: Box<Entry>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clock: Option<Firing>,
        turn: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lane: Option<KindKey>,
    },
    Paged {
        page: u32,
        round: u8,
        step: u16,
        people: Vec<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lane: Option<KindKey>,
    },
    PageAcknowledged {
        page: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lane: Option<KindKey>,
    },
    PageUnacknowledged {
        page: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lane: Option<KindKey>,
    },
    PageExhausted {
        page: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lane: Option<KindKey>,
    },
    PageEnded {
        page: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lane: Option<KindKey>,
    },
    WorkaroundSet {
        text: Redactable<Text>,
    },
    FixSet {
        text: Redactable<Text>,
    },
    Mitigated {
        at: At,
    },
    Amended {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<Redactable<Title>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<Redactable<Text>>,
        reason: Redactable<Text>,
    },
    TimesCorrected {
        times: StatedTimes,
        reason: Redactable<Text>,
    },
    RoleHanded {
        role: IncidentRole,
        from: Option<PersonId>,
        to: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        handover: Option<Redactable<Text>>,
    },
    Related {
        relation: Relation,
    },
    Unrelated {
        relation: Relation,
    },
    ParentSet {
        parent: Option<IncidentId>,
    },
    Merged {
        into: IncidentId,
        reason: Redactable<Text>,
    },
    Unmerged {
        reason: Redactable<Text>,
    },
    Snoozed {
        until: At,
        reason: Redactable<Text>,
    },
    Woken,
    ContainmentSet {
        to: Containment,
    },
    EvidenceSet {
        to: EvidenceState,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Redactable<Text>>,
    },
    NotificationSet {
        to: NotificationState,
    },
    ReviewSet {
        to: ReviewState,
    },
    Resolved {
        code: Short,
        text: Redactable<Text>,
        restored_at: At,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<Short>,
    },
    Confirmed,
    Closed {
        cause: Short,
        on: ClosureGround,
    },
    Reopened {
        reason: Redactable<Text>,
    },
    Rejected {
        ground: Dismissal,
        reason: Redactable<Text>,
    },
    ConvertedToRequest {
        reference: Redactable<Short>,
        reason: Redactable<Text>,
    },
    Cancelled {
        reason: Redactable<Text>,
    },
    AdditionMade {
        text: Redactable<Text>,
    },
    MajorProposed {
        criteria: BTreeSet<MajorCriterion>,
        reason: Redactable<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<Short>,
    },
    MajorPromoted {
        responsible: PersonId,
        reason: Redactable<Text>,
    },
    MajorDeclined {
        reason: Redactable<Text>,
    },
    MajorStoodDown {
        reason: Redactable<Text>,
    },
    Restricted {
        compartment: Compartment,
        reason: Redactable<Text>,
    },
    Unrestricted {
        reason: Redactable<Text>,
    },
    GlassBroken {
        reason: Redactable<Text>,
        until: At,
    },
    Labelled {
        tlp: Tlp,
    },
    AnnouncementProposed {
        page: StatusPageId,
        wording: Box<Wording>,
    },
    Announced {
        page: StatusPageId,
        wording: Box<Wording>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proposed_by: Option<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        despite: Option<Redactable<Text>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alone: Option<Redactable<Text>>,
    },
    AnnouncementDeclined {
        page: StatusPageId,
        reason: Redactable<Text>,
    },
    AnnouncementRetracted {
        page: StatusPageId,
        reason: Redactable<Text>,
    },
    MessageSaid {
        #[serde(flatten)]
        at: Spot,
        text: Redactable<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answers: Option<u32>,
    },
    MessageAmended {
        #[serde(flatten)]
        at: Spot,
        text: Redactable<Text>,
    },
    MessageRetracted {
        #[serde(flatten)]
        at: Spot,
        reason: Redactable<Text>,
    },
    MessageKept(Spot),
    DecisionProposed {
        #[serde(flatten)]
        at: Spot,
        text: Redactable<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<At>,
    },
    DecisionTaken {
        #[serde(flatten)]
        at: Spot,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Redactable<Text>>,
    },
    DecisionDropped {
        #[serde(flatten)]
        at: Spot,
        reason: Redactable<Text>,
    },
    SituationReported(Box<Briefing>),
    RoomArranged(Arrangement),
}
