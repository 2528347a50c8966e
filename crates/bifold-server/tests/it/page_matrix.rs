//! The authorisation matrix of the pages: every page × nine viewers × four states of the record,
//! as a browser asks. Whoever is not signed in is led to the sign-in page; whoever cannot read a
//! record gets the page for what is not there; whoever may not, the page that says so.

use crate::app::{Answer, TestApp};
use crate::matrix::{LETTERS, client, incident, places};
use crate::page_rows::{PageRow, elsewhere, of_an_incident};
use crate::rows::READ;
use bifold_domain::Role;
use bifold_server::{Method, Route, registry};
use serde_json::json;
use std::collections::BTreeMap;

crate::on_both! {
    every_page_admits_whom_it_should = matrix;
}

fn ask(app: &TestApp, role: Option<Role>, route: &Route, path: &str, form: &str) -> Answer {
    let client = client(app, role).with("accept", "text/html");
    if route.method == Method::Get {
        return client.get(path);
    }
    let kind = "application/x-www-form-urlencoded";
    let client = client.with("content-type", kind);
    client.send("POST", path, Some(form.as_bytes().to_vec()))
}

fn leads_to_sign_in(answer: &Answer) -> bool {
    answer.status == 303 && answer.header("location").starts_with("/sign-in")
}

/// Let in means: whatever then came of it was decided about the content.
fn is_let_in(answer: &Answer) -> bool {
    matches!(answer.status, 200 | 303 | 409 | 422) && !leads_to_sign_in(answer)
}

fn matrix(app: &TestApp) {
    let routes: BTreeMap<&str, Route> = registry().into_iter().map(|r| (r.name, r)).collect();
    for (letter, role) in LETTERS {
        for state in ["open", "restricted", "member", "own"] {
            let reads = match state {
                "open" => READ.contains(letter),
                "restricted" => false,
                _ => letter != '-',
            };
            let shared = incident(app, role, state);
            for row in of_an_incident() {
                incident_row(app, &routes, &row, (letter, role), (state, &shared, reads));
            }
        }
        let places = places(app);
        for row in elsewhere() {
            other_row(app, &routes[row.name], &row, (letter, role), &places);
        }
    }
}

fn incident_row(
    app: &TestApp,
    routes: &BTreeMap<&str, Route>,
    row: &PageRow,
    (letter, role): (char, Option<Role>),
    (state, shared, reads): (&str, &str, bool),
) {
    let route = &routes[row.name];
    let own = row.is_last.then(|| incident(app, role, state));
    let path = route
        .path
        .replace("{id}", own.as_deref().unwrap_or(shared))
        .replace("{kind}", "service")
        .replace("{*verb}", "acknowledge");
    let form = if row.form.contains("{other}") {
        row.form.replace("{other}", &incident(app, role, state))
    } else {
        row.form.clone()
    };
    let answer = ask(app, role, route, &path, &form);
    let fits = match (letter, reads, row.may.contains(letter)) {
        ('-', _, _) => leads_to_sign_in(&answer),
        (_, false, _) => answer.status == 404,
        (_, true, true) => is_let_in(&answer),
        (_, true, false) => answer.status == 403,
    };
    let status = answer.status;
    assert!(fits, "{} for {letter} on {state}: {status}", row.name);
    is_a_page(&answer, row.name);
}

fn other_row(
    app: &TestApp,
    route: &Route,
    row: &PageRow,
    (letter, role): (char, Option<Role>),
    places: &[(&str, &str, String)],
) {
    let new = json!({ "title": "t" });
    let event = app.manager().post("events", new).is(201).text_at("/id");
    let fixed = [
        ("{id}", event.as_str()),
        ("{version}", "x"),
        ("{name}", "app.css"),
        ("{list}", "cause_codes"),
        ("{key}", "service"),
        ("{what}", "disable"),
        ("{*verb}", "override"),
    ];
    let named = places.iter().filter(|(name, ..)| row.name.contains(name));
    let named = named.map(|(_, from, to)| (*from, to.as_str()));
    let path = named
        .chain(fixed)
        .fold(route.path.to_owned(), |path, (from, to)| {
            path.replace(from, to)
        });
    let answer = ask(app, role, route, &path, &row.form);
    let status = answer.status;
    // The event of somebody else is not there for whoever does not read incidents.
    let hides = matches!(row.name, "page_event" | "page_triage_decide") && letter == 'R';
    // A list or a token of that name need not exist; what counts is who is let in.
    let is_of_nothing = matches!(row.name, "page_view_delete" | "page_settings_token_revoke");
    let fits = match (letter, row.may.contains(letter)) {
        (_, true) => is_let_in(&answer) || (status == 404 && is_of_nothing),
        ('-', false) => leads_to_sign_in(&answer),
        (_, false) if hides => status == 404,
        (_, false) => status == 403,
    };
    assert!(fits, "{} for {letter}: {status}", row.name);
    let is_file = matches!(row.name, "page_asset" | "page_worker" | "page_push_worker");
    if row.name != "page_palette" && !is_file {
        is_a_page(&answer, row.name);
    }
}

/// What a person gets is a page or leads to one, under a policy and kept by nobody.
#[track_caller]
fn is_a_page(answer: &Answer, name: &str) {
    if answer.status == 303 {
        assert!(answer.header("location").starts_with('/'), "{name}");
        return;
    }
    assert!(
        answer.header("content-type").starts_with("text/html"),
        "{name}"
    );
    assert_eq!(answer.header("cache-control"), "no-store", "{name}");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{name}: {policy}");
    assert!(
        !answer.text.contains(" style=\""),
        "{name} has inline style"
    );
}
