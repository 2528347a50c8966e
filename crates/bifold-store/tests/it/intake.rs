//! What machines send: each step repeats without a second effect, and old repeats are let go.

use crate::world::{World, databases, short};
use bifold_domain::signal::source::{Command as C, Settings};
use bifold_domain::signal::{Severity, Signal, State};
use bifold_domain::time::{HOUR, MINUTE};
use bifold_domain::{At, Command, SourceId, Title};
use bifold_store::intake::{Delivery, FaultFilter, FaultRow, ReadDelivery};
use bifold_store::{Clock, Operation};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

async fn connected(world: &World) -> SourceId {
    let id = SourceId::from_bits(world.store.shell().ids.next());
    let settings: Settings = serde_json::from_value(serde_json::json!({
        "name": "Cluster", "format": "alertmanager",
    }))
    .unwrap();
    let command = Command::Source(id.clone(), C::Connect(Box::new(settings)));
    let operation = Operation::one(&world.admin, command);
    world.store.execute(operation).await.unwrap();
    id
}

pub(crate) fn signal(name: &str, began_at: Option<At>, state: State) -> Signal {
    Signal {
        external_id: short(name),
        began_at,
        state,
        severity: Severity::Major,
        severity_word: None,
        title: Title::parse(&format!("{name} is bad")).unwrap(),
        body: None,
        service: None,
        group: None,
        labels: BTreeMap::new(),
        links: Vec::new(),
        sent_at: None,
    }
}

pub(crate) async fn take(world: &World, source: &SourceId, body: &[u8]) -> i64 {
    let delivery = Delivery {
        source: source.clone(),
        content_type: None,
        headers: vec![("ce-id".to_owned(), "1".to_owned())],
        body: body.to_vec(),
        replay_of: None,
    };
    world.store.take_in(delivery).await.unwrap()
}

/// Reads what waits as these signals each.
pub(crate) async fn read(world: &World, signals: &[Signal]) -> bool {
    let unread = world.store.unread_deliveries().await.unwrap();
    let (read_to, waiting) = (unread.read_to, unread.deliveries);
    let read = waiting.into_iter().map(|inbound| ReadDelivery {
        id: inbound.id,
        source: inbound.source,
        received_at: inbound.received_at,
        outcome: Ok((signals.to_vec(), None)),
        mail: None,
    });
    world.store.fold(read_to, read.collect()).await.unwrap()
}

pub(crate) async fn settle(world: &World) {
    for _ in 0..100 {
        let done = world.store.settle_faults().await.unwrap();
        if done + world.store.tally_events().await.unwrap() == 0 {
            return;
        }
    }
    panic!("it does not settle");
}

pub(crate) async fn faults(world: &World) -> Vec<FaultRow> {
    let filter = FaultFilter::default();
    let viewer = world.admin.viewer();
    world
        .store
        .faults(&viewer, &filter, None, 200)
        .await
        .unwrap()
}

pub(crate) fn later(world: &World, micros: i64) {
    let Clock::Manual(clock) = &world.options.shell.clock else {
        panic!("the clock of a world is moved by hand");
    };
    clock.fetch_add(micros, Ordering::SeqCst);
}

#[tokio::test]
async fn bytes_come_back_as_they_went_in_and_each_reading_counts_once() {
    for database in databases().await {
        let world = World::on(database).await;
        let source = connected(&world).await;
        let odd: &[&[u8]] = &[b"{\"a\":1}", b"\xff\xfe\x00", b"with\x00nul", b""];
        for body in odd {
            take(&world, &source, body).await;
        }
        let unread = world.store.unread_deliveries().await.unwrap();
        let (read_to, waiting) = (unread.read_to, unread.deliveries);
        let bodies: Vec<&[u8]> = waiting
            .iter()
            .map(|inbound| inbound.body.as_slice())
            .collect();
        assert_eq!(bodies, odd);
        assert_eq!(waiting[0].headers[0].0, "ce-id");
        let one = |inbound: &bifold_store::intake::Inbound| ReadDelivery {
            id: inbound.id,
            source: inbound.source.clone(),
            received_at: inbound.received_at,
            outcome: Ok((vec![signal("disk", None, State::Firing)], None)),
            mail: None,
        };
        let all: Vec<ReadDelivery> = waiting.iter().map(one).collect();
        assert!(world.store.fold(read_to, all.clone()).await.unwrap());
        // Another node read the same at the same time: nothing is counted twice.
        assert!(!world.store.fold(read_to, all).await.unwrap());
        let found = faults(&world).await;
        assert_eq!((found.len(), found[0].count), (1, 4));
        settle(&world).await;
        settle(&world).await;
        let found = faults(&world).await;
        assert_eq!(found[0].disposition, "event");
    }
}

#[tokio::test]
async fn an_occurrence_has_a_beginning_and_what_comes_late_counts_for_its_own() {
    for database in databases().await {
        let world = World::on(database).await;
        let source = connected(&world).await;
        let start = world.store.shell().clock.now();
        let at = |minutes: i64| Some(start.plus(minutes * MINUTE));
        for one in [
            signal("disk", at(0), State::Firing),
            signal("disk", at(5), State::Firing),
            // The end of the first comes after the beginning of the second.
            signal("disk", at(0), State::Resolved),
            // Of one that nobody has heard of, long past.
            signal("disk", at(-60), State::Resolved),
            // Without a beginning: an end, then a new occurrence.
            signal("job", None, State::Firing),
            signal("job", None, State::Resolved),
            signal("job", None, State::Resolved),
            signal("job", None, State::Firing),
            // The sender has forgotten when it began, and says twice that it is over.
            signal("lamp", at(0), State::Firing),
            signal("lamp", at(7), State::Resolved),
            signal("lamp", at(8), State::Resolved),
        ] {
            later(&world, MINUTE);
            take(&world, &source, b"x").await;
            assert!(read(&world, &[one]).await);
        }
        let found = faults(&world).await;
        let shown: Vec<(&str, &str, i64)> = found
            .iter()
            .rev()
            .map(|fault| {
                (
                    fault.external_id.as_str(),
                    fault.state.as_str(),
                    fault.count,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("disk", "resolved", 2),
                ("disk", "firing", 1),
                ("job", "resolved", 3),
                ("job", "firing", 1),
                ("lamp", "resolved", 3),
            ]
        );
        assert!(found[4].ended_at.is_some());
    }
}

#[tokio::test]
async fn old_repeats_are_let_go_and_what_began_a_fault_is_kept() {
    for database in databases().await {
        let world = World::on(database).await;
        let source = connected(&world).await;
        let mut first = None;
        for _ in 0..80 {
            let id = take(&world, &source, b"x").await;
            first = first.or(Some(id));
            read(&world, &[signal("disk", None, State::Firing)]).await;
        }
        assert_eq!(world.store.sweep_deliveries().await.unwrap(), 0);
        later(&world, 2 * HOUR);
        // The newest fifty, and the one that began it.
        assert_eq!(world.store.sweep_deliveries().await.unwrap(), 29);
        let kept = world.store.delivery(&source, first.unwrap()).await.unwrap();
        assert!(kept.is_some());
        let listed = world.store.deliveries(&source, 200).await.unwrap();
        assert_eq!(listed.len(), 51);
        assert_eq!(world.store.sweep_deliveries().await.unwrap(), 0);
    }
}
