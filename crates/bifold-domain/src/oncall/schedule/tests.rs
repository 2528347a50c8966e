use super::*;
use crate::directory::Directory;
use crate::fixture::{self, PEOPLE, directory, hidden_one, open_one, person, short, text};
use crate::oncall::tests::{at, layer, plan};
use crate::oncall::{Layer, Turn, Unit, Why};
use crate::refusal::Refusal;
use crate::text::Text;

fn id() -> ScheduleId {
    ScheduleId::from_bits(1)
}

/// Agent and resolver, a day each from eight in the evening; it is nine in the morning of the
/// first of March, and the agent has been on call since the evening before.
fn made() -> Schedule {
    let days = Layer {
        turn: Turn {
            count: 1,
            unit: Unit::Days,
        },
        starts: jiff::civil::datetime(2026, 2, 28, 20, 0, 0, 0),
        ..layer("days", &["agent", "resolver"])
    };
    let plan = plan(vec![days]);
    let made = fixture::after::<Schedule>(None, &id(), "manager", &Fact::Made { plan });
    Schedule {
        since: at("2026-02-01T00:00:00Z"),
        ..made
    }
}

fn span(from: &str, until: &str) -> Span {
    Span::new(at(from), at(until))
}

/// The resolver's evening and the agent's after it.
fn second() -> Span {
    span("2026-03-01T19:00:00Z", "2026-03-02T19:00:00Z")
}
fn third() -> Span {
    span("2026-03-02T19:00:00Z", "2026-03-03T19:00:00Z")
}

fn ask(who: &str, with: &str, gives: Span, takes: Option<Span>) -> (String, Command) {
    let swap = AskSwap {
        with: person(with),
        gives,
        takes,
        reason: Some(text("A birthday.")),
    };
    (who.to_owned(), Command::AskSwap(swap))
}

fn decide(schedule: &Schedule, who: &str, command: Command) -> Result<Vec<Fact>, Refusal> {
    fixture::decide(&directory(), who, Some(schedule), command)
}

#[track_caller]
fn and(schedule: Schedule, who: &str, command: Command) -> Schedule {
    let facts = decide(&schedule, who, command).unwrap();
    let after = |state, fact: &Fact| fixture::after(Some(state), &id(), who, fact);
    facts.iter().fold(schedule, after)
}

fn refused(schedule: &Schedule, who: &str, command: Command) -> &'static str {
    decide(schedule, who, command).unwrap_err().code()
}

fn who(schedule: &Schedule, when: &str) -> Option<PersonId> {
    schedule.on_call(at(when)).map(|shift| shift.person)
}

#[test]
fn only_those_who_plan_change_what_is_planned() {
    for (name, role) in PEOPLE {
        let over = Command::SetOverride(SetOverride {
            person: person("officer"),
            from: at("2026-03-02T00:00:00Z"),
            until: at("2026-03-03T00:00:00Z"),
            reason: None,
        });
        let other = Plan {
            name: short("other"),
            ..made().plan
        };
        let may = role.permits(crate::access::Permission::ManageOnCall);
        for command in [over, Command::Revise(other.clone()), Command::Retire] {
            assert_eq!(decide(&made(), name, command).is_ok(), may, "{name}");
        }
        let new = fixture::decide::<Schedule>(&directory(), name, None, Command::Make(other));
        assert_eq!(new.is_ok(), may, "{name}");
    }
}

#[test]
fn a_plan_names_people_and_teams_who_are_there() {
    let with = |people: &[&str]| Command::Make(plan(vec![layer("first", people)]));
    let make = |directory: &Directory, command| {
        fixture::decide::<Schedule>(directory, "manager", None, command)
    };
    assert_eq!(
        make(&directory(), with(&["former"])).unwrap_err().code(),
        "unknown"
    );
    assert_eq!(
        make(&directory(), with(&[])).unwrap_err().code(),
        "bad-value"
    );
    let mut there = directory();
    there.schedules.insert(id(), made());
    assert_eq!(
        make(&there, with(&["agent"])).unwrap_err().code(),
        "already-exists"
    );
    let same = Command::Revise(made().plan);
    assert_eq!(refused(&made(), "manager", same), "nothing-to-change");
    assert_eq!(
        fixture::decide::<Schedule>(&there, "manager", None, Command::Retire)
            .unwrap_err()
            .code(),
        "not-found"
    );
}

