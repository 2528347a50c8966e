//! What was redacted is gone: from the database, its write-ahead log, the index of words, what is
//! published, and from backups made before. What was not redacted stays, and every proof holds.

use crate::traces::{Traces, dump, every_file};
use crate::world::{World, databases, declaration};
use bifold_domain::evidence::{self, Verb};
use bifold_domain::incident::{self, Note};
use bifold_domain::{Actor, Command, EvidenceId, IncidentId, Role, Text};
use bifold_store::{Error, Operation, Receipt, Store};
use std::collections::BTreeSet;
use std::path::Path;

/// Entries that lose values; set `BIFOLD_TEST_REDACTIONS` for another number.
const ENTRIES: usize = 300;
/// Entries of one incident: it is declared, then come notes.
const OF_ONE: usize = 4;
const LOG: i64 = 2026;

/// Numbers that look random and repeat.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A word that stands nowhere else.
    fn word(&mut self) -> String {
        format!("m{:016x}{:08x}", self.next(), self.next() >> 32)
    }
}

/// A redactable value: where it stands, its word, and whether it is to go.
struct Planted {
    index: u64,
    pointer: &'static str,
    word: String,
    goes: bool,
}

fn note(text: &str) -> incident::Command {
    incident::Command::Note(Note {
        text: Text::parse(text).unwrap(),
        lane: None,
        audience: incident::Audience::Internal,
        next_by: None,
    })
}

async fn all(store: &Store, operations: Vec<Operation>) -> Vec<Receipt> {
    let receipts = store.execute_many(operations).await;
    receipts.into_iter().map(Result::unwrap).collect()
}

/// Records entries with words of their own; of each entry at least one is to go.
async fn plant(world: &World, officer: &Actor, entries: usize) -> Vec<Planted> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut planted = Vec::new();
    let ids: Vec<IncidentId> = (0..entries.div_ceil(OF_ONE))
        .map(|_| world.incident_id())
        .collect();
    let mut operations = Vec::new();
    let mut words = Vec::new();
    for id in &ids {
        let (title, description) = (dice.word(), dice.word());
        let mut declare = declaration(&format!("Mail of {title} lost"));
        declare.description = Some(Text::parse(&format!("{description} called")).unwrap());
        let command = incident::Command::Declare(Box::new(declare));
        operations.push(Operation::one(
            officer,
            Command::Incident(id.clone(), command),
        ));
        words.push((title, description));
    }
    for (receipt, (title, description)) in all(&world.store, operations).await.iter().zip(words) {
        let which = dice.next() % 3;
        for (pointer, word, stays) in [("/title", title, 1), ("/description", description, 2)] {
            let index = receipt.entries[0].index;
            let goes = which != stays;
            planted.push(Planted {
                index,
                pointer,
                word,
                goes,
            });
        }
    }
    let mut operations = Vec::new();
    let mut words = Vec::new();
    for n in ids.len()..entries {
        let id = ids[n % ids.len()].clone();
        let fresh = dice.word();
        let command = note(&format!("{fresh} was told"));
        operations.push(Operation::one(officer, Command::Incident(id, command)));
        words.push(fresh);
    }
    for (receipt, word) in all(&world.store, operations).await.iter().zip(words) {
        let (index, pointer) = (receipt.entries[0].index, "/text");
        planted.push(Planted {
            index,
            pointer,
            word,
            goes: true,
        });
    }
    planted
}

/// Two people take away what is to go.
async fn redact(world: &World, officer: &Actor, planted: &[Planted]) {
    let indexes: BTreeSet<u64> = planted.iter().map(|p| p.index).collect();
    let mut requests = Vec::new();
    for index in indexes {
        let here = planted.iter().filter(|p| p.index == index && p.goes);
        let names: Vec<String> = here.map(|p| p.pointer.to_owned()).collect();
        let request = world
            .store
            .request_redaction(officer, LOG, index, &names, "GDPR Art. 17")
            .await;
        requests.push(request.unwrap());
    }
    for done in world
        .store
        .approve_redactions(&world.admin, &requests)
        .await
    {
        done.unwrap();
    }
}

async fn sound(store: &Store) {
    let report = store.verify_ledger(|_| {}).await.unwrap();
    assert!(report.is_sound(), "{report:#?}");
    let replay = store.replay(|_| {}).await.unwrap();
    assert!(replay.is_equal(), "{replay:#?}");
}

