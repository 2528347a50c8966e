//! The ledger: signed, provable, published, redacted, over the turn of the year, never backwards.

use crate::world::{World, databases};
use bifold_domain::incident::{self, Note};
use bifold_domain::{At, Role, Text, time};
use bifold_ledger::note::Verifier;
use bifold_ledger::tlog_proof::TlogProof;
use bifold_store::{Error, Store};

fn note(words: &str) -> incident::Command {
    incident::Command::Note(Note {
        text: Text::parse(words).unwrap(),
        lane: None,
        audience: incident::Audience::Internal,
        next_by: None,
    })
}

#[tokio::test]
async fn every_entry_of_a_grown_log_has_a_proof_that_holds_offline() {
    for database in databases().await {
        let world = World::on(database).await;
        let (id, _) = world.declare(&world.admin, "Long story").await;
        for i in 0..300 {
            world
                .act(&world.admin, &id, note(&format!("step {i}")))
                .await
                .unwrap();
        }
        let checkpoint = world.store.sign_checkpoint().await.unwrap().unwrap();
        assert_eq!(world.store.sign_checkpoint().await.unwrap(), None);
        let key = Verifier::from_vkey(&world.store.vkey(2026).unwrap()).unwrap();
        for index in [0, 1, 255, 256, checkpoint.size - 1] {
            let leaf = world.store.leaf(2026, index).await.unwrap().unwrap();
            let proof = world.store.proof(2026, index).await.unwrap().unwrap();
            let proof: TlogProof = proof.parse().unwrap();
            assert_eq!(
                proof
                    .verify(leaf.as_bytes(), std::slice::from_ref(&key))
                    .unwrap(),
                checkpoint
            );
            let other = format!("{leaf} ");
            assert!(
                proof
                    .verify(other.as_bytes(), std::slice::from_ref(&key))
                    .is_err()
            );
        }
        world.check().await;
    }
}

#[tokio::test]
async fn the_turn_of_the_year_closes_one_log_and_opens_the_next() {
    for database in databases().await {
        let world = World::at(database, "2026-12-31T23:59:00Z").await;
        let (id, _) = world.declare(&world.admin, "New year's eve").await;
        world.store.sign_checkpoint().await.unwrap();
        world.store.shell().advance(2 * time::MINUTE);
        world
            .act(&world.admin, &id, note("still down"))
            .await
            .unwrap();
        let (_, receipt) = world.declare(&world.admin, "First of the year").await;
        assert_eq!(receipt.touched[0].number.as_deref(), Some("INC-2027-0001"));
        let state = world.store.log_state().await.unwrap();
        assert_eq!((state.log, state.size), (2027, 3));
        world.store.sign_checkpoint().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let published = world
            .store
            .publish_ledger(folder.path(), true)
            .await
            .unwrap();
        assert_eq!(
            published.iter().map(|p| p.log).collect::<Vec<_>>(),
            [2026, 2027]
        );
        world.check().await;
    }
}

#[tokio::test]
async fn a_database_from_an_older_backup_is_not_signed() {
    // On SQLite the backup is a copy of the file.
    let world = World::on(None).await;
    let (id, _) = world.declare(&world.admin, "Before").await;
    world.store.sign_checkpoint().await.unwrap();
    let options = world.options.clone();
    world.store.clone().close().await;
    let file = options.data.join("bifold.db");
    let backup = std::fs::read(&file).unwrap();
    let store = Store::open(options.clone()).await.unwrap();
    let act = |store: Store, words: &'static str| {
        let command = bifold_domain::Command::Incident(id.clone(), note(words));
        let operation = bifold_store::Operation::one(&world.admin, command);
        async move { store.execute(operation).await.unwrap() }
    };
    act(store.clone(), "after the backup").await;
    store.sign_checkpoint().await.unwrap().unwrap();
    store.close().await;
    for end in ["db-wal", "db-shm"] {
        let _ = std::fs::remove_file(options.data.join(format!("bifold.{end}")));
    }
    std::fs::write(&file, backup).unwrap();
    let store = Store::open(options).await.unwrap();
    assert!(matches!(
        store.sign_checkpoint().await,
        Err(Error::NotSigned(_))
    ));
    act(store.clone(), "another history").await;
    assert!(matches!(
        store.sign_checkpoint().await,
        Err(Error::NotSigned(_))
    ));
    store.close().await;
}

