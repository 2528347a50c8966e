//! One example of every variant of every record's facts, with every field filled.

use bifold_domain::event::{Channel, Dismissal};
use bifold_domain::gate::{ActionType, Course, Effect, Ground, Rules, Side, Volatile};
use bifold_domain::incident::{
    Audience, Certainty, ClosureGround, Compartment, Containment, EvidenceState, Head,
    IncidentRole, MajorCriterion, NotificationState, PendingOn, ReviewState, StatedTimes, Tlp, Way,
};
use bifold_domain::kind::{Answer, Criterion, Finding, Kind, KindKey};
use bifold_domain::level::{Act, ClockKey, Firing, Metric, Whom};
use bifold_domain::policy::Limits;
use bifold_domain::priority::{Dimension, Harm, Impact, Matrix, Priority, Scores, Urgency};
use bifold_domain::record::{Fact, Record};
use bifold_domain::service::Criticality;
use bifold_domain::standing_order::Draft;
use bifold_domain::{
    ActionId, AssetId, At, ChainId, EventId, EvidenceId, IncidentId, PersonId, Redactable,
    RequestId, Role, ServiceId, Short, TaskId, TeamId, Text, Title, asset, evidence, incident,
    person, policy, service, team,
};
use std::collections::{BTreeMap, BTreeSet};

/// Lists a record's examples. The `match` names exactly the listed variants, so that a variant
/// without an example does not compile.
macro_rules! examples {
    ($record:ident, $module:ident, $state:ident: $($variant:ident => $example:expr),* $(,)?) => {
        pub(super) fn $module() -> Vec<(&'static str, &'static str, Fact)> {
            let variant = |fact: &$module::Fact| match fact {
                $($module::Fact::$variant { .. } => stringify!($variant)),*
            };
            let facts = vec![$((stringify!($variant), $example)),*];
            facts
                .into_iter()
                .map(|(name, fact)| {
                    assert_eq!(variant(&fact), name);
                    (<$module::$state as Record>::TYPE, name, Fact::$record(fact))
                })
                .collect()
        }
    };
}

// After the macro, which it uses.
mod catalogue;
mod confided;
mod exhibit;
mod intake;
mod observed;
mod on_call;
mod reported;
mod room;

use catalogue::{asset, person, policy, service, team};
use confided::disclosure;
use exhibit::evidence;
use intake::{maintenance, review, source, status_page};
use observed::{relation, row};
use on_call::{chain, schedule};
use reported::event;

/// Record type, variant and example of every fact.
pub(crate) fn all() -> Vec<(&'static str, &'static str, Fact)> {
    let mut all = incident();
    all.extend(event());
    all.extend(evidence());
    all.extend(service());
    all.extend(asset());
    all.extend(team());
    all.extend(person());
    all.extend(policy());
    all.extend(schedule());
    all.extend(chain());
    all.extend(source());
    all.extend(review());
    all.extend(maintenance());
    all.extend(status_page());
    all.extend(disclosure());
    all
}

fn title() -> Redactable<Title> {
    Title::parse("Payments fail").unwrap().into()
}
fn text(words: &str) -> Redactable<Text> {
    Text::parse(words).unwrap().into()
}
fn plain(words: &str) -> Text {
    Text::parse(words).unwrap()
}
fn short(words: &str) -> Short {
    Short::parse(words).unwrap()
}
fn hidden(words: &str) -> Redactable<Short> {
    short(words).into()
}
fn at(hour: i64) -> At {
    At::parse("2026-03-01T00:00:00Z")
        .unwrap()
        .plus(hour * bifold_domain::time::HOUR)
}
fn p(number: u8) -> Priority {
    Priority::new(number).unwrap()
}
fn someone() -> PersonId {
    PersonId::from_bits(1)
}
fn other_person() -> PersonId {
    PersonId::from_bits(2)
}
fn some_team() -> TeamId {
    TeamId::from_bits(1)
}
fn some_service() -> ServiceId {
    ServiceId::from_bits(1)
}
fn some_asset() -> AssetId {
    AssetId::from_bits(1)
}
fn some_task() -> TaskId {
    TaskId::from_bits(1)
}
fn some_action() -> ActionId {
    ActionId::from_bits(1)
}
fn items() -> BTreeSet<Short> {
    BTreeSet::from([short("memory"), short("processes")])
}
fn firing(step: Option<u16>) -> Firing {
    Firing {
        clock: ClockKey {
            agreement: short("gold"),
            metric: Metric::Restore,
        },
        started: at(5),
        level: short("gold-p1"),
        step,
    }
}
fn another() -> IncidentId {
    IncidentId::from_bits(2)
}

