//! Live updates: who hears of what, and that nothing is in it.

use crate::app::{Client, TestApp};
use bifold_domain::Role;
use serde_json::json;
use std::io::Read;
use std::time::{Duration, Instant};

crate::on_both! {
    a_page_hears_of_what_its_reader_can_read = hears;
    a_stream_ends_with_the_server_and_with_the_session = ends;
}

/// What arrives on a stream within a time.
fn heard(client: &Client<'_>, path: &str, while_listening: impl FnOnce()) -> String {
    let mut stream = client.listen(path);
    let patience = Duration::from_millis(200);
    stream.set_read_timeout(Some(patience)).unwrap();
    let mut text = String::new();
    let mut read = |until: &dyn Fn(&str) -> bool, within: Duration| {
        let end = Instant::now() + within;
        while Instant::now() < end && !until(&text) {
            let mut bytes = [0_u8; 4_096];
            if let Ok(n) = stream.read(&mut bytes) {
                text.push_str(&String::from_utf8_lossy(&bytes[..n]));
            }
        }
    };
    read(&|text| text.contains("connected"), Duration::from_secs(10));
    while_listening();
    read(&|_| false, Duration::from_millis(2_500));
    text
}

fn hears(app: &TestApp) {
    let (manager, agent) = (app.manager(), app.agent());
    let open = agent.declare("Open");
    let body = json!({
        "title": "Zanzibar", "impact": "moderate", "urgency": "medium",
        "compartment": { "people": [app.id(Role::IncidentManager)] },
    });
    let hidden = manager.post("incidents", body).is(201).text_at("/id");
    let path = format!("/live?topic=incidents&topic=incident&id={hidden}&id={open}&topic=events");
    let note = |id: &str| manager.does(id, "notes", json!({ "text": "Zanzibar note" }));
    let told = |topic: &str| format!(r#"data: {{"topic":"{topic}"}}"#);
    let named = |id: &str| format!(r#""id":"{id}""#);

    let text = heard(&agent, &path, || {
        note(&hidden);
    });
    assert!(
        text.contains("text/event-stream") && text.contains("retry: 3000"),
        "{text}"
    );
    assert!(!text.contains("event: changed"), "{text}");

    let text = heard(&manager, &path, || {
        note(&hidden);
    });
    assert!(
        text.contains("event: changed") && text.contains(&told("incidents")),
        "{text}"
    );
    assert!(
        text.contains(&named(&hidden)) && !text.contains("Zanzibar"),
        "{text}"
    );
    assert!(
        !text.contains(&named(&open)) && !text.contains(&told("events")),
        "{text}"
    );

    // At that moment: restricted while the page is open, it is told no more.
    let text = heard(&agent, &path, || {
        for _ in 0..3 {
            note(&open);
        }
    });
    assert!(text.contains(&named(&open)), "{text}");
    assert!(
        text.matches(&told("incidents")).count() <= 2,
        "once a second: {text}"
    );
    let text = heard(&agent, &path, || {
        let people = json!({ "people": [app.id(Role::IncidentManager)], "reason": "r" });
        manager.does(&open, "restrict", people);
        note(&open);
    });
    assert!(!text.contains("event: changed"), "{text}");

    let text = heard(&agent, &path, || {
        agent.post("events", json!({ "title": "t" })).is(201);
    });
    assert!(
        text.contains(&told("events")) && !text.contains(&told("incidents")),
        "{text}"
    );
    agent.get("/live?topic=people").is(422);
    app.anonymous()
        .get("/live?topic=incidents")
        .problem(401, "signed-out");
}

fn ends(app: &TestApp) {
    // The harness stops the server while these are open, and it must stop in time.
    let agent = app.agent();
    let id = agent.declare("Open");
    let admin = app.administrator();
    let text = heard(&agent, "/live?topic=incidents", || {
        let person = app.id(Role::Agent);
        admin.act(&format!("people/{person}/disable")).is(200);
        app.manager().does(&id, "notes", json!({ "text": "t" }));
    });
    assert!(!text.contains("event: changed"), "{text}");
    assert!(
        text.trim_end().ends_with('0'),
        "the last chunk was sent: {text}"
    );
    let open = app.manager().listen("/live?topic=incidents");
    // Kept open until after the server was told to stop.
    std::mem::forget(open);
}
