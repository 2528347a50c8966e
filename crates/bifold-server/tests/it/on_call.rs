//! On-call over HTTP: schedules, swaps, hand-overs, calendars, chains.

use crate::app::{Client, TestApp};
use crate::settings_pages::{page, posted};
use bifold_domain::Role;
use bifold_domain::time::{DAY, HOUR};
use serde_json::{Value, json};

crate::on_both! {
    a_schedule_says_who_is_on_call_and_when_nobody_is = story;
    a_swap_is_answered_by_whom_it_was_asked_of = swaps;
    a_shift_is_handed_over_with_what_the_next_one_may_know = hand_overs;
    a_calendar_comes_in_as_overrides_and_goes_out_as_shifts = calendars;
    a_chain_is_rehearsed_before_it_is_needed = chains;
    the_pages_plan_swap_hand_over_and_rehearse_by_plain_forms = pages;
}

/// A day each of agent and resolver; the agent since midnight.
pub(crate) fn plan(app: &TestApp, name: &str) -> Value {
    let today = &app.now_plus(0)[..10];
    json!({ "name": format!("Schedule {name} {}", app.store.shell().ids.next()), "layers": [{
        "name": "days", "zone": "UTC", "starts": format!("{today}T00:00:00"),
        "turn": { "count": 1, "unit": "days" },
        "people": [app.id(Role::Agent), app.id(Role::Resolver)],
    }] })
}

pub(crate) fn made(app: &TestApp, name: &str) -> String {
    let plan = plan(app, name);
    app.manager().post("schedules", plan).is(201).text_at("/id")
}

/// Hours after midnight of today.
fn hour(app: &TestApp, hours: i64) -> String {
    let now = app.store.shell().clock.now();
    let midnight = now.micros() - now.micros().rem_euclid(DAY);
    bifold_domain::At::from_micros(midnight + hours * HOUR).to_string()
}

pub(crate) fn over(app: &TestApp) -> Value {
    json!({ "person": app.id(Role::SecurityOfficer), "from": hour(app, 48), "until": hour(app, 50) })
}

pub(crate) fn swap(app: &TestApp) -> Value {
    let gives = json!({ "from": hour(app, 72), "until": hour(app, 74) });
    json!({ "with": app.id(Role::IncidentManager), "gives": gives })
}

pub(crate) fn hand_over(app: &TestApp) -> Value {
    json!({ "to": app.id(Role::IncidentManager), "notes": "The supplier calls back at six." })
}

/// A calendar with one event of the officer's.
pub(crate) fn upload(app: &TestApp) -> Value {
    let day = hour(app, 24 * 9)[..10].replace('-', "");
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VEVENT\r\nUID:1\r\n\
         DTSTAMP:{day}T000000Z\r\nDTSTART:{day}T080000Z\r\nDTEND:{day}T100000Z\r\n\
         SUMMARY:security_officer@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    json!({ "calendar": text })
}

pub(crate) fn chain(app: &TestApp, name: &str, minutes: u16) -> Value {
    json!({ "name": format!("Chain {name} {}", app.store.shell().ids.next()), "steps": [
        { "step": "person", "person": app.id(Role::Agent) },
        { "step": "wait", "minutes": minutes },
        { "step": "person", "person": app.id(Role::IncidentManager) },
    ] })
}

fn story(app: &TestApp) {
    let id = made(app, "one");
    let agent = app.agent();
    let now = agent.get("oncall").is(200);
    assert_eq!(now.text_at("/items/0/shift/person/id"), app.id(Role::Agent));
    assert_eq!(now.text_at("/items/0/shift/source"), "days");
    assert_eq!(
        now.text_at("/items/0/next/person/id"),
        app.id(Role::Resolver)
    );
    let tomorrow = agent.get(&format!("oncall?at={}", hour(app, 30))).is(200);
    assert_eq!(
        tomorrow.text_at("/items/0/shift/person/id"),
        app.id(Role::Resolver)
    );
    // Yesterday there was no schedule, and so nobody.
    let from = hour(app, -24);
    let path = format!("schedules/{id}/shifts?from={from}&until={}", hour(app, 48));
    let shifts = agent.get(&path).is(200);
    assert_eq!(shifts.text_at("/gaps/0/from"), from);
    assert_eq!(shifts.each("/shifts", "by"), ["layer", "layer"]);
    agent.get("oncall?at=noon").problem(422, "query");
    let backwards = format!("schedules/{id}/shifts?from={}&until={from}", hour(app, 0));
    agent.get(&backwards).problem(422, "query");
    let manager = app.manager();
    manager
        .post(&format!("schedules/{id}/overrides"), over(app))
        .is(200);
    let seen = agent.get(&format!("schedules/{id}")).is(200);
    assert_eq!(
        seen.text_at("/overrides/0/person/id"),
        app.id(Role::SecurityOfficer)
    );
    assert_eq!(seen.header("etag"), "\"2\"");
    let mine = app.officer().get("oncall/mine").is(200);
    assert_eq!(mine.text_at("/items/0/schedule"), id);
    assert_eq!(mine.at("/items/1"), Value::Null);
    let withdraw = format!("schedules/{id}/overrides/1/withdraw");
    manager.act(&withdraw).is(200);
    manager.act(&withdraw).problem(404, "not-found");
    let mut empty = plan(app, "empty");
    empty["layers"][0]["people"] = json!([]);
    let refused = manager.post("schedules", empty).problem(422, "bad-value");
    assert!(refused.text_at("/detail").contains("names nobody"));
    manager.act(&format!("schedules/{id}/retire")).is(200);
    assert_eq!(agent.get("oncall").is(200).at("/items"), json!([]));
}