fn scores() -> Scores {
    Scores {
        service: p(3),
        security: Some(p(2)),
        people: Some(p(4)),
    }
}

fn times() -> StatedTimes {
    StatedTimes {
        occurred_from: Some(at(1)),
        occurred_to: Some(at(2)),
        certainty: Some(Certainty::Estimated),
        detected: Some(at(3)),
        reported: Some(at(4)),
        aware: Some(at(5)),
    }
}

fn compartment() -> Compartment {
    Compartment {
        people: BTreeSet::from([someone()]),
        teams: BTreeSet::from([some_team()]),
    }
}

examples! { Incident, incident, Incident:
    Declared => incident::Fact::Declared {
        number: 42,
        title: title(),
        description: Some(text("Cards are refused since nine.")),
        impact: Impact::Extensive,
        urgency: Urgency::High,
        scores: scores(),
        handling: p(1),
        matrix_version: 1,
        reporter: someone(),
        channel: Channel::Phone,
        times: times(),
        service: Some(some_service()),
        customer: None,
        assets: BTreeSet::from([some_asset()]),
        category: Some(short("network")),
        event: Some(EventId::from_bits(1)),
        split_from: Some(another()),
        compartment: Some(compartment()),
        tlp: Tlp::AmberStrict,
    },
    Imported => incident::Fact::Imported {
        number: 43,
        source: short("servicenow"),
        external_id: short("INC0000045"),
        title: title(),
        description: Some(text("As it stood there.")),
        opened_at: at(1),
        channel: Channel::Import,
        row: row(),
    },
    Observed => incident::Fact::Observed { row: row() },
    Acknowledged => incident::Fact::Acknowledged,
    VerdictGiven => incident::Fact::VerdictGiven {
        kind: KindKey::security(),
        finding: Finding::Yes,
        proposed: Finding::Undetermined,
        answers: BTreeMap::from([
            (short("malicious"), Answer::Yes),
            (short("policy"), Answer::Unknown),
        ]),
        reason: text("A log-in from an address we do not know."),
        criteria_version: 1,
        scores: scores(),
        handling: p(2),
    },
    Rated => incident::Fact::Rated {
        ratings: BTreeMap::from([
            (Dimension::Delivery, Harm::Moderate),
            (Dimension::Confidentiality, Harm::Major),
        ]),
        basis: text("What the log shows."),
        scores: scores(),
        handling: p(2),
    },
    Prioritised => incident::Fact::Prioritised {
        impact: Impact::Moderate,
        urgency: Urgency::Critical,
        reason: text("The market opens at ten."),
        scores: scores(),
        handling: p(2),
        matrix_version: 1,
    },
    PriorityOverridden => incident::Fact::PriorityOverridden {
        to: p(4),
        reason: text("A workaround holds."),
    },
    Classified => incident::Fact::Classified {
        category: Some(short("network/wan")),
        service: Some(some_service()),
        customer: None,
        assets: BTreeSet::from([some_asset()]),
    },
    Assigned => incident::Fact::Assigned {
        team: Some(some_team()),
        person: Some(someone()),
    },
    WorkStarted => incident::Fact::WorkStarted,
    Held => incident::Fact::Held {
        on: PendingOn::Supplier,
        reason: text("The part is on its way."),
        until: Some(at(9)),
    },
    Resumed => incident::Fact::Resumed,
    LaneSet => incident::Fact::LaneSet {
        kind: KindKey::security(),
        owner: Some(someone()),
        team: Some(some_team()),
    },
    TaskAdded => incident::Fact::TaskAdded {
        task: some_task(),
        lane: KindKey::service(),
        title: title(),
        owner: Some(someone()),
        due: Some(at(9)),
        mandatory: true,
        stream: None,
    },
    TaskGiven => incident::Fact::TaskGiven {
        task: some_task(),
        lane: KindKey::service(),
        owner: other_person(),
    },
    TaskFinished => incident::Fact::TaskFinished {
        task: some_task(),
        lane: KindKey::service(),
        outcome: text("Nothing found."),
    },
    TaskDropped => incident::Fact::TaskDropped {
        task: some_task(),
        lane: KindKey::service(),
        reason: text("No longer needed."),
    },
    ActionTaken => incident::Fact::ActionTaken {
        action: some_action(),
        action_type: short("scale"),
        effect: Effect::Harmless,
        assets: BTreeSet::from([some_asset()]),
        note: Some(text("Two more nodes.")),
    },
    GateShut => incident::Fact::GateShut {
        action: some_action(),
        action_type: short("reboot"),
        effect: Effect::Destroys,
        assets: BTreeSet::from([some_asset()]),
        note: Some(text("It does not answer.")),
        at_stake: items(),
        due: at(1),
        fallback: Course::EvidenceFirst,
        order: Some(2),
        law: Some(KindKey::parse("ai").unwrap()),
        rules_version: 3,
    },
    GateAdvised => incident::Fact::GateAdvised {
        action: some_action(),
        side: Side::Security,
        course: Course::FastCapture,
        reason: text("The memory holds the key."),
    },
    SecurityAsked => incident::Fact::SecurityAsked { action: some_action(), due: at(1) },
    CaptureOrdered => incident::Fact::CaptureOrdered {
        action: some_action(),
        course: Course::FastCapture,
        assignee: Some(someone()),
        items: items(),
        due: at(2),
    },
    GateDecided => incident::Fact::GateDecided {
        action: some_action(),
        course: Course::RestoreFirst,
        ground: Ground::Waived,
        saved: BTreeSet::from([short("connections")]),
        lost: items(),
        reason: Some(text("The ward waits.")),
        loss: Some(text("What ran in memory.")),
        law: None,
        evidence: BTreeSet::new(),
    },
    ActionDone => incident::Fact::ActionDone { action: some_action(), at: at(3) },
    ActionWithdrawn => incident::Fact::ActionWithdrawn {
        action: some_action(),
        reason: text("It came back by itself."),
    },
    WaiverReviewed => incident::Fact::WaiverReviewed {
        action: some_action(),
        was_right: true,
        text: text("Memory is now saved by the hypervisor."),
    },
    NoteAdded => incident::Fact::NoteAdded {
        text: text("We called the supplier."),
        lane: Some(KindKey::service()),
        audience: Audience::Outward,
        next_by: None,
    },
    TargetMissed => incident::Fact::TargetMissed {
        firing: firing(None),
        due: at(9),
        lane: Some(KindKey::security()),
    },
    Escalated => incident::Fact::Escalated {
        firing: firing(Some(1)),
        planned: at(8),
        likely: None,
        act: Act::Notify {
            whom: BTreeSet::from([Whom::Assignee, Whom::Function(short("head-of-operations"))]),
        },
        lane: None,
    },
    EscalatedByHand => incident::Fact::EscalatedByHand {
        way: Way::Hierarchical,
        whom: BTreeSet::from([Whom::Role(Role::IncidentManager), Whom::Person(someone())]),
        reason: text("The supplier does not answer."),
    },
    PageStarted => incident::Fact::PageStarted {
        page: 2,
        chain: Some(ChainId::from_bits(1)),
        plan: Box::new(on_call::entry()),
        clock: Some(firing(Some(1))),
        turn: 42,
        lane: None,
    },
    Paged => incident::Fact::Paged {
        page: 2,
        round: 1,
        step: 3,
        people: vec![someone(), other_person()],
        lane: Some(KindKey::security()),
    },
    PageAcknowledged => incident::Fact::PageAcknowledged { page: 2, lane: None },
    PageUnacknowledged => incident::Fact::PageUnacknowledged {
        page: 2,
        by: Some(someone()),
        lane: None,
    },
    PageExhausted => incident::Fact::PageExhausted { page: 2, lane: None },
    PageEnded => incident::Fact::PageEnded { page: 2, lane: None },
    WorkaroundSet => incident::Fact::WorkaroundSet { text: text("Use the other till.") },
    FixSet => incident::Fact::FixSet { text: text("Replace the certificate.") },
    Mitigated => incident::Fact::Mitigated { at: at(9) },
    Amended => incident::Fact::Amended {
        title: Some(title()),
        description: Some(text("Only cards of one bank.")),
        reason: text("Clearer."),
    },
    TimesCorrected => incident::Fact::TimesCorrected {
        times: times(),
        reason: text("From the log."),
    },
    RoleHanded => incident::Fact::RoleHanded {
        role: IncidentRole::IncidentManager,
        from: Some(someone()),
        to: other_person(),
        handover: Some(text("The supplier calls back at six.")),
    },
    Related => incident::Fact::Related { relation: relation() },
    Unrelated => incident::Fact::Unrelated { relation: relation() },
    ParentSet => incident::Fact::ParentSet { parent: Some(another()) },
    Merged => incident::Fact::Merged { into: another(), reason: text("The same outage.") },
    Unmerged => incident::Fact::Unmerged { reason: text("Another outage.") },
    Snoozed => incident::Fact::Snoozed { until: at(30), reason: text("Until Monday.") },
    Woken => incident::Fact::Woken,
    ContainmentSet => incident::Fact::ContainmentSet { to: Containment::Contained },
    EvidenceSet => incident::Fact::EvidenceSet {
        to: EvidenceState::Waived,
        reason: Some(text("The disk is ash.")),
    },
    NotificationSet => incident::Fact::NotificationSet { to: NotificationState::Sent },
    ReviewSet => incident::Fact::ReviewSet { to: ReviewState::Due },
    Resolved => incident::Fact::Resolved {
        code: short("fixed"),
        text: text("Replaced the certificate."),
        restored_at: at(9),
        cause: Some(short("maintenance-overdue")),
    },
    Confirmed => incident::Fact::Confirmed,
    Closed => incident::Fact::Closed {
        cause: short("maintenance-overdue"),
        on: ClosureGround::Unconfirmed { reason: text("Told us by telephone.") },
    },
    Reopened => incident::Fact::Reopened { reason: text("It is back.") },
    Rejected => incident::Fact::Rejected {
        ground: Dismissal::FalsePositive,
        reason: text("The sensor was wrong."),
    },
    ConvertedToRequest => incident::Fact::ConvertedToRequest {
        reference: hidden("REQ-7"),
        reason: text("They want a new screen."),
    },
    Cancelled => incident::Fact::Cancelled { reason: text("Entered twice.") },
    AdditionMade => incident::Fact::AdditionMade { text: text("The supplier wrote again.") },
    MajorProposed => incident::Fact::MajorProposed {
        criteria: BTreeSet::from([MajorCriterion::VitalService, MajorCriterion::ManyUsers]),
        reason: text("All tills are down."),
        rule: None,
    },
    MajorPromoted => incident::Fact::MajorPromoted {
        responsible: someone(),
        reason: text("All tills are down."),
    },
    MajorDeclined => incident::Fact::MajorDeclined { reason: text("One till only.") },
    MajorStoodDown => incident::Fact::MajorStoodDown { reason: text("All tills work.") },
    Restricted => incident::Fact::Restricted {
        compartment: compartment(),
        reason: text("It concerns a colleague."),
    },
    Unrestricted => incident::Fact::Unrestricted { reason: text("It is public now.") },
    GlassBroken => incident::Fact::GlassBroken { reason: text("It is burning."), until: at(2) },
    Labelled => incident::Fact::Labelled { tlp: Tlp::Red },
    Exported => incident::Fact::Exported {
        bundle: RequestId::from_bits(1),
        recipient: Short::parse("State police").unwrap().into(),
        purpose: text("Investigation."),
        legal_basis: Some(text("Their order.")),
        tlp: Tlp::Amber,
        release: Some(RequestId::from_bits(2)),
        heads: vec![Head {
            record: short("evidence"),
            id: short("evd_00000000000000000000000001"),
            n: 7,
            with_bytes: true,
        }],
    },
    AnnouncementProposed => incident::Fact::AnnouncementProposed {
        page: intake::page_id(),
        wording: Box::new(intake::wording()),
    },
    Announced => incident::Fact::Announced {
        page: intake::page_id(),
        wording: Box::new(intake::wording()),
        proposed_by: Some(someone()),
        despite: Some(text("It was on the news.")),
        alone: Some(text("Nobody else was awake.")),
    },
    AnnouncementDeclined => incident::Fact::AnnouncementDeclined {
        page: intake::page_id(),
        reason: text("Too early."),
    },
    AnnouncementRetracted => incident::Fact::AnnouncementRetracted {
        page: intake::page_id(),
        reason: text("It was another service."),
    },
    MessageSaid => room::said(),
    MessageAmended => room::amended(),
    MessageRetracted => room::retracted(),
    MessageKept => incident::Fact::MessageKept(room::spot()),
    DecisionProposed => room::proposed(),
    DecisionTaken => room::taken(),
    DecisionDropped => room::dropped(),
    SituationReported => room::reported(),
    RoomArranged => room::arranged(),
}
