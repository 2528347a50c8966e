//! Making text fit its type: cut with a mark, control characters replaced, never refused.

use bifold_domain::{Short, Text, Title};
use ring::digest::{SHA256, digest};

/// What stands where something was cut.
const MARK: &str = "…";
/// Bytes of a long identity that are kept before its digest.
const KEPT: usize = 87;

fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let mut end = limit - MARK.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{MARK}", text.get(..end).unwrap_or_default().trim_end())
}

fn line(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars()
        .map(plain)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// One line that names a thing; `None` when nothing is left.
pub(crate) fn title(text: &str) -> Option<Title> {
    Title::parse(&cut(&line(text), Title::LIMIT_BYTES)).ok()
}

/// One short line; `None` when nothing is left.
pub(crate) fn short(text: &str) -> Option<Short> {
    Short::parse(&cut(&line(text), Short::LIMIT_BYTES)).ok()
}

/// Several lines; `None` when nothing is left.
pub(crate) fn text(text: &str) -> Option<Text> {
    let plain = |c: char| {
        let stays = !c.is_control() || matches!(c, '\n' | '\t');
        if stays { c } else { ' ' }
    };
    let text: String = text.replace("\r\n", "\n").chars().map(plain).collect();
    Text::parse(&cut(text.trim(), Text::LIMIT_BYTES)).ok()
}

/// An identity: whole where it fits, else its beginning and a digest of all of it, so that two
/// that differ only at the end stay two.
pub(crate) fn identity(text: &str) -> Option<Short> {
    let text = line(text);
    if text.len() <= Short::LIMIT_BYTES {
        return Short::parse(&text).ok();
    }
    let mut end = KEPT;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let whole = digest(&SHA256, text.as_bytes());
    let hex = hex(whole.as_ref().get(..16)?);
    Short::parse(&format!("{}#{hex}", text.get(..end)?)).ok()
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = halves.filter_map(|half| DIGITS.get(usize::from(half)));
    digits.map(|digit| char::from(*digit)).collect()
}

/// A web address that may be opened.
pub(crate) fn link(text: &str) -> Option<String> {
    const BYTES: usize = 2_000;
    let text = text.trim();
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    let is_plain = text.chars().all(|c| !c.is_control() && !c.is_whitespace());
    (is_web && is_plain && text.len() <= BYTES).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut_with_a_mark_and_an_identity_stays_itself() {
        let long = "ü".repeat(300);
        assert!(title(&long).unwrap().as_str().ends_with(MARK));
        assert_eq!(title(" a\u{0}b\n"), Title::parse("a b").ok());
        assert_eq!(title("\n"), None);
        assert_eq!(text("a\r\nb\u{7}").unwrap().as_str(), "a\nb");
        let other = format!("{long}x");
        assert_ne!(identity(&long), identity(&other));
        assert!(identity(&long).unwrap().as_str().len() <= Short::LIMIT_BYTES);
        assert_eq!(identity("f1").unwrap().as_str(), "f1");
    }

    #[test]
    fn only_the_web_is_linked() {
        assert!(link("https://example.org/a?b=c").is_some());
        for other in ["javascript:alert(1)", "ftp://x", "https://a b", ""] {
            assert_eq!(link(other), None);
        }
    }
}