fn swaps(app: &TestApp) {
    let id = made(app, "swaps");
    let path = format!("schedules/{id}/swaps");
    let (agent, resolver) = (app.agent(), app.as_role(Role::Resolver));
    let gives = json!({ "from": hour(app, 48), "until": hour(app, 72) });
    let takes = json!({ "from": hour(app, 72), "until": hour(app, 96) });
    let ask = json!({ "with": app.id(Role::Resolver), "gives": gives, "takes": takes });
    resolver
        .post(&path, ask.clone())
        .problem(409, "nothing-to-change");
    agent.post(&path, ask.clone()).is(200);
    for role in Role::ALL.iter().filter(|r| **r != Role::Resolver) {
        let other = app.as_role(*role);
        other
            .act(&format!("{path}/1/accept"))
            .problem(403, "not-for-you");
        other
            .act(&format!("{path}/1/decline"))
            .problem(403, "not-for-you");
    }
    resolver
        .act(&format!("{path}/1/withdraw"))
        .problem(403, "not-for-you");
    resolver.act(&format!("{path}/1/accept")).is(200);
    agent
        .act(&format!("{path}/1/withdraw"))
        .problem(409, "settled");
    let shifts = |from: i64| {
        let (from, until) = (hour(app, from), hour(app, from + 24));
        let path = format!("schedules/{id}/shifts?from={from}&until={until}");
        agent.get(&path).is(200).text_at("/shifts/0/person/id")
    };
    assert_eq!(shifts(48), app.id(Role::Resolver));
    assert_eq!(shifts(72), app.id(Role::Agent));
    agent.post(&path, ask).problem(409, "not-on-call");
    let other = json!({ "from": hour(app, 96), "until": hour(app, 98) });
    let ask = json!({ "with": app.id(Role::Resolver), "gives": other });
    agent.post(&path, ask.clone()).is(200);
    resolver.act(&format!("{path}/2/decline")).is(200);
    agent.post(&path, ask).is(200);
    agent.act(&format!("{path}/3/withdraw")).is(200);
    let seen = agent.get(&format!("schedules/{id}")).is(200);
    assert_eq!(
        seen.each("/swaps", "standing"),
        ["accepted", "declined", "withdrawn"]
    );
}

fn hand_overs(app: &TestApp) {
    let id = made(app, "hand over");
    let (agent, manager) = (app.agent(), app.manager());
    let open = agent.declare("Payments fail");
    let secret = manager.declare("A leak");
    let members = [app.id(Role::Agent), app.id(Role::IncidentManager)];
    let restrict = json!({ "people": members, "reason": "need to know" });
    manager.does(&secret, "restrict", restrict);
    let path = format!("schedules/{id}/hand-overs");
    let mut body = hand_over(app);
    body["to"] = json!(app.id(Role::Resolver));
    body["incidents"] = json!([open, secret]);
    manager
        .post(&path, body.clone())
        .problem(409, "not-on-call");
    agent.post(&path, body).is(200);
    let seen = |client: &Client<'_>| {
        let seen = client.get(&format!("schedules/{id}")).is(200);
        let named = seen.at("/hand_overs/0/incidents");
        named.as_array().map_or(0, Vec::len)
    };
    // Whoever cannot read one of the incidents does not hear of it.
    assert_eq!(seen(&agent), 2);
    assert_eq!(seen(&app.as_role(Role::Resolver)), 1);
    let accept = format!("{path}/1/accept");
    agent.act(&accept).problem(403, "not-for-you");
    app.as_role(Role::Resolver).act(&accept).is(200);
    app.as_role(Role::Resolver)
        .act(&accept)
        .problem(409, "settled");
}

