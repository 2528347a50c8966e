//! Reporting as people do it: by the form, without scripts and without an account.

use crate::app::{Answer, Client, TestApp};
use bifold_domain::Role;
use serde_json::json;

crate::on_both! {
    a_report_goes_from_form_to_receipt_to_triage = story;
    what_does_not_go_through_is_kept = kept;
    one_address_does_not_flood_the_tray = flood;
    a_signed_in_reporter_finds_own_reports = signed_in;
    a_receipt_tells_no_more_than_it_should = discreet;
    a_form_sent_twice_is_one_report = twice;
}

/// What a browser sends with a form of ours.
fn posted(client: &Client<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
    let client = client
        .clone()
        .with("sec-fetch-site", "same-origin")
        .with("accept", "text/html")
        .with("content-type", "application/x-www-form-urlencoded");
    client.send("POST", path, Some(form(fields)))
}

pub(crate) fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    let encoded = |text: &str| -> String {
        let byte = |b: u8| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(b).to_string(),
            other => format!("%{other:02X}"),
        };
        text.bytes().map(byte).collect()
    };
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&").into_bytes()
}

fn page(client: &Client<'_>, path: &str) -> Answer {
    client.clone().with("accept", "text/html").get(path)
}

/// Reports and gives the path of the receipt.
fn report(client: &Client<'_>, fields: &[(&str, &str)]) -> String {
    let path = posted(client, "/report", fields).is(303).header("location");
    assert!(path.starts_with("/report/received/"), "{path}");
    path
}

fn newest(app: &TestApp) -> String {
    app.agent().get("events").is(200).text_at("/items/0/id")
}

fn story(app: &TestApp) {
    let anybody = app.anonymous();
    let shown = page(&anybody, "/report").is(200);
    assert_eq!(shown.header("referrer-policy"), "same-origin");
    assert_eq!(shown.text.matches("type=\"radio\"").count(), 5);
    assert!(!shown.text.contains("style="), "no inline styles");
    let receipt = report(
        &anybody,
        &[
            ("sort", "ai_misbehaviour"),
            (
                "what",
                "The chat bot told me somebody else's address.\r\nTwice.",
            ),
            ("where", "Since noon, customer portal"),
            ("contact", "Kim, kim@example.net"),
        ],
    );
    // Who triages sees it, with the suspicion and the way back; the record names nobody.
    let event = app.agent().get(&format!("events/{}", newest(app))).is(200);
    assert_eq!(event.text_at("/sort"), "ai_misbehaviour");
    assert_eq!(event.text_at("/channel"), "web");
    assert_eq!(
        event.text_at("/title"),
        "The chat bot told me somebody else's address."
    );
    assert_eq!(event.text_at("/contact"), "Kim, kim@example.net");
    assert_eq!(event.text_at("/standing"), "undecided");
    let said = event.text_at("/description");
    assert!(said.contains("address.\nTwice.\n\n") && said.contains("Since noon, customer portal"));
    let system = app.store.system().person;
    assert_eq!(event.text_at("/reporter/id"), system.as_str());
    // The receipt: number, code of 100 bits, and where it stands.
    let code = receipt.rsplit('/').next().unwrap();
    assert_eq!(code.len(), 24);
    let number = event.text_at("/number");
    let waiting = page(&anybody, &receipt).is(200);
    for part in [code, number.as_str(), "Waiting for somebody"] {
        assert!(waiting.text.contains(part), "{part}");
    }
    // More, later, without an account: it comes to triage as well.
    posted(&anybody, &receipt, &[("what", "It happened again.")]).is(303);
    let more = app.agent().get(&format!("events/{}", newest(app))).is(200);
    assert_eq!(
        more.text_at("/title"),
        format!("{number}: It happened again.")
    );
    assert!(page(&anybody, &receipt).text.contains("It happened again."));
    // Typed in by hand.
    let typed = code.to_lowercase().replace('-', " ");
    let found = posted(&anybody, "/report/received", &[("receipt", &typed)]).is(303);
    page(&anybody, &found.header("location")).is(200);
    posted(&anybody, "/report/received", &[("receipt", "0000-0000")]).is(404);
    page(&anybody, "/report/received/0000-0000-0000-0000-0000").is(404);
    let id = event.text_at("/id");
    let decision = json!({ "outcome": "weakness", "reason": "Seen." });
    app.agent()
        .post(&format!("events/{id}/decision"), decision)
        .is(200);
    assert!(page(&anybody, &receipt).text.contains("It is a weakness"));
}

