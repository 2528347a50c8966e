//! How times, sizes and tags are written in documents that people read.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Sort;

/// An instant to the second, in UTC, because the readers sit in different zones.
pub(super) fn time(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%d %H:%M:%S UTC")
        .to_string()
}

/// A tag as words: `checked_out` is read as "Checked out".
pub(super) fn tag(tag: &str) -> String {
    let words = tag.replace('_', " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

pub(super) fn sort(sort: Sort) -> &'static str {
    match sort {
        Sort::File => "File",
        Sort::Log => "Log",
        Sort::DiskImage => "Disk image",
        Sort::MemoryImage => "Memory image",
        Sort::NetworkCapture => "Network capture",
        Sort::Screenshot => "Screenshot",
        Sort::Email => "E-mail",
        Sort::Physical => "Physical item",
        Sort::Statement => "Statement",
        Sort::Other => "Other",
    }
}

/// A clock's offset in words.
pub(super) fn offset(offset_ms: i64) -> String {
    match offset_ms {
        0 => "none".to_owned(),
        ms if ms > 0 => format!("{ms} ms ahead"),
        ms => format!("{} ms behind", ms.unsigned_abs()),
    }
}

/// The document with marks that change the direction of text made visible: a file name must not
/// look like another one.
pub(super) fn visible(document: &str) -> String {
    document.chars().fold(String::new(), |mut out, c| {
        match c {
            '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {
                // Writing into a string does not fail.
                let _ = write!(out, "[U+{:04X}]", u32::from(c));
            }
            c => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_turn_its_ending_around() {
        assert_eq!(visible("smb\u{202e}gol.exe"), "smb[U+202E]gol.exe");
    }

    #[test]
    fn times_tags_and_offsets_read_as_words() {
        assert_eq!(time(Timestamp::UNIX_EPOCH), "1970-01-01 00:00:00 UTC");
        assert_eq!(tag("checked_out"), "Checked out");
        assert_eq!(tag(""), "");
        let words = [0, 1500, -20].map(offset);
        assert_eq!(words, ["none", "1500 ms ahead", "20 ms behind"]);
    }
}
