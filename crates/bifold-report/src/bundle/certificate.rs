//! A draft of the declaration by which a qualified person vouches for the copies.
//!
//! It is a draft: everything that only that person can say is a blank. The needs of the court come
//! first; US Federal Rule of Evidence 902(14) with 902(11) is what it is shaped after.

use std::fmt::Write as _;

use super::{Bundle, Bytes, Exhibit, show};

const DRAFT: &str = include_str!("../../templates/certificate.txt");

pub(super) fn text(bundle: &Bundle) -> String {
    let draft = DRAFT
        .replace("{number}", &line(&bundle.incident.number))
        .replace("{organisation}", &line(&bundle.organisation))
        .replace("{made}", &show::time(bundle.export.at))
        .replace("{by}", &line(&bundle.export.by.name))
        .replace("{exhibits}", &exhibits(&bundle.exhibits));
    show::visible(&draft)
}

fn exhibits(exhibits: &[Exhibit]) -> String {
    let mut table = String::from("| Exhibit | Description | SHA-256 | Copy in this bundle |\n");
    table.push_str("|---|---|---|---|\n");
    for exhibit in exhibits {
        let hash = exhibit.sha256.as_deref().unwrap_or("none");
        let copy = match &exhibit.bytes {
            Bytes::Present => "yes".to_owned(),
            Bytes::Withheld { reason } => format!("no: {}", line(reason)),
            Bytes::None => "no".to_owned(),
        };
        let (number, title) = (&exhibit.number, line(&exhibit.title));
        // Writing into a string does not fail.
        let _ = writeln!(table, "| {number} | {title} | {hash} | {copy} |");
    }
    table
}

/// Text on one line that a Markdown table does not break at, and that is no markup.
pub(super) fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().fold(String::new(), |mut out, c| {
        if r"\`*_{}[]<>|#!".contains(c) {
            out.push('\\');
        }
        out.push(c);
        out
    })
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn text_of_others_is_no_markup() {
        assert_eq!(line("a\n| <b> [x](y)"), r"a \| \<b\> \[x\](y)");
    }
}
