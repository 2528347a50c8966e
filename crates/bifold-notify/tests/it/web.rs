//! Requests to a real receiver, and where none are sent.

use crate::peer::{Peer, message, now, sender};
use bifold_domain::At;
use bifold_notify::send::Settings;
use bifold_notify::webhook::{Event, request};
use bifold_notify::{Clearance, Outcome, Secret, Sender, Target, VapidKey};
use std::time::{SystemTime, UNIX_EPOCH};

/// The real time: the receiver refuses a signature that is older than minutes.
#[allow(clippy::disallowed_methods)] // A test against a peer with a clock of its own.
fn real_now() -> At {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    At::from_micros(i64::try_from(since.as_micros()).unwrap())
}

fn event(id: &str) -> Event {
    Event {
        id: id.to_owned(),
        kind: "incident.declared".to_owned(),
        source: "https://bifold.example.org".to_owned(),
        reference: "INC-2026-0001".to_owned(),
        record: "inc_1".to_owned(),
        link: None,
        title: Some("Zahlung für Käse".to_owned()),
        clearance: Clearance::Amber,
        at: now(),
    }
}

/// A receiver with a secret, and a way to tell it.
struct Hook {
    peer: Peer,
    port: String,
    secret: Secret,
    sender: Sender,
}

impl Hook {
    fn start() -> Option<Self> {
        let secret = Secret::new([5; 32]);
        let (peer, port) = Peer::start("hook.py", &secret.text())?;
        let sender = sender(Settings::default());
        Some(Self {
            peer,
            port,
            secret,
            sender,
        })
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    async fn tell(&self, path: &str, secrets: &[Secret]) -> Outcome {
        let event = event("2026-1");
        let request = request(
            &self.url(path),
            secrets,
            None,
            &event,
            Clearance::Red,
            real_now(),
        );
        self.sender.tell(&request).await
    }
}

#[tokio::test]
async fn a_webhook_is_verified_by_somebody_elses_library() {
    let Some(hook) = Hook::start() else { return };
    let own = std::slice::from_ref(&hook.secret);
    assert!(matches!(hook.tell("ok", own).await, Outcome::Sent { .. }));
    let came = hook.peer.next();
    assert_eq!(came["verified"], true);
    assert_eq!(came["headers"]["webhook-id"], "2026-1");
    assert_eq!(
        came["headers"]["content-type"],
        "application/cloudevents+json"
    );
    let body: serde_json::Value = serde_json::from_str(came["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["specversion"], "1.0");
    assert_eq!(body["type"], "org.bifold.incident.declared.v1");
    // While a secret is being changed, both sign.
    let other = Secret::new([6; 32]);
    hook.tell("ok", &[other.clone(), hook.secret.clone()]).await;
    assert_eq!(hook.peer.next()["verified"], true);
    hook.tell("ok", &[other]).await;
    assert_eq!(hook.peer.next()["verified"], false);
}

#[tokio::test]
async fn an_answer_decides_what_becomes_of_it() {
    let Some(hook) = Hook::start() else { return };
    let own = std::slice::from_ref(&hook.secret);
    let busy = hook.tell("busy", own).await;
    assert!(
        matches!(
            busy,
            Outcome::Later {
                put_off: Some(7_000_000),
                ..
            }
        ),
        "{busy:?}"
    );
    assert!(matches!(
        hook.tell("missing", own).await,
        Outcome::Later { .. }
    ));
    assert!(matches!(hook.tell("gone", own).await, Outcome::Dead { .. }));
    for _ in 0..3 {
        hook.peer.next();
    }
    // A redirect is not followed.
    let away = hook.tell("away", own).await;
    assert!(
        matches!(&away, Outcome::Dead { why } if why.contains("redirect")),
        "{away:?}"
    );
    assert_eq!(hook.peer.next()["path"], "/away");
    assert!(hook.peer.is_silent());
}

#[tokio::test]
async fn a_receiver_that_says_nothing_holds_nobody_up() {
    let Some(hook) = Hook::start() else { return };
    let began = std::time::Instant::now();
    let slow = hook.tell("slow", std::slice::from_ref(&hook.secret)).await;
    assert!(matches!(slow, Outcome::Later { .. }), "{slow:?}");
    assert!(began.elapsed().as_secs() < 15);
}

#[tokio::test]
async fn ntfy_gets_its_json() {
    let Some(hook) = Hook::start() else { return };
    let target = Target::Ntfy {
        server: hook.url("ok"),
        topic: "ops".to_owned(),
        token: Some("tk_1".to_owned()),
    };
    let message = message("ntc_1", Clearance::Red);
    assert!(matches!(
        hook.sender.send(&target, &message, now()).await,
        Outcome::Sent { .. }
    ));
    let came = hook.peer.next();
    let body: serde_json::Value = serde_json::from_str(came["body"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&body["topic"], &body["priority"]),
        (&"ops".into(), &5.into())
    );
    assert_eq!(came["headers"]["authorization"], "Bearer tk_1");
}

#[tokio::test]
async fn a_browser_reads_what_was_pushed_and_nobody_on_the_way_does() {
    let Some(hook) = Hook::start() else { return };
    let Some((mut browser, subscription)) = Peer::start("browser.py", &hook.url("ok/push")) else {
        return;
    };
    let key = VapidKey::read(&VapidKey::make().unwrap()).unwrap();
    let sender = sender(Settings {
        vapid: Some(key),
        contact: "mailto:ops@example.org".to_owned(),
        ..Settings::default()
    });
    let target: Target = serde_json::from_str(&subscription).unwrap();
    target.check().unwrap();
    let message = message("ntc_1", Clearance::Red);
    let sent = sender.send(&target, &message, real_now()).await;
    assert!(matches!(sent, Outcome::Sent { .. }), "{sent:?}");
    let came = hook.peer.next();
    assert_eq!(came["headers"]["content-encoding"], "aes128gcm");
    assert_eq!(came["headers"]["urgency"], "high");
    browser.say(&came);
    let read = browser.next();
    assert_eq!(read["said"]["title"], message.title);
    assert_eq!(read["said"]["path"], "/incidents/INC-2026-0001");
    assert_eq!(read["claims"]["sub"], "mailto:ops@example.org");
    assert_eq!(read["signed"], true);
}

/// Nothing is sent inside the house that the operator did not name, by number or by name.
#[tokio::test]
async fn the_inside_of_the_house_is_not_reached() {
    let Some(hook) = Hook::start() else { return };
    let strict = Sender::new(Settings::default()).unwrap();
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "0.0.0.0",
        "0x7f.1",
        "2130706433",
    ] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{}/ok", hook.port);
            let request = request(&url, &[], None, &event("1"), Clearance::Red, now());
            let outcome = strict.tell(&request).await;
            assert!(
                matches!(outcome, Outcome::Dead { .. }),
                "{url}: {outcome:?}"
            );
        }
    }
    assert!(hook.peer.is_silent());
    // An allowed network lets in itself and nothing beside it.
    let url = format!("http://[::1]:{}/ok", hook.port);
    let request = request(&url, &[], None, &event("1"), Clearance::Red, now());
    assert!(matches!(
        hook.sender.tell(&request).await,
        Outcome::Dead { .. }
    ));
}
