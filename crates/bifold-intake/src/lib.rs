//! Reading what machines send: one [`Signal`] whatever the sender's format.
//!
//! Everything that comes from outside in a machine's words is read here and nowhere else, by pure
//! functions on bytes: no I/O, no clock, no randomness. Reading is lenient, because nobody mends a
//! sender at three in the morning: what is not known is passed over, what does not fit is cut with
//! a mark, one bad element of a batch is remarked on and the others are read. What cannot be read
//! at all is an [`Unread`] with a cause, which waits for people.
//!
//! It refuses to decide what becomes of a signal: that is `bifold_domain::signal::triage`.
#![warn(missing_docs)]

mod fit;
mod format;
pub mod frames;
pub mod lmtp;
pub mod mail;
pub mod mapping;
pub mod preset;
pub mod signature;
mod value;

pub use bifold_domain::signal::{Format, Signal};
pub use mapping::Mapping;

use bifold_domain::At;
use std::fmt;

/// Signals read in one delivery at most; what comes on top is remarked on.
pub const SIGNALS: usize = 5_000;
/// Remarks kept of one delivery at most.
const REMARKS: usize = 100;

/// What came, as the carrier brought it.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// The media type it said.
    pub content_type: Option<&'a str>,
    /// Headers that were kept, by their names in lower case.
    pub headers: &'a [(String, String)],
    /// The bytes.
    pub body: &'a [u8],
    /// When it came.
    pub received_at: At,
}

impl Incoming<'_> {
    /// A header by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// The signals, in the order in which they stood.
    pub signals: Vec<Signal>,
    /// What was noticed on the way.
    pub remarks: Vec<Remark>,
}

impl Reading {
    pub(crate) fn remark(&mut self, what: impl Into<String>) {
        if self.remarks.len() < REMARKS {
            self.remarks.push(Remark(what.into()));
        }
    }

    /// Adds a signal, or says why an element gave none.
    pub(crate) fn add(&mut self, place: usize, read: Result<Signal, String>) {
        match read {
            Ok(signal) if self.signals.len() < SIGNALS => self.signals.push(signal),
            Ok(_) => self.remark(format!("more than {SIGNALS} signals: the rest is left out")),
            Err(why) => self.remark(format!("element {}: {why}", place + 1)),
        }
    }
}

/// Something that people should know about a delivery that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark(String);

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a delivery cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// It is not JSON.
    #[error("it is not JSON: {0}")]
    Json(String),
    /// It is not text.
    #[error("it is not UTF-8")]
    Text,
    /// It is something else than its source is said to send.
    #[error("it is not what {format} sends: {why}")]
    Other {
        /// What the source is said to send.
        format: Format,
        /// What is missing or different.
        why: String,
    },
    /// None of its elements could be read.
    #[error("nothing in it could be read: {0}")]
    Nothing(String),
    /// A generic source has no mapping.
    #[error("a generic source needs a mapping that says what stands where")]
    NoMapping,
    /// A mail is no signal: [`mail::read`] reads it.
    #[error("a mail is filed as what somebody wrote, and is no signal")]
    Mail,
}

/// Reads a delivery.
pub fn read(
    format: Format,
    mapping: Option<&Mapping>,
    incoming: &Incoming<'_>,
) -> Result<Reading, Unread> {
    let reading = match format {
        Format::Alertmanager | Format::Grafana => format::alertmanager::read(format, incoming),
        Format::Prometheus => format::alertmanager::read_array(incoming),
        Format::PagerDuty => format::pager_duty::read(incoming),
        Format::Zabbix => format::zabbix::read(incoming),
        Format::Icinga => format::icinga::read(incoming),
        Format::CloudEvents => format::cloud_events::read(incoming),
        Format::Ocsf => format::ocsf::read(incoming),
        Format::Wazuh => format::wazuh::read(incoming),
        Format::Suricata => format::suricata::read(incoming),
        Format::OtlpLogs => format::otlp::read(incoming),
        Format::Syslog => Ok(format::syslog::read(incoming)),
        Format::Generic => mapping.ok_or(Unread::NoMapping)?.read(incoming),
        Format::Mail => Err(Unread::Mail),
    }?;
    // A delivery of which nothing is left is not one without signals.
    if let (true, Some(first)) = (reading.signals.is_empty(), reading.remarks.first()) {
        return Err(Unread::Nothing(first.to_string()));
    }
    Ok(reading)
}
