//! What users are told: on pages and on disk, by two people where it may be secret, and never a
//! word of the record; and who says that it concerns them too.

use crate::app::{Client, TestApp};
use crate::intake::until;
use crate::settings_pages::{page, posted};
use bifold_domain::Role;
use serde_json::{Value, json};

crate::on_both! {
    words_wait_for_a_second_person_and_stand_on_the_page_then = told;
    of_a_restricted_incident_nothing_is_on_any_page_but_what_was_said = restricted;
    a_page_of_the_staff_is_not_there_for_strangers = staff;
    whoever_is_concerned_too_says_so_with_one_press = same;
    a_page_is_made_changed_and_taken_out_of_use_by_form = forms;
}

/// Every file of a page that says something.
const FILES: [&str; 6] = [
    "",
    "index.html",
    "feed.atom",
    "maintenance.ics",
    "api/v2/summary.json",
    "api/v2/incidents.json",
];

pub(crate) fn made(app: &TestApp, key: &str, audience: &str, service: &str) -> String {
    let page = json!({
        "key": key, "name": "Harbour services", "language": "en", "zone": "Europe/Zurich",
        "audience": audience, "approval": "when_sensitive",
        "components": [{ "key": "checkout", "name": "Checkout", "services": [service] }],
    });
    let made = app.administrator().post("status-pages", page);
    made.is(201).text_at("/id")
}

pub(crate) fn service(app: &TestApp) -> String {
    let entry = json!({ "key": "shop", "name": "Shop", "criticality": "vital" });
    let made = app.administrator().post("services", entry);
    made.is(201).text_at("/id")
}

pub(crate) fn words(page: &str, text: &str) -> Value {
    json!({
        "page": page, "title": "Paying by card fails", "impact": "major",
        "stage": "investigating", "text": text, "states": { "checkout": "major_outage" },
    })
}

fn everything(client: &Client<'_>, key: &str) -> String {
    let read = |file: &&str| page(client, &format!("/status/{key}/{file}")).text;
    FILES.iter().map(read).collect()
}

/// Every byte of a page on disk.
fn on_disk(app: &TestApp, key: &str) -> String {
    let mut all = String::new();
    let mut folders = vec![app.folder.path().join("window").join(key)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = std::fs::read(path) {
                // What is written beside its place is gone once it is in it.
                all += &String::from_utf8_lossy(&bytes);
            }
        }
    }
    all
}

fn told(app: &TestApp) {
    let (agent, manager) = (app.agent(), app.manager());
    let on = made(app, "main", "public", &service(app));
    let incident = agent.declare("Cards are refused");
    let one = format!("incidents/{incident}");
    agent.does(&incident, "announce", words(&on, "We look for the cause."));
    let shown = manager.get(&format!("{one}/announcements")).is(200);
    assert_eq!(shown.at("/items/0/said"), json!([]));
    assert_eq!(shown.at("/items/0/proposed/title"), "Paying by card fails");
    let stranger = app.anonymous();
    assert!(!everything(&stranger, "main").contains("Paying by card"));

    // Whoever wrote it cannot agree; whoever agrees is somebody who leads.
    agent
        .post(&format!("{one}/announce/approve"), json!({ "page": on }))
        .problem(403, "second-person-needed");
    let inbox = manager.get("me/notifications").is(200).text;
    assert!(inbox.contains("announcement_proposed"), "{inbox}");
    manager.does(&incident, "announce/approve", json!({ "page": on }));
    let index = page(&stranger, "/status/main/").is(200);
    assert!(
        index
            .header("content-security-policy")
            .contains("default-src 'none'")
    );
    assert!(
        index.text.contains("Paying by card fails"),
        "{}",
        index.text
    );
    assert!(index.text.contains("We look for the cause."));
    page(&stranger, "/status/main").is(308);
    page(&stranger, "/status/main/style.css").is(200);
    page(&stranger, "/status/nothing/").is(404);
    let summary = page(&stranger, "/status/main/api/v2/summary.json").is(200);
    assert_eq!(summary.at("/components/0/status"), "major_outage");
    until(|| {
        on_disk(app, "main")
            .contains("We look for the cause.")
            .then_some(())
    });

    // It stands in the timeline, and its promise is a clock.
    let timeline = agent.get(&format!("{one}/timeline")).is(200).text;
    assert!(timeline.contains("incident.announced"), "{timeline}");
    let mut next = words(&on, "It is the certificate.");
    next["stage"] = json!("identified");
    next["next_by"] = json!(app.now_plus(3_600_000_000));
    app.officer().does(
        &incident,
        "assess",
        json!({
        "kind": "security", "finding": "no", "reason": "A certificate ran out." }),
    );
    // From then on one person is enough.
    agent.does(&incident, "announce", next);
    let index = page(&stranger, "/status/main/").is(200).text;
    assert!(index.contains("It is the certificate."), "{index}");
    let unsay = json!({ "page": on, "reason": "It was another one." });
    agent.does(&incident, "announce/retract", unsay);
    assert!(!everything(&stranger, "main").contains("certificate"));
    until(|| (!on_disk(app, "main").contains("certificate")).then_some(()));
}

