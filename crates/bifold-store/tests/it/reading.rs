//! Reading: order, paging, search, and the one visibility predicate.

use crate::world::{World, databases, declaration};
use bifold_domain::incident::{self, Assess, Note, Restrict, state};
use bifold_domain::kind::{Finding, KindKey};
use bifold_domain::{Actor, Command, IncidentId, Role, Text};
use bifold_store::Operation;
use bifold_store::query::incident::{After, Filter, Order};

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

#[tokio::test]
async fn the_queue_pages_by_key_without_gaps_or_repeats() {
    for database in databases().await {
        let world = World::on(database).await;
        let viewer = world.admin.viewer();
        for i in 0..45 {
            let mut new = declaration(&format!("No {i}"));
            new.urgency = bifold_domain::priority::Urgency::ALL[i % 4];
            let command = incident::Command::Declare(Box::new(new));
            let command = Command::Incident(world.incident_id(), command);
            world
                .store
                .execute(Operation::one(&world.admin, command))
                .await
                .unwrap();
        }
        for order in [Order::MostUrgent, Order::Newest, Order::Due] {
            let filter = Filter {
                is_open: Some(true),
                ..Filter::default()
            };
            let mut seen = Vec::new();
            let mut after = None;
            loop {
                let page = world
                    .store
                    .incidents(&viewer, &filter, order, after, 7)
                    .await
                    .unwrap();
                let Some(last) = page.last() else { break };
                after = Some(After {
                    handling: last.handling,
                    due: last.clock_due,
                    seq: last.seq,
                });
                seen.extend(page.into_iter().map(|r| (r.handling, r.seq, r.clock_due)));
            }
            assert_eq!(seen.len(), 45);
            let mut sorted = seen.clone();
            match order {
                Order::MostUrgent => sorted.sort_unstable(),
                Order::Newest => sorted.sort_unstable_by_key(|r| std::cmp::Reverse(r.1)),
                Order::Due => sorted.sort_unstable_by_key(|r| (r.2, r.1)),
            }
            sorted.dedup();
            assert_eq!(seen, sorted);
        }
        world.check().await;
    }
}

#[tokio::test]
async fn search_finds_words_and_beginnings_alike_on_both_databases() {
    for database in databases().await {
        let world = World::on(database).await;
        let viewer = world.admin.viewer();
        let (a, _) = world
            .declare(&world.admin, "svc-07 Überlauf on srv0042: disk full")
            .await;
        world.declare(&world.admin, "another thing").await;
        for (query, hits) in [
            ("srv0042", 1),
            ("SRV0042", 1),
            ("überlauf", 1),
            ("disk ful", 1),
            ("full disk", 1),
            ("svc-07", 1),
            ("disk another", 0),
            ("thi", 1),
            ("th", 0),
            ("\"disk\" OR *", 0),
            ("'); DROP TABLE incident; --", 0),
            ("", 0),
        ] {
            let found = world.store.search(&viewer, query, None, 10).await.unwrap();
            assert_eq!(found.len(), hits, "{query} on {}", world.store.database());
            assert!(hits == 0 || query == "thi" || found[0].id == a.as_str());
        }
        world.check().await;
    }
}

async fn sees(world: &World, who: &Actor, id: &IncidentId) -> [bool; 4] {
    let viewer = who.viewer();
    let store = &world.store;
    let listed = store
        .incidents(&viewer, &Filter::default(), Order::Newest, None, 200)
        .await
        .unwrap()
        .iter()
        .any(|row| row.id == id.as_str());
    let found = store
        .incident(&viewer, id.as_str())
        .await
        .unwrap()
        .is_some();
    let searched = store
        .search(&viewer, "zanzibar", None, 50)
        .await
        .unwrap()
        .iter()
        .any(|hit| hit.id == id.as_str());
    let history = !store
        .timeline(&viewer, id, None, 10)
        .await
        .unwrap()
        .is_empty();
    [listed, found, searched, history]
}

#[tokio::test]
async fn a_restricted_incident_exists_for_its_members_only() {
    for database in databases().await {
        let world = World::on(database).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let mate = world.person("mate", &[Role::Resolver]).await;
        let team = world.team("Forensics", &[&mate]).await;
        let mate = world
            .store
            .actor(&mate.person, mate.auth)
            .await
            .unwrap()
            .unwrap();
        let (id, _) = world.declare(&agent, "zanzibar leak").await;
        for who in [&officer, &agent, &mate, &world.admin] {
            assert_eq!(sees(&world, who, &id).await, [true; 4]);
        }
        let restrict = Restrict {
            people: [officer.person.clone()].into(),
            teams: [team].into(),
            reason: text("a colleague is concerned"),
        };
        world
            .act(&officer, &id, incident::Command::Restrict(restrict))
            .await
            .unwrap();
        for who in [&officer, &mate] {
            assert_eq!(sees(&world, who, &id).await, [true; 4]);
        }
        for who in [&agent, &world.admin] {
            assert_eq!(sees(&world, who, &id).await, [false; 4], "{who:?}");
        }
        // The first administrator is incident manager too, and may break the glass.
        let why = incident::Because {
            reason: text("fire at the data centre"),
        };
        world
            .act(&world.admin, &id, incident::Command::BreakGlass(why))
            .await
            .unwrap();
        assert_eq!(sees(&world, &world.admin, &id).await, [true; 4]);
        assert_eq!(
            world.store.alarms(10).await.unwrap()[0].kind,
            "glass_broken"
        );
        world.store.shell().advance(2 * bifold_domain::time::HOUR);
        assert_eq!(sees(&world, &world.admin, &id).await, [false; 4]);
        world.check().await;
    }
}

