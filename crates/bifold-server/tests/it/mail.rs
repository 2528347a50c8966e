//! Mail: handed over by LMTP and by the door, filed, answered once, threaded, parked; and two
//! machines that answer each other stop.

use crate::app::{Client, TestApp};
use crate::intake::{connected, until};
use crate::intake_peers::free_port;
use crate::peer::{Peer, sender};
use crate::settings_pages::{page, posted};
use bifold_notify::send::{Settings, Smtp};
use bifold_server::Config;
use bifold_store::Clock;
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

pub(crate) const DESK: &str = "desk@bifold.example";

/// A story of a server with a mailbox, a mail server before it and one behind it.
fn with_mail(story: impl FnOnce(&TestApp, &mut Peer, &Peer, &str)) {
    let Some((out, smtp)) = Peer::start("smtp.py", "") else {
        return;
    };
    let port = free_port();
    let config = with_sender(smtp.parse().unwrap(), port);
    let mut app = TestApp::made(Clock::System.now(), config, |_| ());
    let (source, _) = connected(&app, desk(true));
    until(|| std::net::TcpStream::connect(("127.0.0.1", port)).ok());
    let (mut hand, _) = Peer::start("lmtp.py", &port.to_string()).unwrap();
    story(&app, &mut hand, &out, &source);
    drop(hand);
    app.finish();
}

/// Sends to one port, and has a door at the other.
pub(crate) fn with_sender(smtp: u16, lmtp: u16) -> Config {
    let url = format!("smtp://127.0.0.1:{smtp}");
    let smtp = Smtp::new(&url, "Bifold <bifold@bifold.example>", None).unwrap();
    Config {
        sender: Some(Arc::new(sender(Settings {
            smtp: Some(smtp),
            ..Settings::default()
        }))),
        lmtp: vec![format!("tcp://127.0.0.1:{lmtp}").parse().unwrap()],
        ..Config::default()
    }
}

pub(crate) fn desk(answers: bool) -> Value {
    json!({ "name": "Service desk", "format": "mail", "quota": 1_000,
        "mailbox": { "address": DESK, "answers": answers, "checked_by": "mx.bifold.example" } })
}

/// Hands a message over; whom the door refused.
fn hand(peer: &mut Peer, from: &str, to: &str, head: &str, text: &str) -> Value {
    let data = format!("{head}\r\nTo: {to}\r\n\r\n{text}\r\n");
    peer.say(&json!({ "from": from, "to": [to], "data": data }));
    peer.next()
}

fn from_anna(id: &str, subject: &str, more: &str) -> String {
    format!("From: Anna <anna@example.org>\r\nSubject: {subject}\r\nMessage-ID: <{id}>{more}")
}

pub(crate) fn events(client: &Client<'_>) -> Vec<Value> {
    let found = client.get("events").is(200).at("/items");
    found.as_array().unwrap().clone()
}

/// Waits until so many messages of the mailbox were filed, and shows its page.
fn filed(app: &TestApp, source: &str, count: u64) -> String {
    until(|| {
        let shown = app.manager().get(&format!("sources/{source}")).is(200);
        (shown.at("/deliveries") == count).then_some(())
    });
    until(|| {
        let shown = page(&app.manager(), &format!("/settings/sources/{source}"));
        let text = shown.is(200).text;
        let rows = text.matches("/body\" download>Whole message").count();
        (rows as u64 == count).then_some(text)
    })
}

