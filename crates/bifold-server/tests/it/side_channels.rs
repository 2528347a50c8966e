//! What a person may not know appears nowhere: not in lists, counts, search, relatives,
//! timelines, events, reports or exports, and not in the words of refusals.

use crate::app::{Client, TestApp};
use bifold_domain::Role;
use serde_json::json;

crate::on_both! {
    a_restricted_incident_appears_nowhere_for_others = restricted;
    the_security_lane_appears_nowhere_for_the_service_desk = lane;
}

/// Everything a client can read that could give something away.
fn everything(client: &Client<'_>, incidents: &[&str], events: &[&str]) -> String {
    let mut paths: Vec<String> = [
        "incidents",
        "incidents?order=newest",
        "incidents.csv",
        "events",
        "search?q=zanzibar",
        "search?q=okapi",
        "reports/matrix",
        "reports/flow",
        "reports/outcomes",
        "me",
        "people",
        "teams",
        "services",
        "assets",
        "policy",
    ]
    .map(str::to_owned)
    .to_vec();
    for id in incidents {
        for part in [
            "",
            "/timeline",
            "/relatives",
            "/access",
            "/assessment",
            "/room",
        ] {
            paths.push(format!("incidents/{id}{part}"));
        }
        paths.push(format!("incidents?parent={id}"));
    }
    paths.extend(events.iter().map(|id| format!("events/{id}")));
    let read = |path: &String| format!("{path}\n{}\n", client.get(path).text);
    paths.iter().map(read).collect()
}

fn restricted(app: &TestApp) {
    let (manager, agent) = (app.manager(), app.agent());
    let open = agent.declare("Okapi open");
    let report = json!({ "title": "Zanzibar seen by me" });
    let event = app.officer().post("events", report).is(201).text_at("/id");
    let before = everything(&agent, &[], &[]);
    assert!(
        before.contains("Zanzibar"),
        "the event is there before it is bound"
    );
    let members = json!({ "people": [app.id(Role::IncidentManager)] });
    let declare = json!({
        "outcome": "declare", "reason": "r",
        "declare": {
            "title": "Zanzibar secret", "impact": "extensive", "urgency": "critical",
            "compartment": members,
        },
    });
    let done = manager
        .post(&format!("events/{event}/decision"), declare)
        .is(200);
    let (hidden, number) = (done.text_at("/id"), done.text_at("/number"));
    manager.does(
        &open,
        "relate",
        json!({ "kind": "causes", "other": hidden }),
    );
    manager.does(
        &hidden,
        "relate",
        json!({ "kind": "related", "other": open }),
    );
    manager.does(&open, "parent", json!({ "parent": hidden }));
    let all = everything(&agent, &[&open], &[&event]);
    for secret in ["Zanzibar", "zanzibar s", hidden.as_str(), number.as_str()] {
        let found = all
            .find(secret)
            .map(|at| &all[at.saturating_sub(200)..at + 40]);
        assert_eq!(found, None, "{secret}");
    }
    assert_eq!(agent.get("reports/flow").at("/incidents"), 1);
    let children = agent.get(&format!("incidents?parent={hidden}")).is(200);
    assert_eq!(
        children.at("/items"),
        json!([]),
        "nobody learns what hangs below it"
    );
    // Asked for by name, it is what a name nobody ever used is.
    let nothing = "inc_00000000000000000000000001";
    for part in ["", "/timeline", "/relatives", "/access", "/assessment"] {
        let there = agent.get(&format!("incidents/{hidden}{part}")).is(404);
        let not = agent.get(&format!("incidents/{nothing}{part}")).is(404);
        assert_eq!(there.at("/detail"), not.at("/detail"));
        agent.get(&format!("incidents/{number}{part}")).is(404);
    }
    for (verb, body) in [
        ("relate", json!({ "kind": "related", "other": hidden })),
        ("parent", json!({ "parent": hidden })),
        ("merge", json!({ "into": hidden, "reason": "r" })),
    ] {
        let there = agent.post(&format!("incidents/{open}/{verb}"), body.clone());
        let other = body.to_string().replace(&hidden, nothing);
        let not = agent.post(
            &format!("incidents/{open}/{verb}"),
            serde_json::from_str(&other).unwrap(),
        );
        assert_eq!(
            (there.status, there.at("/detail")),
            (not.status, not.at("/detail")),
            "{verb}"
        );
    }
    agent
        .act(&format!("incidents/{hidden}/take"))
        .problem(404, "not-found");
    // Its members see all of it.
    let all = everything(&manager, &[&open, &hidden], &[&event]);
    assert!(all.contains("Zanzibar secret") && all.contains("Zanzibar seen by me"));
}

fn lane(app: &TestApp) {
    let (agent, officer) = (app.agent(), app.officer());
    let id = agent.declare("Okapi mail down");
    let answers = json!({ "malicious": "yes" });
    let verdict = json!({
        "kind": "security", "finding": "yes", "answers": answers, "reason": "Zanzibar shell found",
    });
    officer.does(&id, "assess", verdict);
    officer.does(
        &id,
        "notes",
        json!({ "text": "Zanzibar note", "lane": "security" }),
    );
    let task = json!({ "lane": "security", "title": "Zanzibar task" });
    let task = officer
        .post(&format!("incidents/{id}/tasks"), task)
        .is(201)
        .text_at("/task");
    let ratings = json!({ "confidentiality": "severe" });
    officer.does(
        &id,
        "rate",
        json!({ "ratings": ratings, "basis": "Zanzibar basis" }),
    );
    officer.does(
        &id,
        "track",
        json!({ "track": "evidence", "to": "waived", "reason": "Zanzibar lost" }),
    );
    let lead = json!({ "role": "security_lead", "to": app.id(Role::SecurityOfficer) });
    officer.does(&id, "role", lead);
    let all = everything(&agent, &[&id], &[]);
    for secret in [
        "Zanzibar",
        &task,
        "confidentiality\":\"severe",
        "security_lead",
        "waived",
        "containment",
    ] {
        let found = all
            .find(secret)
            .map(|at| &all[at.saturating_sub(200)..at + 40]);
        assert_eq!(found, None, "{secret}");
    }
    assert!(agent.sees(&id).at("/scores/security").is_null());
    assert_eq!(
        agent.get("search?q=zanzibar").is(200).at("/items"),
        json!([])
    );
    assert_eq!(agent.sees(&id).each("/lanes", "kind"), ["service"]);
    agent
        .post(
            &format!("incidents/{id}/tasks/{task}/finish"),
            json!({ "outcome": "x" }),
        )
        .is(404);
    let all = everything(&officer, &[&id], &[]);
    for shown in [
        "Zanzibar shell",
        "Zanzibar note",
        "Zanzibar task",
        "Zanzibar basis",
        "Zanzibar lost",
    ] {
        assert!(all.contains(shown), "{shown}");
    }
    assert!(
        !officer
            .get("search?q=zanzibar")
            .is(200)
            .each("/items", "id")
            .is_empty()
    );
}
