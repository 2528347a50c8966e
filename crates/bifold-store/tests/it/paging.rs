//! Pages: called by the worker, told with the commit, answered once, and the same after a restart.

use crate::world::{World, databases, short};
use bifold_domain::incident::{Command as C, Escalate, Way};
use bifold_domain::level::Whom;
use bifold_domain::oncall::chain::{self, Entry, Step};
use bifold_domain::time::MINUTE;
use bifold_domain::{Actor, ChainId, Command, Role, Text};
use bifold_notify::Urgency;
use bifold_notify::notice::Occasion;
use bifold_store::notify::Noted;
use bifold_store::{Operation, Store};
use std::collections::BTreeSet;

async fn chain(world: &World, people: &[&Actor]) -> ChainId {
    let id = ChainId::from_bits(world.store.shell().ids.next());
    let mut steps = Vec::new();
    for actor in people {
        steps.push(Step::Person {
            person: actor.person.clone(),
        });
        steps.push(Step::Wait { minutes: 5 });
    }
    steps.push(Step::Repeat { times: 1 });
    let entry = Entry {
        name: short("Payments"),
        steps,
        unacknowledge_minutes: Some(30),
    };
    let make = Command::Chain(id.clone(), chain::Command::Make(entry));
    let operation = Operation::one(&world.admin, make);
    world.store.execute(operation).await.unwrap();
    id
}

fn call(chain: &ChainId) -> C {
    C::Escalate(Escalate {
        way: Way::Functional,
        whom: BTreeSet::from([Whom::Chain(chain.clone())]),
        reason: Text::parse("Nobody here knows the till.").unwrap(),
    })
}

async fn occasions(store: &Store, who: &Actor) -> Vec<(Occasion, Urgency)> {
    let inbox: Vec<Noted> = store.inbox(&who.viewer(), None, 50).await.unwrap();
    inbox
        .iter()
        .rev()
        .map(|n| (n.occasion, n.urgency))
        .collect()
}

const PAGED: (Occasion, Urgency) = (Occasion::Paged, Urgency::Page);
const TAKEN: (Occasion, Urgency) = (Occasion::PageTaken, Urgency::Normal);
const SILENT: (Occasion, Urgency) = (Occasion::PageSilent, Urgency::Page);

#[tokio::test]
async fn a_chain_goes_on_after_a_restart_and_stops_when_somebody_answers() {
    for database in databases().await {
        let mut world = World::on(database).await;
        let desk = world.person("desk", &[Role::Agent]).await;
        let ann = world.person("ann", &[Role::Resolver]).await;
        let bob = world.person("bob", &[Role::Resolver]).await;
        let chain = chain(&world, &[&ann, &bob]).await;
        let (id, _) = world.declare(&desk, "Tills are down").await;
        world.act(&desk, &id, call(&chain)).await.unwrap();
        // Told in the transaction of the command, before any worker looked.
        assert_eq!(occasions(&world.store, &ann).await, [PAGED]);
        assert_eq!(occasions(&world.store, &bob).await, []);

        world.store.shell().advance(4 * MINUTE);
        assert_eq!(world.store.look_at_clocks().await.unwrap(), 0);
        world.store.close().await;
        world.store = Store::open(world.options.clone()).await.unwrap();
        world.store.shell().advance(2 * MINUTE);
        // Two nodes look at the same moment: one of them calls.
        let (one, other) = tokio::join!(world.store.look_at_clocks(), world.store.look_at_clocks());
        assert!(one.unwrap() + other.unwrap() >= 1);
        assert_eq!(occasions(&world.store, &bob).await, [PAGED]);

        world.act(&bob, &id, C::Acknowledge).await.unwrap();
        assert_eq!(occasions(&world.store, &ann).await, [PAGED, TAKEN]);
        world.store.shell().advance(29 * MINUTE);
        world.store.look_at_clocks().await.unwrap();
        assert_eq!(occasions(&world.store, &bob).await, [PAGED]);
        // Half an hour without a sign: bob is told, and the chain begins again with ann.
        world.store.shell().advance(MINUTE);
        world.store.look_at_clocks().await.unwrap();
        assert_eq!(occasions(&world.store, &bob).await, [PAGED, SILENT]);
        assert_eq!(occasions(&world.store, &ann).await, [PAGED, TAKEN, PAGED]);
        world.check().await;
    }
}

#[tokio::test]
async fn when_nobody_answers_those_who_lead_are_told_and_an_alarm_stands() {
    for database in databases().await {
        let world = World::on(database).await;
        let desk = world.person("desk", &[Role::Agent]).await;
        let ann = world.person("ann", &[Role::Resolver]).await;
        let lead = world.person("lead", &[Role::IncidentManager]).await;
        let chain = chain(&world, &[&ann]).await;
        let (id, _) = world.declare(&desk, "Tills are down").await;
        world.act(&desk, &id, call(&chain)).await.unwrap();
        for _ in 0..30 {
            world.store.shell().advance(MINUTE);
            world.store.look_at_clocks().await.unwrap();
        }
        let calls = occasions(&world.store, &ann).await;
        assert_eq!(calls.iter().filter(|told| **told == PAGED).count(), 2);
        let told = occasions(&world.store, &lead).await;
        let unanswered = (Occasion::PageUnanswered, Urgency::Page);
        assert_eq!(told.iter().filter(|told| **told == unanswered).count(), 1);
        let alarms = world.store.alarms(50).await.unwrap();
        let of_it = alarms
            .iter()
            .filter(|alarm| alarm.kind == "page_unanswered");
        assert_eq!(of_it.count(), 1);
        world.check().await;
    }
}
