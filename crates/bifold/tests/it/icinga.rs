//! A real Icinga 2 that starts `bifold signal icinga` by the command that the manual gives.

use crate::intake_crash::{FOUNDER, founded};
use crate::journey::{Server, bifold};
use serde_json::Value;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take: checks, and a notification that is tried again.
const PATIENCE: Duration = Duration::from_mins(2);

/// Ends with everything it started: it checks by processes of its own.
struct Icinga(Child);

impl Drop for Icinga {
    fn drop(&mut self) {
        let id = self.0.id();
        let signal = |to: &str| Command::new("sh").args(["-c", to]).status();
        let _ = signal(&format!("kill -TERM {id}"));
        let patience = Instant::now() + Duration::from_secs(20);
        while matches!(self.0.try_wait(), Ok(None)) && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = signal(&format!("kill -KILL -{id} 2>/dev/null"));
        let _ = self.0.wait();
    }
}

/// One host and one service, which a script checks.
const MONITORED: &str = r#"
object CheckerComponent "checker" { }
object NotificationComponent "notification" { }
object FileLogger "log" { severity = "information", path = "HERE/log" }
object ExternalCommandListener "command" { command_path = "HERE/command" }
object CheckCommand "up" { command = [ "true" ] }
object CheckCommand "state" { command = [ "sh", "HERE/check" ] }
object Host "web1" { check_command = "up", address = "10.0.0.7" }
object Service "http" {
  host_name = "web1", check_command = "state"
  check_interval = 1s, retry_interval = 1s, max_check_attempts = 1
}
object User "bifold" { }
object Notification "bifold" {
  host_name = "web1", service_name = "http", command = "bifold-service"
  users = [ "bifold" ], interval = 0
}
"#;

/// The notification command of the manual, told who it is here.
fn command(here: &Path, server: &str, source: &str, token: &str) -> String {
    let manual = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/signals.md");
    let manual = std::fs::read_to_string(manual).unwrap();
    let (_, rest) = manual.split_once("object NotificationCommand").unwrap();
    let (command, _) = rest.split_once("```").unwrap();
    let file = here.join("token");
    std::fs::write(&file, token).unwrap();
    let mut command = format!("object NotificationCommand{command}");
    for (told, here) in [
        ("/usr/bin/bifold", env!("CARGO_BIN_EXE_bifold")),
        ("https://incidents.example.org", server),
        ("src_…", source),
        ("/etc/icinga2/bifold.token", file.to_str().unwrap()),
    ] {
        assert_eq!(command.matches(told).count(), 1, "{told}");
        command = command.replace(told, here);
    }
    command
}

fn started(here: &Path, config: &str) -> Option<Icinga> {
    let file = here.join("icinga.conf");
    std::fs::write(&file, config).unwrap();
    let name = |what: &str| {
        let id = Command::new("id").args([what, "-n"]).output().unwrap();
        String::from_utf8_lossy(&id.stdout).trim().to_owned()
    };
    let mut daemon = Command::new("icinga2");
    daemon.args(["daemon", "-c"]).arg(&file);
    daemon.arg(format!("-DRunAsUser={}", name("-u")));
    daemon.arg(format!("-DRunAsGroup={}", name("-g")));
    for (constant, at) in [
        ("DataDir", ""),
        ("LogDir", ""),
        ("CacheDir", ""),
        ("InitRunDir", ""),
        ("SpoolDir", ""),
        ("PidPath", "/pid"),
        ("VarsPath", "/vars"),
        ("StatePath", "/kept"),
        ("ModAttrPath", "/changed"),
        ("ObjectsPath", "/objects"),
    ] {
        daemon.arg(format!("-D{constant}={}{at}", here.display()));
    }
    let started = daemon
        .arg("-DNodeName=monitor")
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(here.join("out")).unwrap())
        .stderr(Stdio::null())
        .spawn();
    if started.is_err() {
        eprintln!("SKIPPED: icinga2 is not here");
    }
    started.ok().map(Icinga)
}

/// The faults of the server, as soon as they are so.
fn until(server: &Server, token: &str, here: &Path, is_so: impl Fn(&Value) -> bool) -> Value {
    let patience = Instant::now() + PATIENCE;
    loop {
        let mut answer = ureq::get(format!("{}/api/v1/faults", server.url))
            .header("authorization", format!("Bearer {token}"))
            .call()
            .unwrap();
        let faults: Value = answer.body_mut().read_json().unwrap();
        if is_so(&faults["items"]) {
            return faults["items"].clone();
        }
        if Instant::now() > patience {
            let said = std::fs::read_to_string(here.join("log")).unwrap_or_default();
            panic!("{faults:#}\n{said}");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_of_icinga_and_its_recovery_are_one_fault_that_ends() {
    let (home, here) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (folder, here) = (home.path(), here.path());
    let (source, token) = founded(folder, "icinga").await;
    let data = folder.display().to_string();
    let made = bifold(&["token", "create", "--data", &data, "--user", FOUNDER]).output();
    let own = String::from_utf8(made.unwrap().stdout).unwrap();
    let own = own.trim();
    let server = Server::start(&data);
    let state = |code: u8| {
        let (new, check) = (here.join("new"), here.join("check"));
        std::fs::write(&new, format!("echo HTTP says {code}\nexit {code}\n")).unwrap();
        // At no time is it half there.
        std::fs::rename(new, check).unwrap();
    };
    state(2);
    let monitored = MONITORED.replace("HERE", here.to_str().unwrap());
    let command = command(here, &server.url, source.as_str(), &token);
    let Some(icinga) = started(here, &format!("{monitored}{command}")) else {
        return;
    };
    let found = until(&server, own, here, |faults| faults[0].is_object());
    assert_eq!(found[0]["external_id"], "web1!http");
    assert_eq!(found[0]["title"], "http on web1 is critical");
    assert_eq!(found[0]["severity"], "critical");
    assert_eq!(found[0]["state"], "firing");

    // Somebody there takes it on.
    let pipe = std::fs::File::options()
        .append(true)
        .open(here.join("command"));
    let words = "[1] ACKNOWLEDGE_SVC_PROBLEM;web1;http;1;1;0;anna;I have a look; wait\n";
    std::io::Write::write_all(&mut pipe.unwrap(), words.as_bytes()).unwrap();
    until(&server, own, here, |faults| {
        faults[0]["state"] == "acknowledged"
    });

    state(0);
    let found = until(&server, own, here, |faults| {
        faults[0]["state"] == "resolved"
    });
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found:#}");
    assert_eq!(found[0]["count"], 3);

    // It comes again: another occurrence.
    state(1);
    let found = until(&server, own, here, |faults| faults[1].is_object());
    assert_eq!(found[0]["title"], "http on web1 is warning");
    assert_eq!(found[1]["state"], "resolved");
    drop(icinga);
}
