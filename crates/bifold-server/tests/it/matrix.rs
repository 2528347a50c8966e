//! The authorisation matrix: every route × nine viewers × four states of the record.
//!
//! The table below says, in its own words and independently of the code, who may. A route that
//! is in the router and not in this table fails the test, and so does a row without a route.

use crate::app::{Client, TestApp};
use bifold_domain::Role;
use bifold_server::{Method, Route, registry};
use serde_json::{Value, json};
use std::collections::BTreeMap;

crate::on_both! {
    every_route_admits_whom_it_should = matrix;
}

/// The viewers: nobody signed in, and one letter a role.
const LETTERS: [(char, Option<Role>); 9] = [
    ('-', None),
    ('R', Some(Role::Reporter)),
    ('A', Some(Role::Agent)),
    ('V', Some(Role::Resolver)),
    ('M', Some(Role::IncidentManager)),
    ('S', Some(Role::SecurityOfficer)),
    ('C', Some(Role::EvidenceCustodian)),
    ('U', Some(Role::Auditor)),
    ('D', Some(Role::Administrator)),
];
const ALL: &str = "RAVMSCUD";
const ANYONE: &str = "-RAVMSCUD";
const WORK: &str = "AVMSC";
const ASSESS: &str = "AVMS";
const TRIAGE: &str = "AMS";
const LEAD: &str = "MS";
const READ: &str = "AVMSCUD";
const AUDIT: &str = "UD";
const ADMIN: &str = "D";

/// What the body of a route is made of.
enum Body {
    None,
    Json(Value),
}

struct Row {
    name: &'static str,
    may: &'static str,
    body: Body,
    /// It changes who may or what may still be done: it gets a record of its own.
    is_last: bool,
}

fn row(name: &'static str, may: &'static str) -> Row {
    Row {
        name,
        may,
        body: Body::None,
        is_last: false,
    }
}

fn with(name: &'static str, may: &'static str, body: Value) -> Row {
    Row {
        name,
        may,
        body: Body::Json(body),
        is_last: false,
    }
}

fn last(name: &'static str, may: &'static str, body: Value) -> Row {
    Row {
        name,
        may,
        body: Body::Json(body),
        is_last: true,
    }
}

/// Routes of one incident: hidden from everybody who cannot read it.
fn of_an_incident(app: &TestApp, other: &str) -> Vec<Row> {
    let person = app.id(Role::IncidentManager);
    let because = || json!({ "reason": "r" });
    let remedy = || json!({ "text": "t" });
    let declare = json!({ "title": "t", "impact": "minor", "urgency": "low" });
    let until = app.now_plus(60_000_000);
    vec![
        row("incident", ALL),
        row("incident_timeline", ALL),
        row("incident_relatives", ALL),
        row("incident_access", ALL),
        row("incident_assessment", ALL),
        row("incident_acknowledge", WORK),
        with(
            "incident_assess",
            ASSESS,
            json!({ "kind": "service", "finding": "yes", "reason": "r" }),
        ),
        with(
            "incident_rate",
            ASSESS,
            json!({ "ratings": { "safety": "minor" }, "basis": "b" }),
        ),
        with(
            "incident_prioritise",
            ASSESS,
            json!({ "impact": "minor", "urgency": "low", "reason": "r" }),
        ),
        with(
            "incident_override_priority",
            WORK,
            json!({ "to": 1, "reason": "r" }),
        ),
        with("incident_classify", WORK, json!({ "category": "software" })),
        with("incident_assign", TRIAGE, json!({ "person": person })),
        row("incident_take", WORK),
        row("incident_start", WORK),
        with(
            "incident_hold",
            WORK,
            json!({ "on": "user", "reason": "r" }),
        ),
        row("incident_resume", WORK),
        with(
            "incident_lane",
            TRIAGE,
            json!({ "kind": "service", "owner": person }),
        ),
        with("incident_note", WORK, json!({ "text": "t" })),
        with("incident_workaround", WORK, remedy()),
        with("incident_fix", WORK, remedy()),
        with("incident_mitigate", WORK, json!({})),
        with(
            "incident_amend",
            WORK,
            json!({ "title": "t2", "reason": "r" }),
        ),
        with(
            "incident_times",
            WORK,
            json!({ "times": {}, "reason": "r" }),
        ),
        with(
            "incident_role",
            TRIAGE,
            json!({ "role": "scribe", "to": person }),
        ),
        with(
            "incident_relate",
            WORK,
            json!({ "kind": "related", "other": other }),
        ),
        with(
            "incident_unrelate",
            WORK,
            json!({ "kind": "related", "other": other }),
        ),
        with("incident_parent", WORK, json!({ "parent": null })),
        with("incident_unmerge", WORK, because()),
        with(
            "incident_snooze",
            WORK,
            json!({ "until": until, "reason": "r" }),
        ),
        row("incident_wake", WORK),
        with(
            "incident_track",
            "MSC",
            json!({ "track": "containment", "to": "started" }),
        ),
        with("incident_label", WORK, json!({ "tlp": "red" })),
        with("incident_split", ASSESS, declare),
        with("task_add", WORK, json!({ "lane": "service", "title": "t" })),
        with(
            "incident_major_propose",
            WORK,
            json!({ "criteria": ["safety"], "reason": "r" }),
        ),
        with(
            "incident_major_promote",
            LEAD,
            json!({ "responsible": person, "reason": "r" }),
        ),
        with("incident_major_decline", LEAD, because()),
        with("incident_major_stand_down", LEAD, because()),
        with("incident_add", WORK, remedy()),
        with(
            "incident_resolve",
            WORK,
            json!({ "code": "fixed", "text": "t" }),
        ),
        last("incident_close", TRIAGE, json!({})),
        last(
            "incident_reject",
            TRIAGE,
            json!({ "ground": "benign", "reason": "r" }),
        ),
        last(
            "incident_convert",
            TRIAGE,
            json!({ "reference": "REQ-1", "reason": "r" }),
        ),
        last("incident_cancel", TRIAGE, because()),
        last(
            "incident_merge",
            WORK,
            json!({ "into": other, "reason": "r" }),
        ),
        last(
            "incident_restrict",
            LEAD,
            json!({ "people": [person], "reason": "r" }),
        ),
        last("incident_unrestrict", LEAD, because()),
    ]
}