#[tokio::test]
async fn the_security_lane_does_not_exist_for_the_service_desk() {
    for database in databases().await {
        let world = World::on(database).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let (id, _) = world.declare(&agent, "Slow logins").await;
        let assess = Assess {
            kind: KindKey::security(),
            finding: Finding::Yes,
            answers: Default::default(),
            reason: text("credential stuffing from kilimanjaro"),
        };
        world
            .act(&officer, &id, incident::Command::Assess(assess))
            .await
            .unwrap();
        let note = Note {
            text: text("attacker uses serengeti tool"),
            lane: Some(KindKey::security()),
            audience: incident::Audience::Internal,
            next_by: None,
        };
        world
            .act(&officer, &id, incident::Command::Note(note))
            .await
            .unwrap();
        for (who, hits) in [(&officer, 1), (&agent, 0)] {
            for word in ["kilimanjaro", "serengeti"] {
                let found = world
                    .store
                    .search(&who.viewer(), word, None, 10)
                    .await
                    .unwrap();
                assert_eq!(found.len(), hits, "{word}");
            }
            let timeline = world
                .store
                .timeline(&who.viewer(), &id, None, 50)
                .await
                .unwrap();
            assert_eq!(timeline.len(), 1 + 2 * hits);
        }
        // A seat in the lane shows it, whatever the role.
        let mate = world.person("mate", &[Role::Resolver]).await;
        let seat = incident::SetLane {
            kind: KindKey::security(),
            owner: Some(mate.person.clone()),
            team: None,
        };
        world
            .act(&officer, &id, incident::Command::SetLane(seat))
            .await
            .unwrap();
        let found = world
            .store
            .search(&mate.viewer(), "serengeti", None, 10)
            .await
            .unwrap();
        assert_eq!(found.len(), 1);
        let timeline = world
            .store
            .timeline(&mate.viewer(), &id, None, 50)
            .await
            .unwrap();
        assert_eq!(timeline.len(), 4);
        world.check().await;
    }
}

#[tokio::test]
async fn the_sql_predicate_says_what_the_domain_says() {
    for database in databases().await {
        let world = World::on(database).await;
        let mut people = vec![world.admin.clone()];
        for role in Role::ALL {
            people.push(world.person(role.word(), &[*role]).await);
        }
        let team = world.team("Some", &[&people[1], &people[3]]).await;
        let mut fresh = Vec::new();
        for person in &people {
            fresh.push(
                world
                    .store
                    .actor(&person.person, person.auth)
                    .await
                    .unwrap()
                    .unwrap(),
            );
        }
        let declarers: Vec<&Actor> = fresh
            .iter()
            .filter(|a| a.may(bifold_domain::Permission::Declare))
            .collect();
        let mut ids = Vec::new();
        for i in 0..40_usize {
            let mut new = declaration(&format!("zanzibar {i}"));
            new.reporter = Some(fresh[i % fresh.len()].person.clone());
            if i % 3 != 0 {
                new.compartment = Some(state::Compartment {
                    people: [fresh[(i * 7) % fresh.len()].person.clone()].into(),
                    teams: if i % 2 == 0 {
                        [team.clone()].into()
                    } else {
                        Default::default()
                    },
                });
            }
            let id = world.incident_id();
            let command = Command::Incident(id.clone(), incident::Command::Declare(Box::new(new)));
            let who = declarers[i % declarers.len()];
            world
                .store
                .execute(Operation::one(who, command))
                .await
                .unwrap();
            ids.push(id);
        }
        let all_seeing = fresh.iter().map(Actor::viewer).collect::<Vec<_>>();
        let now = world.store.shell().clock.now();
        for id in &ids {
            let mut states = Vec::new();
            for viewer in &all_seeing {
                states.push(world.store.incident(viewer, id.as_str()).await.unwrap());
            }
            let (state, _) = states
                .iter()
                .flatten()
                .next()
                .expect("somebody reads it")
                .clone();
            for (viewer, found) in all_seeing.iter().zip(&states) {
                assert_eq!(
                    found.is_some(),
                    state.is_readable_by(viewer, now),
                    "{viewer:?}"
                );
            }
        }
        world.check().await;
    }
}

#[tokio::test]
async fn reports_count_only_what_the_viewer_can_read() {
    for database in databases().await {
        let world = World::on(database).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let auditor = world.person("audrey", &[Role::Auditor]).await;
        let (id, _) = world.declare(&officer, "One").await;
        world.declare(&officer, "Two").await;
        let restrict = Restrict {
            people: [officer.person.clone()].into(),
            teams: Default::default(),
            reason: text("need to know"),
        };
        world
            .act(&officer, &id, incident::Command::Restrict(restrict))
            .await
            .unwrap();
        for (who, count) in [(&officer, 2), (&auditor, 1)] {
            let viewer = who.viewer();
            let flow = world.store.flow(&viewer, &Filter::default()).await.unwrap();
            assert_eq!(flow.incidents, count);
            let cells = world
                .store
                .matrix_in_use(&viewer, &Filter::default())
                .await
                .unwrap();
            assert_eq!(cells.iter().map(|c| c.incidents).sum::<i64>(), count);
            let outcomes = world
                .store
                .outcomes(&viewer, &Filter::default())
                .await
                .unwrap();
            assert_eq!(outcomes.iter().map(|c| c.incidents).sum::<i64>(), count);
        }
        world.check().await;
    }
}
