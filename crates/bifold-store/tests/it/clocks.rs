//! Clocks of service levels: what is due fires once, whoever looks how often, and the tables are
//! those that the facts give.

use crate::world::{World, databases, short};
use bifold_domain::incident::{Because, Command as C, Hold, PendingOn, Resolve};
use bifold_domain::level::{Act, Cause, Levels, Metric};
use bifold_domain::policy::{self, NewLevels, PolicyId};
use bifold_domain::time::{DAY, HOUR, MINUTE};
use bifold_domain::{Actor, At, Command, IncidentId, Role, Text};
use bifold_store::query::incident::{Filter, Order};
use bifold_store::{Operation, Store};

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

/// The newest levels.
async fn levels(world: &World) -> Levels {
    let directory = world.store.directory().await.unwrap();
    let newest = directory.policy.terms.levels.newest();
    newest.unwrap().value.clone()
}

/// Facts of one kind on an incident.
async fn facts(world: &World, id: &IncidentId, kind: &str) -> usize {
    let viewer = world.admin.viewer();
    let told = world.store.timeline(&viewer, id, None, 200).await.unwrap();
    told.iter().filter(|entry| entry.kind == kind).count()
}

async fn everything_due(store: &Store) -> usize {
    let mut all = 0;
    // Bounded: a look that never ends would be a fault.
    for _ in 0..100 {
        match store.look_at_clocks().await.unwrap() {
            0 => return all,
            n => all += n,
        }
    }
    panic!("there is always something due");
}

#[tokio::test]
async fn what_is_due_fires_once_whoever_looks_how_often() {
    for database in databases().await {
        let mut world = World::on(database).await;
        let agent = world.person("anna", &[Role::Agent]).await;
        let (id, _) = world.declare(&agent, "Printing fails").await;
        assert_eq!(everything_due(&world.store).await, 0, "nothing is early");
        // P2: thirty minutes to respond, told at three quarters of them.
        world.store.shell().advance(22 * MINUTE);
        assert_eq!(everything_due(&world.store).await, 0);
        world.store.shell().advance(MINUTE);
        assert_eq!(everything_due(&world.store).await, 1);
        assert_eq!(facts(&world, &id, "incident.escalated").await, 1);
        assert_eq!(everything_due(&world.store).await, 0);
        // A node that starts anew knows what has fired.
        world.store.close().await;
        world.store = Store::open(world.options.clone()).await.unwrap();
        assert_eq!(everything_due(&world.store).await, 0);
        // A clock that goes back gives no alarm, and none twice when it comes forward again.
        world.store.shell().advance(-HOUR);
        assert_eq!(everything_due(&world.store).await, 0);
        world.store.shell().advance(HOUR);
        assert_eq!(everything_due(&world.store).await, 0);
        // Three days later everything that was due is told of, once.
        world.store.shell().advance(72 * HOUR);
        assert!(everything_due(&world.store).await > 0);
        let missed = facts(&world, &id, "incident.target_missed").await;
        assert_eq!(missed, 4, "response, update, restore and resolve");
        assert_eq!(everything_due(&world.store).await, 0);
        // To 1970 and back, then past what fits into 32 bits.
        let (fresh, _) = world.declare(&agent, "Printing fails again").await;
        let now = world.store.shell().clock.now();
        let to = |when: &str| At::parse(when).unwrap().micros() - now.micros();
        let (first, last) = (to("1970-01-01T00:00:00Z"), to("2038-01-20T00:00:00Z"));
        world.store.shell().advance(first);
        assert_eq!(everything_due(&world.store).await, 0, "nothing is early");
        world.store.shell().advance(last - first);
        assert!(everything_due(&world.store).await > 0);
        let missed = facts(&world, &fresh, "incident.target_missed").await;
        assert_eq!(missed, 4, "none is late");
        assert_eq!(everything_due(&world.store).await, 0);
        world.check().await;
    }
}

#[tokio::test]
async fn many_that_are_due_at_once_all_fire() {
    let world = World::on(None).await;
    let agent = world.person("anna", &[Role::Agent]).await;
    let mut all = Vec::new();
    for _ in 0..700 {
        let command = Command::Incident(world.incident_id(), crate::world::declare("Many"));
        all.push(Operation::one(&agent, command));
    }
    for answer in world.store.execute_many(all).await {
        answer.unwrap();
    }
    world.store.shell().advance(25 * MINUTE);
    assert_eq!(everything_due(&world.store).await, 700);
    world.check().await;
}

async fn due_of(world: &World, viewer: &Actor) -> Vec<(String, Option<i64>, bool)> {
    let viewer = viewer.viewer();
    let rows = world
        .store
        .incidents(&viewer, &Filter::default(), Order::Due, None, 10)
        .await
        .unwrap();
    let row = |row: bifold_store::query::incident::Row| {
        (
            row.title.clone(),
            row.due().map(bifold_domain::At::micros),
            row.clock_paused,
        )
    };
    rows.into_iter().map(row).collect()
}

