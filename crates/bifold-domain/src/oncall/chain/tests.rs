use super::*;
use crate::calendar::{Calendar, Day, Slot, Zone};
use crate::directory::Directory;
use crate::fixture::{self, PEOPLE, directory, morning, person, short, team};
use crate::id::{PersonId, TeamId};
use crate::oncall::schedule::{Fact as OfSchedule, Schedule};
use crate::oncall::tests::{layer, plan};
use crate::time::{At, DAY, HOUR, MINUTE};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn schedule() -> ScheduleId {
    ScheduleId::from_bits(1)
}

/// The directory with a schedule in which the agent is on call from Monday, 2 March, on.
fn there() -> Directory {
    let mut there = directory();
    let made = OfSchedule::Made {
        plan: plan(vec![layer("first", &["agent", "resolver"])]),
    };
    let made: Schedule = fixture::after(None, &schedule(), "manager", &made);
    there.schedules.insert(schedule(), made);
    there
}

/// From nine to five on working days in Zurich.
fn office() -> Box<Calendar> {
    let day = Day::new(vec![Slot {
        from: 540,
        to: 1020,
    }]);
    let day = day.unwrap();
    let week = std::array::from_fn(|n| if n < 5 { day.clone() } else { Day::default() });
    let zone = Zone::named("Europe/Zurich").unwrap();
    Box::new(Calendar::new(zone, week, BTreeMap::new()).unwrap())
}

fn wait(minutes: u16) -> Step {
    Step::Wait { minutes }
}
fn call(who: &str) -> Step {
    Step::Person {
        person: person(who),
    }
}
fn on_call() -> Step {
    Step::Schedule {
        schedule: schedule(),
    }
}
fn repeat(times: u8) -> Step {
    Step::Repeat { times }
}
fn only_in(outside: Outside) -> Step {
    Step::OnlyIn {
        hours: office(),
        outside,
    }
}
fn round(people: &[&str]) -> Step {
    Step::RoundRobin {
        people: people.iter().map(|p| person(p)).collect(),
    }
}

fn chain(steps: Vec<Step>) -> Entry {
    Entry {
        name: short("payments"),
        steps,
        unacknowledge_minutes: None,
    }
}

/// Minutes after the start, and who, in the simulation.
fn calls(steps: Vec<Step>, from: At, turn: u64) -> Vec<(i64, String)> {
    let (calls, _) = simulate(&chain(steps), &there(), from, turn);
    let name = |id: &PersonId| {
        let found = PEOPLE.iter().find(|(name, _)| person(name) == *id);
        found.unwrap().0.to_owned()
    };
    calls
        .into_iter()
        .map(|call| {
            let who = match call.people {
                Ok(people) => people.iter().map(name).collect::<Vec<_>>().join("+"),
                Err(nobody) => nobody.word().to_owned(),
            };
            ((call.at.micros() - from.micros()) / MINUTE, who)
        })
        .collect()
}

fn monday() -> At {
    At::parse("2026-03-02T12:00:00Z").unwrap()
}

#[track_caller]
fn are(calls: &[(i64, String)], expected: &[(i64, &str)]) {
    let calls: Vec<(i64, &str)> = calls.iter().map(|(at, who)| (*at, who.as_str())).collect();
    assert_eq!(calls, expected);
}

#[test]
fn it_calls_one_after_the_other_and_again() {
    let steps = vec![
        on_call(),
        wait(5),
        Step::Team {
            team: team("network"),
        },
        wait(10),
        repeat(2),
        call("manager"),
    ];
    let expected = [
        (0, "agent"),
        (5, "resolver"),
        (15, "agent"),
        (20, "resolver"),
        (30, "agent"),
        (35, "resolver"),
        (45, "manager"),
    ];
    are(&calls(steps, monday(), 0), &expected);
}

#[test]
fn nobody_is_waited_for_when_nobody_was_called() {
    // On Sunday nobody is on call yet.
    let steps = || vec![on_call(), wait(15), call("manager"), wait(5), repeat(1)];
    let expected = [(0, "gap"), (0, "manager"), (5, "gap"), (20, "manager")];
    are(&calls(steps(), morning(), 0), &expected);
    let mut there = there();
    let gone = there.schedules.get_mut(&schedule()).unwrap();
    gone.retired_at = Some(morning());
    let (calls, _) = simulate(&chain(steps()), &there, monday(), 0);
    assert_eq!(calls[0].people, Err(Nobody::OutOfUse));
}

