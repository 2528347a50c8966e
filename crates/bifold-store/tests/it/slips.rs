//! Slips: who has the code comes back, and nobody else.

use crate::world::{World, databases, short};
use bifold_domain::event::{Channel, Command as C, Receive, Sort};
use bifold_domain::{Command, EventId, Title};
use bifold_store::slip::ENTRIES_LIMIT;
use bifold_store::{Error, Operation};

async fn reported(world: &World, title: &str) -> EventId {
    let id = EventId::from_bits(world.store.shell().ids.next());
    let report = Receive {
        is_sensitive: false,
        told: None,
        sort: Sort::Unsure,
        title: Title::parse(title).unwrap(),
        description: None,
        channel: Channel::Web,
        service: None,
        contact: Some(short("somebody")),
        occurred_at: None,
        signal: None,
    };
    let command = Command::Event(id.clone(), C::Receive(report));
    let operation = Operation::one(&world.store.system(), command);
    world.store.execute(operation).await.unwrap();
    id
}

#[tokio::test]
async fn a_code_opens_its_own_report_and_what_was_added() {
    for database in databases().await {
        let world = World::on(database).await;
        let (store, nobody) = (&world.store, world.store.system().person);
        let (first, second) = (
            reported(&world, "first").await,
            reported(&world, "second").await,
        );
        let code = store.give_slip(&first, &nobody).await.unwrap();
        let other = store.give_slip(&second, &nobody).await.unwrap();
        assert_ne!(code, other);
        store.shell().advance(1);
        store
            .add_to_slip(&code.to_lowercase(), &second, &world.admin.person)
            .await
            .unwrap();
        let slip = store.slip(&code).await.unwrap().unwrap();
        let expected = [
            (first, nobody.clone()),
            (second.clone(), world.admin.person.clone()),
        ];
        assert_eq!(slip.entries, expected);
        let slip = store.slip(&other).await.unwrap().unwrap();
        assert_eq!(slip.entries, [(second, nobody)]);
        for wrong in ["0000-0000-0000-0000-0000", "", "'; --"] {
            assert_eq!(store.slip(wrong).await.unwrap(), None);
        }
        world.check().await;
    }
}

#[tokio::test]
async fn a_slip_holds_so_much_and_an_unknown_one_nothing() {
    let world = World::on(None).await;
    let (store, nobody) = (&world.store, world.store.system().person);
    let event = reported(&world, "x").await;
    let code = store.give_slip(&event, &nobody).await.unwrap();
    for _ in 1..ENTRIES_LIMIT {
        let more = EventId::from_bits(store.shell().ids.next());
        store.add_to_slip(&code, &more, &nobody).await.unwrap();
    }
    let more = EventId::from_bits(store.shell().ids.next());
    for (code, expected) in [(code.as_str(), "too-many"), ("0000", "not-found")] {
        let error = store.add_to_slip(code, &more, &nobody).await.unwrap_err();
        let Error::Refused(refusal) = error else {
            panic!("{error}")
        };
        assert_eq!(refusal.code(), expected);
    }
}
