//! Rules that propose major incidents: once, on what they look for, and never against a person.

use super::matrix::{Scenario, WORK, row_of};
use super::*;
use crate::major::{Rule, Rules, Rush, When};
use crate::service::Criticality;
use crate::time::MINUTE;

fn rule(key: &str, when: When) -> Rule {
    Rule {
        key: short(key),
        name: short(key),
        is_on: true,
        when,
        criteria: BTreeSet::from([MajorCriterion::ManyUsers]),
    }
}

/// A case whose organisation has these rules.
fn ruled(case: Case, rules: Vec<Rule>) -> Case {
    case.with(|case| case.directory.policy.major.value = Rules { rules })
}

fn urgent() -> When {
    When {
        priority: Some(p(1)),
        ..When::default()
    }
}

fn to(number: u8) -> Command {
    Command::OverridePriority(OverridePriority {
        to: p(number),
        reason: text("All tills."),
    })
}

/// The rule that proposed, of these facts.
fn by(facts: &[Fact]) -> Option<&str> {
    facts.iter().find_map(|fact| match fact {
        Fact::MajorProposed { rule, .. } => rule.as_ref().map(crate::text::Short::as_str),
        _ => None,
    })
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let children = When {
        children: Some(2),
        ..When::default()
    };
    let given = ruled(declared(), vec![rule("family", children)])
        .with(|case| case.neighbours.open_children = 2);
    vec![row_of(given, Command::Weigh, WORK)]
}

#[test]
fn the_first_rule_that_fits_proposes_with_whatever_made_it_fit() {
    let vital = When {
        criticality: BTreeSet::from([Criticality::Vital]),
        ..urgent()
    };
    let of_security = When {
        kinds: BTreeSet::from([security()]),
        ..urgent()
    };
    let rules = vec![
        rule("security", of_security),
        rule("urgent", urgent()),
        rule("vital", vital),
    ];
    let case = ruled(declared(), rules);
    assert_eq!(by(&case.decide("manager", to(2)).unwrap()), None);
    let facts = case.decide("manager", to(1)).unwrap();
    assert_eq!(by(&facts), Some("urgent"));
    assert_eq!(facts.len(), 2);
    let secured = case.and("officer", verdict(security(), Finding::Yes));
    assert_eq!(
        by(&secured.decide("manager", to(1)).unwrap()),
        Some("security")
    );
    // Declared as urgent, it is proposed with the declaration.
    let new = Declare {
        impact: Impact::Extensive,
        urgency: Urgency::Critical,
        ..declare()
    };
    let empty = ruled(nothing(), vec![rule("urgent", urgent())]);
    let facts = empty
        .decide("agent", Command::Declare(Box::new(new)))
        .unwrap();
    assert_eq!(by(&facts), Some("urgent"));
}

#[test]
fn a_rule_proposes_once_and_never_after_a_person_decided() {
    let case = ruled(declared(), vec![rule("urgent", urgent())]).and("manager", to(1));
    assert!(matches!(case.incident().major, Major::Proposed { .. }));
    let noted = case
        .decide("agent", note(None, Audience::Internal))
        .unwrap();
    assert_eq!(by(&noted), None);
    let declined = case.and("manager", Command::DeclineMajor(because("One till.")));
    let noted = declined.decide("agent", note(None, Audience::Internal));
    assert_eq!(by(&noted.unwrap()), None);
    let off = Rule {
        is_on: false,
        ..rule("urgent", urgent())
    };
    let case = ruled(declared(), vec![off]);
    assert_eq!(by(&case.decide("manager", to(1)).unwrap()), None);
}

#[test]
fn reports_count_within_their_time_and_children_while_they_are_open() {
    let rush = When {
        reports: Some(Rush {
            count: 3,
            minutes: 15,
        }),
        ..When::default()
    };
    let case = ruled(declared(), vec![rule("rush", rush)]);
    let reported = |minutes: &[i64]| {
        let now = case.now;
        let reports = minutes.iter().map(|ago| now.plus(-ago * MINUTE)).collect();
        case.clone()
            .with(|case| case.neighbours.reports = reports)
            .decide("agent", Command::Weigh)
    };
    assert_eq!(reported(&[0, 1]), Err(Refusal::NothingToChange));
    assert_eq!(reported(&[0, 1, 16]), Err(Refusal::NothingToChange));
    assert_eq!(by(&reported(&[0, 1, 15]).unwrap()), Some("rush"));
}

#[test]
fn rules_that_cannot_work_are_refused() {
    let good = rule("a", urgent());
    for (rules, is_good) in [
        (vec![good.clone()], true),
        (vec![good.clone(), good.clone()], false),
        (vec![rule("b", When::default())], false),
        (
            vec![Rule {
                criteria: BTreeSet::new(),
                ..good.clone()
            }],
            false,
        ),
        (
            vec![rule(
                "c",
                When {
                    reports: Some(Rush {
                        count: 1,
                        minutes: 0,
                    }),
                    ..When::default()
                },
            )],
            false,
        ),
    ] {
        assert_eq!(Rules { rules }.check().is_ok(), is_good);
    }
    assert!(Rules::default().check().is_ok());
    assert_eq!(Rules::default().rules.len(), 4);
}
