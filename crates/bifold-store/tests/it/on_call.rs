//! On-call: the command path, what is read back, and replay.

use crate::world::{World, databases, short};
use bifold_domain::calendar::Zone;
use bifold_domain::oncall::chain::{self, Entry, Step};
use bifold_domain::oncall::schedule::{self, AskSwap, HandOver, SetOverride, Standing};
use bifold_domain::oncall::{Layer, Plan, Span, Turn, Unit};
use bifold_domain::time::{DAY, HOUR};
use bifold_domain::{Actor, At, ChainId, Command, Role, ScheduleId, Text};
use bifold_store::{Error, Operation, Receipt, Store};

fn at(text: &str) -> At {
    At::parse(text).unwrap()
}

/// A day each, from eight in the morning in Zurich, since the day before.
fn plan(name: &str, people: &[&Actor]) -> Plan {
    let layer = Layer {
        name: short("days"),
        zone: Zone::named("Europe/Zurich").unwrap(),
        starts: "2026-02-28T08:00:00".parse().unwrap(),
        turn: Turn {
            count: 1,
            unit: Unit::Days,
        },
        people: people.iter().map(|p| p.person.clone()).collect(),
        only: None,
    };
    Plan {
        name: short(name),
        team: None,
        layers: vec![layer],
    }
}

/// Two who are on call by turns.
async fn pair(world: &World) -> (Actor, Actor) {
    let ann = world.person("ann", &[Role::Agent]).await;
    (ann, world.person("bob", &[Role::Resolver]).await)
}

struct Rota<'a> {
    world: &'a World,
    id: ScheduleId,
}

impl<'a> Rota<'a> {
    async fn made(world: &'a World, name: &str, people: &[&Actor]) -> Self {
        let id = ScheduleId::from_bits(world.store.shell().ids.next());
        let rota = Self { world, id };
        let make = schedule::Command::Make(plan(name, people));
        rota.does(&world.admin, make).await.unwrap();
        rota
    }

    async fn does(&self, who: &Actor, command: schedule::Command) -> Result<Receipt, Error> {
        let command = Command::Schedule(self.id.clone(), command);
        let operation = Operation::one(who, command);
        self.world.store.execute(operation).await
    }
}

