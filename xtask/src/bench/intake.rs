//! Signals over HTTP and syslog: how many are durable in a second, and what a storm of them leaves.

use super::table::{Row, Table, percentile};
use super::usage::memory_kib;
use crate::http::Client;
use crate::paths;
use crate::process::{Running, free_port, output};
use crate::server::Organisation;
use anyhow::{Context, Result, bail, ensure};
use bifold_store::{Options, Store};
use serde_json::{Value, json};
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Connections that send.
const CLIENTS: f64 = 32.0;
/// Lines of syslog, one in a hundred of which a rule wants.
const LINES: u64 = 400_000;
/// Until everything that was taken in is read.
const READ_WITHIN: Duration = Duration::from_mins(5);
/// When no more comes for so long, nothing is on its way.
const SETTLED: Duration = Duration::from_millis(500);
const SYSLOG: &str = "Gateways";
const STOPS_WITHIN: Duration = Duration::from_mins(1);

/// A source and what it is known by.
struct Source {
    id: String,
    token: String,
}

struct Sent {
    accepted: f64,
    per_second: f64,
    p95_ms: f64,
}

fn text(value: &Value, key: &str) -> Result<String> {
    let found = value[key].as_str().with_context(|| key.to_owned())?;
    Ok(found.to_owned())
}

fn connect(client: &Client, settings: &Value) -> Result<Source> {
    let name = text(settings, "name")?;
    let made = client.post("/api/v1/sources", &name, &settings.to_string())?;
    let id = text(&made.json()?, "id")?;
    let path = format!("/api/v1/sources/{id}/secrets");
    let body = json!({ "kind": "token" }).to_string();
    let made = client.post(&path, &format!("{name}-secret"), &body)?;
    let token = text(&made.json()?, "value")?;
    Ok(Source { id, token })
}

/// The command that sends for so many seconds.
fn wrk(organisation: &Organisation, source: &Source, mode: &str, seconds: u32) -> Command {
    let mut wrk = Command::new("wrk");
    wrk.args(["--threads", "1", "--latency", "--timeout", "20s"])
        .args(["--connections", &CLIENTS.to_string()])
        .args(["--duration", &format!("{seconds}s"), "--script"])
        .arg(paths::root().join("bench/intake.lua"))
        .arg(format!("{}/in/{}", organisation.base(), source.id))
        .env("BIFOLD_TOKEN", &source.token)
        .env("BIFOLD_MODE", mode);
    wrk
}

fn send(organisation: &Organisation, source: &Source, mode: &str, seconds: u32) -> Result<Sent> {
    sent(&output(&mut wrk(organisation, source, mode, seconds))?)
}

fn sent(said: &str) -> Result<Sent> {
    let line = said.lines().find_map(|line| line.strip_prefix("FIGURES "));
    let figures: Value = serde_json::from_str(line.context("wrk gave no figures")?)?;
    let number = |key: &str| figures[key].as_f64().with_context(|| key.to_owned());
    let other = number("other")?;
    ensure!(other == 0.0, "{other} deliveries were answered otherwise");
    let (accepted, seconds) = (number("accepted")?, number("seconds")?);
    Ok(Sent {
        accepted,
        per_second: accepted / seconds,
        p95_ms: number("p95_ms")?,
    })
}

