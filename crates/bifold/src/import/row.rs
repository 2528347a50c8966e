//! The common currency of all importers: a row, a row that was turned away, or the point where
//! reading had to stop.
//!
//! It refuses to lose anything without a word: whatever is read from a file comes out as exactly
//! one [`Item`], except blank lines.

use bifold_domain::event::Channel;
use bifold_domain::incident::Observation;
use bifold_domain::{At, Short, Text, Title};
use std::collections::BTreeSet;

/// One row of another system, ready to be turned into a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Where it stands in the file, from 1; for VERIS the ordinal of the record.
    pub line: u64,
    /// The same for the same row of the same source, on every run; see [`super::operation`].
    pub operation: String,
    /// The other system.
    pub source: Short,
    /// The incident's id there.
    pub external_id: Short,
    /// The team's name there. The driver maps it to a team, forming it when it is new.
    pub team: Option<Short>,
    /// The source has a place for the team, and it is empty: nobody has the incident. A row that
    /// says nothing of teams is not unassigned.
    pub is_unassigned: bool,
    /// What the incident is made of when this is the first row of it that is seen.
    pub first: ImportHead,
    /// The row itself; its `team` is left empty for the driver.
    pub observation: Observation,
}

/// What is only used when the incident is new.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportHead {
    /// One line that names it.
    pub title: Title,
    /// The columns that have no place of their own here, as `name: value` lines.
    pub description: Option<Text>,
    /// When it was opened there.
    pub opened_at: At,
    /// By which way it came there.
    pub channel: Channel,
}

/// A row that could not be tied to an incident or to a time, or that the rules refused.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rejected {
    /// Where it stands in the file, from 1.
    pub line: u64,
    /// Why, in a sentence for people.
    pub reason: String,
    /// How it begins, without control characters.
    pub excerpt: String,
}

impl Rejected {
    /// Cleans both: neither what a file holds nor what it is called may steer a terminal.
    pub(super) fn new(line: u64, reason: &str, row: &[u8]) -> Self {
        Self {
            line,
            reason: cut(&one_line(reason), 500),
            excerpt: excerpt(row),
        }
    }
}

/// What comes out of an importer.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A row.
    Row(Box<Row>),
    /// A row that was turned away.
    Rejected(Rejected),
    /// Reading ended here for the stated reason, and what follows in the file was not looked at.
    /// Always the last item.
    Stopped(Rejected),
}

/// What is odd about a row: `kind`, or `kind: detail`, so that a report can count by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Oddities(BTreeSet<Short>);

impl Oddities {
    /// The most that are kept of one row.
    const LIMIT: usize = 20;

    pub(super) fn note(&mut self, kind: &str) {
        if self.0.len() < Self::LIMIT
            && let Some(oddity) = short(kind)
        {
            self.0.insert(oddity);
        }
    }

    pub(super) fn note_with(&mut self, kind: &str, detail: &str) {
        self.note(&format!("{kind}: {detail}"));
    }

    pub(super) fn into_set(self) -> BTreeSet<Short> {
        self.0
    }
}

/// The kind of an oddity, without its detail.
pub fn kind_of(oddity: &Short) -> &str {
    let text = oddity.as_str();
    text.split_once(": ").map_or(text, |(kind, _)| kind)
}

/// The value, unless the source says that there is none: empty, or a question mark.
pub(super) fn given(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && text != "?").then_some(text)
}

/// A `Short` of whatever text, cleaned and cut; `None` when nothing is left.
pub(super) fn short(text: &str) -> Option<Short> {
    // Nearly every text is good as it is.
    if let Ok(good) = Short::parse(text) {
        return Some(good);
    }
    Short::parse(&cut(&one_line(text), Short::LIMIT_BYTES)).ok()
}

/// A `Title` of whatever text, cleaned and cut; `None` when nothing is left.
pub(super) fn title(text: &str) -> Option<Title> {
    Title::parse(&cut(&one_line(text), Title::LIMIT_BYTES)).ok()
}

/// A `Text` of whatever text, cleaned and cut; `None` when nothing is left.
pub(super) fn prose(text: &str) -> Option<Text> {
    if !text.contains('\r')
        && let Ok(good) = Text::parse(text)
    {
        return Some(good);
    }
    let clean: String = text
        .chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    Text::parse(&cut(clean.trim(), Text::LIMIT_BYTES)).ok()
}

/// How a row begins, for people who look for it in the file.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    let head = bytes.get(..400).unwrap_or(bytes);
    cut(&one_line(&String::from_utf8_lossy(head)), 200)
}

/// Column names in a message.
pub(super) fn listed(names: &[String]) -> String {
    cut(&one_line(&names.join(", ")), 2_000)
}

/// Control characters become blanks.
fn one_line(text: &str) -> String {
    let blank = |c: char| if c.is_control() { ' ' } else { c };
    text.trim().chars().map(blank).collect()
}

/// At most this many bytes; an ellipsis shows that something was cut.
fn cut(text: &str, limit_bytes: usize) -> String {
    if text.len() <= limit_bytes {
        return text.to_owned();
    }
    let mut end = limit_bytes.saturating_sub('…'.len_utf8());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (head, _) = text.split_at(end);
    format!("{}…", head.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_mark_is_no_value() {
        assert_eq!(given(" ? "), None);
        assert_eq!(given(""), None);
        assert_eq!(given(" Group 5 "), Some("Group 5"));
    }

    #[test]
    fn text_is_cleaned_and_cut_instead_of_refused() {
        assert_eq!(short("a\0b\nc").unwrap().as_str(), "a b c");
        assert_eq!(short(" \0 "), None);
        let long = "ö".repeat(300);
        assert!(short(&long).unwrap().as_str().ends_with('…'));
        assert!(title(&long).unwrap().as_str().len() <= Title::LIMIT_BYTES);
        assert_eq!(prose("a\r\nb\u{1}").unwrap().as_str(), "a \nb");
        assert_eq!(excerpt(b"\xff\x00x"), "\u{fffd} x");
        let hostile = Rejected::new(1, "a\u{1b}[2Jb", b"c\x1b]0;d");
        assert_eq!(
            (hostile.reason.as_str(), hostile.excerpt.as_str()),
            ("a [2Jb", "c ]0;d")
        );
        assert_eq!(listed(&["a\u{9b}".to_owned(), "b".to_owned()]), "a , b");
    }

    #[test]
    fn oddities_are_counted_by_kind_and_bounded() {
        let mut odd = Oddities::default();
        for n in 0..100 {
            odd.note_with("mangled number", &n.to_string());
        }
        let set = odd.into_set();
        assert_eq!(set.len(), Oddities::LIMIT);
        assert!(set.iter().all(|o| kind_of(o) == "mangled number"));
        assert_eq!(kind_of(&short("state -100").unwrap()), "state -100");
    }
}
