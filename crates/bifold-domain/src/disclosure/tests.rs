use super::*;
use crate::access::{Actor, Auth};
use crate::fixture::{PEOPLE, directory, event, morning, person, team, text, title};
use crate::record::Neighbours;
use crate::time::DAY;
use proptest::prelude::*;

const SYSTEM: &str = "bifold";

fn actor(who: &str, directory: &Directory) -> Actor {
    if who == SYSTEM {
        return Actor {
            person: PersonId::from_bits(0),
            roles: vec![crate::Role::IncidentManager],
            teams: Vec::new(),
            auth: Auth::System,
        };
    }
    directory.actor(&person(who), Auth::Session).unwrap()
}

/// A disclosure under test, and the organisation around it.
#[derive(Debug, Clone)]
struct Told {
    directory: Directory,
    now: At,
    state: Option<Disclosure>,
    n: u64,
}

fn without(people: &[&str], teams: &[&str]) -> Without {
    Without {
        people: people.iter().map(|name| person(name)).collect(),
        teams: teams.iter().map(|name| team(name)).collect(),
    }
}

fn receive(mode: Mode, without: Without) -> Command {
    Command::Receive(Receive {
        concern: Concern::Wrongdoing,
        mode,
        title: title("Paid twice"),
        text: text("Invoices are paid twice."),
        without,
    })
}

fn words(said: &str) -> Words {
    Words { text: text(said) }
}
fn because() -> Because {
    Because { reason: text("r") }
}
fn grant(asker: &str) -> Command {
    Command::GrantIdentity(Grant {
        asker: person(asker),
    })
}
fn deny(asker: &str) -> Command {
    Command::RefuseIdentity(Deny {
        asker: person(asker),
        reason: text("r"),
    })
}
fn close() -> Command {
    Command::Close(Close {
        outcome: Conclusion::Founded,
        reason: text("r"),
    })
}

impl Told {
    fn nothing() -> Self {
        Self {
            directory: directory(),
            now: morning(),
            state: None,
            n: 0,
        }
    }

    fn new(mode: Mode, without: Without) -> Self {
        Self::nothing().and(SYSTEM, receive(mode, without))
    }

    fn decide(&self, who: &str, command: Command) -> Result<Vec<Fact>, Refusal> {
        let neighbours = Neighbours {
            events: BTreeSet::from([event()]),
            next_number: 7,
            ..Neighbours::default()
        };
        let context = Context {
            actor: &actor(who, &self.directory),
            now: self.now,
            directory: &self.directory,
            neighbours: &neighbours,
        };
        Disclosure::decide(self.state.as_ref(), command, &context)
    }

    fn then(mut self, who: &str, facts: &[Fact]) -> Self {
        for fact in facts {
            let meta = Meta {
                subject: DisclosureId::from_bits(1).to_string(),
                n: self.n,
                at: self.now,
                actor: actor(who, &self.directory).person,
            };
            self.n += 1;
            self.state = Some(Disclosure::evolve(self.state.take(), fact, &meta).unwrap());
        }
        self
    }

    #[track_caller]
    fn and(self, who: &str, command: Command) -> Self {
        let facts = self.decide(who, command).unwrap();
        self.then(who, &facts)
    }

    fn later(mut self, days: i64) -> Self {
        self.now = self.now.plus(days * DAY);
        self
    }

    fn found(&self) -> &Disclosure {
        self.state.as_ref().unwrap()
    }

    fn reads(&self, who: &str) -> bool {
        let viewer = actor(who, &self.directory).viewer();
        self.found().is_readable_by(&viewer, &self.directory)
    }

    #[track_caller]
    #[allow(clippy::needless_pass_by_value)] // It reads better where it is called.
    fn refuses(&self, who: &str, command: Command, code: &str) {
        let answer = self.decide(who, command.clone());
        let found = answer.as_ref().map_err(Refusal::code);
        assert_eq!(found.unwrap_err(), code, "{command:?} by {who}");
    }
}

