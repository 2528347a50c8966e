//! Evidence: who sees it, bytes that come in parts, looks at the bytes, destruction.

use crate::service::{Service, key_of};
use crate::world::{World, places, short};
use bifold_domain::evidence::dual::End;
use bifold_domain::evidence::{
    AskDisposal, Collect, Command as C, DisposalTerms, Fix, Integrity, Named, Register, Sha256,
    Sort, Verb,
};
use bifold_domain::incident::Restrict;
use bifold_domain::time::{DAY, HOUR};
use bifold_domain::{
    Actor, Command, EvidenceId, IncidentId, RequestId, Role, Text, Title, incident,
};
use bifold_store::blob::EvidenceStore;
use bifold_store::query::evidence::Filter;
use bifold_store::upload::Part;
use bifold_store::{Error, Operation, Receipt, Store};
use std::collections::BTreeSet;
use std::path::PathBuf;

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

/// An item of an incident.
struct Item {
    id: EvidenceId,
    incident: IncidentId,
}

async fn ask(store: &Store, actor: &Actor, item: &Item, verb: Verb) -> Result<Receipt, Error> {
    let command = C {
        incident: item.incident.clone(),
        verb,
    };
    let command = Command::Evidence(item.id.clone(), command);
    store.execute(Operation::one(actor, command)).await
}

async fn registered(world: &World, actor: &Actor, incident: &IncidentId) -> Item {
    let item = Item {
        id: EvidenceId::from_bits(world.store.shell().ids.next()),
        incident: incident.clone(),
    };
    let register = Register {
        sort: Sort::Log,
        title: Title::parse("Log of the gateway").unwrap(),
        asset: None,
        wanted_until: None,
        assignee: None,
        derived_from: None,
    };
    ask(&world.store, actor, &item, Verb::Register(register))
        .await
        .unwrap();
    item
}

fn collect() -> Verb {
    let body = serde_json::json!({ "method": "Copied.", "authority": "Standing order." });
    Verb::Collect(Box::new(serde_json::from_value::<Collect>(body).unwrap()))
}

async fn sealed(
    world: &World,
    actor: &Actor,
    incident: &IncidentId,
    bytes: &[u8],
) -> (Item, String) {
    let item = registered(world, actor, incident).await;
    ask(&world.store, actor, &item, collect()).await.unwrap();
    let kept = world.store.keep_blob(bytes).await.unwrap();
    let fix = Fix::Bytes {
        sha256: Sha256::parse(&kept.sha256).unwrap(),
        size_bytes: kept.size_bytes,
        filename: Some(short("gateway.log")),
    };
    ask(&world.store, actor, &item, Verb::Seal(fix))
        .await
        .unwrap();
    (item, kept.sha256)
}

fn path_of(world: &World, hash: &str) -> PathBuf {
    let blobs = world.options.data.join("blobs/sha256");
    blobs.join(&hash[..2]).join(&hash[2..4]).join(hash)
}

/// What may be done behind the back of the store.
enum Behind {
    Replace,
    Lose,
}

fn behind(world: &World, hash: &str, what: &Behind) {
    match (&world.options.evidence, what) {
        (EvidenceStore::Disk, _) => {
            let path = path_of(world, hash);
            std::fs::remove_file(&path).unwrap();
            if matches!(what, Behind::Replace) {
                std::fs::write(path, b"something else").unwrap();
            }
        }
        (EvidenceStore::Bucket(_), what) => {
            let (service, key) = (Service::get().unwrap(), key_of(&world.store, hash));
            match what {
                Behind::Replace => service.put(&key, b"something else"),
                Behind::Lose => service.delete(&key),
            }
        }
    }
}

/// Whether the bytes lie where they are kept, whatever the store says.
fn lie(world: &World, hash: &str) -> bool {
    match &world.options.evidence {
        EvidenceStore::Disk => path_of(world, hash).exists(),
        EvidenceStore::Bucket(_) => {
            assert!(!path_of(world, hash).exists(), "nothing stays on the disk");
            Service::get().unwrap().has(&key_of(&world.store, hash))
        }
    }
}

