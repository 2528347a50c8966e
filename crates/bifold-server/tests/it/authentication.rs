//! Sessions, tokens, and what a foreign page cannot do.

use crate::app::{Client, TestApp};
use bifold_domain::{Auth, Role};
use serde_json::json;

crate::on_both! {
    a_session_begins_with_a_password_and_ends_by_signing_out = session;
    a_foreign_page_changes_nothing = foreign_page;
    guessing_is_slowed_down = guessing;
    a_token_works_until_it_is_revoked_or_over = tokens;
    a_password_is_set_by_its_owner_or_an_administrator = password;
}

const PASSWORD: &str = "correct horse battery";

fn with_password(app: &TestApp, role: Role) -> String {
    let email = format!("{}@example.org", role.word());
    let person = &app.people[&role];
    let own = app.wait(app.store.actor(person, Auth::Local)).unwrap();
    let own = own.unwrap();
    let set = app.store.set_password(&own, person, PASSWORD.to_owned());
    app.wait(set).unwrap();
    email
}

fn signed_in(app: &TestApp, role: Role) -> Client<'_> {
    let email = with_password(app, role);
    let body = json!({ "email": email, "password": PASSWORD });
    let answer = app.anonymous().post("session", body).is(204);
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    app.anonymous()
        .with("cookie", cookie.split(';').next().unwrap())
}

fn session(app: &TestApp) {
    let agent = signed_in(app, Role::Agent);
    let me = agent.get("me").is(200);
    assert_eq!(
        (me.text_at("/person/name"), me.text_at("/auth")),
        ("agent".into(), "session".into())
    );
    assert!(me.text.contains("\"triage\""));
    agent.delete("session").problem(403, "other-site");
    agent
        .clone()
        .with("sec-fetch-site", "same-origin")
        .delete("session")
        .is(204);
    agent.get("me").problem(401, "signed-out");
    let again = signed_in(app, Role::Agent);
    app.hours_later(1);
    again.get("me").problem(401, "signed-out");
}

fn foreign_page(app: &TestApp) {
    let agent = signed_in(app, Role::Agent);
    let body = json!({ "title": "x", "impact": "minor", "urgency": "low" });
    agent
        .post("incidents", body.clone())
        .problem(403, "other-site");
    for (name, value, status) in [
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("sec-fetch-site", "same-origin", 201),
    ] {
        agent
            .clone()
            .with(name, value)
            .post("incidents", body.clone())
            .is(status);
    }
    let sign_in = json!({ "email": "agent@example.org", "password": PASSWORD });
    let foreign = app.anonymous().with("sec-fetch-site", "cross-site");
    foreign.post("session", sign_in).problem(403, "other-site");
}

fn guessing(app: &TestApp) {
    with_password(app, Role::Agent);
    let guess = |email: &str| {
        app.anonymous().post(
            "session",
            json!({ "email": email, "password": "wrong wrong" }),
        )
    };
    guess("nobody@example.org").problem(401, "wrong-password");
    let mut last = guess("agent@example.org").problem(401, "wrong-password");
    for _ in 0..5 {
        last = guess("agent@example.org");
    }
    let wait = last.problem(429, "wait").header("retry-after");
    assert!(wait.parse::<u32>().unwrap() > 0);
    for n in 0..20 {
        guess(&format!("other{n}@example.org"));
    }
    let last = guess("yet.another@example.org");
    assert_eq!(last.status, 429, "one address may not try all accounts");
}

fn tokens(app: &TestApp) {
    let agent = app.agent();
    let expires = app.now_plus(3_600_000_000);
    let made = agent
        .post("tokens", json!({ "name": "ci", "expires_at": expires }))
        .is(201);
    let (id, token) = (made.text_at("/id"), made.text_at("/token"));
    assert!(token.starts_with("bfd_"));
    let ci = app.with_token(&token);
    ci.get("me").is(200);
    let list = agent.get("tokens").is(200);
    assert!(list.each("/items", "id").contains(&id) && !list.text.contains(&token));
    app.manager().delete(&format!("tokens/{id}")).is(404);
    agent.delete(&format!("tokens/{id}")).is(204);
    ci.get("me").problem(401, "signed-out");
    let made = agent
        .post("tokens", json!({ "name": "x", "expires_at": expires }))
        .is(201);
    let brief = app.with_token(&made.text_at("/token"));
    brief.get("me").is(200);
    app.hours_later(1);
    brief.get("me").is(401);
    app.with_token("bfd_nonsense").get("me").is(401);
    app.anonymous()
        .with("authorization", "Basic YTpi")
        .get("me")
        .is(401);
}

fn password(app: &TestApp) {
    let agent = signed_in(app, Role::Agent);
    let path = format!("people/{}/password", app.id(Role::Agent));
    let new = "another long password";
    let own = agent.clone().with("sec-fetch-site", "same-origin");
    own.post(&path, json!({ "password": new }))
        .problem(401, "wrong-password");
    own.post(&path, json!({ "password": new, "current": PASSWORD }))
        .is(204);
    agent.get("me").problem(401, "signed-out");
    app.manager()
        .post(&path, json!({ "password": new }))
        .problem(403, "not-permitted");
    app.administrator()
        .post(&path, json!({ "password": "set by the administrator" }))
        .is(204);
    let body = json!({ "email": "agent@example.org", "password": "set by the administrator" });
    app.anonymous().post("session", body).is(204);
}
