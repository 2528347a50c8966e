//! Programs that send by the kits of their makers: OpenTelemetry's and `CloudEvents`' for Python.

use crate::app::TestApp;
use crate::intake::{connected, faults, until};
use crate::peer::Peer;
use bifold_server::Config;
use bifold_store::Clock;
use serde_json::{Value, json};

fn one<'a>(found: &'a [Value], title: &str) -> &'a Value {
    let mut fitting = found.iter().filter(|fault| fault["title"] == title);
    let one = fitting.next();
    assert!(fitting.next().is_none(), "{title} is there twice");
    one.unwrap_or_else(|| panic!("{title} is not there: {found:#?}"))
}

/// All faults of a source, as soon as it has told so many signals.
fn told(app: &TestApp, source: &str, signals: u64) -> Vec<Value> {
    let manager = app.manager();
    until(|| {
        let shown = manager.get(&format!("sources/{source}")).is(200);
        (shown.at("/signals") == signals).then_some(())
    });
    faults(&manager, &format!("source={source}"))
}

#[test]
fn logs_of_the_opentelemetry_sdk_are_read_in_every_encoding() {
    let Some((mut peer, _)) = Peer::start("otlp.py", "") else {
        return;
    };
    let mut app = TestApp::made(Clock::System.now(), Config::default(), |_| ());
    let settings = json!({ "name": "Shop", "format": "otlp_logs", "quota": 100 });
    let (source, token) = connected(&app, settings);
    let endpoint = format!("{}/in/{source}/v1/logs", app.address);
    // Each encoding is a program of its own, whose logs say the same.
    for (n, encoding) in ["none", "gzip", "json"].into_iter().enumerate() {
        peer.say(&json!({
            "endpoint": endpoint, "token": token, "encoding": encoding, "service": encoding,
            "records": [
                { "severity_text": "ERROR", "body": format!("{encoding}: cannot pay 17"),
                  "attributes": { "order": 17 } },
                // The same but for its number, so the same fault.
                { "severity_text": "ERROR", "body": format!("{encoding}: cannot pay 18") },
                { "severity_text": "FATAL", "event_name": "shop.down",
                  "body": { "message": format!("{encoding}: für alle zu"), "since": 9 } },
                { "severity_text": "WARN", "body": { "queue": encoding, "length": 7 } },
            ],
        }));
        assert_eq!(peer.next(), json!(["SUCCESS"]), "{encoding}");
        let found = told(&app, &source, 4 * (n as u64 + 1));
        let pay = one(&found, &format!("{encoding}: cannot pay 17"));
        assert_eq!(
            (&pay["severity"], &pay["count"]),
            (&json!("major"), &json!(2))
        );
        let down = one(&found, &format!("{encoding}: für alle zu"));
        assert_eq!(
            (&down["severity"], &down["count"]),
            (&json!("critical"), &json!(1))
        );
        // A body of members, and no name: what it says are its words and numbers.
        let queue = one(&found, &format!("length=7 queue={encoding}"));
        assert_eq!(queue["severity"], "warning");
        assert_eq!(found.len(), 3 * (n + 1));
    }
    // A wrong token is said to the exporter, which gives up, and nothing came of it.
    peer.say(&json!({
        "endpoint": endpoint, "token": "bfs_wrong", "encoding": "gzip", "service": "x",
        "records": [{ "severity_text": "ERROR", "body": "from a stranger" }],
    }));
    assert_eq!(peer.next(), json!(["FAILURE"]));
    assert_eq!(told(&app, &source, 12).len(), 9);
    app.finish();
}

#[test]
fn events_of_the_cloudevents_sdk_are_the_same_in_both_modes() {
    let Some((mut peer, _)) = Peer::start("cloud_events.py", "") else {
        return;
    };
    let mut app = TestApp::made(Clock::System.now(), Config::default(), |_| ());
    let settings = json!({ "name": "Shop", "format": "cloud_events", "quota": 100 });
    let (source, token) = connected(&app, settings);
    let mut send = |mode: &str, id: &str, subject: &str, data: Value| {
        peer.say(&json!({
            "endpoint": format!("{}/in/{source}", app.address), "token": token, "mode": mode,
            "attributes": { "id": id, "source": format!("/shop/{mode}"), "type": "com.example.order",
                "subject": subject, "specversion": "1.0", "time": "2026-03-02T09:00:00+00:00",
                "datacontenttype": "application/json" },
            "data": data,
        }));
        assert_eq!(peer.next(), 202);
    };
    let mut signals = 0;
    for mode in ["structured", "binary"] {
        // Nothing in it says a state: it happened, and the same id is the same.
        let lost = json!({ "severity": "high", "order": 7 });
        send(mode, "a-1", "Käse 100% \"weg\"", lost.clone());
        send(mode, "a-1", "Käse 100% \"weg\"", lost);
        // What has a state begins, and ends under another id.
        let state = |state: &str| json!({ "status": state, "title": format!("{mode} pump") });
        send(mode, "b-1", "pump 3", state("firing"));
        signals += 3;
        let found = told(&app, &source, signals);
        let pump = one(&found, &format!("{mode} pump"));
        assert_eq!(pump["state"], "firing", "{pump}");
        send(mode, "b-2", "pump 3", state("resolved"));
        signals += 1;
        let found = told(&app, &source, signals);
        assert_eq!(one(&found, &format!("{mode} pump"))["state"], "resolved");
        let title = "com.example.order: Käse 100% \"weg\"";
        let lost: Vec<&Value> = found
            .iter()
            .filter(|fault| fault["title"] == title)
            .collect();
        assert_eq!(
            lost.len(),
            if mode == "structured" { 1 } else { 2 },
            "{found:#?}"
        );
        assert!(
            lost.iter()
                .all(|fault| fault["count"] == 2 && fault["severity"] == "major")
        );
    }
    app.finish();
}