async fn seen(world: &World, actor: &Actor) -> usize {
    let (viewer, all) = (actor.viewer(), Filter::default());
    let rows = world.store.evidence_list(&viewer, &all, None, 50).await;
    rows.unwrap().len()
}

#[tokio::test]
async fn evidence_is_for_its_lane_and_for_those_who_had_a_hand_in_it() {
    for place in places().await {
        let world = World::in_place(place).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let engineer = world.person("emil", &[Role::Resolver]).await;
        let agent = world.person("agnes", &[Role::Agent]).await;
        let auditor = world.person("audrey", &[Role::Auditor]).await;
        let (incident, _) = world.declare(&officer, "Intrusion").await;
        let (item, _) = sealed(&world, &engineer, &incident, b"lines").await;
        for (actor, count) in [(&officer, 1), (&engineer, 1), (&auditor, 1), (&agent, 0)] {
            assert_eq!(seen(&world, actor).await, count, "{:?}", actor.roles);
            let one = world
                .store
                .evidence(&actor.viewer(), "EVD-2026-0001")
                .await
                .unwrap();
            assert_eq!(one.is_some(), count == 1);
        }
        let only_olga = Restrict {
            people: BTreeSet::from([officer.person.clone()]),
            teams: BTreeSet::new(),
            reason: text("Need to know."),
        };
        world
            .act(&officer, &incident, incident::Command::Restrict(only_olga))
            .await
            .unwrap();
        for (actor, count) in [(&officer, 1), (&engineer, 0), (&auditor, 0), (&agent, 0)] {
            assert_eq!(seen(&world, actor).await, count, "{:?}", actor.roles);
        }
        let offer = serde_json::json!({ "to": officer.person, "reason": "Mine no more." });
        let offer = Verb::Offer(serde_json::from_value(offer).unwrap());
        let refused = ask(&world.store, &engineer, &item, offer)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Refused(r) if r.code() == "not-found"));
        world.check().await;
    }
}

#[tokio::test]
async fn bytes_come_in_parts_and_go_on_where_they_stopped() {
    for place in places().await {
        let world = World::in_place(place).await;
        let (me, store) = (&world.admin.person, &world.store);
        let id = EvidenceId::from_bits(1);
        let begun = store
            .begin_upload(me, &id, Some("gateway.log"), 11)
            .await
            .unwrap();
        let part = |offset, bytes: &'static [u8]| Part {
            offset,
            bytes: bytes.into(),
            sha256: None,
        };
        let took = store
            .append_upload(me, &begun.id, &part(0, b"hello "))
            .await
            .unwrap();
        assert_eq!(took.received_bytes, 6);
        // Sent again, or after a hole, or more than was said.
        let again = store
            .append_upload(me, &begun.id, &part(0, b"hello "))
            .await
            .unwrap();
        assert_eq!(again.received_bytes, 6);
        assert!(
            store
                .append_upload(me, &begun.id, &part(7, b"orld"))
                .await
                .is_err()
        );
        assert!(
            store
                .append_upload(me, &begun.id, &part(6, b"world and more"))
                .await
                .is_err()
        );
        let damaged = Part {
            offset: 6,
            bytes: b"world"[..].into(),
            sha256: Some("00"),
        };
        assert!(store.append_upload(me, &begun.id, &damaged).await.is_err());
        assert!(
            store.finish_upload(me, &begun.id).await.is_err(),
            "a part is missing"
        );
        let other = bifold_domain::PersonId::from_bits(9);
        assert!(
            store.upload(&other, &begun.id).await.is_err(),
            "it is not theirs"
        );
        // A crash may leave unacknowledged bytes behind the acknowledged end.
        let staged = world.options.data.join("blobs/staging").join(&begun.id);
        std::fs::write(&staged, b"hello w###").unwrap();
        store
            .append_upload(me, &begun.id, &part(6, b"world"))
            .await
            .unwrap();
        let (_, kept) = store.finish_upload(me, &begun.id).await.unwrap();
        // Asked again after a crash, it answers the same.
        let (_, again) = store.finish_upload(me, &begun.id).await.unwrap();
        assert_eq!(kept, again);
        assert_eq!(kept, store.keep_blob(&b"hello world"[..]).await.unwrap());
        store.end_upload(&begun.id).await.unwrap();
        assert!(store.upload(me, &begun.id).await.is_err());
        assert!(!staged.exists());
        let forgotten = store.begin_upload(me, &id, None, 5).await.unwrap();
        store.shell().advance(8 * DAY);
        store.begin_upload(me, &id, None, 5).await.unwrap();
        assert!(store.upload(me, &forgotten.id).await.is_err());
        world.check().await;
    }
}

