//! Who is told of what by which way, and what becomes of it.

use crate::world::{World, databases, declaration, short};
use bifold_domain::incident::{Assign, Restore, Restrict};
use bifold_domain::priority::Impact;
use bifold_domain::time::{DAY, HOUR, MINUTE};
use bifold_domain::{ActionId, Actor, IncidentId, Role, Text, incident, priority};
use bifold_notify::notice::Occasion;
use bifold_notify::{Clearance, Outcome, Rules, Step, Target, Urgency};
use bifold_store::Error;
use bifold_store::notify::{About, ChannelState, Means, NewChannel, Noted, Parcel, Raise, Shown};
use std::collections::BTreeSet;

const MEANS: Means = Means {
    mail: true,
    push: true,
};

fn sent() -> Outcome {
    Outcome::Sent {
        receipt: "250 queued".to_owned(),
    }
}

fn dead() -> Outcome {
    Outcome::Dead {
        why: "550 no such user".to_owned(),
    }
}

fn later() -> Outcome {
    Outcome::Later {
        why: "no route".to_owned(),
        put_off: None,
    }
}

pub(crate) async fn inbox(world: &World, who: &Actor) -> Vec<Noted> {
    world.store.inbox(&who.viewer(), None, 50).await.unwrap()
}

fn occasions(notices: &[Noted]) -> Vec<Occasion> {
    notices.iter().map(|notice| notice.occasion).collect()
}

pub(crate) async fn assign(world: &World, by: &Actor, id: &IncidentId, to: &Actor) {
    let assign = Assign {
        team: None,
        person: Some(to.person.clone()),
    };
    world
        .act(by, id, incident::Command::Assign(assign))
        .await
        .unwrap();
}

/// A channel that works.
async fn channel(world: &World, who: &Actor, target: Target) -> String {
    let new = NewChannel {
        label: short("Mine"),
        target,
        clearance: Clearance::Amber,
    };
    let store = &world.store;
    let id = store.add_channel(&who.person, &new).await.unwrap();
    let (_, code) = store.channel_code(&who.person, &id).await.unwrap().unwrap();
    store.verify_channel(&who.person, &id, &code).await.unwrap();
    id
}

fn mail(address: &str) -> Target {
    Target::Email {
        address: address.to_owned(),
    }
}

fn hook() -> Target {
    Target::Chat {
        url: "https://chat.example.org/hooks/s3cretPartOfTheAddress".to_owned(),
    }
}

async fn page(world: &World, who: &Actor) {
    let raise = Raise {
        occasion: Occasion::Paged,
        urgency: Urgency::Page,
        to: BTreeSet::from([who.person.clone()]),
        about: About::Part("night shift".to_owned()),
        by: None,
    };
    world.store.raise(raise).await.unwrap();
}

/// What is due now, planned and claimed.
async fn due(world: &World) -> Vec<Parcel> {
    world.store.plan_notices(MEANS).await.unwrap();
    world.store.claim_parcels(MEANS).await.unwrap()
}

async fn settle(world: &World, parcel: &Parcel, outcome: &Outcome) {
    world.store.settle(parcel, outcome, MEANS).await.unwrap();
}

fn by(parcels: &[Parcel]) -> Vec<&str> {
    parcels.iter().map(|p| p.channel.id.as_str()).collect()
}

#[tokio::test]
async fn whoever_is_assigned_is_told_with_the_commit_and_nobody_of_their_own_deeds() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let (id, _) = world.declare(&agent, "zanzibar down").await;
        assign(&world, &world.admin, &id, &agent).await;
        let told = inbox(&world, &agent).await;
        assert_eq!(occasions(&told), [Occasion::Assigned]);
        let Shown::Incident {
            title,
            number,
            clearance,
            ..
        } = &told[0].about
        else {
            panic!("{told:?}");
        };
        assert_eq!(
            (title.as_str(), number.as_str()),
            ("zanzibar down", "INC-2026-0001")
        );
        assert_eq!(*clearance, Clearance::Amber);
        assert_eq!(inbox(&world, &world.admin).await, []);
        // Taken by oneself: nothing.
        world.act(&agent, &id, incident::Command::Take).await.ok();
        let (own, _) = world.declare(&agent, "own").await;
        world
            .act(&agent, &own, incident::Command::Take)
            .await
            .unwrap();
        assert_eq!(inbox(&world, &agent).await.len(), 1);
        assert_eq!(
            world.store.unread(&agent.viewer()).await.unwrap(),
            (1, false)
        );
        let marked = world.store.mark_read(&agent.person, &[]).await.unwrap();
        assert_eq!(marked, 1);
        assert_eq!(
            world.store.unread(&agent.viewer()).await.unwrap(),
            (0, false)
        );
        world.check().await;
    }
}

