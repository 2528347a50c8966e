//! The confidential channel in the store: what is kept, who sees it, what is gone when it is gone.

use crate::traces::{Traces, dump};
use crate::world::{World, databases, short};
use bifold_domain::disclosure::{
    Assign, Because, Close, Command as C, Concern, Conclusion, Deny, Disclosure, Fact, Grant, Mode,
    Receive, Standing, Without, Words,
};
use bifold_domain::policy::{Command as Policy, PolicyId};
use bifold_domain::time::DAY;
use bifold_domain::{Actor, Command, DisclosureId, PersonId, Role, Text, Title};
use bifold_store::voice::{Filter, Identity};
use bifold_store::{Error, Operation, Store};
use std::collections::BTreeSet;

fn words(said: &str) -> Words {
    Words {
        text: Text::parse(said).unwrap(),
    }
}

fn because() -> Because {
    Because {
        reason: Text::parse("r").unwrap(),
    }
}

fn report(mode: Mode, without: &[&Actor]) -> Receive {
    Receive {
        concern: Concern::Wrongdoing,
        mode,
        title: Title::parse("Paid twice").unwrap(),
        text: Text::parse("Invoices of quokkawharf are paid twice.").unwrap(),
        without: Without {
            people: without.iter().map(|a| a.person.clone()).collect(),
            teams: BTreeSet::new(),
        },
    }
}

fn somebody() -> Identity {
    Identity {
        name: short("Wilhelmina Zanzibarone"),
        contact: Some(short("zanzibarphone1234567")),
    }
}

async fn ask(world: &World, who: &Actor, id: &DisclosureId, command: C) -> Result<(), Error> {
    let command = Command::Disclosure(id.clone(), command);
    let answer = world.store.execute(Operation::one(who, command)).await;
    answer.map(|_| ())
}

async fn work(world: &World) {
    for _ in 0..10 {
        if world.store.run_due_jobs().await.unwrap() == 0 {
            return;
        }
    }
    panic!("jobs do not end");
}

/// The people of the channel: two who handle, one custodian.
async fn people(world: &World) -> [Actor; 3] {
    [
        world.person("Hanna", &[Role::DisclosureHandler]).await,
        world.person("Hugo", &[Role::DisclosureHandler]).await,
        world.person("Cleo", &[Role::IdentityCustodian]).await,
    ]
}

async fn only(world: &World, who: &Actor) -> Disclosure {
    let viewer = who.viewer();
    let rows = world
        .store
        .seen_disclosures(&viewer, &Filter::default(), None, 10)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    let found = world.store.disclosure(&viewer, &rows[0].number).await;
    found.unwrap().unwrap().0
}

#[tokio::test]
async fn who_has_the_code_reads_the_answer_and_replies() {
    for database in databases().await {
        let world = World::on(database).await;
        let [hanna, ..] = people(&world).await;
        let store = &world.store;
        let form = Some("form-of-a-page");
        let code = store
            .disclose(report(Mode::Anonymous, &[]), None, form)
            .await
            .unwrap();
        // Sent again, it is the same disclosure, and both codes open it.
        let again = store
            .disclose(report(Mode::Anonymous, &[]), None, form)
            .await
            .unwrap();
        assert_ne!(code, again);
        let id = only(&world, &hanna).await.id;
        for (command, is_read) in [
            (C::Note(words("a note")), false),
            (C::Answer(words("Since when?")), true),
        ] {
            ask(&world, &hanna, &id, command).await.unwrap();
            let found = store.disclosed_by(&again).await.unwrap().unwrap();
            assert_eq!(found.course.len(), if is_read { 2 } else { 0 });
        }
        let spoken = code.to_lowercase().replace('-', " ");
        store
            .reply_to_disclosure(&spoken, words("Since May."), Some("a-reply-form"))
            .await
            .unwrap();
        store
            .reply_to_disclosure(&spoken, words("Since May."), Some("a-reply-form"))
            .await
            .unwrap();
        let found = only(&world, &hanna).await;
        let replies = found.course.iter();
        let replies = replies.filter(|t| matches!(t.fact, Fact::Replied { .. }));
        assert_eq!(replies.count(), 1, "the same form is one reply");
        assert_eq!(found.course.last().unwrap().by, store.system().person);
        for wrong in ["", "0000-0000-0000-0000-0000", "x"] {
            assert_eq!(store.disclosed_by(wrong).await.unwrap(), None);
            let answer = store.reply_to_disclosure(wrong, words("r"), None).await;
            assert!(matches!(answer, Err(Error::Refused(_))));
        }
        work(&world).await;
        world.check().await;
    }
}