fn restricted(app: &TestApp) {
    let (manager, officer) = (app.manager(), app.officer());
    let on = made(app, "main", "public", &service(app));
    let incident = manager.declare("Zanzibar payroll published");
    let members = json!({
        "people": [app.id(Role::IncidentManager), app.id(Role::SecurityOfficer)],
        "reason": "Need to know.",
    });
    manager.does(&incident, "restrict", members);
    let one = format!("incidents/{incident}");
    let found = manager.post(
        &format!("{one}/announce"),
        words(&on, "Zanzibar is affected."),
    );
    let found = found.problem(409, "would-tell");
    assert!(found.text.contains("zanzibar"), "{}", found.text);
    let mut alone = words(&on, "Some services are slower.");
    alone["alone"] = json!("Nobody is awake.");
    manager
        .post(&format!("{one}/announce"), alone)
        .problem(403, "second-person-needed");
    manager.does(
        &incident,
        "announce",
        words(&on, "Some services are slower."),
    );
    officer.does(&incident, "announce/approve", json!({ "page": on }));

    let number = manager.sees(&incident).text_at("/number");
    until(|| on_disk(app, "main").contains("slower").then_some(()));
    let (stranger, agent) = (app.anonymous(), app.agent());
    let forms = page(&stranger, "/report").text + &page(&agent, "/report").text;
    for seen in [
        everything(&stranger, "main"),
        everything(&agent, "main"),
        on_disk(app, "main"),
        forms,
    ] {
        assert!(seen.contains("Some services are slower."), "{seen}");
        for canary in ["Zanzibar", "zanzibar", "payroll", &number, &incident] {
            assert!(!seen.contains(canary), "{canary} in {seen}");
        }
    }
    // Neither is the record behind it there for others, by whatever verb.
    let unsay = json!({ "page": on, "reason": "r" });
    for (verb, body) in [
        ("announce", words(&on, "x")),
        ("announce/approve", json!({ "page": on })),
        ("announce/decline", unsay.clone()),
        ("announce/retract", unsay),
    ] {
        agent.post(&format!("{one}/{verb}"), body).is(404);
    }
    agent.get(&format!("{one}/announcements")).is(404);
}

fn staff(app: &TestApp) {
    made(app, "staff", "staff", &service(app));
    page(&app.anonymous(), "/status/staff/").is(404);
    page(&app.anonymous(), "/status/staff/style.css").is(404);
    let shown = page(&app.reporter(), "/status/staff/").is(200);
    assert!(shown.text.contains("Checkout"));
    assert!(shown.header("cache-control").contains("private"));
    made(app, "main", "public", &service_of(app));
    until(|| on_disk(app, "main").contains("Checkout").then_some(()));
    assert_eq!(on_disk(app, "staff"), "");
}

/// The one service there is.
fn service_of(app: &TestApp) -> String {
    let all = app.administrator().get("services").is(200);
    all.text_at("/items/0/id")
}

