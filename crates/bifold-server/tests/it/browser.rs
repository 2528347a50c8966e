//! Notifications in browsers, and which way is taken when: the worker, the card, the form.

use crate::app::TestApp;
use crate::peer::sender;
use crate::settings_pages::{page, posted};
use bifold_domain::Role;
use bifold_notify::VapidKey;
use bifold_notify::send::Settings;
use bifold_server::Config;
use bifold_store::Clock;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::sync::Arc;

crate::on_both! {
    one_browser_is_one_channel_also_after_it_got_another_address = renewed;
    steps_are_added_moved_and_removed_by_the_form = steps;
    what_is_wrong_with_a_step_stands_at_its_row = wrong;
}

const HERE: &str = "/settings/notify";
const STEPS: &str = "/settings/notify/steps";
/// The browser's point in the example of RFC 8291.
const POINT: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

fn subscription(endpoint: &str) -> Value {
    json!({
        "kind": "push", "endpoint": endpoint, "p256dh": POINT, "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    })
}

fn hash(text: &str) -> String {
    let mut hex = String::new();
    for byte in Sha256::digest(text) {
        write!(hex, "{byte:02x}").unwrap();
    }
    hex
}

#[test]
fn the_worker_has_a_path_of_its_own_and_may_do_next_to_nothing() {
    crate::app::on_sqlite(|app| {
        let worker = app.anonymous().get("/push/worker.js").is(200);
        assert_eq!(
            worker.header("content-type"),
            "text/javascript; charset=utf-8"
        );
        assert_eq!(worker.header("cache-control"), "no-cache");
        assert_eq!(
            worker.header("content-security-policy"),
            "default-src 'none'; connect-src 'self'"
        );
        assert_eq!(worker.header("x-content-type-options"), "nosniff");
        // Without this it can be given no page but those below its own path, and there are none.
        assert_eq!(worker.header("service-worker-allowed"), "");
        let below = |route: &bifold_server::Route| route.path.starts_with("/push/");
        let routes = bifold_server::registry();
        assert_eq!(routes.into_iter().filter(below).count(), 1);
        for word in ["\"fetch\"", "caches", "indexedDB"] {
            assert!(!worker.text.contains(word), "{word}");
        }
        // No page loads it as a module.
        let html = page(&app.agent(), HERE).is(200).text;
        assert!(!html.contains("push-worker.js") && html.contains("/push.js"));
    });
}

#[test]
fn the_card_has_the_servers_key_or_says_that_there_is_none() {
    crate::app::on_sqlite(|app| {
        let html = page(&app.agent(), HERE).is(200).text;
        assert!(html.contains("This server has no key for it"), "{html}");
        assert!(!html.contains("<b-push"));
    });
    let vapid = VapidKey::read(&VapidKey::make().unwrap()).unwrap();
    let public = vapid.public();
    let config = Config {
        sender: Some(Arc::new(sender(Settings {
            vapid: Some(vapid),
            ..Settings::default()
        }))),
        ..Config::default()
    };
    let mut app = TestApp::made(Clock::System.now(), config, |_| ());
    assert_eq!(app.agent().get("me/push-key").at("/key"), public.as_str());
    let html = page(&app.agent(), HERE).is(200).text;
    assert!(
        html.contains(&format!("<b-push data-key=\"{public}\"")),
        "{html}"
    );
    // Without JavaScript it says what is needed, and offers nothing that would not work.
    assert!(html.contains("switch JavaScript on for this page"));
    assert!(html.contains("action=\"/settings/notify/channels\" hidden>"));
    let fields = [
        ("label", "Laptop"),
        ("target.kind", "push"),
        ("target.endpoint", "https://push.example.org/s3cret"),
        ("target.p256dh", POINT),
        ("target.auth", "BTBZMqHH6r4Tts7J_aSIgg"),
        ("clearance", "green"),
    ];
    posted(&app.agent(), "/settings/notify/channels", &fields).is(303);
    let channel = app.agent().get("me/channels").at("/items/0");
    assert_eq!(
        (&channel["kind"], &channel["state"]),
        (&json!("push"), &json!("ready"))
    );
    // The page names the browser so that only the browser knows itself by it.
    let html = page(&app.agent(), HERE).is(200).text;
    let named = format!(
        "data-browser=\"{}\"",
        hash("https://push.example.org/s3cret")
    );
    assert!(
        html.contains(&named) && !html.contains("push.example.org/s3cret"),
        "{html}"
    );
    assert!(!page(&app.manager(), HERE).is(200).text.contains(&named));
    let mut cut = fields;
    cut[3].1 = "AAAA";
    posted(&app.agent(), "/settings/notify/channels", &cut).is(422);
    app.finish();
}

fn renewed(app: &TestApp) {
    let agent = app.agent();
    let add = |label: &str, endpoint: &str| {
        let target = subscription(endpoint);
        let add = json!({ "label": label, "target": target, "clearance": "amber" });
        let made = agent.json("POST", "/api/v1/me/channels", &add).is(201);
        made.text_at("/id")
    };
    let first = add("Laptop", "https://push.example.org/1");
    let other = add("Phone", "https://push.example.org/2");
    assert_eq!(add("Old laptop", "https://push.example.org/1"), first);
    let labels = || agent.get("me/channels").is(200).each("/items", "label");
    assert_eq!(labels(), ["Old laptop", "Phone"]);
    let renew = |client: &crate::app::Client<'_>, before: &str, to: &Value| {
        let body = json!({ "before": before, "target": to });
        client.json("POST", "/api/v1/me/channels/renew", &body)
    };
    let to = subscription("https://push.example.org/3");
    // A browser of somebody else is not there, and one that was never is neither.
    renew(&app.manager(), "https://push.example.org/2", &to).is(404);
    renew(&agent, "https://push.example.org/9", &to).is(404);
    renew(&app.anonymous(), "https://push.example.org/2", &to).is(401);
    let mail = json!({ "kind": "email", "address": "a@example.org" });
    renew(&agent, "https://push.example.org/2", &mail).is(422);
    renew(&agent, "https://push.example.org/2", &to).is(204);
    renew(&agent, "https://push.example.org/2", &to).is(404);
    let ids = agent.get("me/channels").is(200).each("/items", "id");
    assert_eq!(ids, [first, other]);
    assert_eq!(labels(), ["Old laptop", "Phone"]);
    let html = page(&agent, HERE).is(200).text;
    assert!(html.contains(&hash("https://push.example.org/3")));
    assert!(!html.contains(&hash("https://push.example.org/2")));
}

/// A channel that is used: browsers are, at once.
fn channel(app: &TestApp, label: &str) -> String {
    let target = subscription(&format!("https://push.example.org/{label}"));
    let add = json!({ "label": label, "target": target, "clearance": "amber" });
    let made = app.agent().json("POST", "/api/v1/me/channels", &add);
    made.is(201).text_at("/id")
}

fn steps(app: &TestApp) {
    let agent = app.agent();
    // Who never said anything is told what holds, and that it is the address of the account.
    let html = page(&agent, HERE).is(200).text;
    assert!(html.contains("You have said nothing: the first way that works."));
    assert!(html.contains("now: the address of your account"), "{html}");
    let (laptop, phone) = (channel(app, "Laptop"), channel(app, "Phone"));
    let quiet = json!({ "zone": "Europe/Berlin", "bundle_minutes": 9 });
    agent.json("PUT", "/api/v1/me/rules", &quiet).is(204);
    let fields = [
        ("page_after", ""),
        ("page_way", phone.as_str()),
        ("page_after", ""),
        ("page_way", ""),
        ("page_after", "5"),
        ("page_way", laptop.as_str()),
        ("normal_after", "20"),
        ("normal_way", laptop.as_str()),
        ("low_after", ""),
        ("low_way", ""),
    ];
    // Looked at first: nothing is kept.
    let query: String = String::from_utf8(crate::report_pages::form(&fields)).unwrap();
    let html = page(&agent, &format!("{HERE}?{query}")).is(200).text;
    assert!(html.contains("Not saved yet") && html.contains("now: Phone · after 5 min: Laptop"));
    assert_eq!(agent.get("me/rules").at("/page"), json!([]));
    let done = posted(&agent, STEPS, &fields).is(303);
    assert_eq!(done.header("location"), HERE);
    let rules = agent.get("me/rules").is(200);
    assert_eq!(
        rules.at("/page"),
        json!([
            { "channel": phone, "after_minutes": 0 },
            { "channel": laptop, "after_minutes": 5 },
        ])
    );
    assert_eq!(
        rules.at("/normal"),
        json!([{ "channel": laptop, "after_minutes": 20 }])
    );
    assert_eq!(
        (rules.at("/zone"), rules.at("/bundle_minutes")),
        (json!("Europe/Berlin"), json!(9)),
        "the rest stays"
    );
    let html = page(&agent, HERE).is(200).text;
    assert!(html.contains("now: Phone · after 5 min: Laptop"), "{html}");
    assert!(html.contains("after 20 min: Laptop"));
    // Two filled rows and two empty ones.
    assert_eq!(html.matches("name=\"page_way\"").count(), 4);
    // A channel that is gone stays where it stands until somebody chooses otherwise.
    let path = format!("{HERE}/channels/{phone}/remove");
    posted(&agent, &path, &[]).is(303);
    let html = page(&agent, HERE).is(200).text;
    assert!(html.contains("a channel that is gone"));
    posted(&agent, STEPS, &fields).is(303);
    assert_eq!(agent.get("me/rules").at("/page/0/channel"), phone.as_str());
    // And the form without steps is the given way again.
    let none = [("page_after", ""), ("page_way", "")];
    posted(&agent, STEPS, &none).is(303);
    let rules = agent.get("me/rules").is(200);
    assert_eq!(
        (rules.at("/page"), rules.at("/normal")),
        (json!([]), json!([]))
    );
    posted(&agent, STEPS, &[("zone", "UTC")]).is(422);
}

fn wrong(app: &TestApp) {
    let agent = app.as_role(Role::Agent);
    let laptop = channel(app, "Laptop");
    for (after, way, says) in [
        ("1441", laptop.as_str(), "whole minutes from 0 to 1440"),
        ("soon", laptop.as_str(), "whole minutes from 0 to 1440"),
        ("7", "", "Choose a way, or leave the minutes empty"),
        ("7", "chn_none", "not one of your channels"),
    ] {
        let fields = [
            ("page_after", "3"),
            ("page_way", laptop.as_str()),
            ("low_after", after),
            ("low_way", way),
        ];
        let html = posted(&agent, STEPS, &fields).is(422).text;
        assert!(html.contains("Nothing was saved"), "{html}");
        let said = format!("id=\"low-wrong-1\">{says}");
        let said = said.replace("whole", "Give whole");
        let said = said.replace(">not one", ">This is not one");
        assert!(html.contains(&said), "{said}: {html}");
        assert!(html.contains("aria-describedby=\"low-wrong-1\""));
        // What was written stands there still.
        assert!(html.contains("name=\"page_after\" type=\"number\" min=\"0\" max=\"1440\" inputmode=\"numeric\" value=\"3\""));
        assert!(html.contains(&format!("value=\"{after}\"")));
        assert_eq!(agent.get("me/rules").at("/page"), json!([]));
    }
    // Somebody else's channel is no way of mine.
    let fields = [("page_after", ""), ("page_way", laptop.as_str())];
    posted(&app.manager(), STEPS, &fields).is(422);
    let twice = [fields, fields].concat();
    let html = posted(&agent, STEPS, &twice).is(422).text;
    assert!(html.contains("id=\"page-wrong-2\">This way already stands above"));
}
