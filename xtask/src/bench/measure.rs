//! The measurements, in order.

use super::declare::Declares;
use super::table::{Row, Table};
use super::usage::{load_average, memory_kib};
use super::{Options, due, evidence, import, intake, ledger, load, pages};
use crate::paths::{self, Scratch};
use crate::process::Running;
use crate::server::Organisation;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const STOPS_WITHIN: Duration = Duration::from_mins(1);
/// How often the server is killed under load and started again.
const RESTARTS: u32 = 5;

/// Measures everything. A missed promise is printed, and does not fail the run: machines differ.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let mut sizes = options.sizes.clone();
    let mut seconds = options.seconds;
    let mut evidence_mb = options.evidence_mb;
    if options.quick {
        (sizes, seconds) = (vec![1_000, 10_000], 2);
        evidence_mb = evidence_mb.min(256);
    }
    sizes.sort_unstable();
    let programs = std::env::current_exe()?;
    let programs = programs.parent().context("the folder of this program")?;
    let scratch = Scratch::new(&paths::work(), "bench")?;
    let mut bench = Bench {
        table: Table::default(),
        programs: programs.to_owned(),
        log: scratch.path().join("server.log"),
        declares: Declares::prepare(scratch.path(), seconds)?,
    };
    bench.mark("intake of signals");
    let folder = scratch.path().join("intake");
    intake::measure(
        &bench.programs,
        &folder,
        &bench.log,
        seconds,
        &mut bench.table,
    )?;
    if options.intake_only {
        bench.table.close(&paths::target().join("bench.json"))?;
        return Ok(true);
    }
    bench.mark("clocks");
    bench.clocks(&scratch.path().join("clocks"))?;
    if options.clocks_only {
        bench.table.close(&paths::target().join("bench.json"))?;
        return Ok(true);
    }
    bench.mark("ingest of evidence");
    bench.evidence(&scratch.path().join("evidence"), evidence_mb * 1_000_000)?;
    if options.evidence_only {
        bench.table.close(&paths::target().join("bench.json"))?;
        return Ok(true);
    }
    bench.mark("declares over HTTP");
    bench.declares(&scratch.path().join("declare"))?;
    bench.mark("import");
    import::measure(
        &bench.programs,
        &scratch.path().join("import"),
        &mut bench.table,
    )?;
    bench.pages(&scratch.path().join("pages"), &sizes)?;
    bench.table.close(&paths::target().join("bench.json"))?;
    Ok(true)
}

struct Bench {
    table: Table,
    programs: PathBuf,
    log: PathBuf,
    declares: Declares,
}

impl Bench {
    /// Says what comes, and how busy the machine is with other things.
    fn mark(&mut self, what: &str) {
        self.table
            .note(format!("-- {what} (load average {})", load_average()));
    }

    fn found(&self, data: &Path) -> Result<Organisation> {
        Organisation::found(&self.programs, data, None)
    }

    fn clocks(&mut self, data: &Path) -> Result<()> {
        self.found(data)?;
        due::measure(data, &mut self.table)?;
        std::fs::remove_dir_all(data)?;
        Ok(())
    }

    fn evidence(&mut self, data: &Path, size_bytes: u64) -> Result<()> {
        let organisation = self.found(data)?;
        let (mut serving, _) = organisation.serve(&self.log)?;
        evidence::measure(&organisation, &serving, size_bytes, &mut self.table)?;
        serving.end("TERM", STOPS_WITHIN);
        std::fs::remove_dir_all(data)?;
        Ok(())
    }

    fn declares(&mut self, data: &Path) -> Result<()> {
        let organisation = self.found(data)?;
        let (mut serving, _) = organisation.serve(&self.log)?;
        self.declares
            .measure(&organisation, serving.id(), &mut self.table)?;
        self.memory("memory after the declares", &serving, None)?;
        serving.end("TERM", STOPS_WITHIN);
        Ok(())
    }

    /// Loads step by step, and measures at each size; the rest at the largest.
    fn pages(&mut self, data: &Path, sizes: &[u64]) -> Result<()> {
        let organisation = self.found(data)?;
        let mut smallest = None;
        let mut loaded = 0;
        for &size in sizes {
            self.mark(&format!("{size} incidents"));
            let start = Instant::now();
            let ids = load::incidents(data, loaded, size)?;
            let took = start.elapsed().as_secs_f64();
            #[allow(clippy::cast_precision_loss)] // A few millions.
            let rate = (size - loaded) as f64 / took;
            loaded = size;
            self.table
                .add(Row::new(format!("load up to {size}"), rate, "1/s"));
            let (mut serving, ready) = organisation.serve(&self.log)?;
            let name = format!("ready at {size} after a good end");
            self.table
                .add(Row::new(name, ready.as_secs_f64() * 1_000.0, "ms"));
            let client = organisation.client();
            let times = pages::measure(&client, &ids)?;
            times.add(size, smallest.as_ref().unwrap_or(&times), &mut self.table);
            smallest = smallest.or(Some(times));
            if Some(&size) == sizes.last() {
                serving = self.kill_under_load(&organisation, serving, size)?;
                let name = format!("memory at {size} after traffic");
                pages::measure(&client, &ids)?;
                self.memory(&name, &serving, Some(400.0))?;
            }
            serving.end("TERM", STOPS_WITHIN);
        }
        self.mark("ledger");
        ledger::measure(&organisation, &mut self.table)
    }

    /// Kills the server while 32 clients declare, and times how soon it is ready again.
    fn kill_under_load(
        &mut self,
        organisation: &Organisation,
        mut serving: Running,
        size: u64,
    ) -> Result<Running> {
        let mut times = Vec::new();
        for _ in 0..RESTARTS {
            let mut wrk = self.declares.wrk(organisation, 32, 3);
            wrk.stdout(std::process::Stdio::null());
            let mut sending = Running::start(&mut wrk)?;
            std::thread::sleep(Duration::from_millis(1_500));
            serving.kill();
            sending.kill();
            let (again, ready) = organisation.serve(&self.log)?;
            serving = again;
            times.push(ready.as_secs_f64() * 1_000.0);
        }
        times.sort_by(f64::total_cmp);
        let worst = times.last().copied().unwrap_or(f64::NAN);
        let name = format!("ready at {size} after a kill, worst of {RESTARTS}");
        self.table.add(Row::new(name, worst, "ms").at_most(2_000.0));
        Ok(serving)
    }

    fn memory(&mut self, name: &str, serving: &Running, limit_mb: Option<f64>) -> Result<()> {
        for (field, what) in [("VmRSS", "now"), ("VmHWM", "at most")] {
            let mb = f64::from(u32::try_from(memory_kib(serving.id(), field)?)?) / 1_024.0;
            let row = Row::new(format!("{name}, {what}"), mb, "MiB");
            self.table.add(match limit_mb {
                Some(limit) => row.at_most(limit),
                None => row,
            });
        }
        Ok(())
    }
}
