//! What leaves: bundles, and what is looked at before anything is handed out.

use crate::app::{Answer, TestApp};
use crate::evidence::{entered, hash, sealed};
use bifold_domain::Role;
use bifold_domain::time::HOUR;
use serde_json::json;
use std::path::PathBuf;

crate::on_both! {
    a_bundle_is_verified_by_itself_and_nothing_can_be_taken_out_of_it = bundled;
    a_bundle_asked_for_again_is_the_one_that_was_recorded = repeated;
    nothing_is_handed_out_under_a_release_past_its_last_day = expired;
    what_was_changed_in_the_store_is_not_handed_out = tampered;
}

/// Asks for a release of everything, has it approved and carries it out.
pub(crate) fn release_all(app: &TestApp, incident: &str) -> String {
    let (id, request) = release_approved(app, incident);
    app.officer().act(&format!("{request}/carry-out")).is(200);
    id
}

/// Everything is to be released, within ten hours, and two people approved: its id and path.
fn release_approved(app: &TestApp, incident: &str) -> (String, String) {
    let terms = json!({
        "recipient": "State police", "purpose": "p", "legal_basis": "b",
        "expires_at": app.now_plus(10 * HOUR),
    });
    let ask = format!("incidents/{incident}/releases");
    let asked = app.officer().post(&ask, json!({ "terms": terms })).is(201);
    let id = asked.text_at("/request");
    let request = format!("incidents/{incident}/requests/{id}");
    app.manager().act(&format!("{request}/approve")).is(200);
    app.as_role(Role::EvidenceCustodian)
        .act(&format!("{request}/approve"))
        .is(200);
    (id, request)
}

pub(crate) fn unpacked(answer: &Answer) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    tar::Archive::new(&answer.bytes[..])
        .unpack(folder.path())
        .unwrap();
    folder
}

pub(crate) fn bag_in(folder: &tempfile::TempDir) -> PathBuf {
    let mut inside = std::fs::read_dir(folder.path()).unwrap();
    inside.next().unwrap().unwrap().path()
}

pub(crate) fn verdict(folder: &tempfile::TempDir) -> (String, bifold_verify::Verdict) {
    let report = bifold_verify::verify_bundle(&bag_in(folder), &[], None);
    (report.to_string(), report.verdict())
}

fn bundled(app: &TestApp) {
    let officer = app.officer();
    let incident = officer.declare("Intrusion");
    sealed(&officer, &incident);
    let path = entered(&officer, &incident);
    officer
        .post(
            &format!("{path}/forgo"),
            json!({ "reason": "It was gone." }),
        )
        .is(200);
    officer
        .does(&incident, "notes", json!({ "text": "=1+1" }))
        .is(200);
    officer.declare("Another one, whose entries lie between.");
    let release = release_all(app, &incident);

    let bundle = format!("incidents/{incident}/bundle");
    let hashes = json!({ "recipient": "Auditor", "purpose": "Yearly audit." });
    app.as_role(Role::Resolver)
        .post(&bundle, hashes.clone())
        .is(403);
    app.auditor().post(&bundle, hashes.clone()).is(403);
    let (said, found) = verdict(&unpacked(&officer.post(&bundle, hashes).is(200)));
    assert_eq!(found, bifold_verify::Verdict::Verified, "{said}");
    assert!(said.contains("0 with their bytes, 1 withheld"), "{said}");

    let answer = officer.post(&bundle, json!({ "release": release })).is(200);
    assert_eq!(answer.header("bifold-tag-manifest-sha256").len(), 64);
    let folder = unpacked(&answer);
    let (said, found) = verdict(&folder);
    assert_eq!(found, bifold_verify::Verdict::Verified, "{said}");
    assert!(said.contains("1 with their bytes, 0 withheld"), "{said}");
    let inside = |name: &str| std::fs::read_to_string(bag_in(&folder).join(name)).unwrap();
    assert_eq!(
        inside(&format!("data/evidence/EVD-2026-0001/{}", hash(b"lines"))),
        "lines"
    );
    assert!(inside("data/custody-form.html").contains("EVD-2026-0001"));
    assert!(!inside("data/timeline.csv").contains("\n=1+1"));
    let approval = inside(&format!("data/approvals/{release}.json"));
    assert!(approval.contains("State police"), "{approval}");
}

