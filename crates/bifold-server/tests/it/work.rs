//! Operation ids, versions, pages, export, signals, the directory.

use crate::app::TestApp;
use bifold_domain::Role;
use serde_json::json;

crate::on_both! {
    the_same_operation_twice_has_one_effect = idempotency;
    a_stale_version_is_a_conflict_with_both_versions = stale;
    pages_follow_each_other_without_gaps = pages;
    an_export_is_a_table_without_formulas = export;
    a_signal_repeated_is_the_same_event = signals;
    the_directory_is_kept_by_administrators = directory;
    policy_is_data_and_its_changes_are_facts = policy;
    ones_tasks_of_all_incidents_are_one_list = tasks;
    search_finds_words_and_pages = search;
}

fn idempotency(app: &TestApp) {
    let agent = app.agent().with("idempotency-key", "form-1");
    let body = json!({ "title": "Once", "impact": "minor", "urgency": "low" });
    let first = agent.post("incidents", body.clone()).is(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    let again = agent.post("incidents", body.clone()).is(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.value(), first.value());
    assert_eq!(again.header("location"), first.header("location"));
    let other = json!({ "title": "Twice", "impact": "minor", "urgency": "low" });
    agent
        .post("incidents", other)
        .problem(422, "operation-reused");
    // The same key of somebody else is another operation.
    let manager = app.manager().with("idempotency-key", "form-1");
    let theirs = manager.post("incidents", body).is(201);
    assert_ne!(theirs.text_at("/id"), first.text_at("/id"));
    assert_eq!(app.agent().get("incidents").each("/items", "id").len(), 2);
    // A task that a repetition names is the one that was made.
    let path = format!("incidents/{}/tasks", first.text_at("/id"));
    let task = json!({ "lane": "service", "title": "Look" });
    let verdict = json!({ "kind": "service", "finding": "yes", "reason": "Yes." });
    app.agent().does(&first.text_at("/id"), "assess", verdict);
    let agent = app.agent().with("idempotency-key", "task-1");
    let made = agent.post(&path, task.clone()).is(201).text_at("/task");
    assert_eq!(agent.post(&path, task).is(201).text_at("/task"), made);
    let lanes = app.agent().sees(&first.text_at("/id"));
    assert!(lanes.text.contains(&made));
}

fn stale(app: &TestApp) {
    let agent = app.agent();
    let id = agent.declare("Race");
    let seen = agent.sees(&id).header("etag");
    assert_eq!(seen, "\"1\"");
    let path = format!("incidents/{id}/acknowledge");
    agent.clone().with("if-match", &seen).act(&path).is(200);
    let late = app
        .manager()
        .with("if-match", &seen)
        .act(&format!("incidents/{id}/take"));
    let late = late.problem(409, "stale");
    assert_eq!(
        (late.at("/seen_version"), late.at("/actual_version")),
        (json!(1), json!(2))
    );
    let fresh = app
        .manager()
        .with("if-match", "\"2\"")
        .act(&format!("incidents/{id}/take"));
    assert_eq!(fresh.is(200).header("etag"), "\"3\"");
}

fn pages(app: &TestApp) {
    let agent = app.agent();
    let mut ids: Vec<String> = (0..7)
        .map(|n| agent.declare(&format!("Number {n}")))
        .collect();
    for (order, expected) in [
        ("urgent", ids.clone()),
        ("newest", {
            ids.reverse();
            ids
        }),
    ] {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = agent
                .get(&format!("incidents?order={order}&limit=3{cursor}"))
                .is(200);
            found.extend(page.each("/items", "id"));
            match page.at("/next") {
                serde_json::Value::String(next) => cursor = format!("&cursor={next}"),
                _ => break,
            }
        }
        assert_eq!(found, expected, "{order}");
    }
    agent.get("incidents?limit=201").problem(422, "query");
    agent.get("incidents?cursor=nonsense").problem(422, "query");
    agent.get("incidents?colour=red").problem(422, "query");
    agent.get("incidents?stage=gone").problem(422, "query");
    let id = &agent.get("incidents?limit=1").each("/items", "id")[0].clone();
    agent.act(&format!("incidents/{id}/take")).is(200);
    assert_eq!(
        agent.get("incidents?assignee=me").each("/items", "id"),
        [id.as_str()]
    );
    let first = agent
        .get(&format!("incidents/{id}/timeline?limit=1"))
        .is(200);
    let rest = agent.get(&format!(
        "incidents/{id}/timeline?after={}",
        first.text_at("/next")
    ));
    assert_eq!(rest.is(200).at("/next"), serde_json::Value::Null);
}

