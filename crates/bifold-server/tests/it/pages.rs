//! The pages as people use them, and what must stand on none of them.

use crate::app::{Answer, Client, TestApp};
use bifold_domain::Role;
use bifold_server::{Method, registry};
use serde_json::json;

crate::on_both! {
    a_restricted_incident_stands_on_no_page = canary;
    triage_decides_and_can_decide_again = triage;
    several_at_once_are_shown_before_they_are_changed = bulk;
    lists_are_saved_shared_and_deleted = views;
    numbers_lead_straight_to_their_record = search;
    my_day_is_about_me = day;
    a_browser_signs_in_and_out = signing;
}

fn page(client: &Client<'_>, path: &str) -> Answer {
    client.clone().with("accept", "text/html").get(path)
}

fn send(client: &Client<'_>, path: &str, form: &str) -> Answer {
    let client = client
        .clone()
        .with("accept", "text/html")
        .with("content-type", "application/x-www-form-urlencoded");
    client.send("POST", path, Some(form.as_bytes().to_vec()))
}

fn canary(app: &TestApp) {
    let manager = app.manager();
    let open = app.agent().declare("Quokka open");
    let members = json!({ "people": [app.id(Role::IncidentManager)] });
    let body = json!({
        "title": "Quokka Zanzibar", "description": "Quokka Zanzibar described",
        "impact": "extensive", "urgency": "critical", "compartment": members,
    });
    let done = manager.post("incidents", body).is(201);
    let (hidden, number) = (done.text_at("/id"), done.text_at("/number"));
    manager.does(&hidden, "notes", json!({ "text": "Quokka Zanzibar noted" }));
    manager.does(
        &hidden,
        "major/promote",
        json!({
        "responsible": app.id(Role::IncidentManager), "reason": "Zanzibar" }),
    );
    manager.does(
        &open,
        "relate",
        json!({ "kind": "causes", "other": hidden }),
    );
    manager.does(&open, "parent", json!({ "parent": hidden }));
    let report = json!({ "title": "Quokka seen" });
    let event = app.reporter().post("events", report).is(201).text_at("/id");
    let part = json!({ "outcome": "incident", "incident": hidden, "reason": "Zanzibar" });
    manager
        .post(&format!("events/{event}/decision"), part)
        .is(200);
    let paths = everywhere(&[&hidden, &number, &open], &event);
    for role in Role::ALL.iter().filter(|r| **r != Role::IncidentManager) {
        for path in &paths {
            is_clean(&page(&app.as_role(*role), path), path);
            is_clean(&app.as_role(*role).get(path), path);
        }
        let client = app.as_role(*role);
        is_clean(
            &send(&client, &format!("/incidents/{number}/do/take"), ""),
            "take",
        );
        let into = format!("into={number}&reason=r");
        is_clean(
            &send(&client, &format!("/incidents/{open}/join"), &into),
            "join",
        );
        let many = format!("verb=take&number[]={number}");
        is_clean(&send(&client, "/incidents/bulk", &many), "bulk");
        is_clean(
            &send(
                &client,
                "/incidents/bulk",
                &format!("{many}&confirmed=true"),
            ),
            "bulk",
        );
    }
    for path in &paths {
        is_clean(&page(&app.anonymous(), path), path);
    }
    // For its member it is all there.
    for path in [
        "/",
        "/search?q=quokka",
        "/palette?q=quokka",
        "/incidents?open=true",
    ] {
        assert!(
            page(&manager, path).is(200).text.contains("Zanzibar"),
            "{path}"
        );
    }
    for path in [format!("/incidents/{number}"), format!("/events/{event}")] {
        assert!(
            page(&manager, &path).is(200).text.contains("Zanzibar"),
            "{path}"
        );
    }
}