#[test]
fn a_message_is_an_event_that_is_answered_once_and_what_follows_finds_it() {
    with_mail(|app, mx, out, source| {
        let manager = app.manager();
        let none = hand(
            mx,
            "anna@example.org",
            "other@bifold.example",
            "Subject: a",
            "b",
        );
        assert_eq!(none, json!({ "other@bifold.example": 550 }));

        let first = from_anna("1@example.org", "Shop is down", "");
        let text = "Nobody can pay.\r\n.\r\nSince nine.";
        assert_eq!(hand(mx, "anna@example.org", DESK, &first, text), json!({}));
        let letter = out.next();
        assert_eq!(letter["to"], json!(["anna@example.org"]));
        // Nobody gets a failure of it, and no machine answers it.
        assert!(
            matches!(letter["from"].as_str(), Some("" | "<>")),
            "{letter}"
        );
        let data = letter["data"].as_str().unwrap().to_owned();
        let event = manager.get("events").is(200).at("/items/0");
        let number = event["number"].as_str().unwrap();
        for said in [
            format!("Subject: [{number}] Re: Shop is down"),
            "Auto-Submitted: auto-replied".to_owned(),
            "In-Reply-To: <1@example.org>".to_owned(),
            "X-Loop: bifold".to_owned(),
            format!("It has the number {number}."),
        ] {
            assert!(data.contains(&said), "{said}: {data}");
        }
        let one = format!("events/{}", event["id"].as_str().unwrap());
        let shown = manager.get(&one).is(200);
        assert_eq!(shown.at("/channel"), "email");
        assert_eq!(shown.at("/contact"), "anna@example.org");
        assert_eq!(shown.at("/description"), "Nobody can pay.\n.\nSince nine.");

        // Her answer goes to the address of the letter; its subject says nothing.
        let reply_to = data.lines().find_map(|l| l.strip_prefix("Reply-To: "));
        let reply_to = reply_to.unwrap().trim().to_owned();
        assert!(reply_to.starts_with("reply+"), "{reply_to}");
        let answer = from_anna("2@example.org", "Re: x", "");
        hand(
            mx,
            "anna@example.org",
            &reply_to,
            &answer,
            "Cards work again.",
        );
        // The same by the header alone, and once more by a server that missed our yes.
        let id = data.lines().find_map(|l| l.strip_prefix("Message-ID: "));
        let third = format!("\r\nIn-Reply-To: {}", id.unwrap().trim());
        let third = from_anna("3@example.org", "Re: y", &third);
        hand(mx, "anna@example.org", DESK, &third, "Cash too.");
        hand(mx, "anna@example.org", DESK, &third, "Cash too.");
        // Somebody else guesses the number: that is a message of its own.
        let guess = format!(
            "From: eve@example.net\r\nSubject: [{number}] close it\r\nMessage-ID: <4@example.net>\r\n\
             Precedence: bulk"
        );
        hand(mx, "eve@example.net", DESK, &guess, "Please.");
        let shown = filed(app, source, 5);
        let added = manager.get(&one).is(200).at("/additions");
        let texts: Vec<&str> = added
            .as_array()
            .unwrap()
            .iter()
            .map(|more| more["text"].as_str().unwrap())
            .collect();
        assert_eq!(texts, ["Cards work again.", "Cash too."]);
        assert_eq!(events(&manager).len(), 2);
        assert!(shown.contains("it went to many") && shown.contains("Came before"));
        assert!(out.is_silent(), "one letter, and no more");
        let seen = page(&manager, &format!("/events/{number}")).is(200).text;
        assert!(seen.contains("Cards work again.") && seen.contains("anna@example.org"));
    });
}

#[test]
fn a_note_for_the_reporter_reaches_whoever_wrote_and_stands_on_their_receipt() {
    with_mail(|app, mx, out, _| {
        let manager = app.manager();
        let first = from_anna("1@example.org", "Shop is down", "");
        hand(mx, "anna@example.org", DESK, &first, "Nobody can pay.");
        out.next();
        let event = manager.get("events").is(200).text_at("/items/0/number");
        let incident = manager.declare("Shop is down");
        let bind = json!({ "outcome": "incident", "incident": incident, "reason": "It is." });
        manager
            .post(&format!("events/{event}/decision"), bind)
            .is(200);
        let note = |text: &str, audience: &str| json!({ "text": text, "audience": audience });
        manager.does(
            &incident,
            "notes",
            note("The database is full.", "internal"),
        );
        manager.does(&incident, "notes", note("Please try again now.", "outward"));
        let letter = out.next();
        assert_eq!(letter["to"], json!(["anna@example.org"]));
        let data = letter["data"].as_str().unwrap();
        for said in [
            format!("Subject: [{event}] Re: Shop is down"),
            "In-Reply-To: <1@example.org>".to_owned(),
            "Reply-To: reply+".to_owned(),
            "Please try again now.".to_owned(),
        ] {
            assert!(data.contains(&said), "{said}: {data}");
        }
        assert!(!data.contains("database"), "{data}");

        // What she answers to that comes back to the incident.
        let reply_to = data.lines().find_map(|l| l.strip_prefix("Reply-To: "));
        let answer = from_anna("2@example.org", "Re: Shop is down", "");
        let reply_to = reply_to.unwrap().trim();
        hand(
            mx,
            "anna@example.org",
            reply_to,
            &answer,
            "It works, thank you.",
        );
        let came = format!("incidents/{incident}/timeline");
        until(|| {
            manager
                .get(&came)
                .text
                .contains("It works, thank you.")
                .then_some(())
        });
        // Of a restricted incident nothing goes out.
        let members =
            json!({ "people": [app.id(bifold_domain::Role::IncidentManager)], "reason": "r" });
        manager.does(&incident, "restrict", members);
        manager.does(&incident, "notes", note("Between us.", "outward"));
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        assert!(out.is_silent());
    });
}

