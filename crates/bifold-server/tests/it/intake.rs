//! What machines send: from the door over fault and event to the incident, over HTTP.

use crate::app::{Answer, Client, TestApp};
use bifold_domain::Role;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

crate::on_both! {
    a_signal_is_stored_read_and_triaged_once = once;
    a_rule_declares_and_what_follows_joins = rules;
    a_storm_is_a_handful_of_lines_and_nothing_is_lost = storm;
    what_a_sensitive_source_says_is_for_few = sensitive;
    the_fault_log_is_reviewed_and_signed = review;
    doors_open_to_their_own_source_only = doors;
    a_delivery_is_shown_and_replayed = replay;
    a_source_that_falls_silent_is_a_fault = silence;
}

/// Waits for something, in bounded time.
#[track_caller]
pub(crate) fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let patience = Instant::now() + Duration::from_mins(1);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < patience, "it did not come");
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// A source and its token.
pub(crate) fn connected(app: &TestApp, settings: Value) -> (String, String) {
    let manager = app.manager();
    let id = manager.post("sources", settings).is(201).text_at("/id");
    let token = manager.post(&format!("sources/{id}/secrets"), json!({ "kind": "token" }));
    (id, token.is(201).text_at("/value"))
}

pub(crate) fn send(app: &TestApp, source: &str, token: &str, body: &Value) -> Answer {
    let path = format!("/in/{source}");
    app.with_token(token).json("POST", &path, body)
}

pub(crate) fn alert(name: &str, status: &str, labels: Value) -> Value {
    let mut all = json!({ "alertname": name, "severity": "critical" });
    for (key, value) in labels.as_object().unwrap() {
        all[key] = value.clone();
    }
    let ends = if status == "resolved" {
        "2026-03-01T09:00:00Z"
    } else {
        "0001-01-01T00:00:00Z"
    };
    json!({
        "status": status, "labels": all, "annotations": { "summary": format!("{name} is bad") },
        "startsAt": "2026-03-01T08:59:00Z", "endsAt": ends, "fingerprint": format!("f-{name}"),
    })
}

pub(crate) fn group(key: &str, alerts: Vec<Value>) -> Value {
    json!({ "version": "4", "groupKey": key, "status": "firing", "alerts": alerts })
}

pub(crate) fn faults(client: &Client<'_>, query: &str) -> Vec<Value> {
    let found = client.get(&format!("faults?{query}")).is(200).at("/items");
    found.as_array().unwrap().clone()
}

/// The one fault, once its event is there.
pub(crate) fn settled(client: &Client<'_>, source: &str) -> Value {
    until(|| {
        let found = faults(client, &format!("source={source}"));
        let one = found.into_iter().next()?;
        (one["disposition"] != "waiting").then_some(one)
    })
}