#[test]
fn it_says_why_a_step_reaches_nobody() {
    let reach = |target| people(&target, &there(), monday());
    let nobody = TeamId::from_bits(99);
    for (target, why) in [
        (Target::Person(person("former")), Nobody::Barred),
        (Target::Person(PersonId::from_bits(99)), Nobody::Missing),
        (Target::Team(team("empty")), Nobody::EmptyTeam),
        (Target::Team(nobody), Nobody::Missing),
        (Target::Schedule(ScheduleId::from_bits(9)), Nobody::Missing),
        (Target::OneOf(vec![person("former")], 0), Nobody::Barred),
    ] {
        assert_eq!(reach(target.clone()), Err(why), "{target:?}");
    }
    // The one whose turn it is may not act: it is the next one's.
    let both = vec![person("former"), person("agent")];
    assert_eq!(reach(Target::OneOf(both, 0)), Ok(vec![person("agent")]));
}

#[test]
fn a_round_robin_goes_on_where_it_was() {
    let steps = || vec![round(&["agent", "resolver", "analyst"]), wait(5), repeat(1)];
    are(
        &calls(steps(), monday(), 0),
        &[(0, "agent"), (5, "resolver")],
    );
    are(
        &calls(steps(), monday(), 1),
        &[(0, "resolver"), (5, "analyst")],
    );
    are(
        &calls(steps(), monday(), 5),
        &[(0, "analyst"), (5, "agent")],
    );
}

#[test]
fn outside_of_hours_it_waits_or_leaves_out() {
    let steps = |outside| vec![only_in(outside), call("agent"), wait(5), call("manager")];
    are(
        &calls(steps(Outside::Wait), monday(), 0),
        &[(0, "agent"), (5, "manager")],
    );
    // Sunday ten in Zurich; the office opens 23 hours later.
    are(
        &calls(steps(Outside::Wait), morning(), 0),
        &[(23 * 60, "agent"), (23 * 60 + 5, "manager")],
    );
    are(
        &calls(steps(Outside::Skip), morning(), 0),
        &[(5, "manager")],
    );
}

fn moment(minutes: i64, what: Happened) -> Moment {
    Moment {
        at: morning().plus(minutes * MINUTE),
        what,
    }
}

fn started() -> Moment {
    moment(0, Happened::Started { turn: 0 })
}

fn paged(minutes: i64, round: u8, step: u16) -> Moment {
    let people = vec![person("agent")];
    moment(
        minutes,
        Happened::Paged {
            round,
            step,
            people,
        },
    )
}

#[test]
fn a_wait_counts_from_when_the_call_was_made() {
    let entry = chain(vec![call("agent"), wait(5), call("manager")]);
    let at = |minutes: i64| morning().plus(minutes * MINUTE);
    assert_eq!(next(&entry, &[], at(0)), Next::Rest);
    // The worker was away for twenty minutes, and not for an answer to the first call.
    let so_far = [started(), paged(20, 0, 0)];
    assert_eq!(next(&entry, &so_far, at(21)), Next::Wait(at(25)));
    assert!(matches!(
        next(&entry, &so_far, at(25)),
        Next::Page {
            round: 0,
            step: 2,
            ..
        }
    ));
}

#[test]
fn it_gives_up_once() {
    let entry = chain(vec![call("agent")]);
    let mut so_far = vec![started(), paged(0, 0, 0)];
    assert_eq!(next(&entry, &so_far, morning()), Next::GiveUp);
    so_far.push(moment(0, Happened::Exhausted));
    assert_eq!(next(&entry, &so_far, monday()), Next::Rest);
}

