//! Bad input, each answered with a clear problem and nothing written.

use crate::app::{Answer, TestApp};
use bifold_domain::Role;
use serde_json::json;

crate::on_both! {
    bad_input_is_refused_in_words = bad_input;
    every_answer_carries_id_and_security_headers = headers;
    an_unknown_path_or_method_is_a_problem = no_route;
}

fn raw(app: &TestApp, path: &str, kind: &str, body: &[u8]) -> Answer {
    app.agent()
        .with("content-type", kind)
        .send("POST", path, Some(body.to_vec()))
}

const JSON: &str = "application/json";

fn bad_input(app: &TestApp) {
    let deep = format!("{{\"title\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let large = format!("{{\"title\":\"{}\"}}", "x".repeat(300_000));
    let long = format!(
        r#"{{"title":"{}","impact":"minor","urgency":"low"}}"#,
        "x".repeat(500)
    );
    let nul = br#"{"title":"a\u0000b","impact":"minor","urgency":"low"}"#;
    let surrogate = br#"{"title":"\ud800","impact":"minor","urgency":"low"}"#;
    let cases: &[(&str, &[u8], u16, &str)] = &[
        ("nothing", b"", 400, "syntax"),
        ("half an object", b"{\"title\":", 400, "syntax"),
        ("two objects", b"{}{}", 400, "syntax"),
        ("deep", deep.as_bytes(), 400, "syntax"),
        ("invalid UTF-8", b"{\"title\":\"\xff\xfe\"}", 400, "syntax"),
        ("a lone surrogate", surrogate, 400, "syntax"),
        ("too large", large.as_bytes(), 413, "too-large"),
        ("a list", b"[]", 422, "shape"),
        ("nothing in it", b"{}", 422, "shape"),
        ("an unknown field", br#"{"title":"x","owner":"me"}"#, 422, "shape"),
        ("a field twice", br#"{"title":"x","title":"y"}"#, 422, "shape"),
        ("a long title", long.as_bytes(), 422, "shape"),
        ("a control character", nul, 422, "shape"),
        (
            "a time without zone",
            br#"{"title":"x","impact":"minor","urgency":"low","times":{"detected":"2026-03-01T10:00:00"}}"#,
            422,
            "shape",
        ),
        (
            "an id of another type",
            br#"{"title":"x","impact":"minor","urgency":"low","team":"per_00000000000000000000000001"}"#,
            422,
            "shape",
        ),
        (
            "a team nobody knows",
            br#"{"title":"x","impact":"minor","urgency":"low","team":"tem_00000000000000000000000001"}"#,
            422,
            "unknown",
        ),
    ];
    for (what, body, status, code) in cases {
        let answer = raw(app, "incidents", JSON, body);
        assert_eq!(
            (answer.status, answer.text_at("/code")),
            (*status, (*code).to_owned()),
            "{what}"
        );
    }
    let zoneless = raw(app, "incidents", JSON, cases[13].1);
    let detail = zoneless.text_at("/detail");
    assert!(
        detail.starts_with("times.detected: ") && detail.contains("zone"),
        "{detail}"
    );
    raw(app, "incidents", "text/plain", b"{}").problem(415, "media-type");
    raw(
        app,
        "incidents",
        "application/x-www-form-urlencoded",
        b"a=1",
    )
    .is(415);
    headers_and_paths(app);
    assert_eq!(app.agent().get("incidents").is(200).at("/items"), json!([]));
}

fn headers_and_paths(app: &TestApp) {
    let agent = app.agent();
    let body = json!({ "title": "x", "impact": "minor", "urgency": "low" });
    for (name, value) in [
        ("idempotency-key", "with space"),
        ("idempotency-key", &"k".repeat(201)),
        ("if-match", "7"),
        ("if-match", "W/\"7\""),
    ] {
        let client = agent.clone().with(name, value);
        client
            .post("incidents", body.clone())
            .problem(400, "header");
    }
    for path in [
        "incidents/INC-2026-9999",
        "incidents/inc_00000000000000000000000001",
        "incidents/%ff",
        "incidents/'; DROP TABLE incident; --"
            .replace(' ', "%20")
            .as_str(),
        "events/evt_00000000000000000000000001",
        "services/none",
        "assets/none",
    ] {
        agent.get(path).problem(404, "not-found");
    }
    agent
        .act("incidents/INC-2026-9999/take")
        .problem(404, "not-found");
    agent.get("incidents?open=maybe").problem(422, "query");
    let me = app.id(Role::Agent);
    agent
        .post(
            &format!("people/{me}/password"),
            json!({ "password": "short" }),
        )
        .is(422);
}

fn headers(app: &TestApp) {
    for answer in [
        app.agent().get("me").is(200),
        app.agent().get("nowhere").is(404),
        app.anonymous().get("me").is(401),
        app.anonymous().get("/livez").is(200),
        app.agent()
            .declare("x")
            .pipe(|id| app.agent().get(&format!("incidents/{id}"))),
    ] {
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(
            answer
                .header("content-security-policy")
                .starts_with("default-src 'none'")
        );
        assert!(!answer.header("x-request-id").is_empty());
    }
    let mine = app.agent().with("x-request-id", "my-1").get("me");
    assert_eq!(mine.header("x-request-id"), "my-1");
    let odd = app.agent().with("x-request-id", "a b").get("me");
    assert_ne!(odd.header("x-request-id"), "a b");
}

trait Pipe: Sized {
    fn pipe<T>(self, f: impl FnOnce(Self) -> T) -> T {
        f(self)
    }
}
impl Pipe for String {}

fn no_route(app: &TestApp) {
    app.anonymous().get("/nowhere").problem(404, "no-route");
    app.agent()
        .get("/api/v2/incidents")
        .problem(404, "no-route");
    let wrong = app.agent().delete("incidents").problem(405, "method");
    let allowed = wrong.header("allow");
    let mut allowed: Vec<&str> = allowed.split(',').collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST"]);
    assert_eq!(
        app.anonymous().get("/version").is(200).text_at("/version"),
        env!("CARGO_PKG_VERSION")
    );
    app.anonymous().get("/readyz").is(200);
    let head = app.agent().send("HEAD", "me", None).is(200);
    assert_eq!(head.text, "");
}
