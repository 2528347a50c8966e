//! One story per scenario of the mission, from the first report to the end.

use crate::app::TestApp;
use bifold_domain::Role;
use bifold_domain::time::HOUR;
use serde_json::json;

crate::on_both! {
    a_sev_1_of_both_kinds_goes_from_event_to_closure = both_kinds;
    a_security_incident_leaves_the_service_alone = security_only;
    an_ai_incident_gets_its_own_lane = ai;
    what_is_neither_stays_countable = neither;
    a_weakness_is_not_an_incident = weakness;
    incidents_merge_split_and_have_parents = relations;
    a_restricted_incident_opens_by_broken_glass_with_an_alarm = broken_glass;
    an_incident_is_reclassified_in_flight = reclassified;
    a_closed_incident_is_reopened_within_its_window = reopened;
    a_sleeping_incident_wakes_by_itself = asleep;
}

fn both_kinds(app: &TestApp) {
    let (agent, manager, officer) = (app.agent(), app.manager(), app.officer());
    let report = json!({ "sort": "fault", "title": "Payments answer 500, odd files appear" });
    let event = app.reporter().post("events", report).is(201).text_at("/id");
    let decided = agent
        .post(
            &format!("events/{event}/decision"),
            json!({
                "outcome": "declare", "reason": "Customers cannot pay.",
                "declare": { "title": "Payments down", "impact": "extensive", "urgency": "critical" },
            }),
        )
        .is(200);
    let id = decided.text_at("/id");
    assert_eq!(decided.each("/touched", "type"), ["incident", "event"]);
    assert_eq!(
        agent.get(&format!("events/{event}")).text_at("/incident"),
        id
    );
    agent
        .post(&format!("incidents/{id}/acknowledge"), json!({}))
        .is(200);
    let service = json!({ "kind": "service", "finding": "yes", "reason": "Nobody can pay." });
    agent.does(&id, "assess", service);
    let answers = json!({ "malicious": "yes", "integrity": "unknown" });
    officer.does(
        &id,
        "assess",
        json!({ "kind": "security", "finding": "yes", "answers": answers, "reason": "A web shell." }),
    );
    let ratings = json!({ "confidentiality": "severe", "availability": "severe" });
    officer.does(
        &id,
        "rate",
        json!({ "ratings": ratings, "basis": "Card data were readable." }),
    );
    let criteria = json!(["vital_service", "security_sev1"]);
    agent.does(
        &id,
        "major/propose",
        json!({ "criteria": criteria, "reason": "Both at once." }),
    );
    let responsible = app.id(Role::IncidentManager);
    manager.does(
        &id,
        "major/promote",
        json!({ "responsible": responsible, "reason": "Yes." }),
    );
    agent.does(&id, "assign", json!({ "person": app.id(Role::Resolver) }));
    app.as_role(Role::Resolver)
        .act(&format!("incidents/{id}/start"))
        .is(200);
    for to in ["started", "contained", "eradicated"] {
        officer.does(&id, "track", json!({ "track": "containment", "to": to }));
    }
    let new = json!({ "lane": "security", "title": "Image the host", "mandatory": true });
    let task = officer
        .post(&format!("incidents/{id}/tasks"), new)
        .is(201)
        .text_at("/task");
    manager.does(&id, "classify", json!({ "category": "intrusion" }));
    let resolve =
        json!({ "code": "contained", "text": "Host rebuilt, keys changed.", "cause": "attack" });
    app.as_role(Role::Resolver).does(&id, "resolve", resolve);
    let early = json!({ "without_confirmation": "Confirmed by telephone." });
    let refused = manager.post(&format!("incidents/{id}/close"), early.clone());
    let refused = refused.problem(409, "not-closable");
    assert_eq!(
        refused.each("/gaps", "gap"),
        ["open_task", "evidence_open", "review_due"]
    );
    officer.does(
        &id,
        &format!("tasks/{task}/finish"),
        json!({ "outcome": "Imaged." }),
    );
    officer.does(
        &id,
        "track",
        json!({ "track": "evidence", "to": "complete" }),
    );
    manager.does(&id, "track", json!({ "track": "review", "to": "done" }));
    manager.does(&id, "close", early);
    let closed = manager.sees(&id);
    assert_eq!(closed.text_at("/stage/is"), "closed");
    assert_eq!(closed.at("/scores/security"), 1);
    assert_eq!(closed.each("/lanes", "kind"), ["security", "service"]);
    let outcomes = manager.get("reports/outcomes").is(200);
    assert_eq!(outcomes.at("/items/0/service_is"), "yes");
    assert_eq!(outcomes.at("/items/0/security_is"), "yes");
}