/// Every page, and the questions that could give something away.
fn everywhere(incidents: &[&str], event: &str) -> Vec<String> {
    let mut paths = vec![
        "/search?q=quokka".to_owned(),
        "/palette?q=quokka".to_owned(),
        "/incidents?order=newest".to_owned(),
        "/incidents?open=true&restricted=true".to_owned(),
        "/incidents?major=promoted".to_owned(),
        "/triage?standing=incident".to_owned(),
    ];
    for id in incidents {
        paths.push(format!("/search?q={id}"));
        paths.push(format!("/palette?q={id}"));
        paths.push(format!("/palette?here=/incidents/{id}"));
        paths.push(format!("/incidents?ids={id}"));
        paths.push(format!("/incidents?parent={id}"));
    }
    let is_read = |r: &bifold_server::Route| {
        r.is_page && r.method == Method::Get && r.name != "page_live" && r.name != "page_asset"
    };
    for route in registry().into_iter().filter(is_read) {
        for id in incidents.iter().copied().chain([event]) {
            let path = route.path.replace("{id}", id).replace("{kind}", "security");
            paths.push(path.replace("{code}", "none"));
        }
    }
    paths.sort_unstable();
    paths.dedup();
    paths
}

#[track_caller]
fn is_clean(answer: &Answer, path: &str) {
    let headers = format!("{:?}", answer.headers).to_lowercase();
    let text = answer.text.to_lowercase();
    assert!(!text.contains("zanzibar"), "{path}: {text}");
    assert!(!headers.contains("zanzibar"), "{path}: {headers}");
    assert!(answer.status < 500, "{path}: {}", answer.status);
}

fn triage(app: &TestApp) {
    let agent = app.agent();
    let open = agent.declare("Checkout times out");
    let number = agent.sees(&open).text_at("/number");
    let report = |title: &str| {
        let body = json!({ "title": title, "description": "<b>as written</b>" });
        app.reporter().post("events", body).is(201)
    };
    let (first, second) = (report("Checkout is slow"), report("Disk at 80 %"));
    let tray = page(&agent, "/triage").is(200).text;
    assert!(
        tray.contains("2 waiting") && tray.contains("&#60;b&#62;as written"),
        "{tray}"
    );
    let places = ["Checkout is slow", "Disk at 80 %"].map(|t| tray.find(t).unwrap());
    assert!(places[0] < places[1], "the oldest first");
    assert!(
        tray.contains("Checkout times out"),
        "what may be the same is proposed"
    );

    let path = |event: &Answer| format!("/triage/{}/decide", event.text_at("/id"));
    let attach = format!(
        "outcome=incident&incident={}&reason=r",
        number.to_lowercase()
    );
    let done = send(&agent, &path(&first), &attach).is(303);
    assert_eq!(done.header("location"), "/triage");
    let declare = format!(
        "outcome=declare&declare.title=Disk&declare.impact=moderate&declare.urgency=medium\
         &declare.channel=api&declare.reporter={}&reason=r",
        app.id(Role::Reporter)
    );
    send(&agent, &path(&second), &declare).is(303);
    assert!(page(&agent, "/triage").is(200).text.contains("0 waiting"));
    let decided = page(&agent, "/triage?standing=incident").is(200).text;
    assert!(decided.contains("Checkout times out") && decided.contains("Disk"));
    // Its reporter follows it as an incident of their own.
    assert!(
        page(&app.reporter(), "/")
            .is(200)
            .text
            .contains("Nobody has taken it yet")
    );

    // Decided again, there is a way back to what was decided before.
    let weakness = "outcome=weakness&reason=r";
    let done = send(&agent, &path(&first), weakness).is(303);
    let said = done.header("set-cookie");
    let cookie = said.split(';').next().unwrap();
    let tray = page(&agent.clone().with("cookie", cookie), "/triage")
        .is(200)
        .text;
    assert!(
        tray.contains("value=\"incident\"") && tray.contains(&open),
        "{tray}"
    );
    // What was seen counts.
    let late = format!("{weakness}&_version=1");
    send(&agent, &path(&first), &late).is(409);
    send(
        &agent,
        &path(&first),
        "outcome=incident&incident=INC-9&reason=r",
    )
    .is(404);
}

