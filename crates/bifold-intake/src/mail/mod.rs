//! Mail: what a message says, as plain values, and whether it may be answered.
//!
//! A message is read once, into a [`Mail`]; everything else is a question to that value. Nothing in
//! a message is believed here that anybody could have written: who signed it is what a named host
//! says ([`authentication`]), what it belongs to is decided in a strict order ([`thread`]), and
//! whether it is one that a machine sent is asked before anything is sent back ([`silent`]).

mod attachment;
pub mod authentication;
pub mod report;
pub mod silent;
pub mod thread;
pub mod token;

pub use attachment::Attachment;
pub use report::Report;
pub use silent::Silent;
pub use thread::Thread;

use crate::fit;
use bifold_domain::{At, Text, Title};
use mail_parser::{Address, HeaderValue, Message, MessageParser};

/// Bytes of a message at most.
pub const BYTES: usize = 32 << 20;
/// Bytes of its head at most.
const HEAD_BYTES: usize = 512 << 10;
/// Words at most that may each open a message within the message.
const NESTING: usize = 1_000;
/// Lines at most that may each open a part.
const PARTS: usize = 50_000;
/// Addresses, identities and header fields that are kept of each kind.
const KEPT: usize = 200;
/// Bytes of one header field or address that are kept.
const FIELD_BYTES: usize = 2_000;
/// Bodies of text that are put together.
const BODIES: usize = 10;

/// One address with the name that stood beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// What people read; anybody may write anything here.
    pub name: Option<String>,
    /// The address, in lower case.
    pub address: String,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mail {
    /// Who it says wrote it.
    pub from: Option<Mailbox>,
    /// To whom it wants answers.
    pub reply_to: Vec<Mailbox>,
    /// To whom it is addressed.
    pub to: Vec<Mailbox>,
    /// Who gets a copy.
    pub cc: Vec<Mailbox>,
    /// Its subject.
    pub subject: Option<Title>,
    /// Its identity, without the angle brackets.
    pub message_id: Option<String>,
    /// What it answers.
    pub in_reply_to: Vec<String>,
    /// What it belongs to, oldest first.
    pub references: Vec<String>,
    /// When it says it was written.
    pub date: Option<At>,
    /// Where a failure is to be told; empty when nowhere, which is how machines write.
    pub return_path: Option<String>,
    /// What it says, from its HTML where it has nothing else.
    pub text: Option<Text>,
    /// What hangs on it.
    pub attachments: Vec<Attachment>,
    /// What it says about the delivery of another message.
    pub report: Option<Report>,
    /// Its header fields in their order, by names in lower case.
    pub fields: Vec<(String, String)>,
}

impl Mail {
    /// The fields of this name, from the top.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let fields = self.fields.iter();
        fields.filter_map(move |(field, value)| (field == name).then_some(value.as_str()))
    }
}

/// Why a message cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Nothing came.
    #[error("it is empty")]
    Empty,
    /// More came than is read.
    #[error("it is longer than {BYTES} bytes")]
    TooLong,
    /// Its head alone is longer than any real one.
    #[error("its header fields are longer than {HEAD_BYTES} bytes")]
    HeadTooLong,
    /// It holds messages in messages, or parts, without number.
    #[error("it has more parts within parts than are read")]
    TooDeep,
    /// It has no header fields, so it is no message.
    #[error("it has no header fields")]
    NoHead,
}

/// Reads a message.
pub fn read(raw: &[u8]) -> Result<Mail, Unread> {
    bounds(raw)?;
    let message = MessageParser::default().parse(raw).ok_or(Unread::NoHead)?;
    if message.parts.is_empty() || message.headers().is_empty() {
        return Err(Unread::NoHead);
    }
    let fields = message.headers_raw().take(KEPT);
    let fields: Vec<(String, String)> = fields
        .map(|(name, value)| (name.to_lowercase(), plain(value)))
        .collect();
    let return_path = fields.iter().find(|(name, _)| name == "return-path");
    let return_path = return_path.map(|(_, value)| {
        let bare = value.trim().trim_start_matches('<').trim_end_matches('>');
        bare.trim().to_lowercase()
    });
    let date = message.date().filter(|date| date.is_valid());
    Ok(Mail {
        from: mailboxes(message.from()).into_iter().next(),
        reply_to: mailboxes(message.reply_to()),
        to: mailboxes(message.to()),
        cc: mailboxes(message.cc()),
        subject: message.subject().and_then(fit::title),
        message_id: message.message_id().map(plain),
        in_reply_to: identities(message.in_reply_to()),
        references: identities(message.references()),
        date: date.map(|date| At::from_micros(date.to_timestamp().saturating_mul(1_000_000))),
        return_path,
        text: text(&message),
        attachments: attachment::all(&message),
        report: report::read(&message),
        fields,
    })
}