fn security_only(app: &TestApp) {
    let officer = app.officer();
    let id = officer.declare("Phished mailbox");
    for (kind, finding) in [("service", "no"), ("security", "yes")] {
        let verdict = json!({ "kind": kind, "finding": finding, "reason": "Only the mailbox." });
        officer.does(&id, "assess", verdict);
    }
    let list = app
        .agent()
        .get("incidents?service_is=no&security_is=yes")
        .is(200);
    assert_eq!(list.each("/items", "id"), [id.as_str()]);
    let verdicts = app.agent().sees(&id).at("/verdicts");
    let security = verdicts
        .as_array()
        .unwrap()
        .iter()
        .find(|v| v["kind"] == "security")
        .unwrap();
    // Everybody learns the finding; why, only those who work there.
    assert_eq!(security["finding"], "yes");
    assert!(security.get("reason").is_none());
    assert!(officer.sees(&id).text.contains("Only the mailbox."));
}

fn ai(app: &TestApp) {
    let officer = app.officer();
    let id = app.agent().declare("The assistant gave out wrong doses");
    let form = officer.get(&format!("incidents/{id}/assessment")).is(200);
    assert!(form.each("/kinds", "kind").contains(&"ai".to_owned()));
    let answers = json!({ "ai_involved": "yes", "serious_harm": "yes" });
    let verdict = json!({ "kind": "ai", "finding": "yes", "answers": answers, "reason": "Doses." });
    officer.does(&id, "assess", verdict);
    let ratings = json!({ "safety": "major" });
    officer.does(
        &id,
        "rate",
        json!({ "ratings": ratings, "basis": "Two patients." }),
    );
    assert!(
        officer
            .sees(&id)
            .each("/lanes", "kind")
            .contains(&"ai".to_owned())
    );
    assert!(!app.agent().sees(&id).text.contains("Contain the AI system"));
    let list = officer.get("incidents?kind=ai").is(200);
    assert_eq!(list.each("/items", "id"), [id.as_str()]);
    let form = officer
        .get(&format!("incidents/{id}/assessment"))
        .is(200)
        .value();
    let ai = form["kinds"]
        .as_array()
        .unwrap()
        .iter()
        .find(|k| k["kind"] == "ai")
        .unwrap();
    assert_eq!(ai["proposed"], "yes");
}

fn neither(app: &TestApp) {
    let report = json!({ "sort": "suspicion", "title": "My screen is dark" });
    let event = app.reporter().post("events", report).is(201).text_at("/id");
    let path = format!("events/{event}/decision");
    let benign =
        json!({ "outcome": "not_an_incident", "ground": "benign", "reason": "Unplugged." });
    app.reporter()
        .post(&path, benign.clone())
        .problem(403, "not-permitted");
    app.agent().post(&path, benign).is(200);
    let list = app.agent().get("events?standing=dismissed").is(200);
    assert_eq!(list.each("/items", "ground"), ["benign"]);
    assert_eq!(app.reporter().get("events").each("/items", "id"), [event]);
}

fn weakness(app: &TestApp) {
    let report = json!({ "sort": "weakness", "title": "The side door does not lock" });
    let event = app.reporter().post("events", report).is(201).text_at("/id");
    let decision = json!({ "outcome": "weakness", "reason": "To be repaired." });
    app.officer()
        .post(&format!("events/{event}/decision"), decision)
        .is(200);
    assert_eq!(
        app.officer()
            .get(&format!("events/{event}"))
            .text_at("/standing"),
        "weakness"
    );
    assert_eq!(
        app.officer().get("incidents").is(200).at("/items"),
        json!([])
    );
}

fn relations(app: &TestApp) {
    let agent = app.agent();
    let (a, b, c) = (
        agent.declare("One"),
        agent.declare("Two"),
        agent.declare("Three"),
    );
    agent.does(&b, "parent", json!({ "parent": a }));
    agent.does(&a, "relate", json!({ "kind": "causes", "other": c }));
    let relatives = agent.get(&format!("incidents/{a}/relatives")).is(200);
    assert_eq!(relatives.each("/items", "id"), [c.clone(), b.clone()]);
    assert_eq!(agent.sees(&b).text_at("/parent/id"), a);
    let into = json!({ "into": a, "reason": "The same outage." });
    agent.does(&c, "merge", into);
    assert_eq!(agent.sees(&c).text_at("/stage/into"), a);
    agent.does(&c, "unmerge", json!({ "reason": "It was another one." }));
    assert_eq!(agent.sees(&c).text_at("/stage/is"), "new");
    let part = json!({ "title": "The printer too", "impact": "minor", "urgency": "low" });
    let split = agent
        .post(&format!("incidents/{a}/split"), part)
        .is(201)
        .text_at("/id");
    let relatives = agent.get(&format!("incidents/{split}/relatives")).is(200);
    assert_eq!(relatives.each("/items", "kind"), ["split_from"]);
    let list = agent.get(&format!("incidents?parent={a}")).is(200);
    assert_eq!(list.each("/items", "id"), [b]);
}