fn bulk(app: &TestApp) {
    let agent = app.agent();
    let ids = ["One", "Two", "Three"].map(|title| agent.declare(title));
    let numbers = ids.each_ref().map(|id| agent.sees(id).text_at("/number"));
    agent.does(&ids[1], "take", json!({}));
    let cancelled = json!({ "reason": "r" });
    agent.does(&ids[2], "cancel", cancelled);
    let many = format!("&number%5B%5D={}", numbers.join("&number%5B%5D="));
    let sheet = send(&agent, "/incidents/bulk", &format!("verb=take{many}")).is(200);
    let expected = "1 will change · 1 not possible · 1 already so";
    assert!(sheet.text.contains(expected), "{}", sheet.text);
    assert!(
        agent.sees(&ids[0]).at("/assignee").is_null(),
        "nothing was written"
    );
    let confirmed = format!("verb=take{many}&confirmed=true&_key=k1");
    let done = send(&agent, "/incidents/bulk", &confirmed).is(200);
    assert!(
        done.text
            .contains("1 changed · 1 not possible · 1 already so"),
        "{}",
        done.text
    );
    assert_eq!(agent.sees(&ids[0]).at("/assignee/id"), app.id(Role::Agent));
    // The same again with the same key is the same.
    let version = agent.sees(&ids[0]).at("/version");
    send(&agent, "/incidents/bulk", &confirmed).is(200);
    assert_eq!(agent.sees(&ids[0]).at("/version"), version);

    // Without its fields a verb is not carried out, only tried.
    let asked = format!("verb=snooze{many}&confirmed=true");
    let sheet = send(&agent, "/incidents/bulk", &asked).is(200).text;
    assert!(
        sheet.contains("2 will change") && sheet.contains("name=\"reason\""),
        "{sheet}"
    );
    let until = app.now_plus(3_600_000_000);
    let asked = format!("{asked}&until={until}&reason=later");
    assert!(
        send(&agent, "/incidents/bulk", &asked)
            .is(200)
            .text
            .contains("2 changed")
    );
    assert!(!agent.sees(&ids[0]).at("/snoozed").is_null());
    // A priority is confirmed only after what was chosen was tried.
    let asked = format!("verb=prioritise{many}");
    let sheet = send(&agent, "/incidents/bulk", &asked).is(200).text;
    assert!(
        sheet.contains("Choose first") && !sheet.contains("confirmed"),
        "{sheet}"
    );
    let asked = format!("{asked}&impact=significant&urgency=high&reason=r");
    let sheet = send(&agent, "/incidents/bulk", &asked).is(200).text;
    assert!(
        sheet.contains("2 already so") && !sheet.contains("confirmed"),
        "{sheet}"
    );
    let asked = asked.replace("=high", "=low");
    let sheet = send(&agent, "/incidents/bulk", &asked).is(200).text;
    assert!(
        sheet.contains("name=\"confirmed\"") && sheet.contains("Low: it can wait"),
        "{sheet}"
    );

    for wrong in ["verb=close", "verb=assess", "verb=restrict"] {
        send(&agent, "/incidents/bulk", &format!("{wrong}{many}")).is(404);
    }
    send(&agent, "/incidents/bulk", "verb=take").is(422);
    let auditor = send(
        &app.auditor(),
        "/incidents/bulk",
        &format!("verb=take{many}"),
    );
    assert!(auditor.is(200).text.contains("3 not possible"));
}

fn views(app: &TestApp) {
    let agent = app.agent();
    let team = app.team("Desk", &[Role::Agent, Role::Resolver]);
    let form = format!("name=Hot+ones&query=%3Fopen%3Dtrue%26handling%3D2&team={team}");
    let saved = send(&agent, "/views", &form).is(303);
    assert_eq!(saved.header("location"), "/incidents?open=true&handling=2");
    let queue = page(&agent, "/incidents?open=true&handling=2").is(200).text;
    let id = queue.split("name=\"id\" value=\"").nth(1).unwrap();
    let id = id.split('"').next().unwrap();
    let theirs = page(
        &app.as_role(Role::Resolver),
        "/incidents?open=true&handling=2",
    );
    let theirs = theirs.is(200).text;
    assert!(
        theirs.contains("Hot ones") && !theirs.contains(id),
        "shared, and not theirs"
    );
    assert!(
        !page(&app.manager(), "/incidents")
            .is(200)
            .text
            .contains("Hot ones")
    );
    send(
        &app.as_role(Role::Resolver),
        "/views/delete",
        &format!("id={id}"),
    )
    .is(404);
    send(&agent, "/views", "name=n&query=nonsense%3D1").is(422);
    send(&agent, "/views/delete", &format!("id={id}")).is(303);
    assert!(!page(&agent, "/incidents").is(200).text.contains("Hot ones"));
}