/// A backup from before the redactions, restored with today's ring.
async fn restored(world: &World, backup: &Path, planted: &[Planted]) {
    let place = world.beside().await;
    let ring = world.options.data.join("keys/disclosures.ring");
    let restored = Store::restore(backup, &ring, place.options.clone()).await;
    let (store, restored) = restored.unwrap();
    let since: BTreeSet<u64> = restored.redacted_since.iter().map(|r| r.index).collect();
    assert_eq!(since, planted.iter().map(|p| p.index).collect());
    sound(&store).await;
    store.close().await;
    let rows = dump(&place.options).await;
    let gone = planted.iter().filter(|p| p.goes);
    let gone = Traces::of(gone.map(|p| p.word.as_str()));
    gone.in_no_file(&place.options.data);
    assert_eq!(gone.found_in(rows.as_bytes()), BTreeSet::new());
}

/// Whether every word that stays is among the published disclosures, and none that went.
fn published_fits(bytes: &[u8], planted: &[Planted]) {
    let traces = Traces::of(planted.iter().map(|p| p.word.as_str()));
    let found = traces.found_in(bytes);
    for p in planted {
        assert_eq!(found.contains(p.word.as_str()), !p.goes, "{}", p.pointer);
    }
}

#[tokio::test]
async fn nothing_that_was_redacted_is_left_anywhere_and_all_else_is() {
    #[allow(clippy::disallowed_methods)] // How long the test takes, not what it shows.
    let entries = std::env::var("BIFOLD_TEST_REDACTIONS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(ENTRIES);
    for database in databases().await {
        let world = World::on(database).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let planted = plant(&world, &officer, entries).await;
        let backups = tempfile::tempdir().unwrap();
        let backup = backups.path().join("before.backup");
        world.store.backup(&backup, false).await.unwrap();
        // Not even what was still there can be read in it.
        let all = Traces::of(planted.iter().map(|p| p.word.as_str()));
        all.in_no_file(backups.path());
        redact(&world, &officer, &planted).await;
        world.store.sign_checkpoint().await.unwrap();
        sound(&world.store).await;
        let export = tempfile::tempdir().unwrap();
        world
            .store
            .publish_ledger(export.path(), true)
            .await
            .unwrap();
        let shown = export.path().join("2026/disclosures.jsonl");
        published_fits(&std::fs::read(shown).unwrap(), &planted);
        let (options, rows) = (world.options.clone(), dump(&world.options).await);
        world.store.clone().close().await;
        let gone = planted.iter().filter(|p| p.goes);
        let gone = Traces::of(gone.map(|p| p.word.as_str()));
        gone.in_no_file(&options.data);
        gone.in_no_file(export.path());
        assert_eq!(gone.found_in(rows.as_bytes()), BTreeSet::new());
        restored(&world, &backup, &planted).await;
        // And the search would have found them: what stays is there.
        let stays = planted.iter().filter(|p| !p.goes && p.pointer == "/title");
        let stays = Traces::of(stays.map(|p| p.word.as_str()));
        let mut found = stays.found_in(rows.as_bytes()).len();
        for (_, bytes) in every_file(&options.data) {
            found += stays.found_in(&bytes).len();
        }
        assert!(found > 0);
    }
}

#[tokio::test]
async fn a_crash_between_the_redaction_and_its_keys_is_made_good() {
    for database in databases().await {
        let world = World::on(database).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let (_, receipt) = world.declare(&officer, "Mail of Erika lost").await;
        let index = receipt.entries[0].index;
        let ring = world.options.data.join("keys/disclosures.ring");
        let before = std::fs::read(&ring).unwrap();
        let names = ["/title".to_owned()];
        let request = world
            .store
            .request_redaction(&officer, LOG, index, &names, "GDPR Art. 17")
            .await
            .unwrap();
        let approve = || world.store.approve_redaction(&world.admin, &request);
        let done = approve().await.unwrap();
        let after = std::fs::read(&ring).unwrap();
        assert_ne!(before, after);
        let refused = approve().await;
        assert!(matches!(refused, Err(Error::Refused(_))));
        // As if the process had died right after the commit: the approval is said again.
        std::fs::write(&ring, &before).unwrap();
        assert_eq!(approve().await.unwrap(), done);
        assert_eq!(std::fs::read(&ring).unwrap(), after);
        // And the same, found at the next start.
        std::fs::write(&ring, &before).unwrap();
        let options = world.options.clone();
        world.store.clone().close().await;
        let store = Store::open(options).await.unwrap();
        assert_eq!(std::fs::read(&ring).unwrap(), after);
        sound(&store).await;
        store.close().await;
    }
}

#[tokio::test]
async fn what_is_on_legal_hold_is_not_redacted() {
    for database in databases().await {
        let world = World::on(database).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let (id, receipt) = world.declare(&officer, "Mail of Erika lost").await;
        let item = EvidenceId::from_bits(world.store.shell().ids.next());
        let does = async |verb: serde_json::Value, kind: &str| {
            let verb = match kind {
                "register" => Verb::Register(serde_json::from_value(verb).unwrap()),
                "hold" => Verb::SetHold(serde_json::from_value(verb).unwrap()),
                _ => Verb::LiftHold(serde_json::from_value(verb).unwrap()),
            };
            let incident = id.clone();
            let command = Command::Evidence(item.clone(), evidence::Command { incident, verb });
            let receipt = world.store.execute(Operation::one(&officer, command)).await;
            receipt.unwrap().entries[0].index
        };
        let register = serde_json::json!({ "sort": "log", "title": "Log of Erika's mail" });
        let registered = does(register, "register").await;
        let request = async |index| {
            let names = ["/title".to_owned()];
            let basis = "GDPR Art. 17";
            world
                .store
                .request_redaction(&officer, LOG, index, &names, basis)
                .await
        };
        // Asked before the hold is set, and approved after.
        let before = request(receipt.entries[0].index).await.unwrap();
        let hold = serde_json::json!({ "hold": "7 Js 12/26", "reason": "r", "authority": "a" });
        does(hold, "hold").await;
        let refused = |answer: Result<String, Error>| {
            let refused = answer.unwrap_err().to_string();
            assert!(refused.contains("legal hold: EVD-2026-0001"), "{refused}");
        };
        refused(request(receipt.entries[0].index).await);
        refused(request(registered).await);
        let approved = world.store.approve_redaction(&world.admin, &before).await;
        refused(approved.map(|_| String::new()));
        let lift = serde_json::json!({ "hold": "7 Js 12/26", "reason": "the case is closed" });
        does(lift, "lift").await;
        let approved = world.store.approve_redaction(&world.admin, &before).await;
        approved.unwrap();
        world.check().await;
    }
}

#[tokio::test]
async fn another_node_forgets_a_destroyed_key_too() {
    let Some(database) = databases().await.into_iter().flatten().next() else {
        return;
    };
    let world = World::on(Some(database)).await;
    let other = Store::open(world.options.clone()).await.unwrap();
    let officer = world.person("olga", &[Role::SecurityOfficer]).await;
    let (id, receipt) = world.declare(&officer, "Mail of Erika lost").await;
    let viewer = officer.viewer();
    let seen = other.timeline(&viewer, &id, None, 10).await.unwrap();
    assert!(serde_json::to_string(&seen).unwrap().contains("Erika"));
    let names = ["/title".to_owned()];
    let index = receipt.entries[0].index;
    let request = world
        .store
        .request_redaction(&officer, LOG, index, &names, "GDPR Art. 17")
        .await
        .unwrap();
    other
        .approve_redaction(&world.admin, &request)
        .await
        .unwrap();
    let command = Command::Incident(id.clone(), note("goes on"));
    let both = [&world.store, &other];
    for store in both {
        let operation = Operation::one(&officer, command.clone());
        store.execute(operation).await.unwrap();
        sound(store).await;
    }
    other.close().await;
    world.check().await;
}

#[tokio::test]
async fn a_store_without_its_ring_does_not_open() {
    let world = World::on(None).await;
    let options = world.options.clone();
    world.store.clone().close().await;
    let ring = options.data.join("keys/disclosures.ring");
    let right = std::fs::read_to_string(&ring).unwrap();
    std::fs::remove_file(&ring).unwrap();
    assert!(matches!(
        Store::open(options.clone()).await,
        Err(Error::File { .. })
    ));
    let other = World::on(None).await;
    std::fs::copy(other.options.data.join("keys/disclosures.ring"), &ring).unwrap();
    assert!(matches!(
        Store::open(options.clone()).await,
        Err(Error::KeyRing(_))
    ));
    std::fs::write(&ring, &right[..right.len() - 9]).unwrap();
    assert!(matches!(
        Store::open(options.clone()).await,
        Err(Error::KeyRing(_))
    ));
    std::fs::write(&ring, right).unwrap();
    Store::open(options).await.unwrap().close().await;
}

#[tokio::test]
async fn the_ring_of_before_is_overwritten() {
    let world = World::on(None).await;
    let officer = world.person("olga", &[Role::SecurityOfficer]).await;
    let (_, receipt) = world.declare(&officer, "Mail of Erika lost").await;
    let ring = world.options.data.join("keys/disclosures.ring");
    // Another name of the same file: what the disk holds after the ring was replaced.
    let old = world.options.data.join("old");
    std::fs::hard_link(&ring, &old).unwrap();
    let (index, names) = (receipt.entries[0].index, ["/title".to_owned()]);
    let request = world
        .store
        .request_redaction(&officer, LOG, index, &names, "GDPR Art. 17")
        .await
        .unwrap();
    let approved = world.store.approve_redaction(&world.admin, &request).await;
    approved.unwrap();
    assert!(std::fs::read(&old).unwrap().iter().all(|byte| *byte == 0));
    assert!(
        std::fs::read(&ring)
            .unwrap()
            .starts_with(b"bifold key ring")
    );
    world.check().await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_ring_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::on(None).await;
    let ring = world.options.data.join("keys/disclosures.ring");
    let mode = std::fs::metadata(ring).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    world.check().await;
}

/// Puts rows as an older program would have stored them: the published form of the entries.
async fn as_before_there_were_keys(world: &World) {
    use sqlx::Connection as _;
    let export = tempfile::tempdir().unwrap();
    world
        .store
        .publish_ledger(export.path(), true)
        .await
        .unwrap();
    let text = std::fs::read_to_string(export.path().join("2026/disclosures.jsonl")).unwrap();
    let url = &world.options.database_url;
    let mut raw = sqlx::SqliteConnection::connect(url).await.unwrap();
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let lines = row["d"].as_array().unwrap().iter();
        let lines: Vec<&str> = lines.map(|d| d.as_str().unwrap()).collect();
        sqlx::query("UPDATE ledger_disclosure SET disclosures = $1 WHERE idx = $2")
            .bind(lines.join("\n"))
            .bind(row["idx"].as_i64().unwrap())
            .execute(&mut raw)
            .await
            .unwrap();
    }
    raw.close().await.unwrap();
}

