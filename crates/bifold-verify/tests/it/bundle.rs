//! Given a bundle, when it is verified, then words and exit code.

use std::fs;

use bifold_ledger::note::Signer;
use bifold_report::bag::BagWriter;
use bifold_report::bundle::write;
use bifold_verify::{Step, Verdict, Weight, verify_bundle};
use serde_json::json;

use crate::case::{Case, INCIDENT, at, person, signer};
use crate::packed::{Packed, repack, sha256};
use crate::published::run;

const LOG_FILE: &str = "evd_00000000000000000000000001";

#[track_caller]
fn fails(case: &Case, step: Step, says: &str) {
    let packed = Packed::new(case);
    let report = verify_bundle(&packed.path(), &[signer().verifier()], None);
    assert_eq!(report.verdict(), Verdict::Failed, "{report}");
    let list = &report.findings(step).unwrap().list;
    assert!(
        list.iter().any(|f| f.says.contains(says)),
        "no `{says}` in:\n{report}"
    );
}

#[test]
fn a_good_bundle_is_verified_in_words_and_json() {
    let packed = Packed::new(&Case::new());
    let path = packed.path();
    let path = path.to_str().unwrap();
    let vkey = signer().vkey();
    let answer = run(&[path, "--vkey", &vkey]);
    assert_eq!(answer.code, Some(0), "{}", answer.text);
    // Size and digest change with every word of a document.
    let files = packed.files();
    let payload = files.iter().filter(|(name, _)| name.starts_with("data/"));
    let bytes: usize = payload.map(|(_, bytes)| bytes.len()).sum();
    let text = answer.text.replace(&format!("{bytes} bytes"), "all bytes");
    let text = text.replace(&sha256(&files["tagmanifest-sha256.txt"]), "(as it is)");
    assert_eq!(text, include_str!("../golden/bundle.txt"));
    let answer = run(&[path, "--vkey", &vkey, "--json"]);
    assert_eq!(answer.code, Some(0), "{}", answer.text);
    let report: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(report["verdict"], "verified");
    assert_eq!(report["is_key_from_bundle"], false);
    assert_eq!(report["checks"].as_array().unwrap().len(), 9);
}

#[test]
fn a_key_that_lay_in_the_bundle_only_is_said_to_be_so() {
    let packed = Packed::new(&Case::new());
    let answer = run(&[packed.path().to_str().unwrap()]);
    assert_eq!(answer.code, Some(0), "{}", answer.text);
    assert!(
        answer.text.contains("the key came from the bundle itself"),
        "{}",
        answer.text
    );
}

#[test]
fn another_key_than_the_one_given_is_refused() {
    let packed = Packed::new(&Case::new());
    let other = Signer::new("bifold.example/acme/2026", [9; 32])
        .unwrap()
        .vkey();
    let answer = run(&[packed.path().to_str().unwrap(), "--vkey", &other]);
    assert_eq!(answer.code, Some(1), "{}", answer.text);
    assert!(
        answer.text.contains("another key than the one you gave"),
        "{}",
        answer.text
    );
    assert!(
        answer.text.contains("no checkpoint can be believed"),
        "{}",
        answer.text
    );
}

#[test]
fn a_tar_archive_is_verified_as_it_is() {
    let case = Case::new();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("INC-2026-0042.tar");
    let file = fs::File::create(&path).unwrap();
    let bag = BagWriter::as_tar("INC-2026-0042", at(0), file).unwrap();
    let sealed = write(&case.bundle(), bag, |exhibit| case.open(exhibit)).unwrap();
    let report = verify_bundle(&path, &[signer().verifier()], None);
    assert_eq!(report.verdict(), Verdict::Verified, "{report}");
    assert_eq!(report.tag_manifest_sha256, Some(sealed.tag_manifest_sha256));
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert_ne!(verify_bundle(&path, &[], None).verdict(), Verdict::Verified);
}

#[test]
fn withheld_bytes_are_reported_and_are_no_failure() {
    let case = Case::new();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bag");
    case.write_as(&case.bundle().hashes_only("Hashes only, by order"), &path);
    let report = verify_bundle(&path, &[signer().verifier()], None);
    assert_eq!(report.verdict(), Verdict::Verified, "{report}");
    let found = report.findings(Step::Evidence).unwrap();
    assert_eq!(found.list.len(), 2);
    assert!(
        found
            .list
            .iter()
            .all(|f| f.weight == Weight::Note && f.code == "withheld")
    );
    assert!(
        report
            .to_string()
            .contains("0 with their bytes, 2 withheld"),
        "{report}"
    );
}

#[test]
fn bytes_that_are_not_here_without_a_reason_are_a_failure() {
    let mut packed = Packed::new(&Case::new());
    let mut files = packed.files();
    let is_evidence = |name: &String| name.contains("EVD-2026-0001/") && !name.ends_with("json");
    files.retain(|name, _| !is_evidence(name));
    repack(&mut files);
    let report = packed.verify(&files);
    assert!(
        report
            .to_string()
            .contains("its bytes are not here, and nothing says why"),
        "{report}"
    );
    assert_eq!(report.verdict(), Verdict::Failed);
}

#[cfg(unix)]
#[test]
fn a_link_in_the_bundle_is_refused() {
    let packed = Packed::new(&Case::new());
    std::os::unix::fs::symlink("/etc/passwd", packed.path().join("data/passwd")).unwrap();
    let report = verify_bundle(&packed.path(), &[signer().verifier()], None);
    assert_eq!(report.verdict(), Verdict::Failed, "{report}");
    assert!(
        report
            .to_string()
            .contains("data/passwd is a link or a device"),
        "{report}"
    );
}

