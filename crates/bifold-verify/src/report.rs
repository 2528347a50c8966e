//! What the verification of a directory found: problems with files, and the report on the log.

use std::fmt;

use bifold_ledger::checkpoint::{Checkpoint, CheckpointError};
use bifold_ledger::tile::TileError;
use bifold_ledger::verify as log;
use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use crate::stamps::Stamps;
use crate::witnesses::Witnesses;

/// Problems kept in full; further ones are only counted.
pub const MAX_PROBLEMS: usize = 100;

/// The ways a verification ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything is there and agrees.
    Verified,
    /// Something contradicts the signed checkpoint or itself.
    Failed,
    /// Nothing contradicts, but something is missing, so nothing can be said.
    Incomplete,
    /// Everything is there and agrees, but too few witnesses have seen this same log.
    Unwitnessed,
    /// Everything is there and agrees, but a time-stamp does not hold, or there is none.
    Unstamped,
}

/// The result of verifying a directory.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The newest checkpoint, if its signature is good.
    pub checkpoint: Option<Checkpoint>,
    /// Which witnesses cosigned the newest checkpoint, if that was asked.
    pub witnesses: Option<Witnesses>,
    /// The time-stamps, if that was asked.
    pub stamps: Option<Stamps>,
    /// The report on the entries, if all of them could be read.
    pub log: Option<log::Report>,
    /// The first [`MAX_PROBLEMS`] problems with files.
    pub problems: Vec<Problem>,
    /// All problems with files.
    pub problems_total: u64,
    /// Whether one of them contradicts the log; otherwise they only leave gaps.
    contradicted: bool,
}

/// What can be wrong with the files of a published log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A file is not there.
    #[error("{path} is missing; copy it from the log, then verify again")]
    Missing {
        /// The file.
        path: String,
    },
    /// A file cannot be read.
    #[error("{path} cannot be read: {why}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
    /// A checkpoint is not believed.
    #[error("{path}: {why}")]
    Checkpoint {
        /// The file.
        path: String,
        /// Why.
        why: CheckpointError,
    },
    /// The newest checkpoint is of another log than the key.
    #[error("{path} speaks for `{found}`, the key is of `{expected}`")]
    OtherLog {
        /// The file.
        path: String,
        /// The log that should be here.
        expected: String,
        /// The log it names.
        found: String,
    },
    /// A tile or bundle is not in the form of the specification.
    #[error("{path}: {why}")]
    Form {
        /// The file.
        path: String,
        /// Why.
        why: TileError,
    },
    /// A bundle or tile has another number of items than its place demands.
    #[error("{path} holds {found} items, {expected} belong there")]
    Count {
        /// The file.
        path: String,
        /// How many belong there.
        expected: usize,
        /// How many it holds.
        found: usize,
    },
    /// A leaf hash in a tile is not the hash of the entry.
    #[error("entry {entry} was altered: it does not have the hash that {path} holds for it")]
    EntryAltered {
        /// The tile.
        path: String,
        /// The entry.
        entry: u64,
    },
    /// A hash in a higher tile is not that of the tile below.
    #[error("{path} was altered: its hash {position} is not that of the tile below")]
    TileAltered {
        /// The tile.
        path: String,
        /// Which hash, from 0.
        position: usize,
    },
    /// A line of the disclosure file cannot be used.
    #[error("line {line} of {path}: {why}")]
    DisclosureLine {
        /// The file.
        path: String,
        /// The line, from 1.
        line: u64,
        /// Why.
        why: String,
    },
}

impl Problem {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::Unreadable { .. } => "unreadable",
            Self::Checkpoint { .. } => "checkpoint",
            Self::OtherLog { .. } => "other_log",
            Self::Form { .. } => "form",
            Self::Count { .. } => "count",
            Self::EntryAltered { .. } => "entry_altered",
            Self::TileAltered { .. } => "tile_altered",
            Self::DisclosureLine { .. } => "disclosure_line",
        }
    }

    /// Whether it only leaves a gap, rather than contradict the log.
    fn is_gap(&self) -> bool {
        matches!(self, Self::Missing { .. } | Self::Unreadable { .. })
    }
}

impl Report {
    /// How the verification ended.
    pub fn verdict(&self) -> Verdict {
        let log_failed = self.log.as_ref().is_some_and(|log| !log.is_ok());
        if self.contradicted || log_failed {
            Verdict::Failed
        } else if self.problems_total > 0 || self.log.is_none() {
            Verdict::Incomplete
        } else if self.witnesses.as_ref().is_some_and(|w| !w.is_quorum_met()) {
            Verdict::Unwitnessed
        } else if self.stamps.as_ref().is_some_and(|stamps| !stamps.hold()) {
            Verdict::Unstamped
        } else {
            Verdict::Verified
        }
    }

    pub(crate) fn add(&mut self, problem: Problem) {
        self.contradicted |= !problem.is_gap();
        self.problems_total += 1;
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.log, &self.checkpoint) {
            (Some(log), _) => write!(f, "{log}")?,
            (None, Some(Checkpoint { origin, size, .. })) => {
                writeln!(f, "{origin}: the {size} entries could not all be read")?;
            }
            (None, None) => writeln!(f, "no checkpoint can be believed")?,
        }
        if let Some(witnesses) = &self.witnesses {
            write!(f, "{witnesses}")?;
        }
        if let Some(stamps) = &self.stamps {
            write!(f, "{stamps}")?;
        }
        for problem in &self.problems {
            writeln!(f, "! {problem}")?;
        }
        let unlisted = self.problems_total - self.problems.len() as u64;
        if unlisted > 0 {
            writeln!(f, "! and {unlisted} more problems with files")?;
        }
        f.write_str(match self.verdict() {
            Verdict::Verified => "VERIFIED: every entry is what was signed.\n",
            Verdict::Failed => "FAILED: do not rely on this log; keep these files as they are.\n",
            Verdict::Incomplete => "INCOMPLETE: nothing contradicts, but files are missing.\n",
            Verdict::Unwitnessed => {
                "UNWITNESSED: every entry is what was signed, but others may be shown another log.\n"
            }
            Verdict::Unstamped => {
                "UNSTAMPED: every entry is what was signed, but since when is not proven.\n"
            }
        })
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Report", 7)?;
        object.serialize_field("verdict", &self.verdict())?;
        object.serialize_field("checkpoint", &self.checkpoint)?;
        match &self.witnesses {
            Some(witnesses) => object.serialize_field("witnesses", witnesses)?,
            None => object.skip_field("witnesses")?,
        }
        match &self.stamps {
            Some(stamps) => object.serialize_field("stamps", stamps)?,
            None => object.skip_field("stamps")?,
        }
        object.serialize_field("log", &self.log)?;
        object.serialize_field("problems", &self.problems)?;
        object.serialize_field("problems_total", &self.problems_total)?;
        object.end()
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Problem", 2)?;
        object.serialize_field("code", self.code())?;
        object.serialize_field("says", &self.to_string())?;
        object.end()
    }
}
