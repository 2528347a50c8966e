//! Others vouch for the ledger: an authority that stamps, lies, hangs or is down.

use crate::app::{Answer, Client, TestApp, vouched};
use crate::bundle::{bag_in, unpacked};
use crate::evidence::sealed;
use crate::tsa::{Mood, Tsa};
use bifold_domain::Role;
use bifold_domain::time::{HOUR, SECOND};
use bifold_ledger::cosignature::Cosigner;
use bifold_server::{Anchors, Authority};
use bifold_timestamp::TrustedCertificates;
use bifold_verify::Verdict;
use serde_json::json;
use std::time::{Duration, Instant};

fn anchors(tsa: &Tsa) -> Anchors {
    let authority = Authority::new(&tsa.url, &tsa.roots()).unwrap();
    Anchors::new(vec![authority], Vec::new()).unwrap()
}

/// Asks how the anchors stand until the answer is as hoped for.
#[track_caller]
fn until(app: &TestApp, hoped: impl Fn(&Answer) -> bool) -> Answer {
    let patience = Instant::now() + Duration::from_secs(40);
    let auditor = app.auditor();
    loop {
        let answer = auditor.get("ledger/anchors").is(200);
        if hoped(&answer) {
            return answer;
        }
        assert!(Instant::now() < patience, "{}", answer.text);
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn last_error(answer: &Answer) -> String {
    answer
        .at("/authorities/0/last_error")
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn stamped_size(answer: &Answer) -> u64 {
    answer.at("/authorities/0/size").as_u64().unwrap_or(0)
}

fn log_size(app: &TestApp) -> u64 {
    app.wait(app.store.log_state()).unwrap().size
}

/// Resolved and closed by whoever may.
fn closed(app: &TestApp, client: &Client<'_>, id: &str, category: &str) {
    let manager = app.manager();
    manager.does(id, "classify", json!({ "category": category }));
    let resolve = json!({ "code": "fixed", "text": "Done.", "cause": "human-error" });
    client.does(id, "resolve", resolve);
    let early = json!({ "without_confirmation": "Confirmed by telephone." });
    manager.does(id, "close", early);
}

#[test]
fn nobody_vouches_unless_configured() {
    crate::app::on_sqlite(|app| {
        let answer = app.auditor().get("ledger/anchors").is(200);
        assert_eq!(answer.text_at("/status"), "none");
        assert_eq!(answer.at("/authorities"), json!([]));
        app.anonymous().get("ledger/anchors").is(401);
        app.agent().get("ledger/anchors").is(403);
        let page = app.auditor().get("/settings/ledger").is(200);
        assert!(page.text.contains("--tsa-roots"), "{}", page.text);
    });
}

#[test]
fn the_log_is_stamped_in_the_first_hour_and_at_once_for_security() {
    let Some(tsa) = Tsa::start(Mood::Honest) else {
        return;
    };
    vouched(anchors(&tsa), |app| {
        let first = until(app, |a| stamped_size(a) > 0);
        assert_eq!(first.text_at("/status"), "green");
        assert!(first.at("/authorities/0/age_s").as_i64().unwrap() < 60);
        assert_eq!(first.at("/authorities/0/waiting"), 0);
        let page = app.auditor().get("/settings/ledger").is(200).text;
        assert!(
            page.contains("127.0.0.1-") && page.contains("up to date"),
            "{page}"
        );

        // A service incident waits for the hour.
        let agent = app.agent();
        let id = agent.declare("No printing");
        agent.does(
            &id,
            "assess",
            json!({ "kind": "service", "finding": "yes", "reason": "r" }),
        );
        agent.does(
            &id,
            "assess",
            json!({ "kind": "security", "finding": "no", "reason": "r" }),
        );
        closed(app, &agent, &id, "hardware");
        let before = log_size(app);
        app.signed();
        std::thread::sleep(Duration::from_secs(3));
        assert_eq!(tsa.asked(), 1, "nothing was due");

        // A security incident does not.
        let officer = app.officer();
        let id = officer.declare("Phished mailbox");
        for (kind, finding) in [("service", "no"), ("security", "yes")] {
            officer.does(
                &id,
                "assess",
                json!({ "kind": kind, "finding": finding, "reason": "r" }),
            );
        }
        for to in ["started", "contained", "eradicated"] {
            officer.does(&id, "track", json!({ "track": "containment", "to": to }));
        }
        for (track, to) in [("evidence", "complete"), ("review", "done")] {
            app.manager()
                .does(&id, "track", json!({ "track": track, "to": to }));
        }
        closed(app, &app.manager(), &id, "intrusion");
        let closing = log_size(app);
        assert!(closing > before);
        until(app, |a| stamped_size(a) >= closing);
        assert_eq!(tsa.asked(), 2);
    });
}

#[test]
fn an_authority_that_is_down_is_asked_again_until_it_stamps() {
    let Some(tsa) = Tsa::start(Mood::Down) else {
        return;
    };
    vouched(anchors(&tsa), |app| {
        let failed = until(app, |a| last_error(a).contains("503"));
        assert!(
            last_error(&failed).ends_with("closed[31m tod"),
            "{}",
            failed.text
        );
        assert_eq!(failed.text_at("/status"), "amber");
        assert_eq!(failed.at("/authorities/0/waiting"), 1);
        assert_eq!(failed.at("/authorities/0/gen_time"), json!(null));
        app.declare_something();
        // The newest checkpoint is stamped then, not the one it was first asked about.
        let newest = log_size(app);
        app.signed();
        tsa.set(Mood::Honest);
        app.store.shell().advance(20 * SECOND);
        let stamped = until(app, |a| stamped_size(a) > 0);
        assert_eq!(stamped_size(&stamped), newest);
        assert_eq!(last_error(&stamped), "");
        assert_eq!(stamped.at("/authorities/0/waiting"), 0);
    });
}

#[test]
fn after_two_hours_in_vain_the_light_is_red() {
    let Some(tsa) = Tsa::start(Mood::Down) else {
        return;
    };
    vouched(anchors(&tsa), |app| {
        until(app, |a| last_error(a).contains("503"));
        app.store.shell().advance(3 * HOUR);
        assert_eq!(until(app, |_| true).text_at("/status"), "red");
    });
}

#[test]
fn what_an_authority_should_not_say_is_not_kept() {
    let Some(tsa) = Tsa::start(Mood::Lying) else {
        return;
    };
    vouched(anchors(&tsa), |app| {
        for (mood, says) in [
            (Mood::Lying, "not of this data"),
            (Mood::Elsewhere, "answered 307"),
            (Mood::Endless, "cannot be reached"),
        ] {
            tsa.set(mood);
            app.store.shell().advance(60 * SECOND);
            let answer = until(app, |a| last_error(a).contains(says));
            assert_eq!(stamped_size(&answer), 0, "{mood:?}");
        }
        // It is honest again, but the clock here is hours ahead of its clock.
        tsa.set(Mood::Honest);
        app.store.shell().advance(2 * HOUR);
        until(app, |a| last_error(a).contains("compare both clocks"));
    });
}

#[test]
fn an_authority_that_nobody_trusts_is_not_believed() {
    let (Some(tsa), Some(other)) = (Tsa::start(Mood::Honest), Tsa::start(Mood::Honest)) else {
        return;
    };
    let authority = Authority::new(&tsa.url, &other.roots()).unwrap();
    let anchors = Anchors::new(vec![authority], Vec::new()).unwrap();
    vouched(anchors, |app| {
        let answer = until(app, |a| last_error(a).contains("no trusted root vouches"));
        assert_eq!(stamped_size(&answer), 0);
    });
}

#[test]
fn work_goes_on_at_full_speed_while_an_authority_and_a_witness_hang() {
    let (Some(tsa), Some(other)) = (Tsa::start(Mood::Silent), Tsa::start(Mood::Honest)) else {
        return;
    };
    let vkey = Cosigner::new("w.example", [3; 32]).unwrap().vkey();
    let authorities = [&tsa, &other].map(|tsa| Authority::new(&tsa.url, &tsa.roots()).unwrap());
    let witness = format!("{vkey} {}", tsa.url).parse().unwrap();
    let anchors = Anchors::new(authorities.to_vec(), vec![witness]).unwrap();
    vouched(anchors, |app| {
        let patience = Instant::now() + Duration::from_secs(20);
        while tsa.asked() < 2 {
            assert!(Instant::now() < patience, "nobody was asked");
            std::thread::sleep(Duration::from_millis(20));
        }
        let begun = Instant::now();
        for _ in 0..40 {
            app.declare_something();
        }
        let took = begun.elapsed();
        assert!(tsa.asked() < 4, "the authority must hang all the while");
        assert!(
            took < Duration::from_secs(5),
            "40 declarations took {took:?}"
        );
        eprintln!("40 declarations beside a hanging authority: {took:?}");
        // Nor does the one that hangs hold up the other.
        let answer = until(app, |a| a.at("/authorities/1/size").is_u64());
        assert_eq!(answer.at("/authorities/0/size"), json!(null));
        assert_eq!(answer.text_at("/status"), "amber");
    });
}

impl TestApp {
    fn declare_something(&self) {
        self.as_role(Role::Agent).declare("Something");
    }
}

#[test]
fn a_bundle_has_the_stamp_of_its_own_checkpoint_and_none_when_nobody_stamps_in_time() {
    let Some(tsa) = Tsa::start(Mood::Honest) else {
        return;
    };
    let trusted = TrustedCertificates::read(&tsa.roots()).unwrap();
    vouched(anchors(&tsa), |app| {
        let officer = app.officer();
        let incident = officer.declare("Intrusion");
        sealed(&officer, &incident);
        let ask = json!({ "recipient": "Auditor", "purpose": "Yearly audit." });
        let bundle = || {
            let answer = officer.post(&format!("incidents/{incident}/bundle"), ask.clone());
            unpacked(&answer.is(200))
        };
        let folder = bundle();
        let bag = bag_in(&folder);
        let report = bifold_verify::verify_bundle(&bag, &[], Some(&trusted));
        assert_eq!(report.verdict(), Verdict::Verified, "{report}");
        let said = report.to_string();
        assert!(said.contains("1 of 1 time-stamps hold"), "{said}");

        // As VERIFY.md says, with nothing of ours.
        let folder = bag.join("data/ledger/anchors");
        let file = |ending: &str| {
            let mut all = std::fs::read_dir(&folder).unwrap();
            let found = all.find_map(|file| {
                let path = file.unwrap().path();
                path.to_str().unwrap().ends_with(ending).then_some(path)
            });
            found.unwrap()
        };
        let output = std::process::Command::new("openssl")
            .args(["ts", "-verify", "-data"])
            .arg(bag.join("data/ledger/checkpoint"))
            .arg("-in")
            .arg(file(".tsr"))
            .arg("-CAfile")
            .arg(file(".chain.pem"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");

        tsa.set(Mood::Down);
        let without = bundle();
        let report = bifold_verify::verify_bundle(&bag_in(&without), &[], None);
        assert_eq!(report.verdict(), Verdict::Verified, "{report}");
        assert!(report.to_string().contains("anchors: 0 listed"), "{report}");
    });
}
