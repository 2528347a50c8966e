//! Syslog within TLS, and who is refused there: `openssl` is the sender.

use crate::app::TestApp;
use crate::authority::{Authority, LONG, USUAL};
use crate::intake::{connected, faults, until};
use crate::intake_peers::{Running, free_port};
use bifold_server::{Config, SyslogTls};
use bifold_store::Clock;
use serde_json::json;
use std::io::Write;
use std::process::{Command, Stdio};

/// What the certificate of the door is for.
pub(crate) const FOR_SERVERS: &str = "extendedKeyUsage=serverAuth\n\
    subjectAltName=DNS:bifold.example,IP:127.0.0.1\n";
/// What the certificate of a sender is for.
pub(crate) const FOR_SENDERS: &str = "extendedKeyUsage=clientAuth\n\
    subjectAltName=DNS:gateway.example\n";

/// An authority that knows the door and a sender; `None`, with a notice, without `openssl`.
pub(crate) fn authority() -> Option<Authority> {
    let authority = Authority::new(USUAL)?;
    authority.issue("door", "root", FOR_SERVERS, LONG);
    authority.issue("gateway", "root", FOR_SENDERS, LONG);
    Some(authority)
}

/// A door at this port for senders of the authority, or for everybody.
pub(crate) fn door(authority: &Authority, port: u16, asks: bool) -> Config {
    let clients = authority.path("root.pem");
    let (certificate, key) = (authority.path("door.pem"), authority.path("door.key"));
    let tls = SyslogTls::read(&certificate, &key, asks.then_some(clients.as_path()));
    Config {
        syslog: vec![format!("tls://127.0.0.1:{port}/Gateways").parse().unwrap()],
        syslog_tls: Some(tls.unwrap()),
        ..Config::default()
    }
}

/// Sends a line, counted, by `openssl s_client` and gives what that had to say at its end.
fn send(port: u16, by: Option<(&Authority, &str)>, more: &[&str], words: &str) -> String {
    let mut client = Command::new("openssl");
    client
        .args(["s_client", "-connect", &format!("127.0.0.1:{port}")])
        .args(["-no_ign_eof", "-servername", "bifold.example"])
        .args(more);
    if let Some((authority, name)) = by {
        client
            .arg("-cert")
            .arg(authority.path(&format!("{name}.pem")));
        client
            .arg("-key")
            .arg(authority.path(&format!("{name}.key")));
    }
    let child = client
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut client = Running(child);
    let line = format!("<155>1 2026-03-02T09:00:00Z gw app - - - {words}\n");
    let mut input = client.0.stdin.take().unwrap();
    // Whoever was refused may be gone already.
    let _ = write!(input, "{} {line}", line.len());
    drop(input);
    until(|| client.0.try_wait().unwrap());
    let mut said = String::new();
    let mut errors = client.0.stderr.take().unwrap();
    std::io::Read::read_to_string(&mut errors, &mut said).unwrap();
    said
}

#[test]
fn a_sender_without_a_certificate_of_the_authority_is_refused() {
    let (Some(authority), Some(others)) = (authority(), Authority::new(USUAL)) else {
        return;
    };
    others.issue("gateway", "root", FOR_SENDERS, LONG);
    let port = free_port();
    let config = door(&authority, port, true);
    let mut app = TestApp::made(Clock::System.now(), config, |_| ());
    let (source, _) = connected(&app, json!({ "name": "Gateways", "format": "syslog" }));
    until(|| std::net::TcpStream::connect(("127.0.0.1", port)).ok());
    // Old and new TLS differ in when a sender learns that it was refused.
    for version in ["-tls1_2", "-tls1_3"] {
        send(port, None, &[version], "nobody sends");
        send(
            port,
            Some((&others, "gateway")),
            &[version],
            "a stranger sends",
        );
        // Its own authority knows it, and for something else.
        send(
            port,
            Some((&authority, "door")),
            &[version],
            "a server sends",
        );
    }
    send(
        port,
        Some((&authority, "gateway")),
        &["-tls1_2"],
        "the old way",
    );
    send(
        port,
        Some((&authority, "gateway")),
        &["-tls1_3"],
        "the new way",
    );
    let query = format!("source={source}");
    let found = until(|| {
        let found = faults(&app.manager(), &query);
        (found.len() >= 2).then_some(found)
    });
    let mut titles: Vec<&str> = found.iter().map(|f| f["title"].as_str().unwrap()).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["the new way", "the old way"]);
    let shown = app.manager().get(&format!("sources/{source}")).is(200);
    assert_eq!(shown.at("/signals"), 2);
    app.finish();
}

#[test]
fn a_door_that_asks_for_no_certificate_proves_who_it_is_itself() {
    let (Some(authority), Some(others)) = (authority(), Authority::new(USUAL)) else {
        return;
    };
    let port = free_port();
    let config = door(&authority, port, false);
    let mut app = TestApp::made(Clock::System.now(), config, |_| ());
    let (source, _) = connected(&app, json!({ "name": "Gateways", "format": "syslog" }));
    until(|| std::net::TcpStream::connect(("127.0.0.1", port)).ok());
    let (ours, theirs) = (authority.path("root.pem"), others.path("root.pem"));
    let trusting = |root: &std::path::Path, words: &str| {
        let strict = ["-verify_return_error", "-verify_hostname", "bifold.example"];
        let root = ["-CAfile", root.to_str().unwrap()];
        send(port, None, &[&strict[..], &root].concat(), words)
    };
    let said = trusting(&theirs, "sent to an impostor");
    assert!(said.contains("verify error"), "{said}");
    trusting(&ours, "sent to the door");
    let query = format!("source={source}");
    let found = until(|| {
        let found = faults(&app.manager(), &query);
        (!found.is_empty()).then_some(found)
    });
    assert_eq!(found[0]["title"], "sent to the door");
    assert_eq!(found.len(), 1);
    app.finish();
}
