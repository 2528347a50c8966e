//! Import from other systems: what it reads, and how to ask for it.
//!
//! [`open`] gives the rows of a file as a stream of [`Item`]s; [`run`](fn@run) turns them into
//! commands on the one write path. Original ids, times and words are kept. Odd rows (a state of `-100`, a
//! row that goes back in time, a number whose decimal point was lost) come in with their
//! oddities; a row is turned away only when it names no incident or has no readable time, and
//! then it is listed with the reason.
//!
//! Nothing here writes anywhere, trusts a file to be well-formed, or holds more of it in memory
//! than one record and a digest per row.

mod csv;
#[cfg(test)]
mod damage;
mod documents;
mod field;
mod input;
mod intake;
mod operation;
mod records;
mod report;
mod row;
mod run;
mod servicenow;
mod table;
mod veris;
mod when;
mod words;
mod xes;

pub use field::field_help;
pub use input::Progress;
pub(crate) use input::{Bytes, open_bytes};
pub use operation::LIMIT_ROWS;
pub use report::{LIMIT_SHOWN, Report};
pub use row::{ImportHead, Item, Rejected, Row, kind_of};
pub use run::{RunError, run};
pub use when::DateOrder;

use bifold_domain::Short;
use std::io;
use std::path::Path;

/// The formats that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "lower")]
pub enum Format {
    /// A log of incident updates from ServiceNow, as CSV.
    ServiceNow,
    /// VERIS records: a .json or .jsonl file, a directory or a tar archive of them.
    Veris,
    /// A XES log.
    Xes,
    /// Any other CSV table.
    Csv,
}

/// What the caller may choose.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What the other system is called; the format's name when absent. Two systems whose ids could
    /// meet need two names.
    pub source: Option<String>,
    /// The IANA zone of times that name none.
    pub time_zone: Option<String>,
    /// What comes first in dates like `5/2/2012`.
    pub date_order: DateOrder,
    /// `FIELD=COLUMN`, for tables; see [`field_help`].
    pub map: Vec<String>,
}

/// Why a file cannot be imported at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be opened.
    #[error("cannot open {path}: {error}")]
    Open {
        /// Which file.
        path: String,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// It cannot be read.
    #[error("cannot read the file: {0}")]
    Read(#[from] io::Error),
    /// It has no first line with column names.
    #[error("the file has no header line with column names")]
    NoHeader,
    /// The table lacks a column without which nothing can be read.
    #[error("no column is known to hold `{field}`; there are: {columns}")]
    Lacks {
        /// The field.
        field: &'static str,
        /// The columns there are.
        columns: String,
    },
    /// A mapping names a column that is not there.
    #[error("there is no column {column:?}; there are: {columns}")]
    NoColumn {
        /// The column named.
        column: String,
        /// The columns there are.
        columns: String,
    },
    /// A mapping is not `FIELD=COLUMN`.
    #[error("--map {text:?} is not FIELD=COLUMN with one of the fields {fields}")]
    Mapping {
        /// What was given.
        text: String,
        /// The fields there are.
        fields: String,
    },
    /// The columns say nothing, and no mapping was given.
    #[error("this table is not known; name its columns with --map FIELD=COLUMN. It has: {columns}")]
    UnknownTable {
        /// The columns there are.
        columns: String,
    },
    /// The zone does not exist.
    #[error("there is no time zone {name:?}; zones are named like Europe/Berlin or UTC")]
    Zone {
        /// What was given.
        name: String,
    },
    /// The times of the table name no zone.
    #[error("the times in this table name no time zone; say which one it is in with --time-zone")]
    ZoneNeeded,
    /// The name of the source cannot be used.
    #[error("--source: {0}")]
    Source(String),
}

impl Options {
    fn zone(&self) -> Result<Option<jiff::tz::TimeZone>, Error> {
        let get = |name: &String| {
            jiff::tz::TimeZone::get(name).map_err(|_| Error::Zone { name: name.clone() })
        };
        self.time_zone.as_ref().map(get).transpose()
    }

    fn source(&self, default: &str) -> Result<Short, Error> {
        let name = self.source.as_deref().unwrap_or(default);
        Short::parse(name).map_err(|e| Error::Source(e.to_string()))
    }
}

/// A file that is ready to be read.
pub struct Opened {
    /// What is in it, in its order. The stream ends after an [`Item::Stopped`].
    pub items: Box<dyn Iterator<Item = Item> + Send>,
    /// What had to be assumed about the file as a whole, for the report.
    pub notes: Vec<String>,
    /// How much was read so far.
    pub progress: Progress,
    /// How much there is to read, when that can be known.
    pub total_bytes: Option<u64>,
}

/// Opens a file. `.gz` needs no saying.
pub fn open(format: Format, path: &Path, options: &Options) -> Result<Opened, Error> {
    let progress = Progress::default();
    let mut notes = Vec::new();
    let stream = || match input::open(path, &progress) {
        Ok((bytes, _)) => Ok(bytes),
        Err(error) => Err(Error::Open {
            path: path.display().to_string(),
            error,
        }),
    };
    let items: Box<dyn Iterator<Item = Item> + Send> = match format {
        Format::ServiceNow => Box::new(servicenow::read(stream()?, options, &mut notes)?),
        Format::Csv => Box::new(csv::read(stream()?, options, &mut notes)?),
        Format::Xes => {
            let intake = table::intake(options, "xes", words::Scale::Four)?;
            Box::new(xes::Xes::new(stream()?, intake))
        }
        Format::Veris => {
            let documents = documents::Documents::open(path, &progress, &mut notes)?;
            notes.push("VERIS records no state: the incidents come in as closed".to_owned());
            let intake = table::intake(options, "veris", words::Scale::Four)?;
            Box::new(veris::Veris::new(documents, intake))
        }
    };
    let is_file = |data: &std::fs::Metadata| data.is_file();
    let total_bytes = std::fs::metadata(path)
        .ok()
        .filter(is_file)
        .map(|data| data.len());
    Ok(Opened {
        items,
        notes,
        progress,
        total_bytes,
    })
}