#[tokio::test]
async fn there_is_a_quota_and_what_does_not_fit_leaves_nothing() {
    let mut world = World::on(None).await;
    world.store.close().await;
    world.options.quota_bytes = 10;
    world.store = Store::open(world.options.clone()).await.unwrap();
    world.store.keep_blob(&b"12345678"[..]).await.unwrap();
    let refused = world.store.keep_blob(&b"abc"[..]).await.unwrap_err();
    assert!(
        matches!(refused, Error::OverQuota { left_bytes: 2 }),
        "{refused}"
    );
    let id = EvidenceId::from_bits(1);
    let begun = world
        .store
        .begin_upload(&world.admin.person, &id, None, 3)
        .await;
    assert!(begun.is_err());
    let left = std::fs::read_dir(world.options.data.join("blobs/staging")).unwrap();
    assert_eq!(left.count(), 0);
    world.check().await;
}

#[tokio::test]
async fn stored_bytes_are_looked_at_every_month_and_a_change_is_an_incident() {
    for place in places().await {
        let world = World::in_place(place).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let (incident, _) = world.declare(&officer, "Intrusion").await;
        let (item, hash) = sealed(&world, &officer, &incident, b"lines").await;
        let verified = async || {
            let found = world
                .store
                .evidence(&officer.viewer(), item.id.as_str())
                .await;
            found.unwrap().unwrap().0.verified.map(|v| v.0)
        };
        world.store.run_due_jobs().await.unwrap();
        assert_eq!(verified().await, None);
        world.store.shell().advance(30 * DAY);
        world.store.run_due_jobs().await.unwrap();
        assert_eq!(verified().await, Some(Integrity::Match));
        behind(&world, &hash, &Behind::Replace);
        world.store.shell().advance(30 * DAY);
        // One look finds it, the next round opens the incident, and a third changes nothing.
        for _ in 0..3 {
            world.store.run_due_jobs().await.unwrap();
        }
        assert_eq!(verified().await, Some(Integrity::Mismatch));
        let alarm = world
            .store
            .incident(&officer.viewer(), "INC-2026-0002")
            .await;
        let (alarm, _) = alarm.unwrap().unwrap();
        assert!(alarm.title.shown().contains("EVD-2026-0001"));
        assert!(
            world
                .store
                .incident(&officer.viewer(), "INC-2026-0003")
                .await
                .unwrap()
                .is_none()
        );
        // Bytes that are away are a third answer.
        behind(&world, &hash, &Behind::Lose);
        let (evidence, ..) = world
            .store
            .evidence(&officer.viewer(), item.id.as_str())
            .await
            .unwrap()
            .unwrap();
        let found = world
            .store
            .verify_evidence(&officer, &evidence)
            .await
            .unwrap();
        assert_eq!(found, Integrity::NotVerifiable);
        world.check().await;
    }
}

async fn disposed(world: &World, people: [&Actor; 3], item: &Item, n: u128) {
    let [olga, otto, chris] = people;
    let disposal = RequestId::from_bits(n);
    let terms = DisposalTerms {
        method: text("Unlinked."),
        reason: text("End of retention."),
    };
    let asked = AskDisposal {
        disposal: disposal.clone(),
        terms,
    };
    let named = || Named(disposal.clone());
    for (who, verb) in [
        (olga, Verb::RequestDisposal(asked)),
        (otto, Verb::ApproveDisposal(named())),
        (chris, Verb::ApproveDisposal(named())),
        (olga, Verb::Dispose(named())),
    ] {
        ask(&world.store, who, item, verb).await.unwrap();
    }
}

