//! Pages: whom they call, when they stop, when they start again.

use super::*;
use crate::access::{Actor, Auth, Role};
use crate::id::ChainId;
use crate::level::{Act, ClockKey, Firing, Metric, Whom};
use crate::oncall::chain::{Chain, Entry, Step};
use crate::record::Context;
use crate::time::MINUTE;

fn chain() -> ChainId {
    ChainId::from_bits(1)
}

/// The resolver, five minutes, the analyst and the network, ten minutes, once more from the top;
/// after an answer half an hour of silence is allowed.
fn with_chain(case: Case) -> Case {
    let person = |name| Step::Person {
        person: person(name),
    };
    let entry = Entry {
        name: short("Payments"),
        steps: vec![
            person("resolver"),
            Step::Wait { minutes: 5 },
            person("analyst"),
            person("manager"),
            Step::Wait { minutes: 10 },
            Step::Repeat { times: 1 },
        ],
        unacknowledge_minutes: Some(30),
    };
    case.with(|case| {
        let made = Chain {
            id: chain(),
            entry,
            is_retired: false,
        };
        case.directory.chains.insert(chain(), made);
    })
}

fn call(whom: impl IntoIterator<Item = Whom>) -> Command {
    Command::Escalate(Escalate {
        way: Way::Functional,
        whom: whom.into_iter().collect(),
        reason: text("Nobody here knows the till."),
    })
}

/// What the worker finds when it looks; nobody's act.
fn look(case: Case) -> (Case, Vec<Fact>) {
    let actor = Actor {
        person: PersonId::from_bits(0),
        roles: vec![Role::IncidentManager],
        teams: Vec::new(),
        auth: Auth::System,
    };
    let context = Context {
        actor: &actor,
        now: case.now,
        directory: &case.directory,
        neighbours: &case.neighbours,
    };
    let facts = Incident::decide(case.state.as_ref(), Command::Tick, &context);
    let facts = match facts {
        Ok(facts) => facts,
        Err(Refusal::NothingToChange) => Vec::new(),
        Err(refusal) => panic!("{refusal}"),
    };
    // The clocks of the starting levels are not what these tests are about.
    let facts: Vec<Fact> = facts
        .into_iter()
        .filter(|fact| !matches!(fact, Fact::Escalated { .. } | Fact::TargetMissed { .. }))
        .collect();
    let mut state = case.state.clone();
    for (n, fact) in facts.iter().enumerate() {
        let meta = Meta {
            subject: this().to_string(),
            n: 1_000 + n as u64,
            at: case.now,
            actor: PersonId::from_bits(0),
        };
        state = Some(Incident::evolve(state, fact, &meta).unwrap());
    }
    (case.with(|case| case.state = state), facts)
}

/// Who is called by these facts, in their order.
fn called(facts: &[Fact]) -> Vec<PersonId> {
    let called = facts.iter().filter_map(|fact| match fact {
        Fact::Paged { people, .. } => Some(people.clone()),
        _ => None,
    });
    called.flatten().collect()
}

fn people(names: &[&str]) -> Vec<PersonId> {
    names.iter().map(|name| person(name)).collect()
}

#[test]
fn a_chain_is_gone_along_until_somebody_answers() {
    let case = with_chain(declared());
    let facts = case.decide("agent", call([Whom::Chain(chain())])).unwrap();
    assert_eq!(called(&facts), people(&["resolver"]));
    let case = case.and("agent", call([Whom::Chain(chain())]));
    let look_at = case.incident().paging[0].look();
    assert_eq!(look_at, Some(case.now.plus(5 * MINUTE)));

    let (case, facts) = look(case.minutes_later(4));
    assert_eq!(facts, []);
    // A minute late: the next step is counted from when it was done.
    let (case, facts) = look(case.minutes_later(2));
    assert_eq!(called(&facts), people(&["analyst", "manager"]));
    let (case, facts) = look(case);
    assert_eq!(facts, [], "looked at twice");

    let case = case.and("analyst", Command::Acknowledge);
    let page = &case.incident().paging[0];
    assert_eq!(page.state(), PagingState::Taken);
    assert_eq!(page.taken_by, Some(person("analyst")));
    let (case, facts) = look(case.minutes_later(29));
    assert_eq!(facts, []);
    // A note is a sign of work: half an hour from there.
    let case = case.and("analyst", note(None, Audience::default()));
    let (case, facts) = look(case.minutes_later(29));
    assert_eq!(facts, []);
    let (case, facts) = look(case.minutes_later(1));
    let lost = Fact::PageUnacknowledged {
        page: 1,
        by: Some(person("analyst")),
        lane: None,
    };
    assert_eq!(facts[0], lost);
    assert_eq!(called(&facts), people(&["resolver"]), "from the top");
    let case = case.and("resolver", Command::Acknowledge);
    assert_eq!(case.incident().paging[0].taken_by, Some(person("resolver")));
}

#[test]
fn a_page_that_nobody_answers_says_so_once_and_can_still_be_answered() {
    let mut case = with_chain(declared()).and("agent", call([Whom::Chain(chain())]));
    let mut all = Vec::new();
    for _ in 0..60 {
        let (next, facts) = look(case.minutes_later(1));
        case = next;
        all.extend(facts);
    }
    let again = ["analyst", "manager", "resolver", "analyst", "manager"];
    assert_eq!(called(&all), people(&again));
    let gave_up = |fact: &&Fact| matches!(fact, Fact::PageExhausted { page: 1, .. });
    assert_eq!(all.iter().filter(gave_up).count(), 1);
    assert_eq!(case.incident().paging[0].state(), PagingState::Unanswered);
    let case = case.and("agent", Command::Acknowledge);
    assert_eq!(case.incident().paging[0].state(), PagingState::Taken);
}