fn once(app: &TestApp) {
    let (source, token) = connected(app, json!({ "name": "Cluster", "format": "alertmanager" }));
    let manager = app.manager();
    let body = group(
        "g",
        vec![alert("DiskFull", "firing", json!({ "instance": "a" }))],
    );
    let first = send(app, &source, &token, &body).is(202).at("/delivery");
    let again = send(app, &source, &token, &body).is(202).at("/delivery");
    assert_eq!(again.as_i64().unwrap(), first.as_i64().unwrap() + 1);
    let fault = until(|| {
        let fault = settled(&manager, &source);
        (fault["count"] == 2).then_some(fault)
    });
    assert_eq!(fault["disposition"], "event");
    assert_eq!(fault["severity"], "critical");
    assert_eq!(fault["title"], "DiskFull is bad");
    let event = manager.get(&format!("events/{}", fault["event"].as_str().unwrap()));
    let event = event.is(200).value();
    assert_eq!(event["title"], "DiskFull is bad");
    assert_eq!(event["channel"], "alert");
    assert_eq!(event["standing"], "undecided");
    // The end comes alert by alert, in a group that still fires.
    let ended = group(
        "g",
        vec![
            alert("DiskFull", "resolved", json!({ "instance": "a" })),
            alert("DiskSlow", "firing", json!({ "instance": "a" })),
        ],
    );
    send(app, &source, &token, &ended).is(202);
    let found = until(|| {
        let found = faults(&manager, &format!("source={source}"));
        (found.len() == 2 && found[0]["disposition"] == "event").then_some(found)
    });
    // Both belong to the group, and so to one event.
    assert_eq!(found[0]["event"], found[1]["event"]);
    assert_eq!(found[1]["state"], "resolved");
    assert_eq!(
        manager
            .get("events")
            .is(200)
            .at("/items")
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // What cannot be read is accepted, kept, and shown.
    send(app, &source, &token, &json!({ "hello": 1 })).is(202);
    until(|| {
        let shown = manager.get(&format!("sources/{source}")).is(200).value();
        (shown["unread"] == 1).then_some(())
    });
    let deliveries = manager.get(&format!("sources/{source}/deliveries")).is(200);
    let newest = deliveries.at("/items/0");
    assert!(
        newest["error"].as_str().unwrap().contains("list of alerts"),
        "{newest}"
    );
}

fn rules(app: &TestApp) {
    let entry = json!({ "key": "shop", "name": "Shop", "criticality": "vital" });
    app.administrator().post("services", entry).is(201);
    let plan = |then: &str| {
        json!({ "do": then, "impact": "significant", "urgency": "high",
            "findings": { "service": "yes" }, "join_minutes": 30 })
    };
    let test = |value: &str| json!([{ "field": "alertname", "how": "is", "value": value }]);
    let (source, token) = connected(
        app,
        json!({ "name": "Cluster", "format": "alertmanager", "rules": [
            { "name": "noise", "when": test("Noise"), "then": { "do": "log" } },
            { "name": "down", "when": test("Down"), "then": plan("declare") },
            { "name": "slow", "when": test("Slow"), "then": plan("propose") },
        ] }),
    );
    let manager = app.manager();
    let service = || json!({ "service": "shop" });
    for (name, key) in [("Noise", "n"), ("Down", "d"), ("Slow", "s")] {
        send(
            app,
            &source,
            &token,
            &group(key, vec![alert(name, "firing", service())]),
        )
        .is(202);
        let last = || faults(&manager, &format!("source={source}"));
        until(|| {
            (last().first()?["title"] == format!("{name} is bad")
                && last().first()?["disposition"] != "waiting")
                .then_some(())
        });
    }
    let found = faults(&manager, &format!("source={source}"));
    let noise = &found[2];
    assert_eq!(
        (noise["disposition"].as_str(), noise["rule"].as_str()),
        (Some("by_rule"), Some("noise"))
    );
    let event = |fault: &Value| {
        let id = fault["event"].as_str().unwrap();
        manager.get(&format!("events/{id}")).is(200).value()
    };
    let down = event(&found[1]);
    assert_eq!(down["standing"], "incident");
    let incident = manager.get(&format!("incidents/{}", down["incident"].as_str().unwrap()));
    let incident = incident.is(200).value();
    assert_eq!(incident["title"], "Down is bad");
    assert_eq!(incident["impact"], "significant");
    let verdicts = incident["verdicts"].to_string();
    assert!(verdicts.contains("yes"), "{verdicts}");
    // The next of the same service within half an hour joins it, and is no second incident.
    let slow = event(&found[0]);
    assert_eq!(slow["incident"], down["incident"]);
    // Of another service it is a proposal that waits for people.
    let other = alert("Slow2", "firing", json!({ "alertname": "Slow" }));
    send(app, &source, &token, &group("o", vec![other])).is(202);
    let proposed = until(|| {
        let found = faults(&manager, &format!("source={source}"));
        (found.len() == 4 && found[0]["disposition"] == "event").then(|| event(&found[0]))
    });
    assert_eq!(proposed["standing"], "undecided");
    assert_eq!(proposed["proposal"]["rule"], "slow");
}

fn entries(app: &TestApp) -> u64 {
    app.signed();
    app.wait(app.store.log_state()).unwrap().size
}

fn storm(app: &TestApp) {
    let (source, token) = connected(
        app,
        json!({ "name": "Cluster", "format": "alertmanager", "quota": 3 }),
    );
    let manager = app.manager();
    let before = entries(app);
    // Two hundred different alerts, then one of them two thousand times more.
    for part in 0..4 {
        let alerts = (0..50).map(|n| {
            let name = format!("A{}", part * 50 + n);
            let mut one = alert(&name, "firing", json!({}));
            one["labels"]["group"] = json!(name);
            one
        });
        let alerts: Vec<Value> = alerts.collect();
        // A group key for each would be many; here the labels make them.
        let mut body = group("", alerts);
        body.as_object_mut().unwrap().remove("groupKey");
        send(app, &source, &token, &body).is(202);
    }
    let many = group("", vec![alert("A0", "firing", json!({})); 50]);
    for _ in 0..40 {
        send(app, &source, &token, &many).is(202);
    }
    let shown = || manager.get(&format!("sources/{source}")).is(200).value();
    until(|| (shown()["signals"] == 2_200).then_some(()));
    until(|| {
        faults(&manager, &format!("source={source}&disposition=waiting"))
            .is_empty()
            .then_some(())
    });
    let storm = faults(
        &manager,
        &format!("source={source}&disposition=storm&limit=200"),
    );
    assert_eq!(storm.len(), 197);
    let events = manager.get("events").is(200).at("/items");
    let titles: Vec<&str> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles.len(), 4, "{titles:?}");
    assert_eq!(titles[0], "Cluster: more than 3 new alerts a minute");
    app.hours_later(1);
    std::thread::sleep(Duration::from_millis(600));
    let written = entries(app) - before;
    assert!(written <= 20, "{written}");
}

