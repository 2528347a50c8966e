//! Messages as e-mail.
//!
//! Every mail about one record answers to one made-up first mail of its thread, so that mail
//! programs show them together although they come from a machine (RFC 5322 3.6.4). It says that
//! it was made by a machine, and asks for no automatic answer (RFC 3834 5; the header of Exchange
//! beside it). Bifold itself never answers a mail here, so no two machines talk to each other.

use crate::message::{Item, Message};
use bifold_domain::At;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message as Mail};
use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

/// Who sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From {
    mailbox: Mailbox,
}

/// A mail that cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The address is none.
    #[error("`{0}` is not an e-mail address; give one like Bifold <bifold@example.org>")]
    Address(String),
    /// The parts do not make a mail.
    #[error("the mail cannot be written: {0}")]
    Parts(String),
}

impl From {
    /// Reads `Bifold <bifold@example.org>`, or the address alone.
    pub fn parse(text: &str) -> Result<Self, MailError> {
        let mailbox = text.trim().parse();
        let mailbox = mailbox.map_err(|_| MailError::Address(text.to_owned()))?;
        Ok(Self { mailbox })
    }

    /// The address without the name.
    pub(crate) fn address(&self) -> String {
        self.mailbox.email.to_string()
    }

    fn domain(&self) -> &str {
        self.mailbox.email.domain()
    }
}

macro_rules! plain_header {
    ($type:ident, $name:literal) => {
        #[derive(Clone)]
        pub(crate) struct $type(pub(crate) String);

        impl Header for $type {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($name)
            }
            fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Err("it is only ever written".into())
            }
            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), self.0.clone())
            }
        }
    };
}
plain_header!(AutoSubmitted, "Auto-Submitted");
plain_header!(Suppress, "X-Auto-Response-Suppress");
plain_header!(Importance, "Importance");
plain_header!(XLoop, "X-Loop");
plain_header!(Unsubscribe, "List-Unsubscribe");
plain_header!(OneClick, "List-Unsubscribe-Post");

/// Writes the mail, sent now.
pub fn mail(from: &From, to: &str, message: &Message, now: At) -> Result<Mail, MailError> {
    let address: Address = to.parse().map_err(|_| MailError::Address(to.to_owned()))?;
    let domain = from.domain();
    let sent_at = u64::try_from(now.micros()).unwrap_or(0);
    let mut builder = Mail::builder()
        .from(from.mailbox.clone())
        .to(Mailbox::new(None, address))
        .subject(message.title.as_str())
        .date(SystemTime::UNIX_EPOCH + Duration::from_micros(sent_at))
        .message_id(Some(format!("<{}@{domain}>", part(&message.id))))
        .header(AutoSubmitted("auto-generated".to_owned()))
        .header(Suppress("All".to_owned()));
    if let Some(thread) = &message.thread {
        let root = format!("<{}@{domain}>", part(thread));
        builder = builder.in_reply_to(root.clone()).references(root);
    }
    if message.urgency == crate::notice::Urgency::Page {
        builder = builder.header(Importance("high".to_owned()));
    }
    let boundary = format!("=_bifold_{}", part(&message.id));
    let single = |kind: ContentType, body: String| SinglePart::builder().header(kind).body(body);
    let body = MultiPart::alternative()
        .boundary(boundary)
        .singlepart(single(ContentType::TEXT_PLAIN, plain(message)))
        .singlepart(single(ContentType::TEXT_HTML, html(message)));
    builder
        .multipart(body)
        .map_err(|error| MailError::Parts(error.to_string()))
}

/// What may stand left of the `@` of a message id.
fn part(id: &str) -> String {
    let fits = |c: &char| c.is_ascii_alphanumeric() || "._-".contains(*c);
    id.chars().filter(fits).take(100).collect()
}

fn plain(message: &Message) -> String {
    let mut text = String::new();
    if message.items.len() > 1 {
        text.push_str(&message.title);
        text.push_str("\n\n");
    }
    let said = message.text();
    if !said.is_empty() {
        text.push_str(&said);
        text.push_str("\n\n");
    }
    // The separator that mail programs know a signature by (RFC 3676 4.3).
    text.push_str("-- \n");
    text.push_str(&message.phrases.footer);
    text.push('\n');
    text
}