#[tokio::test]
async fn bytes_that_were_just_brought_again_outlive_the_disposal_of_the_first_item() {
    for place in places().await {
        let world = World::in_place(place).await;
        let [olga, otto, chris] = [
            world.person("olga", &[Role::SecurityOfficer]).await,
            world.person("otto", &[Role::SecurityOfficer]).await,
            world.person("chris", &[Role::EvidenceCustodian]).await,
        ];
        let (incident, _) = world.declare(&olga, "Intrusion").await;
        let (first, hash) = sealed(&world, &olga, &incident, b"lines").await;
        let second = registered(&world, &olga, &incident).await;
        ask(&world.store, &olga, &second, collect()).await.unwrap();
        disposed(&world, [&olga, &otto, &chris], &first, 1).await;
        world.store.shell().advance(3 * HOUR - 1);
        // Kept, and sealed only after the job that would have destroyed them was due.
        let kept = world.store.keep_blob(&b"lines"[..]).await.unwrap();
        world.store.shell().advance(HOUR);
        assert_eq!(world.store.run_due_jobs().await.unwrap(), 1);
        assert!(lie(&world, &hash));
        let fix = Fix::Bytes {
            sha256: Sha256::parse(&kept.sha256).unwrap(),
            size_bytes: kept.size_bytes,
            filename: None,
        };
        ask(&world.store, &olga, &second, Verb::Seal(fix))
            .await
            .unwrap();
        world.store.shell().advance(3 * HOUR);
        world.store.run_due_jobs().await.unwrap();
        assert!(world.store.blob_is_intact(&hash).await.unwrap());
        world.check().await;
    }
}

#[tokio::test]
async fn nobody_looks_at_the_bytes_of_a_thing_that_has_none() {
    for place in places().await {
        let world = World::in_place(place).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let (incident, _) = world.declare(&officer, "A laptop was found").await;
        let item = registered(&world, &officer, &incident).await;
        let how = serde_json::json!({
            "method": "Found.", "authority": "Standing order.",
            "physical": { "quantity": 1, "make": "Acme", "serial": "S-1" },
        });
        let how = Verb::Collect(Box::new(serde_json::from_value::<Collect>(how).unwrap()));
        let seal = serde_json::json!({ "seal": "B-0042" });
        let seal = Verb::Seal(Fix::Numbered(serde_json::from_value(seal).unwrap()));
        for verb in [how, seal, Verb::Verify(Integrity::NotVerifiable)] {
            ask(&world.store, &officer, &item, verb).await.unwrap();
        }
        assert_eq!(world.store.next_job_at().await.unwrap(), None);
        world.check().await;
    }
}

#[tokio::test]
async fn what_two_people_disposed_of_is_gone_unless_it_is_other_evidence_too() {
    for place in places().await {
        let world = World::in_place(place).await;
        let [olga, otto, chris] = [
            world.person("olga", &[Role::SecurityOfficer]).await,
            world.person("otto", &[Role::SecurityOfficer]).await,
            world.person("chris", &[Role::EvidenceCustodian]).await,
        ];
        let (incident, _) = world.declare(&olga, "Intrusion").await;
        let (first, hash) = sealed(&world, &olga, &incident, b"lines").await;
        let (second, _) = sealed(&world, &olga, &incident, b"lines").await;
        for (n, item) in [&first, &second].into_iter().enumerate() {
            disposed(&world, [&olga, &otto, &chris], item, n as u128).await;
            world.store.run_due_jobs().await.unwrap();
            assert!(
                lie(&world, &hash),
                "whoever brought them a moment ago may need them"
            );
            world.store.shell().advance(3 * HOUR);
            world.store.run_due_jobs().await.unwrap();
            assert_eq!(lie(&world, &hash), n == 0);
        }
        assert!(world.store.open_blob(&hash).await.unwrap().is_none());
        let found = world
            .store
            .evidence(&olga.viewer(), first.id.as_str())
            .await;
        let (evidence, ..) = found.unwrap().unwrap();
        assert_eq!(evidence.disposals[0].request.end, End::Done);
        assert_eq!(
            evidence.sha256().unwrap().as_str(),
            hash,
            "the hash stays provable"
        );
        world.check().await;
    }
}
