//! The confidential channel over real HTTP: nothing is kept of who speaks, nobody sees what they
//! are excluded from, and it goes both ways.

use crate::app::{Answer, Client, TestApp};
use crate::settings_pages::{page, posted};
use crate::traces::{Traces, dump};
use bifold_domain::Role;
use bifold_server::{Method, registry};
use bifold_store::Options;
use serde_json::{Value, json};

crate::on_both! {
    nothing_is_kept_of_whoever_speaks_up = nothing_kept;
    it_goes_both_ways_and_others_are_not_led_back = both_ways;
    whoever_is_excluded_or_not_named_for_it_finds_nothing_anywhere = excluded;
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Somebody before the form: no account, and headers that would say who it is.
pub(crate) fn somebody<'a>(app: &'a TestApp, told: &[(&str, &str)]) -> Client<'a> {
    let client = app.anonymous().with("accept", "text/html");
    told.iter()
        .fold(client, |client, (name, value)| client.with(name, value))
}

pub(crate) fn sent(client: &Client<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        let value: String = value
            .bytes()
            .map(|b| match b {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(b).to_string(),
                other => format!("%{other:02X}"),
            })
            .collect();
        body = format!("{body}&{name}={value}");
    }
    let client = client.clone().with("content-type", FORM);
    client.send("POST", path, Some(body.into_bytes()))
}

/// The code on the page that shows it.
pub(crate) fn code(answer: &Answer) -> String {
    let (_, rest) = answer.text.split_once("<p class=\"receipt\">").unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

pub(crate) fn spoken(app: &TestApp, fields: &[(&str, &str)]) -> String {
    code(&sent(&somebody(app, &[]), "/speak-up", fields).is(201))
}

pub(crate) fn handler(app: &TestApp) -> Client<'_> {
    app.as_role(Role::DisclosureHandler)
}
pub(crate) fn custodian(app: &TestApp) -> Client<'_> {
    app.as_role(Role::IdentityCustodian)
}

pub(crate) fn items(client: &Client<'_>, path: &str) -> Vec<Value> {
    let found = client.get(path).is(200).at("/items");
    found.as_array().unwrap().clone()
}

const HEADERS: &[(&str, &str)] = &[
    ("user-agent", "Wombatbrowser31415926"),
    ("referer", "https://intranet.example/quokkapage27182818"),
    ("x-forwarded-for", "203.0.113.197, 198.51.100.231"),
    ("forwarded", "for=203.0.113.197;by=numbatproxy16180339"),
    (
        "cookie",
        "bifold=bandicootcookie14142135; lang=de; theme=dark",
    ),
    ("x-request-id", "bilbyrequest17320508"),
    ("accept-language", "de-Bettongtongue22360679"),
    ("origin", "https://pademelonorigin26457513.example"),
];
const CANARIES: &[&str] = &[
    "Wombatbrowser31415926",
    "quokkapage27182818",
    "203.0.113.197",
    "198.51.100.231",
    "numbatproxy16180339",
    "bandicootcookie14142135",
    "bilbyrequest17320508",
    "Bettongtongue22360679",
    "pademelonorigin26457513",
];

fn nothing_kept(app: &TestApp) {
    let who = somebody(app, HEADERS);
    let mut answers = vec![
        who.get("/speak-up").is(200),
        who.get("/speak-up/answer").is(200),
    ];
    let report = [
        ("_key", "a-form-of-the-page"),
        ("mode", "anonymous"),
        ("concern", "wrongdoing"),
        (
            "what",
            "Invoices are paid twice.\nSince May, by the same people.",
        ),
        // What the browser filled in by itself.
        ("name", "Wilhelmina Zanzibarone"),
        ("contact", "zanzibarphone1234567"),
    ];
    let first = sent(&who, "/speak-up", &report).is(201);
    let code = code(&first);
    assert!(first.text.contains(&code));
    answers.push(first);
    let found = items(&handler(app), "disclosures");
    assert_eq!(found.len(), 1);
    let path = format!("disclosures/{}", found[0]["id"].as_str().unwrap());
    handler(app)
        .post(&format!("{path}/answer"), json!({ "text": "Since when?" }))
        .is(200);
    let open = [("receipt", code.as_str())];
    let read = sent(&who, "/speak-up/answer", &open).is(200);
    assert!(read.text.contains("Since when?"), "{}", read.text);
    answers.push(read);
    let reply = [
        ("receipt", code.as_str()),
        ("what", "Since the new system."),
    ];
    answers.push(sent(&who, "/speak-up/answer", &reply).is(200));
    answers.push(sent(&who, "/speak-up/answer", &[("receipt", "0000")]).is(404));
    answers.push(sent(&who, "/speak-up", &[("mode", "anonymous")]).is(422));
    for answer in &answers {
        let headers = format!("{:?}", answer.headers);
        assert!(answer.headers.get("set-cookie").is_none(), "{headers}");
        assert!(!headers.contains(&code), "{headers}");
        for canary in CANARIES {
            assert!(!headers.contains(canary), "{headers}");
        }
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(!answer.text.contains("<script"), "{}", answer.text);
    }
    app.signed();
    // Every file of the data folder, and every row of a server.
    let plain = code.replace('-', "");
    let names = ["Zanzibarone", "zanzibarphone1234567", code.as_str(), &plain];
    let words: Vec<&str> = CANARIES.iter().copied().chain(names).collect();
    let long = words.iter().copied().filter(|word| word.is_ascii());
    let traces = Traces::of(long);
    traces.in_no_file(app.folder.path());
    let options = Options {
        database_url: app.database_url.clone(),
        ..Options::in_folder(app.folder.path())
    };
    let rows = app.wait(dump(&options));
    for word in &words {
        assert!(!rows.contains(word), "{word} stands in a row");
    }
    for (path, bytes) in crate::traces::every_file(app.folder.path()) {
        for word in &words {
            let is_there = bytes.windows(word.len()).any(|w| w == word.as_bytes());
            assert!(!is_there, "{word} stands in {}", path.display());
        }
    }
    // The search finds what is written, where it may.
    assert!(rows.is_empty() || rows.contains("Invoices are paid twice."));
}

