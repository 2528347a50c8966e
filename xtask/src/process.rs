//! Programs we start: they end with us, and only they do.

use anyhow::{Context, Result, bail};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program that runs until this is dropped.
pub(crate) struct Running(Child);

impl Running {
    /// Starts it.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let child = command.stdin(Stdio::null()).spawn();
        Ok(Self(
            child.with_context(|| format!("starting {command:?}"))?,
        ))
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }

    /// Kills it at once, as a power cut would the process.
    pub(crate) fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// Sends a signal and waits for the end; kills it when that takes too long.
    pub(crate) fn end(&mut self, signal: &str, patience: Duration) {
        let pid = self.id().to_string();
        let sent = Command::new("sh")
            .args(["-c", "kill -\"$0\" \"$1\"", signal, &pid])
            .status();
        let deadline = Instant::now() + patience;
        while sent.as_ref().is_ok_and(std::process::ExitStatus::success)
            && Instant::now() < deadline
        {
            if !self.is_running() {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.kill();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The same command, ended by the kernel with this signal should we die without ending it.
pub(crate) fn bound_to_us(command: &Command, signal: &str) -> Command {
    let mut bound = Command::new("setpriv");
    bound
        .args(["--pdeathsig", signal])
        .arg(command.get_program())
        .args(command.get_args());
    bound
}

/// A loopback port that is free now.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Runs a program to its end and gives what it printed, or an error with what it complained of.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("starting {command:?}"))?;
    if !output.status.success() {
        bail!(
            "{command:?} ended with {}:\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program with its output on ours. Whether it was content.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("starting {command:?}"))?;
    Ok(status.success())
}

/// Whether a program can be started with these arguments and ends well.
pub(crate) fn answers(program: &str, args: &[&str]) -> bool {
    Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Whether there is a program of that name.
pub(crate) fn is_on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

#[cfg(test)]
mod tests {
    use super::{Running, bound_to_us};
    use std::process::Command;
    use std::time::Duration;

    #[test]
    fn what_was_started_ends() {
        let mut command = Command::new("sleep");
        command.arg("60");
        let mut sleep = Running::start(&mut bound_to_us(&command, "KILL")).unwrap();
        assert!(sleep.is_running());
        sleep.end("TERM", Duration::from_secs(10));
        assert!(!sleep.is_running());
    }
}