fn same(app: &TestApp) {
    let (manager, stranger) = (app.manager(), app.anonymous());
    let on = made(app, "main", "public", &service(app));
    let incident = manager.declare("Cards are refused");
    let mut alone = words(&on, "We look for the cause.");
    alone["alone"] = json!("Nobody else is awake.");
    manager.does(&incident, "announce", alone);
    let form = page(&stranger, "/report").is(200).text;
    assert!(form.contains("Paying by card fails"), "{form}");
    let (_, rest) = form.split_once("name=\"about\" value=\"").unwrap();
    let about = rest.split_once('"').unwrap().0.to_owned();
    posted(&stranger, "/report/same", &[("about", "else")]).is(404);
    let sent = posted(&stranger, "/report/same", &[("about", &about)]).is(303);
    assert!(sent.header("location").starts_with("/report/received/"));
    let fields = [("about", about.as_str())];
    posted(&app.reporter(), "/report/same", &fields).is(303);
    let events = manager.get("events?standing=incident").is(200);
    let titles = events.each("/items", "title");
    assert_eq!(titles.len(), 2, "{titles:?}");
    assert!(
        titles
            .iter()
            .all(|t| t == "Concerned too: Paying by card fails")
    );
    // What is written back stands with the receipt; what is not for them does not.
    let to = sent.header("location");
    let note = |text: &str, audience: &str| json!({ "text": text, "audience": audience });
    manager.does(&incident, "notes", note("Please pay in cash.", "outward"));
    manager.does(&incident, "notes", note("The vendor sleeps.", "internal"));
    let receipt = page(&stranger, &to).is(200).text;
    assert!(
        receipt.contains("Please pay in cash.") && !receipt.contains("vendor"),
        "{receipt}"
    );
    // It is bound already: nobody has to look at it.
    let tray = manager.get("events?standing=undecided").is(200);
    assert_eq!(tray.at("/items"), json!([]));
}

fn forms(app: &TestApp) {
    let (manager, service) = (app.manager(), service(app));
    let settings = "/settings/status-pages";
    let fields = |name: &'static str| {
        vec![
            ("name", name.to_owned()),
            ("key", "main".to_owned()),
            ("audience", "public".to_owned()),
            ("approval", "always".to_owned()),
            ("language", "de".to_owned()),
            ("zone", "Europe/Berlin".to_owned()),
            ("components.0.key", String::new()),
            ("components.0.name", "Zahlen & Buchen".to_owned()),
            ("components.0.services[]", service.clone()),
            ("components.1.key", String::new()),
            ("components.1.name", String::new()),
            ("never_say", "Project Tern\n\nAcme".to_owned()),
        ]
    };
    let sent = |path: &str, fields: Vec<(&'static str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        posted(&manager, path, &fields)
    };
    let to = sent(settings, fields("Harbour")).is(303).header("location");
    let found = manager.get("status-pages").is(200);
    assert_eq!(found.at("/items/0/components/0/key"), "zahlen-buchen");
    assert_eq!(found.at("/items/0/components/1"), Value::Null);
    assert_eq!(
        found.at("/items/0/never_say"),
        json!(["Acme", "Project Tern"])
    );
    // Words that are not to be said are not for everybody.
    let others = app.reporter().get("status-pages").is(200);
    assert_eq!(others.at("/items/0/never_say"), Value::Null);
    let form = page(&manager, &to).is(200).text;
    assert!(form.contains("Zahlen &#38; Buchen"), "{form}");
    sent(&to, fields("Harbour services")).is(303);
    assert_eq!(
        manager.get("status-pages").text_at("/items/0/name"),
        "Harbour services"
    );
    // The form on the page of an incident, with the words that users would read.
    let incident = manager.declare("Cards are refused");
    let number = manager.sees(&incident).text_at("/number");
    let shown = page(&manager, &format!("/incidents/{number}/announce"))
        .is(200)
        .text;
    assert!(shown.contains("states.zahlen-buchen"), "{shown}");
    let head = page(&manager, &format!("/incidents/{number}")).is(200).text;
    assert!(head.contains(&format!("/incidents/{number}/announce")));
    until(|| on_disk(app, "main").contains("Zahlen").then_some(()));
    sent(&format!("{to}/retire"), vec![]).is(303);
    page(&app.anonymous(), "/status/main/").is(404);
    until(|| on_disk(app, "main").is_empty().then_some(()));
}