fn holds(path: &Path, word: &str) -> bool {
    let traces = Traces::of([word].into_iter());
    !traces.found_in(&std::fs::read(path).unwrap()).is_empty()
}

#[tokio::test]
async fn entries_from_before_there_were_keys_are_read_and_can_be_redacted() {
    let world = World::on(None).await;
    let officer = world.person("olga", &[Role::SecurityOfficer]).await;
    let (_, receipt) = world.declare(&officer, "Mail of ErikaMustermann").await;
    as_before_there_were_keys(&world).await;
    sound(&world.store).await;
    let names = ["/title".to_owned()];
    let index = receipt.entries[0].index;
    let request = world
        .store
        .request_redaction(&officer, LOG, index, &names, "GDPR Art. 17")
        .await
        .unwrap();
    let approved = world.store.approve_redaction(&world.admin, &request).await;
    approved.unwrap();
    sound(&world.store).await;
    let data = world.options.data.clone();
    world.store.clone().close().await;
    for (path, _) in every_file(&data) {
        assert!(!holds(&path, "ErikaMustermann"), "{}", path.display());
    }
}

#[tokio::test]
async fn an_organisation_from_before_there_were_keys_is_sealed_at_its_next_start() {
    use sqlx::Connection as _;
    let world = World::on(None).await;
    world.declare(&world.admin, "Mail of ErikaMustermann").await;
    as_before_there_were_keys(&world).await;
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    world.store.backup(&before, false).await.unwrap();
    assert!(holds(&before, "ErikaMustermann"));
    let options = world.options.clone();
    world.store.clone().close().await;
    let mut raw = sqlx::SqliteConnection::connect(&options.database_url)
        .await
        .unwrap();
    sqlx::raw_sql("DELETE FROM key_ring")
        .execute(&mut raw)
        .await
        .unwrap();
    raw.close().await.unwrap();
    std::fs::remove_file(options.data.join("keys/disclosures.ring")).unwrap();
    let store = Store::open(options).await.unwrap();
    sound(&store).await;
    store.backup(&after, false).await.unwrap();
    assert!(!holds(&after, "ErikaMustermann"));
    store.close().await;
}
