//! The queue of time-stamps and the cosignatures, on both databases.

use crate::world::{World, databases};
use bifold_domain::time::{DAY, HOUR, MINUTE, SECOND};
use bifold_domain::{At, time};
use bifold_ledger::checkpoint::open_checkpoint;
use bifold_ledger::cosignature::{Cosigner, WitnessKey, cosignatures};
use bifold_ledger::note::Verifier;
use bifold_ledger::witness::{Refusal, Request, Seen, add_checkpoint};
use bifold_store::anchor::{Stamped, ToCosign, ToStamp};

const TSA: &str = "tsa.example";

fn tsa() -> Vec<String> {
    vec![TSA.to_owned()]
}

impl World {
    fn now(&self) -> At {
        self.store.shell().clock.now()
    }

    /// The log grows and is signed; its size.
    async fn grow(&self) -> u64 {
        self.declare(&self.admin, "Something").await;
        self.store.sign_checkpoint().await.unwrap().unwrap().size
    }

    async fn queued(&self) -> usize {
        self.store.queue_stamps(&tsa()).await.unwrap()
    }

    async fn claimed(&self) -> Vec<ToStamp> {
        self.store.claim_stamps(&tsa()).await.unwrap()
    }

    /// What one claim finds, which must be one stamp.
    async fn claim(&self) -> ToStamp {
        let mut claimed = self.claimed().await;
        assert_eq!(claimed.len(), 1, "{claimed:?}");
        claimed.remove(0)
    }

    async fn stamp(&self, of: &ToStamp, expires_in: i64) {
        let stamped = Stamped {
            request: b"query".to_vec(),
            answer: format!("answer {} {}", of.size, of.round).into_bytes(),
            gen_time: self.now(),
            expires_at: self.now().plus(expires_in),
        };
        self.store.record_stamp(of, &stamped).await.unwrap();
    }

    async fn newest(&self) -> Option<u64> {
        let standing = self.store.authority_standing(2026, TSA).await.unwrap();
        standing.newest.map(|newest| newest.size)
    }
}

#[tokio::test]
async fn a_stamp_is_queued_each_hour_and_claimed_by_one() {
    for database in databases().await {
        let world = World::on(database).await;
        let size = world.grow().await;
        assert_eq!(world.queued().await, 1);
        assert_eq!(world.queued().await, 0, "it waits already");
        let of = world.claim().await;
        assert_eq!((of.log, of.size, of.round), (2026, size, 0));
        let note = world.store.checkpoint(2026, size).await.unwrap().unwrap().1;
        assert_eq!(of.data, note.as_bytes());
        assert_eq!(world.claimed().await, [], "somebody else asks");
        // A claim that nobody finished comes due again, and then it is over the newest checkpoint.
        let newer = world.grow().await;
        world.store.shell().advance(2 * MINUTE);
        let of = world.claim().await;
        assert_eq!(of.size, newer);
        world.stamp(&of, 400 * DAY).await;
        assert_eq!(world.newest().await, Some(newer));
        assert_eq!(world.queued().await, 0, "nothing is new");
        world.grow().await;
        world.store.shell().advance(59 * MINUTE);
        assert_eq!(world.queued().await, 0);
        world.store.shell().advance(MINUTE);
        assert_eq!(world.queued().await, 1);
        assert_eq!(
            world
                .store
                .queue_stamps(&["b.example".to_owned()])
                .await
                .unwrap(),
            1
        );
        world.check().await;
    }
}

#[tokio::test]
async fn a_wish_is_stamped_at_once_when_it_is_signed() {
    for database in databases().await {
        let world = World::on(database).await;
        world.grow().await;
        world.queued().await;
        let of = world.claim().await;
        world.stamp(&of, 400 * DAY).await;
        world.declare(&world.admin, "Evidence goes out").await;
        world.store.wish_stamp().await.unwrap();
        assert_eq!(world.queued().await, 0, "not signed yet");
        let signed = world.store.sign_checkpoint().await.unwrap().unwrap().size;
        assert_eq!(world.queued().await, 1);
        let of = world.claim().await;
        assert_eq!(of.size, signed);
        world.stamp(&of, 400 * DAY).await;
        world.grow().await;
        assert_eq!(world.queued().await, 0, "one wish is one stamp");
        world.check().await;
    }
}