fn every_command() -> Vec<Command> {
    vec![
        Command::Assign(Assign {
            person: person("listener"),
        }),
        Command::Acknowledge,
        Command::Answer(words("a")),
        Command::Note(words("n")),
        Command::Feedback(words("f")),
        Command::Refer(event()),
        close(),
        Command::Reopen(because()),
        Command::AskIdentity(because()),
        grant("listener"),
        deny("listener"),
        Command::ShowIdentity,
        Command::DeleteIdentity,
    ]
}

#[test]
fn nobody_but_bifold_takes_one_in_or_speaks_for_its_reporter() {
    let told = Told::new(Mode::Anonymous, Without::default());
    assert_eq!(told.found().shown_number(), "DIS-2026-0007");
    for (who, _) in PEOPLE.iter().filter(|(who, _)| *who != "former") {
        let new = receive(Mode::Anonymous, Without::default());
        Told::nothing().refuses(who, new, "not-found");
        told.refuses(who, Command::Reply(words("r")), "not-found");
    }
    // And Bifold does nothing else by itself.
    for command in every_command() {
        let answer = told.decide(SYSTEM, command);
        assert!(answer.is_err(), "{answer:?}");
    }
}

#[test]
fn to_whoever_does_not_handle_disclosures_there_is_none() {
    let told = Told::new(Mode::Confidential, Without::default());
    for (who, role) in PEOPLE.iter().filter(|(who, _)| *who != "former") {
        let handles = *role == crate::Role::DisclosureHandler;
        assert_eq!(told.reads(who), handles, "{who}");
        if handles || *role == crate::Role::IdentityCustodian {
            continue;
        }
        for command in every_command() {
            told.refuses(who, command, "not-found");
        }
    }
}

#[test]
fn whoever_is_excluded_knows_nothing_and_is_given_nothing() {
    let told = Told::new(Mode::Confidential, without(&["listener"], &[]));
    for command in every_command() {
        told.refuses("listener", command, "not-found");
    }
    assert!(told.reads("colleague") && !told.reads("trustee"));
    let to_excluded = Command::Assign(Assign {
        person: person("listener"),
    });
    told.refuses("colleague", to_excluded, "unknown");
    let to_outsider = Command::Assign(Assign {
        person: person("administrator"),
    });
    told.refuses("colleague", to_outsider, "unknown");
}

#[test]
fn an_excluded_team_excludes_its_members_for_good_and_whoever_joins_it() {
    let mut told = Told::nothing();
    let members = |told: &mut Told, names: &[&str]| {
        let team = told.directory.teams.get_mut(&team("csirt")).unwrap();
        team.members = names.iter().map(|name| person(name)).collect();
    };
    members(&mut told, &["listener"]);
    let mut told = told.and(SYSTEM, receive(Mode::Anonymous, without(&[], &["csirt"])));
    assert!(!told.reads("listener") && told.reads("colleague"));
    members(&mut told, &["colleague"]);
    assert!(!told.reads("listener") && !told.reads("colleague"));
}

#[test]
fn where_every_handler_is_excluded_the_custodians_read_it_and_nobody_else() {
    let told = Told::new(
        Mode::Confidential,
        without(&["listener", "colleague", "guardian"], &[]),
    );
    for (who, _) in PEOPLE.iter().filter(|(who, _)| *who != "former") {
        assert_eq!(told.reads(who), *who == "trustee", "{who}");
    }
    let told = told.and("trustee", Command::Answer(words("a")));
    assert_eq!(told.found().stage, Stage::Acknowledged);
    // The other custodian is excluded, and nobody lets themselves see a name.
    let told = told.and("trustee", Command::AskIdentity(because()));
    told.refuses("trustee", grant("trustee"), "second-person-needed");
    told.refuses("guardian", grant("trustee"), "not-found");
    told.refuses("trustee", Command::ShowIdentity, "second-person-needed");
}

