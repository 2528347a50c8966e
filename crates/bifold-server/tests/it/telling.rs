//! People and programs are told: from the command over the worker to real peers on loopback.

use crate::app::TestApp;
use crate::peer::{Peer, sender};
use bifold_domain::Role;
use bifold_notify::Target;
use bifold_notify::send::{Settings, Smtp};
use bifold_server::Config;
use bifold_store::Clock;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

crate::on_both! {
    channels_and_webhooks_are_for_whom_they_are = rights;
    an_inbox_has_pages_and_is_marked = inbox;
}

/// A story of a server with a mail server, and with leave to talk to this machine.
fn told(smtp: Option<&str>, story: impl FnOnce(&TestApp)) {
    let smtp = smtp.map(|port| {
        let url = format!("smtp://127.0.0.1:{port}");
        Smtp::new(&url, "Bifold <bifold@example.org>", None).unwrap()
    });
    let config = Config {
        sender: Some(Arc::new(sender(Settings {
            smtp,
            ..Settings::default()
        }))),
        public_url: Some("https://bifold.example.org".to_owned()),
        ..Config::default()
    };
    // Signatures are of now, so the story is too.
    let mut app = TestApp::made(Clock::System.now(), config, |_| ());
    story(&app);
    app.finish();
}

/// Waits for something, in bounded time.
#[track_caller]
fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < patience, "it did not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn assign(app: &TestApp, title: &str, to: Role) -> String {
    let id = app.manager().declare(title);
    let to = json!({ "person": app.id(to) });
    app.manager().does(&id, "assign", to);
    id
}

/// A verified channel.
fn channel(app: &TestApp, of: Role, target: &Target) -> String {
    let add = json!({ "label": "Mine", "target": target, "clearance": "amber" });
    let client = app.as_role(of);
    let id = client.json("POST", "/api/v1/me/channels", &add).is(201);
    let id = id.text_at("/id");
    let person = &app.people[&of];
    let code = app
        .wait(app.store.channel_code(person, &id))
        .unwrap()
        .unwrap()
        .1;
    let path = format!("/api/v1/me/channels/{id}/verify");
    client.json("POST", &path, &json!({ "code": code })).is(204);
    id
}

#[test]
fn whoever_is_assigned_gets_a_mail_that_says_no_more_than_the_way_may() {
    let Some((mail, port)) = Peer::start("smtp.py", "") else {
        return;
    };
    told(Some(&port), |app| {
        assign(app, "Zanzibar is down", Role::Agent);
        let came = mail.next();
        assert_eq!(came["to"], json!(["agent@example.org"]));
        let data = came["data"].as_str().unwrap();
        assert!(data.contains("Zanzibar is down"), "{data}");
        assert!(
            data.contains("https://bifold.example.org/incidents/INC-"),
            "{data}"
        );
        assert!(data.contains("Auto-Submitted: auto-generated"), "{data}");
        // The same channel, cleared for less.
        let channels = app.agent().get("me/channels").is(200);
        let id = channels.text_at("/items/0/id");
        let less = json!({ "label": "Mail", "clearance": "clear", "place": 0 });
        let path = format!("/api/v1/me/channels/{id}");
        app.agent().json("PUT", &path, &less).is(204);
        app.store.shell().advance(5 * 60 * 1_000_000);
        assign(app, "Quagga is down", Role::Agent);
        let data = mail.next()["data"].as_str().unwrap().to_owned();
        assert!(!data.contains("Quagga"), "{data}");
        assert!(data.contains("/incidents/INC-"), "{data}");
    });
}