/// Routes that are not about one incident.
fn elsewhere(app: &TestApp) -> Vec<Row> {
    let entry = |key: &str| json!({ "key": key, "name": "n", "criticality": "vital" });
    let asset = json!({ "name": "n", "type": "vm" });
    let person = json!({ "name": "n", "email": "new@example.org", "roles": ["reporter"] });
    let declare = json!({ "title": "t", "impact": "minor", "urgency": "low" });
    let decision = json!({ "outcome": "weakness", "reason": "r" });
    let password = json!({ "password": "a long enough password" });
    vec![
        row("livez", ANYONE),
        row("readyz", ANYONE),
        row("version", ANYONE),
        row("openapi", ANYONE),
        row("ledger_checkpoint", ANYONE),
        row("ledger_vkey", ANYONE),
        row("log_checkpoint", ANYONE),
        row("log_tile", ANYONE),
        row("log_entries", AUDIT),
        row("log_entry", AUDIT),
        row("log_proof", AUDIT),
        row("me", ALL),
        row("tokens", ALL),
        with("token_create", ALL, json!({ "name": "t" })),
        row("token_revoke", ALL),
        row("incidents", ALL),
        row("incidents_csv", ALL),
        with("incident_declare", ASSESS, declare),
        row("events", ALL),
        row("event", READ),
        with("event_receive", "RAVMSCD", json!({ "title": "t" })),
        with("event_decide", TRIAGE, decision),
        row("services", ALL),
        row("service", ALL),
        with("service_offer", ADMIN, entry("k2")),
        with("service_revise", ADMIN, entry("k1")),
        row("service_retire", ADMIN),
        row("assets", READ),
        row("asset", READ),
        with("asset_enrol", ADMIN, asset.clone()),
        with("asset_revise", ADMIN, asset),
        row("asset_retire", ADMIN),
        row("teams", ALL),
        with("team_form", ADMIN, json!({ "name": "t2" })),
        with(
            "team_set_members",
            ADMIN,
            json!({ "members": [app.id(Role::Agent)] }),
        ),
        row("people", ALL),
        with("person_register", ADMIN, person),
        with(
            "person_change_roles",
            ADMIN,
            json!({ "roles": ["reporter"] }),
        ),
        row("person_enable", ADMIN),
        row("person_disable", ADMIN),
        with("person_password", ADMIN, password),
        row("policy", ALL),
        with(
            "policy_set",
            ADMIN,
            json!({ "set": "cause_codes", "value": ["unknown"] }),
        ),
        row("search", ALL),
        row("report_matrix", ALL),
        row("report_flow", ALL),
        row("report_outcomes", ALL),
        row("alarms", "MSU"),
    ]
}

