//! The preservation gate: who decides what, what time does, and that nothing slips past it.

use super::matrix::{CLEARED, LEADS, Scenario, WORK, row_of};
use super::*;
use crate::access::{Auth, Permission};
use crate::gate::{Course, Effect, Ground, Side};
use crate::incident::gated::{GateStage, RestoringAction};
use crate::standing_order::StandingOrder;
use crate::time::MINUTE;

pub(super) fn restore(action_type: &str) -> Command {
    restore_as(1, action_type)
}
pub(super) fn restore_as(number: u128, action_type: &str) -> Command {
    let wanted = Restore {
        action: short(action_type),
        assets: BTreeSet::from([server()]),
        note: None,
    };
    Command::Restore(action(number), wanted)
}
pub(super) fn saved(items: &[&str]) -> Command {
    let captured = Captured {
        course: Course::FastCapture,
        items: items.iter().map(|item| short(item)).collect(),
        whereabouts: text("Locker 4, SHA-256 on the form."),
        evidence: BTreeSet::new(),
    };
    Command::Captured(action(1), captured)
}
pub(super) fn save_first(minutes: Option<u32>) -> Command {
    let first = CaptureFirst {
        course: Course::FastCapture,
        assignee: Some(person("custodian")),
        items: BTreeSet::new(),
        minutes,
    };
    Command::CaptureFirst(action(1), first)
}
pub(super) fn go_now(break_glass: bool) -> Command {
    let go = GoNow {
        reason: text("The ward waits."),
        loss: Some(text("What ran in memory.")),
        break_glass,
    };
    Command::GoNow(action(1), go)
}
pub(super) fn done() -> Command {
    Command::Perform(action(1), Perform { at: None })
}
fn advice(side: Side) -> Command {
    let advice = Advise {
        side,
        course: Course::EvidenceFirst,
        reason: text("We do not know yet."),
    };
    Command::Advise(action(1), advice)
}
pub(super) fn look_back() -> Command {
    let review = ReviewWaiver {
        was_right: true,
        text: text("Snapshots take their memory along now."),
    };
    Command::ReviewWaiver(action(1), review)
}
pub(super) fn elapse() -> Command {
    Command::Elapse(action(1))
}

/// Of the highest priority; whether it is one of security is not decided.
pub(super) fn grave() -> Case {
    declared().and(
        "agent",
        Command::OverridePriority(OverridePriority {
            to: p(1),
            reason: text("Everything stands still."),
        }),
    )
}
/// The resolver wants to restart the machine, and the gate is shut.
pub(super) fn shut() -> Case {
    grave().and("resolver", restore("reboot"))
}
/// The same, of an AI system: a law forbids it.
pub(super) fn forbidden() -> Case {
    declared()
        .and(
            "officer",
            verdict(KindKey::parse("ai").unwrap(), Finding::Yes),
        )
        .and("resolver", restore("reboot"))
}
pub(super) fn ordered(course: Course) -> Case {
    grave()
        .with(|case| {
            let service = case.directory.services.get_mut(&payments()).unwrap();
            let sign = |who| (person(who), morning());
            service.orders.push(StandingOrder {
                version: 7,
                course,
                text: text("As agreed."),
                signed: [
                    (Side::Service, sign("resolver")),
                    (Side::Security, sign("officer")),
                ]
                .into(),
            });
        })
        .and("resolver", restore("reboot"))
}
pub(super) fn given_up() -> Case {
    shut().and("manager", go_now(false))
}

pub(super) fn the_action(case: &Case) -> &RestoringAction {
    case.incident().action(&action(1)).unwrap()
}
pub(super) fn stage(case: &Case) -> &GateStage {
    &the_action(case).gate.as_ref().unwrap().stage
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut and_custodian = LEADS.to_vec();
    and_custodian.push("custodian");
    vec![
        row_of(grave(), restore("reboot"), WORK),
        row_of(grave(), restore("scale"), WORK),
        row_of(shut(), advice(Side::Service), WORK),
        row_of(shut(), advice(Side::Security), CLEARED),
        row_of(shut(), saved(&[]), &and_custodian),
        row_of(shut(), save_first(None), WORK),
        row_of(shut(), go_now(false), LEADS),
        row_of(shut(), go_now(true), WORK),
        row_of(forbidden(), go_now(true), &["officer", "deputy"]),
        row_of(shut(), Command::AskSecurity(action(1)), WORK),
        row_of(given_up(), done(), WORK),
        row_of(
            shut(),
            Command::Withdraw(action(1), because("It came back.")),
            &["resolver", "manager", "officer", "deputy"],
        ),
        row_of(shut().minutes_later(15), elapse(), WORK),
        row_of(given_up(), look_back(), &["officer", "deputy"]),
    ]
}

