//! Peers in Python, from packages of `PyPI`.

use bifold_notify::message::Phrases;
use bifold_notify::send::Settings;
use bifold_notify::{Clearance, Guard, Message, Notice, Sender, Urgency};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long a peer may take to say something.
const LIMIT: Duration = Duration::from_secs(20);

/// A running peer; it ends when this is dropped, because its standard input does.
pub(crate) struct Peer {
    process: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Peer {
    /// Starts one; `None` with a notice where its packages are not here. `BIFOLD_TEST_PYTHON`
    /// names a Python with them.
    pub(crate) fn start(script: &str, argument: &str) -> Option<(Self, String)> {
        let python = std::env::var_os("BIFOLD_TEST_PYTHON").unwrap_or_else(|| "python3".into());
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/notify");
        let mut process = Command::new(python)
            .arg(path.join(script))
            .arg(argument)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let stdin = process.stdin.take();
        let stdout = process.stdout.take()?;
        let (say, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if say.send(line).is_err() {
                    return;
                }
            }
        });
        let peer = Self {
            process,
            stdin,
            lines,
        };
        if let Ok(first) = peer.lines.recv_timeout(LIMIT) {
            return Some((peer, first));
        }
        eprintln!("SKIPPED: {script} does not run here; set BIFOLD_TEST_PYTHON");
        None
    }

    /// The next thing that came.
    pub(crate) fn next(&self) -> Value {
        serde_json::from_str(&self.lines.recv_timeout(LIMIT).unwrap()).unwrap()
    }

    /// Whether nothing more came.
    pub(crate) fn is_silent(&self) -> bool {
        self.lines.recv_timeout(Duration::from_millis(300)).is_err()
    }

    pub(crate) fn say(&mut self, line: &Value) {
        let stdin = self.stdin.as_mut().unwrap();
        writeln!(stdin, "{line}").unwrap();
        stdin.flush().unwrap();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.process.wait();
    }
}

pub(crate) fn message(id: &str, cleared: Clearance) -> Message {
    let notice = Notice {
        id: id.to_owned(),
        kind: "assigned".to_owned(),
        urgency: Urgency::Page,
        reference: "INC-2026-0001".to_owned(),
        words: "Assigned to you: Zahlung für Käse <hängt>".to_owned(),
        why: "You are its assignee.".to_owned(),
        link: Some("https://bifold.example.org/incidents/INC-2026-0001".to_owned()),
        path: Some("/incidents/INC-2026-0001".to_owned()),
        clearance: Clearance::Amber,
        thread: "inc_1".to_owned(),
        at: now(),
    };
    let phrases = Phrases {
        several: "{n}".to_owned(),
        footer: "Bifold of Example sent this.".to_owned(),
        open: "Open".to_owned(),
        withheld: String::new(),
    };
    Message::of(&[notice], cleared, &phrases).unwrap()
}

pub(crate) fn now() -> bifold_domain::At {
    bifold_domain::At::from_micros(jiff::Timestamp::UNIX_EPOCH.as_microsecond())
}

/// A sender that the operator let talk to this machine.
pub(crate) fn sender(settings: Settings) -> Sender {
    let guard = Guard::new(vec!["127.0.0.1".parse().unwrap()]);
    Sender::new(Settings { guard, ..settings }).unwrap()
}