/// Waits until as many signals were read of a source; how many there are by then, and how long
/// that took. What was on its way when the sender stopped counts, and was not counted there.
fn read(client: &Client, source: &Source, signals: f64, each: f64) -> Result<(f64, Duration)> {
    let (start, mut last) = (Instant::now(), (0.0, Duration::ZERO));
    while start.elapsed() < READ_WITHIN {
        let shown = client.get(&format!("/api/v1/sources/{}", source.id))?;
        let found = shown.json()?["signals"].as_f64().unwrap_or_default();
        if found > last.0 {
            last = (found, start.elapsed());
        } else if found >= signals && start.elapsed() > last.1 + SETTLED {
            let more = found - signals;
            ensure!(more <= CLIENTS * each, "{found} were read of {signals}");
            return Ok(last);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    bail!("not everything was read within five minutes")
}

/// Entries of the ledger, while nobody serves.
fn log_size(data: &Path) -> Result<f64> {
    let runtime = tokio::runtime::Runtime::new()?;
    let size = runtime.block_on(async {
        let store = Store::open(Options::in_folder(data)).await?;
        let size = store.log_state().await?.size;
        store.close().await;
        anyhow::Ok(size)
    })?;
    Ok(f64::from(u32::try_from(size)?))
}

/// Measures in a folder where nothing is yet.
pub(super) fn measure(
    programs: &Path,
    data: &Path,
    log: &Path,
    seconds: u32,
    table: &mut Table,
) -> Result<()> {
    let mut organisation = Organisation::found(programs, data, None)?;
    let port = free_port()?;
    let door = format!("tcp://127.0.0.1:{port}/{SYSLOG}");
    organisation.serve_with(&["--syslog", &door]);
    let (mut serving, _) = organisation.serve(log)?;
    let client = organisation.client();
    let cluster = json!({ "name": "Cluster", "format": "alertmanager" });
    let cluster = connect(&client, &cluster)?;
    let mut signals = 0.0;
    for (mode, each, promise) in [("batch", 50.0, 5_000.0), ("single", 1.0, 2_000.0)] {
        let sent = send(&organisation, &cluster, mode, seconds)?;
        signals += sent.accepted * each;
        let caught_up;
        (signals, caught_up) = read(&client, &cluster, signals, each)?;
        let what = |what: &str| format!("alerts, {mode}: {what}");
        let rate = Row::new(what("durable per second"), sent.per_second * each, "1/s");
        table.add(rate.at_least(promise));
        table.add(Row::new(what("p95 of an answer"), sent.p95_ms, "ms"));
        let behind = caught_up.as_secs_f64();
        table.add(Row::new(what("read, after the last"), behind, "s"));
    }
    serving.end("TERM", STOPS_WITHIN);
    let entries = log_size(data)?;
    (serving, _) = organisation.serve(log)?;
    storm(&organisation, &serving, &cluster, (signals, seconds), table)?;
    serving.end("TERM", STOPS_WITHIN);
    let made = log_size(data)? - entries;
    table.add(Row::new("alerts, storm: entries of the ledger", made, "").at_most(20.0));
    (serving, _) = organisation.serve(log)?;
    syslog(&client, port, table)?;
    serving.end("TERM", STOPS_WITHIN);
    std::fs::remove_dir_all(data)?;
    Ok(())
}

/// Repeats, while somebody looks at the queue.
fn storm(
    organisation: &Organisation,
    serving: &Running,
    cluster: &Source,
    (before, seconds): (f64, u32),
    table: &mut Table,
) -> Result<()> {
    let client = organisation.client();
    let mut sending = wrk(organisation, cluster, "storm", seconds.max(20));
    let mut sending = sending.stdout(Stdio::piped()).spawn()?;
    let mut times = Vec::new();
    while sending.try_wait()?.is_none() {
        let start = Instant::now();
        ensure!(
            client.page("/incidents?open=true")?.is_success(),
            "the queue"
        );
        times.push(start.elapsed().as_secs_f64() * 1_000.0);
        std::thread::sleep(Duration::from_millis(50));
    }
    let said = sending.wait_with_output()?;
    let sent = sent(&String::from_utf8_lossy(&said.stdout))?;
    read(&client, cluster, before + sent.accepted, 1.0)?;
    // What the counts add up to is written a moment later.
    std::thread::sleep(Duration::from_secs(5));
    times.sort_by(f64::total_cmp);
    let rate = Row::new("alerts, storm: durable per second", sent.per_second, "1/s");
    table.add(rate.at_least(4_000.0));
    table.add(Row::new("alerts, storm: how many", sent.accepted, ""));
    let queue = percentile(&times, 0.95);
    table.add(Row::new("alerts, storm: queue p95 meanwhile", queue, "ms").at_most(200.0));
    let mb = f64::from(u32::try_from(memory_kib(serving.id(), "VmHWM")?)?) / 1_024.0;
    table.add(Row::new("alerts: memory at most", mb, "MiB"));
    Ok(())
}

/// Lines of syslog over one connection.
fn syslog(client: &Client, port: u16, table: &mut Table) -> Result<()> {
    let settings = json!({
        "name": SYSLOG, "format": "syslog", "floor": "critical",
        "rules": [{ "name": "full", "when": [
            { "field": "title", "how": "contains", "value": "is full" },
        ], "then": { "do": "triage" } }],
    });
    let made = client.post("/api/v1/sources", SYSLOG, &settings.to_string())?;
    let made = made.json()?;
    let id = text(&made, "id").with_context(|| made.to_string())?;
    let start = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    let mut lines = Vec::new();
    for n in 0..LINES {
        let words = if n % 100 == 0 {
            "disk sda is full"
        } else {
            "session opened for user ada"
        };
        writeln!(
            lines,
            "<30>1 2026-01-01T00:00:00Z gw-{} sshd {n} - - {words}",
            n % 20
        )?;
        if lines.len() > 60_000 {
            stream.write_all(&lines)?;
            lines.clear();
        }
    }
    stream.write_all(&lines)?;
    drop(stream);
    loop {
        let shown = client.get(&format!("/api/v1/sources/{id}"))?.json()?;
        let count = |key: &str| shown[key].as_u64().unwrap_or_default();
        if count("signals") + count("let_go") >= LINES {
            ensure!(count("signals") == LINES / 100, "{shown}");
            break;
        }
        ensure!(start.elapsed() < READ_WITHIN, "{shown}");
        std::thread::sleep(Duration::from_millis(20));
    }
    #[allow(clippy::cast_precision_loss)] // Some hundred thousands.
    let rate = LINES as f64 / start.elapsed().as_secs_f64();
    table.add(Row::new("syslog, 1 % wanted: lines per second", rate, "1/s").at_least(20_000.0));
    Ok(())
}