#[test]
fn a_revision_holds_from_now_on_and_the_past_stays() {
    let other = Plan {
        layers: vec![layer("other", &["officer"])],
        ..made().plan
    };
    let mut schedule = and(made(), "manager", Command::Revise(other));
    assert_eq!(schedule.since, fixture::morning());
    assert_eq!(
        who(&schedule, "2026-03-01T08:59:59Z"),
        Some(person("agent"))
    );
    // The new layer begins on the second, at nine in Zurich.
    assert_eq!(who(&schedule, "2026-03-01T20:00:00Z"), None);
    assert_eq!(
        who(&schedule, "2026-03-02T08:00:00Z"),
        Some(person("officer"))
    );
    schedule.retired_at = Some(at("2026-03-02T09:00:00Z"));
    assert_eq!(who(&schedule, "2026-03-02T09:00:00Z"), None);
    assert_eq!(refused(&schedule, "manager", Command::Retire), "settled");
    let json = serde_json::to_string(&schedule).unwrap();
    assert_eq!(serde_json::from_str::<Schedule>(&json).unwrap(), schedule);
}

#[test]
fn an_override_is_taken_back_and_what_has_passed_of_it_stays() {
    let over = |from, until| {
        Command::SetOverride(SetOverride {
            person: person("officer"),
            from: at(from),
            until: at(until),
            reason: Some(text("On leave.")),
        })
    };
    // From the past means from now: what was is not changed.
    let early = over("2026-02-27T00:00:00Z", "2026-03-01T12:00:00Z");
    let schedule = and(made(), "manager", early);
    assert_eq!(
        who(&schedule, "2026-03-01T08:59:00Z"),
        Some(person("agent"))
    );
    assert_eq!(
        who(&schedule, "2026-03-01T09:00:00Z"),
        Some(person("officer"))
    );
    let shift = schedule.on_call(fixture::morning()).unwrap();
    assert_eq!(shift.why, Why::Override { number: 1 });
    let schedule = and(schedule, "manager", Command::WithdrawOverride(1));
    assert_eq!(
        who(&schedule, "2026-03-01T09:00:00Z"),
        Some(person("agent"))
    );
    assert_eq!(
        refused(&schedule, "manager", Command::WithdrawOverride(1)),
        "not-found"
    );
    for (from, until) in [
        ("2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z"),
        ("2026-02-02T00:00:00Z", "2026-03-01T09:00:00Z"),
        ("2026-03-02T00:00:00Z", "2028-03-02T00:00:00Z"),
    ] {
        assert_eq!(
            refused(&schedule, "manager", over(from, until)),
            "bad-value"
        );
    }
}

#[test]
fn a_swap_holds_when_the_other_one_accepted_it() {
    let (asker, command) = ask("resolver", "agent", second(), Some(third()));
    let schedule = and(made(), &asker, command);
    assert_eq!(
        who(&schedule, "2026-03-01T20:00:00Z"),
        Some(person("resolver"))
    );
    let schedule = and(schedule, "agent", Command::AcceptSwap(1));
    assert_eq!(
        who(&schedule, "2026-03-01T20:00:00Z"),
        Some(person("agent"))
    );
    assert_eq!(
        who(&schedule, "2026-03-02T20:00:00Z"),
        Some(person("resolver"))
    );
    assert_eq!(
        who(&schedule, "2026-03-03T20:00:00Z"),
        Some(person("resolver"))
    );
    assert_eq!(
        schedule.on_call(at("2026-03-01T20:00:00Z")).unwrap().why,
        Why::Swap { number: 1 }
    );
    for command in [Command::AcceptSwap(1), Command::DeclineSwap(1)] {
        assert_eq!(refused(&schedule, "agent", command), "settled");
    }
    assert_eq!(
        refused(&schedule, "resolver", Command::WithdrawSwap(1)),
        "settled"
    );
}

#[test]
fn nobody_gives_away_what_is_not_theirs() {
    for ((asker, command), code) in [
        (ask("officer", "agent", second(), None), "not-on-call"),
        (ask("agent", "resolver", second(), None), "not-on-call"),
        (
            ask("resolver", "agent", second(), Some(second())),
            "not-on-call",
        ),
        (ask("resolver", "former", second(), None), "unknown"),
        (
            ask("resolver", "resolver", second(), None),
            "nothing-to-change",
        ),
        (
            ask(
                "agent",
                "resolver",
                span("2026-03-01T08:00:00Z", "2026-03-01T10:00:00Z"),
                None,
            ),
            "settled",
        ),
        (
            ask(
                "resolver",
                "agent",
                span("2026-03-01T19:00:00Z", "2026-03-02T20:00:00Z"),
                None,
            ),
            "not-on-call",
        ),
    ] {
        assert_eq!(refused(&made(), &asker, command), code);
    }
}

