//! `bifold signal`, as monitoring starts it.

use crate::intake_crash::{founded, is_settled, logged};
use crate::journey::{Server, bifold, run};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_of_icinga_is_a_fault_until_it_recovers() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let (source, token) = founded(folder, "icinga").await;
    let server = Server::start(&folder.display().to_string());
    let notify = |token: &str, more: &[&str]| {
        let status = bifold(&[&["signal", "icinga", "-l", "web1", "-e", "http"], more].concat())
            .env("BIFOLD_URL", &server.url)
            .env("BIFOLD_SOURCE", source.as_str())
            .env("BIFOLD_TOKEN", token)
            .status()
            .unwrap();
        status.code()
    };
    let problem = [
        "-s",
        "CRITICAL",
        "-t",
        "PROBLEM",
        "-o",
        "HTTP CRITICAL: 500",
        "-4",
        "10.0.0.7",
    ];
    assert_eq!(notify("bfs_wrong", &problem), Some(4));
    assert_eq!(notify(&token, &problem), Some(0));
    assert_eq!(
        notify(&token, &["-s", "OK", "-t", "RECOVERY", "-b", "", "-c", ""]),
        Some(0)
    );
    assert_eq!(notify(&token, &["-t", "PROBLEM"]), Some(2));
    drop(server);
    let patience = Instant::now() + Duration::from_mins(1);
    loop {
        let server = Server::start(&folder.display().to_string());
        std::thread::sleep(Duration::from_secs(2));
        drop(server);
        if is_settled(folder).await {
            break;
        }
        assert!(Instant::now() < patience, "it does not settle");
    }
    let expected = BTreeMap::from([("web1!http".to_owned(), 2)]);
    assert_eq!(logged(folder).await, expected);
}

#[test]
fn a_door_for_syslog_within_tls_has_to_have_a_certificate() {
    let door = ["serve", "--syslog", "tls://127.0.0.1:0/Gateways"];
    let (code, text) = run(&door);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("--syslog-certificate"), "{text}");
    let files = [
        "--syslog-certificate",
        "gone.pem",
        "--syslog-key",
        "gone.key",
    ];
    let (code, text) = run(&[&door[..], &files].concat());
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("gone.pem"), "{text}");
    let (code, text) = run(&[&door[..], &["--syslog-clients", "ca.pem"]].concat());
    assert_eq!(code, Some(2), "{text}");
}
