//! Service levels over HTTP: clocks that explain themselves, levels and calendars set by forms,
//! tried before they hold, and calls for help.

use crate::app::TestApp;
use crate::settings_pages::{page, posted};
use serde_json::{Value, json};

crate::on_both! {
    a_clock_explains_every_interval = explained;
    the_worker_tells_of_what_is_due = told;
    levels_are_set_by_a_form_and_tried_before = levels;
    calendars_are_written_as_people_write_hours = calendars;
    a_level_for_a_sensitive_kind_is_not_told_to_others = hidden;
    a_level_may_be_for_some_customers = customers;
    an_office_is_held_by_people_and_called_for_help = offices;
}

const MINUTE: i64 = 60_000_000;

fn explained(app: &TestApp) {
    let agent = app.agent();
    let id = agent.declare("Printing fails");
    app.store.shell().advance(10 * MINUTE);
    agent.does(&id, "take", json!({})).is(200);
    agent.does(&id, "start", json!({})).is(200);
    app.store.shell().advance(10 * MINUTE);
    let hold = json!({ "on": "user", "reason": "We asked for the file." });
    agent.does(&id, "hold", hold).is(200);
    app.store.shell().advance(30 * MINUTE);
    let clocks = agent.get(&format!("incidents/{id}/clocks")).is(200);
    let items = clocks.at("/items");
    let of = |metric: &str| -> Value {
        let all = items.as_array().unwrap();
        let clock = all.iter().find(|clock| clock["metric"] == metric);
        clock.unwrap_or_else(|| panic!("{metric} in {items}"))["runs"][0].clone()
    };
    let response = of("response");
    assert_eq!(
        (&response["standing"], &response["counted_s"]),
        (&json!("stopped"), &json!(600))
    );
    assert_eq!(response["due"], Value::Null);
    let resolve = of("resolve");
    assert_eq!(
        (&resolve["standing"], &resolve["paused_by"]),
        (&json!("paused"), &json!("pending_user"))
    );
    let why: Vec<_> = resolve["intervals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["why"].clone())
        .collect();
    assert_eq!(why, [json!("counted"), json!("paused")]);
    let shown = page(&agent, &format!("/incidents/{id}/clocks"))
        .is(200)
        .text;
    assert!(shown.contains("waiting for the user"), "{shown}");
    let shown = page(&agent, &format!("/incidents/{id}")).is(200).text;
    assert!(shown.contains("Paused: waiting for the user"), "{shown}");
    // Too little is closed for a forecast, and it says so.
    let shown = page(&agent, &format!("/incidents/{id}/clocks"))
        .is(200)
        .text;
    assert!(
        shown.contains("There is no forecast yet: 0 clocks ended"),
        "{shown}"
    );
    let learned = agent.get("forecast").is(200);
    assert_eq!(
        (learned.at("/is_ready"), learned.at("/least_closed")),
        (json!(false), json!(200))
    );
    // A promise to those who wait is a clock too.
    let note = json!({ "text": "We found it.", "audience": "outward", "next_by": app.now_plus(5 * MINUTE) });
    agent.does(&id, "resume", json!({})).is(200);
    agent.does(&id, "notes", note).is(200);
    let clocks = agent.get(&format!("incidents/{id}/clocks")).is(200).text;
    assert!(clocks.contains("promised"), "{clocks}");
    let past = json!({ "text": "t", "audience": "outward", "next_by": app.now_plus(-MINUTE) });
    agent
        .post(&format!("incidents/{id}/notes"), past)
        .problem(422, "time-order");
    let silent = json!({ "text": "t", "next_by": app.now_plus(MINUTE) });
    agent
        .post(&format!("incidents/{id}/notes"), silent)
        .problem(409, "wrong-stage");
}

fn told(app: &TestApp) {
    let agent = app.agent();
    let id = agent.declare("Nobody looks");
    app.store.shell().advance(40 * 24 * 60 * MINUTE);
    let mut told = String::new();
    for _ in 0..100 {
        told = agent.get(&format!("incidents/{id}/timeline")).is(200).text;
        if told.contains("target_missed") && told.contains("escalated") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert!(told.contains("target_missed"), "{told}");
    let shown = page(&agent, &format!("/incidents/{id}")).is(200).text;
    assert!(shown.contains("ran out of time: Response"), "{shown}");
    let report = agent.get("reports/service-levels").is(200);
    assert!(report.text.contains("\"missed\":1"), "{}", report.text);
    let missed = agent.get("reports/service-levels/missed").is(200);
    assert!(missed.text.contains("Nobody looks"));
    assert_eq!(missed.at("/items/0/cause"), "queue");
    let shown = page(&agent, "/reports/service-levels?days=90").is(200).text;
    for words in [
        "Nobody looks",
        "100 % of it was our own time",
        "waiting for somebody",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let call = json!({ "way": "hierarchical", "whom": [{ "role": "incident_manager" }], "reason": "Help." });
    agent.does(&id, "escalate", call).is(200);
    let fields = [
        ("way", "functional"),
        ("whom", "role:security_officer"),
        ("reason", "And you."),
    ];
    posted(&agent, &format!("/incidents/{id}/call"), &fields).is(303);
    let timeline = agent.get(&format!("incidents/{id}/timeline")).is(200).text;
    assert_eq!(
        timeline.matches("escalated_by_hand").count(),
        2,
        "{timeline}"
    );
    let nobody = json!({ "way": "functional", "whom": [], "reason": "Help." });
    agent
        .post(&format!("incidents/{id}/escalate"), nobody)
        .problem(422, "bad-value");
}

fn customers(app: &TestApp) {
    let (admin, agent) = (app.administrator(), app.agent());
    let declare = |customer: &str| {
        let new = json!({
            "title": "Printing fails", "impact": "moderate", "urgency": "medium",
            "customer": customer,
        });
        agent.post("incidents", new)
    };
    // Nobody has customers before they are on the list.
    declare("Harbour clinic").problem(422, "unknown");
    let fields = [("lines", "Harbour clinic\r\n\r\nWard three")];
    posted(&admin, "/settings/codes/customers", &fields).is(303);
    let listed = page(&admin, "/settings/codes").is(200).text;
    assert!(listed.contains("Harbour clinic\nWard three"), "{listed}");
    let fields = [
        ("key", "clinic"),
        ("agreement", "clinic"),
        ("party", "sla"),
        ("customers[]", "Harbour clinic"),
        ("response_minutes", "10"),
        ("response_calendar", "always"),
        ("response_on_change", "forward"),
        ("response_on_reopen", "stay"),
    ];
    posted(&admin, "/settings/levels/new", &fields).is(303);
    app.store.shell().advance(MINUTE);
    let said = page(&admin, "/settings/levels").is(200).text;
    assert!(said.contains("Harbour clinic"), "{said}");
    let form = page(&admin, "/settings/levels/clinic").is(200).text;
    let ticked = "value=\"Harbour clinic\" checked";
    assert!(form.contains(ticked), "{form}");
    let form = page(&agent, "/declare").is(200).text;
    assert!(form.contains("<option value=\"Ward three\">"), "{form}");
    let of = |customer: &str| {
        let id = declare(customer).is(201).text_at("/id");
        let clocks = agent.get(&format!("incidents/{id}/clocks")).is(200).text;
        (id, clocks.contains("\"agreement\":\"clinic\""))
    };
    let ((clinic, has), (ward, has_not)) = (of("Harbour clinic"), of("Ward three"));
    assert!(has && !has_not);
    let shown = page(&agent, &format!("/incidents/{clinic}")).is(200).text;
    assert!(shown.contains("<dd>Harbour clinic</dd>"), "{shown}");
    // Found out later: the clock begins when it is on the record.
    let classify = json!({ "customer": "Harbour clinic" });
    agent.does(&ward, "classify", classify).is(200);
    let clocks = agent.get(&format!("incidents/{ward}/clocks")).is(200).text;
    assert!(clocks.contains("\"agreement\":\"clinic\""), "{clocks}");
    // Off the list it stays where it is, and is chosen no more.
    posted(&admin, "/settings/codes/customers", &[("lines", "")]).is(303);
    let shown = agent.get(&format!("incidents/{clinic}")).is(200);
    assert_eq!(shown.at("/customer"), "Harbour clinic");
    declare("Harbour clinic").problem(422, "unknown");
}

fn levels(app: &TestApp) {
    let admin = app.administrator();
    let id = app.agent().declare("Printing fails");
    app.store.shell().advance(20 * MINUTE);
    let fields = |key: &'static str, minutes: &'static str| {
        vec![
            ("key", key),
            ("agreement", "gold"),
            ("party", "sla"),
            ("place", "1"),
            ("priorities[]", "1"),
            ("priorities[]", "2"),
            ("priorities[]", "3"),
            ("response_minutes", minutes),
            ("response_calendar", "always"),
            ("response_pause[]", "gated"),
            ("response_on_change", "forward"),
            ("response_on_reopen", "stay"),
            ("response_step_at", "80"),
            ("response_step_unit", "percent"),
            ("response_step_do", "notify"),
            ("response_step_whom", "role:incident_manager"),
            ("response_step_at", "5"),
            ("response_step_unit", "after"),
            ("response_step_do", "raise"),
            ("response_step_whom", "severity:1"),
            ("response_step_at", ""),
            ("response_step_unit", "percent"),
            ("response_step_do", "notify"),
            ("response_step_whom", "assignee"),
        ]
    };
    let tried = posted(&admin, "/settings/levels/new/try", &fields("gold", "10"))
        .is(200)
        .text;
    assert!(
        tried.contains("0 / 0") && tried.contains("1 / 1"),
        "{tried}"
    );
    assert!(
        !admin.get("service-levels").is(200).text.contains("gold"),
        "trying changes nothing"
    );
    posted(&admin, "/settings/levels/new", &fields("gold", "10")).is(303);
    app.store.shell().advance(MINUTE);
    let held = admin.get("service-levels").is(200);
    assert_eq!(held.at("/levels/0/key"), "gold");
    assert_eq!(held.at("/levels/0/targets/0/ladder/1/at/minutes"), 5);
    assert_eq!(held.at("/levels/0/targets/0/conditions/pause/0"), "gated");
    assert_eq!(held.at("/levels/0/targets/0/on_reopen"), "stay");
    let shown = page(&admin, "/settings/levels").is(200).text;
    assert!(shown.contains("Response: 10 min"), "{shown}");
    page(&admin, "/settings/levels/gold").is(200);
    // Conditions of its own; without them in the form they stay.
    let mut own = fields("gold", "12");
    own.extend([
        ("response_own", "1"),
        ("response_start[]", "assigned"),
        ("response_stop[]", "usable"),
        ("response_cancel[]", "gone"),
    ]);
    posted(&admin, "/settings/levels/gold", &own).is(303);
    posted(&admin, "/settings/levels/gold", &fields("gold", "10")).is(303);
    app.store.shell().advance(MINUTE);
    let held = admin.get("service-levels").is(200);
    let conditions = held.at("/levels/0/targets/0/conditions");
    assert_eq!(conditions["start"], json!(["assigned"]));
    assert_eq!(conditions["stop"], json!(["usable"]));
    let shown = page(&admin, "/settings/levels/gold").is(200).text;
    assert!(
        shown.contains("name=\"response_start[]\" value=\"assigned\" aria-label=\"starts: somebody has it\" checked"),
        "{shown}"
    );
    own.extend([("response_stop[]", "assigned")]);
    let refused = posted(&admin, "/settings/levels/gold", &own).is(422).text;
    assert!(refused.contains("stops it whenever"), "{refused}");
    let mut usual = fields("gold", "10");
    usual.extend([
        ("response_own", "1"),
        ("response_start[]", "open"),
        ("response_stop[]", "responded"),
        ("response_stop[]", "resolved"),
        ("response_cancel[]", "gone"),
    ]);
    posted(&admin, "/settings/levels/gold", &usual).is(303);
    app.store.shell().advance(MINUTE);
    page(&admin, "/settings/levels/silver").is(404);
    // What was recorded before keeps its version; what comes now has the new clock too.
    let old = app
        .agent()
        .get(&format!("incidents/{id}/clocks"))
        .is(200)
        .text;
    assert!(!old.contains("gold"), "{old}");
    let id = app.agent().declare("Scanning fails");
    let new = app
        .agent()
        .get(&format!("incidents/{id}/clocks"))
        .is(200)
        .text;
    assert!(new.contains("\"agreement\":\"gold\""), "{new}");
    // The same again is no change; nonsense is refused with the reason.
    posted(&admin, "/settings/levels/gold", &fields("gold", "many")).is(422);
    posted(&admin, "/settings/levels/gold", &fields("gold", "0")).is(422);
    let impossible = json!({ "set": "levels", "value": { "levels": [{
        "key": "x", "agreement": "x", "party": "sla", "targets": [{
            "metric": "restore", "minutes": 5, "calendar": "always",
            "conditions": { "start": ["in_progress"], "stop": ["open"] },
        }],
    }]}});
    let refused = admin
        .post("policy", impossible)
        .problem(422, "contradiction");
    assert!(
        refused
            .text
            .contains("open stops it whenever in progress starts it"),
        "{}",
        refused.text
    );
    posted(&admin, "/settings/levels/gold/remove", &[]).is(303);
    app.store.shell().advance(MINUTE);
    assert!(!admin.get("service-levels").is(200).text.contains("gold"));
}

fn calendars(app: &TestApp) {
    let admin = app.administrator();
    let fields = |monday: &'static str, dates: &'static str| {
        vec![
            ("key", "shop"),
            ("name", "Shop"),
            ("zone", "Europe/Zurich"),
            ("monday", monday),
            ("dates", dates),
        ]
    };
    let hours = fields(
        "08:00-12:00, 13:00-17:00",
        "2026-12-25 # Christmas\n2026-12-26 10:00-11:00",
    );
    posted(&admin, "/settings/calendars", &hours).is(303);
    let shown = page(&admin, "/settings/calendars/shop").is(200).text;
    assert!(shown.contains("08:00-12:00, 13:00-17:00"), "{shown}");
    assert!(shown.contains("2026-12-26 10:00-11:00"), "{shown}");
    let preview = admin.get("calendars/shop/preview").is(200);
    assert_eq!(preview.at("/items").as_array().unwrap().len(), 14);
    for (monday, dates) in [
        ("08:00-12:00, 11:00-13:00", ""),
        ("late", ""),
        ("", "2026-02-30"),
        ("", "2026-12-25\n2026-12-25"),
    ] {
        posted(&admin, "/settings/calendars", &fields(monday, dates)).is(422);
    }
    let mut nowhere = hours.clone();
    nowhere[2] = ("zone", "Atlantis/Centre");
    posted(&admin, "/settings/calendars", &nowhere).is(422);
    page(&admin, "/settings/calendars").is(200);
    page(&admin, "/settings/calendars/none").is(404);
}

fn hidden(app: &TestApp) {
    let admin = app.administrator();
    let level = json!({ "set": "levels", "value": { "levels": [{
        "key": "sec", "agreement": "security", "party": "ola", "when": { "kinds": ["security"] },
        "targets": [{ "metric": "resolve", "minutes": 5, "calendar": "always" }],
    }]}});
    admin.post("policy", level).is(200);
    app.store.shell().advance(MINUTE);
    let officer = app.officer();
    let id = officer.declare("Strange sign-ins");
    let yes = json!({ "kind": "security", "finding": "yes", "reason": "It is.", "answers": {} });
    officer.does(&id, "assess", yes).is(200);
    let path = format!("incidents/{id}/clocks");
    assert!(officer.get(&path).is(200).text.contains("\"security\""));
    let agent = app.agent();
    assert!(!agent.get(&path).is(200).text.contains("\"security\""));
    let row = agent.get("incidents").is(200);
    assert_eq!(row.at("/items/0/next_due"), Value::Null);
}

fn offices(app: &TestApp) {
    let admin = app.administrator();
    let manager = app.id(bifold_domain::Role::IncidentManager);
    let person = manager.to_string();
    let held = [("key", "head-of-operations"), ("people[]", person.as_str())];
    posted(&admin, "/settings/functions", &held).is(303);
    let shown = page(&admin, "/settings/functions").is(200).text;
    assert!(shown.contains("head-of-operations"), "{shown}");
    posted(&admin, "/settings/functions", &[("key", " ")]).is(422);
    let agent = app.agent();
    let id = agent.declare("Printing fails");
    let form = page(&agent, &format!("/incidents/{id}")).is(200).text;
    assert!(form.contains("function:head-of-operations"), "{form}");
    let fields = [
        ("way", "hierarchical"),
        ("whom", "function:head-of-operations"),
        ("reason", "Somebody has to decide."),
    ];
    posted(&agent, &format!("/incidents/{id}/call"), &fields).is(303);
    let called = agent.get(&format!("incidents/{id}")).is(200);
    assert_eq!(called.at("/pages/0/called/0/id"), json!(person));
    // Nobody holds it: it is no more, and cannot be called.
    posted(&admin, "/settings/functions", &held[..1]).is(303);
    let shown = page(&admin, "/settings/functions").is(200).text;
    assert!(shown.contains("No business function yet"), "{shown}");
    let call = json!({ "way": "hierarchical", "whom": [{ "function": "head-of-operations" }], "reason": "Help." });
    agent
        .post(&format!("incidents/{id}/escalate"), call)
        .problem(422, "unknown");
}
