//! Collecting evidence on a machine without a server: what is recorded about it, and how.
//!
//! `command.rs` runs a tool and keeps what it says, `files.rs` copies files, `host.rs` says which
//! machine it was, `clock.rs` how far its clock is off. Nothing here changes the machine beyond
//! the bundle, follows a link out of what was named, or runs anything that was not asked for.

pub(crate) mod clock;
pub(crate) mod command;
pub(crate) mod files;
pub(crate) mod host;

use crate::bag::{BagError, Listed};
use crate::exit::Code;
use bifold_domain::At;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The name and version of the format of `collection.json`.
pub(crate) const FORMAT: &str = "bifold-collection/1";
/// Where the record of a collection is, below the payload folder.
pub(crate) const RECORD: &str = "collection.json";

/// Why nothing could be collected.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CollectError {
    #[error("there is no command {0:?}.\n  Next: name a program on the PATH, or its whole path.")]
    NoCommand(String),
    #[error("{0:?} does not start: {1}")]
    NoStart(String, std::io::Error),
    #[error("cannot read {}: {cause}\n  Next: collect as somebody who may, or leave it out.", path.display())]
    Unreadable {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("cannot write what was collected: {0}")]
    Write(std::io::Error),
    #[error(transparent)]
    Bag(#[from] BagError),
}

impl CollectError {
    /// The exit code it ends with.
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::NoCommand(_) | Self::Unreadable { .. } => Code::Usage,
            Self::NoStart(..) | Self::Write(_) => Code::Failure,
            Self::Bag(error) => error.code(),
        }
    }
}

/// What was collected, how, when and where: `collection.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Collection {
    /// [`FORMAT`].
    pub(crate) format: String,
    /// One line that names it.
    pub(crate) title: String,
    /// By whose order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authority: Option<String>,
    /// How, in words.
    pub(crate) method: String,
    /// Who collected.
    pub(crate) collector: String,
    /// What makes them able to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) competence: Option<String>,
    /// Where the machine stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<String>,
    /// Who watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) witness: Option<String>,
    /// When it began and ended, by the machine's own clock.
    pub(crate) started_at: At,
    /// See `started_at`.
    pub(crate) ended_at: At,
    /// How far that clock is off.
    pub(crate) clock: clock::ClockCheck,
    /// The machine.
    pub(crate) host: host::Host,
    /// The command that ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) command: Option<command::Ran>,
    /// What it said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) streams: Vec<Stream>,
    /// Copies of files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) files: Vec<files::Copied>,
    /// What was met and not copied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) left_out: Vec<files::LeftOut>,
    /// The program that collected, with its version.
    pub(crate) collected_with: String,
}

/// What a command said on one of its streams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stream {
    /// Its path in the bundle.
    pub(crate) file: String,
    /// SHA-256 in hex.
    pub(crate) sha256: String,
    /// How many bytes.
    pub(crate) size_bytes: u64,
}

impl From<Listed> for Stream {
    fn from(listed: Listed) -> Self {
        Self {
            file: listed.path,
            sha256: listed.sha256,
            size_bytes: listed.size_bytes,
        }
    }
}