fn repeated(app: &TestApp) {
    let incident = app.officer().declare("Intrusion");
    let item = sealed(&app.officer(), &incident);
    let release = release_all(app, &incident);
    let bundle = format!("incidents/{incident}/bundle");
    let body = json!({ "release": release });
    let officer = app.officer().with("idempotency-key", "bundle-1");
    let entries = |answer: &Answer| {
        let folder = unpacked(answer);
        let (said, found) = verdict(&folder);
        assert_eq!(found, bifold_verify::Verdict::Verified, "{said}");
        let read = |name: &str| std::fs::read_to_string(bag_in(&folder).join(name)).unwrap();
        [read("data/custody-form.html"), read("data/timeline.csv")]
    };
    let first = entries(&officer.post(&bundle, body.clone()).is(200));
    // Afterwards more happens to the item, and its last state is another one.
    let plain = app.officer();
    plain
        .post(&format!("{item}/note"), json!({ "text": "t" }))
        .is(200);
    let offer = json!({ "to": app.id(Role::EvidenceCustodian), "reason": "r" });
    plain.post(&format!("{item}/offer"), offer).is(200);
    sealed(&plain, &incident);
    let again = entries(&officer.post(&bundle, body.clone()).is(200));
    assert_eq!(again, first);
    let handed_out = plain.get(&format!("incidents/{incident}/timeline"));
    let kinds = handed_out.each("/items", "kind");
    let exports = kinds.iter().filter(|kind| *kind == "incident.exported");
    assert_eq!(exports.count(), 1);
    let other = entries(&plain.post(&bundle, body).is(200));
    assert_ne!(other, first);
}

fn expired(app: &TestApp) {
    let officer = app.officer();
    let incident = officer.declare("Intrusion");
    sealed(&officer, &incident);
    let release = release_all(app, &incident);
    let bundle = format!("incidents/{incident}/bundle");
    let body = json!({ "release": release });
    officer.post(&bundle, body.clone()).is(200);
    app.hours_later(11);
    app.officer()
        .post(&bundle, body)
        .problem(409, "wrong-stage");
}

/// Writes other bytes over kept ones, past the server.
fn overwrite_blob(app: &TestApp, hash: &str, bytes: &[u8]) {
    let blobs = app.folder.path().join("blobs/sha256");
    let blob = blobs.join(&hash[..2]).join(&hash[2..4]).join(hash);
    // Kept bytes may be read only; their file is another one afterwards.
    std::fs::remove_file(&blob).unwrap();
    std::fs::write(&blob, bytes).unwrap();
}

fn tampered(app: &TestApp) {
    let officer = app.officer();
    let incident = officer.declare("Intrusion");
    let item = sealed(&officer, &incident);
    let (id, request) = release_approved(app, &incident);
    overwrite_blob(app, &hash(b"lines"), b"LINES");
    officer
        .act(&format!("{request}/carry-out"))
        .problem(409, "not-as-sealed");
    let seen = officer.get(&item).is(200);
    assert_eq!(seen.at("/verified"), "mismatch");
    assert_eq!(seen.at("/requests/0/end"), "open");
    officer
        .post(
            &format!("incidents/{incident}/bundle"),
            json!({ "release": id }),
        )
        .is(404);
    // What was found is an incident by itself.
    app.wait(app.store.run_due_jobs()).unwrap();
    let all = officer.get("incidents").each("/items", "title");
    let alarm = |title: &String| title.contains("EVD-2026-0001 no longer matches its seal");
    assert!(all.iter().any(alarm), "{all:?}");
    overwrite_blob(app, &hash(b"lines"), b"lines");
    officer.act(&format!("{request}/carry-out")).is(200);
}