/// What SQL shows is what the domain says, for everybody and every choice of who is excluded.
#[tokio::test]
async fn the_predicate_says_what_the_domain_says() {
    for database in databases().await {
        let world = World::on(database).await;
        let [hanna, hugo, cleo] = people(&world).await;
        let both = world
            .person("Both", &[Role::DisclosureHandler, Role::IdentityCustodian])
            .await;
        let carla = world.person("Carla", &[Role::IdentityCustodian]).await;
        let mut everybody = vec![
            hanna.clone(),
            hugo.clone(),
            cleo.clone(),
            both.clone(),
            carla,
        ];
        for role in Role::ALL {
            everybody.push(world.person(&format!("A {role}"), &[*role]).await);
        }
        let team = world.team("Finance", &[&hugo]).await;
        let handler = everybody
            .iter()
            .filter(|a| a.roles.contains(&Role::DisclosureHandler));
        let handlers: Vec<&Actor> = handler.collect();
        let store = &world.store;
        for without in [
            vec![],
            vec![&hanna],
            vec![&both],
            handlers.clone(),
            [handlers.clone(), vec![&cleo]].concat(),
        ] {
            let new = report(Mode::Confidential, &without);
            store.disclose(new, Some(&somebody()), None).await.unwrap();
        }
        let mut by_team = report(Mode::Anonymous, &[]);
        by_team.without.teams.insert(team.clone());
        store.disclose(by_team, None, None).await.unwrap();
        // Hugo leaves the team, and Hanna joins it: neither reads that one.
        let leave = bifold_domain::team::SetMembers {
            members: BTreeSet::from([hanna.person.clone()]),
        };
        let command = Command::Team(team, bifold_domain::team::Command::SetMembers(leave));
        store
            .execute(Operation::one(&world.admin, command))
            .await
            .unwrap();
        let directory = store.directory().await.unwrap();
        let mut seen_by_somebody = 0;
        for who in everybody.iter().chain([&world.admin]) {
            let who = store.actor(&who.person, who.auth).await.unwrap().unwrap();
            let viewer = who.viewer();
            let rows = store
                .seen_disclosures(&viewer, &Filter::default(), None, 50)
                .await
                .unwrap();
            let shown: BTreeSet<&str> = rows.iter().map(|row| row.number.as_str()).collect();
            for n in 1..=6 {
                let number = format!("DIS-2026-{n:04}");
                let found = store.disclosure(&viewer, &number).await.unwrap();
                assert_eq!(found.is_some(), shown.contains(number.as_str()));
                let all: Vec<&Actor> = everybody.iter().collect();
                let state = some(store, &all, &number).await;
                let Some(state) = state else { continue };
                seen_by_somebody += 1;
                let may = state.is_readable_by(&viewer, &directory);
                assert_eq!(found.is_some(), may, "{:?} on {number}", who.roles);
            }
        }
        assert!(seen_by_somebody > 0);
        world.check().await;
    }
}

/// The disclosure through whoever can read it.
async fn some(store: &Store, everybody: &[&Actor], number: &str) -> Option<Disclosure> {
    for who in everybody {
        let who = store.actor(&who.person, who.auth).await.unwrap().unwrap();
        if let Some((found, _)) = store.disclosure(&who.viewer(), number).await.unwrap() {
            return Some(found);
        }
    }
    None
}

