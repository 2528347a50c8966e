//! Durable declares over HTTP, beside the database alone taking the same bytes.

use super::table::{Row, Table};
use super::text;
use super::usage::cpu_ms;
use crate::paths;
use crate::process::output;
use crate::server::Organisation;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Different incidents that are sent again and again.
const BODIES: u64 = 2_000;
const CLIENTS: [u32; 3] = [1, 8, 32];

/// A load of declares, ready to be sent.
pub(super) struct Declares {
    bodies: PathBuf,
    seconds: u32,
}

/// What wrk saw.
struct Seen {
    per_second: f64,
    p50_ms: f64,
    p95_ms: f64,
    requests: f64,
    failed: f64,
}

impl Declares {
    pub(super) fn prepare(folder: &Path, seconds: u32) -> Result<Self> {
        let mut lines = String::new();
        for i in 0..BODIES {
            writeln!(lines, "{}", text::incident(i).body())?;
        }
        let bodies = folder.join("bodies.jsonl");
        std::fs::write(&bodies, lines)?;
        Ok(Self { bodies, seconds })
    }

    /// Measures 1, 8 and 32 clients.
    pub(super) fn measure(
        &self,
        organisation: &Organisation,
        pid: u32,
        table: &mut Table,
    ) -> Result<()> {
        self.send(organisation, 8, 2)?;
        for clients in CLIENTS {
            let before = cpu_ms(pid)?;
            let seen = self.send(organisation, clients, self.seconds)?;
            let used = u32::try_from(cpu_ms(pid)? - before)?;
            if seen.failed > 0.0 {
                bail!("{} declares were not answered with 2xx", seen.failed);
            }
            let alone = self.baseline(organisation, clients)?;
            let name = |what: &str| format!("declare, {clients} clients: {what}");
            let rate = Row::new(name("per second"), seen.per_second, "1/s").against(alone);
            let p95 = Row::new(name("p95"), seen.p95_ms, "ms");
            let cpu = Row::new(name("server CPU"), f64::from(used) / seen.requests, "ms");
            table.add(Row::new(name("p50"), seen.p50_ms, "ms"));
            if clients == 32 {
                table.add(p95.at_most(60.0));
                table.add(rate.at_least(2_000.0));
                table.add(cpu.at_most(0.8));
            } else {
                table.add(p95);
                table.add(rate);
                table.add(cpu);
            }
        }
        Ok(())
    }

    /// Sends declares from so many clients for a time.
    fn send(&self, organisation: &Organisation, clients: u32, seconds: u32) -> Result<Seen> {
        let said = output(&mut self.wrk(organisation, clients, seconds))?;
        let line = said.lines().find_map(|line| line.strip_prefix("FIGURES "));
        let figures: Value = serde_json::from_str(line.context("wrk gave no figures")?)?;
        let number = |key: &str| figures[key].as_f64().with_context(|| key.to_owned());
        Ok(Seen {
            per_second: number("per_second")?,
            p50_ms: number("p50_ms")?,
            p95_ms: number("p95_ms")?,
            requests: number("requests")?.max(1.0),
            failed: number("failed")?,
        })
    }

    /// The command that sends them.
    pub(super) fn wrk(&self, organisation: &Organisation, clients: u32, seconds: u32) -> Command {
        let mut wrk = Command::new("wrk");
        wrk.args(["--threads", "1", "--latency", "--timeout", "20s"])
            .args(["--connections", &clients.to_string()])
            .args(["--duration", &format!("{seconds}s"), "--script"])
            .arg(paths::root().join("bench/declare.lua"))
            .arg(format!("{}/api/v1/incidents", organisation.base()))
            .arg("--")
            .arg(&self.bodies)
            .env("BIFOLD_TOKEN", &organisation.token);
        wrk
    }

    /// Rows a second that the database alone commits, as many to a transaction as there are
    /// clients, on the same disk.
    fn baseline(&self, organisation: &Organisation, clients: u32) -> Result<f64> {
        let mut python = Command::new("python3");
        python
            .arg(paths::root().join("bench/baseline.py"))
            .arg("commit")
            .arg(organisation.data().join("baseline.db"))
            .arg(&self.bodies)
            .args([clients.to_string(), self.seconds.min(3).to_string()]);
        Ok(output(&mut python)?.trim().parse()?)
    }
}
