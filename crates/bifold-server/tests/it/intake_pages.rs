//! Sources and the fault log on their pages.

use crate::app::TestApp;
use crate::intake::{alert, faults, group, send, settled, until};
use crate::settings_pages::{page, posted};
use serde_json::json;

#[test]
fn a_source_is_connected_and_kept_on_its_page() {
    crate::app::on_sqlite(pages);
}

fn pages(app: &TestApp) {
    let manager = app.manager();
    let fields = [("name", "Cluster"), ("format", "alertmanager")];
    let shown = posted(&manager, "/settings/sources", &fields).is(200).text;
    let token = shown
        .split("<code>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .to_owned();
    assert!(token.starts_with("bfs_"), "{shown}");
    let source = manager.get("sources").is(200).text_at("/items/0/id");
    let body = group("g", vec![alert("DiskFull", "firing", json!({}))]);
    send(app, &source, &token, &body).is(202);
    settled(&manager, &source);
    let here = format!("/settings/sources/{source}");
    let shown = page(&manager, &here).is(200).text;
    assert!(
        shown.contains("DiskFull is bad") && !shown.contains(&token),
        "{shown}"
    );
    // Rules as text; a line that is none is named.
    let rules = |rules: &'static str| {
        [
            ("name", "Cluster"),
            ("format", "alertmanager"),
            ("quota", "20"),
            ("rules", rules),
        ]
    };
    let wrong = posted(&manager, &here, &rules("a: x like y -> log"))
        .is(422)
        .text;
    assert!(wrong.contains("rule 1"), "{wrong}");
    posted(&manager, &here, &rules("noise: alertname is Noise -> log")).is(303);
    let shown = page(&manager, &here).is(200).text;
    assert!(
        shown.contains("noise: alertname is Noise -&#62; log"),
        "{shown}"
    );
    let noise = group("n", vec![alert("Noise", "firing", json!({}))]);
    send(app, &source, &token, &noise).is(202);
    until(|| {
        let found = faults(&manager, &format!("source={source}&disposition=by_rule"));
        (found.len() == 1).then_some(())
    });
    let deliveries = manager.get(&format!("sources/{source}/deliveries"));
    let number = deliveries.is(200).at("/items/0/id").to_string();
    posted(
        &manager,
        &format!("{here}/replay"),
        &[("delivery", &number)],
    )
    .is(303);
    posted(&manager, &format!("{here}/test"), &[]).is(303);
    let shown = posted(&manager, &format!("{here}/secret"), &[("kind", "hmac")])
        .is(200)
        .text;
    assert!(shown.contains("X-Hub-Signature-256"), "{shown}");
    let secrets = manager.get(&format!("sources/{source}/secrets")).is(200);
    let names = secrets.each("/items", "name");
    assert_eq!(names.len(), 2);
    for name in &names {
        posted(&manager, &format!("{here}/withdraw"), &[("secret", name)]).is(303);
    }
    send(app, &source, &token, &body).is(401);
    // The log and a review of it.
    let log = page(&app.agent(), &format!("/faults?source={source}"))
        .is(200)
        .text;
    assert!(
        log.contains("DiskFull is bad") && !log.contains("Sign this period"),
        "{log}"
    );
    app.hours_later(48);
    let (from, until) = (
        &app.now_plus(-259_200_000_000)[..10],
        &app.now_plus(0)[..10],
    );
    posted(
        &manager,
        "/faults/reviews",
        &[("from", from), ("until", until)],
    )
    .is(303);
    assert_eq!(
        manager.get("fault-reviews").is(200).at("/items/0/faults"),
        3
    );
    posted(
        &app.agent(),
        "/faults/reviews",
        &[("from", from), ("until", until)],
    )
    .is(403);
    posted(&manager, &format!("{here}/disconnect"), &[]).is(303);
    assert!(
        !page(&manager, "/settings/sources")
            .is(200)
            .text
            .contains("Cluster")
    );
    posted(&app.agent(), &format!("{here}/test"), &[]).is(403);
}
