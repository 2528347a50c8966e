//! A real mail server on both sides: Postfix hands over by LMTP what swaks sent, keeps it while the
//! door is shut, takes our receipts, and carries them to a machine that answers everything.

use crate::app::TestApp;
use crate::intake::{connected, until};
use crate::intake_peers::{free_port, is_here};
use crate::mail::{DESK, desk, events, with_sender};
use crate::peer::Peer;
use bifold_domain::time::MINUTE;
use bifold_server::Config;
use bifold_store::Clock;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ROBOT: &str = "robot@example.org";

/// A mail server of the test's own, for our mailboxes and for everybody else's.
struct Postfix {
    folder: tempfile::TempDir,
    process: Child,
    port: u16,
}

impl Postfix {
    /// One at this port that hands `bifold.example` over to an LMTP port and all else to an SMTP
    /// port; `None`, with a notice, where it cannot run.
    fn start(port: u16, lmtp: u16, everybody: &str) -> Option<Self> {
        // Its programs change who they are, which only root may.
        let id = Command::new("id").arg("-u").output().ok()?;
        if id.stdout.trim_ascii() != b"0" {
            eprintln!("SKIPPED: Postfix runs by root only");
            return None;
        }
        let Some(programs) = asked("daemon_directory") else {
            eprintln!("SKIPPED: postfix is not here");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        std::fs::set_permissions(here, std::fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["config", "queue", "data"] {
            std::fs::create_dir(here.join(name)).unwrap();
        }
        let owner = asked("mail_owner").unwrap();
        let given = Command::new("chown")
            .arg(owner)
            .arg(here.join("data"))
            .status();
        assert!(given.unwrap().success());
        let write = |name: &str, text: &str| {
            std::fs::write(here.join("config").join(name), text).unwrap();
        };
        write("main.cf", &main_cf(here, &programs, lmtp, everybody));
        write("master.cf", &MASTER.replace("PORT", &port.to_string()));
        let mut process = Command::new("postfix")
            .arg("-c")
            .arg(here.join("config"))
            .arg("start-fg")
            // It ends what is in its group.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        until(|| {
            assert!(process.try_wait().unwrap().is_none(), "Postfix ended");
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Some(Self {
            folder,
            process,
            port,
        })
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("mail.log")).unwrap_or_default()
    }

    /// Sends a message by swaks, and expects that it is taken.
    fn swaks(&self, from: &str, to: &str, id: &str, more: &[&str]) {
        let said = Command::new("swaks")
            .args(["--server", "127.0.0.1", "--port", &self.port.to_string()])
            .args(["--from", from, "--to", to, "--timeout", "60"])
            .args(["--header", &format!("Message-ID: <{id}>")])
            .args(more)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&said.stdout);
        assert!(said.status.success(), "{text}{}", self.log());
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let stop = Command::new("postfix")
            .arg("-c")
            .arg(self.folder.path().join("config"))
            .arg("stop")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let patience = Instant::now() + Duration::from_secs(20);
        while stop.as_ref().is_ok_and(std::process::ExitStatus::success)
            && Instant::now() < patience
        {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What this system's Postfix has for a parameter.
fn asked(parameter: &str) -> Option<String> {
    let told = Command::new("postconf")
        .args(["-dh", parameter])
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&told.stdout).trim().to_owned())
}

fn main_cf(here: &Path, programs: &str, lmtp: u16, everybody: &str) -> String {
    let here = here.display();
    format!(
        "compatibility_level = 3.6\nqueue_directory = {here}/queue\ndata_directory = {here}/data\n\
         daemon_directory = {programs}\nmaillog_file = {here}/mail.log\n\
         maillog_file_prefixes = {here}\nmyhostname = mx.bifold.example\nmydestination =\n\
         inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks = 127.0.0.0/8\n\
         smtpd_relay_restrictions = permit_mynetworks, reject\nalias_maps =\nalias_database =\n\
         local_recipient_maps =\nvirtual_mailbox_domains = bifold.example\n\
         virtual_transport = lmtp:inet:127.0.0.1:{lmtp}\n\
         default_transport = smtp:[127.0.0.1]:{everybody}\n\
         minimal_backoff_time = 1s\nmaximal_backoff_time = 2s\nqueue_run_delay = 1s\n\
         disable_dns_lookups = yes\nsmtp_host_lookup = native\nlmtp_host_lookup = native\n"
    )
}

/// Its programs, none of them in a folder of its own.
const MASTER: &str = "127.0.0.1:PORT inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
";

/// A server with a mailbox that Postfix hands over to and that sends by it.
fn with_postfix(
    port: u16,
    everybody: &str,
    story: impl FnOnce(&mut TestApp, &Postfix, &str, &Config),
) {
    if !is_here("swaks") {
        return;
    }
    let lmtp = free_port();
    let Some(postfix) = Postfix::start(port, lmtp, everybody) else {
        return;
    };
    let config = with_sender(postfix.port, lmtp);
    let mut app = TestApp::made(Clock::System.now(), config.clone(), |_| ());
    let (source, _) = connected(&app, desk(true));
    story(&mut app, &postfix, &source, &config);
    drop(postfix);
    app.finish();
}

fn deliveries(app: &TestApp, source: &str) -> u64 {
    let shown = app.manager().get(&format!("sources/{source}")).is(200);
    shown.at("/deliveries").as_u64().unwrap()
}

#[test]
fn what_postfix_holds_while_the_door_is_shut_is_one_event_each_and_is_answered() {
    let Some((out, everybody)) = Peer::start("smtp.py", "") else {
        return;
    };
    with_postfix(free_port(), &everybody, |app, postfix, source, config| {
        let send = |id: &str, subject: &str, to: &str| {
            let subject = format!("Subject: {subject}");
            let words = ["--header", &subject, "--body", "Niemand kann zahlen: Käse."];
            postfix.swaks("anna@example.org", to, id, &words);
        };
        send("1@example.org", "Shop is down", DESK);
        let letter = out.next();
        assert_eq!(letter["to"], serde_json::json!(["anna@example.org"]));
        assert!(
            matches!(letter["from"].as_str(), Some("" | "<>")),
            "{letter}"
        );
        let data = letter["data"].as_str().unwrap();
        assert!(
            data.contains("Subject: [EVT-") && data.contains("Re: Shop is down"),
            "{data}"
        );
        assert!(data.contains("In-Reply-To: <1@example.org>"), "{data}");

        // An address that is no mailbox comes back by Postfix, and is nothing here.
        send("2@example.org", "Lost", "other@bifold.example");
        let bounce = out.next();
        assert!(
            bounce["data"].as_str().unwrap().contains("no such mailbox"),
            "{bounce}"
        );

        app.halt();
        send("3@example.org", "Printer burns", DESK);
        send("4@example.org", "Lift is stuck", "desk+lift@bifold.example");
        until(|| (postfix.log().matches("status=deferred").count() >= 2).then_some(()));
        app.serve(config.clone());
        until(|| (events(&app.manager()).len() >= 3).then_some(()));
        // None waits any more, so none can come again.
        until(|| (postfix.log().matches("Stored as").count() >= 3).then_some(()));
        let all = events(&app.manager());
        let mut titles: Vec<&str> = all.iter().map(|e| e["title"].as_str().unwrap()).collect();
        titles.sort_unstable();
        assert_eq!(titles, ["Lift is stuck", "Printer burns", "Shop is down"]);
        assert_eq!(deliveries(app, source), 3);
        let one = all.iter().find(|e| e["title"] == "Printer burns").unwrap();
        let shown = app
            .manager()
            .get(&format!("events/{}", one["id"].as_str().unwrap()));
        assert_eq!(
            shown.is(200).at("/description"),
            "Niemand kann zahlen: Käse."
        );
        assert!(out.is_silent(), "one receipt in ten minutes");
    });
}

/// Receipts to one address in a day at most.
const RECEIPTS: u64 = 10;

#[test]
fn two_machines_that_answer_each_other_stop_at_the_cap_and_nothing_is_lost() {
    let port = free_port();
    let Some((out, everybody)) = Peer::start("responder.py", &format!("{port} {DESK}")) else {
        return;
    };
    with_postfix(port, &everybody, |app, postfix, source, _| {
        let (mut events_wanted, mut deliveries_wanted) = (0, 0);
        for round in 0..RECEIPTS + 3 {
            let id = format!("round{round}@example.org");
            let words = ["--header", "Subject: Away again", "--body", "I am away."];
            postfix.swaks(ROBOT, DESK, &id, &words);
            // Each receipt is answered twice: in its thread, and by a new event.
            let is_answered = round < RECEIPTS;
            events_wanted += 1 + u64::from(is_answered);
            deliveries_wanted += 1 + 2 * u64::from(is_answered);
            until(|| (deliveries(app, source) >= deliveries_wanted).then_some(()));
            until(|| (events(&app.manager()).len() as u64 >= events_wanted).then_some(()));
            if is_answered {
                let receipt = out.next();
                assert_eq!(receipt["to"], serde_json::json!([ROBOT]));
            }
            // More than ten minutes later, so that only the day holds it up.
            app.store.shell().advance(11 * MINUTE);
        }
        assert!(out.is_silent(), "ten receipts in a day");
        let manager = app.manager();
        let all = events(&manager);
        assert_eq!(all.len() as u64, events_wanted);
        assert_eq!(deliveries(app, source), deliveries_wanted);
        let additions = all.iter().map(|event| {
            let one = format!("events/{}", event["id"].as_str().unwrap());
            let added = manager.get(&one).is(200).at("/additions");
            added.as_array().map_or(0, Vec::len) as u64
        });
        assert_eq!(
            additions.sum::<u64>(),
            RECEIPTS,
            "answers stand with their event"
        );
        let log = postfix.log();
        assert_eq!(log.matches("Stored as").count() as u64, deliveries_wanted);
        assert!(!log.contains("status=bounced"), "{log}");
    });
}