fn calendars(app: &TestApp) {
    let id = made(app, "Nächte; \"a\"");
    let path = format!("schedules/{id}/calendar");
    let manager = app.manager();
    let sent = |text: &str| manager.post(&path, json!({ "calendar": text }));
    let refused = sent("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:soon\n").problem(422, "shape");
    assert!(
        refused.text_at("/detail").contains("line 3: \"soon\""),
        "{}",
        refused.text
    );
    sent("%PDF-1.7").problem(422, "shape");
    let stranger = upload(app)["calendar"]
        .as_str()
        .unwrap()
        .replace("security_", "no_");
    let refused = sent(&stranger).problem(422, "shape");
    assert!(
        refused
            .text_at("/detail")
            .contains("no_officer@example.org")
    );
    manager.post(&path, upload(app)).is(200);
    // The same again adds nothing.
    manager
        .post(&path, upload(app))
        .problem(409, "nothing-to-change");
    let out = app.agent().get(&format!("{path}.ics")).is(200);
    assert_eq!(out.header("content-type"), "text/calendar; charset=utf-8");
    assert!(
        out.text.contains("SUMMARY:security_officer ("),
        "{}",
        out.text
    );
    let own = app.officer().get("oncall/mine.ics").is(200);
    assert_eq!(own.text.matches("BEGIN:VEVENT").count(), 1);
    read_by_another(&out.text, out.text.matches("BEGIN:VEVENT").count());
}

/// A reader nobody here wrote finds the same events; `BIFOLD_TEST_PYTHON` names a Python with it.
fn read_by_another(text: &str, events: usize) {
    let python = std::env::var_os("BIFOLD_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("it.ics"), text).unwrap();
    let script = "import sys\n\
        try: import icalendar\n\
        except ImportError: sys.exit(9)\n\
        calendar = icalendar.Calendar.from_ical(open('it.ics', 'rb').read())\n\
        events = list(calendar.walk('VEVENT'))\n\
        assert not calendar.errors and not any(e.errors for e in events)\n\
        assert all(e['DTSTART'].dt < e['DTEND'].dt and e['UID'] and e['DTSTAMP'] for e in events)\n\
        assert all('N\u{e4}chte; \"a\"' in str(e['SUMMARY']) for e in events), events\n\
        print(len(events))";
    let run = std::process::Command::new(python)
        .current_dir(folder.path())
        .args(["-c", script])
        .output()
        .unwrap();
    match run.status.code() {
        Some(0) => assert_eq!(
            String::from_utf8_lossy(&run.stdout).trim(),
            events.to_string()
        ),
        Some(9) => eprintln!("SKIPPED: no icalendar here; set BIFOLD_TEST_PYTHON"),
        _ => panic!("{}", String::from_utf8_lossy(&run.stderr)),
    }
}

fn chains(app: &TestApp) {
    let schedule = made(app, "chain");
    let manager = app.manager();
    let body = json!({ "name": "Payments", "unacknowledge_minutes": 30, "steps": [
        { "step": "schedule", "schedule": schedule },
        { "step": "wait", "minutes": 5 },
        { "step": "round_robin", "people": [app.id(Role::Resolver), app.id(Role::IncidentManager)] },
        { "step": "wait", "minutes": 10 },
        { "step": "repeat", "times": 1 },
    ] });
    let id = manager.post("chains", body.clone()).is(201).text_at("/id");
    let path = format!("chains/{id}/simulate?at={}&turn=1", hour(app, 30));
    let calls = app.agent().get(&path).is(200);
    let people: Vec<String> = (0..4)
        .map(|n| calls.text_at(&format!("/calls/{n}/people/0/id")))
        .collect();
    let (resolver, lead) = (app.id(Role::Resolver), app.id(Role::IncidentManager));
    assert_eq!(people, [resolver, lead, resolver, resolver]);
    assert_eq!(calls.at("/calls/2/round"), 2);
    let retire = format!("schedules/{schedule}/retire");
    manager.act(&retire).problem(409, "in-use");
    let mut endless = body;
    endless["steps"] = json!([
        { "step": "schedule", "schedule": schedule }, { "step": "repeat", "times": 1 },
    ]);
    let refused = manager.post("chains", endless).problem(422, "bad-value");
    assert!(refused.text_at("/detail").contains("without a wait"));
    manager.act(&format!("chains/{id}/retire")).is(200);
    manager.act(&retire).is(200);
    let calls = app.agent().get(&path).is(200);
    assert_eq!(calls.text_at("/calls/0/nobody"), "out_of_use");
}

fn pages(app: &TestApp) {
    let (manager, agent, resolver) = (app.manager(), app.agent(), app.as_role(Role::Resolver));
    let today = hour(app, 0)[..10].to_owned();
    let starts = format!("{today}T00:00");
    // The second row stays empty, and is left out.
    let fields = [
        ("name", "Harbour"),
        ("layer_name", "Days <b>"),
        ("layer_zone", "UTC"),
        ("layer_starts", &starts),
        ("layer_count", "1"),
        ("layer_unit", "days"),
        ("layer_people", "agent\r\nresolver@example.org\r\n"),
        ("layer_d0", "00:00-24:00"),
        ("layer_name", ""),
        ("layer_people", ""),
    ];
    posted(&agent, "/oncall/new", &fields).is(403);
    posted(&manager, "/oncall/new", &fields).is(303);
    let mut stranger = fields;
    stranger[6].1 = "nobody here";
    let refused = posted(&manager, "/oncall/new", &stranger).is(422);
    assert!(refused.text.contains("nobody here"));
    let seen = page(&agent, "/oncall").is(200);
    assert!(seen.text.contains("Days &#60;b&#62;"), "{}", seen.text);
    assert!(
        seen.text.contains("gaps in two weeks"),
        "only Mondays are covered"
    );
    let id = manager.get("schedules").is(200).text_at("/items/0/id");
    let around = [
        ("layer_d0", ""),
        ("name", "Harbour"),
        ("layer_name", "Days"),
        ("layer_zone", "UTC"),
        ("layer_starts", &starts),
        ("layer_count", "1"),
        ("layer_unit", "days"),
        ("layer_people", "agent\nresolver"),
    ];
    let plan = format!("/oncall/schedules/{id}");
    assert!(
        page(&manager, &plan)
            .is(200)
            .text
            .contains("resolver</textarea>")
    );
    posted(&manager, &plan, &around).is(303);
    let act = |client: &Client<'_>, verb: &str, fields: &[(&str, &str)]| {
        posted(client, &format!("{plan}/do/{verb}"), fields).is(303)
    };
    let (gives, until) = (hour(app, 48), hour(app, 72));
    let takes = format!("{} {until} {}", app.id(Role::Resolver), hour(app, 96));
    let swap = [
        ("with", app.id(Role::Agent)),
        ("gives.from", &gives),
        ("gives.until", &until),
        ("_takes", &takes),
    ];
    act(&agent, "swap", &swap);
    assert!(
        page(&resolver, "/oncall")
            .is(200)
            .text
            .contains("asks you to take a shift")
    );
    act(&resolver, "swap/1/accept", &[]);
    let notes = [
        ("to", app.id(Role::Resolver)),
        ("notes", "<i>Six</i> o'clock."),
    ];
    act(&agent, "hand-over", &notes);
    let seen = page(&resolver, "/oncall").is(200);
    assert!(seen.text.contains("&#60;i&#62;Six"), "{}", seen.text);
    act(&resolver, "hand-over/2/accept", &[]);
    let calendar = upload(app)["calendar"].as_str().unwrap().to_owned();
    act(&manager, "calendar", &[("calendar", &calendar)]);
    act(&manager, "override/3/withdraw", &[]);
    posted(&manager, &format!("{plan}/do/override/x/withdraw"), &[]).is(404);
    chain_pages(app, &id);
    act(&manager, "retire", &[]);
    // For a reporter whom no schedule names there is nothing to see.
    assert!(
        !page(&app.reporter(), "/oncall")
            .is(200)
            .text
            .contains("Harbour")
    );
}

