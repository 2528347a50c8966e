//! A real rsyslogd, with its own folder, sends over TCP in both framings and within TLS, and waits
//! while the door is shut.

use crate::app::TestApp;
use crate::authority::Authority;
use crate::intake::{connected, faults, until};
use crate::intake_peers::{Running, free_port};
use crate::intake_tls;
use bifold_server::Config;
use bifold_store::Clock;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How lines go out: a name, whether within TLS, the framing, and the form.
const WAYS: [(&str, bool, &str, &str); 6] = [
    (
        "plain",
        false,
        "traditional",
        "RSYSLOG_SyslogProtocol23Format",
    ),
    (
        "older",
        false,
        "traditional",
        "RSYSLOG_TraditionalForwardFormat",
    ),
    (
        "counted",
        false,
        "octet-counted",
        "RSYSLOG_SyslogProtocol23Format",
    ),
    (
        "elder",
        false,
        "octet-counted",
        "RSYSLOG_TraditionalForwardFormat",
    ),
    (
        "sealed",
        true,
        "octet-counted",
        "RSYSLOG_SyslogProtocol23Format",
    ),
    // What rsyslog does unless it is told otherwise.
    ("usual", true, "traditional", "RSYSLOG_ForwardFormat"),
];
/// How long rsyslog may take to look at its files, and to try the door again.
const PATIENCE: Duration = Duration::from_secs(90);
/// Identities leave digits out, so lines differ by words.
const WORDS: [&str; 10] = [
    "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "julia",
];

/// Those that are said while the door is shut.
const HELD: [&str; 5] = ["alfa", "bravo", "charlie", "golf", "hotel"];

