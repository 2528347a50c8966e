//! `bifold mail ingest`, as a mail server starts it: whatever goes wrong, the message stays with it.

use crate::intake_crash::founded_with;
use crate::journey::{Server, bifold};
use std::io::Write;
use std::process::Stdio;

/// What mail servers take for *try again* (`EX_TEMPFAIL`).
const TRY_AGAIN: i32 = 75;

const DESK: &str = r#"{"name":"Desk","format":"mail",
    "mailbox":{"address":"desk@bifold.example","answers":false}}"#;
const MESSAGE: &[u8] = b"From: Anna <anna@example.org>\r\nTo: desk@bifold.example\r\n\
Subject: Shop is down\r\nMessage-ID: <1@example.org>\r\n\r\nNobody can pay.\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_taken_over_or_stays_where_it_is() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let (source, token) = founded_with(folder, DESK).await;
    let server = Server::start(&folder.display().to_string());
    let hand_over = |url: &str, source: &str, token: &str| {
        let mut child = bifold(&["mail", "ingest", "--sender", "anna@example.org"])
            .env("BIFOLD_URL", url)
            .env("BIFOLD_SOURCE", source)
            .env("BIFOLD_TOKEN", token)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(MESSAGE).unwrap();
        child.wait().unwrap().code()
    };
    assert_eq!(hand_over(&server.url, source.as_str(), &token), Some(0));
    // A wrong token, and nobody there: the mail server keeps it and tries again.
    let wrong = hand_over(&server.url, source.as_str(), "bfs_wrong");
    assert_eq!(wrong, Some(TRY_AGAIN));
    let nobody = hand_over("http://127.0.0.1:9", source.as_str(), &token);
    assert_eq!(nobody, Some(TRY_AGAIN));
    drop(server);
}