fn sensitive(app: &TestApp) {
    let team = app.team("csirt", &[Role::SecurityOfficer]);
    let plan = json!({ "do": "declare", "impact": "significant", "urgency": "high",
        "findings": { "security": "yes" } });
    let test = json!([{ "field": "alertname", "how": "is", "value": "Canary4711" }]);
    let (source, token) = connected(
        app,
        json!({ "name": "Sensor", "format": "alertmanager", "is_sensitive": true, "team": team,
            "rules": [{ "name": "canary", "when": test, "then": plan }] }),
    );
    send(
        app,
        &source,
        &token,
        &group("x", vec![alert("Odd4711", "firing", json!({}))]),
    )
    .is(202);
    let fault = settled(&app.officer(), &source);
    let event = fault["event"].as_str().unwrap().to_owned();
    app.officer().get(&format!("events/{event}")).is(200);
    let body = group("y", vec![alert("Canary4711", "firing", json!({}))]);
    send(app, &source, &token, &body).is(202);
    let second = until(|| {
        let found = faults(&app.officer(), &format!("source={source}"));
        (found.len() == 2 && found[0]["disposition"] == "event").then(|| found[0].clone())
    });
    let second = app
        .officer()
        .get(&format!("events/{}", second["event"].as_str().unwrap()));
    let incident = second.is(200).text_at("/incident");
    app.officer().get(&format!("incidents/{incident}")).is(200);
    // Whoever is at the desk finds none of it: list, record, log, counts.
    let agent = app.agent();
    agent.get(&format!("events/{event}")).is(404);
    agent.get(&format!("incidents/{incident}")).is(404);
    assert_eq!(faults(&agent, ""), Vec::<Value>::new());
    assert!(!agent.get("events").is(200).text.contains("4711"));
    let decide = json!({ "outcome": "weakness", "reason": "r" });
    agent
        .post(&format!("events/{event}/decision"), decide)
        .problem(404, "not-found");
    // Whoever runs the system connects it and does not read what it says.
    let admin = app.administrator();
    admin.get(&format!("sources/{source}")).is(200);
    admin.get(&format!("sources/{source}/deliveries")).is(403);
    assert_eq!(faults(&admin, ""), Vec::<Value>::new());
}