fn chain_pages(app: &TestApp, schedule: &str) {
    let manager = app.manager();
    let on_call = format!("schedule {schedule}");
    let lead = format!("person {}", app.id(Role::IncidentManager));
    let fields = [
        ("name", "Vital"),
        ("silence", "30"),
        ("step_kind", on_call.as_str()),
        ("step_number", ""),
        ("step_kind", "wait"),
        ("step_number", "5"),
        ("step_kind", lead.as_str()),
        ("step_number", ""),
        ("step_kind", ""),
        ("step_number", ""),
    ];
    posted(&manager, "/oncall/chains/new", &fields).is(303);
    let id = manager.get("chains").is(200).text_at("/items/0/id");
    let path = format!("/oncall/chains?chain={id}&at={}", &hour(app, 30)[..16]);
    let seen = page(&app.agent(), &path).is(200);
    assert!(
        seen.text.contains("Vital, if nobody answered"),
        "{}",
        seen.text
    );
    assert!(seen.text.contains("after 5 min"), "{}", seen.text);
    page(&app.agent(), "/oncall/chains?chain=x").is(404);
    page(&app.agent(), "/oncall/chains?at=noon").is(422);
    let one = format!("/oncall/chains/{id}");
    assert!(page(&manager, &one).is(200).text.contains("value=\"5\""));
    // A row that is kept is the step that was there.
    let kept = [
        ("name", "Vital"),
        ("step_kind", "keep 2"),
        ("step_number", ""),
    ];
    posted(&manager, &one, &kept).is(303);
    let steps = manager.get(&format!("chains/{id}")).is(200);
    assert_eq!(steps.each("/entry/steps", "step"), ["person"]);
    posted(&manager, &format!("{one}/retire"), &[]).is(303);
}
