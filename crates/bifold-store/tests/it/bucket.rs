//! Evidence in a bucket: long objects, a service that goes away, what lay on the disk before.

use crate::service::{Service, Wire, key_of};
use crate::world::{Place, World};
use bifold_domain::EvidenceId;
use bifold_store::blob::{BucketOptions, EvidenceStore};
use bifold_store::upload::Part;
use bifold_store::{Error, Store};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::io::AsyncReadExt;

/// A few parts of the service's and a bit.
const LONG_BYTES: usize = (20 << 20) + 17;

fn long() -> Vec<u8> {
    (0..LONG_BYTES)
        .map(|i| u8::try_from((i / 3 + i / 1_000_003) % 251).unwrap())
        .collect()
}

fn hash(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(bytes);
    digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

async fn world(service: &Service, wire: Option<&Wire>) -> World {
    World::in_place(Place {
        database: None,
        evidence: service.place(wire),
    })
    .await
}

/// All of it, in parts of our own.
async fn sent(world: &World, bytes: &[u8]) -> String {
    let (me, item) = (&world.admin.person, EvidenceId::from_bits(1));
    let begun = world
        .store
        .begin_upload(me, &item, None, bytes.len() as u64);
    let begun = begun.await.unwrap();
    for (n, bytes) in bytes.chunks(7 << 20).enumerate() {
        let offset = (n * (7 << 20)) as u64;
        let part = Part {
            offset,
            bytes: bytes.to_vec().into(),
            sha256: None,
        };
        world
            .store
            .append_upload(me, &begun.id, &part)
            .await
            .unwrap();
    }
    begun.id
}

async fn read(store: &Store, hash: &str) -> Vec<u8> {
    let mut blob = store.open_blob(hash).await.unwrap().unwrap();
    let mut bytes = Vec::new();
    blob.read_to_end(&mut bytes).await.unwrap();
    bytes
}

fn staged(world: &World) -> usize {
    let staging = world.options.data.join("blobs/staging");
    std::fs::read_dir(staging).map_or(0, Iterator::count)
}

#[tokio::test]
async fn a_long_object_goes_up_in_parts_and_comes_back_the_same() {
    let Some(service) = Service::get() else {
        return;
    };
    let world = world(service, None).await;
    let bytes = long();
    let hash = hash(&bytes);
    let kept = world.store.keep_blob(&bytes[..]).await.unwrap();
    assert_eq!(
        (kept.sha256.as_str(), kept.size_bytes),
        (hash.as_str(), LONG_BYTES as u64)
    );
    assert!(service.has(&key_of(&world.store, &hash)));
    assert_eq!(staged(&world), 0);
    assert!(read(&world.store, &hash).await == bytes);
    // Outside of the runtime's own threads too.
    let blob = world.store.open_blob(&hash).await.unwrap().unwrap();
    let mut blob = blob.into_blocking().await;
    let again = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        blob.read_to_end(&mut bytes).map(|_| bytes)
    });
    assert!(again.await.unwrap().unwrap() == bytes);
    assert_eq!(world.store.look_at_blob(&hash).await.unwrap(), Some(true));
    let empty = world.store.keep_blob(&b""[..]).await.unwrap();
    assert_eq!(read(&world.store, &empty.sha256).await, b"");
    world.store.probe_evidence_store().await.unwrap();
    world.check().await;
}

#[tokio::test]
async fn organisations_that_share_a_bucket_share_no_object() {
    let Some(service) = Service::get() else {
        return;
    };
    let evidence = service.place(None);
    let world = async |seed| {
        let evidence = evidence.clone();
        let place = Place {
            database: None,
            evidence,
        };
        World::seeded(place, seed).await
    };
    let (one, other) = (world(1).await, world(2).await);
    let kept = one.store.keep_blob(&b"lines"[..]).await.unwrap();
    other.store.keep_blob(&b"lines"[..]).await.unwrap();
    let key = key_of(&one.store, &kept.sha256);
    assert_ne!(key, key_of(&other.store, &kept.sha256));
    // Gone for the one, as after a disposal; the other's are where they were.
    service.delete(&key);
    assert_eq!(one.store.look_at_blob(&kept.sha256).await.unwrap(), None);
    assert!(other.store.blob_is_intact(&kept.sha256).await.unwrap());
}