fn review(app: &TestApp) {
    let (source, token) = connected(app, json!({ "name": "Cluster", "format": "alertmanager" }));
    send(
        app,
        &source,
        &token,
        &group("g", vec![alert("DiskFull", "firing", json!({}))]),
    )
    .is(202);
    let manager = app.manager();
    settled(&manager, &source);
    app.hours_later(2);
    let (from, until) = (app.now_plus(-7_200_000_001), app.now_plus(0));
    let query = format!("fault-reviews/preview?from={from}&until={until}");
    let found = manager.get(&query.replace('+', "%2B")).is(200).value();
    assert_eq!(found["faults"], 1);
    assert_eq!(found["by_disposition"]["event"], 1);
    let body = json!({ "from": from, "until": until, "remarks": "Nothing was missed." });
    app.agent().post("fault-reviews", body.clone()).is(403);
    let mut early = body.clone();
    early["until"] = json!(app.now_plus(3_600_000_000));
    manager
        .post("fault-reviews", early)
        .problem(422, "time-order");
    manager.post("fault-reviews", body).is(201);
    let signed = app.auditor().get("fault-reviews").is(200).at("/items/0");
    assert_eq!(signed["digest"], found["digest"]);
    assert_eq!(signed["faults"], 1);
}

fn doors(app: &TestApp) {
    let (source, token) = connected(app, json!({ "name": "A", "format": "alertmanager" }));
    let (other, theirs) = connected(app, json!({ "name": "B", "format": "pager_duty" }));
    let body = group("g", vec![alert("X", "firing", json!({}))]);
    let path = format!("/in/{source}");
    app.anonymous().json("POST", &path, &body).is(401);
    send(app, &source, "bfs_wrong", &body).is(401);
    send(app, &source, &theirs, &body).is(401);
    send(app, "src_none", &token, &body).is(401);
    let basic = |pair: &str| {
        use base64::Engine;
        let text = base64::engine::general_purpose::STANDARD.encode(pair);
        app.anonymous()
            .with("authorization", &format!("Basic {text}"))
    };
    basic(&format!("x:{token}"))
        .json("POST", &path, &body)
        .is(202);
    let named = app.anonymous().with("x-bifold-token", &token);
    named.json("POST", &path, &body).is(202);
    app.anonymous()
        .json("POST", &format!("{path}/{token}"), &body)
        .is(202);
    // A secret that was taken back opens nothing, and one that was made beside it does.
    let manager = app.manager();
    let secrets = format!("sources/{source}/secrets");
    let old = manager.get(&secrets).is(200).text_at("/items/0/name");
    let new = manager
        .post(&secrets, json!({ "kind": "token" }))
        .is(201)
        .text_at("/value");
    manager.delete(&format!("{secrets}/{old}")).is(204);
    send(app, &source, &token, &body).is(401);
    send(app, &source, &new, &body).is(202);
    // By a signature.
    let key = manager
        .post(&secrets, json!({ "kind": "hmac" }))
        .is(201)
        .text_at("/value");
    let bytes = serde_json::to_vec(&body).unwrap();
    let signed = |bytes: &[u8]| {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key.as_bytes());
        let tag = ring::hmac::sign(&key, bytes);
        let hex = tag.as_ref().iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        });
        app.anonymous()
            .with("x-hub-signature-256", &format!("sha256={hex}"))
    };
    signed(&bytes)
        .send("POST", &path, Some(bytes.clone()))
        .is(202);
    signed(b"other").send("POST", &path, Some(bytes)).is(401);
    // The routing key is the token; the sender is told the key it did not choose.
    let trigger = json!({ "routing_key": theirs, "event_action": "trigger",
        "payload": { "summary": "Down", "severity": "critical", "source": "x" } });
    let answer = app
        .anonymous()
        .json("POST", "/v2/enqueue", &trigger)
        .is(202)
        .value();
    assert_eq!(answer["status"], "success");
    let resolve = json!({ "routing_key": theirs, "event_action": "resolve",
        "dedup_key": answer["dedup_key"] });
    app.anonymous()
        .json("POST", "/v2/enqueue", &resolve)
        .is(202);
    let fault = until(|| {
        let fault = settled(&manager, &other);
        (fault["state"] == "resolved").then_some(fault)
    });
    assert_eq!(fault["count"], 2);
    app.anonymous()
        .json(
            "POST",
            "/v2/enqueue",
            &json!({ "routing_key": token, "event_action": "trigger" }),
        )
        .is(401);
    // Paused takes nothing; disconnected never again.
    let mut paused = json!({ "name": "A", "format": "alertmanager", "is_paused": true });
    manager
        .put(&format!("sources/{source}"), paused.clone())
        .is(200);
    send(app, &source, &new, &body).problem(409, "settled");
    paused["is_paused"] = json!(false);
    manager.put(&format!("sources/{source}"), paused).is(200);
    manager.act(&format!("sources/{source}/disconnect")).is(200);
    send(app, &source, &new, &body).is(401);
}

