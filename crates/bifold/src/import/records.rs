//! Records of a CSV file, one at a time, from whatever bytes there are.
//!
//! The `csv` crate reads well-formed files; an export with one stray quotation mark makes it take
//! the rest of the file for one field. Here a quoted field may run over a bounded number of
//! lines, and when it does not end well only its first line is given up: reading goes on at the
//! next line. A record that is whole is split as that crate splits it (a test compares them).
//!
//! It refuses lines longer than [`LIMIT_LINE_BYTES`], naming them, and never reads one whole.

use super::row::Rejected;
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

/// The longest line.
const LIMIT_LINE_BYTES: usize = 1024 * 1024;
/// The longest record of several lines.
const LIMIT_RECORD_BYTES: usize = 256 * 1024;
/// The most lines a record may have.
const LIMIT_RECORD_LINES: usize = 500;
/// From how many columns on a line with just as many is taken for a row and not for prose.
const TELLING_COLUMNS: usize = 6;

/// One record: its first line's number, its bytes as they stand, and its fields.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) line: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) fields: Vec<String>,
    /// Whether bytes that are not UTF-8 were replaced.
    pub(super) is_lossy: bool,
}

/// Reads records.
pub(super) struct Records<R> {
    input: R,
    line: u64,
    /// Lines that were read ahead for a quoted field that did not end well.
    pending: VecDeque<Line>,
    delimiter: u8,
    columns: Option<usize>,
}

struct Line {
    number: u64,
    bytes: Vec<u8>,
    is_too_long: bool,
}

impl<R: BufRead> Records<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            line: 0,
            pending: VecDeque::new(),
            delimiter: b',',
            columns: None,
        }
    }

    /// The number of the line read last.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Reads the header, finding out what separates its columns.
    pub(super) fn header(&mut self) -> io::Result<Option<Record>> {
        let Some(mut line) = self.line_with_content()? else {
            return Ok(None);
        };
        if let Some(rest) = line.bytes.strip_prefix(b"\xef\xbb\xbf") {
            line.bytes = rest.to_vec();
        }
        let count = |delimiter: u8| line.bytes.split(|b| *b == delimiter).count();
        // The first of equals wins, so a file with one column is separated by commas.
        for delimiter in [b';', b'\t', b'|'] {
            if count(delimiter) > count(self.delimiter) {
                self.delimiter = delimiter;
            }
        }
        self.pending.push_front(line);
        let header = self.next()?.and_then(Result::ok);
        self.columns = header.as_ref().map(|record| record.fields.len());
        Ok(header)
    }

    /// The next record, or the line that had to be given up.
    pub(super) fn next(&mut self) -> io::Result<Option<Result<Record, Rejected>>> {
        let Some(first) = self.line_with_content()? else {
            return Ok(None);
        };
        if first.is_too_long {
            let reason = format!("the line is longer than {LIMIT_LINE_BYTES} bytes");
            return Ok(Some(Err(rejected(&first, &reason))));
        }
        if let Some(cut) = cut(&first.bytes, self.delimiter) {
            return Ok(Some(Ok(record(first.number, first.bytes, cut.fields))));
        }
        self.over_several_lines(&first).map(Some)
    }

    /// A record whose first line ends inside quotation marks.
    fn over_several_lines(&mut self, first: &Line) -> io::Result<Result<Record, Rejected>> {
        let mut ahead: Vec<Line> = Vec::new();
        let mut bytes = first.bytes.clone();
        let why = loop {
            if ahead.len() >= LIMIT_RECORD_LINES || bytes.len() >= LIMIT_RECORD_BYTES {
                break "a quotation mark is opened and not closed soon enough".to_owned();
            }
            let Some(line) = self.physical_line()? else {
                break "a quotation mark is opened and never closed".to_owned();
            };
            bytes.push(b'\n');
            bytes.extend_from_slice(&line.bytes);
            let may_close = line.bytes.contains(&b'"');
            let is_too_long = line.is_too_long;
            ahead.push(line);
            if is_too_long {
                break "a quotation mark is opened and not closed soon enough".to_owned();
            }
            if !may_close {
                continue;
            }
            if let Some(cut) = cut(&bytes, self.delimiter) {
                match self.doubt(&ahead, &cut) {
                    Some(doubt) => break doubt,
                    None => return Ok(Ok(record(first.number, bytes, cut.fields))),
                }
            }
        };
        for line in ahead.into_iter().rev() {
            self.pending.push_front(line);
        }
        Ok(Err(rejected(first, &why)))
    }

    /// Why a record of several lines is rather several records and a stray quotation mark.
    fn doubt(&self, ahead: &[Line], cut: &Cut) -> Option<String> {
        let columns = self.columns?;
        let lines = ahead.len();
        if cut.fields.len() != columns {
            return Some(format!(
                "a quotation mark is opened that, closed {lines} lines on, leaves {} columns \
                 instead of {columns}",
                cut.fields.len(),
            ));
        }
        if !cut.is_neat {
            return Some(
                "a quotation mark is opened and closed in the middle of a value".to_owned(),
            );
        }
        let inner = ahead.split_last().map_or(ahead, |(_, inner)| inner);
        let swallowed = inner.iter().any(|line| {
            columns >= TELLING_COLUMNS
                && self::cut(&line.bytes, self.delimiter).is_some_and(|c| c.fields.len() == columns)
        });
        swallowed
            .then(|| format!("a quotation mark is opened and takes in whole rows, {lines} lines"))
    }

    fn line_with_content(&mut self) -> io::Result<Option<Line>> {
        loop {
            match self.physical_line()? {
                Some(line) if line.bytes.iter().all(u8::is_ascii_whitespace) => {}
                other => return Ok(other),
            }
        }
    }

    fn physical_line(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.pending.pop_front() {
            return Ok(Some(line));
        }
        let mut bytes = Vec::new();
        let limit = LIMIT_LINE_BYTES as u64;
        self.input
            .by_ref()
            .take(limit)
            .read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.line += 1;
        let is_ended = bytes.last() == Some(&b'\n');
        let is_too_long = !is_ended && bytes.len() >= LIMIT_LINE_BYTES;
        if is_too_long {
            bytes.truncate(1024);
            self.input.skip_until(b'\n')?;
        }
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        Ok(Some(Line {
            number: self.line,
            bytes,
            is_too_long,
        }))
    }
}

