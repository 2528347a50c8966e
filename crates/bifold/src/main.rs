//! The `bifold` command. `bifold help` says what it can do.

use bifold::cli::Cli;
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    bifold::log::start(
        cli.verbose,
        matches!(cli.command, bifold::cli::Command::Serve(_)),
    );
    match bifold::run(cli) {
        Ok(code) => code.into(),
        Err(error) => {
            eprintln!("bifold: {error:#}");
            bifold::exit::Code::of(&error).into()
        }
    }
}