#[tokio::test]
async fn a_name_is_sealed_shown_to_two_and_deleted_for_good() {
    for database in databases().await {
        let world = World::on(database).await;
        let [hanna, hugo, cleo] = people(&world).await;
        let store = &world.store;
        let code = store
            .disclose(report(Mode::Confidential, &[]), Some(&somebody()), None)
            .await
            .unwrap();
        let id = only(&world, &hanna).await.id;
        let secret = [code.replace('-', ""), code.clone()];
        let traces = Traces::of(
            ["Zanzibarone", "zanzibarphone1234567"]
                .into_iter()
                .chain(secret.iter().map(String::as_str)),
        );
        let nowhere = async || {
            traces.in_no_file(&world.options.data);
            let rows = dump(&world.options).await;
            assert!(traces.found_in(rows.as_bytes()).is_empty());
        };
        nowhere().await;
        let refused = |answer: Result<_, Error>| assert!(matches!(answer, Err(Error::Refused(_))));
        refused(store.show_identity(&hanna, &id).await.map(|_| ()));
        ask(&world, &hanna, &id, C::AskIdentity(because()))
            .await
            .unwrap();
        let requests = store.identity_requests(&cleo.viewer()).await.unwrap();
        assert_eq!(requests.len(), 1);
        assert_eq!(store.identity_requests(&hugo.viewer()).await.unwrap(), []);
        let grant = || {
            C::GrantIdentity(Grant {
                asker: hanna.person.clone(),
            })
        };
        refused(ask(&world, &hugo, &id, grant()).await);
        ask(&world, &cleo, &id, grant()).await.unwrap();
        assert_eq!(store.identity_requests(&cleo.viewer()).await.unwrap(), []);
        refused(store.show_identity(&hugo, &id).await.map(|_| ()));
        let (shown, receipt) = store.show_identity(&hanna, &id).await.unwrap();
        assert_eq!(shown, somebody());
        assert_eq!(receipt.entries[0].kind, "disclosure.identity_shown");
        nowhere().await;
        let key = world.options.data.join(format!("keys/identity/{id}.key"));
        assert!(key.is_file());
        ask(&world, &hugo, &id, C::DeleteIdentity).await.unwrap();
        work(&world).await;
        assert!(!key.exists(), "what was sealed with it opens nowhere");
        refused(store.show_identity(&hanna, &id).await.map(|_| ()));
        refused(ask(&world, &hanna, &id, C::AskIdentity(because())).await);
        work(&world).await;
        world.check().await;
    }
}

#[tokio::test]
async fn a_name_is_kept_as_long_after_the_closing_as_policy_says() {
    for database in databases().await {
        let world = World::on(database).await;
        let [hanna, ..] = people(&world).await;
        let store = &world.store;
        store
            .disclose(report(Mode::Confidential, &[]), Some(&somebody()), None)
            .await
            .unwrap();
        let id = only(&world, &hanna).await.id;
        let close = Close {
            outcome: Conclusion::Unfounded,
            reason: Text::parse("r").unwrap(),
        };
        ask(&world, &hanna, &id, C::Close(close)).await.unwrap();
        work(&world).await;
        // Said later than it was closed, and it counts.
        let mut limits = store.directory().await.unwrap().policy.limits.clone();
        limits.keep_identity_days = 40;
        let command = Command::Policy(PolicyId, Policy::Limits(limits));
        store
            .execute(Operation::one(&world.admin, command))
            .await
            .unwrap();
        for (days, is_kept) in [(31, true), (8, true), (1, false)] {
            store.shell().advance(days * DAY);
            work(&world).await;
            assert_eq!(only(&world, &hanna).await.has_identity(), is_kept, "{days}");
        }
        world.check().await;
    }
}

#[tokio::test]
async fn those_who_handle_it_are_told_that_something_waits_and_nobody_else() {
    for database in databases().await {
        let world = World::on(database).await;
        let [hanna, hugo, cleo] = people(&world).await;
        let store = &world.store;
        let unread = async |who: &Actor| store.unread(&who.viewer()).await.unwrap().0;
        store
            .disclose(report(Mode::Anonymous, &[&hugo]), None, None)
            .await
            .unwrap();
        work(&world).await;
        let counts = [
            unread(&hanna).await,
            unread(&hugo).await,
            unread(&cleo).await,
        ];
        assert_eq!(counts, [1, 0, 0]);
        assert_eq!(unread(&world.admin).await, 0);
        let told = store.inbox(&hanna.viewer(), None, 10).await.unwrap();
        assert_eq!(told[0].occasion.word(), "disclosure_waits");
        assert_eq!(told[0].by, None);
        store.mark_read(&hanna.person, &[]).await.unwrap();
        // Before the seven days are over, and before the three months are.
        for (days, count) in [(4, 0), (1, 1)] {
            store.shell().advance(days * DAY);
            work(&world).await;
            assert_eq!(unread(&hanna).await, count);
        }
        assert_eq!(unread(&hugo).await, 0);
        world.check().await;
    }
}