#[test]
fn a_dead_channel_degrades_to_the_next_and_raises_its_own_alarm() {
    let Some((mail, smtp)) = Peer::start("smtp.py", "") else {
        return;
    };
    let Some((hook, port)) = Peer::start("hook.py", "none") else {
        return;
    };
    told(Some(&smtp), |app| {
        let gone = Target::Email {
            address: "gone@example.org".to_owned(),
        };
        let ntfy = Target::Ntfy {
            server: format!("http://127.0.0.1:{port}/ok"),
            topic: "ops".to_owned(),
            token: None,
        };
        channel(app, Role::Agent, &gone);
        channel(app, Role::Agent, &ntfy);
        assign(app, "Zanzibar is down", Role::Agent);
        let mut said = String::new();
        until(|| {
            said.push_str(hook.next()["body"].as_str().unwrap());
            let is_whole = said.contains("Zanzibar") && said.contains("does not work any more");
            is_whole.then_some(())
        });
        let keeper = app.administrator();
        until(|| {
            let inbox = keeper.get("me/notifications").is(200);
            (inbox.at("/items/0/occasion") == "channel_dead").then_some(())
        });
        // The keeper is told by mail, which works for everybody else.
        let data = mail.next()["data"].as_str().unwrap().to_owned();
        assert!(data.contains("administrator@example.org"), "{data}");
        let channels = app.agent().get("me/channels").is(200);
        assert_eq!(channels.at("/items/0/state"), "dead");
        assert_eq!(channels.at("/items/1/state"), "ready");
    });
}

