//! The `bifold` command. `bifold help` says what it can do.

use bifold::cli::Cli;
use clap::Parser;
use std::process::ExitCode;

/// The platform's allocator took two fifths of the time of a verification, whose entries are
/// thousands of small texts made on one thread and dropped on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    bifold::log::start(cli.verbose, cli.command.is_server());
    match bifold::run(cli) {
        Ok(code) => code.into(),
        Err(error) => {
            eprintln!("bifold: {error:#}");
            bifold::exit::Code::of(&error).into()
        }
    }
}
