//! Levels that contradict themselves.

use super::*;
use crate::fixture::{PEOPLE, after, decide, directory, person};
use crate::policy::{Command, NewCalendar, NewFunction, NewLevels, Policy, PolicyId};
use crate::refusal::Refusal;

fn set(levels: Vec<Level>) -> Result<(), Refusal> {
    Levels { levels }.check(&directory())
}

fn with(conditions: Conditions) -> String {
    let target = Target {
        conditions: Some(conditions),
        ..target(Metric::Resolve, 60, "always")
    };
    match set(vec![level("l", When::default(), vec![target])]) {
        Err(refusal) => {
            assert_eq!(refusal.code(), "contradiction");
            refusal.to_string()
        }
        Ok(()) => "fine".to_owned(),
    }
}

fn tests(all: &[Test]) -> BTreeSet<Test> {
    all.iter().copied().collect()
}

#[test]
fn a_clock_that_would_never_do_its_work_is_refused_with_the_reason() {
    let usual = || Conditions::usual(Metric::Resolve).clone();
    for (conditions, why) in [
        (usual(), "fine"),
        (
            Conditions {
                start: tests(&[]),
                ..usual()
            },
            "nothing starts it",
        ),
        (
            Conditions {
                stop: tests(&[]),
                ..usual()
            },
            "nothing stops it",
        ),
        (
            Conditions {
                start: tests(&[Test::InProgress]),
                stop: tests(&[Test::Open]),
                ..usual()
            },
            "open stops it whenever in progress starts it",
        ),
        (
            Conditions {
                cancel: tests(&[Test::Open]),
                ..usual()
            },
            "open cancels it whenever open starts it",
        ),
        (
            Conditions {
                pause: tests(&[Test::Open]),
                ..usual()
            },
            "open pauses it all its life",
        ),
        (
            Conditions {
                resume: tests(&[Test::Open]),
                ..usual()
            },
            "open lets it go on whenever pending user pauses it",
        ),
        (
            Conditions {
                pause: tests(&[]),
                resume: tests(&[Test::InProgress]),
                ..usual()
            },
            "nothing pauses it",
        ),
        (
            Conditions {
                pause: tests(&[Test::Told]),
                ..usual()
            },
            "told is a moment",
        ),
    ] {
        let said = with(conditions);
        assert!(said.contains(why), "{said} instead of {why}");
    }
}

#[test]
fn a_level_that_is_never_reached_is_refused() {
    let by = |number| When {
        priorities: BTreeSet::from([p(number)]),
        ..When::default()
    };
    let one = |key: &str, when| level(key, when, vec![target(Metric::Resolve, 60, "always")]);
    assert!(set(vec![one("a", by(1)), one("b", When::default())]).is_ok());
    let refusal = set(vec![one("b", When::default()), one("a", by(1))]).unwrap_err();
    assert!(refusal.to_string().contains("b comes first"), "{refusal}");
    let mut other = one("a", by(1));
    other.agreement = short("silver");
    assert!(set(vec![one("b", When::default()), other]).is_ok());
    assert_eq!(
        set(vec![one("a", by(1)), one("a", by(2))])
            .unwrap_err()
            .code(),
        "already-exists"
    );
}

#[test]
fn what_is_not_there_cannot_be_named() {
    let on = |change: fn(&mut Target)| {
        let mut target = target(Metric::Resolve, 60, "always");
        change(&mut target);
        set(vec![level("l", When::default(), vec![target])]).map_err(|r| r.code())
    };
    let notify = |whom: Whom| {
        let step = Step {
            at: Threshold::Percent(50),
            act: Act::Notify {
                whom: BTreeSet::from([whom]),
            },
        };
        let target = Target {
            ladder: vec![step],
            ..target(Metric::Resolve, 60, "always")
        };
        set(vec![level("l", When::default(), vec![target])]).map_err(|r| r.code())
    };
    assert_eq!(on(|t| t.minutes = 0), Err("bad-value"));
    assert_eq!(on(|t| t.calendar = short("never")), Err("unknown"));
    assert_eq!(notify(Whom::Person(person("former"))), Err("not-found"));
    assert_eq!(notify(Whom::Team(TeamId::from_bits(99))), Err("not-found"));
    assert_eq!(notify(Whom::Function(short("king"))), Err("unknown"));
    assert_eq!(notify(Whom::Person(person("agent"))), Ok(()));
}

#[test]
fn versions_hold_from_now_on_and_never_from_before() {
    let ask =
        |policy: &Policy, command| decide(&directory(), "administrator", Some(policy), command);
    let new = |from| {
        Command::Levels(NewLevels {
            levels: Levels::default(),
            from,
        })
    };
    let policy = Policy::default();
    let now = crate::fixture::morning();
    let yesterday = now.plus(-24 * HOUR);
    assert_eq!(
        ask(&policy, new(Some(yesterday))).unwrap_err().code(),
        "time-order"
    );
    let facts = ask(&policy, new(Some(now.plus(HOUR)))).unwrap();
    let policy = after(Some(policy), &PolicyId, "administrator", &facts[0]);
    assert!(!policy.terms.levels.at(now).unwrap().value.levels.is_empty());
    assert!(
        policy
            .terms
            .levels
            .at(now.plus(HOUR))
            .unwrap()
            .value
            .levels
            .is_empty()
    );
    let calendar = || {
        Command::Calendar(Box::new(NewCalendar {
            key: short("shop"),
            name: short("Shop"),
            calendar: zurich(),
            holidays: None,
            from: None,
        }))
    };
    let facts = ask(&policy, calendar()).unwrap();
    let policy = after(Some(policy), &PolicyId, "administrator", &facts[0]);
    assert_eq!(ask(&policy, calendar()), Err(Refusal::NothingToChange));
    let function = |people: &[&str]| {
        Command::Function(NewFunction {
            key: short("head"),
            people: people.iter().map(|who| person(who)).collect(),
        })
    };
    assert_eq!(ask(&policy, function(&[])), Err(Refusal::NothingToChange));
    assert_eq!(
        ask(&policy, function(&["former"])).unwrap_err().code(),
        "not-found"
    );
    assert!(ask(&policy, function(&["manager"])).is_ok());
    for (who, role) in PEOPLE {
        let may = decide(&directory(), who, Some(&policy), function(&["agent"])).is_ok();
        assert_eq!(
            may,
            role.permits(crate::access::Permission::ManagePolicy),
            "{who}"
        );
    }
}