#[test]
fn what_is_not_there_cannot_be_checked() {
    let answer = run(&["/nonexistent/data/ledger", "--vkey", &signer().vkey()]);
    assert_eq!(answer.code, Some(2), "{}", answer.text);
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("data/ledger")).unwrap();
    let answer = run(&[dir.path().to_str().unwrap()]);
    assert_eq!(answer.code, Some(1), "{}", answer.text);
}

/// The story until the export, with one more fact before it.
fn with(kind: &str, actor: u8, body: serde_json::Value) -> Case {
    let mut case = Case::before_export();
    case.fact(LOG_FILE, kind, actor, body, &[]);
    case.export();
    case
}

#[test]
fn a_log_that_accepted_what_it_may_not_is_found_out() {
    let released = json!({"release": "rel_2"});
    fails(
        &with("evidence.released", 2, released),
        Step::Custody,
        "it was never requested",
    );
    let again = json!({"release": "rel_1"});
    fails(
        &with("evidence.released", 2, again),
        Step::Custody,
        "carried out before",
    );
    fails(
        &with("evidence.accepted", 2, json!({})),
        Step::Custody,
        "nothing was offered",
    );
    let disposed = json!({"disposal": "d"});
    fails(
        &with("evidence.disposed", 2, disposed),
        Step::Custody,
        "it was never requested",
    );
}

#[test]
fn an_offer_is_accepted_by_the_person_it_was_made_to() {
    let mut case = Case::before_export();
    let to = json!({"to": person(3).id});
    case.fact(LOG_FILE, "evidence.offered", 2, to, &[("reason", "Safe")]);
    case.fact(LOG_FILE, "evidence.accepted", 4, json!({}), &[]);
    case.export();
    fails(&case, Step::Custody, "offered to somebody else");
}

#[test]
fn a_step_that_is_not_known_leaves_it_incomplete() {
    let case = with("evidence.teleported", 2, json!({}));
    let packed = Packed::new(&case);
    let answer = run(&[packed.path().to_str().unwrap(), "--vkey", &signer().vkey()]);
    assert_eq!(answer.code, Some(2), "{}", answer.text);
    assert!(
        answer.text.contains("`teleported` is not known here"),
        "{}",
        answer.text
    );
}

#[test]
fn an_incident_that_went_on_after_its_export_is_not_a_bundle() {
    let mut case = Case::new();
    case.fact(
        INCIDENT,
        "incident.note_added",
        1,
        json!({}),
        &[("text", "late")],
    );
    fails(&case, Step::Chains, "the end was cut off");
}

#[test]
fn an_exhibit_of_another_incident_is_refused() {
    let mut case = Case::before_export();
    let mut stranger = case.exhibits[0].clone();
    stranger.id = "evd_00000000000000000000000009".to_owned();
    stranger.number = "EVD-2026-0009".to_owned();
    stranger.bytes = bifold_report::bundle::Bytes::None;
    stranger.custody.clear();
    case.exhibits.push(stranger);
    let body = json!({"number": 9, "incident": "inc_other", "sort": "file"});
    case.fact(
        "evd_00000000000000000000000009",
        "evidence.registered",
        1,
        body,
        &[],
    );
    case.export();
    fails(&case, Step::Evidence, "registered for another incident");
}

#[test]
fn a_second_export_is_a_bundle_of_its_own() {
    let mut case = Case::new();
    case.fact(
        INCIDENT,
        "incident.note_added",
        1,
        json!({}),
        &[("text", "asked again")],
    );
    case.export();
    let packed = Packed::new(&case);
    let report = verify_bundle(&packed.path(), &[signer().verifier()], None);
    assert_eq!(report.verdict(), Verdict::Verified, "{report}");
    assert!(
        report.to_string().contains("to the export in entry 38"),
        "{report}"
    );
}

#[test]
fn a_file_that_no_bundle_has_is_pointed_out() {
    let mut packed = Packed::new(&Case::new());
    let mut files = packed.files();
    files.insert("data/read-me-first.html".to_owned(), b"<p>".to_vec());
    repack(&mut files);
    let report = packed.verify(&files);
    let found = report.findings(Step::Bag).unwrap();
    assert_eq!(found.list[0].code, "stranger", "{report}");
    assert_eq!(found.list[0].place, "data/read-me-first.html");
}

#[test]
fn a_redacted_hash_is_said_to_be_so_and_its_bytes_may_not_be_here() {
    let mut case = Case::before_export();
    let sealed = case.log.entries.iter().position(|entry| {
        let leaf: serde_json::Value = serde_json::from_slice(&entry.leaf).unwrap();
        leaf["kind"] == "evidence.sealed" && leaf["subj"]["id"] == LOG_FILE
    });
    case.redact(sealed.unwrap() as u64, "/sha256");
    case.exhibits[0].sha256 = None;
    case.exhibits[0].bytes = bifold_report::bundle::Bytes::None;
    case.export();
    let mut packed = Packed::new(&case);
    let mut files = packed.files();
    let report = packed.verify(&files);
    assert_eq!(report.verdict(), Verdict::Verified, "{report}");
    assert!(
        report.to_string().contains("its hash was redacted"),
        "{report}"
    );
    assert!(
        report
            .to_string()
            .contains("2 redacted by entries that are here"),
        "{report}"
    );
    let name = format!("data/evidence/EVD-2026-0001/{}", sha256(b"x"));
    files.insert(name, b"x".to_vec());
    repack(&mut files);
    let report = packed.verify(&files);
    assert!(
        report
            .to_string()
            .contains("nothing of the sort was sealed"),
        "{report}"
    );
}
