//! What a process has used, from `/proc`.

use anyhow::{Context, Result};

/// CPU time a process has used, in milliseconds (user and system; ticks of 10 ms).
pub(crate) fn cpu_ms(pid: u32) -> Result<u64> {
    ticks(&pid.to_string(), 14).map(|ticks| ticks * 10)
}

/// The same for all programs that we started and that have ended.
pub(crate) fn ended_children_cpu_ms() -> Result<u64> {
    ticks("self", 16).map(|ticks| ticks * 10)
}

/// The sum of a field of `/proc/PID/stat` and the next, counted from 1 as in `proc(5)`.
fn ticks(process: &str, field: usize) -> Result<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field, a name in parentheses, may contain spaces; the third comes after it.
    let (_, fields) = stat.rsplit_once(") ").context("/proc/PID/stat")?;
    let fields = fields.split(' ').skip(field - 3).take(2);
    Ok(fields.map(str::parse::<u64>).sum::<Result<u64, _>>()?)
}

/// Resident memory of a process in KiB: now (`VmRSS`) or at most so far (`VmHWM`).
pub(crate) fn memory_kib(pid: u32, field: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))
        .with_context(|| format!("{field} of {pid}"))?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// How many processes of this machine want a core, over the last minute.
pub(crate) fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{cpu_ms, memory_kib};

    #[test]
    fn our_own_figures_can_be_read() {
        let pid = std::process::id();
        assert!(cpu_ms(pid).is_ok());
        assert!(memory_kib(pid, "VmRSS").unwrap() > 100);
    }
}
