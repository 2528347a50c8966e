//! Backups as people make, check and restore them.

use crate::journey::{Home, run};

fn path(home: &Home, name: &str) -> String {
    home.folder.path().join(name).display().to_string()
}

#[test]
fn a_backup_is_made_checked_and_restored_and_each_failure_has_its_code() {
    let home = Home::founded();
    let (data, file, into) = (home.data(), path(&home, "monday"), path(&home, "new"));
    let create = ["backup", "create", "--data", &data, &file];
    let (code, text) = run(&create);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("Its texts are sealed"), "{text}");
    assert_eq!(run(&create).0, Some(5));
    let (code, text) = run(&["backup", "verify", "--data", &data, &file]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("The ledger holds"), "{text}");
    let restore =
        |file: &str, keys: &str| run(&["backup", "restore", file, "--into", &into, "--keys", keys]);
    assert_eq!(restore(&path(&home, "absent"), &data).0, Some(3));
    let other = Home::founded();
    assert_eq!(restore(&file, &other.data()).0, Some(6));
    let (code, text) = restore(&file, &data);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(restore(&file, &data).0, Some(5));
    for verb in ["verify", "replay"] {
        let (code, text) = run(&["ledger", verb, "--data", &into]);
        assert_eq!(code, Some(0), "{text}");
    }
    let (code, text) = run(&["doctor", "--data", &into]);
    assert!(!text.contains("not signed"), "{code:?} {text}");
}

#[test]
fn a_changed_backup_fails_its_check() {
    let home = Home::founded();
    let (data, file) = (home.data(), path(&home, "monday"));
    assert_eq!(
        run(&["backup", "create", "--data", &data, &file]).0,
        Some(0)
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        use sqlx::Connection;
        let url = format!("sqlite:{file}");
        let mut raw = sqlx::SqliteConnection::connect(&url).await.unwrap();
        let tamper = "UPDATE ledger_entry SET leaf = replace(leaf, 'person.', 'persom.')";
        sqlx::raw_sql(tamper).execute(&mut raw).await.unwrap();
        raw.close().await.unwrap();
    });
    let (code, text) = run(&["backup", "verify", "--data", &data, &file]);
    assert_eq!(code, Some(6), "{text}");
}