#[tokio::test]
async fn the_gate_pages_whoever_answers_for_security() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let id = world.incident_id();
        let grave = incident::Declare {
            impact: Impact::Extensive,
            urgency: priority::Urgency::Critical,
            ..declaration("crypto miner")
        };
        let declare = incident::Command::Declare(Box::new(grave));
        world.act(&agent, &id, declare).await.unwrap();
        let action = ActionId::from_bits(world.store.shell().ids.next());
        let restore = Restore {
            action: short("re-image"),
            assets: BTreeSet::new(),
            note: None,
        };
        let restore = incident::Command::Restore(action.clone(), restore);
        world.act(&agent, &id, restore).await.unwrap();
        let ask = incident::Command::AskSecurity(action);
        world.act(&agent, &id, ask).await.unwrap();
        let told = inbox(&world, &officer).await;
        assert_eq!(occasions(&told), [Occasion::SecurityAsked]);
        assert_eq!(told[0].urgency, Urgency::Page);
        world.check().await;
    }
}

#[tokio::test]
async fn what_one_may_not_read_any_more_is_neither_shown_nor_sent() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let (id, _) = world.declare(&officer, "a colleague").await;
        assign(&world, &officer, &id, &agent).await;
        world.store.plan_notices(MEANS).await.unwrap();
        let restrict = Restrict {
            people: [officer.person.clone()].into(),
            teams: BTreeSet::new(),
            reason: Text::parse("need to know").unwrap(),
        };
        world
            .act(&officer, &id, incident::Command::Restrict(restrict))
            .await
            .unwrap();
        assert_eq!(inbox(&world, &agent).await, []);
        assert_eq!(world.store.unread(&agent.viewer()).await.unwrap().0, 0);
        assert!(due(&world).await.is_empty());
        world.check().await;
    }
}

#[tokio::test]
async fn a_page_goes_over_two_ways_and_takes_the_next_when_one_fails() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let first = channel(&world, &agent, mail("a@example.org")).await;
        let second = channel(&world, &agent, mail("b@example.org")).await;
        let third = channel(&world, &agent, hook()).await;
        page(&world, &agent).await;
        let parcels = due(&world).await;
        // Two kinds at once, whatever their order.
        let mut ways = by(&parcels);
        ways.sort_unstable();
        let mut expected = [first.as_str(), third.as_str()];
        expected.sort_unstable();
        assert_eq!(ways, expected);
        // Nobody else sends the same meanwhile.
        assert!(due(&world).await.is_empty());
        for parcel in &parcels {
            let outcome = if parcel.channel.id == first {
                dead()
            } else {
                sent()
            };
            settle(&world, parcel, &outcome).await;
        }
        // The second mail was planned for later; a dead way does not wait for that, but it is
        // the same delivery, which comes once.
        world.store.shell().advance(5 * MINUTE);
        let next = due(&world).await;
        let of_page = next
            .iter()
            .filter(|p| p.notices[0].occasion == Occasion::Paged);
        let ways: Vec<&str> = of_page.map(|p| p.channel.id.as_str()).collect();
        assert_eq!(ways, [second.as_str()]);
        world.check().await;
    }
}

