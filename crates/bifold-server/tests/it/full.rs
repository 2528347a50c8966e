//! A disk that really is full: what was acknowledged stays, the answer says what to do, and work
//! goes on when there is room again.

use crate::app::{TestApp, changed};
use crate::evidence::{collected, hash, put, sealed};
use serde_json::json;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

/// A filesystem of its own, which only an administrator can make.
struct Small {
    folder: tempfile::TempDir,
}

impl Small {
    /// `None` with a notice where it cannot be made.
    fn of(mib: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={mib}m,mode=0777");
        let mount = ["mount", "-t", "tmpfs", "-o", &size, "tmpfs"];
        if as_administrator(&mount, folder.path()) {
            return Some(Self { folder });
        }
        eprintln!("SKIPPED: no small filesystem can be mounted here, so a full one is not tested");
        None
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves so many bytes free at most.
    fn fill(&self, leave_bytes: usize) {
        let leave = vec![1; leave_bytes];
        std::fs::write(self.path().join("leave"), &leave).unwrap();
        let mut ballast = std::fs::File::create(self.path().join("ballast")).unwrap();
        let block = [1; 4096];
        while ballast.write_all(&block).is_ok() {}
        std::fs::remove_file(self.path().join("leave")).unwrap();
    }

    fn make_room(&self) {
        std::fs::remove_file(self.path().join("ballast")).unwrap();
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        as_administrator(&["umount", "-l"], self.folder.path());
    }
}

fn as_administrator(words: &[&str], folder: &Path) -> bool {
    let run = |first: &[&str]| {
        let words = [first, words].concat();
        let output = Command::new(words[0])
            .args(&words[1..])
            .arg(folder)
            .output();
        output.is_ok_and(|output| output.status.success())
    };
    run(&[]) || run(&["sudo", "-n"])
}

const MIB: usize = 1 << 20;

#[test]
fn evidence_on_a_full_disk_is_refused_and_goes_on_when_there_is_room() {
    let Some(small) = Small::of(32) else { return };
    changed(
        |options| options.data = small.path().to_owned(),
        |app| evidence(app, &small),
    );
}

fn evidence(app: &TestApp, small: &Small) {
    let officer = app.officer();
    let incident = officer.declare("Intrusion");
    let before = sealed(&officer, &incident);
    let path = collected(&officer, &incident);
    let bytes: Vec<u8> = (0..9 * MIB)
        .map(|i| u8::try_from(i / 11 % 251).unwrap())
        .collect();
    let size = json!({ "size_bytes": bytes.len() });
    let begun = officer.post(&format!("{path}/uploads"), size).is(201);
    let upload = format!("{path}/uploads/{}", begun.text_at("/upload"));
    let part = |n: usize| {
        let (from, to) = (n * 3 * MIB, (n + 1) * 3 * MIB);
        put(
            &officer,
            &format!("{upload}?offset={from}"),
            &bytes[from..to],
        )
    };
    // Room for the first part and for all of the second but its last bytes.
    small.fill(6 * MIB - 8192);
    part(0).is(200);
    let told = part(1).problem(507, "storage-full");
    assert!(told.text_at("/next").contains("make room"), "{}", told.text);
    let other = collected(&officer, &incident);
    let content = format!("{other}/content");
    put(&officer, &content, &bytes[..MIB]).problem(507, "storage-full");
    assert_eq!(officer.get(&upload).is(200).at("/received_bytes"), 3 * MIB);
    officer.act(&format!("{before}/verify")).is(200);
    assert_eq!(officer.get(&before).is(200).at("/verified"), "match");
    small.make_room();
    part(1).is(200);
    part(2).is(200);
    let said = json!({ "sha256": hash(&bytes) });
    officer.post(&format!("{upload}/finish"), said).is(200);
    put(&officer, &format!("{other}/content"), b"short").is(200);
    let content = format!("/api/v1/{path}/content?purpose=To+look");
    assert!(officer.send("GET", &content, None).is(200).bytes == bytes);
}

#[test]
fn a_database_on_a_full_disk_refuses_and_forgets_nothing() {
    let Some(small) = Small::of(32) else { return };
    let database = small.path().join("bifold.db");
    changed(
        |options| options.database_url = format!("sqlite:{}", database.display()),
        |app| database_full(app, &small),
    );
}

fn database_full(app: &TestApp, small: &Small) {
    let manager = app.manager();
    manager.declare("Before");
    small.fill(64 * 1024);
    let body = |n: u32| json!({ "title": format!("While it is full {n}"), "impact": "minor", "urgency": "low" });
    let mut acknowledged = Vec::new();
    let refused = (0..200).find_map(|n| {
        let answer = manager.post("incidents", body(n));
        if answer.status == 201 {
            acknowledged.push(answer.text_at("/number").clone());
            return None;
        }
        Some(answer)
    });
    let told = refused.unwrap().problem(507, "storage-full");
    assert!(told.text_at("/next").contains("make room"), "{}", told.text);
    for number in &acknowledged {
        manager.get(&format!("incidents/{number}")).is(200);
    }
    small.make_room();
    manager.post("incidents", body(1_000)).is(201);
    let listed = manager.get("incidents?limit=200").is(200);
    let listed = listed.each("/items", "number");
    for number in &acknowledged {
        assert!(listed.contains(number), "{number} was acknowledged");
    }
    assert_eq!(
        listed.len(),
        acknowledged.len() + 2,
        "and nothing that was refused is there"
    );
}