fn replay(app: &TestApp) {
    let mapping = json!({ "external_id": "{{ id }}", "title": "{{ what }}", "state": "{{ is }}" });
    let settings = |mapping: &Value| json!({ "name": "Own", "format": "generic", "mapping": mapping.to_string() });
    let manager = app.manager();
    let wrong = json!({ "external_id": "{{ id", "title": "x" });
    manager
        .post("sources", settings(&wrong))
        .problem(422, "shape");
    let (source, token) = connected(app, settings(&mapping));
    let body = json!({ "id": 7, "what": "Pump stands still", "is": "firing" });
    send(app, &source, &token, &body).is(202);
    let fault = settled(&manager, &source);
    assert_eq!(fault["title"], "Pump stands still");
    let deliveries = format!("sources/{source}/deliveries");
    let shown = manager.get(&deliveries).is(200).at("/items/0");
    assert_eq!(shown["signals"][0]["title"], "Pump stands still");
    let one = format!("{deliveries}/{}", shown["id"]);
    let bytes = manager.get(&format!("{one}/body")).is(200).text;
    assert_eq!(serde_json::from_str::<Value>(&bytes).unwrap(), body);
    app.agent().get(&format!("{one}/body")).is(403);
    manager.act(&format!("{one}/replay")).is(202);
    until(|| (settled(&manager, &source)["count"] == 2).then_some(()));
    let asked = json!({ "settings": settings(&mapping), "body": body.to_string() });
    let preview = manager.post("sources/preview", asked).is(200).value();
    assert_eq!(preview["signals"][0]["becomes"], "triage");
    // A test goes through the rules like anything else.
    manager.act(&format!("sources/{source}/test")).is(202);
    until(|| {
        let found = faults(&manager, &format!("source={source}"));
        (found.len() == 2).then_some(())
    });
}

fn silence(app: &TestApp) {
    let (source, token) = connected(
        app,
        json!({ "name": "Cluster", "format": "alertmanager", "silence_minutes": 10 }),
    );
    let body = group("g", vec![alert("X", "resolved", json!({}))]);
    send(app, &source, &token, &body).is(202);
    let manager = app.manager();
    settled(&manager, &source);
    app.hours_later(1);
    app.wait(app.store.notice_silence()).unwrap();
    let fault = until(|| {
        let found = faults(&manager, &format!("source={source}"));
        found.into_iter().find(|fault| {
            fault["external_id"] == "bifold:silence" && fault["disposition"] == "event"
        })
    });
    assert_eq!(fault["title"], "Cluster has been silent for 10 minutes");
    assert_eq!(app.wait(app.store.notice_silence()).unwrap(), 0);
    send(app, &source, &token, &body).is(202);
    until(|| {
        app.wait(app.store.notice_silence()).unwrap();
        let found = faults(&manager, &format!("source={source}&state=resolved"));
        found
            .iter()
            .any(|fault| fault["external_id"] == "bifold:silence")
            .then_some(())
    });
}