#[test]
fn what_nobody_would_read_is_not_taken_in() {
    let all = without(&["listener", "colleague", "trustee", "guardian"], &[]);
    Told::nothing().refuses(SYSTEM, receive(Mode::Anonymous, all), "empty-compartment");
    let nobody = without(&[], &["csirt"]);
    let mut told = Told::nothing();
    told.directory.teams.clear();
    told.refuses(SYSTEM, receive(Mode::Anonymous, nobody), "unknown");
}

#[test]
fn it_runs_from_receipt_to_closing_and_can_be_taken_up_again() {
    let told = Told::new(Mode::Anonymous, Without::default());
    let told = told.later(1).and("listener", Command::Acknowledge);
    told.refuses("colleague", Command::Acknowledge, "nothing-to-change");
    let told = told
        .and("listener", Command::Answer(words("Since when?")))
        .and(SYSTEM, Command::Reply(words("Since May.")))
        .and("colleague", Command::Note(words("Look at June.")))
        .and("listener", Command::Refer(event()))
        .and("listener", Command::Feedback(words("Two people pay now.")))
        .and("listener", close());
    let found = told.found();
    assert_eq!(found.closed, Some((told.now, Conclusion::Founded)));
    assert_eq!(found.events, [event()]);
    assert_eq!(found.feedback_at, Some(told.now));
    let shown = found.course.iter().filter(|t| t.fact.is_for_reporter());
    assert_eq!(shown.count(), 5, "the note and the event are not theirs");
    told.refuses("listener", close(), "settled");
    // Its reporter may still speak, and be answered.
    let told = told
        .and(SYSTEM, Command::Reply(words("It goes on.")))
        .and("listener", Command::Answer(words("Thank you.")))
        .and("listener", Command::Reopen(because()));
    assert_eq!(told.found().stage, Stage::Acknowledged);
    told.refuses("listener", Command::Reopen(because()), "nothing-to-change");
    told.refuses(
        "listener",
        Command::Refer(crate::EventId::from_bits(99)),
        "not-found",
    );
}

#[test]
fn an_answer_says_that_it_came_in() {
    let told = Told::new(Mode::Anonymous, Without::default());
    let facts = told
        .decide("listener", Command::Answer(words("a")))
        .unwrap();
    assert_eq!(facts.first(), Some(&Fact::Acknowledged));
    let told = told.then("listener", &facts);
    assert_eq!(told.found().acknowledged_at, Some(told.now));
}

#[test]
fn a_name_is_seen_after_one_person_asked_and_another_granted() {
    let told = Told::new(Mode::Confidential, Without::default());
    told.refuses("listener", Command::ShowIdentity, "second-person-needed");
    told.refuses("trustee", grant("listener"), "not-found");
    let told = told.and("listener", Command::AskIdentity(because()));
    told.refuses(
        "listener",
        Command::AskIdentity(because()),
        "nothing-to-change",
    );
    told.refuses("listener", grant("listener"), "not-permitted");
    told.refuses("colleague", grant("listener"), "not-permitted");
    told.refuses("administrator", grant("listener"), "not-found");
    let refused = told.clone().and("guardian", deny("listener"));
    refused.refuses("listener", Command::ShowIdentity, "second-person-needed");
    let told = told.and("trustee", grant("listener"));
    told.refuses("trustee", grant("listener"), "not-found");
    for other in ["colleague", "trustee", "administrator"] {
        assert!(
            told.decide(other, Command::ShowIdentity).is_err(),
            "{other}"
        );
    }
    let told = told.and("listener", Command::ShowIdentity);
    // Closing ends what was granted.
    let closed = told.clone().and("listener", close());
    closed.refuses("listener", Command::ShowIdentity, "second-person-needed");
    let deleted = told.and("listener", Command::DeleteIdentity);
    deleted.refuses("listener", Command::ShowIdentity, "second-person-needed");
    deleted.refuses("listener", Command::AskIdentity(because()), "not-found");
    deleted.refuses("listener", Command::DeleteIdentity, "nothing-to-change");
}

