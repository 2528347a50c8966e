//! Status pages in a bucket: published, changed, taken back, and gone with their page; nothing that
//! is not Bifold's is touched.

use crate::app::{TestApp, configured};
use crate::intake::until;
use crate::service::Service;
use crate::window::{made, service, words};
use bifold_server::Config;
use bifold_store::blob::{BucketOptions, EvidenceStore};
use serde_json::json;

fn options(place: EvidenceStore) -> BucketOptions {
    match place {
        EvidenceStore::Bucket(options) => options,
        EvidenceStore::Disk => panic!("a service has buckets"),
    }
}

#[test]
fn public_pages_stand_in_the_bucket_as_they_are_and_leave_it_with_their_page() {
    let Some(bucket) = Service::get() else {
        return;
    };
    let options = options(bucket.place(None));
    let prefix = options.prefix.clone();
    let config = Config {
        window_bucket: Some(options),
        ..Config::default()
    };
    configured(config, |app| lives(app, bucket, &prefix));
}

fn lives(app: &TestApp, bucket: &Service, prefix: &str) {
    let key = |path: &str| format!("{prefix}/{path}");
    bucket.put(&key("elsewhere/index.html"), b"not ours");
    let (agent, manager) = (app.agent(), app.manager());
    let shop = service(app);
    let on = made(app, "main", "public", &shop);
    made(app, "inside", "staff", &shop);
    let incident = agent.declare("pay-db07 is on fire");
    agent.does(&incident, "announce", words(&on, "We look for the cause."));
    let says = |path: &str, word: &str| {
        let found = bucket.read(&key(path));
        found.filter(|(_, body)| body.contains(word))
    };
    until(|| says("main/index.html", "Harbour services"));
    assert!(says("main/index.html", "Paying by card").is_none());
    manager.does(&incident, "announce/approve", json!({ "page": on }));
    let (head, body) = until(|| says("main/index.html", "Paying by card fails"));
    let head = head.to_lowercase();
    assert!(head.contains("content-type: text/html"), "{head}");
    assert!(head.contains("cache-control: public, max-age=30"), "{head}");
    assert!(!body.contains("pay-db07"), "{body}");
    assert!(says("main/api/v2/summary.json", "Paying by card fails").is_some());
    assert!(
        !bucket.has(&key("inside/index.html")),
        "the staff's is not for everybody"
    );

    let why = json!({ "page": on, "reason": "It was another one." });
    manager.does(&incident, "announce/retract", why);
    until(|| says("main/index.html", "Harbour services").filter(|(_, b)| !b.contains("by card")));
    app.administrator()
        .act(&format!("status-pages/{on}/retire"))
        .is(200);
    until(|| (!bucket.has(&key("main/index.html"))).then_some(()));
    until(|| (!bucket.has(&key("main/.bifold-status-page"))).then_some(()));
    assert!(
        bucket.has(&key("elsewhere/index.html")),
        "what others put there stays"
    );
}
