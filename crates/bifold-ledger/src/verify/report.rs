//! What a verification found, for people and for programs.
//!
//! Counts are complete; findings are kept up to [`MAX_FINDINGS`] and counted beyond. A report is
//! good exactly if nothing was found.

use std::fmt;

use serde::Serialize;

use super::problem::{Finding, Problem, printable};
use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::tree::EMPTY_ROOT;

/// Findings kept in full; further ones are only counted.
pub const MAX_FINDINGS: usize = 100;

/// The result of verifying a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Name of the log, as its checkpoints or the caller gave it.
    pub origin: Option<String>,
    /// Entries read.
    pub entries: u64,
    /// Root of the tree over them.
    pub root: Hash,
    /// Checkpoints (newest and older) whose root the entries confirm.
    pub checkpoints_confirmed: u64,
    /// The log before, as the genesis leaf names it.
    pub previous: Option<Checkpoint>,
    /// Whether the log was closed.
    pub closed: bool,
    /// Time of the first entry, microseconds since 1970 UTC.
    pub first_at_micros: Option<i64>,
    /// Latest time of any entry, microseconds since 1970 UTC.
    pub last_at_micros: Option<i64>,
    /// Different subjects.
    pub subjects: u64,
    /// Different operations.
    pub operations: u64,
    /// Entries taken over from another system, which this log did not attest at the time.
    pub imported: u64,
    /// Leaves that are not in canonical spelling. Harmless: the stored bytes count.
    pub not_canonical: u64,
    /// What became of the disclosures.
    pub disclosures: DisclosureCounts,
    /// The first [`MAX_FINDINGS`] findings.
    pub findings: Vec<Finding>,
    /// All findings.
    pub findings_total: u64,
}

/// What became of the disclosures that the leaves commit to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct DisclosureCounts {
    /// Handed in, and committed to.
    pub present: u64,
    /// Deleted, and named by a redaction leaf.
    pub redacted: u64,
    /// Not handed in, where not all had to be.
    pub withheld: u64,
    /// Missing although all had to be handed in, and no redaction leaf names them.
    pub unexplained: u64,
    /// Digests that belong to no disclosure.
    pub decoys: u64,
    /// Entries that a redaction leaf names.
    pub redactions: u64,
}

impl Report {
    pub(super) fn new(origin: Option<String>) -> Self {
        Self {
            origin,
            entries: 0,
            root: EMPTY_ROOT,
            checkpoints_confirmed: 0,
            previous: None,
            closed: false,
            first_at_micros: None,
            last_at_micros: None,
            subjects: 0,
            operations: 0,
            imported: 0,
            not_canonical: 0,
            disclosures: DisclosureCounts::default(),
            findings: Vec::new(),
            findings_total: 0,
        }
    }

    /// Whether nothing is wrong with the entries.
    pub fn is_ok(&self) -> bool {
        self.findings_total == 0
    }

    /// Adds a finding.
    pub(super) fn add(&mut self, at: Option<u64>, problem: Problem) {
        self.findings_total += 1;
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding { at, problem });
        }
    }
}

impl fmt::Display for Report {
    /// A page for people; every line stands alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = printable(self.origin.as_deref().unwrap_or("a log without a name"));
        match self.findings_total {
            0 => writeln!(f, "{origin}: nothing is wrong with the entries")?,
            1 => writeln!(f, "{origin}: 1 finding")?,
            total => writeln!(f, "{origin}: {total} findings")?,
        }
        writeln!(f, "  entries       {} (root {})", self.entries, self.root)?;
        writeln!(
            f,
            "  checkpoints   {} confirmed",
            self.checkpoints_confirmed
        )?;
        if let (Some(first), Some(last)) = (self.first_at_micros, self.last_at_micros) {
            writeln!(f, "  time          {} to {}", instant(first), instant(last))?;
        }
        if let Some(previous) = &self.previous {
            let (origin, size) = (printable(&previous.origin), previous.size);
            writeln!(f, "  continues     {origin} at {size} entries")?;
        }
        let state = if self.closed { "closed" } else { "open" };
        writeln!(f, "  state         {state}")?;
        writeln!(
            f,
            "  subjects      {}, operations {}",
            self.subjects, self.operations
        )?;
        let d = &self.disclosures;
        write!(
            f,
            "  disclosures   {} present, {} redacted, ",
            d.present, d.redacted
        )?;
        writeln!(
            f,
            "{} not handed in, {} missing unexplained",
            d.withheld, d.unexplained
        )?;
        if self.imported > 0 {
            let imported = self.imported;
            writeln!(
                f,
                "  imported      {imported}: recorded later, not attested at the time"
            )?;
        }
        for finding in &self.findings {
            writeln!(f, "! {finding}")?;
        }
        let unlisted = self.findings_total - self.findings.len() as u64;
        if unlisted > 0 {
            writeln!(f, "! and {unlisted} more findings")?;
        }
        Ok(())
    }
}

fn instant(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map_or_else(|_| "?".to_owned(), |at| at.to_string())
}
