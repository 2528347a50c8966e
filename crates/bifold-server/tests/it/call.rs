//! Somebody is on the telephone: one form, the next caller, and the caller is the reporter.

use crate::app::TestApp;
use crate::settings_pages::{page, posted};
use bifold_domain::Role;
use serde_json::{Value, json};

crate::on_both! {
    a_call_is_logged_and_the_caller_follows_it_as_their_own_report = logged;
    a_call_about_what_is_known_belongs_to_it_at_once = same;
    only_who_triages_enters_what_others_told = permitted;
}

fn logged(app: &TestApp) {
    let (agent, reporter) = (app.agent(), app.reporter());
    let me = reporter.get("me").is(200).text_at("/person/name");
    let form = page(&agent, "/call?caller=%2B41445550123").is(200).text;
    assert!(form.contains("value=\"+41445550123\""), "{form}");
    assert!(form.contains(&format!("<option value=\"{me}\">")), "{form}");
    let called = json!("2026-01-05T08:15:00.000000Z");
    let fields = [
        ("caller", me.as_str()),
        ("number", "044 555 01 23"),
        ("what", "The tills stand still.\nAll four of them."),
        ("affected#", "12"),
        ("safety", "no"),
        ("channel", "phone"),
        ("told_at@", "2026-01-05T08:15"),
        ("then", "next"),
    ];
    let sent = posted(&agent, "/call", &fields).is(303);
    assert_eq!(sent.header("location"), "/call");
    let mine = reporter.get("events").is(200);
    let number = mine.text_at("/items/0/number");
    let event = reporter.get(&format!("events/{number}")).is(200);
    assert_eq!(event.at("/title"), "The tills stand still.");
    assert_eq!(event.at("/channel"), "phone");
    assert_eq!(event.at("/sort"), "fault");
    assert_eq!(event.at("/affected"), 12);
    assert_eq!(event.at("/told_at"), called);
    assert_eq!(event.at("/contact"), "044 555 01 23");
    assert_eq!(
        event.text_at("/reporter/id"),
        app.id(Role::Reporter).to_string()
    );
    assert_eq!(
        event.text_at("/entered_by/id"),
        app.id(Role::Agent).to_string()
    );
    let shown = page(&agent, &format!("/events/{number}")).is(200).text;
    assert!(shown.contains("datetime=\"2026-01-05T08:15:00"), "{shown}");

    // Somebody whom nobody here knows stands in the contact; what it is is decided next.
    let fields = [
        ("caller", "Aunt of somebody"),
        ("number", "12"),
        ("what", "A mail asks for my password"),
        ("safety", "yes"),
        ("channel", "walk_in"),
        ("then", "decide"),
    ];
    let sent = posted(&agent, "/call", &fields).is(303);
    let to = sent.header("location").clone();
    assert!(to.starts_with("/events/EVT-"), "{to}");
    let event = agent.get(to.trim_start_matches('/')).is(200);
    assert_eq!(event.at("/contact"), "Aunt of somebody, 12");
    assert_eq!(event.at("/sort"), "suspicion");
    assert_eq!(event.at("/told_at"), Value::Null);
    assert_eq!(
        event.text_at("/reporter/id"),
        app.id(Role::Agent).to_string()
    );
    reporter.get(to.trim_start_matches('/')).is(404);
}

fn same(app: &TestApp) {
    let agent = app.agent();
    let incident = app.manager().declare("The tills stand still");
    let with = |incident: &str| {
        let fields = [
            ("caller", "Somebody"),
            ("what", "My till does nothing"),
            ("safety", "unknown"),
            ("channel", "phone"),
            ("incident", incident),
            ("then", "next"),
        ];
        posted(&agent, "/call", &fields)
    };
    with(&incident).is(303);
    let event = agent.get("events").is(200);
    assert_eq!(event.at("/items/0/standing"), "incident");
    let number = event.text_at("/items/0/number");
    let event = agent.get(&format!("events/{number}")).is(200);
    assert_eq!(event.at("/sort"), "unsure");
    assert!(event.text_at("/incident").starts_with("inc_"));
    // A number that is none loses nothing and logs nothing.
    with("INC-2026-9999").is(404);
    assert_eq!(agent.get("events").is(200).at("/items/1"), Value::Null);
}

fn permitted(app: &TestApp) {
    let told = json!({ "told": { "by": app.id(Role::Agent).to_string() }, "title": "It fails" });
    app.reporter()
        .post("events", told.clone())
        .problem(403, "not-permitted");
    app.agent().post("events", told).is(201);
    page(&app.reporter(), "/call").is(403);
    let ahead = json!({ "told": { "at": "2999-01-01T00:00:00Z" }, "title": "It fails" });
    app.agent().post("events", ahead).problem(422, "time-order");
    let nobody = json!({ "told": { "by": "per_00000000000000000000000009" }, "title": "It fails" });
    app.agent().post("events", nobody).problem(422, "unknown");
}
