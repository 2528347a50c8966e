//! Whom a disclosure is not for: every route that could show it, for everybody else.

use crate::app::{Client, TestApp};
use crate::settings_pages::page;
use crate::voice::{FORM, custodian, handler, items, spoken};
use bifold_domain::Role;
use bifold_server::{Method, registry};
use serde_json::{Value, json};

crate::on_both! {
    whoever_is_excluded_or_not_named_for_it_finds_nothing_anywhere = excluded;
}

/// Every route and every verb with which one disclosure could show, with a body that fits.
fn verbs(app: &TestApp) -> Vec<(&'static str, Value)> {
    let me = app.id(Role::DisclosureHandler);
    let words = || json!({ "text": "t" });
    let because = || json!({ "reason": "r" });
    vec![
        ("assign", json!({ "person": me })),
        ("acknowledge", json!({})),
        ("answer", words()),
        ("note", words()),
        ("feedback", words()),
        ("refer", json!({ "title": "t", "text": "t" })),
        ("ask-identity", because()),
        ("grant-identity", json!({ "asker": me })),
        ("refuse-identity", json!({ "asker": me, "reason": "r" })),
        ("show-identity", json!({})),
        ("delete-identity", json!({})),
        ("close", json!({ "outcome": "founded", "reason": "r" })),
        ("reopen", because()),
    ]
}

/// Everything this person can ask of it is answered as if it were not there.
#[track_caller]
fn finds_none(app: &TestApp, client: &Client<'_>, found: &Value, said: &str, who: &str) {
    let (id, number) = (
        found["id"].as_str().unwrap(),
        found["number"].as_str().unwrap(),
    );
    for name in [id, number] {
        client
            .get(&format!("disclosures/{name}"))
            .problem(404, "not-found");
        assert_eq!(page(client, &format!("/disclosures/{name}")).status, 404);
        for (verb, body) in verbs(app) {
            let path = format!("disclosures/{name}/{verb}");
            // What one had seen says nothing either.
            for seen in ["*", "\"1\"", "\"77\""] {
                let client = client.clone().with("if-match", seen);
                let status = client.post(&path, body.clone()).status;
                assert_eq!(status, 404, "{verb} for {who}");
            }
            let form = "reason=r&text=t&title=t&outcome=founded&person=x&asker=x&_version=77";
            let sent = client
                .clone()
                .with("accept", "text/html")
                .with("content-type", FORM)
                .send(
                    "POST",
                    &format!("/disclosures/{name}/do/{verb}"),
                    Some(form.as_bytes().to_vec()),
                );
            let is_refused = sent.status == 404 || sent.status == 422;
            assert!(is_refused, "{verb} on the page for {who}: {}", sent.status);
            assert!(!sent.text.contains(said), "{who}");
        }
    }
    // No list, count, search, feed, notice or page of theirs holds a word of it.
    for route in registry().into_iter().filter(|r| r.method == Method::Get) {
        // One does not end; the other has a number of this form as its example.
        let is_apart = matches!(route.name, "page_live" | "openapi");
        if route.path.contains('{') || is_apart {
            continue;
        }
        let query = if route.name.contains("search") || route.name == "page_palette" {
            "?q=workdone"
        } else {
            ""
        };
        let client = if route.is_page {
            client.clone().with("accept", "text/html")
        } else {
            client.clone()
        };
        let answer = client.get(&format!("{}{query}", route.path.replace("/api/v1/", "")));
        for word in [said, id, number] {
            let is_there = answer.text.contains(word);
            assert!(!is_there, "{word} on {} for {who}", route.name);
        }
    }
}

fn excluded(app: &TestApp) {
    let me = app.id(Role::DisclosureHandler);
    let other = app.id(Role::IdentityCustodian);
    // Only the custodian is left to read it.
    spoken(
        app,
        &[
            ("mode", "confidential"),
            ("what", "Where numbat workdone is by night."),
            ("name", "Wilhelmina Zanzibarone"),
            ("without", me),
        ],
    );
    let found = items(&custodian(app), "disclosures");
    assert_eq!(found[0]["number"], "DIS-2026-0001");
    for role in Role::ALL.iter().filter(|r| **r != Role::IdentityCustodian) {
        let client = app.as_role(*role);
        finds_none(app, &client, &found[0], "numbat workdone", role.word());
        let named = *role == Role::DisclosureHandler;
        let status = app.as_role(*role).get("disclosures").status;
        assert_eq!(status, if named { 200 } else { 404 }, "{role}");
        let list = page(&app.as_role(*role), "/disclosures").status;
        assert_eq!(list, if named { 200 } else { 404 }, "{role}");
        if *role != Role::IdentityCustodian {
            let requests = app.as_role(*role).get("disclosures/requests");
            assert_eq!(requests.status, 404, "{role}");
        }
    }
    assert_eq!(items(&handler(app), "disclosures"), Vec::<Value>::new());
    assert_eq!(
        handler(app)
            .get("disclosures/summary")
            .is(200)
            .at("/received"),
        0,
        "nobody counts what they are excluded from"
    );
    for (role, status) in [
        (Role::Administrator, 200),
        (Role::Auditor, 200),
        (Role::IncidentManager, 404),
        (Role::IdentityCustodian, 404),
    ] {
        let summary = app.as_role(role).get("disclosures/summary");
        assert_eq!(summary.status, status, "{role}");
    }
    // One the handler may read is no business of the custodian.
    spoken(
        app,
        &[
            ("mode", "anonymous"),
            ("what", "Another echidna workdone."),
            ("without", other),
        ],
    );
    let found = items(&handler(app), "disclosures");
    assert_eq!(found.len(), 1);
    let id = found[0]["id"].as_str().unwrap();
    let who = "an excluded custodian";
    finds_none(app, &custodian(app), &found[0], "echidna workdone", who);
    let to_excluded = json!({ "person": other });
    let path = format!("disclosures/{id}/assign");
    handler(app)
        .post(&path, to_excluded)
        .problem(422, "unknown");
    // And whoever is not signed in is asked to sign in, whatever there is.
    for name in [id, "DIS-2026-0099"] {
        let answer = app.anonymous().get(&format!("disclosures/{name}"));
        assert_eq!(answer.status, 401);
    }
}
