//! Runs one command and keeps what it says, byte for byte.

use super::{CollectError, Stream};
use crate::bag::{Bag, Opened};
use crate::digest;
use bifold_domain::At;
use bifold_store::Clock;
use serde::{Deserialize, Serialize};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a tool may think about its version.
const VERSION_PATIENCE: Duration = Duration::from_secs(3);
/// Bytes of a version line at most.
const VERSION_LIMIT_BYTES: u64 = 4096;

/// A command that ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ran {
    /// What was typed, word by word; not through a shell.
    pub(crate) argv: Vec<String>,
    /// The program that ran.
    pub(crate) tool: Tool,
    /// The code it ended with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exit_code: Option<i32>,
    /// The signal that ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signal: Option<i32>,
    /// When it started and ended, by the machine's clock.
    pub(crate) started_at: At,
    /// See `started_at`.
    pub(crate) ended_at: At,
    /// How long it took, measured without that clock.
    pub(crate) elapsed_ms: u64,
}

impl Ran {
    /// Whether it ended well.
    pub(crate) fn is_good(&self) -> bool {
        self.exit_code == Some(0)
    }

    /// How it ended, in words.
    pub(crate) fn ending(&self) -> String {
        match (self.exit_code, self.signal) {
            (Some(code), _) => format!("ended with {code}"),
            (None, Some(signal)) => format!("was ended by signal {signal}"),
            (None, None) => "ended, nobody knows how".to_owned(),
        }
    }

    /// What was typed, as one line that a shell would take apart the same.
    pub(crate) fn line(&self) -> String {
        let words: Vec<String> = self.argv.iter().map(|word| quoted(word)).collect();
        words.join(" ")
    }
}

/// The program that ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tool {
    /// Where it is, links resolved.
    pub(crate) path: String,
    /// Its SHA-256 in hex; absent where it may be run and not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    /// What it says its version is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
}

/// A word as a shell takes it.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// The program that a word names: a path, or the first of that name in these folders.
pub(crate) fn find(name: &OsStr, path: &OsStr) -> Result<PathBuf, CollectError> {
    let is_program = |path: &Path| {
        let found = std::fs::metadata(path);
        found.is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
    };
    let program = if name.as_encoded_bytes().contains(&b'/') {
        Some(PathBuf::from(name)).filter(|path| is_program(path))
    } else {
        let folders = std::env::split_paths(path).filter(|folder| !folder.as_os_str().is_empty());
        folders
            .map(|folder| folder.join(name))
            .find(|path| is_program(path))
    };
    program.ok_or_else(|| CollectError::NoCommand(name.to_string_lossy().into_owned()))
}

/// What is known about a program before it runs. With `asks`, it is run for its version.
pub(crate) fn known(program: &Path, asks: bool) -> Tool {
    let resolved = program
        .canonicalize()
        .unwrap_or_else(|_| program.to_owned());
    let sha256 = File::open(&resolved).and_then(digest::of_reader);
    Tool {
        path: resolved.to_string_lossy().into_owned(),
        sha256: sha256.ok().map(|summed| summed.sha256),
        version: asks.then(|| version(program)).flatten(),
    }
}

