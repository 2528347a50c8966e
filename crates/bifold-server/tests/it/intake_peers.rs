//! Real senders: Prometheus Alertmanager and `logger`, against doors on loopback.

use crate::app::TestApp;
use crate::intake::{connected, faults, until};
use bifold_server::{Config, SyslogDoor};
use bifold_store::Clock;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A port that was free a moment ago, below those that the system gives away by itself: a door may
/// be shut for a while and must find it free again.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = 20_000 + (std::process::id() * 97 + n) % 12_000;
        let port = u16::try_from(port).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A process that ends with the test.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn is_here(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if found.is_err() {
        eprintln!("SKIPPED: {program} is not here");
    }
    found.is_ok()
}

/// Answers the first request with 503 and hands all others on, a connection a request.
fn refusing_once(to: String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for (n, stream) in listener.incoming().take(200).enumerate() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            let Some(request) = request(&mut stream) else {
                continue;
            };
            let answer = if n == 0 {
                b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\
                  Connection: close\r\n\r\n"
                    .to_vec()
            } else {
                passed_on(&to, &request)
            };
            let _ = stream.write_all(&answer);
        }
    });
    port
}

/// One request, whole, that asks for no second one on its connection.
fn request(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut part).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_it = name.eq_ignore_ascii_case("content-length");
            is_it.then(|| value.trim().parse::<usize>().ok())?
        });
        if body.len() >= length.unwrap_or(0) {
            let head = format!("{head}\r\nConnection: close\r\n\r\n{body}");
            return Some(head.into_bytes());
        }
    }
}

fn passed_on(to: &str, request: &[u8]) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut stream = TcpStream::connect(to).unwrap();
    stream.write_all(request).unwrap();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

fn post(port: u16, path: &str, body: &Value) -> String {
    let body = body.to_string();
    let text = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut answer = String::new();
    if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
        let _ = stream.write_all(text.as_bytes());
        let _ = stream.read_to_string(&mut answer);
    }
    answer
}

#[test]
fn alertmanager_tries_again_after_503_and_its_alert_is_one_fault() {
    const PROGRAM: &str = "prometheus-alertmanager";
    if !is_here(PROGRAM) {
        return;
    }
    let mut app = TestApp::made(Clock::System.now(), Config::default(), |_| ());
    let settings = json!({ "name": "Cluster", "format": "alertmanager" });
    let (source, token) = connected(&app, settings);
    let address = app.address.strip_prefix("http://").unwrap().to_owned();
    let (proxy, port) = (refusing_once(address), free_port());
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("alertmanager.yml");
    let text = format!(
        "route:\n  receiver: bifold\n  group_by: [alertname]\n  group_wait: 0s\n  \
         group_interval: 1s\n  repeat_interval: 1m\nreceivers:\n- name: bifold\n  \
         webhook_configs:\n  - url: http://127.0.0.1:{proxy}/in/{source}\n    http_config:\n      \
         authorization:\n        credentials: {token}\n"
    );
    std::fs::write(&config, text).unwrap();
    let child = Command::new(PROGRAM)
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.path={}", folder.path().display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .arg("--cluster.listen-address=")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let running = Running(child);
    let alert = |ended: Option<&str>| {
        let mut alert = json!({
            "labels": { "alertname": "DiskFull", "instance": "a", "severity": "critical" },
            "annotations": { "summary": "The disk of a is full" },
        });
        if let Some(ended) = ended {
            alert["endsAt"] = json!(ended);
        }
        json!([alert])
    };
    let sent = |ended| post(port, "/api/v2/alerts", &alert(ended)).starts_with("HTTP/1.1 200");
    until(|| sent(None).then_some(()));
    let manager = app.manager();
    let query = format!("source={source}");
    let fault = until(|| {
        let fault = faults(&manager, &query).into_iter().next()?;
        (fault["disposition"] == "event").then_some(fault)
    });
    assert_eq!(fault["title"], "The disk of a is full");
    assert_eq!(fault["severity"], "critical");
    // Of the machine's clock, as its beginning is: an end before that would be refused.
    let ended = Clock::System.now().to_string();
    until(|| {
        sent(Some(&ended));
        (faults(&manager, &query)[0]["state"] == "resolved").then_some(())
    });
    assert_eq!(faults(&manager, &query).len(), 1);
    assert_eq!(
        manager
            .get("events")
            .is(200)
            .at("/items")
            .as_array()
            .unwrap()
            .len(),
        1
    );
    drop(running);
    app.finish();
}

