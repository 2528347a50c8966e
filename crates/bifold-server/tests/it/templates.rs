//! Prepared words: kept on a page of the settings, filled in where users are told.

use crate::app::TestApp;
use crate::settings_pages::{page, posted};
use crate::window::{made, service};
use bifold_domain::Role;
use serde_json::json;

crate::on_both! {
    prepared_words_are_filled_in_and_looked_at_before_they_are_said = prepared;
    of_a_restricted_incident_no_time_is_filled_in = restricted;
}

fn prepared(app: &TestApp) {
    let (admin, agent) = (app.administrator(), app.agent());
    let form = page(&admin, "/settings/templates").is(200).text;
    assert!(form.contains("First word: it does not work"), "{form}");
    let fields = [
        ("row", "1"),
        ("name-1", "It stands still!"),
        ("stage-1", "identified"),
        ("impact-1", "critical"),
        ("minutes-1", "45"),
        ("title-en-1", "{components}: nothing goes"),
        (
            "text-en-1",
            "Since {began}. More by {next_by}, help: {contact}.",
        ),
        ("row", "2"),
        ("name-2", "For colleagues"),
        ("audience-2", "staff"),
        ("stage-2", "monitoring"),
        ("title-en-2", "Colleagues"),
        ("text-en-2", "Watch it."),
        ("row", "3"),
        ("name-3", ""),
    ];
    posted(&admin, "/settings/templates", &fields).is(303);
    let kept = admin.get("policy").is(200);
    let first = kept.at("/templates/value/templates/0");
    assert_eq!(first["key"], "it-stands-still");
    assert_eq!(first["next_minutes"], 45);
    assert_eq!(kept.at("/templates/value/templates/2"), json!(null));

    let on = made(app, "main", "public", &service(app));
    let incident = agent.declare("pay-db07 is on fire");
    let here = format!("/incidents/{incident}/announce");
    let empty = page(&agent, &here).is(200).text;
    assert!(empty.contains("It stands still!") && !empty.contains("For colleagues"));
    assert!(!empty.contains("nothing goes"));
    let chosen = page(
        &agent,
        &format!("{here}?page={on}&template=it-stands-still"),
    );
    let text = chosen.is(200).text;
    // Nothing is known to be hit, and the page says nothing of help: both stay to be written.
    assert!(text.contains("{components}: nothing goes"), "{text}");
    assert!(text.contains("help: {contact}."), "{text}");
    assert!(
        !text.contains("{began}") && !text.contains("{next_by}"),
        "{text}"
    );
    let selected = |value: &str| text.contains(&format!("value=\"{value}\" selected"));
    assert!(selected("identified") && selected("critical"), "{text}");
    // A template of others is no template here.
    for other in ["for-colleagues", "nothing"] {
        let other = page(&agent, &format!("{here}?page={on}&template={other}"));
        assert!(!other.is(200).text.contains("Watch it."));
    }

    let left = json!({
        "page": on, "title": "{components}: nothing goes", "stage": "identified",
        "text": "We mend it.", "states": {},
    });
    agent
        .post(&format!("incidents/{incident}/announce"), left)
        .problem(422, "bad-value");
}

fn restricted(app: &TestApp) {
    let on = made(app, "main", "public", &service(app));
    let manager = app.manager();
    let incident = manager.declare("Somebody reads along");
    let members = json!({
        "people": [app.id(Role::IncidentManager)], "reason": "Need to know.",
    });
    manager.does(&incident, "restrict", members);
    let here = format!("/incidents/{incident}/announce?page={on}&template=first-word");
    let text = page(&manager, &here).is(200).text;
    assert!(text.contains("Since {began},"), "{text}");
    assert!(!text.contains("{next_by}"), "{text}");
}