#[test]
fn a_webhook_is_told_verified_logged_and_told_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    let Some((hook, port)) = Peer::start("hook.py", &format!("@{}", file.display())) else {
        return;
    };
    told(None, |app| {
        let admin = app.administrator();
        let add = json!({
            "name": "SIEM",
            "url": format!("http://127.0.0.1:{port}/ok/bifold"),
            "events": "incident.declared",
            "clearance": "green",
        });
        let made = admin.json("POST", "/api/v1/webhooks", &add).is(201);
        std::fs::write(&file, made.text_at("/secret")).unwrap();
        let id = made.text_at("/id");
        app.manager().declare("Zanzibar is down");
        let came = hook.next();
        assert_eq!(came["verified"], true);
        let body: Value = serde_json::from_str(came["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["type"], "org.bifold.incident.declared.v1");
        assert!(
            !body.to_string().contains("Zanzibar"),
            "not cleared: {body}"
        );
        let event = body["id"].as_str().unwrap().to_owned();
        let log = format!("webhooks/{id}/log");
        until(|| {
            let log = admin.get(&log).is(200);
            (log.at("/items/0/state") == "sent").then_some(())
        });
        let replay = format!("/api/v1/webhooks/{id}/replay");
        let again = json!({ "event": event });
        assert_eq!(admin.json("POST", &replay, &again).is(200).at("/queued"), 1);
        assert_eq!(hook.next()["headers"]["webhook-id"], event);
        // The test button, a new secret, and both sign for a while.
        let secret = format!("/api/v1/webhooks/{id}/secret");
        let new = admin.send("POST", &secret, Some(Vec::new())).is(200);
        let test = format!("/api/v1/webhooks/{id}/test");
        let tested = admin.send("POST", &test, Some(Vec::new())).is(200);
        assert_eq!(tested.at("/outcome"), "sent");
        assert_eq!(hook.next()["verified"], true, "by the old one");
        std::fs::write(&file, new.text_at("/secret")).unwrap();
        admin.send("POST", &test, Some(Vec::new())).is(200);
        assert_eq!(hook.next()["verified"], true, "by the new one");
        admin
            .send("DELETE", &format!("/api/v1/webhooks/{id}"), None)
            .is(204);
        app.manager().declare("Quagga is down");
        assert!(hook.is_silent());
    });
}

fn rights(app: &TestApp) {
    let target = json!({ "kind": "email", "address": "a@example.org" });
    let add = json!({ "label": "Mine", "target": target, "clearance": "amber" });
    let agent = app.agent();
    let made = agent.json("POST", "/api/v1/me/channels", &add).is(201);
    let channel = made.text_at("/id");
    let at = |verb: &str| format!("/api/v1/me/channels/{channel}{verb}");
    let change = json!({ "label": "Other", "clearance": "red", "place": 0 });
    let code = json!({ "code": "000000" });
    // Of somebody else's channel nobody knows anything.
    for other in [app.manager(), app.administrator()] {
        other.json("PUT", &at(""), &change).is(404);
        other.json("POST", &at("/verify"), &code).is(404);
        other.send("DELETE", &at(""), None).is(404);
    }
    agent.json("PUT", &at(""), &change).is(204);
    agent.json("POST", &at("/verify"), &code).is(422);
    // Without anything to send with, a test says so.
    agent.send("POST", &at("/test"), Some(Vec::new())).is(422);
    agent.send("DELETE", &at(""), None).is(204);
    agent.send("DELETE", &at(""), None).is(404);
    for (method, path) in [
        ("GET", "me/channels"),
        ("GET", "me/notifications"),
        ("GET", "me/rules"),
    ] {
        let path = format!("/api/v1/{path}");
        app.anonymous().send(method, &path, None).is(401);
    }
    let hook = json!({
        "name": "SIEM", "url": "https://hooks.example.org/x", "events": "*", "clearance": "green",
    });
    let admin = app.administrator();
    let made = admin.json("POST", "/api/v1/webhooks", &hook).is(201);
    let id = made.text_at("/id");
    for role in Role::ALL
        .iter()
        .filter(|role| **role != Role::Administrator)
    {
        let client = app.as_role(*role);
        client
            .send("GET", &format!("/api/v1/webhooks/{id}/log"), None)
            .is(403);
        for verb in ["replay", "test", "secret"] {
            let path = format!("/api/v1/webhooks/{id}/{verb}");
            client.send("POST", &path, Some(Vec::new())).is(403);
        }
        client
            .send("DELETE", &format!("/api/v1/webhooks/{id}"), None)
            .is(403);
    }
    admin.get("webhooks").is(200);
    assert!(!admin.get("webhooks").text.contains("hooks.example.org/x"));
    let again = format!("/api/v1/webhooks/{id}/replay");
    admin
        .json("POST", &again, &json!({ "event": "2026-9999" }))
        .is(404);
    admin.json("POST", &again, &json!({ "event": "x" })).is(404);
    admin
        .json("POST", "/api/v1/webhooks/none/replay", &json!({}))
        .is(404);
}

fn inbox(app: &TestApp) {
    for n in 0..3 {
        assign(app, &format!("Disk {n}"), Role::Agent);
        app.store.shell().advance(1_000_000);
    }
    let agent = app.agent();
    let first = agent.get("me/notifications?limit=2").is(200);
    assert_eq!(first.at("/items/0/text"), "Assigned to you: Disk 2");
    let next = first.text_at("/next");
    let rest = agent
        .get(&format!("me/notifications?limit=2&cursor={next}"))
        .is(200);
    assert_eq!(rest.at("/items/0/text"), "Assigned to you: Disk 0");
    assert_eq!(rest.at("/next"), Value::Null);
    let one = json!({ "ids": [first.at("/items/0/id")] });
    let read = "/api/v1/me/notifications/read";
    assert_eq!(agent.json("POST", read, &one).is(200).at("/marked"), 1);
    // Nobody marks for somebody else.
    assert_eq!(
        app.officer()
            .json("POST", read, &json!({}))
            .is(200)
            .at("/marked"),
        0
    );
    assert_eq!(
        agent.json("POST", read, &json!({})).is(200).at("/marked"),
        2
    );
    let rules = json!({ "zone": "Europe/Berlin", "quiet": { "from": "22:00", "to": "07:00" } });
    agent.json("PUT", "/api/v1/me/rules", &rules).is(204);
    let kept = agent.get("me/rules").is(200);
    assert_eq!(kept.at("/quiet/from"), "22:00");
    let wrong = json!({ "zone": "Mars/Base" });
    agent.json("PUT", "/api/v1/me/rules", &wrong).is(422);
}

#[test]
fn pages_show_the_inbox_channels_and_webhooks() {
    crate::app::on_sqlite(pages);
}

fn pages(app: &TestApp) {
    assign(app, "Zanzibar <b>is</b> down", Role::Agent);
    let agent = app.agent().with("accept", "text/html");
    let page = agent.send("GET", "/inbox", None).is(200).text;
    assert!(
        page.contains("Zanzibar &#60;b&#62;is") && page.contains("INC-"),
        "{page}"
    );
    agent.send("POST", "/inbox/read", Some(Vec::new())).is(303);
    assert!(
        !agent
            .send("GET", "/inbox", None)
            .is(200)
            .text
            .contains("class=\"count\"")
    );
    let form = |client: &crate::app::Client<'_>, path: &str, body: &str| {
        let client = client
            .clone()
            .with("content-type", "application/x-www-form-urlencoded");
        client.send("POST", path, Some(body.as_bytes().to_vec()))
    };
    let add = "label=Ops&target.kind=chat&target.url=https%3A%2F%2Fchat.example.org%2Fs3cret&clearance=green";
    form(&agent, "/settings/notify/channels", add).is(303);
    let rules = "zone=Europe%2FBerlin&from=22%3A00&to=07%3A00&bundle_minutes%23=5";
    form(&agent, "/settings/notify/rules", rules).is(303);
    let page = agent.send("GET", "/settings/notify", None).is(200).text;
    assert!(
        page.contains("chat.example.org") && !page.contains("s3cret"),
        "{page}"
    );
    assert!(page.contains("value=\"22:00\"") && page.contains("Europe/Berlin"));
    let id = app.agent().get("me/channels").text_at("/items/0/id");
    let at = |verb: &str| format!("/settings/notify/channels/{id}/{verb}");
    form(&agent, &at("change"), "label=Ops2&clearance=red&place%23=0").is(303);
    form(&agent, &at("verify"), "code=000000").is(422);
    form(&app.manager(), &at("remove"), "").is(404);
    form(&agent, &at("burn"), "").is(404);
    form(&agent, &at("remove"), "").is(303);
    let admin = app.administrator().with("accept", "text/html");
    let hook = "name=SIEM&url=https%3A%2F%2Fhooks.example.org%2Fx&events=*&clearance=green";
    let made = form(&admin, "/settings/webhooks", hook).is(200).text;
    assert!(made.contains("whsec_"));
    let id = app.administrator().get("webhooks").text_at("/items/0/id");
    let one = format!("/settings/webhooks/{id}");
    let page = admin.send("GET", &one, None).is(200).text;
    assert!(
        page.contains("hooks.example.org") && !page.contains("whsec_"),
        "{page}"
    );
    agent.send("GET", &one, None).is(403);
    form(&agent, &format!("{one}/remove"), "").is(403);
    form(&admin, &format!("{one}/replay"), "").is(303);
    assert!(
        form(&admin, &format!("{one}/secret"), "")
            .is(200)
            .text
            .contains("whsec_")
    );
    form(&admin, &format!("{one}/remove"), "").is(303);
    admin.send("GET", &one, None).is(404);
}