fn door(scheme: &str, port: u16) -> SyslogDoor {
    format!("{scheme}://127.0.0.1:{port}/Gateways")
        .parse()
        .unwrap()
}

#[test]
fn logger_is_heard_over_tcp_in_both_framings_and_over_udp() {
    if !is_here("logger") {
        return;
    }
    let free_udp = || UdpSocket::bind("127.0.0.1:0").unwrap().local_addr();
    let (tcp, udp) = (free_port(), free_udp().unwrap().port());
    let config = Config {
        syslog: vec![door("tcp", tcp), door("udp", udp)],
        ..Config::default()
    };
    let mut app = TestApp::made(Clock::System.now(), config, |_| ());
    let (source, _) = connected(&app, json!({ "name": "Gateways", "format": "syslog" }));
    let log = |more: &[&str], level: &str, words: &str| {
        let port = if more.contains(&"--udp") { udp } else { tcp };
        let status = Command::new("logger")
            .args([
                "--server",
                "127.0.0.1",
                "--port",
                &port.to_string(),
                "--tag",
                "app",
            ])
            .args(["--priority", level])
            .args(more)
            .arg(words)
            .status()
            .unwrap();
        assert!(status.success());
    };
    let ways: [(&[&str], &str); 4] = [
        (&["--tcp", "--rfc5424"], "lines of the new form are lost"),
        (
            &["--tcp", "--octet-count", "--rfc5424"],
            "counted ones are lost",
        ),
        (&["--tcp", "--rfc3164"], "lines of the old form are lost"),
        (&["--udp", "--rfc5424"], "datagrams are lost"),
    ];
    for (more, words) in ways {
        log(more, "local3.err", words);
        // For information: counted, and let go.
        log(more, "local3.info", words);
    }
    let manager = app.manager();
    let found = until(|| {
        let found = faults(&manager, &format!("source={source}"));
        (found.len() == 4).then_some(found)
    });
    let mut titles: Vec<&str> = found.iter().map(|f| f["title"].as_str().unwrap()).collect();
    titles.sort_unstable();
    let mut told: Vec<&str> = ways.iter().map(|(_, words)| *words).collect();
    told.sort_unstable();
    assert_eq!(titles, told);
    assert!(found.iter().all(|fault| fault["severity"] == "major"));
    let shown = until(|| {
        let shown = manager.get(&format!("sources/{source}")).is(200).value();
        (shown["let_go"] == 4).then_some(shown)
    });
    assert_eq!(shown["signals"], 4);
    app.finish();
}

#[test]
fn what_was_said_when_the_server_ends_is_kept() {
    let port = free_port();
    let config = Config {
        syslog: vec![door("tcp", port)],
        ..Config::default()
    };
    let mut app = TestApp::made(Clock::System.now(), config, |_| ());
    let (source, _) = connected(&app, json!({ "name": "Gateways", "format": "syslog" }));
    let signals = |app: &TestApp, count: u64| {
        until(|| {
            let shown = app.manager().get(&format!("sources/{source}")).is(200);
            (shown.at("/signals") == count).then_some(())
        });
    };
    let mut sender = until(|| TcpStream::connect(("127.0.0.1", port)).ok());
    let mut say = |words: &str| {
        let line = format!("<155>1 2026-03-02T09:00:00Z gw app - - - {words}\n");
        sender.write_all(line.as_bytes()).unwrap();
    };
    say("at first");
    signals(&app, 1);
    for n in 0..1_000 {
        say(&format!("at last {n}"));
    }
    app.halt();
    // Our side ended, and nobody takes what comes from now on.
    assert_eq!(sender.read(&mut [0; 8]).unwrap(), 0);
    app.serve(Config::default());
    signals(&app, 1_001);
    let mut titles = faults(&app.manager(), &format!("source={source}"));
    assert_eq!(titles.len(), 2);
    titles.retain(|fault| fault["count"] == 1_000);
    assert_eq!(titles[0]["title"], "at last 0");
    app.finish();
}