#[tokio::test]
async fn what_fails_waits_longer_each_time_and_says_why() {
    for database in databases().await {
        let world = World::on(database).await;
        world.grow().await;
        world.queued().await;
        let since = world.now();
        let mut waits = Vec::new();
        for _ in 0..12 {
            let of = world.claim().await;
            world
                .store
                .record_no_stamp(&of, "no\u{7} answer")
                .await
                .unwrap();
            let mut waited = 0;
            while world.claimed().await.is_empty() {
                world.store.shell().advance(10 * SECOND);
                waited += 10;
                assert!(waited <= 3_600, "{waits:?}");
            }
            // The claim of this loop is not finished; it comes due again.
            world.store.shell().advance(2 * MINUTE);
            waits.push(waited);
        }
        assert_eq!(waits[..3], [10, 40, 160]);
        assert_eq!(waits[11], 3_600);
        let standing = world.store.authority_standing(2026, TSA).await.unwrap();
        assert_eq!(standing.error.as_deref(), Some("no answer"));
        assert_eq!((standing.waiting, standing.newest), (1, None));
        assert_eq!(standing.failing_since, Some(since));
        world.check().await;
    }
}

#[tokio::test]
async fn stamps_are_renewed_before_their_certificates_expire() {
    for database in databases().await {
        let world = World::on(database).await;
        // Two stamps under certificates that last 100 days.
        for _ in 0..2 {
            world.grow().await;
            world.store.shell().advance(HOUR);
            world.queued().await;
            let of = world.claim().await;
            world.stamp(&of, 100 * DAY).await;
        }
        let renewals = async || world.store.queue_renewals(TSA).await.unwrap();
        assert_eq!(renewals().await, 0);
        world.store.shell().advance(71 * DAY);
        // It is not known yet whether the authority has newer ones: the newest stamp finds out.
        assert_eq!(renewals().await, 1);
        let of = world.claim().await;
        assert_eq!(of.round, 1);
        assert_eq!(of.data, format!("answer {} 0", of.size).into_bytes());
        world.stamp(&of, 29 * DAY).await;
        assert_eq!(renewals().await, 0, "once a day is enough");
        world.store.shell().advance(DAY);
        assert_eq!(renewals().await, 1);
        let of = world.claim().await;
        assert_eq!(of.round, 2);
        world.stamp(&of, 400 * DAY).await;
        // It has; so the other one is renewed too, once.
        assert_eq!(renewals().await, 1);
        let of = world.claim().await;
        assert_eq!(of.round, 1);
        world.stamp(&of, 400 * DAY).await;
        assert_eq!(renewals().await, 0);
        let folder = tempfile::tempdir().unwrap();
        world
            .store
            .publish_ledger(folder.path(), false)
            .await
            .unwrap();
        let anchors = folder.path().join("2026/anchors");
        let mut names: Vec<String> = std::fs::read_dir(&anchors)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end != "tsq"))
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        let of = of.size;
        assert!(names.contains(&format!("{of}.checkpoint")), "{names:?}");
        assert!(
            names.contains(&format!("{of}.tsa.example.renewed-1.tsr")),
            "{names:?}"
        );
        assert_eq!(names.len(), 7, "{names:?}");
        world.check().await;
    }
}

#[tokio::test]
async fn the_last_checkpoint_of_a_year_is_stamped_too() {
    for database in databases().await {
        let world = World::at(database, "2026-12-31T23:58:00Z").await;
        world.grow().await;
        world.queued().await;
        let of = world.claim().await;
        world.stamp(&of, 400 * DAY).await;
        world.declare(&world.admin, "Late").await;
        world.store.shell().advance(3 * MINUTE);
        world.grow().await;
        assert_eq!(world.queued().await, 2);
        let claimed = world.claimed().await;
        let mut logs: Vec<i64> = claimed.iter().map(|of| of.log).collect();
        logs.sort_unstable();
        assert_eq!(logs, [2026, 2027]);
        world.check().await;
    }
}

/// A witness in memory.
struct Witness {
    key: Cosigner,
    seen: Seen,
}

impl Witness {
    fn new(seed: u8) -> Self {
        Self {
            key: Cosigner::new(&format!("w{seed}.example"), [seed; 32]).unwrap(),
            seen: Seen::NOTHING,
        }
    }

    fn key(&self) -> WitnessKey {
        self.key.key()
    }

    /// What it answers to a checkpoint with a proof from `old` entries.
    async fn answer(&mut self, world: &World, of: &ToCosign, old: u64) -> Result<String, Refusal> {
        let proof = world.store.consistency(of.log, old, of.size).await.unwrap();
        let request = Request::new(old, proof, of.note.clone()).unwrap();
        let log = Verifier::from_vkey(&world.store.vkey(of.log).unwrap()).unwrap();
        let time_s = u64::try_from(world.now().micros() / time::SECOND).unwrap();
        let cosigned = add_checkpoint(&request, &[log], &self.seen, &self.key, time_s)?;
        self.seen = cosigned.seen;
        Ok(cosigned.answer)
    }
}