/// Routes with a rule of their own, tested beside the matrix.
const APART: &[&str] = &[
    // Signing in and out: `authentication`.
    "sign_in",
    "sign_out",
    // The reporter's own: below. The tasks of a lane: below.
    "incident_confirm",
    "incident_reopen",
    "task_give",
    "task_finish",
    "task_drop",
    // The one command for those who cannot read: below.
    "incident_break_glass",
];

fn call(client: &Client<'_>, route: &Route, path: &str, body: &Body) -> u16 {
    let method = route.method.as_str();
    match (route.method, body) {
        (Method::Get | Method::Delete, _) => client.send(method, path, None).status,
        (_, Body::None) => client.send(method, path, Some(Vec::new())).status,
        (_, Body::Json(json)) => client.json(method, path, json).status,
    }
}

/// Let in means: whatever then came of it was decided about the content.
fn is_let_in(status: u16) -> bool {
    matches!(status, 200 | 201 | 204 | 409 | 422)
}

fn client(app: &TestApp, role: Option<Role>) -> Client<'_> {
    role.map_or_else(|| app.anonymous(), |role| app.as_role(role))
}

fn matrix(app: &TestApp) {
    let routes: BTreeMap<&str, Route> = registry().into_iter().map(|r| (r.name, r)).collect();
    let other = app.manager().declare("Other");
    let (ours, theirs) = (of_an_incident(app, &other), elsewhere(app));
    let mut known: Vec<&str> = ours.iter().chain(&theirs).map(|row| row.name).collect();
    known.extend(APART);
    known.sort_unstable();
    let all: Vec<&str> = routes.keys().copied().collect();
    assert_eq!(known, all, "every route is in the matrix, and nothing else");
    for (letter, role) in LETTERS {
        for state in ["open", "restricted", "member", "own"] {
            incident_rows(app, &routes, &ours, letter, role, state);
        }
    }
    apart(app);
    for (letter, role) in LETTERS {
        other_rows(app, &routes, &theirs, letter, role);
    }
}

/// An incident in this state, seen from this role.
fn incident(app: &TestApp, role: Option<Role>, state: &str) -> String {
    let me = app.id(role.unwrap_or(Role::Reporter));
    let manager = app.id(Role::EvidenceCustodian);
    // Nobody is let in by accident: the restricted ones name a person outside of the roles.
    let mut body = json!({ "title": state, "impact": "moderate", "urgency": "medium" });
    match state {
        "restricted" if role == Some(Role::EvidenceCustodian) => {
            body["compartment"] = json!({ "people": [app.id(Role::Reporter)] });
        }
        "restricted" => body["compartment"] = json!({ "people": [manager] }),
        "member" => body["compartment"] = json!({ "people": [me] }),
        "own" => body["reporter"] = json!(me),
        _ => {}
    }
    app.manager().post("incidents", body).is(201).text_at("/id")
}

fn incident_rows(
    app: &TestApp,
    routes: &BTreeMap<&str, Route>,
    rows: &[Row],
    letter: char,
    role: Option<Role>,
    state: &str,
) {
    let client = client(app, role);
    let shared = incident(app, role, state);
    let reads = match state {
        "open" => READ.contains(letter),
        "restricted" => false,
        _ => letter != '-',
    };
    for row in rows {
        let route = &routes[row.name];
        let own = row.is_last.then(|| incident(app, role, state));
        let path = route
            .path
            .replace("{id}", own.as_deref().unwrap_or(&shared));
        let status = call(&client, route, &path, &row.body);
        let fits = match (letter, reads, row.may.contains(letter)) {
            ('-', _, _) => status == 401,
            (_, false, _) => status == 404,
            (_, true, true) => is_let_in(status),
            (_, true, false) => status == 403,
        };
        assert!(fits, "{} for {letter} on {state}: {status}", row.name);
    }
}

