//! Every verb of evidence against each role.

use crate::app::{Client, TestApp};
use crate::evidence::{collect, collected, entered, put, sealed};
use bifold_domain::Role;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An item of the officer, brought to where the verb can be.
fn ready(app: &TestApp, incident: &str, verb: &str) -> String {
    let officer = app.officer();
    match verb {
        "assign" | "forgo" | "collect" | "describe" => return entered(&officer, incident),
        "seal" | "content" | "uploads" => return collected(&officer, incident),
        _ => {}
    }
    let path = sealed(&officer, incident);
    let custodian = app.id(Role::EvidenceCustodian);
    let offer = json!({ "to": custodian, "reason": "r" });
    let hold = json!({ "hold": "k", "reason": "r", "authority": "a" });
    match verb {
        "check-in" => officer
            .post(&format!("{path}/check-out"), json!({ "purpose": "p" }))
            .is(200),
        "accept" | "decline" | "retract" => officer.post(&format!("{path}/offer"), offer).is(200),
        "lift" => officer.post(&format!("{path}/hold"), hold).is(200),
        _ => return path,
    };
    path
}

/// Verbs with the same word are asked of an item in the same stage.
fn stage(verb: &str) -> &str {
    match verb {
        "assign" | "forgo" | "collect" | "describe" => "wanted",
        "seal" | "content" | "uploads" => "collected",
        "accept" | "decline" | "retract" => "offered",
        "check-in" | "lift" => verb,
        _ => "sealed",
    }
}

/// Each verb, its body, and who may. Whoever sees the item and may not gets 403.
fn verbs_and_who(app: &TestApp) -> Vec<(&'static str, Value, &'static str)> {
    let reason = || json!({ "reason": "r" });
    let to_manager = json!({ "to": app.id(Role::IncidentManager), "reason": "r" });
    let derive = json!({ "how": "h", "item": { "sort": "log", "title": "t" } });
    vec![
        ("assign", json!({ "to": app.id(Role::Agent) }), "MSC"),
        ("describe", json!({ "title": "t" }), "MSC"),
        ("forgo", reason(), "MSC"),
        ("collect", collect(), "MSC"),
        ("seal", json!({ "seal": "B-1" }), "S"),
        ("uploads", json!({ "size_bytes": 1 }), "MSC"),
        ("view", json!({ "purpose": "p" }), "MSC"),
        ("check-out", json!({ "purpose": "p" }), "MSC"),
        ("check-in", json!({}), "S"),
        ("offer", to_manager, "S"),
        ("accept", json!({}), "C"),
        ("decline", reason(), "C"),
        ("retract", json!({}), "S"),
        ("note", json!({ "text": "t" }), "MSC"),
        ("label", json!({ "tlp": "red" }), "MSC"),
        (
            "hold",
            json!({ "hold": "k", "reason": "r", "authority": "a" }),
            "MSC",
        ),
        ("lift", json!({ "hold": "k", "reason": "r" }), "MSC"),
        ("verify", json!({}), "MSC"),
        ("derive", derive, "MSC"),
    ]
}

fn fits(letter: char, may: &str, status: u16) -> bool {
    match letter {
        '-' => status == 401,
        _ if may.contains(letter) => matches!(status, 200 | 201),
        // Readers of the lane see that it is there; the others do not.
        'M' | 'S' | 'C' | 'U' => status == 403,
        _ => status == 404,
    }
}

/// Every verb of an item against each role.
pub(crate) fn verbs(app: &TestApp, letter: char, client: &Client<'_>) {
    let incident = app.officer().declare("Intrusion");
    let mut refused = BTreeMap::new();
    for (verb, body, may) in verbs_and_who(app) {
        // What is refused changes nothing: one item in each stage is enough for all of it.
        let path = if may.contains(letter) {
            ready(app, &incident, verb)
        } else {
            let item = refused.entry(stage(verb));
            item.or_insert_with(|| ready(app, &incident, verb)).clone()
        };
        let status = client.post(&format!("{path}/{verb}"), body).status;
        assert!(fits(letter, may, status), "{verb} for {letter}: {status}");
    }
    let path = ready(app, &incident, "content");
    let status = put(client, &format!("{path}/content"), b"lines").status;
    assert!(fits(letter, "S", status), "content for {letter}: {status}");
    let path = ready(app, &incident, "read");
    for (what, may) in [
        ("", "MSCU"),
        ("/custody", "MSCU"),
        ("/content?purpose=p", "MSC"),
    ] {
        let status = client.get(&format!("{path}{what}")).status;
        assert!(fits(letter, may, status), "{what} for {letter}: {status}");
    }
    requests(app, letter, client, &incident);
}

fn requests(app: &TestApp, letter: char, client: &Client<'_>, incident: &str) {
    let terms = json!({ "recipient": "r", "purpose": "p", "legal_basis": "b" });
    let disposal = json!({ "method": "m", "reason": "r" });
    for (what, terms) in [("releases", &terms), ("disposals", &disposal)] {
        let path = sealed(&app.officer(), incident);
        let items = json!([app.officer().get(&path).text_at("/id")]);
        let ask = json!({ "items": items, "terms": terms });
        let status = client
            .post(&format!("incidents/{incident}/{what}"), ask)
            .status;
        assert!(fits(letter, "MSC", status), "{what} for {letter}: {status}");
    }
    for (word, may, approvers) in [
        ("approve", "MC", &[][..]),
        ("refuse", "MSC", &[]),
        (
            "carry-out",
            "MSC",
            &[Role::IncidentManager, Role::EvidenceCustodian],
        ),
    ] {
        let path = sealed(&app.officer(), incident);
        let items = json!([app.officer().get(&path).text_at("/id")]);
        let ask = json!({ "items": items, "terms": terms });
        let asked = app
            .officer()
            .post(&format!("incidents/{incident}/releases"), ask)
            .is(201);
        let request = format!(
            "incidents/{incident}/requests/{}",
            asked.text_at("/request")
        );
        for role in approvers {
            app.as_role(*role)
                .act(&format!("{request}/approve"))
                .is(200);
        }
        let body = if word == "refuse" {
            json!({ "reason": "r" })
        } else {
            json!({})
        };
        let status = client.post(&format!("{request}/{word}"), body).status;
        let right = match letter {
            // The incident is there for them, the request on evidence they do not see is not.
            'U' => status == 403,
            _ => fits(letter, may, status),
        };
        assert!(right, "{word} for {letter}: {status}");
    }
    // Parts of an upload are for the one who began it.
    let path = ready(app, incident, "uploads");
    let begun = app
        .officer()
        .post(&format!("{path}/uploads"), json!({ "size_bytes": 1 }))
        .is(201);
    let upload = format!("{path}/uploads/{}", begun.text_at("/upload"));
    for status in [
        client.get(&upload).status,
        put(client, &format!("{upload}?offset=0"), b"x").status,
        client.post(&format!("{upload}/finish"), json!({})).status,
    ] {
        let right = match letter {
            '-' => status == 401,
            'S' => status == 200,
            _ => status == 404,
        };
        assert!(right, "upload for {letter}: {status}");
    }
}
