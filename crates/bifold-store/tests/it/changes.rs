//! Live changes: told after the commit, whoever made it, and never in the writer's way.

use crate::world::{World, databases, declare};
use bifold_domain::{Command, incident};
use bifold_store::changes::{Change, Changes};
use bifold_store::{Operation, Store};
use std::time::Duration;

async fn next(changes: &mut Changes) -> Change {
    tokio::time::timeout(Duration::from_secs(10), changes.next())
        .await
        .expect("a change is told in time")
        .expect("the store is there")
}

fn id_of(change: &Change) -> (&str, &str) {
    match change {
        Change::Record {
            subject,
            record_type,
            ..
        } => (record_type, subject),
        Change::Everything => panic!("one by one"),
    }
}

#[tokio::test]
async fn a_commit_is_told_once_a_record() {
    for database in databases().await {
        let world = World::on(database).await;
        let mut listener = world.store.changes();
        let (id, _) = world.declare(&world.admin, "One").await;
        let change = next(&mut listener).await;
        assert_eq!(id_of(&change), ("incident", id.as_str()));
        // Several facts about one record in one operation are one change.
        let both = Operation {
            commands: vec![
                Command::Incident(id.clone(), incident::Command::Take),
                Command::Incident(id.clone(), incident::Command::Start),
            ],
            ..Operation::one(
                &world.admin,
                Command::Incident(id.clone(), incident::Command::Take),
            )
        };
        let receipt = world.store.execute(both).await.unwrap();
        let change = next(&mut listener).await;
        let Change::Record { subject, index, .. } = &change else {
            panic!("{change:?}")
        };
        assert_eq!(subject, id.as_str());
        let last = receipt.entries.last().unwrap();
        assert_eq!(u64::try_from(*index).unwrap(), last.index);
        // Whoever comes again after everybody left hears what happens then.
        drop(listener);
        let (_, _) = world.declare(&world.admin, "Unheard").await;
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        let mut listener = world.store.changes();
        let (id, _) = world.declare(&world.admin, "Heard").await;
        assert_eq!(
            id_of(&next(&mut listener).await),
            ("incident", id.as_str()),
            "{}",
            world.store.database()
        );
        drop(listener);
        world.check().await;
    }
}

#[tokio::test]
async fn what_another_node_commits_is_told_too() {
    for database in databases().await {
        let world = World::on(database).await;
        let other = Store::open(world.options.clone()).await.unwrap();
        let mut listener = world.store.changes();
        let id = world.incident_id();
        let command = Command::Incident(id.clone(), declare("From the other"));
        let operation = Operation::one(&world.admin, command);
        other.execute(operation).await.unwrap();
        let change = next(&mut listener).await;
        assert_eq!(id_of(&change), ("incident", id.as_str()));
        other.close().await;
        drop(listener);
        world.check().await;
    }
}

#[tokio::test]
async fn much_at_once_is_told_as_everything_and_holds_no_commit_back() {
    for database in databases().await {
        let world = World::on(database).await;
        // Two listeners, neither of which listens while it happens.
        let mut slow = world.store.changes();
        let mut slower = world.store.changes();
        let operations = (0..1_200)
            .map(|i| {
                let command = declare(&format!("No {i}"));
                let command = Command::Incident(world.incident_id(), command);
                Operation::one(&world.admin, command)
            })
            .collect();
        let answers = world.store.execute_many(operations).await;
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(next(&mut slow).await, Change::Everything);
        assert_eq!(next(&mut slower).await, Change::Everything);
        let (id, _) = world.declare(&world.admin, "After").await;
        assert_eq!(id_of(&next(&mut slow).await), ("incident", id.as_str()));
        drop((slow, slower));
        world.check().await;
    }
}
