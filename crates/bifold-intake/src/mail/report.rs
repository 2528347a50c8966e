//! Reports on the delivery of another message (RFC 3464): to whom it did not come, and why.

use super::plain;
use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

/// Recipients that are taken of one report.
const RECIPIENTS: usize = 100;

/// What became of another message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The identity of that message, where the report gives it.
    pub message_id: Option<String>,
    /// Recipient by recipient.
    pub recipients: Vec<Recipient>,
}

/// What became of a message for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// To whom it went, in lower case.
    pub address: String,
    /// `failed`, `delayed`, `delivered`, `relayed` or `expanded`, as the report says it.
    pub action: String,
    /// The code of RFC 3463, such as `5.1.1`.
    pub status: Option<String>,
    /// What the other side answered.
    pub diagnostic: Option<String>,
}

impl Recipient {
    /// Whether it will never come.
    pub fn has_failed(&self) -> bool {
        self.action == "failed"
    }
}

pub(super) fn read(message: &Message<'_>) -> Option<Report> {
    let is = |part: &&MessagePart<'_>, kind: &str, sub: &str| part.is_content_type(kind, sub);
    let parts = message.parts.iter();
    let status = parts.clone().find(|part| {
        is(part, "message", "delivery-status") || is(part, "message", "global-delivery-status")
    })?;
    let text = String::from_utf8_lossy(status.contents()).replace('\r', "");
    let blocks = text.split("\n\n").map(str::trim).filter(|b| !b.is_empty());
    let recipients = blocks.filter_map(recipient).take(RECIPIENTS).collect();
    let mut returned = parts.filter_map(|part| match &part.body {
        PartType::Message(inner) => inner.message_id().map(plain),
        _ if is(&part, "text", "rfc822-headers") => {
            let text = String::from_utf8_lossy(part.contents());
            let id = field(&text, "message-id")?;
            Some(id.trim_matches(['<', '>', ' ']).to_owned())
        }
        _ => None,
    });
    Some(Report {
        message_id: returned.next().filter(|id| !id.is_empty()),
        recipients,
    })
}

/// A block that names a recipient; the first one of a report is about all of them.
fn recipient(block: &str) -> Option<Recipient> {
    let address = field(block, "final-recipient").or_else(|| field(block, "original-recipient"))?;
    let bare = |typed: String| match typed.split_once(';') {
        Some((_, value)) => value.trim().to_owned(),
        None => typed,
    };
    let action = field(block, "action")?;
    Some(Recipient {
        address: bare(address).trim_matches(['<', '>']).to_lowercase(),
        action: action.to_lowercase(),
        status: field(block, "status"),
        diagnostic: field(block, "diagnostic-code").map(bare),
    })
}

/// A field by its name in lower case, unfolded.
fn field(block: &str, name: &str) -> Option<String> {
    let mut lines = block.lines();
    let first = lines.by_ref().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.trim().eq_ignore_ascii_case(name).then_some(value)
    })?;
    let mut value = first.trim().to_owned();
    for more in lines.take_while(|line| line.starts_with([' ', '\t'])) {
        value.push(' ');
        value.push_str(more.trim());
    }
    Some(plain(&value)).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_report_says_who_did_not_get_what() {
        let mail = super::super::read(
            b"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: Undelivered\n\
              Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
              --b\nContent-Type: text/plain\n\nSorry.\n\
              --b\nContent-Type: message/delivery-status\n\n\
              Reporting-MTA: dns; mx.example\n\n\
              Final-Recipient: rfc822; Anna@Example.org\nAction: failed\nStatus: 5.1.1\n\
              Diagnostic-Code: smtp; 550 no\n such user\n\n\
              Final-Recipient: rfc822; bob@example.org\nAction: delayed\nStatus: 4.0.0\n\
              --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <n1@bifold.example>\n--b--\n",
        )
        .unwrap();
        let report = mail.report.unwrap();
        assert_eq!(report.message_id.as_deref(), Some("n1@bifold.example"));
        let [anna, bob] = &report.recipients[..] else {
            panic!("{report:?}")
        };
        assert_eq!(anna.address, "anna@example.org");
        assert!(anna.has_failed());
        assert_eq!(anna.status.as_deref(), Some("5.1.1"));
        assert_eq!(anna.diagnostic.as_deref(), Some("550 no such user"));
        assert!(!bob.has_failed());
    }

    #[test]
    fn an_ordinary_message_is_no_report() {
        let mail = super::super::read(b"Subject: Undelivered\n\nAction: failed\n").unwrap();
        assert_eq!(mail.report, None);
    }
}