fn both_ways(app: &TestApp) {
    let code = spoken(
        app,
        &[
            ("mode", "anonymous"),
            ("concern", "unsafe_practice"),
            ("what", "The doors stay open at night."),
        ],
    );
    let listener = handler(app);
    let list = page(&listener, "/disclosures").is(200).text;
    assert!(list.contains("The doors stay open at night."), "{list}");
    let id = items(&listener, "disclosures")[0]["id"].clone();
    let here = format!("/disclosures/{}", id.as_str().unwrap());
    for (verb, fields) in [
        ("acknowledge", vec![]),
        ("assign", vec![("person", app.id(Role::DisclosureHandler))]),
        ("answer", vec![("text", "Which doors?")]),
        ("note", vec![("text", "Ask the night watch.")]),
        (
            "refer",
            vec![
                ("title", "Doors to the server room"),
                ("text", "They were found open."),
                ("is_sensitive?", "on"),
            ],
        ),
        ("feedback", vec![("text", "They lock by themselves now.")]),
        (
            "close",
            vec![("outcome", "founded"), ("reason", "Seen by ourselves.")],
        ),
    ] {
        let answer = posted(&listener, &format!("{here}/do/{verb}"), &fields);
        assert_eq!(answer.status, 303, "{verb}: {}", answer.text);
    }
    let shown = page(&listener, &here).is(200).text;
    for said in ["Which doors?", "Ask the night watch.", "EVT-2026-0001"] {
        assert!(shown.contains(said), "{said}");
    }
    let read = sent(
        &somebody(app, &[]),
        "/speak-up/answer",
        &[("receipt", &code)],
    )
    .is(200);
    for said in [
        "Which doors?",
        "They lock by themselves now.",
        "It was found to be so.",
    ] {
        assert!(read.text.contains(said), "{said}: {}", read.text);
    }
    for secret in [
        "night watch",
        "Seen by ourselves",
        "EVT-2026",
        "Server room",
    ] {
        assert!(!read.text.contains(secret), "{secret}");
    }
    // The event is one of nobody, and knows nothing of where it comes from.
    let event = app.officer().get("events/EVT-2026-0001").is(200);
    assert_eq!(event.at("/title"), "Doors to the server room");
    assert!(!event.text.contains("dis_") && !event.text.contains("DIS-"));
    let listener_id = app.id(Role::DisclosureHandler);
    assert!(!event.text.contains(listener_id), "{}", event.text);
    // Nor do the two share an operation in the ledger.
    let summary = app.auditor().get("disclosures/summary").is(200);
    assert_eq!(summary.at("/received"), 1);
    assert_eq!(summary.at("/feedback_in_time"), 1);
    assert_eq!(summary.at("/outcomes/founded"), 1);
    assert!(!summary.text.contains("doors"));
    let again = handler(app).post(
        &format!("disclosures/{}/reopen", id.as_str().unwrap()),
        json!({ "reason": "It goes on." }),
    );
    again.is(200);
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
fn finds_none(app: &TestApp, client: &Client<'_>, id: &str, number: &str, who: &str) {
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
            assert!(!sent.text.contains("numbatwork"), "{who}");
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
            "?q=numbatwork"
        } else {
            ""
        };
        let client = if route.is_page {
            client.clone().with("accept", "text/html")
        } else {
            client.clone()
        };
        let answer = client.get(&format!("{}{query}", route.path.replace("/api/v1/", "")));
        for word in ["numbatwork is done", id, number] {
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
            ("what", "Where numbatwork is done by night."),
            ("name", "Wilhelmina Zanzibarone"),
            ("without", me),
        ],
    );
    let found = items(&custodian(app), "disclosures");
    let (id, number) = (
        found[0]["id"].as_str().unwrap(),
        found[0]["number"].as_str().unwrap(),
    );
    assert_eq!(number, "DIS-2026-0001");
    for role in Role::ALL.iter().filter(|r| **r != Role::IdentityCustodian) {
        finds_none(app, &app.as_role(*role), id, number, role.word());
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
            ("what", "Something else."),
            ("without", other),
        ],
    );
    let found = items(&handler(app), "disclosures");
    assert_eq!(found.len(), 1);
    let (id, number) = (
        found[0]["id"].as_str().unwrap(),
        found[0]["number"].as_str().unwrap(),
    );
    finds_none(app, &custodian(app), id, number, "an excluded custodian");
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
