//! Letters: mails to somebody who wrote to a mailbox, in the thread of what they wrote.
//!
//! An automatic one says so, and names nobody to whom a failure or an answer of a machine could go
//! (RFC 3834): two programs that answer each other stop at the first letter.

use crate::email::{AutoSubmitted, MailError, OneClick, Suppress, Unsubscribe, XLoop};
use bifold_domain::At;
use lettre::address::Envelope;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, SinglePart};
use lettre::{Address, Message};
use std::time::{Duration, SystemTime};

/// A letter.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// What stands left of the `@` of its identity.
    pub id: &'a str,
    /// From which mailbox.
    pub from: &'a str,
    /// Where answers go.
    pub reply_to: &'a str,
    /// To whom.
    pub to: &'a str,
    /// Its subject.
    pub subject: &'a str,
    /// What it says.
    pub text: &'a str,
    /// What it answers.
    pub in_reply_to: Option<&'a str>,
    /// What it belongs to, oldest first.
    pub references: &'a [String],
    /// Whether a machine wrote it in answer to a message.
    pub is_automatic: bool,
    /// Where whoever gets it leaves the list with one press (RFC 8058).
    pub unsubscribe: Option<&'a str>,
    /// What stands in `X-Loop`, to know it when it comes back.
    pub mark: &'a str,
}

fn address(text: &str) -> Result<Address, MailError> {
    text.parse()
        .map_err(|_| MailError::Address(text.to_owned()))
}

/// Whether a mail can be addressed to it.
pub fn is_address(text: &str) -> bool {
    address(text).is_ok_and(|address| address.domain().contains('.'))
}

/// An identity in its brackets, without what could end the line.
fn identity(id: &str) -> String {
    let fits = |c: &char| !c.is_control() && !c.is_whitespace() && !"<>".contains(*c);
    let bare: String = id.chars().filter(fits).collect();
    format!("<{bare}>")
}

impl Letter<'_> {
    /// The letter as it is sent, with its envelope.
    pub fn written(&self, now: At) -> Result<(Envelope, Vec<u8>), MailError> {
        let (from, to) = (address(self.from)?, address(self.to)?);
        let sent_at = u64::try_from(now.micros()).unwrap_or(0);
        let mut builder = Message::builder()
            .from(Mailbox::new(None, from.clone()))
            .reply_to(Mailbox::new(None, address(self.reply_to)?))
            .to(Mailbox::new(None, to.clone()))
            .subject(self.subject)
            .date(SystemTime::UNIX_EPOCH + Duration::from_micros(sent_at))
            .message_id(Some(identity(&format!("{}@{}", self.id, from.domain()))))
            .header(XLoop(self.mark.to_owned()));
        if self.is_automatic {
            let said = "auto-replied".to_owned();
            builder = builder.header(AutoSubmitted(said));
            builder = builder.header(Suppress("All".to_owned()));
        }
        if let Some(url) = self.unsubscribe {
            builder = builder
                .header(AutoSubmitted("auto-generated".to_owned()))
                .header(Unsubscribe(identity(url)))
                .header(OneClick("List-Unsubscribe=One-Click".to_owned()));
        }
        if let Some(id) = self.in_reply_to {
            builder = builder.in_reply_to(identity(id));
        }
        if !self.references.is_empty() {
            let all: Vec<String> = self.references.iter().map(|id| identity(id)).collect();
            builder = builder.references(all.join(" "));
        }
        let part = SinglePart::builder().header(ContentType::TEXT_PLAIN);
        let mail = builder
            .singlepart(part.body(self.text.to_owned()))
            .map_err(|error| MailError::Parts(error.to_string()))?;
        let sender = (!self.is_automatic).then_some(from);
        let envelope = Envelope::new(sender, vec![to]);
        let envelope = envelope.map_err(|error| MailError::Parts(error.to_string()))?;
        Ok((envelope, mail.formatted()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_automatic_letter_says_so_and_names_nobody_for_failures() {
        let references = ["1@example.org".to_owned(), "2@x\r\nBcc: eve@x".to_owned()];
        let letter = Letter {
            id: "evt_1.bifold",
            from: "desk@bifold.example",
            reply_to: "reply+abc@bifold.example",
            to: "anna@example.org",
            subject: "[EVT-2026-0001] Re: Shop \u{fc}",
            text: "We have it.",
            in_reply_to: Some("2@example.org"),
            references: &references,
            is_automatic: true,
            unsubscribe: None,
            mark: "bifold",
        };
        let (envelope, bytes) = letter.written(At::from_micros(0)).unwrap();
        assert!(envelope.from().is_none());
        insta::assert_snapshot!(String::from_utf8(bytes).unwrap().replace('\r', ""));
        let person = Letter {
            is_automatic: false,
            ..letter
        };
        let (envelope, bytes) = person.written(At::from_micros(0)).unwrap();
        assert!(envelope.from().is_some());
        assert!(!String::from_utf8(bytes).unwrap().contains("Auto-Submitted"));
        let subscriber = Letter {
            is_automatic: false,
            unsubscribe: Some("https://bifold.example/status-mail/abc>\r\nBcc: eve@x"),
            ..letter
        };
        let (_, bytes) = subscriber.written(At::from_micros(0)).unwrap();
        let bytes = String::from_utf8(bytes).unwrap();
        assert!(
            bytes.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"),
            "{bytes}"
        );
        assert!(bytes.contains("List-Unsubscribe: <https://bifold.example/status-mail/abc"));
        assert!(!bytes.contains("\r\nBcc:"), "{bytes}");
        assert!(
            Letter {
                to: "nobody",
                ..letter
            }
            .written(At::from_micros(0))
            .is_err()
        );
    }
}
