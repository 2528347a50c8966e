//! What cargo checks, and its tests with their output cut down to what somebody wants to read.

use crate::install;
use crate::paths;
use crate::postgres::Cluster;
use crate::process::succeeds;
use crate::tally::Count;
use anyhow::{Context, Result};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

fn cargo() -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(paths::root());
    cargo
}

/// One cargo command that must end well.
pub(super) fn check(args: &[&str]) -> Result<Count> {
    Ok(Count::one(succeeds(cargo().args(args))?))
}

/// All tests of the workspace. The whole output goes to a file; the screen gets what failed, what
/// was skipped and the totals of each test program.
pub(super) fn tests(cluster: Option<&Cluster>) -> Result<Count> {
    let log = paths::work().join("tests.log");
    let mut command = cargo();
    command
        .args(["test", "--workspace", "--no-fail-fast"])
        .args(["--", "--show-output"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    match cluster {
        Some(cluster) => command.env("BIFOLD_TEST_POSTGRES", cluster.url("postgres")),
        None => command.env_remove("BIFOLD_TEST_POSTGRES"),
    };
    if let Some(python) = install::python() {
        command.env("BIFOLD_TEST_PYTHON", python);
    }
    println!("cargo test --workspace; all output is in {}", log.display());
    let mut file = std::fs::File::create(&log)?;
    let mut child = command.spawn().context("starting cargo test")?;
    let stdout = child.stdout.take().context("cargo's output")?;
    let mut reader = Reader::default();
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        writeln!(file, "{line}")?;
        if reader.read(&line) {
            println!("{line}");
        }
    }
    let status = child.wait()?;
    let mut count = reader.count;
    if !status.success() && count.failed == 0 {
        // It did not compile, or a test program died.
        count += Count::one(false);
    }
    Ok(count)
}

/// Reads the output of test programs line by line.
#[derive(Default)]
struct Reader {
    count: Count,
    is_in_failures: bool,
}

impl Reader {
    /// Takes a line in. Whether it is worth showing.
    fn read(&mut self, line: &str) -> bool {
        if let Some(result) = line.strip_prefix("test result:") {
            self.is_in_failures = false;
            self.count += Count {
                passed: number_before(result, " passed"),
                failed: number_before(result, " failed"),
                skipped: number_before(result, " ignored"),
            };
            return true;
        }
        if line == "failures:" {
            self.is_in_failures = true;
        }
        let is_notice = line.starts_with("SKIPPED") || line.starts_with("NOTICE");
        self.count.skipped += u64::from(is_notice);
        is_notice || self.is_in_failures || line.ends_with("... FAILED")
    }
}

fn number_before(text: &str, unit: &str) -> u64 {
    text.split(unit)
        .next()
        .and_then(|before| before.rsplit(' ').next()?.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Reader;
    use crate::tally::Count;

    #[test]
    fn results_notices_and_failures_are_found_in_the_output_of_tests() {
        let mut reader = Reader::default();
        let lines = [
            ("test a ... ok", false),
            ("test b ... FAILED", true),
            ("successes:", false),
            ("SKIPPED: go is not here", true),
            ("chatter", false),
            ("failures:", true),
            ("assertion failed", true),
            (
                "test result: FAILED. 12 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.1s",
                true,
            ),
            ("chatter", false),
        ];
        for (line, is_shown) in lines {
            assert_eq!(reader.read(line), is_shown, "{line}");
        }
        let expected = Count {
            passed: 12,
            failed: 1,
            skipped: 3,
        };
        assert_eq!(reader.count, expected);
    }
}
