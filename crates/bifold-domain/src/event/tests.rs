use super::*;
use crate::access::{Actor, Auth, Permission, Role};
use crate::directory::Directory;
use crate::fixture::*;
use crate::time::MINUTE;

fn receive() -> Receive {
    Receive {
        is_sensitive: false,
        told: None,
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

fn told(by: Option<PersonId>, at: Option<At>) -> Command {
    Command::Receive(Receive {
        told: Some(Told {
            by,
            at,
            affected: Some(3),
        }),
        channel: Channel::Phone,
        ..receive()
    })
}

#[test]
fn what_is_told_on_the_phone_is_entered_by_those_who_triage_and_reported_by_who_told_it() {
    let call = || told(Some(person("reporter")), Some(morning()));
    for (who, role) in PEOPLE {
        let answer = ask(who, None, call());
        let may = role.permits(Permission::Report) && role.permits(Permission::Triage);
        assert_eq!(answer.is_ok(), may, "{who}");
    }
    let event = next(None, "agent", call());
    assert_eq!(event.reporter, person("reporter"));
    assert_eq!(event.entered_by, Some(person("agent")));
    // Somebody whom nobody knows: who entered it stands as the reporter, as at a counter.
    let stranger = next(None, "agent", told(None, None));
    assert_eq!(stranger.reporter, person("agent"));
    assert_eq!(stranger.told.unwrap().affected, Some(3));
}

#[test]
fn nobody_tells_tomorrow_or_is_a_person_that_is_not_there() {
    let late = told(None, Some(morning().plus(6 * MINUTE)));
    assert_eq!(ask("agent", None, late).unwrap_err().code(), "time-order");
    let nobody = told(Some(PersonId::from_bits(77)), None);
    assert_eq!(ask("agent", None, nobody).unwrap_err().code(), "unknown");
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

fn raised() -> Event {
    let received = Fact::Received {
        number: 1,
        sort: Sort::Fault,
        title: title("Disk is full").into(),
        description: None,
        channel: Channel::Alert,
        service: None,
        contact: None,
        occurred_at: None,
        signal: Some(Signal {
            source: short("cluster"),
            external_id: short("disk"),
        }),
        is_sensitive: false,
        proposal: None,
        told: None,
    };
    after(None, &event(), "manager", &received)
}

fn count(
    directory: &Directory,
    state: &Event,
    auth: Auth,
    signals: u64,
    firing: u64,
) -> Result<Vec<Fact>, Refusal> {
    let actor = Actor {
        person: person("manager"),
        roles: vec![Role::IncidentManager],
        teams: Vec::new(),
        auth,
    };
    let tally = Tally {
        faults: 1,
        signals,
        firing,
    };
    let neighbours = crate::Neighbours::default();
    let context = Context {
        actor: &actor,
        now: morning(),
        directory,
        neighbours: &neighbours,
    };
    Event::decide(Some(state), Command::Count(tally), &context)
}

#[test]
fn a_hundred_thousand_repeats_are_five_lines_and_an_end() {
    let (mut state, mut lines) = (raised(), Vec::new());
    let directory = directory();
    let count =
        |state: &Event, auth, signals, firing| count(&directory, state, auth, signals, firing);
    for signals in 2..=100_000 {
        if let Ok(facts) = count(&state, Auth::System, signals, 1) {
            state = after(Some(state), &event(), "manager", &facts[0]);
            lines.push(signals);
        }
    }
    assert_eq!(lines, [10, 100, 1_000, 10_000, 100_000]);
    let facts = count(&state, Auth::System, 100_000, 0).unwrap();
    state = after(Some(state), &event(), "manager", &facts[0]);
    assert_eq!(state.cleared_at, Some(morning()));
    assert!(count(&state, Auth::System, 100_000, 0).is_err());
    let facts = count(&state, Auth::System, 100_001, 1).unwrap();
    assert!(matches!(facts[..], [Fact::Recurred { .. }]));
    state = after(Some(state), &event(), "manager", &facts[0]);
    assert_eq!(state.cleared_at, None);
}

#[test]
fn only_bifold_itself_counts() {
    let answer = count(&directory(), &raised(), Auth::Session, 10, 1);
    assert_eq!(answer.unwrap_err().code(), "not-permitted");
}

#[test]
fn a_sensitive_event_does_not_exist_for_who_may_not_read_it() {
    let state = Event {
        is_sensitive: true,
        ..raised()
    };
    let weakness = || {
        Command::Decide(Outcome::Weakness {
            reason: text("The rule is missing."),
        })
    };
    let agent = ask("agent", Some(&state), weakness());
    assert_eq!(agent.unwrap_err().code(), "not-found");
    assert!(ask("officer", Some(&state), weakness()).is_ok());
}

#[test]
fn what_a_rule_proposes_reads_as_it_was_written() {
    let mut received = receive();
    received.is_sensitive = true;
    let plan = crate::signal::source::Plan {
        impact: crate::priority::Impact::Significant,
        urgency: crate::priority::Urgency::High,
        findings: std::collections::BTreeMap::new(),
        join_minutes: 30,
    };
    let proposal = Proposal {
        rule: short("nodes"),
        plan,
    };
    let facts = ask(
        "officer",
        None,
        Command::Raise(received, Some(proposal.clone())),
    )
    .unwrap();
    let json = serde_json::to_value(&facts[0]).unwrap();
    assert_eq!(json["is_sensitive"], true);
    assert_eq!(json["proposal"]["rule"], "nodes");
    assert_eq!(serde_json::from_value::<Fact>(json).unwrap(), facts[0]);
    let state: Event = after(None, &event(), "officer", &facts[0]);
    assert_eq!(state.proposal, Some(proposal));
    assert!(state.is_sensitive);
}