fn export(app: &TestApp) {
    app.agent().declare("=HYPERLINK(\"http://evil\")");
    let csv = app.agent().get("incidents.csv?open=true").is(200);
    assert_eq!(
        csv.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    assert!(
        csv.text.contains("\"'=HYPERLINK(\"\"http://evil\"\")\""),
        "{}",
        csv.text
    );
    assert_eq!(csv.text.lines().count(), 2);
    assert_eq!(
        app.reporter()
            .get("incidents.csv")
            .is(200)
            .text
            .lines()
            .count(),
        1
    );
}

fn signals(app: &TestApp) {
    let signal = json!({
        "title": "Disk full on db-1",
        "signal": { "source": "alertmanager", "external_id": "f00d" },
    });
    let reporter = app.reporter();
    let first = reporter
        .post("events", signal.clone())
        .is(201)
        .text_at("/id");
    let again = reporter.post("events", signal.clone()).is(200);
    assert_eq!(
        (again.text_at("/id"), again.at("/is_repetition")),
        (first.clone(), json!(true))
    );
    let benign = json!({ "outcome": "not_an_incident", "ground": "benign", "reason": "Cleaned." });
    app.agent()
        .post(&format!("events/{first}/decision"), benign)
        .is(200);
    let later = reporter
        .post("events", signal.clone())
        .is(201)
        .text_at("/id");
    assert_ne!(later, first);
    let declare = json!({
        "outcome": "declare", "reason": "Again.",
        "declare": { "title": "Disk", "impact": "minor", "urgency": "low" },
    });
    app.agent()
        .post(&format!("events/{later}/decision"), declare)
        .is(200);
    assert_eq!(
        reporter.post("events", signal).is(200).text_at("/id"),
        later
    );
    let list = app
        .agent()
        .get("events?source=alertmanager&external_id=f00d")
        .is(200);
    assert_eq!(list.each("/items", "id"), [later, first]);
}

fn directory(app: &TestApp) {
    let admin = app.administrator();
    let members = json!([app.id(Role::Resolver)]);
    let team = admin
        .post("teams", json!({ "name": "Network", "members": members }))
        .is(201);
    let team = team.text_at("/id");
    let entry = json!({ "key": "pay", "name": "Payments", "criticality": "vital", "owner": team });
    let service = admin.post("services", entry.clone()).is(201).text_at("/id");
    app.agent()
        .post("services", entry)
        .problem(403, "not-permitted");
    let seen = app.reporter().get(&format!("services/{service}")).is(200);
    assert_eq!(seen.text_at("/owner/name"), "Network");
    let revised = json!({ "key": "pay", "name": "Pay", "criticality": "vital" });
    let tag = seen.header("etag");
    let path = format!("services/{service}");
    admin
        .clone()
        .with("if-match", &tag)
        .put(&path, revised.clone())
        .is(200);
    admin
        .clone()
        .with("if-match", &tag)
        .put(&path, revised)
        .problem(409, "stale");
    let asset = json!({ "name": "db-1", "type": "vm", "services": [service] });
    let asset = admin.post("assets", asset).is(201).text_at("/id");
    assert_eq!(
        app.agent().get("assets").is(200).each("/items", "name"),
        ["db-1"]
    );
    assert_eq!(
        app.agent()
            .get(&format!("assets/{asset}"))
            .text_at("/services/0/key"),
        "pay"
    );
    admin.act(&format!("assets/{asset}/retire")).is(200);
    admin.act(&format!("services/{service}/retire")).is(200);
    // A change of roles holds from the next request on.
    let resolver = app.as_role(Role::Resolver);
    resolver.get("alarms").is(403);
    let path = format!("people/{}/roles", app.id(Role::Resolver));
    admin.put(&path, json!({ "roles": ["auditor"] })).is(200);
    resolver.get("alarms").is(200);
    admin
        .act(&format!("people/{}/disable", app.id(Role::Resolver)))
        .is(200);
    resolver.get("me").problem(401, "signed-out");
    admin
        .act(&format!("people/{}/enable", app.id(Role::Resolver)))
        .is(200);
    assert_eq!(resolver.get("me").is(200).at("/teams/0/name"), "Network");
    admin
        .put(&format!("teams/{team}/members"), json!({ "members": [] }))
        .is(200);
    assert_eq!(resolver.get("me").is(200).at("/teams"), json!([]));
    assert!(
        !app.agent()
            .get("people")
            .is(200)
            .text
            .contains("@example.org")
    );
    assert!(admin.get("people").is(200).text.contains("@example.org"));
}

fn policy(app: &TestApp) {
    let tag = app.agent().get("policy").is(200).header("etag");
    let codes = json!({ "set": "cause_codes", "value": ["weather", "unknown"] });
    app.agent()
        .post("policy", codes.clone())
        .problem(403, "not-permitted");
    let done = app.administrator().post("policy", codes).is(200);
    assert_eq!(
        done.text_at("/ledger/entries/0/kind"),
        "policy.cause_codes_set"
    );
    let now = app.agent().get("policy").is(200);
    assert_eq!(now.at("/cause_codes/value/0"), "weather");
    assert_ne!(now.header("etag"), tag);
}

fn search(app: &TestApp) {
    let agent = app.agent();
    let (a, b) = (
        agent.declare("Router overheats"),
        agent.declare("Router rebooted"),
    );
    let found = agent.get("search?q=router").is(200);
    assert_eq!(found.each("/items", "id"), [b.clone(), a.clone()]);
    let first = agent.get("search?q=rout&limit=1").is(200);
    let path = format!("search?q=rout&limit=1&cursor={}", first.text_at("/next"));
    assert_eq!(agent.get(&path).is(200).each("/items", "id"), [a]);
    assert_eq!(
        app.reporter().get("search?q=router").is(200).at("/items"),
        json!([])
    );
    agent.get("search").problem(422, "query");
}

fn tasks(app: &TestApp) {
    let (officer, resolver) = (app.officer(), app.as_role(Role::Resolver));
    let me = app.id(Role::Resolver);
    let late = officer.declare("Late");
    let soon = officer.declare("Soon");
    let security = json!({ "kind": "security", "finding": "yes", "reason": "Yes." });
    officer.does(&soon, "assess", security);
    let give = |incident: &str, lane: &str, title: &str, due: Option<i64>| {
        let due = due.map(|minutes| app.now_plus(minutes * 60_000_000));
        let task = json!({ "lane": lane, "title": title, "owner": me, "due": due });
        let path = format!("incidents/{incident}/tasks");
        officer.post(&path, task).is(201).text_at("/task")
    };
    let service = json!({ "kind": "service", "finding": "yes", "reason": "Yes." });
    officer.does(&late, "assess", service.clone());
    officer.does(&soon, "assess", service);
    give(&late, "service", "Whenever", None);
    give(&late, "service", "In an hour", Some(60));
    let first = give(&soon, "service", "At once", Some(5));
    give(&soon, "security", "Behind the curtain", Some(1));
    let mine = resolver.get("tasks").is(200);
    assert_eq!(
        mine.each("/items", "title"),
        ["At once", "In an hour", "Whenever"]
    );
    let day = resolver
        .clone()
        .with("accept", "text/html")
        .get("/")
        .is(200)
        .text;
    assert!(day.contains("At once") && !day.contains("Behind the curtain"));
    // A seat in the lane opens it.
    let seat = json!({ "kind": "security", "owner": me });
    officer.does(&soon, "lane", seat);
    assert_eq!(resolver.get("tasks").each("/items", "title").len(), 4);
    let path = format!("incidents/{soon}/tasks/{first}/finish");
    resolver.post(&path, json!({ "outcome": "Done." })).is(200);
}
