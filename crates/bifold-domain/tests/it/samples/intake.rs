//! Sources of signals, what comes of them, and reviews of the fault log.

use super::*;
use bifold_domain::StatusPageId;
use bifold_domain::calendar::Zone;
use bifold_domain::event::Tally;
use bifold_domain::incident::Wording;
use bifold_domain::signal::source::{How, Plan, Rule, Settings, Test, Then};
use bifold_domain::signal::{Format, Severity};
use bifold_domain::status_page::{
    AnnouncedImpact, AnnouncedStage, Approval, ComponentState, PageAudience, PageLanguage, Slug,
};
// Modules by whose names the macro finds the facts.
use bifold_domain::maintenance;
use bifold_domain::signal::{review, source};
use bifold_domain::status_page;

fn plan() -> Plan {
    Plan {
        impact: Impact::Significant,
        urgency: Urgency::High,
        findings: BTreeMap::from([(KindKey::service(), Finding::Yes)]),
        join_minutes: 30,
    }
}

pub(super) fn tally() -> Tally {
    Tally {
        faults: 3,
        signals: 1_000,
        firing: 1,
    }
}

fn settings() -> Box<Settings> {
    let test = Test {
        field: short("job"),
        how: How::Is,
        value: Some(short("node")),
    };
    Box::new(Settings {
        name: short("Cluster"),
        format: Format::Generic,
        mapping: Some(Text::parse("{}").unwrap()),
        service: Some(some_service()),
        team: Some(some_team()),
        is_sensitive: true,
        floor: Severity::Minor,
        quota: 20,
        silence_minutes: Some(10),
        group_by: vec![short("job")],
        settles_itself: true,
        rules: vec![Rule {
            name: short("nodes"),
            when: vec![test],
            then: Then::Declare(plan()),
        }],
        is_paused: true,
        mailbox: None,
    })
}

examples! { Source, source, Source:
    Connected => source::Fact::Connected { settings: settings() },
    Revised => source::Fact::Revised { settings: settings() },
    SecretIssued => source::Fact::SecretIssued { secret: short("k1") },
    SecretWithdrawn => source::Fact::SecretWithdrawn { secret: short("k1") },
    Disconnected => source::Fact::Disconnected,
}

examples! { FaultReview, review, FaultReview:
    SignedOff => review::Fact::SignedOff {
        from: at(1),
        until: at(2),
        found: review::Found {
            faults: 2,
            signals: 100,
            by_disposition: BTreeMap::from([("event".to_owned(), 2)]),
            digest: "00".repeat(32),
        },
        remarks: Some(text("Nothing that was missed.")),
    },
}

fn work() -> maintenance::Plan {
    maintenance::Plan {
        title: Title::parse("New disks").unwrap(),
        text: Some(Text::parse("Payments stop for an hour.").unwrap()),
        services: BTreeSet::from([some_service()]),
        from: at(5),
        until: at(6),
    }
}

examples! { Maintenance, maintenance, Maintenance:
    Planned => maintenance::Fact::Planned { number: 3, plan: work() },
    Revised => maintenance::Fact::Revised { plan: work(), reason: text("Another day.") },
    Begun => maintenance::Fact::Begun,
    Extended => maintenance::Fact::Extended { until: at(7), reason: text("One disk more.") },
    Completed => maintenance::Fact::Completed { note: Some(text("All eight are new.")) },
    Cancelled => maintenance::Fact::Cancelled { reason: text("The disks did not come.") },
}

pub(super) fn page_id() -> StatusPageId {
    StatusPageId::from_bits(1)
}

pub(super) fn wording() -> Wording {
    Wording {
        title: Title::parse("Paying by card fails").unwrap().into(),
        impact: AnnouncedImpact::Major,
        stage: AnnouncedStage::Identified,
        text: text("It is the certificate."),
        states: BTreeMap::from([(slug("checkout"), ComponentState::PartialOutage)]),
        began_at: at(1),
        next_by: Some(at(5)),
    }
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn page_settings() -> Box<status_page::Settings> {
    Box::new(status_page::Settings {
        key: slug("main"),
        name: short("Harbour services"),
        about: Some(Text::parse("What works, and what does not.").unwrap()),
        language: PageLanguage::De,
        zone: Zone::named("Europe/Zurich").unwrap(),
        contact: Some(short("help@harbour.example")),
        address: Some(short("https://status.harbour.example")),
        audience: PageAudience::Public,
        approval: Approval::Always,
        components: vec![status_page::Component {
            key: slug("checkout"),
            name: short("Checkout"),
            group: Some(short("Shop")),
            about: Some(short("Paying by card")),
            services: BTreeSet::from([some_service()]),
        }],
        never_say: BTreeSet::from([short("Project Tern")]),
    })
}

examples! { StatusPage, status_page, StatusPage:
    Made => status_page::Fact::Made { settings: page_settings() },
    Revised => status_page::Fact::Revised { settings: page_settings() },
    Retired => status_page::Fact::Retired,
}