fn html(message: &Message) -> String {
    format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"></head><body>{}\
         <p><small>{}</small></p></body></html>",
        html_lines(message),
        escaped(&message.phrases.footer)
    )
}

/// The notices as HTML that needs no style: paragraphs, and a link each.
pub(crate) fn html_lines(message: &Message) -> String {
    let mut out = String::new();
    if message.items.len() > 1 {
        let title = escaped(&message.title);
        let _ = write!(out, "<p><strong>{title}</strong></p>");
    }
    for item in &message.items {
        out.push_str(&html_item(item, &message.phrases.withheld));
    }
    if message.left_out > 0 {
        let _ = write!(out, "<p>+ {}</p>", message.left_out);
    }
    out
}

fn html_item(item: &Item, withheld: &str) -> String {
    let reference = escaped(&item.reference);
    let mut out = match &item.link {
        Some(link) => format!("<p><a href=\"{}\">{reference}</a>", escaped(link)),
        None => format!("<p>{reference}"),
    };
    let words = item.words.as_deref().unwrap_or(withheld);
    for line in [Some(words), item.why.as_deref()].into_iter().flatten() {
        if !line.is_empty() {
            out.push_str("<br>");
            out.push_str(&escaped(line));
        }
    }
    out.push_str("</p>");
    out
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{message, notice, phrases};
    use crate::notice::{Clearance, Notice, Urgency};

    fn written(message: &Message) -> String {
        let from = From::parse("Bifold <bifold@example.org>").unwrap();
        let mail = mail(&from, "ada@example.org", message, message.at).unwrap();
        String::from_utf8(mail.formatted())
            .unwrap()
            .replace('\r', "")
    }

    #[test]
    fn a_page_is_a_mail_that_says_what_it_is() {
        insta::assert_snapshot!(written(&message(Urgency::Page, Clearance::Red)));
    }

    #[test]
    fn a_mail_over_a_way_that_is_not_cleared_is_reference_and_link() {
        insta::assert_snapshot!(written(&message(Urgency::Normal, Clearance::Clear)));
    }

    #[test]
    fn mails_of_one_record_are_one_thread_and_each_is_its_own_mail() {
        let mail = |id: &str| {
            let notice = Notice {
                id: id.to_owned(),
                ..notice()
            };
            written(&Message::of(&[notice], Clearance::Red, &phrases()).unwrap())
        };
        let header = |mail: &str, name: &str| {
            let found = mail.lines().find(|line| line.starts_with(name));
            found.unwrap_or_default().to_owned()
        };
        let (one, two) = (mail("ntc_1"), mail("ntc_2"));
        assert_eq!(header(&one, "References:"), header(&two, "References:"));
        assert_eq!(header(&one, "In-Reply-To:"), header(&two, "In-Reply-To:"));
        assert_ne!(header(&one, "Message-ID:"), header(&two, "Message-ID:"));
        assert_eq!(
            header(&one, "Message-ID:"),
            header(&mail("ntc_1"), "Message-ID:")
        );
    }

    #[test]
    fn no_title_becomes_a_header() {
        let notice = Notice {
            words: "x\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>".to_owned(),
            ..notice()
        };
        let mail = written(&Message::of(&[notice], Clearance::Red, &phrases()).unwrap());
        assert!(!mail.contains("\nBcc:"), "{mail}");
        let (_, html) = mail.split_once("text/html").unwrap();
        assert!(!html.contains("<script>"), "{mail}");
    }

    #[test]
    fn only_an_address_is_written_to() {
        let from = From::parse("bifold@example.org").unwrap();
        let message = message(Urgency::Low, Clearance::Red);
        for to in [
            "",
            "ada",
            "ada@example.org\r\nBcc: x@y.z",
            "Ada <ada@example.org>",
        ] {
            assert!(mail(&from, to, &message, message.at).is_err(), "{to}");
        }
        assert!(From::parse("nobody").is_err());
    }
}
