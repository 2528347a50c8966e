//! Evidence in a bucket over HTTP: the whole life of an item, and a service that goes away.

use crate::app::{Client, TestApp, changed};
use crate::bundle::{release_all, unpacked, verdict};
use crate::evidence::{collected, hash, put};
use crate::service::{Service, key_of};
use bifold_domain::Role;
use bifold_domain::time::{DAY, HOUR};
use bifold_store::blob::EvidenceStore;
use serde_json::json;

const PART_BYTES: usize = 5 << 20;

fn long() -> Vec<u8> {
    (0..(9_usize << 20) + 3)
        .map(|i| u8::try_from(i / 7 % 251).unwrap())
        .collect()
}

fn kept_in(place: EvidenceStore, story: impl FnOnce(&TestApp)) {
    changed(|options| options.evidence = place, story);
}

/// Sends bytes in parts: the upload's path.
fn sent(client: &Client<'_>, path: &str, bytes: &[u8]) -> String {
    let size = json!({ "size_bytes": bytes.len(), "filename": "memory.lime" });
    let begun = client.post(&format!("{path}/uploads"), size).is(201);
    let upload = format!("{path}/uploads/{}", begun.text_at("/upload"));
    for (n, part) in bytes.chunks(PART_BYTES).enumerate() {
        let at = format!("{upload}?offset={}", n * PART_BYTES);
        put(client, &at, part).is(200);
    }
    upload
}

fn destroyed(app: &TestApp, incident: &str, path: &str) {
    let officer = app.officer();
    let terms = json!({ "method": "Deleted.", "reason": "End of retention." });
    let items = json!([officer.get(path).text_at("/id")]);
    let ask = format!("incidents/{incident}/disposals");
    let asked = officer
        .post(&ask, json!({ "items": items, "terms": terms }))
        .is(201);
    let id = asked.text_at("/request");
    let request = format!("incidents/{incident}/requests/{id}");
    app.manager().act(&format!("{request}/approve")).is(200);
    let custodian = app.as_role(Role::EvidenceCustodian);
    custodian.act(&format!("{request}/approve")).is(200);
    officer.act(&format!("{request}/carry-out")).is(200);
    app.store.shell().advance(3 * HOUR);
}

/// Jobs are the server's own, which looks for them every second.
fn until(app: &TestApp, what: &str, is_so: impl Fn() -> bool) {
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !is_so() {
        assert!(std::time::Instant::now() < patience, "{what}");
        app.wait(app.store.run_due_jobs()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn an_item_lives_in_the_bucket_from_its_upload_to_its_destruction() {
    let Some(service) = Service::get() else {
        return;
    };
    kept_in(service.place(None), |app| lives(app, service));
}

fn lives(app: &TestApp, service: &Service) {
    let officer = app.officer();
    let incident = officer.declare("Intrusion");
    let path = collected(&officer, &incident);
    let bytes = long();
    let upload = sent(&officer, &path, &bytes);
    let said = json!({ "sha256": hash(&bytes) });
    officer.post(&format!("{upload}/finish"), said).is(200);
    let key = key_of(&app.store, &hash(&bytes));
    assert!(service.has(&key));

    let content = format!("/api/v1/{path}/content?purpose=To+look");
    assert!(officer.send("GET", &content, None).is(200).bytes == bytes);
    officer.act(&format!("{path}/verify")).is(200);
    assert_eq!(officer.get(&path).is(200).at("/verified"), "match");

    let release = release_all(app, &incident);
    let bundle = format!("incidents/{incident}/bundle");
    let bag = officer.post(&bundle, json!({ "release": release })).is(200);
    let (said, found) = verdict(&unpacked(&bag));
    assert_eq!(found, bifold_verify::Verdict::Verified, "{said}");
    assert!(said.contains("1 with their bytes, 0 withheld"), "{said}");

    destroyed(app, &incident, &path);
    until(app, "the object is gone", || !service.has(&key));
    officer.send("GET", &content, None).is(404);
}

#[test]
fn while_the_service_is_away_the_answer_says_so_and_nothing_is_lost() {
    let Some(service) = Service::get() else {
        return;
    };
    let wire = service.wire();
    kept_in(service.place(Some(&wire)), |app| {
        let officer = app.officer();
        let incident = officer.declare("Intrusion");
        let path = collected(&officer, &incident);
        let bytes = long();
        wire.cut();
        let upload = sent(&officer, &path, &bytes);
        let finish = format!("{upload}/finish");
        let told = officer
            .post(&finish, json!({}))
            .problem(503, "evidence-store");
        assert!(told.text_at("/next").contains("finished"), "{}", told.text);
        assert_eq!(told.header("retry-after"), "30");
        let whole = format!("{path}/content?filename=memory.lime");
        put(&officer, &whole, b"in one go").problem(503, "evidence-store");
        assert_eq!(officer.get(&path).is(200).at("/standing"), "collected");
        wire.mend();
        officer.post(&finish, json!({})).is(200);
        let content = format!("/api/v1/{path}/content?purpose=To+look");
        assert!(officer.send("GET", &content, None).is(200).bytes == bytes);
        wire.cut();
        officer
            .send("GET", &content, None)
            .problem(503, "evidence-store");
        // No answer is no finding.
        officer
            .act(&format!("{path}/verify"))
            .problem(503, "evidence-store");
        wire.mend();
        officer.act(&format!("{path}/verify")).is(200);
        assert_eq!(officer.get(&path).is(200).at("/verified"), "match");
    });
}

#[test]
fn an_object_that_was_changed_is_an_incident() {
    let Some(service) = Service::get() else {
        return;
    };
    let place = service.place(None);
    kept_in(place.clone(), |app| {
        let officer = app.officer();
        let incident = officer.declare("Intrusion");
        let path = collected(&officer, &incident);
        put(&officer, &format!("{path}/content"), b"lines").is(200);
        service.put(&key_of(&app.store, &hash(b"lines")), b"lynes");
        app.store.shell().advance(30 * DAY);
        let alarm = || {
            let answer = officer.get("incidents/INC-2026-0002");
            answer.text.contains("no longer matches its seal")
        };
        until(app, "the alarm", alarm);
        assert_eq!(officer.get(&path).is(200).at("/verified"), "mismatch");
    });
}
