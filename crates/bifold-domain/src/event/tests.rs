use super::*;
use crate::access::Permission;
use crate::fixture::*;
use crate::time::MINUTE;

fn receive() -> Receive {
    Receive {
        sort: Sort::Suspicion,
        title: title("A strange mail"),
        description: None,
        channel: Channel::Web,
        service: Some(payments()),
        contact: None,
        occurred_at: None,
        signal: None,
    }
}

fn ask(who: &str, state: Option<&Event>, command: Command) -> Result<Vec<Fact>, Refusal> {
    decide(&directory(), who, state, command)
}

fn next(state: Option<Event>, who: &str, command: Command) -> Event {
    let facts = ask(who, state.as_ref(), command).unwrap();
    facts
        .iter()
        .fold(state, |state, fact| Some(after(state, &event(), who, fact)))
        .unwrap()
}

fn received() -> Event {
    next(None, "reporter", Command::Receive(receive()))
}

fn outcomes() -> [Outcome; 3] {
    [
        Outcome::Incident {
            incident: open_one(),
            reason: text("The same outage."),
        },
        Outcome::Weakness {
            reason: text("The door does not lock."),
        },
        Outcome::NotAnIncident {
            ground: Dismissal::Benign,
            reason: text("As designed."),
        },
    ]
}

#[test]
fn anybody_reports_but_an_auditor() {
    for (who, role) in PEOPLE {
        let answer = ask(who, None, Command::Receive(receive()));
        assert_eq!(answer.is_ok(), role.permits(Permission::Report), "{who}");
    }
    assert!(ask("auditor", None, Command::Receive(receive())).is_err());
}

#[test]
fn what_is_reported_stands_as_it_was_said_and_undecided() {
    let event = received();
    assert_eq!(event.shown_number(), "EVT-2026-0042");
    assert_eq!(event.reporter, person("reporter"));
    assert_eq!(event.standing, Standing::Undecided);
    let decided = next(
        Some(event.clone()),
        "agent",
        Command::Decide(outcomes()[1].clone()),
    );
    assert_eq!(
        (decided.title, decided.description, decided.sort),
        (event.title, event.description, event.sort)
    );
}

#[test]
fn a_report_names_what_exists_and_does_not_lie_ahead() {
    let mut elsewhere = receive();
    elsewhere.service = Some(ServiceId::from_bits(9));
    let mut tomorrow = receive();
    tomorrow.occurred_at = Some(morning().plus(6 * MINUTE));
    for (report, code) in [(elsewhere, "unknown"), (tomorrow, "time-order")] {
        let refusal = ask("reporter", None, Command::Receive(report)).unwrap_err();
        assert_eq!(refusal.code(), code);
    }
}

#[test]
fn each_outcome_is_decided_by_those_who_triage_and_once() {
    let standings = ["incident", "weakness", "dismissed"];
    for (outcome, word) in outcomes().into_iter().zip(standings) {
        for (who, role) in PEOPLE {
            let answer = ask(who, Some(&received()), Command::Decide(outcome.clone()));
            assert_eq!(answer.is_ok(), role.permits(Permission::Triage), "{who}");
        }
        let decided = next(Some(received()), "agent", Command::Decide(outcome.clone()));
        assert_eq!(decided.standing.word(), word);
        assert_eq!(decided.decided, Some((person("agent"), morning())));
        assert_eq!(
            ask("agent", Some(&decided), Command::Decide(outcome)),
            Err(Refusal::NothingToChange)
        );
    }
}

#[test]
fn a_decision_may_be_taken_again_and_differently() {
    let mut event = received();
    for outcome in outcomes() {
        event = next(Some(event), "agent", Command::Decide(outcome));
    }
    assert_eq!(
        event.standing,
        Standing::Dismissed {
            ground: Dismissal::Benign
        }
    );
}

#[test]
fn an_event_belongs_only_to_an_incident_the_actor_can_see() {
    let hidden = Outcome::Incident {
        incident: hidden_one(),
        reason: text("The same."),
    };
    assert_eq!(
        ask("agent", Some(&received()), Command::Decide(hidden)),
        Err(Refusal::no("incident"))
    );
}

#[test]
fn an_event_is_taken_in_once_and_decided_only_when_there() {
    let again = ask("reporter", Some(&received()), Command::Receive(receive()));
    assert_eq!(again.unwrap_err().code(), "already-exists");
    let early = ask("agent", None, Command::Decide(outcomes()[1].clone()));
    assert_eq!(early, Err(Refusal::no("event")));
}
