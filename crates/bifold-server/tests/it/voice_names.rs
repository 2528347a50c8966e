//! The confidential channel over real HTTP: a name that takes two people, and words that do not fit.

use crate::app::{Client, TestApp};
use crate::settings_pages::{page, posted};
use crate::voice::{custodian, handler, items, sent, somebody, spoken};
use bifold_domain::Role;
use serde_json::{Value, json};

crate::on_both! {
    a_name_is_shown_after_one_person_asked_and_another_agreed = named;
    what_does_not_fit_is_said_and_nothing_written_is_lost = unfit;
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