#[test]
fn whoever_is_on_call_is_paged_by_mail_and_answers() {
    let Some((mail, port)) = Peer::start("smtp.py", "") else {
        return;
    };
    told(Some(&port), |app| {
        let person = app.id(Role::Resolver);
        let body = json!({ "name": "Tills", "steps": [
            { "step": "person", "person": person }, { "step": "wait", "minutes": 5 },
            { "step": "person", "person": app.id(Role::IncidentManager) },
        ] });
        let chain = app.manager().post("chains", body).is(201).text_at("/id");
        let id = app.agent().declare("Tills are down");
        let fields = [
            ("way", "functional"),
            ("whom", &format!("chain:{chain}")),
            ("reason", "Nobody here knows the till."),
        ];
        crate::settings_pages::posted(&app.agent(), &format!("/incidents/{id}/call"), &fields)
            .is(303);
        let came = mail.next();
        assert_eq!(came["to"], json!(["resolver@example.org"]));
        let data = came["data"].as_str().unwrap();
        assert!(data.contains("You are paged: Tills are down"), "{data}");
        let shown = app.agent().get(&format!("incidents/{id}")).is(200);
        let page = shown.at("/pages/0");
        assert_eq!(
            (&page["state"], &page["chain"]["name"]),
            (&json!("calling"), &json!("Tills"))
        );
        assert_eq!(page["called"][0]["id"], json!(person));
        let path = format!("/incidents/{id}");
        let html = crate::settings_pages::page(&app.agent(), &path)
            .is(200)
            .text;
        assert!(html.contains("I take it on"), "{html}");
        app.store.shell().advance(6 * 60 * 1_000_000);
        assert_eq!(mail.next()["to"], json!(["incident_manager@example.org"]));
        app.as_role(Role::Resolver)
            .does(&id, "acknowledge", json!({}))
            .is(200);
        let page = app.agent().get(&path[1..]).is(200).at("/pages/0").clone();
        assert_eq!(
            (&page["state"], &page["taken_by"]["id"]),
            (&json!("taken"), &json!(person))
        );
        let html = crate::settings_pages::page(&app.agent(), &path)
            .is(200)
            .text;
        assert!(!html.contains("I take it on"), "{html}");
        assert!(
            html.contains("took on what people were called for"),
            "{html}"
        );
    });
}