fn code(answer: Result<Receipt, Error>) -> &'static str {
    match answer {
        Err(Error::Refused(refusal)) => refusal.code(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn who_is_on_call_is_known_at_once_and_after_a_restart() {
    for database in databases().await {
        let world = World::on(database).await;
        let (ann, bob) = pair(&world).await;
        let rota = Rota::made(&world, "Payments", &[&ann, &bob]).await;
        let viewer = ann.viewer();
        // It is ten in Zurich on the first of March: the second day, which is Bob's.
        let now = world.store.shell().clock.now();
        let found = world.store.on_call(&viewer, now).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].shift.as_ref().unwrap().person, bob.person);
        let hand_off = (at("2026-03-02T07:00:00Z"), Some(ann.person.clone()));
        assert_eq!(found[0].next, Some(hand_off));
        // Before it was made, nobody was on call in it.
        let before = now.plus(-HOUR);
        let found = world.store.on_call(&viewer, before).await.unwrap();
        assert_eq!(found[0].shift, None);
        let (_, version) = world
            .store
            .schedule(&viewer, &rota.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(version, 1);
        let own = world
            .store
            .own_shifts(&viewer, Span::new(now, now.plus(4 * DAY)))
            .await
            .unwrap();
        let begins: Vec<At> = own.iter().map(|own| own.shift.span.from).collect();
        assert_eq!(
            begins,
            [at("2026-03-02T07:00:00Z"), at("2026-03-04T07:00:00Z")]
        );
        // Another node, or the same one started again, reads the same from the snapshots.
        let again = Store::open(world.options.clone()).await.unwrap();
        let there = again.on_call(&viewer, now).await.unwrap();
        assert_eq!(there, world.store.on_call(&viewer, now).await.unwrap());
        again.close().await;
        world.check().await;
    }
}

#[tokio::test]
async fn overrides_swaps_and_hand_overs_are_kept_and_replayed() {
    for database in databases().await {
        let world = World::on(database).await;
        let (ann, bob) = pair(&world).await;
        let rota = Rota::made(&world, "Payments", &[&ann, &bob]).await;
        let next = Span::new(at("2026-03-02T07:00:00Z"), at("2026-03-03T07:00:00Z"));
        let swap = AskSwap {
            with: bob.person.clone(),
            gives: next,
            takes: None,
            reason: Some(Text::parse("A birthday.").unwrap()),
        };
        let ask = || schedule::Command::AskSwap(swap.clone());
        assert_eq!(code(rota.does(&world.admin, ask()).await), "not-on-call");
        rota.does(&ann, ask()).await.unwrap();
        let accept = || schedule::Command::AcceptSwap(1);
        assert_eq!(code(rota.does(&ann, accept()).await), "not-for-you");
        rota.does(&bob, accept()).await.unwrap();
        let over = SetOverride {
            person: world.admin.person.clone(),
            from: at("2026-03-05T00:00:00Z"),
            until: at("2026-03-06T00:00:00Z"),
            reason: None,
        };
        let over = schedule::Command::SetOverride(over);
        assert_eq!(code(rota.does(&ann, over.clone()).await), "not-permitted");
        rota.does(&world.admin, over).await.unwrap();
        let (incident, _) = world.declare(&bob, "Payments fail").await;
        let hand_over = schedule::Command::HandOver(HandOver {
            to: ann.person.clone(),
            notes: Text::parse("The supplier calls back at six.").unwrap(),
            incidents: [incident.clone()].into(),
        });
        rota.does(&bob, hand_over).await.unwrap();
        rota.does(&ann, schedule::Command::AcceptHandOver(3))
            .await
            .unwrap();
        let found = world.store.schedule(&ann.viewer(), &rota.id).await.unwrap();
        let (found, version) = found.unwrap();
        assert_eq!(version, 6);
        assert_eq!(found.swap(1).unwrap().standing, Standing::Accepted);
        let on_call = |when| found.on_call(at(when)).unwrap().person;
        assert_eq!(on_call("2026-03-02T08:00:00Z"), bob.person);
        assert_eq!(on_call("2026-03-05T08:00:00Z"), world.admin.person);
        assert_eq!(found.hand_overs[0].incidents, [incident].into());
        assert!(found.hand_overs[0].accepted_at.is_some());
        world.check().await;
    }
}

#[tokio::test]
async fn a_hand_over_names_no_incident_that_its_giver_cannot_read() {
    for database in databases().await {
        let world = World::on(database).await;
        let (ann, bob) = pair(&world).await;
        let rota = Rota::made(&world, "Payments", &[&ann, &bob]).await;
        let (secret, _) = world.declare(&world.admin, "Leak").await;
        let restrict = bifold_domain::incident::Restrict {
            people: [world.admin.person.clone()].into(),
            teams: Default::default(),
            reason: Text::parse("need to know").unwrap(),
        };
        let restrict = bifold_domain::incident::Command::Restrict(restrict);
        world.act(&world.admin, &secret, restrict).await.unwrap();
        let hand_over = schedule::Command::HandOver(HandOver {
            to: ann.person.clone(),
            notes: Text::parse("Look.").unwrap(),
            incidents: [secret].into(),
        });
        assert_eq!(code(rota.does(&bob, hand_over).await), "not-found");
        world.check().await;
    }
}

#[tokio::test]
async fn who_reports_only_sees_schedules_that_name_them() {
    for database in databases().await {
        let world = World::on(database).await;
        let guard = world.person("guard", &[Role::Reporter]).await;
        let other = world.person("other", &[Role::Reporter]).await;
        let ours = Rota::made(&world, "Gate", &[&guard]).await;
        let theirs = Rota::made(&world, "Payments", &[&world.admin]).await;
        let names = async |who: &Actor| -> Vec<String> {
            let all = world.store.schedules(&who.viewer()).await.unwrap();
            all.iter().map(|s| s.plan.name.to_string()).collect()
        };
        assert_eq!(names(&world.admin).await, ["Gate", "Payments"]);
        assert_eq!(names(&guard).await, ["Gate"]);
        assert!(names(&other).await.is_empty());
        let store = &world.store;
        let mine = store.schedule(&guard.viewer(), &ours.id).await.unwrap();
        assert!(mine.is_some());
        let hidden = store.schedule(&guard.viewer(), &theirs.id).await.unwrap();
        assert!(hidden.is_none());
        let chain = ChainId::from_bits(store.shell().ids.next());
        let make = chain::Command::Make(Entry {
            name: short("Gate"),
            steps: vec![Step::Schedule {
                schedule: ours.id.clone(),
            }],
            unacknowledge_minutes: None,
        });
        let command = Command::Chain(chain.clone(), make);
        let operation = Operation::one(&world.admin, command);
        store.execute(operation).await.unwrap();
        assert!(store.chains(&guard.viewer()).await.unwrap().is_empty());
        assert!(
            store
                .chain(&guard.viewer(), &chain)
                .await
                .unwrap()
                .is_none()
        );
        let now = at("2026-03-01T10:00:00Z");
        let rehearsal = store
            .rehearse(&world.admin.viewer(), &chain, now, 0)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(rehearsal.calls[0].people, Ok(vec![guard.person.clone()]));
        let retire = ours.does(&world.admin, schedule::Command::Retire).await;
        assert_eq!(code(retire), "in-use");
        world.check().await;
    }
}
