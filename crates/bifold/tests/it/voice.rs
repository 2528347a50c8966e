//! What the log of a real server says of the confidential channel: nothing.

use crate::journey::{Home, bifold, run};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Asks as a browser does that says all it knows of its person.
fn asked(host: &str, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         user-agent: Wombatbrowser31415926\r\nreferer: https://quokkapage27182818.example/\r\n\
         x-forwarded-for: 203.0.113.197\r\ncookie: bifold=bandicootcookie14142135\r\n\
         x-request-id: bilbyrequest17320508\r\naccept: text/html\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
#[allow(
    clippy::too_many_lines,
    reason = "one story, told from beginning to end"
)]
fn the_log_of_a_server_says_nothing_of_whoever_speaks_up() {
    let home = Home::founded();
    let data = home.data();
    let serve = ["serve", "--data", &data, "--listen", "127.0.0.1:0"];
    let mut child = bifold(&serve)
        .env("BIFOLD_LOG", "debug")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = Arc::new(Mutex::new(String::new()));
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let kept = log.clone();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let mut kept = kept.lock().unwrap();
            kept.push_str(&line);
            kept.push('\n');
        }
    });
    let wait = |found: &dyn Fn(&str) -> Option<String>| {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(found) = found(&log.lock().unwrap()) {
                return found;
            }
            assert!(Instant::now() < end, "{}", log.lock().unwrap());
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let url = wait(&|log| {
        let (_, rest) = log.split_once(" on http")?;
        let end = rest.find(['"', '\n', ' '])?;
        Some(format!("http{}", &rest[..end]))
    });
    let host = url.strip_prefix("http://").unwrap().to_owned();
    // Somebody must be named for it, or nothing is taken in.
    let token = home.token();
    let body = r#"{"name":"Hanna","email":"h@harbour.example","roles":["disclosure_handler"]}"#;
    let mut stream = TcpStream::connect(&host).unwrap();
    write!(
        stream,
        "POST /api/v1/people HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         authorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut made = String::new();
    stream.read_to_string(&mut made).unwrap();
    assert!(made.starts_with("HTTP/1.1 201"), "{made}");

    let form = "mode=anonymous&concern=wrongdoing&what=Dugongwords24494897+are+said";
    let answer = asked(&host, "POST", "/speak-up", form);
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(!answer.to_lowercase().contains("set-cookie"), "{answer}");
    let (_, rest) = answer.split_once("<p class=\"receipt\">").unwrap();
    let code = rest.split_once('<').unwrap().0.to_owned();
    let reply = format!("receipt={code}&what=Dugongwords24494897+again");
    let answer = asked(&host, "POST", "/speak-up/answer", &reply);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    asked(&host, "POST", "/speak-up/answer", "receipt=0000-0000");
    // What else is asked is logged, so that the log is there to say something.
    asked(&host, "GET", "/healthz", "");
    asked(&host, "GET", "/report", "");
    wait(&|log| log.contains("/report").then(String::new));
    child.kill().unwrap();
    child.wait().unwrap();
    let log = log.lock().unwrap().clone();
    for word in [
        "Wombatbrowser31415926",
        "quokkapage27182818",
        "203.0.113.197",
        "bandicootcookie14142135",
        "Dugongwords24494897",
        "speak-up",
        code.as_str(),
    ] {
        let at: Vec<&str> = log.lines().filter(|line| line.contains(word)).collect();
        assert!(at.is_empty(), "{word}: {at:?}");
    }
    let (exit, text) = run(&["ledger", "verify", "--data", &data]);
    assert_eq!(exit, Some(0), "{text}");
}
