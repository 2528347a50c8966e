//! Reading files whose size is known beforehand: nothing larger is loaded.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Why a file could not be used.
pub(crate) enum FileError {
    Missing,
    Unreadable(String),
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound {
            Self::Missing
        } else {
            Self::Unreadable(error.to_string())
        }
    }
}

/// The whole file, if it has at most `limit` bytes.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let why = format!("it is longer than the {limit} bytes such a file can have");
        return Err(FileError::Unreadable(why));
    }
    Ok(bytes)
}
