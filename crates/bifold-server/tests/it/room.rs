//! The room: what is said stays and is corrected in sight, who decides, who is told, who reads.

use crate::app::{Client, TestApp};
use crate::settings_pages::page;
use bifold_domain::Role;
use serde_json::{Value, json};

crate::on_both! {
    what_is_said_is_corrected_and_taken_back_in_sight_and_kept_in_the_timeline = talk;
    what_is_said_in_a_sensitive_lane_or_among_those_who_work_is_read_by_nobody_else = hidden;
    decisions_wait_for_who_leads_and_reports_are_due_until_it_is_over = steered;
    a_codename_stands_in_letters_and_nothing_while_channels_are_not_trusted = secret;
}

fn say(client: &Client<'_>, incident: &str, words: &str) {
    client.does(incident, "say", json!({ "text": words }));
}

fn room(client: &Client<'_>, incident: &str) -> Value {
    client
        .get(&format!("incidents/{incident}/room"))
        .is(200)
        .value()
}

fn number(client: &Client<'_>, incident: &str) -> String {
    client.sees(incident).text_at("/number")
}

fn talk(app: &TestApp) {
    let (agent, manager) = (app.agent(), app.manager());
    let id = agent.declare("Tills stand still");
    say(&agent, &id, "The second host fails.");
    manager.does(&id, "say", json!({ "text": "Which one?", "answers": 1 }));
    let other = json!({ "message": 1, "text": "Not so." });
    let path = format!("incidents/{id}/say/amend");
    manager.post(&path, other).problem(403, "not-the-speaker");
    let other = json!({ "message": 1, "text": "The third host fails." });
    agent.does(&id, "say/amend", other);
    manager.does(&id, "say/keep", json!({ "message": 1 }));
    say(&agent, &id, "Quagga?");
    let back = json!({ "message": 3, "reason": "Wrong room." });
    agent.does(&id, "say/retract", back);
    let found = room(&manager, &id);
    let messages = found["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 3);
    assert_eq!(messages[0]["text"], "The third host fails.");
    assert_eq!(messages[0]["was"], json!(["The second host fails."]));
    assert_eq!(messages[0]["is_kept"], true);
    assert_eq!(messages[1]["answers"], 1);
    assert_eq!(messages[2]["text"], "Quagga?", "taken back, not gone");
    assert_eq!(messages[2]["retracted"], "Wrong room.");
    let number = number(&agent, &id);
    let record = page(&manager, &format!("/incidents/{number}")).is(200).text;
    assert!(record.contains("The third host fails."), "kept");
    assert!(!record.contains("Quagga?") && !record.contains("Which one?"));
    let talk = page(&manager, &format!("/incidents/{number}?show=room"));
    assert!(talk.is(200).text.contains("Which one?"));
    let page = page(&manager, &format!("/incidents/{number}/room"))
        .is(200)
        .text;
    for words in [
        "The second host fails.",
        "Which one?",
        "Quagga?",
        "Wrong room.",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

fn hidden(app: &TestApp) {
    let (agent, officer) = (app.agent(), app.officer());
    let mine = json!({
        "title": "Okapi is slow", "impact": "minor", "urgency": "low",
        "reporter": app.id(Role::Reporter),
    });
    let id = agent.post("incidents", mine).is(201).text_at("/id");
    let yes = json!({ "kind": "security", "finding": "yes", "reason": "A beacon." });
    officer.does(&id, "assess", yes);
    let lane = json!({ "text": "Zanzibar beacons.", "lane": "security" });
    officer.does(&id, "say", lane);
    let lane = json!({ "text": "Watch Zanzibar.", "lane": "security", "at_once": true });
    officer.does(&id, "decisions", lane);
    say(&agent, &id, "Kudu is the host.");
    officer.does(
        &id,
        "decisions",
        json!({ "text": "Kudu goes.", "at_once": true }),
    );
    let report = json!({ "report": "tactical", "conditions": "Kudu is sick." });
    officer.does(&id, "situation", report);
    officer.does(&id, "arrange", json!({ "bridge": "Kudu room" }));
    let number = number(&agent, &id);
    let everything = |client: &Client<'_>| {
        let api = [
            format!("incidents/{id}"),
            format!("incidents/{id}/room"),
            format!("incidents/{id}/timeline?limit=200"),
            "search?q=zanzibar".to_owned(),
            "search?q=kudu".to_owned(),
            "me/notifications".to_owned(),
        ];
        let pages = ["", "/room", "/wall", "?show=room", "?show=decisions"];
        let pages = pages.map(|part| page(client, &format!("/incidents/{number}{part}")).text);
        let api = api.map(|path| client.get(&path).text);
        api.concat() + &pages.concat()
    };
    assert!(everything(&officer).contains("Zanzibar beacons."));
    let seen = everything(&agent);
    assert!(seen.contains("Kudu is the host.") && seen.contains("Kudu goes."));
    assert!(!seen.contains("Zanzibar"), "{seen}");
    let seen = everything(&app.reporter());
    assert!(seen.contains("Okapi is slow"), "it is theirs");
    for canary in ["Zanzibar", "Kudu"] {
        assert!(!seen.contains(canary), "{canary} in {seen}");
    }
    let path = format!("incidents/{id}/room");
    app.reporter().get(&path).is(403);
    let unknown = json!({ "message": 1 });
    agent
        .post(&format!("incidents/{id}/say/keep"), unknown)
        .is(422);
}

/// When the time of a metric ends, while it runs.
fn due(client: &Client<'_>, incident: &str, metric: &str) -> Option<String> {
    let clocks = client.get(&format!("incidents/{incident}/clocks")).is(200);
    let clocks = clocks.at("/items");
    let clock = clocks.as_array()?.iter().find(|c| c["metric"] == metric)?;
    let run = clock["runs"].as_array()?.last()?.clone();
    run["due"]
        .as_str()
        .filter(|_| run["standing"] == "running")
        .map(str::to_owned)
}

fn steered(app: &TestApp) {
    let (agent, manager) = (app.agent(), app.manager());
    let id = agent.declare("Tills stand still");
    manager.does(
        &id,
        "override-priority",
        json!({ "to": 1, "reason": "All tills." }),
    );
    assert_eq!(due(&manager, &id, "tactical"), None);
    let promote = json!({ "responsible": app.id(Role::IncidentManager), "reason": "All." });
    manager.does(&id, "major/promote", promote);
    let first = due(&manager, &id, "tactical").unwrap();
    assert!(due(&manager, &id, "executive").is_some());
    agent.does(&id, "decisions", json!({ "text": "Fail over." }));
    let told = manager.get("me/notifications").is(200).text;
    assert!(told.contains("decision_proposed"), "{told}");
    let take = json!({ "decision": 1 });
    let path = format!("incidents/{id}/decisions/take");
    agent
        .post(&path, take.clone())
        .problem(403, "not-permitted");
    manager.does(&id, "decisions/take", take);
    app.hours_later(1);
    let report = json!({ "report": "tactical", "conditions": "Two of nine work." });
    manager.does(&id, "situation", report);
    let next = due(&manager, &id, "tactical").unwrap();
    assert!(next > first, "{first} {next}");
    let role = json!({ "role": "scribe", "to": app.id(Role::Agent) });
    manager.does(&id, "role", role);
    assert!(
        agent
            .get("me/notifications")
            .is(200)
            .text
            .contains("role_handed")
    );
    let found = room(&agent, &id);
    assert_eq!(found["decisions"][0]["state"], "taken");
    assert_eq!(
        found["reports"]["tactical"]["conditions"],
        "Two of nine work."
    );
    let number = number(&agent, &id);
    let wall = page(&agent, &format!("/incidents/{number}/wall"))
        .is(200)
        .text;
    assert!(wall.contains("Two of nine work."));
    manager.does(&id, "major/stand-down", json!({ "reason": "Tills work." }));
    assert_eq!(due(&manager, &id, "tactical"), None);
}

fn secret(app: &TestApp) {
    let manager = app.manager();
    let id = manager.declare("Zanzibar was broken into");
    let path = format!("incidents/{id}/arrange");
    let name = json!({ "codename": "Grey Heron" });
    app.agent()
        .post(&path, name.clone())
        .problem(403, "not-permitted");
    manager.does(&id, "arrange", name);
    let number = number(&manager, &id);
    let wall = page(&manager, &format!("/incidents/{number}/wall"))
        .is(200)
        .text;
    assert!(
        wall.contains("Grey Heron") && !wall.contains("Zanzibar"),
        "{wall}"
    );
    let bands = json!({ "codename": "Grey Heron", "out_of_band": true });
    manager.does(&id, "arrange", bands);
    assert_eq!(room(&manager, &id)["out_of_band"], true);
    assert_eq!(room(&manager, &id)["codename"], "Grey Heron");
}