#[test]
fn only_whom_it_was_asked_of_answers_and_only_who_asked_takes_it_back() {
    let (asker, command) = ask("resolver", "agent", second(), None);
    let schedule = and(made(), &asker, command);
    for (name, _) in PEOPLE.iter().filter(|(name, _)| *name != "former") {
        let accepts = decide(&schedule, name, Command::AcceptSwap(1));
        assert_eq!(accepts.is_ok(), *name == "agent", "{name}");
        let declines = decide(&schedule, name, Command::DeclineSwap(1));
        assert_eq!(declines.is_ok(), *name == "agent", "{name}");
        let withdraws = decide(&schedule, name, Command::WithdrawSwap(1));
        assert_eq!(withdraws.is_ok(), *name == "resolver", "{name}");
    }
    let declined = and(schedule.clone(), "agent", Command::DeclineSwap(1));
    assert_eq!(
        who(&declined, "2026-03-01T20:00:00Z"),
        Some(person("resolver"))
    );
    let gone = and(schedule, "resolver", Command::WithdrawSwap(1));
    assert_eq!(refused(&gone, "agent", Command::AcceptSwap(1)), "settled");
    assert_eq!(refused(&gone, "agent", Command::AcceptSwap(9)), "not-found");
}

#[test]
fn a_swap_whose_time_changed_hands_meanwhile_is_not_accepted() {
    let (asker, command) = ask("resolver", "agent", second(), None);
    let schedule = and(made(), &asker, command);
    let over = Command::SetOverride(SetOverride {
        person: person("officer"),
        from: second().from,
        until: second().from.plus(crate::time::HOUR),
        reason: None,
    });
    let schedule = and(schedule, "manager", over);
    assert_eq!(
        refused(&schedule, "agent", Command::AcceptSwap(1)),
        "not-on-call"
    );
}

fn hand_over(to: &str) -> Command {
    Command::HandOver(HandOver {
        to: person(to),
        notes: text("The supplier calls back at six."),
        incidents: [open_one()].into(),
    })
}

#[test]
fn a_shift_is_handed_over_by_who_has_it_and_taken_by_the_next() {
    for (name, _) in PEOPLE.iter().filter(|(name, _)| *name != "former") {
        let answer = decide(&made(), name, hand_over("deputy"));
        // The resolver has not been on call yet.
        assert_eq!(answer.is_ok(), *name == "agent", "{name}");
    }
    assert_eq!(
        refused(&made(), "agent", hand_over("agent")),
        "nothing-to-change"
    );
    assert_eq!(refused(&made(), "agent", hand_over("former")), "unknown");
    let hidden = Command::HandOver(HandOver {
        to: person("resolver"),
        notes: Text::parse("Look at this.").unwrap(),
        incidents: [hidden_one()].into(),
    });
    assert_eq!(refused(&made(), "agent", hidden), "not-found");
    let schedule = and(made(), "agent", hand_over("resolver"));
    assert_eq!(schedule.hand_overs[0].accepted_at, None);
    let take = || Command::AcceptHandOver(1);
    assert_eq!(refused(&schedule, "agent", take()), "not-for-you");
    let schedule = and(schedule, "resolver", take());
    assert_eq!(schedule.hand_overs[0].accepted_at, Some(fixture::morning()));
    assert_eq!(refused(&schedule, "resolver", take()), "settled");
}

#[test]
fn a_schedule_that_a_chain_asks_stays() {
    use crate::oncall::chain::{Chain, Entry, Step};
    let mut there = directory();
    let chain = Chain {
        id: crate::id::ChainId::from_bits(1),
        entry: Entry {
            name: short("payments"),
            steps: vec![Step::Schedule { schedule: id() }],
            unacknowledge_minutes: None,
        },
        is_retired: false,
    };
    there.chains.insert(chain.id.clone(), chain);
    let retire = || fixture::decide(&there, "manager", Some(&made()), Command::Retire);
    assert_eq!(retire().unwrap_err().code(), "in-use");
    assert!(decide(&made(), "manager", Command::Retire).is_ok());
}