fn rejected(line: &Line, reason: &str) -> Rejected {
    Rejected::new(line.number, reason, &line.bytes)
}

fn record(line: u64, bytes: Vec<u8>, raw: Vec<Vec<u8>>) -> Record {
    let mut is_lossy = false;
    let text = |field: Vec<u8>| {
        String::from_utf8(field).unwrap_or_else(|e| {
            is_lossy = true;
            String::from_utf8_lossy(e.as_bytes()).into_owned()
        })
    };
    let fields = raw.into_iter().map(text).collect();
    Record {
        line,
        bytes,
        fields,
        is_lossy,
    }
}

/// The fields of a record.
struct Cut {
    fields: Vec<Vec<u8>>,
    /// Whether every closing quotation mark ends its field.
    is_neat: bool,
}

/// Splits a record as RFC 4180 says, or `None` when it ends inside quotation marks. A mark inside
/// an unquoted field is a mark; what follows a closing mark belongs to the field.
fn cut(bytes: &[u8], delimiter: u8) -> Option<Cut> {
    let mut fields = Vec::new();
    let mut field = Vec::new();
    let (mut is_quoted, mut is_start, mut is_neat) = (false, true, true);
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'"' if is_quoted => {
                if rest.next_if_eq(&b'"').is_some() {
                    field.push(b'"');
                } else {
                    is_quoted = false;
                    is_neat &= rest.peek().is_none_or(|next| *next == delimiter);
                }
            }
            b'"' if is_start => is_quoted = true,
            _ if byte == delimiter && !is_quoted => {
                fields.push(std::mem::take(&mut field));
                is_start = true;
                continue;
            }
            _ => field.push(byte),
        }
        is_start = false;
    }
    fields.push(field);
    (!is_quoted).then_some(Cut { fields, is_neat })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Fields by line, or the line and `!` where one was given up.
    fn all(text: &[u8]) -> Vec<(u64, Vec<String>)> {
        let mut records = Records::new(text);
        let Some(header) = records.header().unwrap() else {
            return Vec::new();
        };
        let mut found = vec![(header.line, header.fields)];
        while let Some(next) = records.next().unwrap() {
            found.push(match next {
                Ok(record) => (record.line, record.fields),
                Err(rejected) => (rejected.line, vec!["!".to_owned()]),
            });
        }
        found
    }

    fn fields(line: u64, fields: &[&str]) -> (u64, Vec<String>) {
        (line, fields.iter().map(|f| (*f).to_owned()).collect())
    }

    #[test]
    fn quotes_blank_lines_marks_and_line_ends() {
        let text = b"\xef\xbb\xbfa,b\r\n\r\n\"x, \"\"y\"\"\",2\r\n\"two\nlines\",3\n5\" disk,4";
        assert_eq!(
            all(text),
            [
                fields(1, &["a", "b"]),
                fields(3, &["x, \"y\"", "2"]),
                fields(4, &["two\nlines", "3"]),
                fields(6, &["5\" disk", "4"]),
            ]
        );
    }

    #[test]
    fn the_separator_is_found_in_the_header() {
        assert_eq!(all(b"a;b\n1,5;2")[1], fields(2, &["1,5", "2"]));
        assert_eq!(all(b"a\tb\n1\t2")[1], fields(2, &["1", "2"]));
        assert_eq!(all(b"a\n1;2")[1], fields(2, &["1;2"]));
        assert_eq!(all(b""), []);
    }

    #[test]
    fn a_stray_quotation_mark_costs_one_line() {
        assert_eq!(
            all(b"a,b\n\"1,2\n3,4\n5,6\n"),
            [
                fields(1, &["a", "b"]),
                fields(2, &["!"]),
                fields(3, &["3", "4"]),
                fields(4, &["5", "6"]),
            ]
        );
        // Two of them close each other, and are told by what stands behind the second.
        assert_eq!(
            all(b"a,b\n\"1,2\n3,4\n\"5,6\n7,8"),
            [
                fields(1, &["a", "b"]),
                fields(2, &["!"]),
                fields(3, &["3", "4"]),
                fields(4, &["!"]),
                fields(5, &["7", "8"]),
            ]
        );
    }

    #[test]
    fn whole_rows_between_two_stray_marks_are_not_taken_for_prose() {
        let text = b"a,b,c,d,e,f\n1,\"2,3,4,5,6\n1,2,3,4,5,6\n1,2,3\",4,5,6\n";
        let found = all(text);
        let lines: Vec<_> = found.iter().map(|(line, f)| (*line, f.len())).collect();
        assert_eq!(lines, [(1, 6), (2, 1), (3, 6), (4, 6)]);
    }

    #[test]
    fn an_endless_line_is_named_and_passed_over() {
        let mut text = b"a,b\n".to_vec();
        text.extend(std::iter::repeat_n(b'x', LIMIT_LINE_BYTES + 10));
        text.extend(b"\n3,4\n");
        let found = all(&text);
        assert_eq!(found[1..], [fields(2, &["!"]), fields(3, &["3", "4"])]);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced_and_said_to_be() {
        let mut records = Records::new(&b"a\nM\xfcller\n"[..]);
        records.header().unwrap();
        let record = records.next().unwrap().unwrap().unwrap();
        assert!(record.is_lossy);
        assert_eq!(record.fields, ["M\u{fffd}ller"]);
        assert_eq!(record.bytes, b"M\xfcller");
    }

    proptest! {
        #[test]
        fn well_formed_files_are_read_as_the_csv_crate_reads_them(
            rows in prop::collection::vec(prop::collection::vec("[a-z\",;\n é]{0,8}", 3), 1..8)
        ) {
            let mut writer = csv::WriterBuilder::new()
                .quote_style(csv::QuoteStyle::Always)
                .from_writer(Vec::new());
            writer.write_record(["a", "b", "c"]).unwrap();
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let found = all(&writer.into_inner().unwrap());
            let found: Vec<_> = found.into_iter().skip(1).map(|(_, fields)| fields).collect();
            prop_assert_eq!(found, rows);
        }

        #[test]
        fn no_line_of_any_bytes_is_lost(
            lines in prop::collection::vec("[a,\"\u{0}-\u{ff}]{1,6}", 0..30)
        ) {
            let text = format!("h1,h2\n{}", lines.join("\n"));
            let mut records = Records::new(text.as_bytes());
            records.header().unwrap();
            let mut covered = 0;
            while let Some(next) = records.next().unwrap() {
                covered += next.map_or(1, |r| r.bytes.split(|b| *b == b'\n').count());
            }
            // Blank lines inside quotation marks are covered too, so it may be more.
            let blank = |line: &&str| line.bytes().all(|b| b.is_ascii_whitespace());
            let expected = text.lines().skip(1).filter(|line| !blank(line)).count();
            prop_assert!(covered >= expected);
        }
    }
}
