//! `cargo xtask test`: everything a change must pass, in one go.

mod api;
mod cargo;

use crate::crash;
use crate::install;
use crate::lint;
use crate::paths;
use crate::postgres::Cluster;
use crate::tally::{Count, Tally};
use crate::ui;
use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

/// Kills of the short crash run, per database.
const KILLS_SQLITE: u32 = 10;
const KILLS_POSTGRES: u32 = 5;

#[derive(Args)]
pub(crate) struct Options {
    /// Leaves out what takes minutes: the crash runs, schemathesis and the browser.
    #[arg(long, conflicts_with = "only")]
    quick: bool,
    /// Makes only this step.
    #[arg(long)]
    only: Option<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Installs what is absent.
    Install,
    /// Code is formatted.
    Format,
    /// House rules that no compiler knows.
    Lint,
    /// Clippy has nothing to say.
    Clippy,
    /// Every test of the workspace, on `SQLite` and PostgreSQL.
    Tests,
    /// Nothing acknowledged is lost when the server is killed.
    Crash,
    /// No request makes the server fail.
    Api,
    /// People's ways through the pages, in a real browser.
    Ui,
}

impl Step {
    const ALL: [Self; 8] = [
        Self::Install,
        Self::Format,
        Self::Lint,
        Self::Clippy,
        Self::Tests,
        Self::Crash,
        Self::Api,
        Self::Ui,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Format => "format",
            Self::Lint => "lint",
            Self::Clippy => "clippy",
            Self::Tests => "tests",
            Self::Crash => "crash",
            Self::Api => "api",
            Self::Ui => "ui",
        }
    }

    fn takes_minutes(self) -> bool {
        matches!(self, Self::Crash | Self::Api | Self::Ui)
    }

    fn run(self) -> Result<Count> {
        match self {
            Self::Install => Ok(install::everything()),
            Self::Format => cargo::check(&["fmt", "--all", "--check"]),
            Self::Lint => lint_all(),
            Self::Clippy => cargo::check(&[
                "clippy",
                "--quiet",
                "--workspace",
                "--all-targets",
                "--all-features",
                "--",
                "-D",
                "warnings",
            ]),
            Self::Tests => with_postgres(cargo::tests),
            Self::Crash => with_postgres(crash_both),
            Self::Api => api::schemathesis(),
            Self::Ui => ui::flows(),
        }
    }
}

/// Runs the steps asked for. Whether nothing failed.
pub(crate) fn run(options: &Options) -> Result<bool> {
    std::fs::create_dir_all(paths::work())?;
    let mut tally = Tally::default();
    if paths::shared_data().is_none() {
        println!("SKIPPED: no data that nobody here wrote at ../shared/data; its tests say so too");
    }
    if options.quick {
        let left_out = Step::ALL.into_iter().filter(|step| step.takes_minutes());
        let names: Vec<&str> = left_out.map(Step::name).collect();
        println!("SKIPPED: --quick leaves out {}", names.join(", "));
    }
    for step in Step::ALL {
        let is_wanted = match options.only {
            Some(only) => only == step,
            None => !(options.quick && step.takes_minutes()),
        };
        if is_wanted {
            tally.step(step.name(), || step.run());
        }
    }
    Ok(tally.close())
}

fn lint_all() -> Result<Count> {
    let findings = lint::repository(&paths::root())?;
    for finding in &findings {
        println!("{finding}");
    }
    Ok(Count::one(findings.is_empty()))
}

/// The cluster ends with the step, whatever happened in it.
fn with_postgres(step: impl FnOnce(Option<&Cluster>) -> Result<Count>) -> Result<Count> {
    let cluster = Cluster::start()?;
    if cluster.is_none() {
        println!("SKIPPED: no PostgreSQL here");
        if install::is_ci() {
            bail!("PostgreSQL is not installed");
        }
    }
    let mut count = step(cluster.as_ref())?;
    if cluster.is_none() {
        count += Count::SKIPPED;
    }
    Ok(count)
}

fn crash_both(cluster: Option<&Cluster>) -> Result<Count> {
    let mut count = Count::one(crash::short(KILLS_SQLITE, None)?);
    if let Some(cluster) = cluster {
        count += Count::one(crash::short(KILLS_POSTGRES, Some(cluster))?);
    }
    Ok(count)
}