#[tokio::test]
async fn a_witness_is_asked_when_the_log_grew_and_its_cosignature_is_served() {
    for database in databases().await {
        let world = World::on(database).await;
        let mut witness = Witness::new(3);
        let key = witness.key();
        let asked = async || world.store.claim_checkpoints(&key).await.unwrap();
        for round in 0..3 {
            for _ in 0..100 {
                world.declare(&world.admin, "Growth").await;
            }
            let size = world.grow().await;
            let claimed = asked().await;
            assert_eq!(claimed.len(), 1, "round {round}");
            assert_eq!(asked().await, [], "claimed");
            let of = &claimed[0];
            assert_eq!((of.size, of.known), (size, witness.seen.size));
            let answer = witness.answer(&world, of, of.known).await.unwrap();
            let kept = world.store.record_cosignature(of, &answer, &key).await;
            kept.unwrap().unwrap();
            world.store.shell().advance(MINUTE);
            assert_eq!(asked().await, [], "nothing is new");
        }
        let (checkpoint, note) = world
            .store
            .cosigned_checkpoint(2026)
            .await
            .unwrap()
            .unwrap();
        let found = cosignatures(note.as_bytes(), std::slice::from_ref(&key)).unwrap();
        assert_eq!(found.len(), 1);
        let log = Verifier::from_vkey(&world.store.vkey(2026).unwrap()).unwrap();
        assert_eq!(
            open_checkpoint(note.as_bytes(), &[log]).unwrap(),
            checkpoint
        );
        let standing = world.store.witness_standing(2026, &key).await.unwrap();
        assert_eq!(standing.newest.unwrap().size, checkpoint.size);
        assert_eq!(standing.waiting_since, None);
        world.check().await;
    }
}

#[tokio::test]
async fn a_wrong_cosignature_is_not_kept_and_the_next_question_waits() {
    for database in databases().await {
        let world = World::on(database).await;
        world.grow().await;
        let (mut other, key) = (Witness::new(4), Witness::new(3).key());
        let of = world.store.claim_checkpoints(&key).await.unwrap().remove(0);
        let foreign = other.answer(&world, &of, 0).await.unwrap();
        for answer in [foreign.as_str(), "", "nonsense", "\n"] {
            let kept = world.store.record_cosignature(&of, answer, &key).await;
            assert!(kept.unwrap().is_err(), "{answer}");
        }
        world
            .store
            .record_no_cosignature(&of, &key, "it is another key")
            .await
            .unwrap();
        let note = world.store.checkpoint(2026, 0).await.unwrap().unwrap().1;
        let served = world
            .store
            .cosigned_checkpoint(2026)
            .await
            .unwrap()
            .unwrap()
            .1;
        assert_eq!(served, note);
        let standing = world.store.witness_standing(2026, &key).await.unwrap();
        assert_eq!(standing.error.as_deref(), Some("it is another key"));
        assert!(standing.waiting_since.is_some());
        assert_eq!(world.store.claim_checkpoints(&key).await.unwrap(), []);
        world.store.shell().advance(10 * SECOND);
        assert_eq!(world.store.claim_checkpoints(&key).await.unwrap().len(), 1);
        world.check().await;
    }
}

#[tokio::test]
async fn publishing_keeps_the_cosignatures_of_an_unchanged_checkpoint() {
    for database in databases().await {
        let world = World::on(database).await;
        world.grow().await;
        let mut stored = Witness::new(3);
        let key = stored.key();
        let of = world.store.claim_checkpoints(&key).await.unwrap().remove(0);
        let answer = stored.answer(&world, &of, 0).await.unwrap();
        world
            .store
            .record_cosignature(&of, &answer, &key)
            .await
            .unwrap()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let publish = async || {
            world
                .store
                .publish_ledger(folder.path(), false)
                .await
                .unwrap()
        };
        publish().await;
        let path = folder.path().join("2026/checkpoint");
        let read = || std::fs::read_to_string(&path).unwrap();
        // Somebody brings the folder to another witness by hand.
        let mut by_hand = Witness::new(4);
        let line = by_hand.answer(&world, &of, 0).await.unwrap();
        std::fs::write(&path, read() + &line).unwrap();
        let all = [key, by_hand.key()];
        publish().await;
        assert_eq!(cosignatures(read().as_bytes(), &all).unwrap().len(), 2);
        world.grow().await;
        publish().await;
        assert_eq!(cosignatures(read().as_bytes(), &all).unwrap().len(), 0);
        // What cannot be read as this checkpoint is replaced.
        std::fs::write(&path, "rubbish").unwrap();
        publish().await;
        assert!(read().starts_with(&world.store.origin(2026)));
        world.check().await;
    }
}