/// Starts one that reads a file for each way and sends what is appended to it. What it has read
/// stands in `seen`.
fn started(folder: &Path, authority: &Authority, tcp: u16, tls: u16) -> Option<Running> {
    let here = folder.display();
    let file = |name: &str| authority.path(name).display().to_string();
    let mut text = format!(
        "global(workDirectory=\"{here}\")\nmodule(load=\"imfile\" mode=\"polling\" \
         pollingInterval=\"1\")\n"
    );
    for (name, is_tls, framing, form) in WAYS {
        std::fs::write(folder.join(name), "").unwrap();
        let port = if is_tls { tls } else { tcp };
        let tls = if is_tls {
            format!(
                "StreamDriver=\"gtls\" StreamDriverMode=\"1\" StreamDriverAuthMode=\"x509/name\" \
                 StreamDriverPermittedPeers=\"bifold.example\" StreamDriver.CAFile=\"{}\" \
                 StreamDriver.CertFile=\"{}\" StreamDriver.KeyFile=\"{}\"",
                file("root.pem"),
                file("gateway.pem"),
                file("gateway.key")
            )
        } else {
            String::new()
        };
        write!(
            text,
            "input(type=\"imfile\" file=\"{here}/{name}\" tag=\"{name}:\" severity=\"error\" \
             facility=\"local3\" ruleset=\"{name}\")\n\
             ruleset(name=\"{name}\") {{\n\
             action(type=\"omfwd\" target=\"127.0.0.1\" port=\"{port}\" protocol=\"tcp\" \
             TCP_Framing=\"{framing}\" template=\"{form}\" {tls} queue.type=\"LinkedList\" \
             queue.filename=\"queue-{name}\" queue.saveOnShutdown=\"on\" \
             action.resumeRetryCount=\"-1\" action.resumeInterval=\"1\")\n\
             action(type=\"omfile\" file=\"{here}/seen\")\n}}\n"
        )
        .unwrap();
    }
    let config = folder.join("rsyslog.conf");
    std::fs::write(&config, text).unwrap();
    let check = Command::new("rsyslogd")
        .args(["-N1", "-f"])
        .arg(&config)
        .output();
    let Ok(check) = check else {
        eprintln!("SKIPPED: rsyslogd is not here");
        return None;
    };
    assert!(
        check.status.success(),
        "{}",
        String::from_utf8_lossy(&check.stderr)
    );
    let child = Command::new("rsyslogd")
        .args(["-n", "-f"])
        .arg(&config)
        .arg("-i")
        .arg(folder.join("pid"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Some(Running(child))
}

fn has_tls() -> bool {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten();
    let is_here = folders
        .flatten()
        .any(|at| at.path().join("rsyslog/lmnsd_gtls.so").is_file());
    if !is_here {
        eprintln!("SKIPPED: rsyslog has no TLS here (rsyslog-gnutls)");
    }
    is_here
}

/// Appends these lines, each way its own.
fn log(folder: &Path, words: &[&str]) {
    for (name, ..) in WAYS {
        let file = std::fs::File::options()
            .append(true)
            .open(folder.join(name));
        let mut file = file.unwrap();
        for word in words {
            writeln!(file, "{name} {word} für Käse fails").unwrap();
        }
    }
}

/// What was told so far, and how often.
fn told(app: &TestApp, source: &str) -> BTreeMap<String, u64> {
    let found = faults(&app.manager(), &format!("source={source}&limit=200"));
    let of = |fault: &serde_json::Value| {
        assert_eq!(fault["severity"], "major", "{fault}");
        (
            fault["title"].as_str().unwrap().to_owned(),
            fault["count"].as_u64().unwrap(),
        )
    };
    let told: BTreeMap<_, _> = found.iter().map(of).collect();
    assert_eq!(told.len(), found.len(), "a line is one fault");
    told
}

fn expected(words: &[&str]) -> BTreeMap<String, u64> {
    let names = WAYS.iter().map(|(name, ..)| name);
    let all = names.flat_map(|name| words.iter().map(move |word| (name, word)));
    all.map(|(name, word)| (format!("{name} {word} für Käse fails"), 1))
        .collect()
}

#[test]
fn every_line_of_rsyslog_is_one_fault_in_every_way_also_while_the_door_was_shut() {
    if !has_tls() {
        return;
    }
    let Some(authority) = intake_tls::authority() else {
        return;
    };
    let (tcp, tls) = (free_port(), free_port());
    let config = || {
        let mut config = intake_tls::door(&authority, tls, true);
        let plain = format!("tcp://127.0.0.1:{tcp}/Gateways");
        config.syslog.push(plain.parse().unwrap());
        config
    };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // Nobody listens yet.
    let mut app = TestApp::made(Clock::System.now(), Config::default(), |_| ());
    let settings = json!({ "name": "Gateways", "format": "syslog", "quota": 1_000 });
    let (source, _) = connected(&app, settings);
    let Some(running) = started(folder, &authority, tcp, tls) else {
        return;
    };
    let seen = |lines: usize| {
        let count = WAYS.len() * lines;
        until(|| {
            let text = std::fs::read_to_string(folder.join("seen")).unwrap_or_default();
            (text.lines().count() == count).then_some(())
        });
    };
    let arrived = |app: &TestApp, words: &[&str]| {
        let expected = expected(words);
        let patience = Instant::now() + PATIENCE;
        while told(app, &source).len() < expected.len() && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(100));
        }
        let mut told = told(app, &source);
        for (title, count) in &mut told {
            // Nobody tells rsyslog what arrived: of a line that it held, an attempt in the moment
            // in which the door opens may come, and be made again.
            let is_held = HELD.iter().any(|word| title.contains(word));
            if is_held && *count == 2 {
                *count = 1;
            }
        }
        // What is missing, and what is too much, is seen here.
        assert_eq!(told, expected);
    };
    log(folder, &WORDS[..3]);
    seen(3);
    app.halt();
    app.serve(config());
    arrived(&app, &WORDS[..3]);
    log(folder, &WORDS[3..6]);
    arrived(&app, &WORDS[..6]);

    // It goes, and comes back.
    app.halt();
    log(folder, &WORDS[6..8]);
    seen(8);
    app.serve(config());
    arrived(&app, &WORDS[..8]);
    log(folder, &WORDS[8..]);
    arrived(&app, &WORDS);
    drop(running);
    app.finish();
}
