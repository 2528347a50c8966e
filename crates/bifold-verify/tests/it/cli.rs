//! Given a directory, when it is verified, then words and exit code.

use std::fs;
use std::path::Path;

use bifold_ledger::disclosure::digest;
use bifold_ledger::note::Signer;
use bifold_ledger::proof::{FromStored, inclusion_proof};
use bifold_ledger::system::{self, Redaction};
use bifold_ledger::tlog_proof::TlogProof;

use crate::published::{Answer, Published, run, signed, signer, stored_nodes, write};
use crate::sample::SampleLog;

#[track_caller]
fn ends(answer: &Answer, code: i32, says: &str) {
    assert_eq!(answer.code, Some(code), "{}", answer.text);
    assert!(
        answer.text.contains(says),
        "expected `{says}` in:\n{}",
        answer.text
    );
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_good_log_is_verified_in_words_and_json() {
    let mut log = SampleLog::with_facts(600);
    log.close();
    let published = Published::new(&log);
    let answer = published.verify(&["--closed"]);
    assert_eq!(answer.code, Some(0), "{}", answer.text);
    assert_eq!(answer.text, include_str!("../golden/verified.txt"));
    let json = published.verify(&["--json"]);
    assert_eq!(json.code, Some(0), "{}", json.text);
    assert_eq!(json.text, include_str!("../golden/verified.json"));
}

#[test]
fn logs_of_every_shape_are_verified() {
    for facts in [0, 1, 254, 255, 256, 511, 1000] {
        ends(
            &Published::new(&SampleLog::with_facts(facts)).verify(&[]),
            0,
            "VERIFIED",
        );
    }
}

#[test]
fn an_altered_entry_is_named() {
    let published = Published::new(&SampleLog::with_facts(600));
    published.flip("tile/entries/001", 40);
    let answer = published.verify(&[]);
    ends(
        &answer,
        6,
        "entry 256 was altered: it does not have the hash that tile/0/001 holds",
    );
    ends(&answer, 6, "FAILED");
    let json = published.verify(&["--json"]);
    ends(&json, 6, r#""verdict": "failed""#);
}

#[test]
fn an_altered_tile_is_named() {
    let published = Published::new(&SampleLog::with_facts(600));
    published.flip("tile/1/000.p/2", 33);
    let says = "tile/1/000.p/2 was altered: its hash 1 is not that of the tile below";
    ends(&published.verify(&[]), 6, says);
}

#[test]
fn an_edited_checkpoint_is_refused() {
    let log = SampleLog::with_facts(600);
    let published = Published::new(&log);
    let note = signed(&log, 601).replace("\n601\n", "\n600\n");
    write(&published.path("checkpoint"), note);
    ends(&published.verify(&[]), 6, "does not fit the text");
}

#[test]
fn a_foreign_key_is_refused() {
    let published = Published::new(&SampleLog::with_facts(3));
    let other = Signer::new("other.example", [9; 32]).unwrap().vkey();
    let dir = text(published.dir.path());
    ends(
        &run(&[&dir, "--vkey", &other]),
        6,
        "none of the 1 known keys signed",
    );
    // The log's own key comes first; with another one in front this is another log.
    let ours = signer().vkey();
    ends(
        &run(&[&dir, "--vkey", &other, "--vkey", &ours]),
        6,
        "the key is of `other.example`",
    );
}

#[test]
fn missing_files_leave_it_incomplete() {
    for (file, says) in [
        ("checkpoint", "checkpoint is missing"),
        ("tile/entries/001", "tile/entries/001 is missing"),
        ("tile/entries/002.p/89", "tile/entries/002.p/89 is missing"),
        ("tile/0/000", "tile/0/000 is missing"),
        ("tile/1/000.p/2", "tile/1/000.p/2 is missing"),
    ] {
        let published = Published::new(&SampleLog::with_facts(600));
        fs::remove_file(published.path(file)).unwrap();
        let answer = published.verify(&[]);
        ends(&answer, 2, says);
        ends(&answer, 2, "INCOMPLETE");
    }
}

#[test]
fn a_full_tile_may_stand_in_for_a_deleted_partial_one() {
    let grown = SampleLog::with_facts(600);
    let published = Published::new(&grown);
    let mut older = grown.clone();
    older.entries.truncate(300);
    write(&published.path("checkpoint"), signed(&grown, 300));
    write(
        &published.path("tile/1/000.p/1"),
        fs::read(published.path("tile/0/000")).unwrap(),
    );
    published.publish(&older);
    fs::remove_file(published.path("tile/entries/001.p/44")).unwrap();
    fs::remove_file(published.path("tile/0/001.p/44")).unwrap();
    fs::remove_file(published.path("disclosures.jsonl")).unwrap();
    ends(&published.verify(&[]), 0, "entries       300");
}

#[test]
fn files_of_another_length_are_refused() {
    let published = Published::new(&SampleLog::with_facts(600));
    write(&published.path("tile/entries/002.p/89"), b"");
    ends(&published.verify(&[]), 6, "holds 0 items, 89 belong there");
    write(&published.path("tile/entries/002.p/89"), [0, 9, 0]);
    ends(&published.verify(&[]), 6, "cut off in entry 0");
    let published = Published::new(&SampleLog::with_facts(600));
    write(&published.path("tile/0/001"), [0; 31]);
    ends(
        &published.verify(&[]),
        6,
        "not a whole number of 32-byte hashes",
    );
    write(&published.path("tile/0/001"), [0; 9000]);
    ends(&published.verify(&[]), 2, "longer than the 8192 bytes");
}

#[test]
fn older_checkpoints_show_a_second_history() {
    let log = SampleLog::with_facts(600);
    let published = Published::new(&log);
    let old = published.path("kept");
    write(&old, signed(&log, 300));
    let answer = published.verify(&["--checkpoint", &text(&old)]);
    ends(&answer, 0, "checkpoints   2 confirmed");

    let mut other = log.clone();
    other.entries.swap(7, 8);
    write(&old, signed(&other, 300));
    let answer = published.verify(&["--checkpoint", &text(&old)]);
    ends(&answer, 6, "the first 300 entries have the root");
    fs::remove_file(&old).unwrap();
    ends(
        &published.verify(&["--checkpoint", &text(&old)]),
        2,
        "kept is missing",
    );
}

#[test]
fn redacted_disclosures_are_explained_and_deleted_ones_are_not() {
    let mut log = SampleLog::with_facts(20);
    let digests = log.entries[5]
        .disclosures
        .drain(..)
        .map(|d| digest(&d))
        .collect();
    let value = Redaction { entry: 5, digests }.to_value();
    log.add(
        system::REDACTED,
        "redaction",
        &[(system::REDACTS, value)],
        |_| {},
    );
    ends(
        &Published::new(&log).verify(&[]),
        0,
        "39 present, 2 redacted",
    );

    log.entries[6].disclosures.pop();
    let published = Published::new(&log);
    ends(
        &published.verify(&[]),
        6,
        "entry 6: 1 of its disclosures are missing",
    );
    ends(
        &published.verify(&["--some-disclosures"]),
        0,
        "1 not handed in",
    );
    fs::remove_file(published.path("disclosures.jsonl")).unwrap();
    ends(
        &published.verify(&[]),
        0,
        "0 present, 0 redacted, 41 not handed in",
    );
}

#[test]
fn an_altered_value_is_found() {
    let mut log = SampleLog::with_facts(20);
    log.entries[6].disclosures[0] = log.entries[7].disclosures[0].clone();
    ends(
        &Published::new(&log).verify(&[]),
        6,
        "entry 6: a disclosure with digest",
    );
}

#[test]
fn disclosure_lines_out_of_order_are_refused() {
    let published = Published::new(&SampleLog::with_facts(20));
    for (lines, says) in [
        (
            "{\"idx\":3,\"d\":[]}\n{\"idx\":2,\"d\":[]}\n",
            "line 2 of disclosures.jsonl: entry 2",
        ),
        (
            "{\"idx\":21,\"d\":[]}\n",
            "there is no entry 21 in a log of 21",
        ),
        ("{\"idx\":1}\n", "missing field `d`"),
        ("nonsense", "line 1"),
    ] {
        write(&published.path("disclosures.jsonl"), lines);
        ends(&published.verify(&[]), 6, says);
    }
}

#[test]
fn a_year_is_linked_to_the_year_before() {
    let mut log = SampleLog::default();
    let before = SampleLog::with_facts(4);
    let value = system::previous_to_value(&before.checkpoint());
    log.add(
        system::GENESIS,
        "ledger",
        &[(system::PREVIOUS, value)],
        |_| {},
    );
    let published = Published::new(&log);
    let file = published.path("year-before");
    write(&file, signed(&before, 5));
    ends(
        &published.verify(&["--previous", &text(&file)]),
        0,
        "continues",
    );
    write(&file, signed(&before, 4));
    ends(
        &published.verify(&["--previous", &text(&file)]),
        6,
        "does not continue",
    );
}

#[test]
fn a_proof_file_is_verified() {
    let log = SampleLog::with_facts(600);
    let dir = tempfile::tempdir().unwrap();
    let (proof_file, leaf_file) = (dir.path().join("42.tlog-proof"), dir.path().join("42.json"));
    let nodes = stored_nodes(&log);
    let hashes = inclusion_proof(&FromStored(&nodes), 42, 601).unwrap();
    let checkpoint = signed(&log, 601);
    let proof = TlogProof {
        extra: None,
        index: 42,
        hashes,
        checkpoint,
    };
    write(&proof_file, proof.to_string());
    write(&leaf_file, &log.entries[42].leaf);
    let vkey = signer().vkey();
    let (proof_path, leaf_path) = (text(&proof_file), text(&leaf_file));
    let args = ["proof", &proof_path, "--leaf", &leaf_path, "--vkey", &vkey];
    ends(
        &run(&args),
        0,
        "VERIFIED: this is entry 42 of bifold.example/acme/2026",
    );
    ends(
        &run(&[&args[..], &["--json"]].concat()),
        0,
        r#""verdict": "verified""#,
    );
    write(&leaf_file, &log.entries[43].leaf);
    ends(
        &run(&args),
        6,
        "FAILED: the proof does not lead to the root",
    );
    write(&proof_file, "nonsense");
    ends(&run(&args), 6, "is not a `.tlog-proof` file");
    fs::remove_file(&leaf_file).unwrap();
    ends(&run(&args), 2, "42.json is missing");
}

#[test]
fn wrong_usage_ends_with_2() {
    ends(&run(&[]), 2, "Usage");
    ends(&run(&["."]), 2, "--vkey");
    ends(
        &run(&[".", "--vkey", "nonsense"]),
        2,
        "the verifier key cannot be read",
    );
    ends(&run(&["proof", "x"]), 2, "--leaf");
    ends(&run(&["--help"]), 0, "offline");
}
