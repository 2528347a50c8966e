//! The authorisation matrix: every route × nine viewers × four states of the record.
//!
//! The table below says, in its own words and independently of the code, who may. A route that
//! is in the router and not in this table fails the test, and so does a row without a route.

use crate::app::{Client, TestApp};
use crate::page_rows;
use crate::rows::{Body, READ, Row, elsewhere, of_an_incident};
use bifold_domain::Role;
use bifold_server::{Method, Route, registry};
use serde_json::{Value, json};
use std::collections::BTreeMap;

crate::on_both! {
    every_route_admits_whom_it_should = matrix;
}

/// The viewers: nobody signed in, and one letter a role.
pub(crate) const LETTERS: [(char, Option<Role>); 9] = [
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
/// Routes with a rule of their own, tested beside the matrix.
const APART: &[&str] = &[
    // Signing in and out: `authentication`.
    "sign_in",
    "sign_out",
    // Takes two people: `ledger`.
    "redaction_approve",
    // The reporter's own: below. The tasks of a lane: below.
    "incident_confirm",
    "incident_reopen",
    "task_give",
    "task_finish",
    "task_drop",
    // Who decides at the gate, and who signs for it: `gate`.
    "action_advise",
    "action_captured",
    "action_capture_first",
    "action_go_now",
    "action_ask_security",
    "action_perform",
    "action_withdraw",
    "action_elapse",
    "action_review",
    "service_order",
    "service_order_sign",
    // Who may what with evidence: `evidence_rights`.
    "evidence",
    "evidence_custody",
    "evidence_assign",
    "evidence_describe",
    "evidence_forgo",
    "evidence_collect",
    "evidence_seal",
    "evidence_content",
    "evidence_download",
    "evidence_upload",
    "evidence_upload_state",
    "evidence_part",
    "evidence_upload_finish",
    "evidence_view",
    "evidence_check_out",
    "evidence_check_in",
    "evidence_offer",
    "evidence_accept",
    "evidence_decline",
    "evidence_retract",
    "evidence_note",
    "evidence_label",
    "evidence_hold",
    "evidence_lift",
    "evidence_verify",
    "evidence_derive",
    "incident_bundle",
    "release_request",
    "disposal_request",
    "request_approve",
    "request_refuse",
    "request_carry_out",
    // For those whom it was asked of: `on_call`.
    "schedule_swap_accept",
    "schedule_swap_decline",
    "schedule_swap_withdraw",
    "schedule_hand_over_accept",
    // One's own channels, and webhooks for administrators, each to be made first: `telling`.
    "channel_change",
    "channel_renew",
    "channel_remove",
    "channel_test",
    "channel_verify",
    "webhook_remove",
    "webhook_log",
    "webhook_replay",
    "webhook_test",
    "webhook_secret",
    // Known by secrets, not by people; and what hangs on a secret or a delivery: `intake`.
    "signal_in",
    "signal_in_by_path",
    "signal_in_logs",
    "signal_in_handshake",
    "signal_in_enqueue",
    "source_secret_withdraw",
    "source_delivery_body",
    "source_delivery_replay",
    // For those who are named for them, and not for whom the reporter excluded: `voice`.
    "disclosures",
    "disclosure_summary",
    "disclosure_requests",
    "disclosure",
    "disclosure_assign",
    "disclosure_acknowledge",
    "disclosure_answer",
    "disclosure_note",
    "disclosure_feedback",
    "disclosure_refer",
    "disclosure_close",
    "disclosure_reopen",
    "disclosure_ask_identity",
    "disclosure_grant_identity",
    "disclosure_refuse_identity",
    "disclosure_show_identity",
    "disclosure_delete_identity",
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
    matches!(status, 200 | 201 | 202 | 204 | 409 | 422)
}

pub(crate) fn client(app: &TestApp, role: Option<Role>) -> Client<'_> {
    role.map_or_else(|| app.anonymous(), |role| app.as_role(role))
}

fn matrix(app: &TestApp) {
    let routes: BTreeMap<&str, Route> = registry().into_iter().map(|r| (r.name, r)).collect();
    let other = app.manager().declare("Other");
    let (ours, theirs) = (of_an_incident(app, &other), elsewhere(app));
    let mut known: Vec<&str> = ours.iter().chain(&theirs).map(|row| row.name).collect();
    known.extend(APART);
    let pages = [page_rows::of_an_incident(), page_rows::elsewhere()].concat();
    known.extend(pages.iter().map(|row| row.name));
    known.extend(page_rows::APART);
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
pub(crate) fn incident(app: &TestApp, role: Option<Role>, state: &str) -> String {
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
        let hidden = [
            "event",
            "event_decide",
            "schedule",
            "schedule_shifts",
            "schedule_calendar",
        ];
        let hides = hidden.contains(&row.name) && letter == 'R';
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
pub(crate) fn places(app: &TestApp) -> Vec<(&'static str, &'static str, String)> {
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
    let schedule = crate::on_call::made(app, &unique);
    let chain = crate::on_call::chain(app, &unique, 5);
    let chain = admin.post("chains", chain).is(201).text_at("/id");
    let source = json!({ "name": unique, "format": "alertmanager" });
    let source = admin.post("sources", source).is(201).text_at("/id");
    let day = |days: i64| app.now_plus(days * 86_400_000_000);
    let plan = json!({ "title": "t", "services": [service], "from": day(1), "until": day(2) });
    let maintenance = admin.post("maintenances", plan).is(201).text_at("/id");
    let page = admin.post(
        "status-pages",
        crate::rows::status_page(&format!("p{unique}")),
    );
    let page = page.is(201).text_at("/id");
    let fed = json!({ "set": "calendar", "value": {
        "key": "fed", "name": "Fed", "holidays": { "address": "https://example.org/days.ics" },
        "calendar": { "zone": "UTC", "week": [[], [], [], [], [], [], []] },
    }});
    // The second time there is nothing to change.
    admin.post("policy", fed);
    app.signed();
    let log = app.wait(app.store.log_state()).unwrap().log.to_string();
    vec![
        ("service", "{id}", service),
        ("asset", "{id}", asset),
        ("team", "{id}", team),
        ("person", "{id}", person),
        ("event", "{id}", event),
        ("schedule", "{id}", schedule),
        ("schedule", "{number}", "1".to_owned()),
        ("chain", "{id}", chain),
        ("source", "{id}", source),
        ("status_page", "{id}", page),
        ("maintenance", "{id}", maintenance),
        ("maintenance", "{verb}", "extend".to_owned()),
        ("token", "{id}", "none".to_owned()),
        ("calendar", "{key}", "fed".to_owned()),
        ("holidays", "{key}", "fed".to_owned()),
        ("level", "{key}", "standard-p1".to_owned()),
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
        crate::gate::verbs(app, letter, &client);
        crate::gate::orders(app, letter, &client);
        crate::evidence_rights::verbs(app, letter, &client);
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
