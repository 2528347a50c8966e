//! Logging: to stderr, so that data on stdout stays data.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// Starts logging. A server logs what it does; other commands only what is wrong.
pub fn start(verbose: u8, is_server: bool) {
    let level = match (is_server, verbose) {
        (false, 0) => LevelFilter::ERROR,
        (false, 1) | (true, 0) => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    let filter = EnvFilter::builder()
        .with_default_directive(level.into())
        .with_env_var("BIFOLD_LOG")
        .from_env_lossy();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // Machines read JSON, people read lines.
    if std::io::stderr().is_terminal() || !is_server {
        log.without_time().with_target(false).init();
    } else {
        log.json().init();
    }
}