#[test]
fn an_acknowledgement_stands_while_there_are_signs_of_work() {
    let entry = Entry {
        unacknowledge_minutes: Some(30),
        ..chain(vec![call("agent"), wait(5), call("manager")])
    };
    let at = |minutes: i64| morning().plus(minutes * MINUTE);
    let mut so_far = vec![started(), paged(0, 0, 0), moment(2, Happened::Acknowledged)];
    assert_eq!(next(&entry, &so_far, at(10)), Next::Wait(at(32)));
    let stands = Entry {
        unacknowledge_minutes: None,
        ..entry.clone()
    };
    assert_eq!(next(&stands, &so_far, at(9_999)), Next::Rest);
    so_far.push(moment(20, Happened::Updated));
    assert_eq!(next(&entry, &so_far, at(49)), Next::Wait(at(50)));
    assert_eq!(next(&entry, &so_far, at(50)), Next::Unacknowledge);
    so_far.push(moment(50, Happened::Unacknowledged));
    // From the top, and the wait is a new one.
    assert!(matches!(
        next(&entry, &so_far, at(50)),
        Next::Page {
            round: 0,
            step: 0,
            ..
        }
    ));
    so_far.push(paged(50, 0, 0));
    assert_eq!(next(&entry, &so_far, at(51)), Next::Wait(at(55)));
    so_far.push(moment(52, Happened::Acknowledged));
    assert_eq!(next(&entry, &so_far, at(53)), Next::Wait(at(82)));
    so_far.push(moment(60, Happened::Ended));
    assert_eq!(next(&entry, &so_far, at(90)), Next::Rest);
}

#[test]
fn chains_that_cannot_work_say_why() {
    let never = Step::OnlyIn {
        hours: Box::new(
            Calendar::new(
                Zone::utc(),
                std::array::from_fn(|_| Day::default()),
                BTreeMap::new(),
            )
            .unwrap(),
        ),
        outside: Outside::Wait,
    };
    for (steps, why) in [
        (vec![], "calls nobody"),
        (vec![wait(5), wait(5), repeat(1)], "calls nobody"),
        (vec![call("agent"), wait(5)], "step 2 comes last"),
        (
            vec![call("agent"), only_in(Outside::Wait)],
            "step 2 comes last",
        ),
        (
            vec![only_in(Outside::Skip), wait(1), call("agent")],
            "leaves out the step after",
        ),
        (vec![round(&[])], "goes round nobody"),
        (vec![call("agent"), repeat(1)], "without a wait"),
        (
            vec![call("agent"), wait(1), repeat(1), wait(1), repeat(1)],
            "repeats again",
        ),
        (vec![call("agent"), wait(1), repeat(6)], "from 1 to 5"),
        (
            vec![call("agent"), wait(0), call("agent")],
            "from 1 to 1440",
        ),
        (vec![call("agent"); 51], "at most 50"),
        (vec![never, call("agent")], "never come"),
        (
            vec![Step::Team {
                team: TeamId::from_bits(99),
            }],
            "no team",
        ),
        (vec![call("former")], "no active person"),
        (vec![round(&["agent", "former"])], "no active person"),
        (
            vec![Step::Schedule {
                schedule: ScheduleId::from_bits(9),
            }],
            "no schedule in use",
        ),
    ] {
        let make = Command::Make(chain(steps));
        let refusal = fixture::decide::<Chain>(&there(), "manager", None, make).unwrap_err();
        assert!(refusal.to_string().contains(why), "{refusal} is not: {why}");
    }
    let silence = Entry {
        unacknowledge_minutes: Some(0),
        ..chain(vec![call("agent")])
    };
    assert!(silence.check().is_err());
}

