//! Development tasks: `cargo xtask test`, `cargo xtask crash`, `cargo xtask bench`,
//! `cargo xtask screenshots`.
//!
//! Plain synchronous code that starts real programs and watches them. Whatever it starts it ends,
//! by process id; all traffic stays on the loopback addresses.

mod bench;
mod crash;
mod http;
mod install;
mod lint;
mod paths;
mod postgres;
mod process;
mod random;
mod server;
mod tally;
mod test;
mod ui;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Checks everything a change must pass.
    Test(test::Options),
    /// Kills the server under load, again and again, and looks whether anything was lost.
    Crash(crash::Options),
    /// Measures, with a baseline in the same run.
    Bench(bench::Options),
    /// Makes pictures of the screens, from the demo.
    Screenshots(ui::Options),
}

fn main() -> Result<ExitCode> {
    let is_good = match Cli::parse().task {
        Task::Test(options) => test::run(&options)?,
        Task::Crash(options) => crash::run(&options)?,
        Task::Bench(options) => bench::run(&options)?,
        Task::Screenshots(options) => ui::screenshots(&options)?,
    };
    Ok(if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
