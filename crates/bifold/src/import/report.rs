//! What an import came to, in words and as JSON.

use super::Rejected;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Rejected rows that the report itself shows.
pub const LIMIT_SHOWN: usize = 20;
/// Kinds of oddity that are told apart.
const LIMIT_KINDS: usize = 100;

/// What an import came to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Rows that could be tied to an incident and a time, and that the rules took.
    pub rows: u64,
    /// Incidents that are new here.
    pub incidents: u64,
    /// Rows that are new here, the first ones of new incidents among them.
    pub added: u64,
    /// Rows that an earlier run had brought.
    pub already_there: u64,
    /// Teams that were formed because a row named them.
    pub teams: u64,
    /// Rows that were turned away.
    pub rejected: u64,
    /// The first of them.
    pub first_rejected: Vec<Rejected>,
    /// Where and why reading ended before the end of the file, if it did.
    pub stopped: Option<Rejected>,
    /// Odd rows by kind. A row may have several kinds.
    pub oddities: BTreeMap<String, u64>,
    /// What had to be assumed about the file.
    pub notes: Vec<String>,
    /// How long it took.
    pub seconds: f64,
}

impl Report {
    /// Whether every row of the file is in the store now.
    pub fn is_complete(&self) -> bool {
        self.rejected == 0 && self.stopped.is_none()
    }

    pub(super) fn odd(&mut self, kind: &str) {
        let has_room = self.oddities.len() < LIMIT_KINDS || self.oddities.contains_key(kind);
        let kind = if has_room { kind } else { "further kinds" };
        *self.oddities.entry(kind.to_owned()).or_default() += 1;
    }

    pub(super) fn reject(&mut self, rejected: Rejected) {
        self.rejected += 1;
        if self.first_rejected.len() < LIMIT_SHOWN {
            self.first_rejected.push(rejected);
        }
    }

    /// For people.
    pub fn words(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let mut say = |line: String| {
            let _ = writeln!(text, "{line}");
        };
        say(format!(
            "Read {} rows in {:.1} s: {} new, {} already there, {} rejected.",
            grouped(self.rows + self.rejected),
            self.seconds,
            grouped(self.added),
            grouped(self.already_there),
            grouped(self.rejected),
        ));
        say(format!(
            "{} incidents and {} teams are new. They are marked as imported, not attested.",
            grouped(self.incidents),
            grouped(self.teams),
        ));
        for note in &self.notes {
            say(format!("Note: {note}."));
        }
        if !self.oddities.is_empty() {
            say("Odd rows, taken in and marked:".to_owned());
            for (kind, count) in &self.oddities {
                say(format!("  {:>9}  {kind}", grouped(*count)));
            }
        }
        if self.rejected > 0 {
            say("Rejected rows:".to_owned());
            for Rejected {
                line,
                reason,
                excerpt,
            } in &self.first_rejected
            {
                say(format!("  line {line}: {reason} | {excerpt}"));
            }
            let more = self
                .rejected
                .saturating_sub(self.first_rejected.len() as u64);
            if more > 0 {
                say(format!(
                    "  and {} more; --rejected FILE lists all of them",
                    grouped(more)
                ));
            }
        }
        if let Some(Rejected { line, reason, .. }) = &self.stopped {
            say(format!(
                "STOPPED at line {line}: {reason}. What follows was not read."
            ));
        }
        text
    }
}

/// `120003` as `120,003`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(line: u64) -> Rejected {
        Rejected {
            line,
            reason: "no incident id".to_owned(),
            excerpt: "?,New".to_owned(),
        }
    }

    #[test]
    fn a_clean_import_says_little() {
        let report = Report {
            rows: 120_003,
            incidents: 20_769,
            added: 120_003,
            teams: 72,
            seconds: 21.34,
            notes: vec!["UTC was assumed".to_owned()],
            ..Report::default()
        };
        assert!(report.is_complete());
        assert_eq!(
            report.words(),
            "Read 120,003 rows in 21.3 s: 120,003 new, 0 already there, 0 rejected.\n\
             20,769 incidents and 72 teams are new. They are marked as imported, not attested.\n\
             Note: UTC was assumed.\n"
        );
    }

    #[test]
    fn oddities_rejections_and_a_stop_are_listed_and_bounded() {
        let mut report = Report::default();
        for line in 2..1_002 {
            report.reject(rejected(line));
            report.odd(&format!("kind {line}"));
        }
        report.odd("kind 2");
        report.stopped = Some(rejected(1_002));
        assert!(!report.is_complete());
        assert_eq!(report.oddities.get("kind 2"), Some(&2));
        assert_eq!(report.oddities.get("further kinds"), Some(&900));
        let words = report.words();
        assert!(words.contains("  line 2: no incident id | ?,New\n"));
        assert!(words.contains("and 980 more"));
        assert!(words.contains("STOPPED at line 1002"));
        assert!(words.lines().count() < 130);
    }

    #[test]
    fn numbers_are_grouped() {
        let all = [0, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(all, ["0", "999", "1,000", "1,234,567"]);
    }
}
