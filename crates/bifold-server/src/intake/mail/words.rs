//! What is taken of a message, and what is written to people who wrote.

use super::MARK;
use crate::web::locale::Locale;
use bifold_domain::signal::source::Mailbox;
use bifold_domain::{EventId, Short, Text, Title};
use bifold_intake::mail::Mail;
use bifold_intake::mail::authentication::{Authentication, Verdict};
use bifold_intake::mail::silent::Silent;
use bifold_intake::mail::token;
use bifold_store::mail::Letter;
use std::fmt::Write as _;

/// References that a letter repeats.
const REFERENCES: usize = 20;
/// Attachments that are named.
const NAMED: usize = 20;
/// Bytes of a subject that a letter repeats.
const SUBJECT: usize = 200;

/// Why nothing is answered.
pub(super) fn why(reason: Silent) -> &'static str {
    match reason {
        Silent::AutoSubmitted => "it says that a machine sent it",
        Silent::NullSender => "its envelope names no sender",
        Silent::Bulk => "it went to many",
        Silent::List => "it came by a mailing list",
        Silent::Loop => "it has our own mark: it was here before",
        Silent::AutoReply => "it answers by itself",
        Silent::OurIdentity => "its identity is one that we give",
        Silent::OurMailbox => "it is from a mailbox of ours",
        Silent::Report => "it reports what became of another message",
        Silent::AsksForNone => "it asks for no answer by a machine",
    }
}

/// What the trusted host found.
pub(super) fn checked(told: Authentication) -> String {
    let word = |verdict| match verdict {
        Verdict::None => "none",
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Unsure => "unsure",
    };
    format!(
        "DKIM {}, SPF {}, DMARC {}",
        word(told.dkim),
        word(told.spf),
        word(told.dmarc)
    )
}

/// Who wrote, as a contact.
pub(super) fn contact(mail: &Mail) -> Option<Short> {
    let from = mail.from.as_ref()?;
    Short::parse(&from.address).ok()
}

/// What a message says, with the names of what hangs on it; never nothing.
pub(super) fn said(mail: &Mail) -> Text {
    let mut said = String::new();
    if let Some(report) = &mail.report {
        for recipient in &report.recipients {
            let status = recipient.status.as_deref().unwrap_or_default();
            let cause = recipient.diagnostic.as_deref().unwrap_or_default();
            // Writing into a text cannot fail.
            let _ = writeln!(
                said,
                "{} {}: {status} {cause}",
                recipient.action, recipient.address
            );
        }
    }
    if let Some(text) = &mail.text {
        said.push_str(text.as_str());
    }
    if !mail.attachments.is_empty() {
        let names = mail.attachments.iter().take(NAMED);
        let names: Vec<&str> = names.map(|a| a.name.as_str()).collect();
        let _ = write!(said, "\n\n[{}]", names.join(", "));
    }
    let words = fitting(&said, Text::LIMIT_BYTES);
    let fallback = || Locale::default().t("mail-empty");
    let text = Text::parse(words.trim()).ok();
    let text = text.or_else(|| {
        mail.subject
            .as_ref()
            .and_then(|s| Text::parse(s.as_str()).ok())
    });
    text.or_else(|| Text::parse(&fallback()).ok())
        .unwrap_or_else(dash)
}

/// The same with who says it.
pub(super) fn signed(mail: &Mail, said: &Text) -> Text {
    let Some(from) = &mail.from else {
        return said.clone();
    };
    let whole = format!("{}:\n\n{said}", from.address);
    Text::parse(&fitting(&whole, Text::LIMIT_BYTES)).unwrap_or_else(|_| said.clone())
}

/// A line as a title.
pub(super) fn title(line: &str) -> Option<Title> {
    Title::parse(fitting(line, Title::LIMIT_BYTES).trim()).ok()
}

/// For a message that has neither subject nor words.
#[allow(clippy::expect_used)] // A word of ours.
pub(super) fn untitled() -> Title {
    Title::parse("Mail").expect("it is one word")
}

#[allow(clippy::expect_used)] // A sign of ours.
fn dash() -> Text {
    Text::parse("–").expect("it is one sign")
}

fn fitting(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let mut end = limit - '…'.len_utf8();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", text.get(..end).unwrap_or_default())
}

/// Says that a message came in, in the language that it says it has, else in English.
pub(super) fn receipt(
    mailbox: &Mailbox,
    mail: &Mail,
    event: &EventId,
    number: &str,
    reply: &str,
) -> Option<Letter> {
    let to = mail.reply_to.first().or(mail.from.as_ref())?;
    let (_, domain) = mailbox.parts()?;
    let spoken = mail
        .fields
        .iter()
        .find(|(name, _)| name == "content-language");
    let l = spoken.map_or_else(Locale::default, |(_, tag)| Locale::spoken(tag));
    let subject = mail.subject.as_ref().map_or("", |s| s.as_str());
    let subject = fitting(subject, SUBJECT);
    let mut references = mail.references.clone();
    references.extend(mail.message_id.clone());
    let from = references.len().saturating_sub(REFERENCES);
    Some(Letter {
        id: format!("{event}.{MARK}"),
        from: mailbox.address.to_string(),
        reply_to: format!("{}{reply}@{domain}", token::PREFIX),
        to: to.address.clone(),
        subject: format!("[{number}] Re: {subject}").trim_end().to_owned(),
        text: l.with("mail-receipt", "number", number),
        in_reply_to: mail.message_id.clone(),
        references: references.split_off(from),
        is_automatic: true,
        unsubscribe: None,
    })
}
