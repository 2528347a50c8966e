//! Software nobody here wrote verifies our log, and refuses it when it was altered.
//!
//! Without Go's packages or pymerkle these tests say so and pass; `xtask` installs both.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::published::{Answer, Published, signed, signer, write};
use crate::sample::SampleLog;
use crate::tools::{folder, go_verifier, python};

/// The example size of c2sp.org/tlog-tiles: three levels of tiles, each with a partial one.
const ENTRIES: usize = 70_000;

/// All verifiers that are here: their names and what they say about the log.
fn all(published: &Published, old: &[&Path]) -> Vec<(&'static str, Answer)> {
    let old: Vec<&str> = old.iter().map(|path| path.to_str().unwrap()).collect();
    let ours: Vec<&str> = old
        .iter()
        .flat_map(|path| ["--checkpoint", *path])
        .collect();
    let start = Instant::now();
    let mut answers = vec![("ours", published.verify(&ours))];
    eprintln!("ours took {:?}", start.elapsed());
    if let Some(go) = go_verifier() {
        let mut command = Command::new(go);
        command
            .arg(published.dir.path())
            .arg(signer().vkey())
            .args(&old);
        answers.push(("go", command.output().unwrap().into()));
    }
    if let Some(python) = python() {
        let mut command = Command::new(python);
        command
            .arg(folder().join("verify.py"))
            .arg(published.dir.path());
        answers.push(("python", command.output().unwrap().into()));
    }
    answers
}

fn all_refuse(published: &Published, what: &str) {
    for (name, answer) in all(published, &[]) {
        assert_ne!(
            answer.code,
            Some(0),
            "{name} accepts {what}: {}",
            answer.text
        );
        let says = ["NOT VERIFIED", "FAILED"]
            .iter()
            .any(|word| answer.text.contains(word));
        assert!(says, "{name}: {}", answer.text);
    }
}

#[test]
fn foreign_verifiers_accept_our_log_and_refuse_altered_ones() {
    let log = SampleLog::with_facts(ENTRIES as u64 - 1);
    let published = Published::new(&log);
    let old: Vec<PathBuf> = [1, 257, 65_536, 69_999]
        .map(|size| {
            let path = published.path(&format!("old.{size}"));
            write(&path, signed(&log, size));
            path
        })
        .to_vec();
    let old: Vec<&Path> = old.iter().map(PathBuf::as_path).collect();
    for (name, answer) in all(&published, &old) {
        assert_eq!(answer.code, Some(0), "{name}: {}", answer.text);
    }

    published.flip("tile/entries/001", 50);
    all_refuse(&published, "a flipped bit in an entry");
    published.flip("tile/entries/001", 50);

    let note = signed(&log, ENTRIES);
    write(
        &published.path("checkpoint"),
        note.replace("\n70000\n", "\n69999\n"),
    );
    all_refuse(&published, "an edited tree size");
    write(&published.path("checkpoint"), note);

    let last = "tile/entries/273.p/112";
    std::fs::remove_file(published.path(last)).unwrap();
    for (name, answer) in all(&published, &[]) {
        assert_ne!(answer.code, Some(0), "{name} accepts a missing bundle");
    }
}

#[test]
fn foreign_verifiers_accept_small_logs_of_every_shape() {
    for facts in [0, 1, 2, 254, 255, 256, 600] {
        let published = Published::new(&SampleLog::with_facts(facts));
        for (name, answer) in all(&published, &[]) {
            assert_eq!(answer.code, Some(0), "{name} at {facts}: {}", answer.text);
        }
    }
}

#[test]
fn a_second_history_is_refused() {
    let log = SampleLog::with_facts(600);
    let published = Published::new(&log);
    let mut other = log.clone();
    other.entries.swap(7, 8);
    let old = published.path("old");
    write(&old, signed(&other, 300));
    for (name, answer) in all(&published, &[&old]) {
        // pymerkle's script takes no older checkpoints.
        assert_eq!(
            answer.code == Some(0),
            name == "python",
            "{name}: {}",
            answer.text
        );
    }
}
