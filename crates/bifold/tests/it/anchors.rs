//! A running server is vouched for by a real witness and an authority, and the published log shows
//! it to software that nobody here wrote.

use crate::journey::{Home, Server, run, said};
use crate::tsa::{Mood, Tsa};
use crate::witness::{Scene, Serving, opened};
use bifold_ledger::policy::Policy;
use bifold_timestamp::TrustedCertificates;
use bifold_verify::{Options, Verdict, verify_directory};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// What `ledger anchors` says, once it is as hoped for.
#[track_caller]
fn until(home: &Home, hoped: impl Fn(&Value) -> bool) -> Value {
    let patience = Instant::now() + Duration::from_mins(1);
    loop {
        let (code, text) = run(&["ledger", "anchors", "--json", "--data", &home.data()]);
        assert_eq!(code, Some(0), "{text}");
        let value: Value = serde_json::from_str(&text).unwrap();
        if hoped(&value) {
            return value;
        }
        assert!(Instant::now() < patience, "{text}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Both have vouched for all there is.
fn is_vouched_for(value: &Value) -> bool {
    let size = &value["size"];
    value["authorities"][0]["size"] == *size && value["witnesses"][0]["size"] == *size
}

#[test]
fn a_served_ledger_is_stamped_cosigned_published_and_verified_by_others() {
    let Some(tsa) = Tsa::start(Mood::Honest) else {
        return;
    };
    let scene = Scene::new();
    let roots = scene.home.folder.path().join("roots.pem");
    std::fs::write(&roots, tsa.roots()).unwrap();
    let roots = roots.to_str().unwrap();
    let serving = Serving::start(&scene.witness);
    // The witness has seen the beginning already, which the server does not know.
    let before = scene.publish("before");
    scene.witness(&["trust", &opened(&before).0.to_string()]);
    let (code, text) = scene.ask(&serving.url, &before);
    assert_eq!(code, Some(0), "{text}");
    let token = scene.home.token();
    {
        let server = Server::start(&scene.home.data());
        let args = ["incident", "--url", &server.url, "--token", &token];
        let (code, text) = run(&[&args[..], &["declare", "Down"]].concat());
        assert_eq!(code, Some(0), "{text}");
    }

    // The server was killed; signed here, all of it is stamped at the first look.
    scene.publish("between");
    let witness = format!("{} {}", scene.vkey, serving.url);
    let vouching = [
        "--tsa",
        &tsa.url,
        "--tsa-roots",
        roots,
        "--witness",
        &witness,
    ];
    let server = Server::with(&scene.home.data(), &vouching);
    until(&scene.home, is_vouched_for);
    let (code, text) = run(&["ledger", "anchors", "--data", &scene.home.data()]);
    assert!(
        code == Some(0) && text.contains("cosigned by witness.example: "),
        "{text}"
    );
    assert!(text.contains("  time-stamped by 127.0.0.1-"), "{text}");
    // Over HTTP the checkpoint carries the cosignature.
    let url = format!("{}/api/v1/ledger/checkpoint", server.url);
    let (status, _, note) = crate::witness::http(crate::witness::agent().get(&url).call());
    assert!(
        status == 200 && note.contains("— witness.example "),
        "{note}"
    );
    drop(server);

    let log = scene.publish("after");
    assert!(opened(&log).1.size > opened(&before).1.size);
    ours(&log, &scene.vkey, roots);
    by_openssl(&log, roots);
    // A stamp that somebody touched is found.
    let anchors = std::fs::read_dir(log.join("anchors")).unwrap();
    let mut names = anchors.map(|entry| entry.unwrap().path());
    let answer = names.find(|path| path.extension().is_some_and(|e| e == "tsr"));
    let answer = answer.unwrap();
    let mut bytes = std::fs::read(&answer).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&answer, bytes).unwrap();
    assert_eq!(verdict(&log, &scene.vkey, roots).0, Verdict::Unstamped);
}

fn verdict(log: &Path, witness: &str, roots: &str) -> (Verdict, String) {
    let key = witness.parse().unwrap();
    let options = Options {
        witnesses: Some(Policy::quorum(1, vec![key]).unwrap()),
        tsa_roots: Some(TrustedCertificates::read(&std::fs::read(roots).unwrap()).unwrap()),
        ..Options::default()
    };
    let report = verify_directory(log, &[opened(log).0], &options);
    (report.verdict(), report.to_string())
}

fn ours(log: &Path, witness: &str, roots: &str) {
    let (verdict, text) = verdict(log, witness, roots);
    assert_eq!(verdict, Verdict::Verified, "{text}");
    assert!(
        text.contains("witnessed by  witness.example at 20"),
        "{text}"
    );
    assert!(text.contains("time-stamped  "), "{text}");
}

/// `openssl ts -verify` accepts every stamp, over its checkpoint and over its request.
fn by_openssl(log: &Path, roots: &str) {
    let mut checked = 0;
    for entry in std::fs::read_dir(log.join("anchors")).unwrap() {
        let answer = entry.unwrap().path();
        let name = answer.file_name().unwrap().to_str().unwrap();
        if answer.extension().is_none_or(|end| end != "tsr") {
            continue;
        }
        let size = name.split('.').next().unwrap();
        let data = answer.with_file_name(format!("{size}.checkpoint"));
        let query = answer.with_extension("tsq");
        for (option, file) in [("-data", data), ("-queryfile", query)] {
            let mut openssl = Command::new("openssl");
            openssl.args(["ts", "-verify", "-CAfile", roots, "-in"]);
            let output = openssl
                .arg(&answer)
                .arg(option)
                .arg(&file)
                .output()
                .unwrap();
            assert!(output.status.success(), "{option}: {}", said(&output));
            checked += 1;
        }
    }
    assert!(checked >= 2, "there is a stamp");
}

#[test]
fn what_cannot_be_configured_is_said_at_the_start() {
    let home = Home::founded();
    let folder = home.folder.path();
    let file = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).unwrap();
        folder.join(name).display().to_string()
    };
    let rubbish = file("rubbish.pem", "no certificates");
    let nowhere = folder.join("nowhere.pem").display().to_string();
    let data = home.data();
    let serve = |more: &[&str]| {
        let args = ["serve", "--data", &data, "--listen", "127.0.0.1:0"];
        run(&[&args, more].concat())
    };
    let tsa = "http://tsa.example";
    for (args, code, says) in [
        (vec!["--tsa", tsa], 2, "--tsa-roots"),
        (
            vec!["--tsa", tsa, "--tsa-roots", &nowhere],
            3,
            "nowhere.pem",
        ),
        (
            vec!["--tsa", tsa, "--tsa-roots", &rubbish],
            2,
            "no certificate is in it",
        ),
        (
            vec!["--tsa", "tsa.example", "--tsa-roots", &rubbish],
            2,
            "is not an address",
        ),
        (
            vec![
                "--tsa",
                tsa,
                "--tsa-roots",
                &rubbish,
                "--tsa-roots",
                &rubbish,
            ],
            2,
            "one file for each",
        ),
        (
            vec!["--witness", "w.example+00000000+AAAA"],
            2,
            "'VKEY URL'",
        ),
        (
            vec!["--witness", "w.example+00000000+AAAA http://w"],
            2,
            "key of the witness",
        ),
    ] {
        let (found, text) = serve(&args);
        assert_eq!(found, Some(code), "{args:?}: {text}");
        assert!(text.contains(says), "{args:?}: {text}");
    }
}
