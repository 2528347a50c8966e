use super::*;
use crate::fixture::{directory, morning, open_one, short};
use crate::priority::{Impact, Urgency};
use crate::signal::Severity;
use crate::signal::source::{How, Rule, Test};
use crate::text::Title;
use crate::time::MINUTE;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn settings() -> Settings {
    serde_json::from_value(serde_json::json!({"name": "Cluster", "format": "alertmanager"}))
        .unwrap()
}

fn signal(severity: Severity) -> Signal {
    Signal {
        external_id: short("f1"),
        began_at: None,
        state: State::Firing,
        severity,
        severity_word: None,
        title: Title::parse("Disk is full").unwrap(),
        body: None,
        service: None,
        group: Some(short("{}:{job=\"node\"}")),
        labels: BTreeMap::from([("job".to_owned(), "node".to_owned())]),
        links: Vec::new(),
        sent_at: None,
    }
}

fn plan(join_minutes: u32) -> Plan {
    Plan {
        impact: Impact::Significant,
        urgency: Urgency::High,
        findings: BTreeMap::new(),
        join_minutes,
    }
}

fn ruled(then: Then) -> Settings {
    let test = Test {
        field: short("job"),
        how: How::Is,
        value: Some(short("node")),
    };
    Settings {
        rules: vec![Rule {
            name: short("nodes"),
            when: vec![test],
            then,
        }],
        ..settings()
    }
}

#[test]
fn without_rules_what_is_severe_enough_waits_for_people_and_the_rest_is_logged() {
    let look = |severity| {
        triage(
            &signal(severity),
            &settings(),
            &Around::default(),
            morning(),
        )
    };
    assert_eq!(
        look(Severity::Major),
        Decision::Raise(None, Outcome::Triage)
    );
    assert_eq!(
        look(Severity::Warning),
        Decision::Raise(None, Outcome::Triage)
    );
    let below = Decision::Keep(Disposition::BelowFloor, None);
    assert_eq!(look(Severity::Info), below);
}

#[test]
fn the_first_rule_that_fits_decides_and_is_named() {
    let nodes = Some(short("nodes"));
    let around = Around::default();
    let look = |then, severity| triage(&signal(severity), &ruled(then), &around, morning());
    let logged = Decision::Keep(Disposition::ByRule, nodes.clone());
    assert_eq!(look(Then::Log, Severity::Critical), logged);
    let raised = |outcome| Decision::Raise(nodes.clone(), outcome);
    assert_eq!(look(Then::Triage, Severity::Info), raised(Outcome::Triage));
    let declared = look(Then::Declare(plan(0)), Severity::Info);
    assert_eq!(declared, raised(Outcome::Declare(plan(0))));
}

#[test]
fn what_follows_on_a_declared_incident_of_the_service_joins_it_for_a_while() {
    let around = |minutes: i64| Around {
        declared: Some((open_one(), morning().plus(-minutes * MINUTE))),
        ..Around::default()
    };
    let look = |join, minutes| {
        let settings = ruled(Then::Declare(plan(join)));
        triage(
            &signal(Severity::Major),
            &settings,
            &around(minutes),
            morning(),
        )
    };
    let nodes = Some(short("nodes"));
    let joins = Decision::Raise(nodes.clone(), Outcome::Join(open_one()));
    assert_eq!(look(30, 30), joins);
    let declares = |join| Decision::Raise(nodes.clone(), Outcome::Declare(plan(join)));
    assert_eq!(look(30, 31), declares(30));
    assert_eq!(look(0, 0), declares(0));
}

#[test]
fn maintenance_holds_a_fault_until_it_ends_and_what_is_over_passes_through() {
    let until = morning().plus(MINUTE);
    let around = Around {
        maintenance_until: Some(until),
        ..Around::default()
    };
    let look = |signal: &Signal, now| triage(signal, &settings(), &around, now);
    let firing = signal(Severity::Critical);
    assert_eq!(look(&firing, morning()), Decision::Hold(until));
    let raised = Decision::Raise(None, Outcome::Triage);
    assert_eq!(look(&firing, until), raised);
    let over = Signal {
        state: State::Resolved,
        ..firing
    };
    assert_eq!(
        look(&over, morning()),
        Decision::Keep(Disposition::Over, None)
    );
}

#[test]
fn more_new_events_than_the_quota_are_a_storm_but_more_of_an_open_one_are_not() {
    let many = |has_open_event| Around {
        recent: 20,
        has_open_event,
        ..Around::default()
    };
    let look = |open| {
        triage(
            &signal(Severity::Major),
            &settings(),
            &many(open),
            morning(),
        )
    };
    assert_eq!(look(false), Decision::Storm);
    assert_eq!(look(true), Decision::Attach);
}

#[test]
fn signals_belong_together_by_labels_or_by_the_senders_grouping() {
    let mut grouped = settings();
    grouped.group_by = vec![short("job"), short("zone")];
    assert_eq!(
        group_key(&signal(Severity::Major), &grouped),
        short("job=node")
    );
    assert_eq!(
        group_key(&signal(Severity::Major), &settings()),
        short("{}:{job=\"node\"}")
    );
    let alone = Signal {
        group: None,
        labels: BTreeMap::new(),
        ..signal(Severity::Major)
    };
    assert_eq!(group_key(&alone, &grouped), short("f1"));
}

#[test]
fn a_service_is_found_by_its_name_else_it_is_the_sources() {
    let directory = directory();
    let (id, known) = directory.services.iter().next().unwrap();
    let mut settings = settings();
    let mut signal = signal(Severity::Major);
    assert_eq!(service(&signal, &settings, &directory), None);
    settings.service = Some(id.clone());
    assert_eq!(service(&signal, &settings, &directory), Some(id));
    settings.service = None;
    signal.service = Some(short(&known.entry.name.as_str().to_uppercase()));
    assert_eq!(service(&signal, &settings, &directory), Some(id));
    signal.service = Some(short("nothing of ours"));
    assert_eq!(service(&signal, &settings, &directory), None);
}

#[test]
fn milestones_are_powers_of_ten() {
    for (told, next) in [(0, 10), (1, 10), (9, 10), (10, 100), (99_999, 100_000)] {
        assert_eq!(next_milestone(told), next);
    }
}

proptest! {
    #[test]
    fn any_labels_make_a_key_and_different_ones_different_keys(a in ".{1,300}", b in ".{1,300}") {
        let mut settings = settings();
        settings.group_by = vec![short("l")];
        let key = |value: &str| {
            let mut signal = signal(Severity::Major);
            signal.labels = BTreeMap::from([("l".to_owned(), value.to_owned())]);
            group_key(&signal, &settings)
        };
        let plain = |text: &str| {
            let clean = |c: char| if c.is_control() { ' ' } else { c };
            text.chars().map(clean).collect::<String>().trim().to_owned()
        };
        prop_assert_eq!(key(&a) == key(&b), plain(&a) == plain(&b));
    }
}