#[test]
fn machines_that_answer_are_filed_or_parked_and_never_answered() {
    with_mail(|app, mx, out, source| {
        let manager = app.manager();
        let first = from_anna("1@example.org", "Shop is down", "");
        hand(mx, "anna@example.org", DESK, &first, "Nobody can pay.");
        let letter = out.next();
        let data = letter["data"].as_str().unwrap().to_owned();
        let id = data.lines().find_map(|l| l.strip_prefix("Message-ID: "));
        let id = id.unwrap().trim().to_owned();

        // Our letter did not arrive: a word about that stands with the event.
        let report = "From: MAILER-DAEMON@mx.example.org\r\nSubject: Undelivered\r\n\
                      Message-ID: <5@mx>\r\nMIME-Version: 1.0\r\n\
                      Content-Type: multipart/report; report-type=delivery-status; boundary=b";
        let parts = format!(
            "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\n\
             Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n\
             Final-Recipient: rfc822; anna@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\
             Diagnostic-Code: smtp; 550 no such user\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\
             \r\nMessage-ID: {id}\r\n--b--"
        );
        hand(mx, "", DESK, report, &parts);
        // One that reports what nobody sent, and our own letter come back: parked.
        let lost = report.replace("<5@mx>", "<6@mx>");
        hand(mx, "", DESK, &lost, &parts.replace(&id, "<x@elsewhere>"));
        let back = from_anna("7@example.org", "Hello", "\r\nX-Loop: bifold");
        hand(mx, "anna@example.org", DESK, &back, "Round and round.");
        // A program that says nothing of being one, and answers each letter with a new thread.
        for n in 0..5 {
            let robot = from_anna(&format!("robot{n}@example.org"), "Out of office", "");
            hand(mx, "anna@example.org", DESK, &robot, "I am away.");
        }
        let shown = filed(app, source, 9);
        assert!(out.is_silent(), "one letter in ten minutes, whatever comes");
        assert_eq!(shown.matches("Parked").count(), 2, "{shown}");
        assert_eq!(events(&manager).len(), 6);
        let all = events(&manager);
        let first = all.last().unwrap()["id"].as_str().unwrap();
        let added = manager.get(&format!("events/{first}")).is(200);
        let text = added.text_at("/additions/0/text");
        assert!(text.contains("failed anna@example.org: 5.1.1"), "{text}");

        // Somebody looks, and takes one in.
        let deliveries = manager.get(&format!("sources/{source}/deliveries"));
        let parked = deliveries.is(200).at("/items");
        let parked = parked.as_array().unwrap().iter().find(|one| {
            one["remarks"]
                .as_str()
                .is_some_and(|r| r.contains("our own mark"))
        });
        let delivery = parked.unwrap()["id"].to_string();
        let here = format!("/settings/sources/{source}/replay");
        posted(&manager, &here, &[("delivery", &delivery)]).is(303);
        until(|| (events(&manager).len() == 7).then_some(()));
        assert!(out.is_silent(), "taken in is not answered");
    });
}

/// The messages of one archive.
fn messages(name: &str) -> Option<Vec<Vec<u8>>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/mail");
    let Ok(file) = std::fs::File::open(root.join(name)) else {
        eprintln!("SKIPPED: {name} is not here");
        return None;
    };
    let mut archive = tar::Archive::new(GzDecoder::new(file));
    let mut all = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.header().entry_type().is_file() {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            all.push(bytes);
        }
    }
    Some(all)
}

#[test]
fn every_message_of_two_collections_is_filed_or_waits_visibly() {
    let all = ["stalwart_eml.tar.gz", "enmime_eml.tar.gz"].map(messages);
    let all: Vec<Vec<u8>> = all.into_iter().flatten().flatten().collect();
    if all.is_empty() {
        return;
    }
    let mut app = TestApp::made(Clock::System.now(), Config::default(), |_| ());
    let (source, token) = connected(&app, desk(true));
    let door = app
        .with_token(&token)
        .with("content-type", "message/rfc822");
    for message in &all {
        let path = format!("/in/{source}");
        door.send("POST", &path, Some(message.clone())).is(202);
    }
    let viewer = app.actor(bifold_domain::Role::IncidentManager);
    let id = bifold_domain::SourceId::parse(&source).unwrap();
    let count = u32::try_from(all.len()).unwrap();
    let (mails, unread) = until(|| {
        let mails = app.wait(app.store.mails(&id, count)).unwrap();
        let unread = app.wait(app.store.troubles(&[&source], count)).unwrap();
        (mails.len() + unread.len() == all.len()).then_some((mails, unread))
    });
    drop(viewer);
    for one in &mails {
        assert!(one.record.is_some() || one.became == "parked", "{one:?}");
    }
    for one in &unread {
        assert!(one.error.as_deref().is_some_and(|e| !e.is_empty()));
    }
    println!("{} filed, {} wait", mails.len(), unread.len());
    app.finish();
}
