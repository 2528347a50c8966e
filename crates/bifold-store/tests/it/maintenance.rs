//! Planned maintenance begins and ends at its time, and holds the faults of its services.

use crate::intake::{faults, later, read, settle, signal, take};
use crate::world::{World, databases};
use bifold_domain::maintenance::{Because, Command as C, Complete, Extend, Plan, Revise, Stage};
use bifold_domain::service::{Command as Catalogue, Entry};
use bifold_domain::signal::State;
use bifold_domain::signal::source::{Command as Connect, Settings};
use bifold_domain::time::MINUTE;
use bifold_domain::{At, Command, MaintenanceId, ServiceId, SourceId, Text, Title};
use bifold_store::Operation;
use std::collections::BTreeSet;

async fn ask(world: &World, id: &MaintenanceId, command: C) {
    let command = Command::Maintenance(id.clone(), command);
    let operation = Operation::one(&world.admin, command);
    world.store.execute(operation).await.unwrap();
}

async fn disks(world: &World) -> (ServiceId, SourceId) {
    let ids = &world.store.shell().ids;
    let (service, source) = (
        ServiceId::from_bits(ids.next()),
        SourceId::from_bits(ids.next()),
    );
    let entry: Entry = serde_json::from_value(serde_json::json!({
        "key": "payments", "name": "Payments", "criticality": "vital",
    }))
    .unwrap();
    let settings: Settings = serde_json::from_value(serde_json::json!({
        "name": "Cluster", "format": "alertmanager", "service": service,
    }))
    .unwrap();
    for command in [
        Command::Service(service.clone(), Catalogue::Offer(entry)),
        Command::Source(source.clone(), Connect::Connect(Box::new(settings))),
    ] {
        let operation = Operation::one(&world.admin, command);
        world.store.execute(operation).await.unwrap();
    }
    (service, source)
}

fn plan(service: &ServiceId, from: At, until: At) -> Plan {
    Plan {
        title: Title::parse("New disks").unwrap(),
        text: None,
        services: BTreeSet::from([service.clone()]),
        from,
        until,
    }
}

async fn stage(world: &World, id: &MaintenanceId) -> Stage {
    let viewer = world.admin.viewer();
    let found = world.store.maintenance(&viewer, id).await.unwrap();
    found.unwrap().0.stage
}

/// Everything that is due, until nothing is any more.
async fn work(world: &World) {
    for _ in 0..10 {
        if world.store.run_due_jobs().await.unwrap() == 0 {
            return settle(world).await;
        }
    }
    panic!("jobs do not end");
}

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

#[tokio::test]
async fn it_begins_and_ends_at_its_time_and_what_it_held_is_looked_at_then() {
    for database in databases().await {
        let world = World::on(database).await;
        let (service, source) = disks(&world).await;
        let id = MaintenanceId::from_bits(world.store.shell().ids.next());
        let start = world.store.shell().clock.now();
        let at = |minutes: i64| start.plus(minutes * MINUTE);
        ask(&world, &id, C::Plan(plan(&service, at(10), at(40)))).await;
        // Put off: the time of the first plan passes, and nothing begins.
        let revise = Revise {
            plan: plan(&service, at(20), at(50)),
            reason: text("The disks come later."),
        };
        ask(&world, &id, C::Revise(revise)).await;
        later(&world, 11 * MINUTE);
        work(&world).await;
        assert_eq!(stage(&world, &id).await, Stage::Planned);
        later(&world, 10 * MINUTE);
        work(&world).await;
        assert_eq!(stage(&world, &id).await, Stage::InProgress);

        // Both are wrong because of the work; one is well again before it ends.
        let (disk, lamp) = (Some(at(21)), Some(at(21)));
        for one in [
            signal("disk", disk, State::Firing),
            signal("lamp", lamp, State::Firing),
        ] {
            take(&world, &source, b"x").await;
            assert!(read(&world, &[one]).await);
        }
        work(&world).await;
        let held = faults(&world).await;
        assert!(held.iter().all(|fault| fault.disposition == "maintenance"));
        take(&world, &source, b"x").await;
        assert!(read(&world, &[signal("lamp", lamp, State::Resolved)]).await);

        // It takes longer: the time of the first plan ends nothing, and lets nothing go.
        let longer = Extend {
            until: at(70),
            reason: text("One disk more."),
        };
        ask(&world, &id, C::Extend(longer)).await;
        later(&world, 35 * MINUTE);
        work(&world).await;
        assert_eq!(stage(&world, &id).await, Stage::InProgress);
        let shown = |faults: Vec<bifold_store::intake::FaultRow>| {
            let mut shown: Vec<(String, String)> = faults
                .into_iter()
                .map(|fault| (fault.external_id, fault.disposition))
                .collect();
            shown.sort();
            shown
        };
        let pair = |name: &str, became: &str| (name.to_owned(), became.to_owned());
        let held = shown(faults(&world).await);
        assert_eq!(held, [pair("disk", "maintenance"), pair("lamp", "over")]);
        later(&world, 15 * MINUTE);
        work(&world).await;
        assert_eq!(stage(&world, &id).await, Stage::Completed);
        let freed = shown(faults(&world).await);
        assert_eq!(freed, [pair("disk", "event"), pair("lamp", "over")]);
        let replay = world.store.replay(|_| {}).await.unwrap();
        assert!(replay.is_equal(), "{replay:#?}");
    }
}

#[tokio::test]
async fn what_was_held_is_looked_at_at_once_when_it_is_done_early() {
    for database in databases().await {
        let world = World::on(database).await;
        let (service, source) = disks(&world).await;
        let ids = &world.store.shell().ids;
        let (first, never) = (
            MaintenanceId::from_bits(ids.next()),
            MaintenanceId::from_bits(ids.next()),
        );
        let start = world.store.shell().clock.now();
        let at = |minutes: i64| start.plus(minutes * MINUTE);
        ask(&world, &first, C::Plan(plan(&service, at(1), at(300)))).await;
        ask(&world, &never, C::Plan(plan(&service, at(500), at(600)))).await;
        later(&world, 2 * MINUTE);
        work(&world).await;
        take(&world, &source, b"x").await;
        assert!(read(&world, &[signal("disk", None, State::Firing)]).await);
        work(&world).await;
        assert_eq!(faults(&world).await[0].disposition, "maintenance");
        let done = Complete {
            note: Some(text("All eight are new.")),
        };
        ask(&world, &first, C::Complete(done)).await;
        work(&world).await;
        assert_eq!(faults(&world).await[0].disposition, "event");

        let because = Because {
            reason: text("The first was enough."),
        };
        ask(&world, &never, C::Cancel(because)).await;
        assert_eq!(world.store.coming_maintenance().await.unwrap(), []);
        let viewer = world.admin.viewer();
        let past = world
            .store
            .past_maintenance(&viewer, None, 1)
            .await
            .unwrap();
        assert_eq!(past[0].id, never);
        let before = Some((past[0].plan.from.micros(), never.to_string()));
        let past = world
            .store
            .past_maintenance(&viewer, before, 9)
            .await
            .unwrap();
        let past: Vec<&MaintenanceId> = past.iter().map(|found| &found.id).collect();
        assert_eq!(past, [&first]);
        // A node that starts anew knows what is to come from what is stored.
        later(&world, 600 * MINUTE);
        work(&world).await;
        assert_eq!(stage(&world, &never).await, Stage::Cancelled);
    }
}