fn kept(app: &TestApp) {
    let anybody = app.anonymous();
    let words = ("what", "A <b>door</b> does not lock.");
    for (field, status) in [
        (("website", "https://spam.example"), 422),
        (("contact", "x".repeat(200).as_str()), 422),
    ] {
        let answer = posted(&anybody, "/report", &[("sort", "weakness"), words, field]).is(status);
        assert!(
            answer
                .text
                .contains("A &#60;b&#62;door&#60;/b&#62; does not lock.")
        );
        assert!(answer.text.contains("value=\"weakness\" checked"));
        assert!(!answer.text.contains("spam.example"));
        assert!(answer.text.contains("role=\"alert\""));
    }
    posted(&anybody, "/report", &[("what", " \n ")]).is(422);
    let large = "x".repeat(70_000);
    posted(&anybody, "/report", &[("what", &large)]).is(413);
    // From another site, or from no page at all.
    let body = form(&[words]);
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "null")] {
        let foreign = app.anonymous().with(name, value);
        foreign
            .send("POST", "/report", Some(body.clone()))
            .problem(403, "other-site");
    }
    assert_eq!(app.agent().get("events").at("/items"), json!([]));
    // Signs that no text may hold do not lose a report.
    report(&anybody, &[("what", "Smoke\u{b}in\u{0} room 2")]);
    let event = app.agent().get(&format!("events/{}", newest(app)));
    assert_eq!(event.text_at("/title"), "Smoke in room 2");
}

fn flood(app: &TestApp) {
    let anybody = app.anonymous();
    for n in 0..30 {
        report(&anybody, &[("what", &format!("Report {n}"))]);
    }
    let slowed = posted(&anybody, "/report", &[("what", "One more")]).is(429);
    assert!(slowed.text.contains("One more") && !slowed.header("retry-after").is_empty());
    // Who is signed in does not wait for strangers from the same address.
    report(&app.reporter(), &[("what", "One more, by somebody known")]);
    app.store.shell().advance(10 * 60 * 1_000_000);
    report(&anybody, &[("what", "One more")]);
}

fn signed_in(app: &TestApp) {
    let reporter = app.reporter();
    report(
        &reporter,
        &[("what", "My screen is dark"), ("sort", "fault")],
    );
    let event = reporter.get(&format!("events/{}", newest(app))).is(200);
    assert_eq!(event.text_at("/reporter/id"), app.id(Role::Reporter));
    let number = event.text_at("/number");
    assert!(
        page(&reporter, "/report/mine")
            .is(200)
            .text
            .contains(&number)
    );
    let mine = format!("/report/mine/{number}");
    assert!(
        page(&reporter, &mine)
            .is(200)
            .text
            .contains("My screen is dark")
    );
    posted(&reporter, &mine, &[("what", "Now it flickers")]).is(303);
    let more = app.agent().get(&format!("events/{}", newest(app)));
    assert_eq!(more.text_at("/reporter/id"), app.id(Role::Reporter));
    // It is nobody else's, whoever they are.
    page(&app.manager(), &mine).is(404);
    assert!(
        !page(&app.manager(), "/report/mine")
            .is(200)
            .text
            .contains(&number)
    );
    assert_eq!(
        page(&app.anonymous(), "/report/mine")
            .is(303)
            .header("location"),
        "/sign-in?next=/report/mine"
    );
    // Who does not want to be named is not, and who may change nothing still may speak up.
    let system = app.store.system().person;
    report(&reporter, &[("what", "My boss steals"), ("unnamed", "on")]);
    let unnamed = app.agent().get(&format!("events/{}", newest(app)));
    assert_eq!(unnamed.text_at("/reporter/id"), system.as_str());
    report(&app.auditor(), &[("what", "Smoke")]);
    let smoke = app.agent().get(&format!("events/{}", newest(app)));
    assert_eq!(smoke.text_at("/reporter/id"), system.as_str());
}

fn discreet(app: &TestApp) {
    let anybody = app.anonymous();
    let receipt = report(&anybody, &[("what", "A colleague copies customer data")]);
    let event = newest(app);
    let declare = json!({
        "title": "Codename Heron", "impact": "minor", "urgency": "low",
        "compartment": { "people": [app.id(Role::SecurityOfficer)] },
    });
    let decision = json!({ "outcome": "declare", "declare": declare, "reason": "r" });
    app.officer()
        .post(&format!("events/{event}/decision"), decision)
        .is(200);
    let shown = page(&anybody, &receipt).is(200).text;
    assert!(shown.contains("Somebody is working on it"));
    assert!(!shown.contains("Heron") && !shown.contains("INC-") && !shown.contains("estrict"));
    // The path of a receipt is not an address for anything else.
    let agent = page(&app.agent(), "/report").is(200).text;
    assert!(!agent.contains("Heron"));
    app.anonymous().get("/.well-known/security.txt").is(404);
}

fn twice(app: &TestApp) {
    let anybody = app.anonymous();
    let fields = [
        ("what", "Water in the cellar"),
        ("_key", "0123456789abcdef"),
    ];
    let (first, second) = (report(&anybody, &fields), report(&anybody, &fields));
    assert_ne!(first, second);
    assert_eq!(app.agent().get("events").each("/items", "title").len(), 1);
    for receipt in [first, second] {
        assert!(
            page(&anybody, &receipt)
                .text
                .contains("Water in the cellar")
        );
    }
}