#[test]
fn what_does_no_harm_is_recorded_as_done() {
    let case = grave().and("resolver", restore("scale"));
    let action = the_action(&case);
    assert_eq!(
        (action.effect, action.done),
        (Effect::Harmless, Some(case.now))
    );
    assert!(action.gate.is_none());
}

#[test]
fn the_gate_stays_open_where_nothing_is_to_be_preserved() {
    let calm = declared().and("resolver", restore("reboot"));
    assert!(the_action(&calm).done.is_some(), "it is not grave");
    let settled = grave().and("officer", verdict(security(), Finding::No));
    let settled = settled.and("resolver", restore("reboot"));
    assert!(
        the_action(&settled).done.is_some(),
        "no information is hurt"
    );
}

#[test]
fn the_gate_shuts_by_itself_and_says_what_would_be_lost() {
    let case = shut();
    let held = the_action(&case);
    assert!(held.is_held());
    assert_eq!(held.due(), Some(case.now.plus(15 * MINUTE)));
    let gate = held.gate.as_ref().unwrap();
    assert!(gate.at_stake.contains(&short("memory")) && gate.law.is_none());
    let until = held.due().unwrap().to_string();
    case.when(done())
        .by("resolver")
        .refused(&Refusal::GateShut { until });
}

#[test]
fn an_action_on_nothing_named_counts_as_the_worst_it_can_do() {
    let wanted = Restore {
        action: short("roll-back"),
        assets: BTreeSet::new(),
        note: None,
    };
    let case = grave().and("resolver", Command::Restore(action(1), wanted));
    assert_eq!(the_action(&case).effect, Effect::Destroys);
}

#[test]
fn saved_lets_it_through_and_what_was_not_is_named() {
    let case = shut().and("custodian", saved(&["memory"]));
    let decision = the_action(&case).decision().unwrap();
    assert_eq!(decision.ground, Ground::Captured);
    assert_eq!(decision.saved, BTreeSet::from([short("memory")]));
    assert!(decision.lost.contains(&short("disk")));
    assert!(!the_action(&case).wants_review());
    let case = case.and("resolver", done());
    assert!(the_action(&case).done.is_some());
}

#[test]
fn only_what_is_on_the_list_is_saved_and_in_a_way_that_saves() {
    shut()
        .when(saved(&["the crown"]))
        .by("custodian")
        .refused_as("unknown");
    let nothing = Captured {
        course: Course::RestoreFirst,
        items: BTreeSet::new(),
        whereabouts: text("Nowhere."),
        evidence: BTreeSet::new(),
    };
    shut()
        .when(Command::Captured(action(1), nothing))
        .by("custodian")
        .refused_as("unknown");
}

#[test]
fn saving_is_not_prolonged_by_those_who_wait_for_it() {
    let case = shut().and("resolver", save_first(Some(10)));
    case.clone()
        .when(save_first(Some(40)))
        .by("resolver")
        .refused(&not_permitted(Permission::DecideGate));
    case.and("manager", save_first(Some(40)));
    shut()
        .when(save_first(Some(46)))
        .by("manager")
        .refused_as("bad-value");
}

#[test]
fn going_now_takes_authority_or_the_glass_and_is_looked_back_on() {
    shut()
        .when(go_now(false))
        .by("resolver")
        .refused(&not_permitted(Permission::DecideGate));
    let case = shut().and("resolver", go_now(true));
    assert_eq!(
        the_action(&case).decision().unwrap().ground,
        Ground::BrokeGlass
    );
    assert_eq!(case.incident().review, ReviewState::Due);
    let reviewed = Command::Track(Track::Review {
        to: ReviewState::Done,
    });
    case.clone()
        .when(reviewed.clone())
        .by("manager")
        .refused_as("waivers-unreviewed");
    let case = case.and("manager", look_back()).and("manager", reviewed);
    assert_eq!(the_action(&case).gate.as_ref().unwrap().review, Some(true));
    given_up()
        .when(look_back())
        .by("manager")
        .refused_as("second-person-needed");
}

#[test]
fn time_opens_it_as_policy_says() {
    let case = shut().minutes_later(14);
    case.when(done()).by("resolver").refused_as("gate-shut");
    let case = shut().minutes_later(15).and("resolver", done());
    let decision = the_action(&case).decision().unwrap();
    assert_eq!(
        (decision.ground, decision.course),
        (Ground::Policy, Course::RestoreFirst)
    );
    assert!(the_action(&case).wants_review() && case.incident().review == ReviewState::Due);
}