/// Refuses what would take more memory than it has bytes, before it is taken apart: messages in
/// messages, which are also freed one within the other, and parts of nothing.
fn bounds(raw: &[u8]) -> Result<(), Unread> {
    if raw.iter().all(u8::is_ascii_whitespace) {
        return Err(Unread::Empty);
    }
    if raw.len() > BYTES {
        return Err(Unread::TooLong);
    }
    let (mut nesting, mut parts, mut head) = (0, 0, None);
    let mut at = 0;
    for line in raw.split(|byte| *byte == b'\n') {
        if head.is_none() && line.iter().all(u8::is_ascii_whitespace) {
            head = Some(at);
        }
        parts += usize::from(line.starts_with(b"--"));
        at += line.len() + 1;
    }
    for word in [b"rfc822".as_slice(), b"global", b"digest"] {
        let windows = raw.windows(word.len());
        nesting += windows.filter(|w| w.eq_ignore_ascii_case(word)).count();
    }
    if nesting > NESTING || parts > PARTS {
        return Err(Unread::TooDeep);
    }
    if head.unwrap_or(raw.len()) > HEAD_BYTES {
        return Err(Unread::HeadTooLong);
    }
    Ok(())
}

/// One line without control characters, cut.
fn plain(text: &str) -> String {
    let mut kept = String::new();
    for c in text.trim().chars() {
        if kept.len() >= FIELD_BYTES {
            break;
        }
        kept.push(if c.is_control() { ' ' } else { c });
    }
    kept
}

fn mailboxes(address: Option<&Address<'_>>) -> Vec<Mailbox> {
    let Some(address) = address else {
        return Vec::new();
    };
    let found = address.iter().filter_map(|one| {
        Some(Mailbox {
            name: one.name().map(plain).filter(|name| !name.is_empty()),
            address: plain(one.address()?).to_lowercase(),
        })
    });
    found
        .filter(|one| !one.address.is_empty())
        .take(KEPT)
        .collect()
}

fn identities(value: &HeaderValue<'_>) -> Vec<String> {
    let all: Vec<String> = match value {
        HeaderValue::Text(one) => vec![plain(one)],
        // The newest stand last.
        HeaderValue::TextList(all) => {
            let newest = all.iter().rev().take(KEPT);
            newest.rev().map(|one| plain(one)).collect()
        }
        _ => Vec::new(),
    };
    all.into_iter().filter(|one| !one.is_empty()).collect()
}

fn text(message: &Message<'_>) -> Option<Text> {
    let bodies = (0..message.text_body_count().min(BODIES)).filter_map(|at| message.body_text(at));
    let bodies: Vec<_> = bodies.collect();
    fit::text(&bodies.join("\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_with_its_decoded_words_and_its_html_as_text() {
        let mail = read(
            b"Return-Path: <Anna@Example.org>\r\nFrom: =?utf-8?q?Anna_=C3=9C?= <Anna@Example.org>\r\n\
              To: desk@bifold.example\r\nSubject: =?utf-8?b?w7xiZXI=?= und\r\n aus\r\n\
              Message-ID: <1@example.org>\r\nIn-Reply-To: <9@bifold.example>\r\n\
              References: <8@bifold.example> <9@bifold.example>\r\n\
              Date: Sun, 1 Mar 2026 13:00:00 +0100\r\nContent-Type: text/html\r\n\r\n\
              <style>p{}</style><p>Shop is <b>down</b></p><script>x</script>",
        )
        .unwrap();
        let from = mail.from.unwrap();
        assert_eq!(from.address, "anna@example.org");
        assert_eq!(from.name.as_deref(), Some("Anna Ü"));
        assert_eq!(mail.subject.unwrap().as_str(), "über und aus");
        assert_eq!(mail.in_reply_to, ["9@bifold.example"]);
        assert_eq!(mail.references, ["8@bifold.example", "9@bifold.example"]);
        assert_eq!(mail.date, At::parse("2026-03-01T12:00:00Z").ok());
        assert_eq!(mail.return_path.as_deref(), Some("anna@example.org"));
        assert_eq!(mail.text.unwrap().as_str(), "Shop is down");
    }

    #[test]
    fn what_would_take_too_much_is_refused_before_it_is_read() {
        let nested = "Content-Type: message/rfc822\n\n".repeat(200_000);
        assert_eq!(read(nested.as_bytes()), Err(Unread::TooDeep));
        let parts = format!("Subject: a\n\n{}", "--b\n".repeat(PARTS + 1));
        assert_eq!(read(parts.as_bytes()), Err(Unread::TooDeep));
        let head = "a: b\n".repeat(HEAD_BYTES);
        assert_eq!(read(head.as_bytes()), Err(Unread::HeadTooLong));
        assert_eq!(read(b"\r\n \n"), Err(Unread::Empty));
        assert_eq!(read(&vec![b'a'; BYTES + 1]), Err(Unread::TooLong));
        // As deep as is read, it is also freed.
        let nested = "Content-Type: message/rfc822\n\n".repeat(NESTING);
        assert!(read(nested.as_bytes()).is_ok());
    }
}