#[tokio::test]
async fn counts_are_for_auditors_and_of_nothing_that_they_are_excluded_from() {
    for database in databases().await {
        let world = World::on(database).await;
        let [hanna, hugo, cleo] = people(&world).await;
        let auditor = world.person("Aud", &[Role::Auditor]).await;
        let store = &world.store;
        for without in [vec![], vec![&auditor], vec![&hugo]] {
            let new = report(Mode::Anonymous, &without);
            store.disclose(new, None, None).await.unwrap();
        }
        let viewer = hanna.viewer();
        let rows = store
            .seen_disclosures(&viewer, &Filter::default(), None, 10)
            .await
            .unwrap();
        let id = DisclosureId::parse(&rows[2].id).unwrap();
        let to = Assign {
            person: hanna.person.clone(),
        };
        for command in [
            C::Assign(to),
            C::Acknowledge,
            C::Feedback(words("Done.")),
            C::Close(Close {
                outcome: Conclusion::Founded,
                reason: Text::parse("r").unwrap(),
            }),
        ] {
            ask(&world, &hanna, &id, command).await.unwrap();
        }
        store.shell().advance(200 * DAY);
        let summary = async |who: &Actor| {
            let found = store.disclosure_summary(&who.viewer(), None, None).await;
            found.unwrap()
        };
        let counted = summary(&auditor).await.unwrap();
        assert_eq!((counted.received, counted.open), (2, 1));
        assert_eq!(
            (counted.acknowledged_in_time, counted.acknowledged_late),
            (1, 1)
        );
        assert_eq!((counted.feedback_in_time, counted.feedback_late), (1, 1));
        assert_eq!(counted.outcomes["founded"], 1);
        assert_eq!(summary(&hanna).await.unwrap().received, 3);
        assert_eq!(summary(&cleo).await, None);
        let none = store
            .seen_disclosures(&auditor.viewer(), &Filter::default(), None, 10)
            .await;
        assert_eq!(none.unwrap(), []);
        work(&world).await;
        world.check().await;
    }
}

#[tokio::test]
async fn a_backup_holds_no_word_and_brings_all_of_it_back() {
    for database in databases().await {
        let world = World::on(database).await;
        let [hanna, _, cleo] = people(&world).await;
        let store = &world.store;
        let code = store
            .disclose(report(Mode::Confidential, &[]), Some(&somebody()), None)
            .await
            .unwrap();
        let id = only(&world, &hanna).await.id;
        ask(&world, &hanna, &id, C::AskIdentity(because()))
            .await
            .unwrap();
        let deny = Deny {
            asker: hanna.person.clone(),
            reason: Text::parse("r").unwrap(),
        };
        ask(&world, &cleo, &id, C::RefuseIdentity(deny))
            .await
            .unwrap();
        ask(&world, &hanna, &id, C::AskIdentity(because()))
            .await
            .unwrap();
        let grant = Grant {
            asker: hanna.person.clone(),
        };
        ask(&world, &cleo, &id, C::GrantIdentity(grant))
            .await
            .unwrap();
        let asks = only(&world, &hanna).await.asks;
        assert!(matches!(asks[0].standing, Standing::Refused { .. }));
        work(&world).await;
        let before = only(&world, &hanna).await;
        store.sign_checkpoint().await.unwrap();
        let there = tempfile::tempdir().unwrap();
        let file = there.path().join("backup.db");
        store.backup(&file, false).await.unwrap();
        let traces = Traces::of(["quokkawharf", "Zanzibarone"].into_iter());
        traces.in_no_file(there.path());
        let published = tempfile::tempdir().unwrap();
        store.publish_ledger(published.path(), true).await.unwrap();
        traces.in_no_file(published.path());

        let place = world.beside().await;
        let keys = &world.options.data;
        let (restored, _) = Store::restore(&file, keys, place.options.clone())
            .await
            .unwrap();
        let found = restored.disclosed_by(&code).await.unwrap().unwrap();
        assert_eq!(found.text, before.text);
        let (all, _) = restored
            .disclosure(&hanna.viewer(), id.as_str())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(all, before);
        let (shown, _) = restored.show_identity(&hanna, &id).await.unwrap();
        assert_eq!(shown, somebody());
        restored.close().await;
        world.check().await;
    }
}

#[tokio::test]
async fn no_word_of_it_is_found_and_nobody_unknown_is_excluded() {
    for database in databases().await {
        let world = World::on(database).await;
        let [hanna, ..] = people(&world).await;
        let store = &world.store;
        let mut new = report(Mode::Anonymous, &[]);
        let stranger = PersonId::from_bits(store.shell().ids.next());
        new.without.people.insert(stranger);
        let answer = store.disclose(new, None, None).await;
        assert!(matches!(answer, Err(Error::Refused(_))));
        store
            .disclose(report(Mode::Anonymous, &[]), None, None)
            .await
            .unwrap();
        for who in [&hanna, &world.admin] {
            let hits = store.search(&who.viewer(), "quokkawharf", None, 10).await;
            assert!(hits.unwrap().is_empty());
        }
        let rows = dump(&world.options).await;
        let index = rows.lines().filter(|row| row.contains("'quokkawharf'"));
        assert_eq!(index.count(), 0, "the index of words knows nothing of it");
        world.check().await;
    }
}
