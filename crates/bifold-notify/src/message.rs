//! One or more notices as one way may carry them.
//!
//! A way that is cleared for less than a notice asks for carries its reference and its link, and
//! not a word of it: neither what happened nor why somebody is told.

use crate::notice::{Clearance, Notice, Urgency};
use bifold_domain::At;
use std::fmt::Write as _;

/// Notices of one message at most; what is more is counted.
pub const ITEMS_LIMIT: usize = 20;

/// What a message says around the notices, in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrases {
    /// The title over several notices, with `{n}` where their number stands.
    pub several: String,
    /// Below everything: who sends this, and that nobody reads answers.
    pub footer: String,
    /// Before the link.
    pub open: String,
    /// Instead of words that may not be carried.
    pub withheld: String,
}

/// A notice, cut to what the way may carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What the record is called.
    pub reference: String,
    /// What happened; `None` where the way may not say it.
    pub words: Option<String>,
    /// Why this person is told; `None` where the way may not say it.
    pub why: Option<String>,
    /// Where to read on.
    pub link: Option<String>,
    /// The same for who knows the server: the path alone.
    pub path: Option<String>,
}

/// What goes out in one piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id, the same at every attempt: that of the first notice.
    pub id: String,
    /// The one line that stands above.
    pub title: String,
    /// The notices, the most pressing and oldest first.
    pub items: Vec<Item>,
    /// How many more there are.
    pub left_out: usize,
    /// The greatest urgency among them.
    pub urgency: Urgency,
    /// What it belongs to, where all notices belong to one thing.
    pub thread: Option<String>,
    /// When the newest of it happened.
    pub at: At,
    /// What is said around the notices.
    pub phrases: Phrases,
}

impl Item {
    fn of(notice: &Notice, cleared: Clearance) -> Self {
        let may_say = cleared >= notice.clearance;
        let said = |words: &str| may_say.then(|| line(words)).filter(|w| !w.is_empty());
        Self {
            reference: line(&notice.reference),
            words: said(&notice.words),
            why: said(&notice.why),
            link: notice.link.clone(),
            path: notice.path.clone(),
        }
    }

    /// Reference and words in one line.
    pub fn line(&self) -> String {
        match &self.words {
            Some(words) => format!("{}: {words}", self.reference),
            None => self.reference.clone(),
        }
    }
}

/// One line without what a terminal, a header or a feed would obey.
fn line(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() || is_bidi(c) { ' ' } else { c })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Marks that turn the direction of the text around them, and line ends that are no control
/// characters.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

impl Message {
    /// The message of these notices for a way that is cleared so far; `None` without a notice.
    pub fn of(notices: &[Notice], cleared: Clearance, phrases: &Phrases) -> Option<Self> {
        let mut sorted: Vec<&Notice> = notices.iter().collect();
        sorted.sort_by_key(|notice| (std::cmp::Reverse(notice.urgency), notice.at));
        let first = *sorted.first()?;
        let items: Vec<Item> = sorted
            .iter()
            .take(ITEMS_LIMIT)
            .map(|notice| Item::of(notice, cleared))
            .collect();
        let title = match items.as_slice() {
            [one] => one.line(),
            _ => phrases.several.replace("{n}", &sorted.len().to_string()),
        };
        let is_one_thread = sorted.iter().all(|notice| notice.thread == first.thread);
        Some(Self {
            id: first.id.clone(),
            title,
            left_out: sorted.len() - items.len(),
            items,
            urgency: first.urgency,
            thread: is_one_thread.then(|| first.thread.clone()),
            at: sorted.iter().map(|notice| notice.at).max()?,
            phrases: phrases.clone(),
        })
    }

    /// The one place to read on, where there is one.
    pub fn link(&self) -> Option<&str> {
        match self.items.as_slice() {
            [one] => one.link.as_deref(),
            _ => None,
        }
    }

    /// The same for who knows the server: the path of that one place.
    pub fn path(&self) -> Option<&str> {
        match self.items.as_slice() {
            [one] => one.path.as_deref(),
            _ => None,
        }
    }

    /// As plain text, without the title of a single notice.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let is_one = self.items.len() == 1;
        for item in &self.items {
            let lines = [
                (!is_one).then(|| item.line()),
                is_one.then(|| item.words.clone()).flatten(),
                item.words
                    .is_none()
                    .then(|| self.phrases.withheld.clone())
                    .filter(|withheld| is_one && !withheld.is_empty()),
                item.why.clone(),
                item.link.clone(),
            ];
            for line in lines.into_iter().flatten() {
                text.push_str(&line);
                text.push('\n');
            }
            text.push('\n');
        }
        if self.left_out > 0 {
            let _ = writeln!(text, "+ {}", self.left_out);
        }
        text.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{notice, phrases};
    use proptest::prelude::*;

    fn of(cleared: Clearance) -> Message {
        Message::of(&[notice()], cleared, &phrases()).unwrap()
    }

    #[test]
    fn a_way_that_is_cleared_carries_the_words_and_another_reference_and_link() {
        let full = of(Clearance::Amber);
        assert!(full.title.contains("Payments"), "{}", full.title);
        let cut = of(Clearance::Green);
        assert_eq!(cut.title, "INC-2026-0001");
        assert_eq!(cut.items[0].words, None);
        assert_eq!(cut.items[0].why, None);
        assert_eq!(cut.link(), full.link());
    }

    #[test]
    fn several_are_counted_and_the_most_pressing_comes_first() {
        let page = Notice {
            id: "b".into(),
            urgency: Urgency::Page,
            thread: "other".into(),
            ..notice()
        };
        let both = Message::of(&[notice(), page], Clearance::Red, &phrases()).unwrap();
        assert_eq!((both.id.as_str(), both.urgency), ("b", Urgency::Page));
        assert_eq!(both.title, "2 notices");
        assert_eq!((both.thread.clone(), both.link()), (None, None));
        let many = vec![notice(); ITEMS_LIMIT + 3];
        let many = Message::of(&many, Clearance::Red, &phrases()).unwrap();
        assert_eq!((many.items.len(), many.left_out), (ITEMS_LIMIT, 3));
        assert!(many.text().ends_with("+ 3"));
        assert_eq!(Message::of(&[], Clearance::Red, &phrases()), None);
    }

    #[test]
    fn a_line_is_one_line_whatever_stands_in_it() {
        assert_eq!(line("a\r\nBcc: x\u{202e}y\t z"), "a Bcc: x y z");
    }

    proptest! {
        /// Not a word of what was withheld stands anywhere in the message.
        #[test]
        fn nothing_withheld_is_said(words in "[a-z]{12,40}", at in 0_usize..6, to in 0_usize..6) {
            let (asks, cleared) = (Clearance::ALL[at], Clearance::ALL[to]);
            let secret = Notice { words: words.clone(), why: words.clone(), clearance: asks, ..notice() };
            let other = Notice { clearance: Clearance::Clear, ..notice() };
            for notices in [vec![secret.clone()], vec![other, secret]] {
                let message = Message::of(&notices, cleared, &phrases()).unwrap();
                let said = format!("{message:?} {}", message.text());
                prop_assert_eq!(said.contains(&words), cleared >= asks);
                prop_assert!(said.contains("INC-2026-0001"));
            }
        }
    }
}
