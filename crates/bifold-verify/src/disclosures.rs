//! The disclosure file beside a published log: JSON lines `{"idx":n,"d":["…"]}` in order of `idx`.
//!
//! It is read in step with the entries, a line at a time, so that its size does not matter. Lines
//! out of order or beyond the log are refused: their disclosures would be shown to nobody.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use serde::Deserialize;

use crate::files::FileError;
use crate::report::Problem;

/// Name of the file below the log's directory.
pub(crate) const FILE: &str = "disclosures.jsonl";
/// The longest line, in bytes.
const MAX_LINE_BYTES: u64 = 16 * 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    idx: u64,
    d: Vec<String>,
}

/// The rest of the file, with one line read ahead.
pub(crate) struct DisclosureFile {
    reader: BufReader<File>,
    lines_read: u64,
    ahead: Option<Line>,
}

impl DisclosureFile {
    /// Opens the file; `None` if there is none.
    pub(crate) fn open(dir: &Path) -> Result<Option<Self>, Problem> {
        match File::open(dir.join(FILE)).map_err(FileError::from) {
            Ok(file) => {
                let mut this = Self {
                    reader: BufReader::new(file),
                    lines_read: 0,
                    ahead: None,
                };
                this.ahead = this.next_line()?;
                Ok(Some(this))
            }
            Err(FileError::Missing) => Ok(None),
            Err(FileError::Unreadable(why)) => Err(Problem::Unreadable {
                path: FILE.to_owned(),
                why,
            }),
        }
    }

    /// The disclosures of an entry. Ask for the entries in order.
    pub(crate) fn of(&mut self, entry: u64) -> Result<Vec<String>, Problem> {
        let mut disclosures = Vec::new();
        while let Some(line) = self.ahead.take_if(|line| line.idx <= entry) {
            if line.idx < entry {
                let why = format!("entry {} comes after a later one; sort the lines", line.idx);
                return Err(self.refuse(why));
            }
            disclosures.extend(line.d);
            self.ahead = self.next_line()?;
        }
        Ok(disclosures)
    }

    /// Whether lines are left when the log has ended at `size`.
    pub(crate) fn finish(self, size: u64) -> Result<(), Problem> {
        match &self.ahead {
            None => Ok(()),
            Some(line) => {
                let why = format!("there is no entry {} in a log of {size}", line.idx);
                Err(self.refuse(why))
            }
        }
    }

    fn next_line(&mut self) -> Result<Option<Line>, Problem> {
        let mut bytes = Vec::new();
        let mut limited = (&mut self.reader).take(MAX_LINE_BYTES);
        let read = limited.read_until(b'\n', &mut bytes);
        let length = read.map_err(|error| self.refuse(error.to_string()))?;
        if length == 0 {
            return Ok(None);
        }
        self.lines_read += 1;
        // A line that was cut off at the limit is not whole JSON either.
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| self.refuse(error.to_string()))
    }

    fn refuse(&self, why: String) -> Problem {
        Problem::DisclosureLine {
            path: FILE.to_owned(),
            line: self.lines_read,
            why,
        }
    }
}
