//! Backups: whole, of both databases, restored with the keys of today, and never signed backwards.

use crate::traces::every_file;
use crate::world::{World, databases, declare};
use bifold_domain::{Command, IncidentId, Role};
use bifold_store::{Error, Operation, Store};
use std::path::Path;

const LOG: i64 = 2026;

async fn sound(store: &Store) {
    let report = store.verify_ledger(|_| {}).await.unwrap();
    assert!(report.is_sound(), "{report:#?}");
    let replay = store.replay(|_| {}).await.unwrap();
    assert!(replay.is_equal(), "{replay:#?}");
}

fn ring(data: &Path) -> std::path::PathBuf {
    data.join("keys/disclosures.ring")
}

#[tokio::test]
async fn a_backup_holds_no_text_and_is_restored_whole() {
    for database in databases().await {
        let world = World::on(database).await;
        let (id, _) = world.declare(&world.admin, "Mail of Erika lost").await;
        world.store.keep_blob(&b"lines"[..]).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bifold.backup");
        let made = world.store.backup(&file, true).await.unwrap();
        let size = world.store.log_state().await.unwrap().size;
        assert_eq!((made.entries, made.blobs, made.blob_bytes), (size, 1, 5));
        let names: Vec<_> = every_file(folder.path()).into_iter().map(|f| f.0).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(5).any(|w| w == b"Erika"));
        assert!(world.store.backup(&file, false).await.is_err());
        let checked = Store::check_backup(&file, world.options.clone()).await;
        let checked = checked.unwrap();
        assert!(checked.ledger.is_sound(), "{:#?}", checked.ledger);
        assert_eq!(checked.ledger.checkpoints, 1);
        let place = world.beside().await;
        let keys = world.options.data.clone();
        let (store, restored) = Store::restore(&file, &keys, place.options.clone())
            .await
            .unwrap();
        assert_eq!(restored.entries, size);
        assert_eq!(restored.redacted_since, []);
        assert_eq!(restored.missing_evidence, Vec::<String>::new());
        sound(&store).await;
        let viewer = world.admin.viewer();
        let (incident, _) = store.incident(&viewer, id.as_str()).await.unwrap().unwrap();
        assert_eq!(incident.title.shown(), "Mail of Erika lost");
        let hits = store.search(&viewer, "erika", None, 5).await.unwrap();
        assert_eq!(hits.len(), 1);
        // It is the newest state that was signed, so it goes on and is signed on.
        let next = Command::Incident(IncidentId::from_bits(77), declare("Next"));
        store
            .execute(Operation::one(&world.admin, next))
            .await
            .unwrap();
        store.sign_checkpoint().await.unwrap().unwrap();
        sound(&store).await;
        store.close().await;
        let again = Store::restore(&file, &keys, place.options.clone()).await;
        assert!(matches!(again, Err(Error::AlreadyInitialised)));
        world.check().await;
    }
}

#[tokio::test]
async fn an_older_backup_reads_as_redacted_goes_on_and_is_not_signed() {
    for database in databases().await {
        let world = World::on(database).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let (id, receipt) = world.declare(&officer, "Mail of Erika lost").await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bifold.backup");
        world.store.backup(&file, false).await.unwrap();
        // An entry after the backup is redacted as well: its index is used again below.
        let (_, later) = world.declare(&officer, "Mail of Erna lost").await;
        let mut by = 0;
        for receipt in [later, receipt.clone()] {
            let index = receipt.entries[0].index;
            let names = ["/title".to_owned()];
            let request = world
                .store
                .request_redaction(&officer, LOG, index, &names, "GDPR Art. 17")
                .await
                .unwrap();
            let done = world.store.approve_redaction(&world.admin, &request).await;
            by = done.unwrap().by;
        }
        world.store.sign_checkpoint().await.unwrap();
        let checked = Store::check_backup(&file, world.options.clone()).await;
        assert!(checked.unwrap().ledger.is_sound());
        let place = world.beside().await;
        let keys = world.options.data.clone();
        let (store, restored) = Store::restore(&file, &keys, place.options.clone())
            .await
            .unwrap();
        let since = restored.redacted_since;
        assert_eq!(since.len(), 1);
        assert_eq!(
            (since[0].log, since[0].index, since[0].by),
            (LOG, receipt.entries[0].index, by)
        );
        sound(&store).await;
        let viewer = officer.viewer();
        let (incident, _) = store.incident(&viewer, id.as_str()).await.unwrap().unwrap();
        let shown = format!("[redacted under entry {by}]");
        assert_eq!(incident.title.shown(), shown);
        // The guard came along with the signing key, and knows of a longer log.
        let signed = store.sign_checkpoint().await;
        assert!(matches!(signed, Err(Error::NotSigned(_))), "{signed:?}");
        for n in 0..3 {
            let next = Command::Incident(IncidentId::from_bits(70 + n), declare("Next"));
            store.execute(Operation::one(&officer, next)).await.unwrap();
        }
        sound(&store).await;
        store.close().await;
        world.check().await;
    }
}

#[tokio::test]
async fn a_backup_is_restored_only_with_its_own_ring() {
    let world = World::on(None).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bifold.backup");
    world.store.backup(&file, false).await.unwrap();
    let other = World::on(None).await;
    let place = world.beside().await;
    let wrong = ring(&other.options.data);
    let refused = Store::restore(&file, &wrong, place.options.clone()).await;
    assert!(matches!(refused, Err(Error::KeyRing(_))));
    // Nothing is left in the way of doing it right.
    let right = ring(&world.options.data);
    let (store, _) = Store::restore(&file, &right, place.options.clone())
        .await
        .unwrap();
    sound(&store).await;
    // Only the ring was brought, and not the key that signs.
    assert!(matches!(store.vkey(LOG), Err(Error::NotSigned(_))));
    store.close().await;
    other.check().await;
    world.check().await;
}

#[tokio::test]
async fn a_changed_backup_is_found() {
    use sqlx::Connection as _;
    for tamper in [
        "UPDATE ledger_entry SET leaf = replace(leaf, 'incident.declared', 'incident.declares')",
        "UPDATE ledger_disclosure SET disclosures = '' WHERE idx = 2",
        "UPDATE ledger_disclosure SET disclosures = replace(disclosures, 'A', 'B') WHERE idx = 2",
        "UPDATE ledger_checkpoint SET root = note, note = root",
    ] {
        let world = World::on(None).await;
        world.declare(&world.admin, "Mail of Erika lost").await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bifold.backup");
        world.store.backup(&file, false).await.unwrap();
        let url = format!("sqlite:{}", file.display());
        let mut raw = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(tamper).execute(&mut raw).await.unwrap();
        raw.close().await.unwrap();
        let checked = Store::check_backup(&file, world.options.clone()).await;
        let is_sound = checked.is_ok_and(|checked| checked.ledger.is_sound());
        assert!(!is_sound, "{tamper} was not found");
        world.check().await;
    }
}
