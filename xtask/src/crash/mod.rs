//! `cargo xtask crash`: kills the server under load at random moments, again and again, then looks
//! whether anything acknowledged was lost, done twice or torn.
//!
//! A killed process leaves its page cache to the kernel: this shows that the product survives a
//! crash of its own, not that the disk survives a power cut.

mod client;
mod leaves;
mod oracle;

use crate::paths::{self, Scratch};
use crate::postgres::Cluster;
use crate::process::Running;
use crate::random::{Random, fresh_seed};
use crate::server::{self, Organisation};
use anyhow::{Context, Result, anyhow};
use clap::{Args, ValueEnum};
use client::Record;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ScopedJoinHandle;
use std::time::Duration;

const CLIENTS: u64 = 16;
/// A kill comes this long after the server was ready, at random, in milliseconds.
const KILL_AFTER_MS: (u64, u64) = (20, 1_200);
/// The newest published checkpoint is kept every so many kills.
const KEEP_CHECKPOINT_EVERY: u32 = 5;
/// Ready after a kill within this, as promised.
const READY_WITHIN: Duration = Duration::from_secs(2);
/// What a test on a shared machine is held to: the promise is measured, a hang is a failure.
const READY_AT_ALL_WITHIN: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
}

#[derive(Args)]
pub(crate) struct Options {
    /// How often to kill the server.
    #[arg(long, default_value_t = 200)]
    kills: u32,
    /// Which database.
    #[arg(long, value_enum, default_value = "sqlite")]
    database: Database,
    /// Repeats the choices of an earlier run.
    #[arg(long)]
    seed: Option<u64>,
    /// Uses the release build.
    #[arg(long)]
    release: bool,
}

/// The full run. Whether nothing was lost.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let cluster = match options.database {
        Database::Sqlite => None,
        Database::Postgres => {
            Some(Cluster::start()?.context("PostgreSQL is not here: apt-get install postgresql")?)
        }
    };
    let programs = server::build(options.release)?;
    let seed = options.seed.map_or_else(fresh_seed, Ok)?;
    trial(&programs, options.kills, cluster.as_ref(), seed)
}

/// The run every change must pass, with the debug build.
pub(crate) fn short(kills: u32, cluster: Option<&Cluster>) -> Result<bool> {
    trial(&server::build(false)?, kills, cluster, fresh_seed()?)
}

fn trial(programs: &Path, kills: u32, cluster: Option<&Cluster>, seed: u64) -> Result<bool> {
    let database = if cluster.is_some() {
        "PostgreSQL"
    } else {
        "SQLite"
    };
    println!("{kills} kills on {database}, {CLIENTS} clients, seed {seed}");
    let scratch = Scratch::new(&paths::work(), "crash")?;
    let url = cluster
        .map(|cluster| cluster.create(&format!("crash_{}_{seed}", std::process::id())))
        .transpose()?;
    let data = scratch.path().join("data");
    let organisation = Organisation::found(programs, &data, url.as_deref())?;
    let (serving, load) = under_load(&organisation, scratch.path(), kills, seed)?;
    load.print();
    let mut wrong = load.wrong();
    wrong.extend(oracle::examine(
        &organisation,
        serving,
        scratch.path(),
        &load,
    )?);
    for sentence in wrong.iter().take(20) {
        println!("WRONG: {sentence}");
    }
    if wrong.is_empty() {
        println!("nothing lost, nothing twice, nothing torn");
        return Ok(true);
    }
    println!("{} things wrong; seed {seed}", wrong.len());
    println!("left to look at: {}", scratch.keep().display());
    Ok(false)
}

/// What happened while the server was killed.
struct Load {
    records: Vec<Record>,
    ready: Vec<Duration>,
    /// Checkpoints that were published before some kill.
    checkpoints: Vec<PathBuf>,
    /// Entries in the log before the load.
    entries_before: usize,
}

impl Load {
    fn print(&self) {
        let sum = |of: fn(&Record) -> u64| self.records.iter().map(of).sum::<u64>();
        println!(
            "{} operations acknowledged, {} refused, {} asked again after a lost answer",
            sum(|r| r.done.len() as u64),
            sum(|r| r.refused),
            sum(|r| r.asked_again),
        );
        let mut ready = self.ready.clone();
        ready.sort();
        let ms = |d: Option<&Duration>| d.map_or(0, Duration::as_millis);
        println!(
            "ready again after {} ms (median), {} ms (worst); {} of {} within {} s",
            ms(ready.get(ready.len() / 2)),
            ms(ready.last()),
            ready.iter().filter(|d| **d <= READY_WITHIN).count(),
            ready.len(),
            READY_WITHIN.as_secs(),
        );
    }

    fn wrong(&self) -> Vec<String> {
        let mut wrong: Vec<String> = self
            .records
            .iter()
            .flat_map(|record| record.wrong.iter().cloned())
            .collect();
        if self.records.iter().all(|record| record.done.is_empty()) {
            wrong.push("no operation was acknowledged at all".to_owned());
        }
        if let Some(slow) = self.ready.iter().find(|d| **d > READY_AT_ALL_WITHIN) {
            wrong.push(format!("ready only after {} s", slow.as_secs()));
        }
        wrong
    }
}

/// Lets the clients work while the server is killed and started again. It still runs afterwards.
fn under_load(
    organisation: &Organisation,
    folder: &Path,
    kills: u32,
    seed: u64,
) -> Result<(Running, Load)> {
    let entries_before = leaves::publish(organisation, &folder.join("before"))?.count();
    let log = paths::work().join("crash-server.log");
    let (serving, _) = organisation.serve(&log)?;
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let start = |n| {
            let (client, stop) = (organisation.client(), &stop);
            scope.spawn(move || client::work(&client, n, seed, stop))
        };
        let clients: Vec<_> = (0..CLIENTS).map(start).collect();
        let killed = kill_again_and_again(organisation, (folder, &log), serving, kills, seed);
        stop.store(true, Ordering::SeqCst);
        let records: Result<Vec<Record>, _> =
            clients.into_iter().map(ScopedJoinHandle::join).collect();
        let (serving, ready, checkpoints) = killed?;
        let load = Load {
            records: records.map_err(|_| anyhow!("a client panicked"))?,
            ready,
            checkpoints,
            entries_before,
        };
        Ok((serving, load))
    })
}

type Killed = (Running, Vec<Duration>, Vec<PathBuf>);

fn kill_again_and_again(
    organisation: &Organisation,
    (folder, log): (&Path, &Path),
    mut serving: Running,
    kills: u32,
    seed: u64,
) -> Result<Killed> {
    let mut random = Random::new(seed);
    let mut ready = Vec::new();
    let mut checkpoints = Vec::new();
    let client = organisation.client();
    for n in 1..=kills {
        let (from, to) = KILL_AFTER_MS;
        std::thread::sleep(Duration::from_millis(from + random.below(to - from)));
        if n % KEEP_CHECKPOINT_EVERY == 0
            && let Some(note) = leaves::checkpoint(&client)
        {
            let file = folder.join(format!("checkpoint-{n}"));
            std::fs::write(&file, note)?;
            checkpoints.push(file);
        }
        serving.kill();
        let (again, took) = organisation.serve(log)?;
        serving = again;
        ready.push(took);
        if n % 20 == 0 {
            println!("{n} kills");
        }
    }
    Ok((serving, ready, checkpoints))
}
