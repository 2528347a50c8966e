use super::*;
use crate::access::{Actor, Auth, Permission, Role};
use crate::fixture::{PEOPLE, directory, morning, payments, person, text, title};
use crate::record::Neighbours;
use crate::time::{DAY, HOUR, MINUTE};
use proptest::prelude::*;

fn plan(from: i64, until: i64) -> Plan {
    Plan {
        title: title("New disks"),
        text: None,
        services: BTreeSet::from([payments()]),
        from: morning().plus(from * MINUTE),
        until: morning().plus(until * MINUTE),
    }
}

fn ask(
    who: (&str, Auth),
    at: i64,
    state: Option<&Maintenance>,
    command: Command,
) -> Result<Vec<Fact>, Refusal> {
    let roles = PEOPLE.iter().filter(|(name, _)| *name == who.0);
    let actor = Actor {
        person: person(who.0),
        roles: roles.map(|(_, role)| *role).collect(),
        teams: Vec::new(),
        auth: who.1,
    };
    let (directory, neighbours) = (directory(), Neighbours::default());
    let context = Context {
        actor: &actor,
        now: morning().plus(at * MINUTE),
        directory: &directory,
        neighbours: &neighbours,
    };
    Maintenance::decide(state, command, &context)
}

fn after(state: Option<Maintenance>, at: i64, fact: &Fact) -> Maintenance {
    let meta = Meta {
        subject: MaintenanceId::from_bits(1).to_string(),
        n: 0,
        at: morning().plus(at * MINUTE),
        actor: person("manager"),
    };
    Maintenance::evolve(state, fact, &meta).unwrap()
}

fn planned() -> Maintenance {
    let fact = Fact::Planned {
        number: 3,
        plan: plan(60, 120),
    };
    after(None, 0, &fact)
}

const MANAGER: (&str, Auth) = ("manager", Auth::Session);
const CLOCK: (&str, Auth) = ("manager", Auth::System);

#[test]
fn it_holds_alerts_of_its_services_while_it_goes_on_and_not_before_or_after() {
    let state = planned();
    assert_eq!(state.shown_number(), "MNT-2026-0003");
    assert_eq!(state.holds(&payments()), None);
    let begun = ask(CLOCK, 60, Some(&state), Command::Begin).unwrap();
    let state = after(Some(state), 60, &begun[0]);
    assert_eq!(state.holds(&payments()), Some(morning().plus(2 * HOUR)));
    assert_eq!(state.holds(&ServiceId::from_bits(99)), None);
    let longer = Extend {
        until: morning().plus(3 * HOUR),
        reason: text("One disk more."),
    };
    let extended = ask(MANAGER, 100, Some(&state), Command::Extend(longer)).unwrap();
    let state = after(Some(state), 100, &extended[0]);
    assert_eq!(state.holds(&payments()), Some(morning().plus(3 * HOUR)));
    let done = ask(
        CLOCK,
        180,
        Some(&state),
        Command::Complete(Complete::default()),
    )
    .unwrap();
    let state = after(Some(state), 180, &done[0]);
    assert_eq!(state.holds(&payments()), None);
    assert_eq!(state.ended_at, Some(morning().plus(3 * HOUR)));
}

#[test]
fn the_clock_keeps_to_the_plan_and_people_may_be_earlier() {
    let state = planned();
    let early = |who| ask(who, 59, Some(&state), Command::Begin);
    assert_eq!(early(CLOCK).unwrap_err().code(), "nothing-to-change");
    assert!(early(MANAGER).is_ok());
    let running = after(Some(state), 59, &Fact::Begun);
    let end = |who| {
        ask(
            who,
            119,
            Some(&running),
            Command::Complete(Complete::default()),
        )
    };
    assert_eq!(end(CLOCK).unwrap_err().code(), "nothing-to-change");
    assert!(end(MANAGER).is_ok());
}

#[test]
fn plans_that_cannot_be_are_refused() {
    let refused = |plan| {
        ask(MANAGER, 0, None, Command::Plan(plan))
            .unwrap_err()
            .code()
            .to_owned()
    };
    assert_eq!(refused(plan(60, 60)), "time-order");
    assert_eq!(refused(plan(-16, 60)), "time-order");
    assert_eq!(refused(plan(60, 60 + 15 * DAY / MINUTE)), "bad-value");
    let mut nothing = plan(60, 120);
    nothing.services.clear();
    assert_eq!(refused(nothing), "bad-value");
    let mut unknown = plan(60, 120);
    unknown.services.insert(ServiceId::from_bits(99));
    assert_eq!(refused(unknown), "unknown");
    assert!(ask(MANAGER, 0, None, Command::Plan(plan(-10, 60))).is_ok());
}

#[test]
fn only_those_who_may_plan_it() {
    for (who, role) in PEOPLE {
        let answer = ask((who, Auth::Session), 0, None, Command::Plan(plan(60, 120)));
        assert_eq!(
            answer.is_ok(),
            role.permits(Permission::ManageMaintenance),
            "{who}"
        );
    }
    assert!(Role::Resolver.permits(Permission::ManageMaintenance));
}

fn commands() -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(Command::Begin),
        Just(Command::Complete(Complete::default())),
        Just(Command::Cancel(Because {
            reason: text("Called off.")
        })),
        (30_i64..300).prop_map(|until| Command::Extend(Extend {
            until: morning().plus(until * MINUTE),
            reason: text("Longer."),
        })),
        (0_i64..200, 1_i64..100).prop_map(|(from, length)| Command::Revise(Revise {
            plan: plan(from, from + length),
            reason: text("Another day."),
        })),
    ]
}

proptest! {
    #[test]
    fn what_is_over_stays_over_and_only_what_goes_on_holds(
        steps in prop::collection::vec((commands(), any::<bool>()), 0..20),
    ) {
        let mut state = planned();
        for (at, (command, by_clock)) in (0..).step_by(10).zip(steps) {
            let who = if by_clock { CLOCK } else { MANAGER };
            let before = state.clone();
            if let Ok(facts) = ask(who, at, Some(&state), command) {
                prop_assert!(!before.stage.is_over());
                state = after(Some(state), at, &facts[0]);
            }
            let holds = state.holds(&payments()).is_some();
            prop_assert_eq!(holds, state.stage == Stage::InProgress);
            prop_assert_eq!(state.stage.is_over(), state.ended_at.is_some());
            prop_assert!(state.plan.from < state.plan.until);
        }
    }
}