#[tokio::test]
async fn a_dead_channel_hands_on_to_the_next_and_raises_its_own_alarm() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let first = channel(&world, &agent, mail("gone@example.org")).await;
        let second = channel(&world, &agent, hook()).await;
        let (id, _) = world.declare(&agent, "disk full").await;
        assign(&world, &world.admin, &id, &agent).await;
        let parcels = due(&world).await;
        assert_eq!(by(&parcels), [first.as_str()]);
        settle(&world, &parcels[0], &dead()).await;
        // The same notice by the next way, and the alarm with it: they are bundled.
        let mut parcels = due(&world).await;
        parcels.retain(|parcel| parcel.channel.person == agent.person);
        assert_eq!(by(&parcels), [second.as_str()]);
        let mut told = occasions(&parcels[0].notices);
        told.sort_unstable();
        assert_eq!(told, [Occasion::Assigned, Occasion::ChannelDead]);
        settle(&world, &parcels[0], &sent()).await;
        let told = inbox(&world, &world.admin).await;
        assert_eq!(occasions(&told), [Occasion::ChannelDead]);
        let state = |channels: Vec<bifold_store::notify::Channel>| channels[0].state;
        let channels = world.store.channels(&agent.person).await.unwrap();
        assert_eq!(state(channels), ChannelState::Dead);
        // Nothing takes it any more, until a test that went well.
        world.store.shell().advance(HOUR);
        page(&world, &agent).await;
        let mut parcels = due(&world).await;
        parcels.retain(|parcel| parcel.channel.person == agent.person);
        assert_eq!(by(&parcels), [second.as_str()]);
        world
            .store
            .record_channel_test(&first, &sent())
            .await
            .unwrap();
        let channels = world.store.channels(&agent.person).await.unwrap();
        assert_eq!(state(channels), ChannelState::Ready);
        world.check().await;
    }
}

#[tokio::test]
async fn what_fails_is_tried_again_and_a_page_takes_another_way_at_once() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let only = channel(&world, &agent, mail("a@example.org")).await;
        let (id, _) = world.declare(&agent, "disk full").await;
        assign(&world, &world.admin, &id, &agent).await;
        for wait in [2 * MINUTE, 6 * MINUTE, 18 * MINUTE] {
            let parcels = due(&world).await;
            assert_eq!(by(&parcels), [only.as_str()]);
            settle(&world, &parcels[0], &later()).await;
            assert!(due(&world).await.is_empty(), "not at once");
            world.store.shell().advance(wait);
        }
        let parcels = due(&world).await;
        settle(&world, &parcels[0], &sent()).await;
        let other = channel(&world, &agent, mail("b@example.org")).await;
        let spare = channel(&world, &agent, mail("c@example.org")).await;
        let rules = Rules {
            page: [only.as_str(), other.as_str()]
                .map(|channel| Step {
                    channel: channel.to_owned(),
                    after_minutes: 0,
                })
                .to_vec(),
            ..Rules::default()
        };
        world
            .store
            .set_notify_rules(&agent.person, &rules)
            .await
            .unwrap();
        page(&world, &agent).await;
        for parcel in due(&world).await {
            settle(&world, &parcel, &later()).await;
        }
        assert_eq!(by(&due(&world).await), [spare.as_str()]);
        world.check().await;
    }
}

#[tokio::test]
async fn a_page_that_reaches_nobody_is_told_to_those_who_look_after_the_system() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let only = channel(&world, &agent, mail("a@example.org")).await;
        page(&world, &agent).await;
        let told = inbox(&world, &agent).await;
        assert_eq!(told[0].warning, None);
        let parcels = due(&world).await;
        assert_eq!(by(&parcels), [only.as_str()]);
        assert_eq!(
            inbox(&world, &agent).await[0].warning.as_deref(),
            Some("one_way")
        );
        settle(&world, &parcels[0], &dead()).await;
        let mut told = occasions(&inbox(&world, &world.admin).await);
        told.sort_unstable();
        assert_eq!(told, [Occasion::ChannelDead, Occasion::PageLost]);
        world.check().await;
    }
}

