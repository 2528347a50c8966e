//! The main job as a newcomer runs it: the real binary, a real server, exit codes, proof.

use crate::tools::{folder, go_verifier, python};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

pub(crate) fn bifold(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bifold"));
    command
        .args(args)
        .env_remove("BIFOLD_TOKEN")
        .env_remove("BIFOLD_URL");
    command
}

pub(crate) fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}

pub(crate) fn run(args: &[&str]) -> (Option<i32>, String) {
    let output = bifold(args).output().unwrap();
    (output.status.code(), said(&output))
}

/// A server on a free port, stopped when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start(data: &str) -> Self {
        Self::with(data, &[])
    }

    /// The same with more options.
    pub(crate) fn with(data: &str, more: &[&str]) -> Self {
        Self::run(data, more, &[])
    }

    /// The same with variables of its environment.
    pub(crate) fn run(data: &str, more: &[&str], variables: &[(&str, &str)]) -> Self {
        let serve = ["serve", "--data", data, "--listen", "127.0.0.1:0"];
        let mut child = bifold(&[&serve, more].concat())
            .envs(variables.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = lines.by_ref().map_while(Result::ok).find_map(|line| {
            line.split_once(" on ")
                .map(|(_, url)| url.trim().to_owned())
        });
        // Its log must go somewhere: writing to a closed stream would end what it does.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self {
            child,
            url: url.unwrap(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) struct Home {
    pub(crate) folder: tempfile::TempDir,
}

impl Home {
    pub(crate) fn founded() -> Self {
        let home = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let data = home.data();
        let (code, text) = run(&[
            "init",
            "--data",
            &data,
            "--org",
            "Harbour Hospital",
            "--admin",
            "ines@harbour.example",
        ]);
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains("Password, shown only now: "), "{text}");
        home
    }

    pub(crate) fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    pub(crate) fn token(&self) -> String {
        let args = [
            "token",
            "create",
            "--data",
            &self.data(),
            "--user",
            "ines@harbour.example",
        ];
        let output = bifold(&args).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

#[test]
#[allow(
    clippy::too_many_lines,
    reason = "one story, told from beginning to end"
)]
fn the_main_job_from_init_to_a_verified_ledger() {
    let home = Home::founded();
    let data = home.data();
    let (code, text) = run(&[
        "init",
        "--data",
        &data,
        "--org",
        "Again",
        "--admin",
        "a@b.example",
    ]);
    assert_eq!(code, Some(5), "{text}");
    let token = home.token();
    let server = Server::start(&data);
    let incident = |args: &[&str]| {
        let mut all = vec!["incident", "--url", &server.url, "--token", &token];
        all.extend(args);
        run(&all)
    };
    let ok = |args: &[&str]| {
        let (code, text) = incident(args);
        assert_eq!(code, Some(0), "{args:?}: {text}");
        text
    };
    let text = ok(&[
        "declare",
        "Portal down",
        "--impact",
        "extensive",
        "--urgency",
        "high",
    ]);
    assert!(text.starts_with("Declared INC-20"), "{text}");
    let number = text.split_whitespace().nth(1).unwrap().to_owned();
    for kind in ["service", "security"] {
        ok(&[
            "assess",
            &number,
            "--kind",
            kind,
            "--finding",
            "yes",
            "--reason",
            "seen",
        ]);
    }
    ok(&["note", &number, "Logs kept", "--lane", "security"]);
    ok(&["say", &number, "Nobody restarts it, please"]);
    assert!(ok(&["room", &number]).contains("Nobody restarts it, please"));
    called_for_help(&ok, &number);
    ok(&[
        "resolve", &number, "--code", "fixed", "--text", "done", "--cause", "attack",
    ]);
    ok(&["confirm", &number]);
    let (code, text) = incident(&["close", &number]);
    assert_eq!(code, Some(5), "{text}");
    assert!(
        text.contains("evidence is still planned") && text.contains("Next: "),
        "{text}"
    );
    ok(&["track", &number, "evidence", "complete"]);
    ok(&["track", &number, "review", "done"]);
    ok(&["classify", &number, "--category", "access"]);
    ok(&["close", &number]);
    let text = ok(&["show", &number.to_lowercase()]);
    assert!(
        text.contains("closed") && text.contains("Security? yes"),
        "{text}"
    );
    assert!(ok(&["list"]).contains("No incidents."));
    assert!(ok(&["list", "--all"]).contains("Portal down"));
    assert!(ok(&["search", "portal"]).contains(&number));
    drop(server);
    proved(&home);
}

#[test]
fn what_waits_at_the_gate_is_decided_from_the_command_line() {
    let home = Home::founded();
    let token = home.token();
    let server = Server::start(&home.data());
    let with = |noun: &str, args: &[&str]| {
        let mut all = vec![noun, "--url", &server.url, "--token", &token];
        all.extend(args);
        run(&all)
    };
    let grave = ["--impact", "extensive", "--urgency", "critical"];
    let declare = [&["declare", "Portal down"][..], &grave].concat();
    let (_, text) = with("incident", &declare);
    let number = text.split_whitespace().nth(1).unwrap().to_owned();
    let gate = |args: &[&str]| with("gate", args);
    assert_eq!(
        gate(&["list"]),
        (Some(0), "Nothing waits at the gate.\n".to_owned())
    );
    let (code, text) = gate(&["restore", &number, "--action", "reboot"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.starts_with("Held up: reboot") && text.contains("memory"),
        "{text}"
    );
    let (_, text) = gate(&["list"]);
    assert!(text.contains(&number) && text.contains("reboot"), "{text}");
    let (code, text) = gate(&["done", &number]);
    assert_eq!(code, Some(5), "{text}");
    assert!(
        text.contains("nobody has decided yet") && text.contains("Next: "),
        "{text}"
    );
    let go = ["go-now", &number, "--reason", "The ward waits."];
    let (code, text) = gate(&go);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = gate(&["done", &number]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = gate(&["review", &number, "--text", "It was right."]);
    assert_eq!(
        code,
        Some(4),
        "who gave it up does not look back on it: {text}"
    );
    let (code, text) = gate(&["withdraw", &number, "--reason", "Too late."]);
    assert_eq!(code, Some(3), "{text}");
    let (code, text) = gate(&["restore", &number, "--action", "scale"]);
    assert!(
        code == Some(0) && text.starts_with("Recorded as done"),
        "{text}"
    );
}

/// Verified by us, by Go's packages and by pymerkle; and refused by all once it is altered.
fn called_for_help(ok: &impl Fn(&[&str]) -> String, number: &str) {
    let clocks = ok(&["clocks", number]);
    assert!(
        clocks.contains("response") && clocks.contains("[standard]"),
        "{clocks}"
    );
    let to = ["--to", "role:incident_manager", "--reason", "Help."];
    ok(&[&["escalate", number], &to[..]].concat());
    assert!(ok(&["show", number]).contains("(calling)"));
    ok(&["acknowledge", number]);
    assert!(ok(&["show", number]).contains("(taken)"));
}

fn proved(home: &Home) {
    let data = home.data();
    let (code, text) = run(&["ledger", "verify", "--data", &data]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("The ledger holds"), "{text}");
    let (code, text) = run(&["ledger", "replay", "--data", &data]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = run(&["doctor", "--data", &data]);
    assert_eq!(code, Some(0), "{text}");
    let to = home.folder.path().join("published");
    let args = ["ledger", "publish", "--data", &data, to.to_str().unwrap()];
    let (code, text) = run(&args);
    assert_eq!(code, Some(0), "{text}");
    let log = std::fs::read_dir(&to)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let vkey = std::fs::read_to_string(log.join("vkey")).unwrap();
    let vkey = vkey.trim();
    foreign(&log, vkey, true);
    let bundle = std::fs::read_dir(log.join("tile/entries/000.p")).unwrap();
    let bundle = bundle.map(|entry| entry.unwrap().path()).next().unwrap();
    let mut bytes = std::fs::read(&bundle).unwrap();
    bytes[200] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    foreign(&log, vkey, false);
}

fn foreign(log: &Path, vkey: &str, accepts: bool) {
    let mut verifiers = Vec::new();
    if let Some(go) = go_verifier() {
        let mut command = Command::new(go);
        command.arg(log).arg(vkey);
        verifiers.push(("go", command));
    }
    if let Some(python) = python() {
        let mut command = Command::new(python);
        command.arg(folder().join("verify.py")).arg(log);
        verifiers.push(("python", command));
    }
    for (name, mut command) in verifiers {
        let output = command.output().unwrap();
        assert_eq!(
            output.status.success(),
            accepts,
            "{name}: {}",
            said(&output)
        );
    }
}

#[test]
fn every_way_to_fail_has_its_exit_code() {
    let home = Home::founded();
    let data = home.data();
    let token = home.token();
    let server = Server::start(&data);
    let incident = |token: &str, args: &[&str]| {
        let mut all = vec!["incident", "--url", &server.url, "--token", token];
        all.extend(args);
        run(&all).0
    };
    assert_eq!(incident(&token, &["show", "INC-2026-9999"]), Some(3));
    assert_eq!(incident("bfd_wrong", &["list"]), Some(4));
    assert_eq!(
        incident(&token, &["declare", "x", "--impact", "cosmic"]),
        Some(2)
    );
    assert_eq!(incident(&token, &["declare", "x"]), Some(0));
    assert_eq!(incident(&token, &["show", "../people"]), Some(2));
    assert_eq!(run(&["incident", "frobnicate"]).0, Some(2));
    let nowhere = [
        "incident",
        "--url",
        "http://127.0.0.1:9",
        "--token",
        "x",
        "list",
    ];
    assert_eq!(run(&nowhere).0, Some(7));
    let absent = home.folder.path().join("absent").display().to_string();
    assert_eq!(run(&["ledger", "verify", "--data", &absent]).0, Some(3));
    let args = [
        "token",
        "create",
        "--data",
        &data,
        "--user",
        "nobody@harbour.example",
    ];
    assert_eq!(run(&args).0, Some(3));
}

#[test]
fn a_ledger_changed_behind_our_back_fails_verification_and_says_where() {
    let home = Home::founded();
    let data = home.data();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        use sqlx::Connection;
        let url = format!("sqlite:{data}/bifold.db");
        let mut raw = sqlx::SqliteConnection::connect(&url).await.unwrap();
        let tamper = "UPDATE ledger_entry SET leaf = replace(leaf, 'person.', 'persom.')";
        sqlx::raw_sql(tamper).execute(&mut raw).await.unwrap();
        raw.close().await.unwrap();
    });
    let (code, text) = run(&["ledger", "verify", "--data", &data]);
    assert_eq!(code, Some(6), "{text}");
    assert!(
        text.contains("entry 1") && text.contains("does NOT hold"),
        "{text}"
    );
}

#[test]
fn the_demo_tells_the_whole_job_and_ends_well() {
    let (code, text) = run(&["demo", "--story"]);
    assert_eq!(code, Some(0), "{text}");
    for part in [
        "Declared INC-",
        "Refused: ",
        "Closed INC-",
        "5 new",
        "The ledger holds",
    ] {
        assert!(text.contains(part), "{part} is missing in: {text}");
    }
}

/// Started beside somebody who has its port, asked once, and told to stop.
#[test]
fn the_demo_serves_a_hospital_until_it_is_told_to_stop() {
    use std::io::{Read, Write};
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    let mut child = bifold(&["demo", "--listen", &taken])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = Vec::new();
    for line in lines.by_ref().map_while(Result::ok) {
        said.push(line);
        if said.last().is_some_and(|line| line.starts_with("Ready in")) {
            break;
        }
    }
    let text = said.join("\n");
    assert!(text.contains("is taken"), "{text}");
    assert!(text.contains("Incident manager"), "{text}");
    let address = text
        .split("http://")
        .nth(1)
        .and_then(|rest| rest.lines().next());
    let mut stream = std::net::TcpStream::connect(address.unwrap().trim()).unwrap();
    stream
        .write_all(b"GET /livez HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    let rest: Vec<_> = lines.map_while(Result::ok).collect();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest:?}");
    assert!(rest.iter().any(|line| line.contains("is gone")), "{rest:?}");
}

/// In the demo anybody may sign in as anybody, so it never touches another organisation.
#[test]
fn the_demo_leaves_a_real_organisation_alone() {
    let home = Home::founded();
    let (code, text) = run(&["demo", "--listen", "127.0.0.1:0", "--data", &home.data()]);
    assert_eq!(code, Some(5), "{text}");
    assert!(text.contains("choose another folder"), "{text}");
}