#[tokio::test]
async fn a_redaction_takes_two_people_and_leaves_every_proof_valid() {
    for database in databases().await {
        let world = World::on(database).await;
        let officer = world.person("olga", &[Role::SecurityOfficer]).await;
        let (id, receipt) = world
            .declare(&officer, "Mail of Erika Mustermann lost")
            .await;
        world
            .act(&officer, &id, note("Erika called back"))
            .await
            .unwrap();
        let index = receipt.entries[0].index;
        world.store.sign_checkpoint().await.unwrap();
        let names = ["/title".to_owned()];
        let basis = "GDPR Art. 17";
        let request = world
            .store
            .request_redaction(&officer, 2026, index, &names, basis)
            .await
            .unwrap();
        let alone = world.store.approve_redaction(&officer, &request).await;
        assert!(matches!(alone, Err(Error::Refused(_))));
        let done = world
            .store
            .approve_redaction(&world.admin, &request)
            .await
            .unwrap();
        let viewer = officer.viewer();
        let (incident, _) = world
            .store
            .incident(&viewer, id.as_str())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            incident.title.shown(),
            format!("[redacted under entry {}]", done.by)
        );
        assert_eq!(
            world
                .store
                .search(&viewer, "mustermann", None, 10)
                .await
                .unwrap(),
            []
        );
        let hits = world
            .store
            .search(&viewer, "called back", None, 10)
            .await
            .unwrap();
        assert_eq!(hits.len(), 1);
        let timeline = world.store.timeline(&viewer, &id, None, 50).await.unwrap();
        assert!(
            !serde_json::to_string(&timeline)
                .unwrap()
                .contains("Mustermann")
        );
        let data = world.options.data.clone();
        world.check().await;
        if !world_is_postgres(&data) {
            for entry in std::fs::read_dir(&data).unwrap().flatten() {
                if entry.file_type().unwrap().is_file() {
                    let bytes = std::fs::read(entry.path()).unwrap();
                    let needle = b"Mustermann";
                    let found = bytes.windows(needle.len()).any(|w| w == needle);
                    assert!(!found, "{:?} still holds the name", entry.path());
                }
            }
        }
    }
}

fn world_is_postgres(data: &std::path::Path) -> bool {
    !data.join("bifold.db").exists()
}

#[tokio::test]
async fn tampering_with_any_stored_part_is_found_and_located() {
    use sqlx::Connection;
    let tampers = [
        "UPDATE ledger_entry SET leaf = replace(leaf, 'note_added', 'note_addex') WHERE idx = 3",
        "UPDATE ledger_entry SET at = at + 1 WHERE idx = 3",
        "UPDATE ledger_entry SET actor = 'per_00000000000000000000000000' WHERE idx = 3",
        "DELETE FROM ledger_entry WHERE idx = 3",
        "UPDATE ledger_disclosure SET disclosures = '' WHERE idx = 3",
        "UPDATE ledger_checkpoint SET note = replace(note, 'test.example', 'evil.example')",
    ];
    for tamper in tampers {
        let world = World::on(None).await;
        let (id, _) = world.declare(&world.admin, "Evidence").await;
        for i in 0..5 {
            world
                .act(&world.admin, &id, note(&format!("step {i}")))
                .await
                .unwrap();
        }
        world.store.sign_checkpoint().await.unwrap();
        let url = world.options.database_url.clone();
        let mut raw = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(tamper).execute(&mut raw).await.unwrap();
        let report = world.store.verify_ledger(|_| {}).await.unwrap();
        assert!(!report.is_sound(), "{tamper} was not found");
    }
}

#[tokio::test]
async fn a_projection_changed_by_hand_differs_from_the_facts() {
    use sqlx::Connection;
    let world = World::on(None).await;
    let (_, _) = world.declare(&world.admin, "True").await;
    let url = world.options.database_url.clone();
    let mut raw = sqlx::SqliteConnection::connect(&url).await.unwrap();
    for tamper in [
        "UPDATE incident SET handling = 5",
        "DELETE FROM snapshot WHERE subject_type = 'incident'",
    ] {
        sqlx::raw_sql(tamper).execute(&mut raw).await.unwrap();
        let replay = world.store.replay(|_| {}).await.unwrap();
        assert!(!replay.is_equal(), "{tamper}");
    }
}

#[tokio::test]
async fn a_clock_that_goes_backwards_does_not_turn_the_ledger_back() {
    for database in databases().await {
        let world = World::on(database).await;
        let (id, first) = world.declare(&world.admin, "Now").await;
        world
            .store
            .shell()
            .set(At::parse("2026-02-28T00:00:00Z").unwrap());
        let second = world
            .act(&world.admin, &id, note("earlier?"))
            .await
            .unwrap();
        assert!(second.at >= first.at);
        world.check().await;
    }
}