fn search(app: &TestApp) {
    let agent = app.agent();
    let id = agent.declare("Quokka");
    let number = agent.sees(&id).text_at("/number");
    let found = page(&agent, &format!("/search?q={}", number.to_lowercase())).is(303);
    assert_eq!(found.header("location"), format!("/incidents/{number}"));
    let found = page(&agent, "/search?q=INC-1").is(303);
    assert_eq!(found.header("location"), format!("/incidents/{number}"));
    assert!(
        page(&agent, "/search?q=quokka")
            .is(200)
            .text
            .contains(&number)
    );
    let none = page(&app.reporter(), &format!("/search?q={number}")).is(200);
    assert!(none.text.contains("Nothing found"));
    page(&agent, "/search").is(200);
    let palette = agent.get("/palette?q=quok&here=/").is(200);
    assert_eq!(
        palette.at("/groups/0/items/0/href"),
        format!("/incidents/{number}")
    );
    let here = format!("/palette?q=&here=/incidents/{number}%3Fproof=true");
    let palette = agent.get(&here).is(200).value().to_string();
    for key in ["e", "a", "s", "p", "m", "n", "l"] {
        assert!(
            palette.contains(&format!("\"press\":\"{key}\"")),
            "{key}: {palette}"
        );
    }
    let service = json!({ "key": "pay", "name": "Payments", "criticality": "vital" });
    app.administrator().post("services", service).is(201);
    let services = agent.get("/palette?q=%23pay").is(200).value().to_string();
    assert!(services.contains("Payments") && !services.contains("press"));
}

fn day(app: &TestApp) {
    let (agent, reporter) = (app.agent(), app.reporter());
    let first = page(&app.administrator(), "/").is(200).text;
    assert!(
        first.contains("First steps") && first.contains("curl http://127.0.0.1"),
        "{first}"
    );
    assert!(!page(&agent, "/").is(200).text.contains("First steps"));
    let mine = agent.declare("Mine to do");
    agent.does(&mine, "take", json!({}));
    let team = app.team("Desk", &[Role::Agent]);
    let theirs = agent.declare("Nobody has it");
    agent.does(&theirs, "assign", json!({ "team": team }));
    reporter
        .post("events", json!({ "title": "Seen by me" }))
        .is(201);
    let shown = page(&agent, "/").is(200).text;
    for part in [
        "Mine to do",
        "Nobody has it",
        "Seen by me",
        "href=\"/triage\"",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let shown = page(&reporter, "/").is(200).text;
    assert!(shown.contains("Seen by me") && shown.contains("href=\"/report\""));
    for part in ["Mine to do", "Nobody has it", "class=\"figure\""] {
        assert!(!shown.contains(part), "{part}: {shown}");
    }
    assert!(
        page(&app.auditor(), "/")
            .is(200)
            .text
            .contains("Mine to do")
    );
    let worker = app.anonymous().get("/sw.js").is(200);
    assert_eq!(worker.header("service-worker-allowed"), "/");
    assert_eq!(worker.header("cache-control"), "no-cache");
}

fn signing(app: &TestApp) {
    let ours = app.anonymous().with("sec-fetch-site", "same-origin");
    let wrong = send(&ours, "/sign-in", "email=a%40b.example&password=x").is(401);
    assert!(wrong.text.contains("address or the password is wrong"));
    send(&app.anonymous(), "/sign-in", "email=a&password=x").is(403);
    // Nobody is anybody outside of the demonstration.
    send(&ours, "/sign-in/demo", "email=agent%40example.org").is(404);
    let out = send(&ours, "/sign-out", "").is(303);
    assert_eq!(out.header("location"), "/sign-in");
}