fn other_rows(
    app: &TestApp,
    routes: &BTreeMap<&str, Route>,
    rows: &[Row],
    letter: char,
    role: Option<Role>,
) {
    let places = places(app);
    for row in rows {
        let route = &routes[row.name];
        let path = places
            .iter()
            .fold(route.path.to_owned(), |path, (name, from, to)| {
                if row.name.starts_with(name) {
                    path.replace(from, to)
                } else {
                    path
                }
            });
        let path = if row.name == "search" {
            format!("{path}?q=x")
        } else {
            path
        };
        let status = call(&client(app, role), route, &path, &row.body);
        let hides = matches!(row.name, "event" | "event_decide") && letter == 'R';
        let fits = match (letter, row.may.contains(letter)) {
            // A token or a tile of that name need not exist; what counts is who is let in.
            (_, true) => is_let_in(status) || (status == 404 && row.name == "token_revoke"),
            ('-', false) => status == 401,
            (_, false) if hides => status == 404,
            (_, false) => status == 403,
        };
        assert!(fits, "{} for {letter}: {status}", row.name);
    }
}

/// What stands for the parameters of a path, by the beginning of the route's name.
fn places(app: &TestApp) -> Vec<(&'static str, &'static str, String)> {
    let admin = app.administrator();
    let unique = app.store.shell().ids.next().to_string();
    let entry = json!({ "key": unique, "name": "n", "criticality": "vital" });
    let service = admin.post("services", entry).is(201).text_at("/id");
    let asset = json!({ "name": "n", "type": "vm" });
    let asset = admin.post("assets", asset).is(201).text_at("/id");
    let team = admin
        .post("teams", json!({ "name": unique }))
        .is(201)
        .text_at("/id");
    let email = format!("{unique}@example.org");
    let person = json!({ "name": "n", "email": email, "roles": ["reporter"] });
    let person = admin.post("people", person).is(201).text_at("/id");
    let event = app
        .manager()
        .post("events", json!({ "title": "t" }))
        .is(201)
        .text_at("/id");
    app.signed();
    let log = app.wait(app.store.log_state()).unwrap().log.to_string();
    vec![
        ("service", "{id}", service),
        ("asset", "{id}", asset),
        ("team", "{id}", team),
        ("person", "{id}", person),
        ("event", "{id}", event),
        ("token", "{id}", "none".to_owned()),
        ("log_", "{log}", log),
        ("log_", "{level}", "0".to_owned()),
        ("log_", "{*index}", "000.p/1".to_owned()),
        ("log_", "{index}", "0".to_owned()),
    ]
}

/// What follows other rules than role and record.
fn apart(app: &TestApp) {
    for (letter, role) in LETTERS {
        let client = client(app, role);
        let status = |id: &str, verb: &str, body: Value| {
            client.post(&format!("incidents/{id}/{verb}"), body).status
        };
        let because = || json!({ "reason": "r" });
        let hidden = incident(app, role, "restricted");
        let expected = match letter {
            '-' => 401,
            'M' | 'S' => 200,
            _ => 404,
        };
        assert_eq!(
            status(&hidden, "break-glass", because()),
            expected,
            "break-glass for {letter}"
        );
        let open = incident(app, role, "open");
        let expected = match letter {
            '-' => 401,
            'R' => 404,
            // Declared, and so reported, by the manager: not resolved yet.
            'M' => 409,
            _ => 403,
        };
        assert_eq!(
            status(&open, "confirm", json!({})),
            expected,
            "confirm for {letter}"
        );
        let own = incident(app, role, "own");
        let expected = if letter == '-' { 401 } else { 409 };
        assert_eq!(
            status(&own, "confirm", json!({})),
            expected,
            "own confirm for {letter}"
        );
        assert_eq!(
            status(&own, "reopen", because()),
            expected,
            "own reopen for {letter}"
        );
        tasks(app, letter, &client);
    }
}

/// The tasks of a sensitive lane are for those who work there, and nothing for everybody else.
fn tasks(app: &TestApp, letter: char, client: &Client<'_>) {
    let officer = app.officer();
    let id = officer.declare("Tasks");
    let verdict = json!({ "kind": "security", "finding": "yes", "reason": "r" });
    officer.does(&id, "assess", verdict);
    let path = format!("incidents/{id}/tasks");
    let owner = app.id(Role::SecurityOfficer);
    for (verb, body) in [
        ("give", json!({ "owner": owner })),
        ("finish", json!({ "outcome": "o" })),
        ("drop", json!({ "outcome": "o" })),
    ] {
        let new = json!({ "lane": "security", "title": "t" });
        let task = officer.post(&path, new).is(201).text_at("/task");
        let status = client.post(&format!("{path}/{task}/{verb}"), body).status;
        let expected = match letter {
            '-' => status == 401,
            'M' | 'S' | 'C' => is_let_in(status),
            'A' | 'V' | 'R' => status == 404,
            _ => status == 403,
        };
        assert!(expected, "{verb} for {letter}: {status}");
    }
}