#[test]
fn a_standing_order_saves_first_and_then_lets_it_through() {
    let case = ordered(Course::EvidenceFirst);
    let gate = the_action(&case).gate.as_ref().unwrap();
    assert_eq!(
        (gate.fallback, gate.order),
        (Course::EvidenceFirst, Some(7))
    );
    let case = case.minutes_later(15);
    case.clone()
        .when(done())
        .by("resolver")
        .refused_as("gate-shut");
    let case = case.and("resolver", elapse());
    let GateStage::Capturing { by: None, due, .. } = stage(&case) else {
        panic!("{:?}", stage(&case))
    };
    let wait = due.micros() - case.now.micros();
    let case = case.later(wait).and("resolver", done());
    assert_eq!(the_action(&case).decision().unwrap().ground, Ground::Policy);
    // Were nobody there to say so, both times together are still the longest it takes.
    ordered(Course::EvidenceFirst)
        .minutes_later(15 + 45)
        .and("resolver", done());
}

#[test]
fn the_clock_runs_on_records_that_the_system_cannot_read() {
    let case = shut()
        .and("officer", Command::Restrict(only(&["officer"], &[])))
        .minutes_later(15);
    let as_one_who_is = |auth| {
        let mut actor = case.actor("manager");
        actor.auth = auth;
        let context = Context {
            actor: &actor,
            now: case.now,
            directory: &case.directory,
            neighbours: &case.neighbours,
        };
        Incident::decide(case.state.as_ref(), elapse(), &context)
    };
    let facts = as_one_who_is(Auth::System).unwrap();
    assert!(matches!(
        facts[0],
        Fact::GateDecided {
            ground: Ground::Policy,
            ..
        }
    ));
    assert_eq!(
        as_one_who_is(Auth::Session).unwrap_err(),
        Refusal::no("incident")
    );
}

#[test]
fn asking_security_does_not_lengthen_the_wait() {
    let case = shut().and("resolver", Command::AskSecurity(action(1)));
    assert_eq!(the_action(&case).due(), Some(case.now.plus(5 * MINUTE)));
    case.when(Command::AskSecurity(action(1)))
        .by("resolver")
        .refused_as("nothing-to-change");
    let late = shut()
        .minutes_later(12)
        .and("resolver", Command::AskSecurity(action(1)));
    assert_eq!(the_action(&late).due(), Some(morning().plus(15 * MINUTE)));
}

#[test]
fn an_answer_of_no_meanwhile_opens_it() {
    let case = shut()
        .and("officer", verdict(security(), Finding::No))
        .and("resolver", done());
    let decision = the_action(&case).decision().unwrap();
    assert_eq!((decision.ground, decision.lost.len()), (Ground::Moot, 0));
    assert!(!the_action(&case).wants_review());
}

#[test]
fn advice_of_security_is_for_its_lane() {
    let case = shut();
    for (side, lane) in [(Side::Service, None), (Side::Security, Some(security()))] {
        let facts = case.decide("officer", advice(side)).unwrap();
        assert_eq!(facts[0].lane(), lane);
    }
    let case = case
        .and("officer", advice(Side::Security))
        .and("resolver", advice(Side::Service));
    assert_eq!(the_action(&case).gate.as_ref().unwrap().advice.len(), 2);
}

#[test]
fn nothing_is_closed_while_an_action_waits() {
    let case = resolved().fact(
        "agent",
        &Fact::Reopened {
            reason: text("No.").into(),
        },
    );
    let case = case
        .fact(
            "agent",
            &Fact::PriorityOverridden {
                to: p(1),
                reason: text("All.").into(),
            },
        )
        .fact(
            "officer",
            &Fact::VerdictGiven {
                kind: security(),
                finding: Finding::Undetermined,
                proposed: Finding::Undetermined,
                answers: BTreeMap::new(),
                reason: text("Again.").into(),
                criteria_version: 1,
                scores: Scores {
                    service: p(3),
                    security: None,
                    people: None,
                },
                handling: p(1),
            },
        )
        .and("resolver", restore("reboot"))
        .and("agent", Command::Resolve(resolve()))
        .and("reporter", Command::Confirm);
    let Err(Refusal::NotClosable { gaps }) = case.decide("agent", Command::Close(close())) else {
        panic!("closed")
    };
    assert!(gaps.contains(&ClosureGap::GateShut), "{gaps:?}");
}
