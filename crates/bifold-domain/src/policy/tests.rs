use super::*;
use crate::fixture::{PEOPLE, after, decide, directory, short};

fn ask(command: Command) -> Result<Vec<Fact>, Refusal> {
    decide(
        &directory(),
        "administrator",
        Some(&Policy::default()),
        command,
    )
}

fn kind(key: &str, change: impl FnOnce(&mut Kind)) -> Command {
    let key = KindKey::parse(key).unwrap();
    let mut kind = Policy::default().kinds[&key].kind.clone();
    change(&mut kind);
    Command::Kind(kind)
}

fn limits(change: impl FnOnce(&mut Limits)) -> Command {
    let mut limits = Policy::default().limits;
    change(&mut limits);
    Command::Limits(limits)
}

#[test]
fn a_change_counts_the_version_up() {
    for (command, version) in [
        (
            Command::Categories(vec![short("everything")]),
            (|p| p.categories.version) as fn(&Policy) -> u32,
        ),
        (Command::ResolutionCodes(vec![short("done")]), |p| {
            p.resolution_codes.version
        }),
        (Command::CauseCodes(vec![short("fate")]), |p| {
            p.cause_codes.version
        }),
        (kind("ai", |k| k.always_asked = true), |p| {
            p.kinds[&KindKey::parse("ai").unwrap()].version
        }),
    ] {
        let facts = ask(command).unwrap();
        let policy = after(
            Some(Policy::default()),
            &PolicyId,
            "administrator",
            &facts[0],
        );
        assert_eq!(version(&policy), 2);
    }
    let mut matrix = Matrix::default();
    matrix.rows.remove(&crate::priority::Impact::Minor);
    let facts = ask(Command::Matrix(matrix.clone())).unwrap();
    let policy: Policy = after(None, &PolicyId, "administrator", &facts[0]);
    assert_eq!((policy.matrix.version, policy.matrix.value), (2, matrix));
}

#[test]
fn what_is_already_so_is_no_change() {
    let policy = Policy::default();
    for command in [
        Command::Matrix(Matrix::default()),
        Command::Categories(policy.categories.value),
        Command::ResolutionCodes(policy.resolution_codes.value),
        Command::CauseCodes(policy.cause_codes.value),
        kind("ai", |_| ()),
        limits(|_| ()),
    ] {
        assert_eq!(ask(command), Err(Refusal::NothingToChange));
    }
}

#[test]
fn lists_are_neither_empty_nor_endless() {
    let many = || {
        (0..=CODES_LIMIT)
            .map(|n| short(&format!("code{n}")))
            .collect()
    };
    for (command, code) in [
        (Command::Categories(vec![]), "bad-value"),
        (Command::ResolutionCodes(vec![]), "bad-value"),
        (Command::CauseCodes(many()), "too-many"),
        (kind("ai", |k| k.criteria.clear()), "bad-value"),
        (
            kind("ai", |k| k.criteria = vec![k.criteria[0].clone(); 51]),
            "too-many",
        ),
        (
            Command::Matrix(Matrix {
                rows: BTreeMap::new(),
            }),
            "bad-value",
        ),
    ] {
        assert_eq!(ask(command).unwrap_err().code(), code);
    }
}

#[test]
fn limits_lie_in_a_range_that_makes_sense() {
    for command in [
        limits(|l| l.reopen_days = 3_651),
        limits(|l| l.confirm_days = u32::MAX),
        limits(|l| l.break_glass_minutes = 0),
        limits(|l| l.break_glass_minutes = 1_441),
    ] {
        assert_eq!(ask(command).unwrap_err().code(), "bad-value");
    }
    assert!(ask(limits(|l| l.reopen_days = 30)).is_ok());
}

#[test]
fn the_two_questions_and_the_protection_of_lanes_stay() {
    for command in [
        kind("service", |k| k.always_asked = false),
        kind("security", |k| k.always_asked = false),
        kind("security", |k| k.sensitive = false),
        kind("privacy", |k| k.sensitive = false),
    ] {
        assert_eq!(ask(command).unwrap_err().code(), "must-stay");
    }
    for command in [
        kind("security", |k| k.criteria.truncate(2)),
        kind("safety", |k| k.sensitive = true),
        kind("ai", |k| k.key = KindKey::parse("ot").unwrap()),
    ] {
        assert!(ask(command).is_ok());
    }
}

#[test]
fn only_an_administrator_sets_policy() {
    for (who, role) in PEOPLE {
        let command = limits(|l| l.reopen_days = 30);
        let answer = decide::<Policy>(&directory(), who, None, command);
        assert_eq!(answer.is_ok(), role.permits(Permission::ManagePolicy));
    }
}

#[test]
fn a_category_is_held_by_its_root() {
    let policy = Policy::default();
    for (name, is_known) in [("network", true), ("network/wan", true), ("weather", false)] {
        assert_eq!(policy.known_category(&short(name)).is_ok(), is_known);
    }
}
