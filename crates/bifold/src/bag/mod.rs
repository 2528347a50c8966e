//! Bags as RFC 8493 has them: files, their hashes, and a hash over those.
//!
//! `write.rs` makes a bag and seals it, `check.rs` takes one apart. Only SHA-256 counts. A bag is
//! refused as a whole when one file was changed, added or left out, when a name leads out of it,
//! when it has symbolic links, or when it wants something fetched from elsewhere.

mod check;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use check::{Checked, check};
pub(crate) use write::{Bag, Opened};

use crate::digest::is_sha256;
use crate::exit::Code;
use std::path::PathBuf;

/// Which version this is, and in which encoding its texts are (RFC 8493 2.1.1).
const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const DECLARATION_FILE: &str = "bagit.txt";
const INFO_FILE: &str = "bag-info.txt";
const MANIFEST_FILE: &str = "manifest-sha256.txt";
/// Hashes of all tag files but itself: its own hash stands for the whole bag.
pub(crate) const TAG_MANIFEST_FILE: &str = "tagmanifest-sha256.txt";
/// Where the payload is.
pub(crate) const PAYLOAD_FOLDER: &str = "data";

/// A file of a bag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its path in the bag, with `/`.
    pub(crate) path: String,
    /// Its SHA-256 in lower-case hex.
    pub(crate) sha256: String,
    /// How many bytes it has.
    pub(crate) size_bytes: u64,
}

/// Why a bag could not be made, or is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BagError {
    #[error("{} is there already.\n  Next: name a folder that is not there yet.", .0.display())]
    Exists(PathBuf),
    #[error("{}: {cause}", path.display())]
    Io {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("{} is not a bag: {why}.\n  Next: name the folder that bifold collect made.", path.display())]
    NotABag { path: PathBuf, why: String },
    #[error(
        "the bag is not what was sealed: {0}.\n  Next: keep it as it is, and find out who had it."
    )]
    Changed(String),
}

impl BagError {
    /// The exit code it ends with.
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Exists(_) => Code::Conflict,
            Self::Io { .. } => Code::Failure,
            Self::NotABag { .. } => Code::Usage,
            Self::Changed(_) => Code::VerificationFailed,
        }
    }

    fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Io { path, cause }
    }
}

/// A line of a manifest. In a path, line ends and the sign that marks them are written as their
/// numbers (RFC 8493 2.1.3).
fn line(sha256: &str, path: &str) -> String {
    let path = path
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A");
    format!("{sha256}  {path}\n")
}

/// The hash and the path of a line; `None` where it is no such line or the path leads out.
fn parse_line(line: &str) -> Option<(String, String)> {
    let (sha256, path) = line.split_once([' ', '\t'])?;
    let sha256 = sha256.to_ascii_lowercase();
    // The asterisk that some tools put before the name is for files read as they are.
    let path = path.trim_start_matches([' ', '\t']);
    let path = path.strip_prefix('*').unwrap_or(path);
    let path = decode(path);
    (is_sha256(&sha256) && is_inside(&path)).then_some((sha256, path))
}

fn decode(path: &str) -> String {
    let path = ["%0D", "%0d"]
        .iter()
        .fold(path.to_owned(), |p, code| p.replace(code, "\r"));
    let path = ["%0A", "%0a"]
        .iter()
        .fold(path, |p, code| p.replace(code, "\n"));
    path.replace("%25", "%")
}

/// Whether a path stays in the bag: relative, with a plain name at every step.
fn is_inside(path: &str) -> bool {
    let plain = |step: &str| !matches!(step, "" | "." | "..") && !step.contains(['\\', ':', '\0']);
    !path.starts_with('~') && path.split('/').all(plain)
}