#[tokio::test]
async fn the_queue_says_whose_time_ends_first() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("anna", &[Role::Agent]).await;
        let (waiting, _) = world.declare(&agent, "Waits").await;
        let (done, _) = world.declare(&agent, "Done").await;
        world.store.shell().advance(MINUTE);
        let (_, _) = world.declare(&agent, "Fresh").await;
        for id in [&waiting, &done] {
            world.act(&agent, id, C::Take).await.unwrap();
        }
        let hold = Hold {
            on: PendingOn::User,
            reason: text("We asked for the file."),
            until: None,
        };
        world.act(&agent, &waiting, C::Hold(hold)).await.unwrap();
        let resolve = Resolve {
            code: short("fixed"),
            text: text("Restarted."),
            restored_at: None,
            cause: None,
        };
        world.act(&agent, &done, C::Resolve(resolve)).await.unwrap();
        let shown = due_of(&world, &agent).await;
        let titles: Vec<&str> = shown.iter().map(|(title, ..)| title.as_str()).collect();
        assert_eq!(titles[0], "Fresh");
        assert!(shown[0].1.is_some());
        let waits = shown.iter().find(|(title, ..)| title == "Waits").unwrap();
        assert_eq!((waits.1, waits.2), (None, true));
        let done = shown.iter().find(|(title, ..)| title == "Done").unwrap();
        assert_eq!((done.1, done.2), (None, false));
        world.check().await;
    }
}

#[tokio::test]
async fn levels_that_change_leave_what_runs_alone_and_can_be_tried_before() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("anna", &[Role::Agent]).await;
        let admin = world.person("adam", &[Role::Administrator]).await;
        let (old, _) = world.declare(&agent, "Before").await;
        let mut levels = levels(&world).await;
        for target in levels
            .levels
            .iter_mut()
            .flat_map(|level| &mut level.targets)
        {
            target.minutes = 1;
            target.ladder.clear();
        }
        world.store.shell().advance(5 * MINUTE);
        let since = world.store.shell().clock.now().plus(-90 * DAY);
        let viewer = admin.viewer();
        let found = world
            .store
            .back_test(&viewer, &levels, since)
            .await
            .unwrap();
        assert_eq!(found.incidents, 1);
        let response = found
            .clocks
            .iter()
            .find(|t| t.metric == Metric::Response)
            .unwrap();
        assert_eq!((response.now.missed, response.then.missed), (0, 1));
        let new = policy::Command::Levels(NewLevels { levels, from: None });
        let set = Operation::one(&admin, Command::Policy(PolicyId, new));
        world.store.execute(set).await.unwrap();
        world.store.shell().advance(MINUTE);
        let (new, _) = world.declare(&agent, "After").await;
        world.store.shell().advance(2 * MINUTE);
        everything_due(&world.store).await;
        assert_eq!(facts(&world, &old, "incident.target_missed").await, 0);
        assert_eq!(facts(&world, &new, "incident.target_missed").await, 4);
        let now = world.store.shell().clock.now();
        let report = world.store.performance(&viewer, since, now).await.unwrap();
        let response = report.iter().find(|p| p.metric == "response").unwrap();
        assert_eq!(
            (response.runs, response.missed, response.running),
            (1, 1, 1)
        );
        let misses = world.store.misses(&viewer, since, now, 10).await.unwrap();
        assert_eq!(misses.len(), 4);
        // Nobody took it on, so all of its time went by waiting for somebody.
        for miss in &misses {
            let [(cause, spent)] = miss.causes[..] else {
                panic!("{miss:?}");
            };
            assert_eq!((cause, spent > 0), (Cause::Queue, true));
        }
        none_of_what_is_restricted(&world, &agent, &new, &viewer).await;
        world.check().await;
    }
}

#[tokio::test]
async fn a_step_of_the_ladder_may_raise_it_and_a_merge_ends_its_clocks() {
    let world = World::on(None).await;
    let agent = world.person("anna", &[Role::Agent]).await;
    let admin = world.person("adam", &[Role::Administrator]).await;
    let mut levels = levels(&world).await;
    for step in levels
        .levels
        .iter_mut()
        .flat_map(|level| &mut level.targets)
        .flat_map(|target| &mut target.ladder)
    {
        step.act = Act::Raise {
            to: bifold_domain::priority::Priority::MOST_URGENT,
        };
    }
    let new = policy::Command::Levels(NewLevels { levels, from: None });
    let set = Operation::one(&admin, Command::Policy(PolicyId, new));
    world.store.execute(set).await.unwrap();
    world.store.shell().advance(MINUTE);
    let (id, _) = world.declare(&agent, "Rises").await;
    let (other, _) = world.declare(&agent, "Is merged").await;
    let merge = serde_json::json!({ "into": id, "reason": "The same." });
    let merge = C::Merge(serde_json::from_value(merge).unwrap());
    world.act(&agent, &other, merge).await.unwrap();
    world.store.shell().advance(25 * MINUTE);
    everything_due(&world.store).await;
    let found = world
        .store
        .incident(&agent.viewer(), id.as_str())
        .await
        .unwrap();
    assert_eq!(found.unwrap().0.handling.number(), 1);
    assert_eq!(facts(&world, &other, "incident.escalated").await, 0);
    // Undone: its clocks go on.
    let unmerge = C::Unmerge(Because {
        reason: text("Not the same."),
    });
    world.act(&agent, &other, unmerge).await.unwrap();
    world.store.shell().advance(60 * MINUTE);
    everything_due(&world.store).await;
    assert!(facts(&world, &other, "incident.target_missed").await > 0);
    world.check().await;
}

/// Restricted: whoever cannot read it counts none of it.
async fn none_of_what_is_restricted(
    world: &World,
    agent: &Actor,
    new: &IncidentId,
    viewer: &bifold_domain::Viewer,
) {
    let restrict = bifold_domain::incident::Restrict {
        people: [agent.person.clone()].into(),
        teams: [].into(),
        reason: text("Need to know."),
    };
    let officer = world.person("olga", &[Role::SecurityOfficer]).await;
    world
        .act(&officer, new, C::Restrict(restrict))
        .await
        .unwrap();
    let now = world.store.shell().clock.now();
    let found = world.store.misses(viewer, now.plus(-90 * DAY), now, 10);
    assert!(found.await.unwrap().is_empty());
}
