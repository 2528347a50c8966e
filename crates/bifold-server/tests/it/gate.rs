//! The preservation gate over HTTP: its decisions, its clock, its report, and who may what.

use crate::app::{Client, TestApp};
use crate::settings_pages::{page, posted};
use bifold_domain::Role;
use serde_json::{Value, json};

crate::on_both! {
    the_gate_holds_says_what_is_lost_and_is_decided_by_authority = decided;
    the_worker_opens_it_when_its_time_is_over_whoever_may_read = timed_out;
    breaking_the_glass_at_the_gate_raises_an_alarm = broken;
    standing_orders_are_proposed_and_signed_on_the_page = signed;
    what_waits_at_a_gate_is_not_told_to_those_who_cannot_read_it = hidden;
}

const MINUTE: i64 = 60_000_000;

/// A grave incident on the payments host, with the question of security open.
fn grave(app: &TestApp) -> (String, String) {
    let admin = app.administrator();
    let key = app.store.shell().ids.next().to_string();
    let service = json!({
        "key": key, "name": "Payments", "criticality": "vital", "users": 312,
        "minute_costs": "640 EUR",
    });
    let service = admin.post("services", service).is(201).text_at("/id");
    let asset = json!({ "name": "pay-03", "type": "vm", "services": [service] });
    let asset = admin.post("assets", asset).is(201).text_at("/id");
    let declare = json!({
        "title": "Checkout fails", "impact": "extensive", "urgency": "critical",
        "service": service, "assets": [asset],
    });
    let id = app
        .manager()
        .post("incidents", declare)
        .is(201)
        .text_at("/id");
    (id, asset)
}

/// The resolver wants to install the host anew: the action's id and path.
fn shut(app: &TestApp, id: &str, asset: &str) -> String {
    let wanted = json!({ "action": "re-image", "assets": [asset] });
    let actions = format!("incidents/{id}/actions");
    let done = app.as_role(Role::Resolver).post(&actions, wanted).is(201);
    format!("{actions}/{}", done.text_at("/action"))
}

fn bodies() -> Vec<(&'static str, Value)> {
    vec![
        (
            "advise",
            json!({ "side": "service", "course": "restore_first", "reason": "r" }),
        ),
        ("ask-security", json!({})),
        ("capture-first", json!({ "course": "fast_capture" })),
        (
            "captured",
            json!({ "course": "fast_capture", "whereabouts": "w" }),
        ),
        ("perform", json!({})),
        ("review", json!({ "was_right": true, "text": "t" })),
        ("withdraw", json!({ "reason": "r" })),
        ("go-now", json!({ "reason": "r" })),
        ("elapse", json!({})),
    ]
}

/// Each verb of the gate against each role, where the verb is possible.
pub(crate) fn verbs(app: &TestApp, letter: char, client: &Client<'_>) {
    let (id, asset) = grave(app);
    for (verb, body) in bodies() {
        let path = shut(app, &id, &asset);
        let officer = app.officer();
        let go = || json!({ "reason": "r" });
        match verb {
            "perform" | "review" => {
                officer.post(&format!("{path}/go-now"), go()).is(200);
            }
            "elapse" => app.store.shell().advance(15 * MINUTE),
            _ => {}
        }
        let status = client.post(&format!("{path}/{verb}"), body).status;
        let may = match verb {
            "captured" => "MSC",
            "go-now" | "withdraw" if letter == 'V' && verb == "withdraw" => "V",
            "go-now" | "withdraw" => "MS",
            // The officer gave it up, and does not look back on that.
            "review" => "M",
            _ => "AVMSC",
        };
        let expected = match letter {
            '-' => status == 401,
            'R' => status == 404,
            _ if may.contains(letter) => status == 200,
            _ => status == 403,
        };
        assert!(expected, "{verb} for {letter}: {status}");
    }
}

/// Who drafts and who signs a standing order of a service that no team owns.
pub(crate) fn orders(app: &TestApp, letter: char, client: &Client<'_>) {
    let key = app.store.shell().ids.next().to_string();
    let service = json!({ "key": key, "name": "n", "criticality": "vital" });
    let id = app
        .administrator()
        .post("services", service)
        .is(201)
        .text_at("/id");
    let order = format!("services/{id}/order");
    let draft = |words: &str| json!({ "course": "evidence_first", "text": words });
    app.manager().post(&order, draft("First.")).is(200);
    for (path, body, may) in [
        (
            format!("{order}/sign"),
            json!({ "version": 1, "side": "security" }),
            "S",
        ),
        (
            format!("{order}/sign"),
            json!({ "version": 1, "side": "service" }),
            "M",
        ),
        (order.clone(), draft("Second."), "MS"),
    ] {
        let status = client.post(&path, body).status;
        let expected = match letter {
            '-' => status == 401,
            _ if may.contains(letter) => status == 200,
            _ => status == 403,
        };
        assert!(expected, "{path} for {letter}: {status}");
    }
}

