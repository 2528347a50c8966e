//! Which machine it was. What cannot be found out is left out, never guessed.

use bifold_domain::At;
use serde::{Deserialize, Serialize};

/// Facts about a machine and the account that collected there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Host {
    /// Its name for itself.
    pub(crate) hostname: String,
    /// The operating system, as it calls itself.
    pub(crate) os: String,
    /// The kernel's name, release and build.
    pub(crate) kernel: String,
    /// The processor's architecture.
    pub(crate) machine: String,
    /// When it started, by its own clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) booted_at: Option<At>,
    /// For how many seconds it had been running.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uptime_s: Option<u64>,
    /// The kernel's own id of this start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) boot_id: Option<String>,
    /// The account that ran it.
    pub(crate) uid: u32,
    /// The account whose rights it had.
    pub(crate) effective_uid: u32,
    /// That account's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    /// The folder it ran in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cwd: Option<String>,
}

impl Host {
    /// This machine, now.
    pub(crate) fn here() -> Self {
        let system = rustix::system::uname();
        let text = |part: &std::ffi::CStr| part.to_string_lossy().into_owned();
        let (name, release) = (text(system.sysname()), text(system.release()));
        let uid = rustix::process::getuid().as_raw();
        let proc = |path: &str| std::fs::read_to_string(path).ok();
        Self {
            hostname: text(system.nodename()),
            os: proc("/etc/os-release")
                .and_then(|file| pretty_name(&file))
                .unwrap_or_else(|| name.clone()),
            kernel: format!("{name} {release} {}", text(system.version())),
            machine: text(system.machine()),
            booted_at: proc("/proc/stat").and_then(|file| boot_time(&file)),
            uptime_s: proc("/proc/uptime").and_then(|file| uptime(&file)),
            boot_id: proc("/proc/sys/kernel/random/boot_id").map(|id| id.trim().to_owned()),
            uid,
            effective_uid: rustix::process::geteuid().as_raw(),
            user: proc("/etc/passwd").and_then(|file| user_of(&file, uid)),
            cwd: std::env::current_dir()
                .ok()
                .map(|folder| folder.to_string_lossy().into_owned()),
        }
    }

    /// Who collected, as far as the machine knows.
    pub(crate) fn account(&self) -> String {
        let user = self
            .user
            .clone()
            .unwrap_or_else(|| format!("uid {}", self.uid));
        format!("{user} on {}", self.hostname)
    }
}

/// The system's name for people, from `os-release`.
fn pretty_name(os_release: &str) -> Option<String> {
    let line = os_release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    let name = line.trim().trim_matches(['"', '\'']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// The start of the machine, from `/proc/stat`.
fn boot_time(stat: &str) -> Option<At> {
    let seconds = stat.lines().find_map(|line| line.strip_prefix("btime "))?;
    let seconds: i64 = seconds.trim().parse().ok()?;
    Some(At::from_micros(seconds.checked_mul(1_000_000)?))
}

/// Whole seconds, from `/proc/uptime`.
fn uptime(uptime: &str) -> Option<u64> {
    uptime.split(['.', ' ']).next()?.parse().ok()
}

/// An account's name, from a list like `/etc/passwd`.
fn user_of(passwd: &str, uid: u32) -> Option<String> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let is_it = fields.nth(1)?.parse() == Ok(uid);
        is_it.then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_from_the_systems_own_files() {
        assert_eq!(
            pretty_name("ID=x\nPRETTY_NAME=\"Debian 12\"\n").as_deref(),
            Some("Debian 12")
        );
        assert_eq!(pretty_name("PRETTY_NAME=\n"), None);
        assert_eq!(
            boot_time("cpu 1\nbtime 1700000000\n"),
            Some(At::from_micros(1_700_000_000_000_000))
        );
        assert_eq!(boot_time("btime never\n"), None);
        assert_eq!(uptime("351.90 1200.00\n"), Some(351));
        let passwd = "root:x:0:0:root:/root:/bin/sh\nines:x:1000:1000::/home/ines:/bin/sh\n";
        assert_eq!(user_of(passwd, 1000).as_deref(), Some("ines"));
        assert_eq!(user_of(passwd, 7), None);
    }

    #[test]
    fn this_machine_has_a_name_and_a_kernel() {
        let host = Host::here();
        assert!(
            !host.hostname.is_empty() && host.kernel.contains(' '),
            "{host:?}"
        );
        assert!(host.account().ends_with(&format!(" on {}", host.hostname)));
    }
}
