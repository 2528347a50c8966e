//! Columns by name, and what is wrong with a cell, by line and column.

use super::civil;
use csv::StringRecord;

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no header.
    #[error("the file is empty; its first line must name the columns")]
    Empty,
    /// A column is missing.
    #[error("there is no column `{column}`; the first line must name it")]
    NoColumn {
        /// Its name, or its names.
        column: &'static str,
    },
    /// A line has more or fewer cells than the header.
    #[error("line {line}: {found} cells, and the header has {expected}")]
    Cells {
        /// The line, from 1.
        line: u64,
        /// How many there are.
        found: u64,
        /// How many the header has.
        expected: u64,
    },
    /// A cell does not hold what its column is for.
    #[error("line {line}, column `{column}`: `{text}` is not {wanted}")]
    Cell {
        /// The line, from 1.
        line: u64,
        /// The column's name.
        column: &'static str,
        /// What stands there, at most so much that it fits on a line.
        text: String,
        /// What should.
        wanted: &'static str,
    },
    /// More rows than are read.
    #[error("more than {most} rows; split the file")]
    TooMany {
        /// How many are read.
        most: usize,
    },
    /// The file is no CSV, no UTF-8, or cannot be read.
    #[error("{0}")]
    Csv(csv::Error),
}

impl From<csv::Error> for ReadError {
    fn from(error: csv::Error) -> Self {
        match error.kind() {
            csv::ErrorKind::UnequalLengths {
                pos,
                expected_len,
                len,
            } => Self::Cells {
                line: pos.as_ref().map_or(0, csv::Position::line),
                found: *len,
                expected: *expected_len,
            },
            _ => Self::Csv(error),
        }
    }
}

/// What stands for "unknown".
fn is_unknown(text: &str) -> bool {
    text.is_empty() || text == "?"
}

/// Where a column is, by the first of its names that the header has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    name: &'static str,
    index: Option<usize>,
}

impl Column {
    pub(super) fn find(header: &StringRecord, names: &'static [&'static str]) -> Self {
        let place = |name: &str| header.iter().position(|cell| cell.trim() == name);
        let found = names.iter().find_map(|&name| Some((name, place(name)?)));
        match found {
            Some((name, index)) => Self {
                name,
                index: Some(index),
            },
            None => Self {
                name: names.first().copied().unwrap_or_default(),
                index: None,
            },
        }
    }

    /// The same, where there is nothing to do without.
    pub(super) fn require(
        header: &StringRecord,
        names: &'static [&'static str],
    ) -> Result<Self, ReadError> {
        let column = Self::find(header, names);
        match column.index {
            Some(_) => Ok(column),
            None => Err(ReadError::NoColumn {
                column: column.name,
            }),
        }
    }

    pub(super) fn name(self) -> &'static str {
        self.name
    }

    pub(super) fn is_here(self) -> bool {
        self.index.is_some()
    }

    /// What stands there, if it is known.
    pub(super) fn text(self, record: &StringRecord) -> Option<&str> {
        let text = record.get(self.index?)?.trim();
        (!is_unknown(text)).then_some(text)
    }

    /// What must be known.
    pub(super) fn known(self, record: &StringRecord) -> Result<&str, ReadError> {
        self.text(record).ok_or_else(|| self.wrong(record, "known"))
    }

    /// A time, if it is known.
    pub(super) fn time(self, record: &StringRecord) -> Result<Option<i64>, ReadError> {
        let Some(text) = self.text(record) else {
            return Ok(None);
        };
        let wanted = "a time such as 29/2/2016 01:16";
        civil::seconds(text)
            .map(Some)
            .ok_or_else(|| self.wrong(record, wanted))
    }

    /// A count, if it is known.
    pub(super) fn count(self, record: &StringRecord) -> Result<Option<f64>, ReadError> {
        let Some(text) = self.text(record) else {
            return Ok(None);
        };
        let count: Result<u32, _> = text.parse();
        count
            .map(|count| Some(count.into()))
            .map_err(|_| self.wrong(record, "a count"))
    }

    pub(super) fn wrong(self, record: &StringRecord, wanted: &'static str) -> ReadError {
        let text = self
            .index
            .and_then(|index| record.get(index))
            .unwrap_or_default();
        ReadError::Cell {
            line: record.position().map_or(0, csv::Position::line),
            column: self.name,
            text: text.chars().take(40).collect(),
            wanted,
        }
    }
}
