//! The settings as people change them: by forms, with each change in the ledger.

use crate::app::{Answer, Client, TestApp};
use crate::report_pages::form;
use bifold_domain::{Role, ServiceId, TeamId};
use serde_json::json;

crate::on_both! {
    what_may_not_be_changed_is_not_listed_and_not_open = listed;
    every_change_of_the_directory_is_in_the_ledger = directory;
    every_change_of_the_policy_is_in_the_ledger = policy;
    what_is_refused_changes_nothing_and_says_why = refused;
    the_rules_of_the_gate_are_edited_row_by_row = gate;
    ones_own_look_password_and_tokens = own;
    alarms_and_ledger_are_for_those_who_look = looked_at;
}

const PASSWORD: &str = " correct horse battery ";

pub(crate) fn posted(client: &Client<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
    let client = client
        .clone()
        .with("sec-fetch-site", "same-origin")
        .with("accept", "text/html")
        .with("content-type", "application/x-www-form-urlencoded");
    client.send("POST", path, Some(form(fields)))
}

pub(crate) fn page(client: &Client<'_>, path: &str) -> Answer {
    client.clone().with("accept", "text/html").get(path)
}

fn size(app: &TestApp) -> u64 {
    app.wait(app.store.log_state()).unwrap().size
}

/// Sends a form that must change one thing, and gives where it leads.
fn changes(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> String {
    let before = size(app);
    let answer = posted(&app.administrator(), path, fields).is(303);
    assert_eq!(size(app), before + 1, "{path} is one entry of the ledger");
    assert!(
        answer.header("set-cookie").contains("said="),
        "{path} says what was done"
    );
    let to = answer.header("location");
    page(&app.administrator(), &to).is(200);
    to
}

fn listed(app: &TestApp) {
    const ALL: [&str; 13] = [
        "me",
        "services",
        "teams",
        "people",
        "matrix",
        "codes",
        "kinds",
        "levels",
        "calendars",
        "limits",
        "gate",
        "alarms",
        "ledger",
    ];
    for role in Role::ALL {
        let client = app.as_role(*role);
        let index = page(&client, "/settings").is(200).text;
        for section in ALL {
            let path = format!("/settings/{section}");
            let is_listed = index.contains(&format!("class=\"figure\" href=\"{path}\""));
            let expected = match section {
                "me" => true,
                "alarms" => matches!(
                    role,
                    Role::IncidentManager | Role::SecurityOfficer | Role::Auditor
                ),
                "ledger" => matches!(role, Role::Auditor | Role::Administrator),
                _ => *role == Role::Administrator,
            };
            assert_eq!(is_listed, expected, "{path} for {role}");
            let status = if expected { 200 } else { 403 };
            let shown = page(&client, &path).is(status);
            assert!(!shown.text.contains("style="), "no inline styles in {path}");
        }
    }
    let answer = page(&app.anonymous(), "/settings/me").is(303);
    assert_eq!(answer.header("location"), "/sign-in?next=/settings/me");
}

fn directory(app: &TestApp) {
    let offer = [
        ("name", "Payments"),
        ("key", "payments"),
        ("criticality", "vital"),
        ("owner", ""),
    ];
    changes(app, "/settings/services", &offer);
    let services = app.administrator().get("services").is(200);
    let service = services.text_at("/items/0/id");
    let path = format!("/settings/services/{service}");
    assert!(
        page(&app.administrator(), &path)
            .is(200)
            .text
            .contains("value=\"payments\"")
    );
    let revised = [
        ("name", "Card payments"),
        ("key", "payments"),
        ("criticality", "important"),
        ("description", "Cards.\r\nAnd refunds."),
    ];
    changes(app, &path, &revised);
    changes(app, &format!("{path}/retire"), &[]);
    let services = app.administrator().get("services").is(200);
    assert_eq!(services.text_at("/items/0/name"), "Card payments");
    assert_eq!(services.at("/items/0/is_retired"), true);

    let team = changes(app, "/settings/teams", &[("name", "Network")]);
    let members = [
        ("members[]", app.id(Role::Agent)),
        ("members[]", app.id(Role::Resolver)),
    ];
    changes(app, &team, &members);
    let teams = app.administrator().get("teams").is(200);
    assert_eq!(
        teams.each("/items/0/members", "name"),
        ["agent", "resolver"]
    );
    changes(app, &team, &[]);

    let new = [
        ("name", "Eve Example"),
        ("email", "eve@example.org"),
        ("roles[]", "agent"),
        ("roles[]", "reporter"),
    ];
    let person = changes(app, "/settings/people", &new);
    changes(
        app,
        &format!("{person}/do/roles"),
        &[("roles[]", "auditor")],
    );
    changes(
        app,
        &format!("{person}/password"),
        &[("password", PASSWORD)],
    );
    changes(app, &format!("{person}/do/disable"), &[]);
    assert!(page(&app.administrator(), &person).text.contains("barred"));
    changes(app, &format!("{person}/do/enable"), &[]);
    let shown = page(&app.officer(), "/settings/alarms").is(200).text;
    assert!(shown.contains("Set the password of somebody else") && shown.contains("Eve Example"));
    // The password is the one that was typed, spaces and all.
    let body = json!({ "email": "eve@example.org", "password": PASSWORD });
    app.anonymous().post("session", body).is(204);
}

fn policy(app: &TestApp) {
    let shown = page(&app.administrator(), "/settings/matrix").is(200).text;
    assert_eq!(shown.matches("<select").count(), 16);
    let mut cells = Vec::new();
    for impact in ["extensive", "significant", "moderate", "minor"] {
        for urgency in ["critical", "high", "medium", "low"] {
            cells.push(format!("{impact}-{urgency}"));
        }
    }
    let fields: Vec<(&str, &str)> = cells.iter().map(|cell| (cell.as_str(), "3")).collect();
    changes(app, "/settings/matrix", &fields);
    let lines = [("lines", " network \r\n\r\nsoftware\nnetwork\n")];
    for list in ["categories", "resolution_codes", "cause_codes"] {
        changes(app, &format!("/settings/codes/{list}"), &lines);
    }
    let kind = [
        ("definition", "Whatever harms people."),
        ("question-0", "Was somebody hurt?"),
        ("decisive-0", "on"),
        ("question-new", "Could somebody be hurt?"),
    ];
    changes(app, "/settings/kinds/safety", &kind);
    let limits = [
        ("reopen_days", "30"),
        ("confirm_days", "3"),
        ("break_glass_minutes", "15"),
        ("keep_identity_days", "365"),
        ("review_at_or_above", "2"),
    ];
    changes(app, "/settings/limits", &limits);
    let policy = app.administrator().get("policy").is(200);
    assert_eq!(policy.at("/matrix/version"), 2);
    assert_eq!(policy.at("/matrix/value/rows/minor"), json!([3, 3, 3, 3]));
    assert_eq!(
        policy.at("/categories/value"),
        json!(["network", "software"])
    );
    let criteria = policy.at("/kinds/safety/kind/criteria");
    assert_eq!(
        criteria.as_array().unwrap().len(),
        2,
        "cleared questions are gone"
    );
    assert_eq!(criteria[0]["decisive"], true);
    assert_eq!(criteria[1]["question"], "Could somebody be hurt?");
    assert_eq!(policy.at("/limits/review_at_or_above"), 2);
    // What somebody else changed meanwhile is not overwritten.
    let late = [("lines", "other"), ("_version", "1")];
    posted(&app.administrator(), "/settings/codes/categories", &late).is(409);
}

fn refused(app: &TestApp) {
    let before = size(app);
    let admin = app.administrator();
    let limits = |days| {
        [
            ("reopen_days", days),
            ("confirm_days", "3"),
            ("break_glass_minutes", "15"),
            ("keep_identity_days", "365"),
            ("review_at_or_above", "2"),
        ]
    };
    for (path, fields, status) in [
        ("/settings/limits", limits("soon").to_vec(), 422),
        ("/settings/limits", limits("99999").to_vec(), 422),
        ("/settings/codes/categories", vec![("lines", " \n ")], 422),
        ("/settings/codes/everything", vec![("lines", "a")], 404),
        ("/settings/kinds/service", vec![], 422),
        ("/settings/kinds/nothing", vec![], 404),
        ("/settings/services", vec![("name", "x")], 422),
        (
            "/settings/people",
            vec![("name", "x"), ("email", "agent@example.org")],
            409,
        ),
        ("/settings/me/look", vec![("theme", "pink")], 422),
        (
            "/settings/me/look",
            vec![("theme", "dark"), ("language", "en-XA")],
            422,
        ),
    ] {
        let answer = posted(&admin, path, &fields);
        assert_eq!(answer.status, status, "{path} {fields:?}: {}", answer.text);
    }
    // A part of a page for the module that asked.
    let fetched = admin.clone().with("x-bifold-part", "1");
    let part = posted(&fetched, "/settings/limits", &limits("soon")).is(422);
    assert!(
        part.text.trim().starts_with("<div class=\"notice bad\""),
        "{}",
        part.text
    );
    for role in Role::ALL.iter().filter(|r| **r != Role::Administrator) {
        let client = app.as_role(*role);
        for path in [
            "/settings/limits".to_owned(),
            "/settings/matrix".to_owned(),
            "/settings/codes/categories".to_owned(),
            "/settings/kinds/service".to_owned(),
            "/settings/services".to_owned(),
            format!("/settings/services/{}", ServiceId::from_bits(1)),
            "/settings/teams".to_owned(),
            format!("/settings/teams/{}", TeamId::from_bits(1)),
            "/settings/people".to_owned(),
            format!("/settings/people/{}/do/roles", app.id(Role::Agent)),
            format!("/settings/people/{}/password", app.id(Role::Agent)),
        ] {
            posted(&client, &path, &[("password", PASSWORD)]).is(403);
        }
    }
    assert_eq!(size(app), before);
}

fn own(app: &TestApp) {
    let me = app.reporter();
    let wanted = [("language", "de"), ("theme", "dark")];
    let kept = posted(&me, "/settings/me/look", &wanted).is(303);
    let cookies = cookies(&kept);
    for cookie in ["lang=de; Path=/", "theme=dark; Path=/", "keys=off; Path=/"] {
        assert!(cookies.iter().any(|c| c.starts_with(cookie)), "{cookies:?}");
    }
    let shown = page(&me, "/settings/me").is(200).text;
    assert!(shown.contains("value=\"de\" lang=\"de\" selected"));
    assert!(
        !shown.contains("en-XA"),
        "languages for tests are not offered"
    );

    let (actor, id) = (app.actor(Role::Reporter), &app.people[&Role::Reporter]);
    app.wait(app.store.set_password(&actor, id, PASSWORD.to_owned()))
        .unwrap();
    let change = |current: &str, new: &str| {
        posted(
            &me,
            "/settings/me/password",
            &[("current", current), ("password", new)],
        )
    };
    change("wrong wrong wrong", "another password").is(401);
    change(PASSWORD, "short").is(422);
    let changed = change(PASSWORD, "another password").is(303);
    assert!(
        self::cookies(&changed)
            .iter()
            .any(|c| c.starts_with("bifold="))
    );
    let fields = [
        ("email", "reporter@example.org"),
        ("password", "another password"),
    ];
    let signed_in = posted(&app.anonymous(), "/sign-in", &fields).is(303);
    let cookies = self::cookies(&signed_in);
    assert!(
        cookies.iter().any(|c| c.starts_with("theme=dark")),
        "{cookies:?}"
    );

    let fields = [("name", "Wall board"), ("days", "30")];
    let made = posted(&me, "/settings/me/tokens", &fields).is(200).text;
    let from = made.find("bfd_").unwrap();
    let token = &made[from..from + 47];
    app.with_token(token).get("me").is(200);
    let list = page(&me, "/settings/me").is(200).text;
    assert!(list.contains("Wall board") && !list.contains(token));
    let tokens = me.get("tokens").is(200);
    let newest = tokens.each("/items", "id").pop().unwrap();
    posted(&me, &format!("/settings/me/tokens/{newest}/revoke"), &[]).is(303);
    app.with_token(token).get("me").is(401);
    posted(&me, "/settings/me/tokens/none/revoke", &[]).is(404);
    posted(&me, "/settings/me/tokens", &[("name", ""), ("days", "30")]).is(422);
}

fn cookies(answer: &Answer) -> Vec<String> {
    let all = answer.headers.get_all("set-cookie").iter();
    all.map(|v| v.to_str().unwrap().to_owned()).collect()
}

fn looked_at(app: &TestApp) {
    let empty = page(&app.auditor(), "/settings/alarms").is(200).text;
    assert!(empty.contains("No alarms"));
    let hidden = app.officer().declare("Codename Heron");
    let restrict = json!({ "people": [app.id(Role::SecurityOfficer)], "reason": "r" });
    app.officer().does(&hidden, "restrict", restrict);
    app.manager()
        .does(&hidden, "break-glass", json!({ "reason": "r" }));
    let shown = page(&app.auditor(), "/settings/alarms").is(200).text;
    assert!(shown.contains("Broke the glass") && shown.contains(&hidden));
    assert!(
        !shown.contains("Heron"),
        "an alarm names the record and nothing in it"
    );
    app.signed();
    let ledger = page(&app.auditor(), "/settings/ledger").is(200).text;
    let vkey = app.anonymous().get("ledger/vkey").is(200).text;
    let command = format!(
        "bifold-verify published/2026 --vkey &#39;{}&#39;",
        vkey.trim()
    );
    assert!(ledger.contains(&command), "{ledger}");
    assert!(ledger.contains("bifold ledger publish published"));
}

/// The fields of the gate's form, as the rules in force fill it.
fn gate_fields(app: &TestApp) -> Vec<(String, String)> {
    let rules = app.administrator().get("policy").is(200).at("/gate/value");
    let text = |v: &serde_json::Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let mut fields = Vec::new();
    for name in [
        "at_or_above",
        "wait_minutes",
        "ask_minutes",
        "capture_minutes",
        "fallback",
    ] {
        fields.push((name.to_owned(), text(&rules[name])));
    }
    for action in rules["actions"].as_array().unwrap() {
        for (field, key) in [("akey", "key"), ("aname", "name"), ("aeffect", "effect")] {
            fields.push((field.to_owned(), text(&action[key])));
        }
        for (field, effect) in [
            ("aharmless", "harmless"),
            ("aalters", "alters"),
            ("adestroys", "destroys"),
        ] {
            let on = action["on"].as_object().unwrap();
            let types: Vec<&str> = on
                .iter()
                .filter(|(_, e)| *e == effect)
                .map(|(t, _)| t.as_str())
                .collect();
            fields.push((field.to_owned(), types.join(", ")));
        }
    }
    for item in rules["volatile"].as_array().unwrap() {
        for (field, key) in [
            ("vkey", "key"),
            ("vname", "name"),
            ("vrank", "rank"),
            ("vminutes", "minutes"),
            ("vwho", "who"),
            ("vhint", "hint"),
            ("vlost", "lost_when"),
        ] {
            fields.push((field.to_owned(), text(&item[key])));
        }
        let on = item["on"].as_array().unwrap();
        let on: Vec<&str> = on.iter().filter_map(|t| t.as_str()).collect();
        fields.push(("von".to_owned(), on.join(", ")));
    }
    fields
}

fn gate(app: &TestApp) {
    const HERE: &str = "/settings/gate";
    let admin = app.administrator();
    let shown = page(&admin, HERE).is(200).text;
    let mut fields = gate_fields(app);
    for (name, value) in &fields {
        assert!(
            shown.contains(&format!("name=\"{name}\"")),
            "{name} is in the form"
        );
        let is_plain = value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_, ".contains(c));
        assert!(
            !is_plain || shown.contains(value.as_str()),
            "{value} is shown"
        );
    }
    let borrowed = |fields: &[(String, String)]| -> Vec<(String, String)> { fields.to_vec() };
    let send = |fields: &[(String, String)]| {
        let pairs: Vec<(&str, &str)> = fields
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        posted(&admin, HERE, &pairs)
    };
    let before = size(app);
    send(&fields).is(409);
    assert_eq!(size(app), before, "the form as it stands changes nothing");
    let blank = [
        ("akey", ""),
        ("aname", ""),
        ("aeffect", "destroys"),
        ("aharmless", ""),
        ("aalters", ""),
        ("adestroys", ""),
    ];
    fields.extend(blank.map(|(n, v)| (n.to_owned(), v.to_owned())));
    let mut changed = borrowed(&fields);
    let wait = changed.iter_mut().find(|(n, _)| n == "wait_minutes");
    "10".clone_into(&mut wait.unwrap().1);
    let new = [
        ("akey", "defrost"),
        ("aname", "Defrost"),
        ("aeffect", "alters"),
        ("aharmless", "saas, mailbox"),
        ("aalters", ""),
        ("adestroys", "vm"),
    ];
    changed.extend(new.map(|(n, v)| (n.to_owned(), v.to_owned())));
    send(&changed).is(303);
    let rules = app.administrator().get("policy").is(200);
    assert_eq!(rules.at("/gate/value/wait_minutes"), 10);
    assert_eq!(rules.at("/gate/version"), 2);
    let actions = rules.at("/gate/value/actions");
    let added = actions.as_array().unwrap().last().unwrap().clone();
    let on = json!({ "mailbox": "harmless", "saas": "harmless", "vm": "destroys" });
    assert_eq!(
        added,
        json!({ "key": "defrost", "name": "Defrost", "effect": "alters", "on": on })
    );
    changed.push(("vkey".to_owned(), "half a row".to_owned()));
    send(&changed).is(422);
}