#[test]
fn a_page_ends_with_its_incident() {
    let case = with_chain(declared()).and("agent", call([Whom::Chain(chain())]));
    let case = case
        .and("agent", categorised("network"))
        .and("agent", verdict(service(), Finding::Yes))
        .and("agent", verdict(security(), Finding::No))
        .and("agent", Command::Resolve(resolve()));
    assert_eq!(case.incident().paging, []);
    let (case, facts) = look(case.minutes_later(90));
    assert_eq!(called(&facts), []);
    // The number goes on, so that facts of two pages are never taken for one.
    let case = case.and("reporter", Command::Reopen(because("It is back.")));
    let case = case.and("agent", call([Whom::Chain(chain())]));
    assert_eq!(case.incident().paging[0].n, 2);
}

#[test]
fn a_page_ends_with_the_clock_it_began_for() {
    let held = declared();
    let policy = &held.directory.policy;
    let recorded = held.incident().times.recorded;
    let clocks = crate::level::clocks(&held.incident().trail, &policy.terms.held(recorded));
    let response = clocks.iter().find(|c| c.key.metric == Metric::Response);
    let run = response.and_then(|clock| clock.run()).unwrap();
    let firing = Firing {
        clock: ClockKey {
            agreement: short("standard"),
            metric: Metric::Response,
        },
        started: run.started,
        level: run.level.clone(),
        step: Some(0),
    };
    let started = Fact::PageStarted {
        page: 1,
        chain: None,
        plan: Box::new(crate::incident::paging::direct([person("resolver")]).unwrap()),
        clock: Some(firing),
        turn: 0,
        lane: None,
    };
    let case = held.fact("agent", &started);
    let (case, facts) = look(case);
    assert_eq!(called(&facts), people(&["resolver"]));
    // Somebody else starts to work on it: nobody waits for a response any more.
    let case = case.and("agent", Command::Take);
    let (case, facts) = look(case.minutes_later(6));
    assert_eq!(
        facts,
        [Fact::PageEnded {
            page: 1,
            lane: None
        }]
    );
    assert_eq!(case.incident().paging, []);
}

#[test]
fn who_may_not_read_it_is_not_called_and_holds_nobody_up() {
    let case = with_chain(declared()).and("manager", Command::Restrict(only(&["manager"], &[])));
    let (case, facts) = {
        let facts = case
            .decide("manager", call([Whom::Chain(chain())]))
            .unwrap();
        (case, facts)
    };
    // Neither resolver nor analyst may read it: the manager is called at once.
    assert_eq!(called(&facts), people(&["manager"]));
    drop(case);
}

#[test]
fn whoever_is_called_may_answer_and_nobody_else_without_a_role_for_it() {
    let case = declared().and("agent", call([Whom::Person(person("auditor"))]));
    case.clone()
        .when(Command::Acknowledge)
        .by("reporter")
        .refused(&not_permitted(crate::access::Permission::Work));
    let case = case.when(Command::Acknowledge).by("auditor").happens();
    assert_eq!(case.incident().paging[0].taken_by, Some(person("auditor")));
    case.when(Command::Acknowledge)
        .by("agent")
        .refused(&Refusal::NothingToChange);
}

#[test]
fn a_step_of_a_ladder_calls_whoever_is_meant() {
    let case = declared();
    let whom = BTreeSet::from([
        Whom::Team(team("network")),
        Whom::Role(Role::IncidentManager),
    ]);
    let act = Act::Page { whom: whom.clone() };
    assert!(matches!(act, Act::Page { .. }));
    let facts = case.decide("agent", call(whom)).unwrap();
    assert_eq!(called(&facts), people(&["resolver", "manager"]));
    // Nobody is in the team: the page says at once that it reached nobody.
    let facts = case
        .decide("agent", call([Whom::Team(team("empty"))]))
        .unwrap();
    assert!(
        facts
            .iter()
            .any(|fact| matches!(fact, Fact::PageStarted { .. }))
    );
    assert_eq!(called(&facts), []);
}

#[test]
fn a_forecast_fires_its_step_once_while_something_can_be_done() {
    let likely = |case: &Case, percent| case.decide("agent", Command::Foresee(foresee(percent)));
    let case = declared();
    assert_eq!(likely(&case, 69), Err(Refusal::NothingToChange));
    let facts = likely(&case, 84).unwrap();
    let [
        Fact::Escalated {
            likely: said,
            firing,
            planned,
            ..
        },
    ] = facts.as_slice()
    else {
        panic!("{facts:?}")
    };
    assert_eq!(
        (*said, firing.step, *planned),
        (Some(84), Some(2), case.now)
    );
    let told = case.clone().and("agent", Command::Foresee(foresee(84)));
    assert_eq!(likely(&told, 99), Err(Refusal::NothingToChange), "once");
    // P3: 45 office hours from Monday at eight. With half an hour or less left, it is too late.
    let clock = foresee(1).clock;
    let held = case
        .directory
        .policy
        .terms
        .held(case.incident().times.recorded);
    let clocks = crate::level::clocks(&case.incident().trail, &held);
    let due = clocks
        .iter()
        .find(|c| c.key == clock)
        .and_then(|c| c.run()?.due)
        .unwrap();
    let at = |before: i64| {
        case.clone()
            .with(|case| case.now = due.plus(-before * MINUTE))
    };
    likely(&at(31), 84).unwrap();
    assert_eq!(likely(&at(30), 84), Err(Refusal::NothingToChange));
}
