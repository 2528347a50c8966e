//! Planned maintenance over the interface and on its pages: planned, moved, done, called off;
//! told where it matters; and what it holds.

use crate::app::TestApp;
use crate::intake::{alert, connected, faults, group, send, until};
use crate::settings_pages::{page, posted};
use serde_json::json;

crate::on_both! {
    alerts_of_what_is_worked_on_are_held_until_it_is_done = holds;
    a_maintenance_is_planned_moved_and_called_off_on_its_page = pages;
}

const HOUR: i64 = 3_600_000_000;

fn service(app: &TestApp) -> String {
    let entry = json!({ "key": "shop", "name": "Shop", "criticality": "vital" });
    let made = app.administrator().post("services", entry);
    made.is(201).text_at("/id")
}

fn holds(app: &TestApp) {
    let (manager, service) = (app.manager(), service(app));
    let settings = json!({ "name": "Cluster", "format": "alertmanager", "service": service });
    let (source, token) = connected(app, settings);
    let plan = json!({
        "title": "New disks", "text": "The shop is closed.", "services": [service],
        "from": app.now_plus(HOUR), "until": app.now_plus(3 * HOUR),
    });
    // Whoever only reports reads it, and plans none.
    app.reporter()
        .post("maintenances", plan.clone())
        .problem(403, "not-permitted");
    let id = manager.post("maintenances", plan).is(201).text_at("/id");
    let one = format!("maintenances/{id}");
    let told = app.reporter().get("maintenances").is(200);
    assert_eq!(told.at("/items/0/services/0/name"), "Shop");
    assert_eq!(told.at("/items/0/stage"), "planned");
    app.hours_later(1);
    until(|| (manager.get(&one).at("/stage") == "in_progress").then_some(()));

    let body = group("g", vec![alert("DiskFull", "firing", json!({}))]);
    send(app, &source, &token, &body).is(202);
    let query = format!("source={source}");
    let became = |word: &str| {
        until(|| {
            let found = faults(&manager, &query);
            (found.first()?["disposition"] == word).then_some(())
        });
    };
    became("maintenance");
    assert_eq!(manager.get("events").is(200).at("/items"), json!([]));
    // It shows where somebody looks at an incident of that service.
    let incident = manager.post(
        "incidents",
        json!({ "title": "Shop is closed", "impact": "minor", "urgency": "low",
            "service": service }),
    );
    let number = incident.is(201).text_at("/number");
    let shown = page(&manager, &format!("/incidents/{number}")).is(200).text;
    assert!(shown.contains("Being worked on until"), "{shown}");
    let form = page(&app.reporter(), "/report").is(200).text;
    assert!(form.contains("New disks: Shop"), "{form}");
    let form = page(&app.anonymous(), "/report").is(200).text;
    assert!(!form.contains("New disks"), "strangers know no services");

    let done = json!({ "note": "All eight are new." });
    manager.post(&format!("{one}/complete"), done).is(200);
    became("event");
    let told = manager.get(&one).is(200);
    assert_eq!(told.at("/stage"), "completed");
    assert_eq!(told.at("/note"), "All eight are new.");
    let past = manager.get("maintenances?over=true").is(200);
    assert_eq!(past.at("/items/0/id"), id.as_str());
    // How it went is for those who work on incidents.
    let past = app.reporter().get("maintenances?over=true").is(200);
    assert_eq!(past.at("/items"), json!([]));
    app.reporter().get(&one).is(404);
}

fn pages(app: &TestApp) {
    let (manager, service) = (app.manager(), service(app));
    let local = |micros: i64| app.now_plus(micros)[..16].to_owned();
    let (from, until_at, later) = (local(24 * HOUR), local(26 * HOUR), local(27 * HOUR));
    let plan = |until: &str, more: &[(&'static str, String)]| {
        let mut fields = vec![
            ("title", "New disks".to_owned()),
            ("from@", from.clone()),
            ("until@", until.to_owned()),
            ("services[]", service.clone()),
        ];
        fields.extend_from_slice(more);
        fields
    };
    let sent = |path: &str, fields: &[(&'static str, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        posted(&manager, path, &fields)
    };
    // An end before the beginning is said in words, and nothing is planned.
    sent("/maintenance", &plan(&local(23 * HOUR), &[])).is(422);
    let all = manager.get("maintenances").is(200).at("/items");
    assert_eq!(all, json!([]));
    sent("/maintenance", &plan(&until_at, &[])).is(303);
    let id = manager.get("maintenances").is(200).text_at("/items/0/id");
    let here = format!("/maintenance/{id}");
    let list = page(&manager, "/maintenance").is(200).text;
    assert!(list.contains("New disks") && list.contains(&here), "{list}");
    let why = [("reason", "One disk more.".to_owned())];
    sent(&format!("{here}/do/revise"), &plan(&later, &why)).is(303);
    let until_now = manager.get(&format!("maintenances/{id}")).text_at("/until");
    assert!(until_now.starts_with(&later), "{until_now}");
    let reporter = page(&app.reporter(), &here).is(200).text;
    assert!(reporter.contains("New disks") && !reporter.contains("/do/"));
    sent(&format!("{here}/do/cancel"), &why).is(303);
    let shown = page(&manager, &here).is(200).text;
    assert!(shown.contains("called off") && shown.contains("One disk more."));
    assert!(
        !shown.contains("/do/"),
        "nothing can be done with it any more"
    );
    sent(&format!("{here}/do/begin"), &[]).is(409);
}