#[tokio::test]
async fn an_object_is_never_replaced() {
    let Some(service) = Service::get() else {
        return;
    };
    let world = world(service, None).await;
    for bytes in [b"lines".to_vec(), long()] {
        let hash = hash(&bytes);
        let key = key_of(&world.store, &hash);
        // Somebody was here before, with as many other bytes: they stay, and a look finds them.
        service.put(&key, &vec![b'x'; bytes.len()]);
        world.store.keep_blob(&bytes[..]).await.unwrap();
        assert_eq!(world.store.look_at_blob(&hash).await.unwrap(), Some(false));
        // With another number of bytes it is no object of ours.
        service.put(&key, b"x");
        let refused = world.store.keep_blob(&bytes[..]).await.unwrap_err();
        assert!(matches!(refused, Error::Damaged(_)), "{refused}");
    }
    assert_eq!(staged(&world), 0);
    world.check().await;
}

#[tokio::test]
async fn while_the_service_is_away_nothing_is_lost_and_an_upload_is_finished_later() {
    let Some(service) = Service::get() else {
        return;
    };
    let wire = service.wire();
    let world = world(service, Some(&wire)).await;
    let (store, me) = (&world.store, &world.admin.person);
    let before = store.keep_blob(&b"before"[..]).await.unwrap();
    let bytes = long();
    wire.cut();
    let upload = sent(&world, &bytes).await;
    let away = |error: Error| assert!(matches!(error, Error::EvidenceStore { .. }), "{error}");
    away(store.finish_upload(me, &upload).await.unwrap_err());
    away(store.keep_blob(&b"in one go"[..]).await.unwrap_err());
    away(store.open_blob(&before.sha256).await.unwrap_err());
    away(store.look_at_blob(&before.sha256).await.unwrap_err());
    away(store.probe_evidence_store().await.unwrap_err());
    assert_eq!(staged(&world), 1, "the upload, and nothing else");
    wire.mend();
    let (_, kept) = store.finish_upload(me, &upload).await.unwrap();
    store.end_upload(&upload).await.unwrap();
    assert!(read(store, &kept.sha256).await == bytes);
    assert_eq!(read(store, &before.sha256).await, b"before");
    assert_eq!(staged(&world), 0);
    world.check().await;
}

#[tokio::test]
async fn an_upload_that_was_broken_off_in_the_middle_is_finished_after_a_restart() {
    let Some(service) = Service::get() else {
        return;
    };
    let wire = service.wire();
    let mut world = world(service, Some(&wire)).await;
    let bytes = long();
    let upload = sent(&world, &bytes).await;
    wire.stall_after(10 << 20);
    let (store, me, id) = (
        world.store.clone(),
        world.admin.person.clone(),
        upload.clone(),
    );
    let finishing = tokio::spawn(async move { store.finish_upload(&me, &id).await });
    while !wire.is_stalled() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    finishing.abort();
    let _ = finishing.await;
    let hash = hash(&bytes);
    assert!(!service.has(&key_of(&world.store, &hash)));
    world.store.close().await;
    wire.mend();
    world.store = Store::open(world.options.clone()).await.unwrap();
    let finished = world
        .store
        .finish_upload(&world.admin.person, &upload)
        .await;
    assert_eq!(finished.unwrap().1.sha256, hash);
    assert!(read(&world.store, &hash).await == bytes);
    world.check().await;
}

#[tokio::test]
async fn what_lay_on_the_disk_before_is_still_found() {
    let Some(service) = Service::get() else {
        return;
    };
    let mut world = World::on(None).await;
    let old = world.store.keep_blob(&b"from before"[..]).await.unwrap();
    world.store.close().await;
    world.options.evidence = service.place(None);
    world.store = Store::open(world.options.clone()).await.unwrap();
    assert_eq!(read(&world.store, &old.sha256).await, b"from before");
    assert!(world.store.blob_is_intact(&old.sha256).await.unwrap());
    let new = world.store.keep_blob(&b"new"[..]).await.unwrap();
    assert!(service.has(&key_of(&world.store, &new.sha256)));
    world.check().await;
}

#[tokio::test]
async fn whoever_configures_it_wrongly_is_told_so() {
    let Some(service) = Service::get() else {
        return;
    };
    let EvidenceStore::Bucket(right) = service.place(None) else {
        panic!("it is in a bucket");
    };
    for wrong in [
        BucketOptions {
            bucket: "nobody-made-this-one".to_owned(),
            ..right.clone()
        },
        BucketOptions {
            endpoint: Some("http://127.0.0.1:1".to_owned()),
            ..right
        },
    ] {
        let evidence = EvidenceStore::Bucket(wrong);
        let world = World::in_place(Place {
            database: None,
            evidence,
        })
        .await;
        let told = world.store.probe_evidence_store().await.unwrap_err();
        assert!(matches!(told, Error::EvidenceStore { .. }), "{told}");
        assert!(!format!("{:?}", world.options).contains("secret\""));
        world.check().await;
    }
}
