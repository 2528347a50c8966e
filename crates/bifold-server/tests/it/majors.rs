//! Rules that propose major incidents: asked when something is reported or becomes a part.

use crate::app::TestApp;
use crate::intake::until;
use crate::settings_pages::{page, posted};
use serde_json::json;

crate::on_both! {
    many_reports_and_many_parts_make_a_rule_propose_and_a_person_decides = rules;
}

fn is_proposed(app: &TestApp, incident: &str) -> Option<()> {
    let seen = app.manager().sees(incident);
    (seen.at("/major/is") == "proposed").then_some(())
}

fn rules(app: &TestApp) {
    let (admin, agent, manager) = (app.administrator(), app.agent(), app.manager());
    let form = page(&admin, "/settings/majors").is(200).text;
    assert!(
        form.contains("Highest priority on a vital service"),
        "{form}"
    );
    let fields = [
        ("row", "1"),
        ("key-1", "rush"),
        ("name-1", "Two reports in ten minutes"),
        ("on-1", "on"),
        ("count-1", "2"),
        ("minutes-1", "10"),
        ("criteria-1", "many_users"),
        ("row", "2"),
        ("key-2", "family"),
        ("name-2", "Two parts"),
        ("on-2", "on"),
        ("children-2", "2"),
        ("criteria-2", "common_cause"),
        ("row", "3"),
        ("name-3", ""),
    ];
    posted(&admin, "/settings/majors", &fields).is(303);
    let rules = admin.get("policy").is(200);
    assert_eq!(
        rules.at("/major/value/rules/1/when"),
        json!({ "children": 2 })
    );
    // Two reports.
    let reported = agent.declare("Tills stand still");
    for n in 0..2 {
        assert_eq!(manager.sees(&reported).at("/major/is"), "no");
        let report = json!({ "title": format!("Till {n} stands still") });
        let event = app.reporter().post("events", report).is(201).text_at("/id");
        let bind = json!({ "outcome": "incident", "incident": reported, "reason": "The same." });
        agent
            .post(&format!("events/{event}/decision"), bind)
            .is(200);
    }
    until(|| is_proposed(app, &reported));
    let told = manager.get("me/notifications").is(200).text;
    assert!(told.contains("major_proposed"), "{told}");
    // Two parts.
    let parent = agent.declare("The network of the east");
    for n in 0..2 {
        let child = agent.declare(&format!("Switch {n} is dark"));
        agent.does(&child, "parent", json!({ "parent": parent }));
    }
    until(|| is_proposed(app, &parent));
    manager.does(
        &parent,
        "major/decline",
        json!({ "reason": "Two switches." }),
    );
    let child = agent.declare("Switch 3 is dark");
    agent.does(&child, "parent", json!({ "parent": parent }));
    assert_eq!(manager.sees(&parent).at("/major/is"), "declined");
}