#[test]
fn a_chain_has_a_name_of_its_own_and_ends_once() {
    let id = ChainId::from_bits(1);
    let entry = || chain(vec![on_call()]);
    let decide = |who: &str, there: &Directory, state: Option<&Chain>, command| {
        fixture::decide::<Chain>(there, who, state, command)
    };
    let made = decide("manager", &there(), None, Command::Make(entry())).unwrap();
    let made: Chain = fixture::after(None, &id, "manager", &made[0]);
    let first = made.clone();
    let mut with = there();
    with.chains.insert(id.clone(), made.clone());
    let code = |state, command| decide("manager", &with, state, command).unwrap_err().code();
    assert_eq!(code(None, Command::Make(entry())), "already-exists");
    assert_eq!(code(Some(&made), Command::Make(entry())), "already-exists");
    assert_eq!(
        code(Some(&made), Command::Revise(entry())),
        "nothing-to-change"
    );
    assert_eq!(code(None, Command::Retire), "not-found");
    let other = chain(vec![call("agent")]);
    let revised = decide("manager", &with, Some(&made), Command::Revise(other)).unwrap();
    let revised: Chain = fixture::after(Some(first), &id, "manager", &revised[0]);
    let retired: Chain = fixture::after(Some(revised), &id, "manager", &Fact::Retired);
    assert_eq!(code(Some(&retired), Command::Retire), "settled");
    for (who, role) in PEOPLE {
        let may = role.permits(Permission::ManageOnCall);
        let answer = decide(who, &there(), None, Command::Make(entry()));
        assert_eq!(answer.is_ok(), may, "{who}");
    }
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..90_u16).prop_map(wait),
        (1..12_u128).prop_map(|n| Step::Person {
            person: PersonId::from_bits(n)
        }),
        (1..5_u128).prop_map(|n| Step::Team {
            team: TeamId::from_bits(n)
        }),
        Just(on_call()),
        proptest::collection::vec(1..12_u128, 0..4).prop_map(|people| Step::RoundRobin {
            people: people.into_iter().map(PersonId::from_bits).collect(),
        }),
        proptest::bool::ANY.prop_map(|waits| only_in(if waits {
            Outside::Wait
        } else {
            Outside::Skip
        })),
        (0..9_u8).prop_map(repeat),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Also of chains that nobody would be allowed to make.
    #[test]
    fn any_chain_comes_to_an_end(
        steps in proptest::collection::vec(any_step(), 0..12),
        late in 0..14 * 24 * 60_i64,
    ) {
        let entry = chain(steps);
        let from = morning().plus(late * MINUTE);
        let (calls, end) = simulate(&entry, &there(), from, 7);
        let repeats = entry.steps.iter().filter(|s| matches!(s, Step::Repeat { .. })).count();
        let rounds = if repeats == 0 { 1 } else { usize::from(Step::REPEAT_LIMIT) + 1 };
        prop_assert!(calls.len() <= rounds * entry.steps.len());
        prop_assert!(end <= from.plus(400 * DAY));
        let mut before = from;
        for call in &calls {
            prop_assert!(call.at >= before);
            before = call.at;
            if let (Step::Schedule { .. }, Ok(people)) = (&entry.steps[usize::from(call.step)], &call.people) {
                let on_call = there().schedules[&schedule()].on_call(call.at).unwrap();
                prop_assert_eq!(people, &vec![on_call.person]);
            }
        }
    }

    /// However late and however often one asks: each call is made once, in the same order, and
    /// nothing is ever due before its time.
    #[test]
    fn a_late_worker_makes_the_same_calls(
        steps in proptest::collection::vec(any_step(), 1..8),
        delays in proptest::collection::vec(0..40_i64, 60),
    ) {
        // What is left out by the hour may differ with the hour.
        let by_hour = |s: &Step| matches!(s, Step::OnlyIn { outside: Outside::Skip, .. });
        prop_assume!(!steps.iter().any(by_hour));
        let entry = chain(steps);
        let in_time: Vec<(u8, u16)> = simulate(&entry, &Directory::default(), morning(), 0)
            .0.iter().map(|c| (c.round, c.step)).collect();
        let mut so_far = vec![started()];
        let mut late = Vec::new();
        let mut now = morning();
        let mut delays = delays.into_iter().cycle();
        for _ in 0..2_000 {
            let answer = next(&entry, &so_far, now);
            prop_assert_eq!(&next(&entry, &so_far, now), &answer);
            match answer {
                Next::Page { round, step, .. } => {
                    late.push((round, step));
                    let what = Happened::Paged { round, step, people: Vec::new() };
                    so_far.push(Moment { at: now, what });
                }
                Next::Wait(until) => {
                    prop_assert!(until > now);
                    now = until.plus(delays.next().unwrap() * MINUTE);
                }
                Next::GiveUp => so_far.push(Moment { at: now, what: Happened::Exhausted }),
                Next::Rest => break,
                Next::Unacknowledge => prop_assert!(false, "nobody acknowledged"),
            }
        }
        prop_assert_eq!(next(&entry, &so_far, now.plus(9 * HOUR)), Next::Rest);
        prop_assert_eq!(late, in_time);
    }
}