#[test]
fn whoever_has_no_name_is_not_asked_for() {
    let told = Told::new(Mode::Anonymous, Without::default());
    told.refuses("listener", Command::AskIdentity(because()), "not-found");
    told.refuses("listener", Command::DeleteIdentity, "nothing-to-change");
}

#[test]
fn a_name_is_deleted_when_its_time_after_the_closing_is_over() {
    let told = Told::new(Mode::Confidential, Without::default());
    told.clone()
        .later(10_000)
        .refuses(SYSTEM, Command::DeleteIdentity, "nothing-to-change");
    let closed = told.and("listener", close());
    let (before, after) = (closed.clone().later(729), closed.later(730));
    before.refuses(SYSTEM, Command::DeleteIdentity, "nothing-to-change");
    let facts = after.decide(SYSTEM, Command::DeleteIdentity).unwrap();
    let ground = Ground::Retention;
    assert_eq!(facts, [Fact::IdentityDeleted { ground }]);
}

/// Any order of asking, granting, refusing, showing, deleting, closing and taking up again.
fn steps() -> impl Strategy<Value = Vec<(&'static str, u8, &'static str)>> {
    let who = || prop::sample::select(vec!["listener", "colleague", "trustee", "guardian", "both"]);
    prop::collection::vec((who(), 0_u8..8, who()), 1..60)
}

proptest! {
    #[test]
    fn no_name_is_ever_shown_without_asking_and_a_grant_by_another(
        steps in steps(),
        excludes in any::<bool>(),
    ) {
        let mut told = Told::nothing();
        // Somebody who handles disclosures and keeps identities as well.
        let guardian = person("guardian");
        let both = told.directory.people.get_mut(&guardian).unwrap();
        both.roles.insert(crate::Role::DisclosureHandler);
        let excluded = if excludes { without(&["colleague"], &[]) } else { Without::default() };
        let mut told = told.and(SYSTEM, receive(Mode::Confidential, excluded));
        // What was asked and granted, by rules of its own.
        let mut open: Vec<(PersonId, Option<PersonId>)> = Vec::new();
        let mut is_deleted = false;
        for (who, what, other) in steps {
            let (who, other) = (
                if who == "both" { "guardian" } else { who },
                if other == "both" { "guardian" } else { other },
            );
            let command = match what {
                0 => Command::AskIdentity(because()),
                1 => grant(other),
                2 => deny(other),
                3 | 4 => Command::ShowIdentity,
                5 => close(),
                6 => Command::Reopen(because()),
                _ => Command::DeleteIdentity,
            };
            let Ok(facts) = told.decide(who, command) else { continue };
            for fact in &facts {
                let me = person(who);
                match fact {
                    Fact::IdentityAsked { .. } => open.push((me, None)),
                    Fact::IdentityGranted { asker } => {
                        prop_assert_ne!(asker, &me);
                        let ask = open.iter_mut().find(|(by, to)| by == asker && to.is_none());
                        ask.expect("nobody grants what was not asked").1 = Some(me);
                    }
                    Fact::IdentityRefused { asker, .. } => {
                        open.retain(|(by, to)| by != asker || to.is_some());
                    }
                    Fact::IdentityShown => {
                        prop_assert!(!is_deleted);
                        let lets = |(by, to): &(PersonId, Option<PersonId>)| {
                            *by == me && to.as_ref().is_some_and(|to| *to != me)
                        };
                        prop_assert!(open.iter().any(lets), "{who} saw it: {open:?}");
                        prop_assert!(!(excludes && who == "colleague"));
                    }
                    Fact::Closed { .. } => open.clear(),
                    Fact::IdentityDeleted { .. } => {
                        open.clear();
                        is_deleted = true;
                    }
                    _ => {}
                }
            }
            told = told.then(who, &facts);
        }
    }
}