fn decided(app: &TestApp) {
    let (id, asset) = grave(app);
    let path = shut(app, &id, &asset);
    let incident = app.as_role(Role::Resolver).sees(&id);
    assert_eq!(incident.at("/actions/0/standing"), "held");
    assert_eq!(incident.at("/actions/0/gate/stage"), "waiting");
    let at_stake = incident.at("/actions/0/gate/at_stake").to_string();
    assert!(
        at_stake.contains("memory") && at_stake.contains("disk"),
        "{at_stake}"
    );
    let refused = app
        .as_role(Role::Resolver)
        .post(&format!("{path}/perform"), json!({}))
        .is(409);
    assert_eq!(refused.at("/code"), "gate-shut");
    let listed = app.officer().get("gates").is(200);
    assert!(
        listed.text.contains(&incident.text_at("/number")),
        "{}",
        listed.text
    );

    let advice = json!({ "side": "security", "course": "fast_capture", "reason": "Memory first." });
    app.officer()
        .post(&format!("{path}/advise"), advice)
        .is(200);
    assert!(
        !app.as_role(Role::Resolver)
            .sees(&id)
            .text
            .contains("Memory first.")
    );
    assert!(app.manager().sees(&id).text.contains("Memory first."));

    let go = json!({ "reason": "The ward waits.", "loss": "What ran in memory." });
    app.as_role(Role::Resolver)
        .post(&format!("{path}/go-now"), go.clone())
        .is(403);
    app.store.shell().advance(4 * MINUTE);
    app.manager().post(&format!("{path}/go-now"), go).is(200);
    app.as_role(Role::Resolver)
        .post(&format!("{path}/perform"), json!({}))
        .is(200);
    let incident = app.manager().sees(&id);
    assert_eq!(incident.at("/actions/0/gate/decision/ground"), "waived");
    assert_eq!(incident.at("/conflict/waited_minutes"), 4);
    assert_eq!(incident.at("/review"), "due");
    let report = app.auditor().get("reports/conflict").is(200);
    assert_eq!(report.at("/waivers"), 1);
    assert_eq!(report.at("/waited_minutes"), 4);
    assert_eq!(report.at("/unreviewed"), 1);
    let review = json!({ "was_right": false, "text": "Ten minutes were there." });
    app.officer()
        .post(&format!("{path}/review"), review)
        .is(200);
    assert_eq!(
        app.auditor()
            .get("reports/conflict")
            .is(200)
            .at("/unreviewed"),
        0
    );
}

fn timed_out(app: &TestApp) {
    let (id, asset) = grave(app);
    shut(app, &id, &asset);
    let only = json!({ "people": [app.id(Role::SecurityOfficer)], "reason": "r" });
    app.officer()
        .post(&format!("incidents/{id}/restrict"), only)
        .is(200);
    app.store.shell().advance(15 * MINUTE);
    assert_eq!(app.wait(app.store.run_due_jobs()).unwrap(), 1);
    let incident = app.officer().sees(&id);
    assert_eq!(incident.at("/actions/0/gate/decision/ground"), "policy");
    assert_eq!(incident.at("/actions/0/gate/decision/by/name"), "Bifold");
    assert_eq!(
        app.as_role(Role::Resolver)
            .get("gates")
            .is(200)
            .each("/items", "id")
            .len(),
        0
    );
}

fn broken(app: &TestApp) {
    let (id, asset) = grave(app);
    let path = shut(app, &id, &asset);
    let go = json!({ "reason": "Nobody answers.", "break_glass": true });
    app.as_role(Role::Resolver)
        .post(&format!("{path}/go-now"), go)
        .is(200);
    let alarms = app.auditor().get("alarms").is(200);
    assert_eq!(alarms.each("/items", "kind"), ["gate_broken"]);
}

fn hidden(app: &TestApp) {
    let (id, asset) = grave(app);
    shut(app, &id, &asset);
    let only = json!({ "people": [app.id(Role::SecurityOfficer)], "reason": "r" });
    app.officer()
        .post(&format!("incidents/{id}/restrict"), only)
        .is(200);
    for client in [
        app.as_role(Role::Resolver),
        app.auditor(),
        app.administrator(),
    ] {
        assert_eq!(client.get("gates").is(200).each("/items", "id").len(), 0);
        assert_eq!(client.get("reports/conflict").is(200).at("/actions"), 0);
    }
    assert_eq!(
        app.officer()
            .get("gates")
            .is(200)
            .each("/items", "id")
            .len(),
        1
    );
}

fn signed(app: &TestApp) {
    let (manager, officer) = (app.manager(), app.officer());
    let offer = json!({ "key": "payments", "name": "Payments", "criticality": "vital" });
    let service = app
        .administrator()
        .post("services", offer)
        .is(201)
        .text_at("/id");
    let propose = format!("/gate/orders/{service}");
    let fields = [
        ("course", "evidence_first"),
        ("text", "Snapshot first, whatever the hour."),
    ];
    posted(&app.agent(), &propose, &fields).is(403);
    posted(&manager, &propose, &fields).is(303);
    let shown = page(&officer, "/gate").is(200).text;
    assert!(shown.contains("Snapshot first") && shown.contains("value=\"security\""));
    assert!(
        !shown.contains("name=\"side\" value=\"service\""),
        "that is not the officer's to sign"
    );
    let sign = format!("{propose}/sign");
    let signature = |side| [("version", "1"), ("side", side)];
    posted(&officer, &sign, &signature("service")).is(403);
    posted(&officer, &sign, &signature("security")).is(303);
    posted(&officer, &sign, &[("version", "1")]).is(422);
    posted(&manager, &sign, &signature("service")).is(303);
    let service = app.agent().get(&format!("services/{service}")).is(200);
    assert_eq!(service.at("/orders/0/is_in_force"), true);
    assert_eq!(service.at("/orders/0/course"), "evidence_first");
    let shown = page(&app.agent(), "/gate").is(200).text;
    assert!(shown.contains("Snapshot first") && !shown.contains("name=\"side\""));
}
