//! `cargo xtask bench`: what the product does in a second, beside a baseline of the same run.
//!
//! Loading a million incidents goes through the store, so the measuring is behind the feature
//! `bench`. Without it this builds everything in release and starts itself again.

use clap::Args;

#[cfg(feature = "bench")]
mod declare;
#[cfg(feature = "bench")]
mod due;
#[cfg(feature = "bench")]
mod evidence;
#[cfg(feature = "bench")]
mod import;
#[cfg(feature = "bench")]
mod intake;
#[cfg(feature = "bench")]
mod ledger;
#[cfg(feature = "bench")]
mod load;
#[cfg(feature = "bench")]
mod measure;
#[cfg(feature = "bench")]
mod pages;
#[cfg(feature = "bench")]
mod table;
#[cfg(feature = "bench")]
mod text;
#[cfg(feature = "bench")]
mod usage;

#[derive(Args)]
#[allow(clippy::struct_excessive_bools)] // Switches, each on its own.
#[cfg_attr(not(feature = "bench"), allow(dead_code))] // Parsed here, used by the other build.
pub(crate) struct Options {
    /// How many incidents are loaded when pages are measured, ascending.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000])]
    sizes: Vec<u64>,
    /// How long each measurement of throughput takes, in seconds.
    #[arg(long, default_value_t = 6)]
    seconds: u32,
    /// How long the item of evidence is, in megabytes.
    #[arg(long, default_value_t = 5_000)]
    evidence_mb: u64,
    /// Measures the ingest of evidence and nothing else.
    #[arg(long)]
    evidence_only: bool,
    /// Measures the clocks of service levels and nothing else.
    #[arg(long, conflicts_with = "evidence_only")]
    clocks_only: bool,
    /// Measures the intake of signals and nothing else.
    #[arg(long, conflicts_with_all = ["evidence_only", "clocks_only"])]
    intake_only: bool,
    /// Small sizes and short measurements, to see that it works.
    #[arg(long)]
    quick: bool,
}

#[cfg(feature = "bench")]
pub(crate) use measure::run;

/// Builds with the feature and in release, and starts that.
#[cfg(not(feature = "bench"))]
pub(crate) fn run(_: &Options) -> anyhow::Result<bool> {
    use crate::{paths, process::succeeds};
    use std::process::Command;

    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(paths::root())
        .args(["build", "--release", "--workspace", "--bins"])
        .args(["--features", "xtask/bench"]);
    if !succeeds(&mut cargo)? {
        return Ok(false);
    }
    let mut bench = Command::new(paths::target().join("release/xtask"));
    succeeds(bench.args(std::env::args_os().skip(1)))
}
