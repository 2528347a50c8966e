//! Whether a message may be answered or trigger notices: what machines send must not, or two of
//! them talk for ever. It is still filed, only silently (RFC 3834).

use super::Mail;

/// Why a message is filed silently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Silent {
    /// `Auto-Submitted` says that nobody wrote it.
    AutoSubmitted,
    /// There is nowhere to tell a failure.
    NullSender,
    /// `Precedence` says that it went to many.
    Bulk,
    /// It came by a list.
    List,
    /// It has our own mark.
    Loop,
    /// It says in one of the older ways that it answers by itself.
    AutoReply,
    /// It has an identity that we give.
    OurIdentity,
    /// It is from one of our mailboxes.
    OurMailbox,
    /// It reports what became of another message.
    Report,
    /// It asks for no answer by a machine. That does not make it one: people's own programs write
    /// this, so notices to others go out as ever.
    AsksForNone,
}

impl Silent {
    /// Whether it also must not trigger notices to others.
    pub fn is_automatic(self) -> bool {
        self != Self::AsksForNone
    }
}

/// What is ours, to know it when it comes back.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ours<'a> {
    /// The domain of the identities that we give to messages.
    pub domain: &'a str,
    /// Our mailboxes, in lower case.
    pub mailboxes: &'a [&'a str],
    /// What we write into `X-Loop`.
    pub mark: &'a str,
}

/// Every reason there is; none when a person may get an answer.
pub fn reasons(mail: &Mail, ours: &Ours<'_>) -> Vec<Silent> {
    let has = |name: &str| mail.all(name).next().is_some();
    let any = |name: &str, is: &dyn Fn(&str) -> bool| mail.all(name).any(|value| is(&lower(value)));
    let lists = mail
        .fields
        .iter()
        .any(|(name, _)| name.starts_with("list-"));
    let from = mail.from.as_ref().map(|from| from.address.as_str());
    let domain = ours.domain.to_lowercase();
    let is_our_identity = mail.message_id.as_deref().is_some_and(|id| {
        let at = id.rsplit_once('@');
        !domain.is_empty() && at.is_some_and(|(_, of)| lower(of) == domain)
    });
    let automatic = any("auto-submitted", &|value| first_word(value) != "no");
    let bulk = ["bulk", "list", "junk"];
    let looped = |value: &str| !ours.mark.is_empty() && value.trim() == lower(ours.mark);
    let replies = ["x-autoreply", "x-autorespond", "x-autoresponder"];
    let found = [
        (Silent::AutoSubmitted, automatic),
        (Silent::NullSender, mail.return_path.as_deref() == Some("")),
        (
            Silent::Bulk,
            any("precedence", &|v| bulk.contains(&v.trim())),
        ),
        (Silent::List, lists),
        (Silent::Loop, any("x-loop", &looped)),
        (Silent::AutoReply, replies.iter().any(|name| has(name))),
        (Silent::OurIdentity, is_our_identity),
        (
            Silent::OurMailbox,
            from.is_some_and(|from| ours.mailboxes.contains(&from)),
        ),
        (Silent::Report, mail.report.is_some()),
        (
            Silent::AsksForNone,
            any("x-auto-response-suppress", &|v| first_word(v) != "none"),
        ),
    ];
    let found = found.into_iter();
    found.filter_map(|(why, is)| is.then_some(why)).collect()
}

fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// The word before parameters and comments.
fn first_word(value: &str) -> &str {
    value
        .trim()
        .split([';', ' ', '(', ','])
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_known_by_its_field() {
        let ours = Ours {
            domain: "bifold.example",
            mailboxes: &["desk@bifold.example"],
            mark: "bifold-1",
        };
        let of = |fields: &str| {
            let text = format!("{fields}Subject: a\n\nb\n");
            reasons(&super::super::read(text.as_bytes()).unwrap(), &ours)
        };
        for (fields, expected) in [
            ("From: a@example.org\n", None),
            ("Auto-Submitted: no\n", None),
            (
                "Auto-Submitted: Auto-Replied; owner=a\n",
                Some(Silent::AutoSubmitted),
            ),
            ("Return-Path: <>\n", Some(Silent::NullSender)),
            ("Return-Path: <a@b>\n", None),
            ("Precedence: BULK\n", Some(Silent::Bulk)),
            ("Precedence: first-class\n", None),
            ("List-Id: <a.b>\n", Some(Silent::List)),
            ("List-Unsubscribe: <https://a>\n", Some(Silent::List)),
            ("X-Loop: bifold-1\n", Some(Silent::Loop)),
            ("X-Loop: another\n", None),
            ("X-Autoreply: yes\n", Some(Silent::AutoReply)),
            (
                "Message-ID: <7@Bifold.Example>\n",
                Some(Silent::OurIdentity),
            ),
            ("Message-ID: <7@notbifold.example>\n", None),
            (
                "From: Desk <DESK@bifold.example>\n",
                Some(Silent::OurMailbox),
            ),
            (
                "X-Auto-Response-Suppress: OOF, AutoReply\n",
                Some(Silent::AsksForNone),
            ),
            ("X-Auto-Response-Suppress: None\n", None),
        ] {
            assert_eq!(of(fields), Vec::from_iter(expected), "{fields}");
        }
        assert!(!Silent::AsksForNone.is_automatic());
        assert!(Silent::List.is_automatic());
    }
}
