//! Random histories at the gate: nothing slips past it, and nothing is stuck.

use super::gate::{ordered, restore_as};
use super::*;
use crate::gate::Course;
use crate::id::ActionId;
use proptest::prelude::*;
use proptest::sample::select;

fn any_gate_command() -> impl Strategy<Value = Command> {
    let ids = || (1..4_u128).prop_map(action);
    let types = select(vec!["reboot", "roll-back", "re-image", "scale", "patch"]);
    let findings = select(Finding::ALL.to_vec());
    let kinds = select(vec![security(), KindKey::parse("ai").unwrap()]);
    let minutes = proptest::option::of(1..60_u32);
    let parts = || select(vec![BTreeSet::new(), BTreeSet::from([short("memory")])]);
    prop_oneof![
        4 => (1..4_u128, types).prop_map(|(number, kind)| restore_as(number, kind)),
        1 => (kinds, findings).prop_map(|(kind, finding)| verdict(kind, finding)),
        6 => ids().prop_map(|id| Command::Perform(id, Perform { at: None })),
        1 => ids().prop_map(Command::Elapse),
        1 => ids().prop_map(Command::AskSecurity),
        1 => (ids(), any::<bool>()).prop_map(|(id, break_glass)| {
            Command::GoNow(id, GoNow { reason: text("Now."), loss: None, break_glass })
        }),
        1 => (ids(), minutes, parts()).prop_map(|(id, minutes, items)| {
            Command::CaptureFirst(id, CaptureFirst {
                course: Course::EvidenceFirst, assignee: None, items, minutes,
            })
        }),
        1 => (ids(), parts()).prop_map(|(id, items)| Command::Captured(id, Captured {
            course: Course::Parallel, items, whereabouts: text("Here."), evidence: BTreeSet::new(),
        })),
        1 => ids().prop_map(|id| Command::Withdraw(id, because("No."))),
    ]
}

const ACTING: &[&str] = &[
    "agent",
    "resolver",
    "manager",
    "officer",
    "deputy",
    "custodian",
];

/// After any history each action that could harm evidence was let through by an outcome, and
/// each that still waits can be ended by somebody, at the latest when its times are over.
fn holds(case: &Case, shut: &BTreeSet<ActionId>) {
    for held in &case.incident().actions {
        if held.done.is_some() && shut.contains(&held.id) {
            let decision = held.decision().expect("no way past the gate");
            assert!(held.done >= Some(decision.at));
        }
        if !held.is_held() {
            continue;
        }
        let mut later = case.clone().minutes_later(15 + 45 + 1);
        later.neighbours.can_read = true;
        let mut ended = false;
        for who in ACTING {
            let go = GoNow {
                reason: text("Now."),
                loss: None,
                break_glass: true,
            };
            ended |= later
                .decide(who, Command::Perform(held.id.clone(), Perform { at: None }))
                .is_ok()
                || later
                    .decide(who, Command::GoNow(held.id.clone(), go))
                    .is_ok();
        }
        assert!(ended, "stuck: {held:?}");
        let law = case.incident().law_against(held, &case.directory.policy);
        let by_time = Command::Perform(held.id.clone(), Perform { at: None });
        assert!(law.is_some() || later.decide("resolver", by_time).is_ok());
    }
}

/// Against a law that is in force nothing is done by which evidence is lost, unless the stronger
/// authority let it through under that law.
fn lawful(case: &Case, id: &ActionId) {
    let done = case.incident().action(id).unwrap();
    let (law, decision) = (
        case.incident().law_against(done, &case.directory.policy),
        done.decision(),
    );
    if let (Some(law), Some(decision)) = (law, decision) {
        let waived = decision.law.as_ref() == Some(&law)
            && ["officer", "deputy"]
                .iter()
                .any(|who| person(who) == decision.by);
        assert!(decision.lost.is_empty() || waived, "{done:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_slips_past_the_gate_and_nothing_is_stuck(
        saves_first in any::<bool>(),
        steps in proptest::collection::vec((select(ACTING), any_gate_command(), 0..20_i64), 1..40),
    ) {
        let course = if saves_first { Course::EvidenceFirst } else { Course::RestoreFirst };
        let mut case = ordered(course);
        let mut shut = BTreeSet::from([action(1)]);
        for (who, command, minutes) in steps {
            case = case.minutes_later(minutes);
            let Ok(facts) = case.decide(who, command) else { continue };
            for fact in facts {
                if let Fact::GateShut { action, .. } = &fact {
                    shut.insert(action.clone());
                }
                if let Fact::ActionDone { action, .. } = &fact {
                    lawful(&case, action);
                }
                case = case.fact(who, &fact);
            }
            holds(&case, &shut);
        }
    }
}
