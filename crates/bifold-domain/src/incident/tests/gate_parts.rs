//! The gate where a part is saved, where a law comes or goes, and where an action is given up.

use super::gate::{
    done, elapse, forbidden, given_up, go_now, grave, restore, restore_as, saved, shut, the_action,
};
use super::*;
use crate::access::Permission;
use crate::gate::{Course, Ground};
use crate::incident::gated::ConflictCost;
use crate::time::MINUTE;

fn ai(finding: Finding) -> Command {
    verdict(KindKey::parse("ai").unwrap(), finding)
}

/// Orders that only the memory is saved, by this person.
fn only_memory(by: &str) -> Command {
    let order = CaptureFirst {
        course: Course::FastCapture,
        assignee: Some(person(by)),
        items: BTreeSet::from([short("memory")]),
        minutes: None,
    };
    Command::CaptureFirst(action(1), order)
}

#[test]
fn saving_first_has_a_timer_and_whoever_was_told_says_when_it_is_done() {
    let case = shut().and("manager", only_memory("resolver"));
    assert_eq!(the_action(&case).due(), Some(case.now.plus(8 * MINUTE)));
    let case = case.minutes_later(6).and("resolver", saved(&["memory"]));
    assert_eq!(case.incident().conflict_cost(case.now).waited_minutes, 6);
}

#[test]
fn whoever_waits_for_the_service_does_not_choose_what_evidence_is_worth_saving() {
    shut()
        .when(only_memory("resolver"))
        .by("resolver")
        .refused(&not_permitted(Permission::WorkSensitiveLanes));
    // Told to save all of it, the resolver cannot be content with a part.
    let told = CaptureFirst {
        course: Course::FastCapture,
        assignee: None,
        items: BTreeSet::new(),
        minutes: None,
    };
    let case = shut().and("resolver", Command::CaptureFirst(action(1), told));
    case.clone()
        .when(saved(&["memory"]))
        .by("resolver")
        .refused(&not_permitted(Permission::WorkSensitiveLanes));
    case.clone().and("custodian", saved(&["memory"]));
    let case = case.and("resolver", saved(&[]));
    assert!(the_action(&case).decision().unwrap().lost.is_empty());
}

#[test]
fn a_law_is_not_waited_out_and_not_waived_by_who_wants_it() {
    let case = forbidden().minutes_later(600);
    for (who, command) in [
        ("resolver", done()),
        ("resolver", elapse()),
        ("manager", go_now(true)),
    ] {
        case.clone().when(command).by(who).refused_as("law-forbids");
    }
    let by_the_officer = declared()
        .and(
            "officer",
            verdict(KindKey::parse("ai").unwrap(), Finding::Yes),
        )
        .and("officer", restore("reboot"));
    by_the_officer
        .clone()
        .when(go_now(false))
        .by("officer")
        .refused_as("second-person-needed");
    by_the_officer
        .and("deputy", go_now(false))
        .and("officer", done());
}

#[test]
fn a_law_is_content_when_all_is_saved_and_not_with_a_part() {
    let part = saved(&["memory"]);
    forbidden()
        .when(part.clone())
        .by("custodian")
        .refused_as("law-forbids");
    forbidden().and("officer", part);
    let case = forbidden().and("custodian", saved(&[]));
    assert!(the_action(&case).decision().unwrap().lost.is_empty());
}

#[test]
fn a_law_that_comes_after_the_gate_shut_binds() {
    let case = shut().and("officer", ai(Finding::Yes)).minutes_later(600);
    for (who, command) in [
        ("resolver", done()),
        ("resolver", elapse()),
        ("manager", go_now(true)),
        ("custodian", saved(&["memory"])),
    ] {
        case.clone().when(command).by(who).refused_as("law-forbids");
    }
    case.and("officer", go_now(false)).and("resolver", done());
}

#[test]
fn what_was_let_through_before_the_law_came_is_wanted_anew() {
    let case = given_up().and("officer", ai(Finding::Yes));
    case.clone()
        .when(done())
        .by("resolver")
        .refused_as("law-forbids");
    case.and("resolver", Command::Withdraw(action(1), because("A law.")))
        .and("resolver", restore_as(2, "reboot"));
    // Nothing of it is lost where all was saved, whatever law comes.
    shut()
        .and("custodian", saved(&[]))
        .and("officer", ai(Finding::Yes))
        .and("resolver", done());
}

#[test]
fn a_law_that_is_gone_binds_no_more() {
    let case = forbidden().minutes_later(20);
    case.when(done()).by("resolver").refused_as("law-forbids");
    let calm = forbidden().and("deputy", ai(Finding::No));
    let calm = calm.and("resolver", done());
    assert_eq!(the_action(&calm).decision().unwrap().ground, Ground::Moot);
    let grave = grave()
        .and("officer", ai(Finding::Yes))
        .and("resolver", restore("reboot"))
        .and("deputy", ai(Finding::No));
    let grave = grave.minutes_later(15).and("resolver", done());
    assert_eq!(
        the_action(&grave).decision().unwrap().ground,
        Ground::Policy
    );
}

#[test]
fn no_ending_leaves_an_action_at_the_gate() {
    let merge = Command::Merge(Merge {
        into: open_one(),
        reason: text("The same."),
    });
    let cancel = Command::Cancel(because("A test."));
    for command in [merge.clone(), cancel] {
        let gaps = match shut().decide("manager", command.clone()) {
            Err(Refusal::NotClosable { gaps }) => gaps,
            other => panic!("{command:?}: {other:?}"),
        };
        assert!(gaps.contains(&ClosureGap::GateShut), "{gaps:?}");
    }
    shut()
        .and(
            "resolver",
            Command::Withdraw(action(1), because("Not now.")),
        )
        .and("manager", merge);
}

#[test]
fn each_side_sees_what_it_cost() {
    let case = shut()
        .minutes_later(4)
        .and("resolver", restore_as(2, "re-image"))
        .minutes_later(3)
        .and("manager", go_now(false));
    let cost = case.incident().conflict_cost(case.now.plus(2 * MINUTE));
    let lost = the_action(&case).decision().unwrap().lost.len();
    let expected = ConflictCost {
        waited_minutes: 9,
        lost_items: lost,
        saved_items: 0,
        waivers: 1,
        unreviewed: 1,
    };
    assert_eq!(
        cost, expected,
        "the second still waits, and the overlap counts once"
    );
}

#[test]
fn what_was_let_through_and_not_wanted_any_more_cost_nothing() {
    let case = given_up().minutes_later(2);
    let case = case.and(
        "resolver",
        Command::Withdraw(action(1), because("It came back.")),
    );
    assert!(!the_action(&case).wants_review());
    let cost = case.incident().conflict_cost(case.now);
    assert_eq!(cost, ConflictCost::default());
}

#[test]
fn what_was_saved_names_the_sealed_evidence_it_became() {
    let exhibit = crate::EvidenceId::from_bits(1);
    let with = |sealed: Option<crate::IncidentId>| {
        let evidence = BTreeSet::from([exhibit.clone()]);
        let mut case = shut();
        case.neighbours
            .sealed
            .extend(sealed.map(|of| (exhibit.clone(), of)));
        let captured = Captured {
            course: Course::FastCapture,
            items: BTreeSet::new(),
            whereabouts: text("In the safe."),
            evidence,
        };
        case.when(Command::Captured(action(1), captured))
            .by("custodian")
    };
    let case = with(Some(this())).happens();
    assert_eq!(the_action(&case).decision().unwrap().evidence.len(), 1);
    with(None).refused_as("unknown");
    with(Some(open_one())).refused_as("unknown");
}