#[tokio::test]
async fn whoever_chose_no_way_is_reached_by_the_address_of_their_account() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let (id, _) = world.declare(&agent, "disk full").await;
        assign(&world, &world.admin, &id, &agent).await;
        let parcels = due(&world).await;
        assert_eq!(parcels.len(), 1);
        assert_eq!(parcels[0].target, mail("agnes@example.org"));
        settle(&world, &parcels[0], &sent()).await;
        // What was read in time is not sent; what is old is not either.
        assign(&world, &world.admin, &id, &world.admin).await;
        assign(&world, &world.admin, &id, &agent).await;
        world.store.mark_read(&agent.person, &[]).await.unwrap();
        world.store.shell().advance(10 * MINUTE);
        assert!(due(&world).await.is_empty());
        page(&world, &agent).await;
        world.store.shell().advance(DAY);
        assert!(due(&world).await.is_empty(), "a page of yesterday is none");
        world.check().await;
    }
}

#[tokio::test]
async fn a_channel_is_proved_by_its_code_and_its_address_stands_nowhere() {
    for database in databases().await {
        let world = World::on(database).await;
        let (store, me) = (&world.store, &world.admin.person);
        let new = NewChannel {
            label: short("Ops"),
            target: hook(),
            clearance: Clearance::Green,
        };
        let id = store.add_channel(me, &new).await.unwrap();
        let state = store.channels(me).await.unwrap()[0].state;
        assert_eq!(state, ChannelState::Unverified);
        let (_, code) = store.channel_code(me, &id).await.unwrap().unwrap();
        for _ in 0..5 {
            let wrong = store.verify_channel(me, &id, "no").await;
            assert!(matches!(wrong, Err(Error::Unfit(_))));
        }
        assert!(
            store.verify_channel(me, &id, &code).await.is_err(),
            "tried too often"
        );
        let (_, code) = store.channel_code(me, &id).await.unwrap().unwrap();
        store.verify_channel(me, &id, &code).await.unwrap();
        // Somebody else's is not there.
        let eve = world.person("eve", &[Role::Agent]).await;
        assert!(
            store
                .channel_code(&eve.person, &id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(!store.remove_channel(&eve.person, &id).await.unwrap());
        let secrets = ["s3cretPartOfTheAddress", "PartOfTheAddress"];
        let traces = crate::traces::Traces::of(secrets.into_iter());
        traces.in_no_file(&world.options.data);
        let unfit = NewChannel {
            target: mail("nobody"),
            ..new
        };
        assert!(matches!(
            store.add_channel(me, &unfit).await,
            Err(Error::Unfit(_))
        ));
        assert!(store.remove_channel(me, &id).await.unwrap());
        world.check().await;
    }
}

#[tokio::test]
async fn a_browser_that_subscribes_again_is_the_same_channel_and_works_again() {
    for database in databases().await {
        let world = World::on(database).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let (store, me) = (&world.store, &agent.person);
        let of = |n: u8| {
            Target::Push {
            endpoint: format!("https://push.example.org/{n}"),
            p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4".to_owned(),
            auth: "BTBZMqHH6r4Tts7J_aSIgg".to_owned(),
        }
        };
        let id = channel(&world, &agent, of(1)).await;
        page(&world, &agent).await;
        settle(&world, &due(&world).await[0], &dead()).await;
        let state = async || store.channels(me).await.unwrap()[0].state;
        assert_eq!(state().await, ChannelState::Dead);
        let one = "https://push.example.org/1";
        assert!(store.renew_channel(me, one, &of(2)).await.unwrap());
        assert_eq!(state().await, ChannelState::Ready);
        assert!(!store.renew_channel(me, one, &of(3)).await.unwrap());
        let new = NewChannel {
            label: short("Phone"),
            target: of(2),
            clearance: Clearance::Green,
        };
        assert_eq!(store.add_channel(me, &new).await.unwrap(), id);
        let all = store.channels(me).await.unwrap();
        assert_eq!((all.len(), all[0].label.as_str()), (1, "Phone"));
        // Only browsers are renewed so.
        let mailed = store
            .renew_channel(me, "https://push.example.org/2", &mail("a@example.org"))
            .await;
        assert!(matches!(mailed, Err(Error::Unfit(_))));
        world.check().await;
    }
}