fn broken_glass(app: &TestApp) {
    let (manager, officer) = (app.manager(), app.officer());
    let id = manager.declare("A board member is blackmailed");
    let only = json!({ "people": [app.id(Role::IncidentManager)], "reason": "Need to know." });
    manager.does(&id, "restrict", only);
    officer
        .get(&format!("incidents/{id}"))
        .problem(404, "not-found");
    let glass = format!("incidents/{id}/break-glass");
    app.agent()
        .post(&glass, json!({ "reason": "Curious." }))
        .is(404);
    officer
        .post(
            &glass,
            json!({ "reason": "The manager cannot be reached." }),
        )
        .is(200);
    assert_eq!(
        officer.sees(&id).text_at("/title"),
        "A board member is blackmailed"
    );
    let access = manager.get(&format!("incidents/{id}/access")).is(200);
    assert_eq!(access.at("/count"), 2);
    assert_eq!(access.each("/readers", "why"), ["member", "broken_glass"]);
    let alarms = app.auditor().get("alarms").is(200);
    assert_eq!(alarms.each("/items", "subject"), [id.as_str()]);
    assert!(!alarms.text.contains("blackmailed"));
    app.hours_later(2);
    officer.get(&format!("incidents/{id}")).is(404);
    app.administrator().get(&format!("incidents/{id}")).is(404);
}

fn reclassified(app: &TestApp) {
    let (agent, officer) = (app.agent(), app.officer());
    let id = agent.declare("Slow mail");
    for (kind, finding) in [("service", "yes"), ("security", "no")] {
        let verdict = json!({ "kind": kind, "finding": finding, "reason": "Load." });
        agent.does(&id, "assess", verdict);
    }
    let verdict = json!({ "kind": "security", "finding": "yes", "reason": "A rule forwards it." });
    officer.does(&id, "assess", verdict);
    assert_eq!(
        agent.get("incidents?security_is=yes").each("/items", "id"),
        [id.as_str()]
    );
    // Whoever gave a security verdict does not take it back alone.
    let back = json!({ "kind": "security", "finding": "no", "reason": "Mistaken." });
    let path = format!("incidents/{id}/assess");
    officer
        .post(&path, back.clone())
        .problem(403, "second-person-needed");
    app.manager().post(&path, back).is(200);
    let kinds = officer
        .get(&format!("incidents/{id}/timeline"))
        .is(200)
        .each("/items", "kind");
    let given = kinds
        .iter()
        .filter(|k| *k == "incident.verdict_given")
        .count();
    assert_eq!(given, 4);
}

fn reopened(app: &TestApp) {
    let (agent, reporter) = (app.agent(), app.reporter());
    let body = json!({
        "title": "No printing", "impact": "minor", "urgency": "low",
        "reporter": app.id(Role::Reporter), "category": "hardware",
    });
    let id = agent.post("incidents", body).is(201).text_at("/id");
    for (kind, finding) in [("service", "yes"), ("security", "no")] {
        agent.does(
            &id,
            "assess",
            json!({ "kind": kind, "finding": finding, "reason": "Paper." }),
        );
    }
    let resolve = json!({ "code": "fixed", "text": "Paper put in.", "cause": "human-error" });
    agent.does(&id, "resolve", resolve);
    agent
        .act(&format!("incidents/{id}/confirm"))
        .problem(403, "not-the-reporter");
    reporter.act(&format!("incidents/{id}/confirm")).is(200);
    agent.does(&id, "close", json!({}));
    agent
        .post(&format!("incidents/{id}/notes"), json!({ "text": "Late." }))
        .problem(409, "sealed");
    agent.does(&id, "add", json!({ "text": "The tray was bent." }));
    reporter.does(&id, "reopen", json!({ "reason": "Empty again." }));
    let flow = agent.get("reports/flow").is(200);
    assert_eq!(
        (flow.at("/reopened"), flow.at("/open")),
        (json!(1), json!(1))
    );
}

fn asleep(app: &TestApp) {
    let agent = app.agent();
    let id = agent.declare("Replace the fan");
    let until = app.now_plus(HOUR);
    agent.does(
        &id,
        "snooze",
        json!({ "until": until, "reason": "The part comes at noon." }),
    );
    assert_eq!(agent.sees(&id).text_at("/snoozed/until"), until);
    app.hours_later(2);
    app.wait(app.store.run_due_jobs()).unwrap();
    assert!(agent.sees(&id).at("/snoozed").is_null());
}
