//! Feeds of holidays: each fetched by one node at a time, kept as they came, told of once.

use crate::world::{World, databases, short};
use bifold_domain::calendar::{Calendar, Day, HolidayFeed, Zone};
use bifold_domain::policy::{self, NewCalendar, PolicyId};
use bifold_domain::time::{DAY, HOUR};
use bifold_domain::{Actor, Command, Role};
use bifold_notify::notice::Occasion;
use bifold_store::Operation;
use std::collections::BTreeMap;

async fn set_feed(world: &World, admin: &Actor, address: &str) {
    let week = std::array::from_fn(|n| if n < 5 { Day::whole() } else { Day::default() });
    let calendar = NewCalendar {
        key: short("office"),
        name: short("Office"),
        calendar: Calendar::new(Zone::utc(), week, BTreeMap::new()).unwrap(),
        holidays: Some(HolidayFeed::at(address).unwrap()),
        from: None,
    };
    let set = Command::Policy(PolicyId, policy::Command::Calendar(Box::new(calendar)));
    world
        .store
        .execute(Operation::one(admin, set))
        .await
        .unwrap();
}

/// Next Wednesday after a week, as a feed has it.
fn feed(world: &World) -> String {
    let mut day = Zone::utc().date(world.store.shell().clock.now().plus(7 * DAY));
    while day.weekday().to_monday_zero_offset() != 2 {
        day = day.tomorrow().unwrap();
    }
    let day = day.strftime("%Y%m%d");
    format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:{day}\nSUMMARY:Founders\nEND:VEVENT\n\
         END:VCALENDAR\n"
    )
}

async fn told(world: &World, admin: &Actor, occasion: Occasion) -> usize {
    let inbox = world.store.inbox(&admin.viewer(), None, 50).await.unwrap();
    let of = inbox.iter().filter(|notice| notice.occasion == occasion);
    of.count()
}

#[tokio::test]
async fn a_feed_is_fetched_once_a_day_and_its_proposals_are_told_once() {
    for database in databases().await {
        let world = World::on(database).await;
        let admin = world.person("adam", &[Role::Administrator]).await;
        set_feed(&world, &admin, "https://example.org/days.ics").await;
        let due = world.store.claim_feeds().await.unwrap();
        assert_eq!(due.len(), 1);
        // Another node has nothing to do.
        assert!(world.store.claim_feeds().await.unwrap().is_empty());
        for n in 0..3 {
            world
                .store
                .record_feed(&due[0], Ok(feed(&world)))
                .await
                .unwrap();
            assert_eq!(
                told(&world, &admin, Occasion::HolidaysProposed).await,
                1,
                "{n}"
            );
        }
        let proposed = world.store.proposed("office").await.unwrap().unwrap();
        assert_eq!(proposed.proposals.len(), 1);
        assert!(world.store.claim_feeds().await.unwrap().is_empty());
        world.store.shell().advance(DAY);
        assert_eq!(world.store.claim_feeds().await.unwrap().len(), 1);
        // What came from one address says nothing of another.
        set_feed(&world, &admin, "https://example.org/others.ics").await;
        let proposed = world.store.proposed("office").await.unwrap().unwrap();
        assert!(proposed.proposals.is_empty() && proposed.fetched.is_none());
        assert_eq!(world.store.claim_feeds().await.unwrap().len(), 1);
        world.check().await;
    }
}

#[tokio::test]
async fn a_feed_that_fails_rests_longer_each_time_and_is_told_of_after_three() {
    for database in databases().await {
        let world = World::on(database).await;
        let admin = world.person("adam", &[Role::Administrator]).await;
        set_feed(&world, &admin, "https://example.org/days.ics").await;
        let first = world.store.claim_feeds().await.unwrap();
        world
            .store
            .record_feed(&first[0], Ok(feed(&world)))
            .await
            .unwrap();
        world.store.shell().advance(DAY);
        for (n, wait) in [1, 2, 4, 8].into_iter().enumerate() {
            let due = world.store.claim_feeds().await.unwrap();
            assert_eq!(due.len(), 1, "{n}");
            let garbage = if n % 2 == 0 {
                Ok("<html>".to_owned())
            } else {
                Err("it answered 500".to_owned())
            };
            world.store.record_feed(&due[0], garbage).await.unwrap();
            assert_eq!(
                told(&world, &admin, Occasion::FeedFailing).await,
                usize::from(n >= 2),
                "{n}"
            );
            world.store.shell().advance(wait * HOUR - 1);
            assert!(world.store.claim_feeds().await.unwrap().is_empty(), "{n}");
            world.store.shell().advance(1);
        }
        let proposed = world.store.proposed("office").await.unwrap().unwrap();
        let fetched = proposed.fetched.unwrap();
        assert_eq!(fetched.failures, 4);
        assert_eq!(fetched.error.as_deref(), Some("it answered 500"));
        world.check().await;
    }
}
