//! What the `bifold` binary is made of, as a library so that it can be tested from outside.

mod bag;
pub mod cli;
mod client;
mod cmd;
mod collect;
mod demo;
mod digest;
pub mod exit;
pub mod import;
pub mod log;

use cli::{Cli, Command};
use exit::Code;

/// Carries out what the command line asks for.
pub fn run(cli: Cli) -> anyhow::Result<Code> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    match cli.command {
        Command::Init(args) => runtime.block_on(cmd::init::run(args)),
        Command::Serve(args) => runtime.block_on(cmd::serve::run(*args)),
        Command::Token(args) => runtime.block_on(cmd::token::run(args)),
        Command::Import(args) => runtime.block_on(cmd::import::run(args)),
        Command::Ledger(args) => runtime.block_on(cmd::ledger::run(args)),
        Command::Backup(args) => runtime.block_on(cmd::backup::run(args)),
        Command::Doctor(args) => runtime.block_on(cmd::doctor::run(args)),
        Command::Incident(args) => cmd::incident::run(args),
        Command::Mail(args) => cmd::mail::run(&args),
        Command::Signal(args) => cmd::signal::run(args),
        Command::Gate(args) => cmd::gate::run(args),
        Command::Evidence(args) => cmd::evidence::run(*args),
        Command::Collect(args) => cmd::collect::run(&runtime, args),
        Command::Forecast(args) => cmd::forecast::run(args),
        Command::Witness(args) => cmd::witness::run(&runtime, args),
        Command::Demo(args) => cmd::demo::run(&runtime, &args),
    }
}
