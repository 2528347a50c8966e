//! Subscribers of a status page: asked once, told once, gone with one press; by real mail.

use crate::app::TestApp;
use crate::intake::until;
use crate::peer::{Peer, sender};
use crate::settings_pages::{page, posted};
use bifold_notify::send::{Settings, Smtp};
use bifold_server::Config;
use bifold_store::Clock;
use serde_json::{Value, json};
use std::sync::Arc;

const BASE: &str = "https://incidents.example.org";

fn with_letters(story: impl FnOnce(&TestApp, &Peer)) {
    let Some((out, smtp)) = Peer::start("smtp.py", "") else {
        return;
    };
    let url = format!("smtp://127.0.0.1:{smtp}");
    let smtp = Smtp::new(&url, "Bifold <status@bifold.example>", None).unwrap();
    let config = Config {
        public_url: Some(BASE.to_owned()),
        sender: Some(Arc::new(sender(Settings {
            smtp: Some(smtp),
            ..Settings::default()
        }))),
        ..Config::default()
    };
    let mut app = TestApp::made(Clock::System.now(), config, |_| ());
    story(&app, &out);
    app.finish();
}

/// Subject, text and page of its own of a letter.
fn read(letter: &Value) -> (String, String, String) {
    let data = letter["data"].as_str().unwrap();
    let subject = data.lines().find_map(|l| l.strip_prefix("Subject: "));
    let own = data
        .lines()
        .find_map(|l| l.strip_prefix("List-Unsubscribe: <"));
    let own = own
        .unwrap_or_else(|| panic!("{data}"))
        .trim_end_matches('>');
    let own = own.strip_prefix(BASE).unwrap().to_owned();
    (subject.unwrap().to_owned(), data.to_owned(), own)
}

