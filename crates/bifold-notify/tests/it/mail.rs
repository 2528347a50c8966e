//! Mail to a real server.

use crate::peer::{Peer, message, now, sender};
use bifold_notify::send::{Settings, Smtp};
use bifold_notify::{Clearance, Outcome, Sender, Target};

fn to(address: &str) -> Target {
    Target::Email {
        address: address.to_owned(),
    }
}

fn by(port: &str) -> Sender {
    let from = "Bifold <bifold@example.org>";
    sender(Settings {
        smtp: Some(Smtp::new(&format!("smtp://127.0.0.1:{port}"), from, None).unwrap()),
        ..Settings::default()
    })
}

#[tokio::test]
async fn a_mail_arrives_and_is_one_of_its_thread() {
    let Some((server, port)) = Peer::start("smtp.py", "") else {
        return;
    };
    let sender = by(&port);
    let sent = |id: &'static str, cleared| {
        let (sender, message) = (&sender, message(id, cleared));
        async move { sender.send(&to("ada@example.org"), &message, now()).await }
    };
    let Outcome::Sent { receipt } = sent("ntc_1", Clearance::Red).await else {
        panic!("not sent");
    };
    assert!(receipt.contains("queued as TEST1"), "{receipt}");
    let mail = server.next();
    assert_eq!(mail["from"], "bifold@example.org");
    assert_eq!(mail["to"][0], "ada@example.org");
    let data = mail["data"].as_str().unwrap();
    for line in [
        "Auto-Submitted: auto-generated",
        "Message-ID: <ntc_1@example.org>",
        "In-Reply-To: <inc_1@example.org>",
        "References: <inc_1@example.org>",
    ] {
        assert!(data.contains(line), "{line}\n{data}");
    }
    // What is not ASCII is encoded, and markup of a title is text.
    assert!(data.is_ascii(), "{data}");
    let (_, html) = data.split_once("text/html").unwrap();
    assert!(!html.contains("<h=C3"), "{data}");
    // A way that is not cleared says nothing of it.
    sent("ntc_2", Clearance::Clear).await;
    let mail = server.next();
    let data = mail["data"].as_str().unwrap();
    assert!(
        !data.contains("Zahlung") && !data.contains("assignee"),
        "{data}"
    );
    assert!(data.contains("INC-2026-0001"));
}

#[tokio::test]
async fn a_refused_address_is_dead_and_a_busy_or_absent_server_is_not() {
    let Some((server, port)) = Peer::start("smtp.py", "") else {
        return;
    };
    let message = message("ntc_1", Clearance::Red);
    let sender = by(&port);
    let gone = sender.send(&to("gone@example.org"), &message, now()).await;
    assert!(
        matches!(&gone, Outcome::Dead { why } if why.contains("No such user")),
        "{gone:?}"
    );
    let busy = sender.send(&to("busy@example.org"), &message, now()).await;
    assert!(matches!(busy, Outcome::Later { .. }), "{busy:?}");
    assert!(server.is_silent());
    drop(server);
    let away = sender.send(&to("ada@example.org"), &message, now()).await;
    assert!(matches!(away, Outcome::Later { .. }), "{away:?}");
}
