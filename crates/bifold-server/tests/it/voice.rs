//! The confidential channel over real HTTP: nothing is kept of who speaks, nobody sees what they
//! are excluded from, and it goes both ways.

use crate::app::{Answer, Client, TestApp};
use crate::settings_pages::{page, posted};
use crate::traces::{Traces, dump};
use bifold_domain::Role;
use bifold_store::Options;
use serde_json::{Value, json};

crate::on_both! {
    nothing_is_kept_of_whoever_speaks_up = nothing_kept;
    it_goes_both_ways_and_others_are_not_led_back = both_ways;
    a_name_is_shown_after_one_person_asked_and_another_agreed = named;
    what_does_not_fit_is_said_and_nothing_written_is_lost = unfit;
}

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// Somebody before the form: no account, and headers that would say who it is.
fn somebody<'a>(app: &'a TestApp, told: &[(&str, &str)]) -> Client<'a> {
    let client = app.anonymous().with("accept", "text/html");
    told.iter()
        .fold(client, |client, (name, value)| client.with(name, value))
}

fn sent(client: &Client<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
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
fn code(answer: &Answer) -> String {
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

fn named(app: &TestApp) {
    let code = spoken(
        app,
        &[
            ("mode", "confidential"),
            ("what", "It is I who saw it."),
            ("name", "Wilhelmina Zanzibarone"),
            ("contact", "zanzibarphone1234567"),
        ],
    );
    let id = items(&handler(app), "disclosures")[0]["id"].clone();
    let id = id.as_str().unwrap();
    let here = format!("/disclosures/{id}");
    let is_nowhere = |client: &Client<'_>| {
        let shown = page(client, &here).text;
        assert!(!shown.contains("Zanzibarone"), "{shown}");
        let json = client.get(&format!("disclosures/{id}")).text;
        assert!(!json.contains("Zanzibarone"), "{json}");
    };
    is_nowhere(&handler(app));
    let show = format!("disclosures/{id}/show-identity");
    handler(app).act(&show).problem(403, "second-person-needed");
    let ask = [("reason", "The court wants it.")];
    posted(&handler(app), &format!("{here}/do/ask-identity"), &ask).is(303);
    // The custodian sees that it is asked, by whom and why, and nothing of what was said.
    let list = page(&custodian(app), "/disclosures").is(200).text;
    assert!(list.contains("The court wants it.") && !list.contains("It is I who saw it."));
    custodian(app)
        .get(&format!("disclosures/{id}"))
        .problem(404, "not-found");
    let asker = app.id(Role::DisclosureHandler);
    let grant = format!("disclosures/{id}/grant-identity");
    handler(app)
        .post(&grant, json!({ "asker": asker }))
        .problem(403, "not-permitted");
    let fields = [("asker", asker)];
    posted(
        &custodian(app),
        &format!("{here}/do/grant-identity"),
        &fields,
    )
    .is(303);
    custodian(app).act(&show).problem(404, "not-found");
    is_nowhere(&handler(app));
    let shown = posted(&handler(app), &format!("{here}/do/show-identity"), &[]).is(200);
    assert!(shown.text.contains("Wilhelmina Zanzibarone"));
    assert_eq!(shown.header("cache-control"), "no-store");
    is_nowhere(&handler(app));
    let shown = handler(app).act(&show).is(200);
    assert_eq!(shown.at("/contact"), "zanzibarphone1234567");
    let turns = handler(app)
        .get(&format!("disclosures/{id}"))
        .is(200)
        .at("/course");
    let turns = turns.as_array().unwrap();
    let looks = turns.iter().filter(|t| t["kind"] == "identity_shown");
    assert_eq!(looks.count(), 2, "each look is a fact");
    // Its reporter is not told of the names that others ask for, nor their names.
    let read = sent(
        &somebody(app, &[]),
        "/speak-up/answer",
        &[("receipt", &code)],
    )
    .is(200);
    assert!(!read.text.contains("court") && !read.text.contains("Zanzibarone"));
    handler(app)
        .post(&format!("disclosures/{id}/delete-identity"), json!({}))
        .is(200);
    handler(app).act(&show).problem(403, "second-person-needed");
}

fn unfit(app: &TestApp) {
    let who = somebody(app, &[]);
    let both = [
        app.id(Role::DisclosureHandler),
        app.id(Role::IdentityCustodian),
    ];
    let what = ("what", "Something that must not be lost.");
    for (fields, status, said) in [
        (vec![what], 422, "Choose how you want to speak"),
        (
            vec![("mode", "anonymous")],
            422,
            "There is nothing written yet",
        ),
        (
            vec![("mode", "confidential"), what],
            422,
            "A name is missing",
        ),
        (
            vec![
                ("mode", "anonymous"),
                what,
                ("without", both[0]),
                ("without", both[1]),
            ],
            409,
            "Nobody would be left to read it",
        ),
        (
            vec![("mode", "anonymous"), what, ("without", "x")],
            422,
            "does not read here any more",
        ),
        (
            vec![("mode", "anonymous"), what, ("website", "x")],
            422,
            "This could not be taken",
        ),
    ] {
        let answer = sent(&who, "/speak-up", &fields).is(status);
        assert!(answer.text.contains(said), "{said}: {}", answer.text);
        let is_kept = answer.text.contains("Something that must not be lost.");
        assert_eq!(is_kept, fields.contains(&what), "{said}");
    }
    assert_eq!(items(&handler(app), "disclosures"), Vec::<Value>::new());
    // The same form sent twice is one disclosure.
    let form = [("_key", "one-and-the-same"), ("mode", "anonymous"), what];
    let codes = [0, 1].map(|_| spoken(app, &form));
    assert_ne!(codes[0], codes[1]);
    assert_eq!(items(&handler(app), "disclosures").len(), 1);
    // All together have one limit, and no address is looked at.
    let too_many = (0..400).find_map(|_| {
        let answer = sent(&who, "/speak-up/answer", &[("receipt", "x")]);
        (answer.status == 429).then_some(answer)
    });
    let too_many = too_many.unwrap();
    assert!(!too_many.header("retry-after").is_empty());
    assert!(too_many.text.contains("Too much is coming in"));
}