#[test]
fn an_address_confirms_is_told_of_its_components_and_leaves_with_one_press() {
    with_letters(|app, out| {
        let (manager, stranger) = (app.manager(), app.anonymous());
        let made = json!({
            "key": "main", "name": "Harbour", "language": "en", "zone": "UTC",
            "audience": "public", "approval": "when_sensitive",
            "components": [{ "key": "checkout", "name": "Checkout" }, { "key": "mail", "name": "Mail" }],
        });
        let on = app
            .administrator()
            .post("status-pages", made)
            .is(201)
            .text_at("/id");
        let index = page(&stranger, "/status/main/").is(200).text;
        assert!(
            index.contains(&format!("{BASE}/status/main/subscribe")),
            "{index}"
        );
        let here = "/status/main/subscribe";
        page(&stranger, here).is(200);
        posted(&stranger, here, &[("address", "nobody")]).is(422);
        let fields = [
            ("address", "Anna@example.org"),
            ("components[]", "checkout"),
        ];
        posted(&stranger, here, &fields).is(200);
        let (subject, _, own) = read(&out.next());
        assert!(subject.contains("do you want to be told?"), "{subject}");
        // Asked again within the hour, nothing is sent, and the answer is the same.
        posted(&stranger, here, &fields).is(200);
        // Programs that fill in everything are answered and forgotten.
        let trapped = [("address", "eve@example.org"), ("website", "x")];
        posted(&stranger, here, &trapped).is(200);

        // Not confirmed, not told.
        let incident = manager.declare("Cards are refused");
        let words = |text: &str, component: &str, stage: &str| {
            json!({ "page": on, "title": "Paying fails", "stage": stage, "text": text,
                "states": { component: "major_outage" }, "alone": "Nobody else is awake." })
        };
        manager.does(
            &incident,
            "announce",
            words("First word.", "checkout", "investigating"),
        );
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        assert!(out.is_silent());

        // Opening the page confirms nothing: programs open what stands in mails.
        let shown = page(&stranger, &own).is(200).text;
        assert!(shown.contains("anna@example.org") && shown.contains("Yes, tell me"));
        app.store.shell().advance(1_000_000);
        posted(&stranger, &own, &[("do", "confirm")]).is(303);
        let shown = page(&stranger, &own).is(200).text;
        assert!(shown.contains("You are told at"), "{shown}");
        manager.does(
            &incident,
            "announce",
            words("Second word.", "checkout", "identified"),
        );
        let (subject, text, same) = read(&out.next());
        assert_eq!(subject, "Harbour: Paying fails (Cause known)");
        assert!(
            text.contains("Second word.") && !text.contains("First word."),
            "{text}"
        );
        assert!(text.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
        assert!(text.contains("Auto-Submitted: auto-generated"));
        assert_eq!(same, own);
        // Of what they did not choose they are not told; that it is over, they are.
        let other = manager.declare("Mail is late");
        manager.does(
            &other,
            "announce",
            words("Mail is late.", "mail", "investigating"),
        );
        manager.does(
            &incident,
            "announce",
            words("It is over.", "checkout", "resolved"),
        );
        let (_, text, _) = read(&out.next());
        assert!(text.contains("It is over."), "{text}");

        // One press of a mail program: no form, no session, another site.
        let press = stranger
            .clone()
            .with("content-type", "application/x-www-form-urlencoded");
        press
            .send("POST", &own, Some(b"List-Unsubscribe=One-Click".to_vec()))
            .is(303);
        let left = page(&stranger, &own).is(200).text;
        assert!(
            left.contains("You left.") && !left.contains("anna@"),
            "{left}"
        );
        let more = manager.declare("Cards again");
        manager.does(
            &more,
            "announce",
            words("Again.", "checkout", "investigating"),
        );
        until(|| {
            page(&stranger, "/status/main/")
                .text
                .contains("Again.")
                .then_some(())
        });
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        assert!(out.is_silent(), "nobody is left to be told");
        // A token that is not ours is nothing.
        let (head, tail) = own.split_at(own.len() - 1);
        let forged = format!("{head}{}", if tail == "a" { "b" } else { "a" });
        page(&stranger, &forged.replace("mail/", "mail/b")).is(404);
    });
}

#[test]
fn maintenance_is_told_when_planned_moved_and_called_off() {
    with_letters(|app, out| {
        let (manager, stranger) = (app.manager(), app.anonymous());
        let entry = json!({ "key": "shop", "name": "Shop", "criticality": "vital" });
        let service = app
            .administrator()
            .post("services", entry)
            .is(201)
            .text_at("/id");
        let made = json!({
            "key": "main", "name": "Harbour", "language": "de", "zone": "Europe/Berlin",
            "audience": "public", "approval": "when_sensitive",
            "components": [{ "key": "shop", "name": "Laden", "services": [service] }],
        });
        app.administrator().post("status-pages", made).is(201);
        let fields = [("address", "anna@example.org")];
        posted(&stranger, "/status/main/subscribe", &fields).is(200);
        let (subject, _, own) = read(&out.next());
        assert!(
            subject.contains("Wollen Sie") || subject.contains("=?utf-8?"),
            "{subject}"
        );
        posted(&stranger, &own, &[("do", "confirm")]).is(303);
        let day = |n: i64| app.now_plus(n * 86_400_000_000);
        let plan = |from: i64| {
            json!({
                "title": "Neue Platten", "services": [service], "from": day(from), "until": day(from + 1),
            })
        };
        let id = manager.post("maintenances", plan(3)).is(201).text_at("/id");
        let (subject, ..) = read(&out.next());
        assert_eq!(subject, "Harbour: Neue Platten (Wartung geplant)");
        let one = format!("maintenances/{id}");
        let moved = json!({ "plan": plan(5), "reason": "Geheim: pay-db07." });
        manager.post(&format!("{one}/revise"), moved).is(200);
        let (subject, text, _) = read(&out.next());
        assert_eq!(subject, "Harbour: Neue Platten (Wartung verschoben)");
        assert!(
            !text.contains("pay-db07"),
            "reasons are for colleagues: {text}"
        );
        manager
            .post(&format!("{one}/cancel"), json!({ "reason": "Geheim." }))
            .is(200);
        let (subject, ..) = read(&out.next());
        assert_eq!(subject, "Harbour: Neue Platten (Wartung abgesagt)");
        assert!(out.is_silent());
    });
}
