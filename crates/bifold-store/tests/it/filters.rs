//! Which incidents: each condition lets through what it says, and counts agree with lists.

use crate::world::{World, databases};
use bifold_domain::incident::{self, Assess, Assign, Restrict, Sleep};
use bifold_domain::kind::{Finding, KindKey};
use bifold_domain::{Actor, IncidentId, Role, Text, time};
use bifold_store::query::event;
use bifold_store::query::incident::{Filter, Order};

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

/// The titles of what the filter lets through, and the agreement of the count with them.
async fn titles(world: &World, who: &Actor, filter: &Filter) -> Vec<String> {
    let (store, viewer) = (&world.store, who.viewer());
    let rows = store
        .incidents(&viewer, filter, Order::Newest, None, 200)
        .await
        .unwrap();
    let count = store.count(&viewer, filter, 100).await.unwrap();
    assert_eq!(count, (u32::try_from(rows.len()).unwrap(), false));
    let mut titles: Vec<String> = rows.into_iter().map(|row| row.title).collect();
    titles.sort();
    titles
}

async fn judged(world: &World, who: &Actor, id: &IncidentId, kind: KindKey) {
    let assess = Assess {
        kind,
        finding: Finding::No,
        answers: Default::default(),
        reason: text("looked at"),
    };
    world
        .act(who, id, incident::Command::Assess(assess))
        .await
        .unwrap();
}

/// Four incidents by what is done with them: taken, judged, asleep, secret. Gives the id of the
/// first and the number of the last.
async fn four(world: &World, olga: &Actor, agent: &Actor) -> (String, String) {
    let (taken, _) = world.declare(agent, "taken").await;
    let (judged_both, _) = world.declare(agent, "judged").await;
    let (asleep, _) = world.declare(olga, "asleep").await;
    let (secret, receipt) = world.declare(olga, "secret").await;
    let assign = Assign {
        team: None,
        person: Some(agent.person.clone()),
    };
    let sleep = Sleep {
        until: world.store.shell().clock.now().plus(time::HOUR),
        reason: text("tonight"),
    };
    let restrict = Restrict {
        people: [olga.person.clone()].into(),
        teams: Default::default(),
        reason: text("need to know"),
    };
    for (id, command) in [
        (&taken, incident::Command::Assign(assign)),
        (&asleep, incident::Command::Snooze(sleep)),
        (&secret, incident::Command::Restrict(restrict)),
    ] {
        world.act(olga, id, command).await.unwrap();
    }
    for kind in [KindKey::service(), KindKey::security()] {
        judged(world, olga, &judged_both, kind).await;
    }
    let number = receipt.touched[0].number.clone().unwrap();
    (taken.to_string(), number)
}

fn filter(change: impl FnOnce(&mut Filter)) -> Filter {
    let mut filter = Filter::default();
    change(&mut filter);
    filter
}

fn named(names: &[&str]) -> Filter {
    filter(|f| f.ids = names.iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn each_condition_lets_through_what_it_says() {
    for database in databases().await {
        let world = World::on(database).await;
        let olga = world.person("olga", &[Role::SecurityOfficer]).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let (taken, number) = four(&world, &olga, &agent).await;
        let every = ["asleep", "judged", "secret", "taken"];
        let first = world.store.incident(&olga.viewer(), &taken).await.unwrap();
        let p = i64::from(first.unwrap().0.handling.number());
        let asleep = filter(|f| f.snoozed = Some(true));
        let reported = agent.person.to_string();
        for (filter, expected) in [
            (Filter::default(), &every[..]),
            (
                filter(|f| f.unassigned = true),
                &["asleep", "judged", "secret"],
            ),
            (
                filter(|f| f.undecided = true),
                &["asleep", "secret", "taken"],
            ),
            (asleep.clone(), &["asleep"]),
            (
                filter(|f| f.snoozed = Some(false)),
                &["judged", "secret", "taken"],
            ),
            (filter(|f| f.restricted = Some(true)), &["secret"]),
            (
                filter(|f| f.restricted = Some(false)),
                &["asleep", "judged", "taken"],
            ),
            (
                filter(|f| f.reporter = Some(reported)),
                &["judged", "taken"],
            ),
            (filter(|f| f.handling = Some(p)), &every[..]),
            (filter(|f| f.handling = Some(p % 5 + 1)), &[]),
            (named(&[&taken, &number]), &["secret", "taken"]),
            (named(&[&number]), &["secret"]),
            (named(&["INC-1999-0001"]), &[]),
        ] {
            let found = titles(&world, &olga, &filter).await;
            assert_eq!(found, expected, "{filter:?} on {}", world.store.database());
            // Whoever is outside the compartment neither lists nor counts what is in it.
            let outside: Vec<_> = expected.iter().filter(|t| **t != "secret").collect();
            let found = titles(&world, &agent, &filter).await;
            assert!(found.iter().eq(outside), "{filter:?}");
        }
        // On its date it is awake, although no job has run.
        world.store.shell().advance(2 * time::HOUR);
        assert!(titles(&world, &olga, &asleep).await.is_empty());
        world.check().await;
    }
}

#[tokio::test]
async fn a_count_stops_at_its_cap_and_says_so() {
    for database in databases().await {
        let world = World::on(database).await;
        let viewer = world.admin.viewer();
        for i in 0..5 {
            world.declare(&world.admin, &format!("No {i}")).await;
        }
        let all = Filter::default();
        for (cap, answer) in [(4, (4, true)), (5, (5, false)), (0, (0, true))] {
            let count = world.store.count(&viewer, &all, cap).await.unwrap();
            assert_eq!(count, answer);
        }
        world.check().await;
    }
}

#[tokio::test]
async fn events_are_counted_for_those_who_may_see_them() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let reporter = world.person("rita", &[Role::Reporter]).await;
        for who in [&agent, &agent, &reporter] {
            world.report(who, "Something odd").await;
        }
        let filter = event::Filter {
            standing: Some("undecided".to_owned()),
            ..event::Filter::default()
        };
        for (who, cap, answer) in [
            (&agent, 9, (3, false)),
            (&agent, 2, (2, true)),
            (&reporter, 9, (1, false)),
        ] {
            let count = world
                .store
                .count_events(&who.viewer(), &filter, cap)
                .await
                .unwrap();
            assert_eq!(count, answer);
        }
        world.check().await;
    }
}
