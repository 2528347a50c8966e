//! The pages in a real browser: the flows of `tests/ui`, and pictures of its screens.

use crate::install;
use crate::paths;
use crate::process::{output, succeeds};
use crate::server;
use crate::tally::Count;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Args)]
pub(crate) struct Options {
    /// Only the pictures that the README shows.
    #[arg(long)]
    tour: bool,
    /// Only this screen of the table in tests/ui/screens.mjs.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Where they go.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A script of `tests/ui`, on the binary as the tests build it.
fn script(name: &str) -> Result<Command> {
    let folder = paths::root().join("tests/ui");
    packages(&folder)?;
    let programs = server::build(false)?;
    let mut node = Command::new("node");
    node.current_dir(folder)
        .arg(name)
        .env("BIFOLD_BIN", programs.join("bifold"))
        .env("BIFOLD_UI_OUT", paths::work().join("ui"));
    Ok(node)
}

/// Installs the npm packages, unless they are there in the versions of the lock.
fn packages(folder: &Path) -> Result<()> {
    let wanted = std::fs::read(folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/installed.json");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("installing npm packages into {}", folder.display());
    let mut npm = Command::new("npm");
    npm.current_dir(folder)
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    output(&mut npm)?;
    std::fs::write(stamp, wanted)?;
    Ok(())
}

/// All flows. Each counts as one check.
pub(crate) fn flows() -> Result<Count> {
    if !install::has_browser() {
        println!("SKIPPED: no Chromium here; run `cargo xtask test --only install`");
        if install::is_ci() {
            bail!("Chromium is not installed");
        }
        return Ok(Count::SKIPPED);
    }
    let mut command = script("run.mjs")?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting node")?;
    let stdout = child.stdout.take().context("node's output")?;
    let mut count = Count::default();
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        println!("{line}");
        count += result(&line);
    }
    let status = child.wait()?;
    if !status.success() && count.failed == 0 {
        // It ended before it could say which flow failed.
        count += Count::one(false);
    }
    Ok(count)
}

/// What a line of the runner says about a flow.
fn result(line: &str) -> Count {
    match line.split_whitespace().next() {
        Some("ok") if !line.starts_with(' ') => Count::one(true),
        Some("FAILED") if !line.starts_with(' ') => Count::one(false),
        _ => Count::default(),
    }
}

/// Pictures of the screens, from the demo. Whether they were made.
pub(crate) fn screenshots(options: &Options) -> Result<bool> {
    if !install::has_browser() {
        bail!("no Chromium here; run `cargo xtask test --only install`");
    }
    let out = options.out.clone();
    let out = out.unwrap_or_else(|| paths::root().join("docs/pictures"));
    let out = std::path::absolute(out)?;
    let mut command = script("screenshots.mjs")?;
    command.arg(out);
    if options.tour {
        command.arg("--tour");
    }
    for name in &options.only {
        command.args(["--only", name]);
    }
    succeeds(&mut command)
}

#[cfg(test)]
mod tests {
    use super::result;
    use crate::tally::Count;

    #[test]
    fn flows_are_counted_from_the_lines_of_the_runner() {
        let lines = [
            "ok      both: one record answers both questions (12 ms)",
            "        ok for now",
            "FAILED  merge: two become one",
            "        Error: it did not",
            "ui: 1 passed, 1 failed",
        ];
        let mut count = Count::default();
        for line in lines {
            count += result(line);
        }
        let expected = Count {
            passed: 1,
            failed: 1,
            skipped: 0,
        };
        assert_eq!(count, expected);
    }
}