/// The first line of what it says to `--version`, if it says it soon.
fn version(program: &Path) -> Option<String> {
    let mut asked = Command::new(program);
    asked.arg("--version").stdin(Stdio::null());
    asked.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = asked.spawn().ok()?;
    let out = child.stdout.take()?;
    let reading = std::thread::spawn(move || {
        let mut said = Vec::new();
        let _ = out.take(VERSION_LIMIT_BYTES).read_to_end(&mut said);
        said
    });
    let started = Instant::now();
    while matches!(child.try_wait(), Ok(None)) && started.elapsed() < VERSION_PATIENCE {
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    let _ = child.wait();
    // What it started itself may hold its stream open for ever.
    if !reading.is_finished() {
        std::thread::sleep(Duration::from_millis(50));
    }
    let said = reading
        .is_finished()
        .then(|| reading.join().ok())
        .flatten()?;
    let said = String::from_utf8_lossy(&said);
    let line = said.lines().next()?.trim();
    (!line.is_empty()).then(|| line.chars().filter(|c| !c.is_control()).collect())
}

/// Runs it to its end. It gets nothing to read: whatever went in would not be on record.
pub(crate) fn run(
    bag: &mut Bag,
    argv: &[OsString],
    program: &Path,
    tool: Tool,
    clock: &Clock,
) -> Result<(Ran, Vec<Stream>), CollectError> {
    let (out, err) = (bag.open("stdout")?, bag.open("stderr")?);
    let mut command = Command::new(program);
    command.args(argv.iter().skip(1)).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let (started_at, started) = (clock.now(), Instant::now());
    let mut child = command
        .spawn()
        .map_err(|cause| CollectError::NoStart(program.display().to_string(), cause))?;
    let (out, err) = keep(&mut child, out, err)?;
    let status = child.wait().map_err(CollectError::Write)?;
    let (ended_at, elapsed) = (clock.now(), started.elapsed());
    let streams = vec![bag.close(out)?.into(), bag.close(err)?.into()];
    let ran = Ran {
        argv: argv
            .iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect(),
        tool,
        exit_code: status.code(),
        signal: status.signal(),
        started_at,
        ended_at,
        elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
    };
    Ok((ran, streams))
}

/// Copies both streams to their ends, side by side: a full pipe would hold the command up.
fn keep(
    child: &mut Child,
    mut out: Opened,
    mut err: Opened,
) -> Result<(Opened, Opened), CollectError> {
    let (said, complained) = (child.stdout.take(), child.stderr.take());
    let (first, second) = std::thread::scope(|scope| {
        let second = scope.spawn(|| match complained {
            Some(mut from) => digest::copy(&mut from, &mut err),
            None => Ok(0),
        });
        let first = match said {
            Some(mut from) => digest::copy(&mut from, &mut out),
            None => Ok(0),
        };
        let second = second
            .join()
            .unwrap_or_else(|_| Err(std::io::ErrorKind::Other.into()));
        (first, second)
    });
    for copied in [first, second] {
        if let Err(cause) = copied {
            let _ = child.kill();
            let _ = child.wait();
            return Err(CollectError::Write(cause));
        }
    }
    Ok((out, err))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(folder: &Path, script: &str) -> (Ran, Vec<Stream>) {
        let mut bag = Bag::create(&folder.join("bag")).unwrap();
        let program = find("sh".as_ref(), "/usr/bin:/bin".as_ref()).unwrap();
        let argv = ["sh", "-c", script].map(OsString::from);
        let tool = known(&program, false);
        run(&mut bag, &argv, &program, tool, &Clock::System).unwrap()
    }

    #[test]
    fn both_streams_and_the_ending_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (ran, streams) = sh(folder.path(), "printf out; printf wrong >&2; exit 3");
        assert_eq!((ran.exit_code, ran.signal), (Some(3), None));
        assert!(!ran.is_good() && ran.ending() == "ended with 3");
        let stdout = digest::of_bytes(b"out");
        assert_eq!(
            (streams[0].file.as_str(), &streams[0].sha256),
            ("data/stdout", &stdout)
        );
        let kept = std::fs::read(folder.path().join("bag/data/stderr")).unwrap();
        assert_eq!(kept, b"wrong");
        assert_eq!(ran.line(), "sh -c 'printf out; printf wrong >&2; exit 3'");
        let sha256 = digest::of_reader(File::open(&ran.tool.path).unwrap())
            .unwrap()
            .sha256;
        assert_eq!(ran.tool.sha256, Some(sha256));
    }

    #[test]
    fn more_than_a_pipe_holds_on_both_streams_does_not_hang() {
        let folder = tempfile::tempdir().unwrap();
        let script = "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero; kill -9 $$";
        let (ran, streams) = sh(folder.path(), script);
        assert_eq!((ran.exit_code, ran.signal), (None, Some(9)));
        assert_eq!(streams.iter().map(|s| s.size_bytes).sum::<u64>(), 600_000);
    }

    #[test]
    fn a_program_that_is_not_there_is_said_to_be_so() {
        for name in ["no-such-program-here", "/no/such/program", "/etc"] {
            let found = find(name.as_ref(), "/usr/bin:/bin".as_ref());
            assert!(matches!(found, Err(CollectError::NoCommand(_))), "{name}");
        }
    }

    #[test]
    fn a_word_is_quoted_where_a_shell_would_take_it_apart() {
        assert_eq!(
            quoted("--since=2026-03-01T09:30:00Z"),
            "--since=2026-03-01T09:30:00Z"
        );
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }
}
