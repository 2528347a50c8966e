//! What a message belongs to, in a strict order, and never by how alike two subjects are.

use super::{Mail, token};

/// What a message belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thread {
    /// A signed token in a recipient's address names the thing.
    Token([u8; 16]),
    /// It answers a message that we sent, by that message's identity.
    Answer(String),
    /// Its subject has a reference in brackets, and its sender takes part in that thing.
    Reference(String),
    /// Nothing that is known.
    New,
}

/// What must be known to decide.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The keys that sign tokens.
    pub keys: &'a [&'a [u8]],
    /// Whether a message of this identity was sent by us.
    pub was_sent: &'a dyn Fn(&str) -> bool,
    /// Whether this address takes part in the thing of this reference.
    pub takes_part: &'a dyn Fn(&str, &str) -> bool,
}

/// Decides. `recipients` are those of the envelope, which the message itself need not name.
pub fn decide(mail: &Mail, recipients: &[&str], known: &Known<'_>) -> Thread {
    let written = mail.to.iter().chain(&mail.cc);
    let written = written.map(|mailbox| mailbox.address.as_str());
    let named = recipients.iter().copied().chain(written);
    if let Some(thing) = named
        .filter_map(of_address)
        .find_map(|t| token::check(known.keys, t))
    {
        return Thread::Token(thing);
    }
    // The nearest first: what it answers, then from the newest of what it belongs to.
    let nearest = mail.in_reply_to.iter().chain(mail.references.iter().rev());
    if let Some(id) = nearest.into_iter().find(|id| (known.was_sent)(id)) {
        return Thread::Answer(id.clone());
    }
    let subject = mail.subject.as_ref().map_or("", |subject| subject.as_str());
    if let (Some(reference), Some(from)) = (reference(subject), &mail.from)
        && (known.takes_part)(reference, &from.address)
    {
        return Thread::Reference(reference.to_owned());
    }
    Thread::New
}

fn of_address(address: &str) -> Option<&str> {
    let (local, _) = address.trim().rsplit_once('@')?;
    let start = local.get(..token::PREFIX.len())?;
    start
        .eq_ignore_ascii_case(token::PREFIX)
        .then(|| local.get(token::PREFIX.len()..))?
}

/// The first reference in brackets, such as `[INC-2026-0042]`.
fn reference(subject: &str) -> Option<&str> {
    let inside = subject
        .split('[')
        .skip(1)
        .filter_map(|rest| rest.split_once(']'));
    inside.map(|(text, _)| text).find(|text| is_reference(text))
}

fn is_reference(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let [kind, year, number] = parts[..] else {
        return false;
    };
    let is_kind = (2..=5).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_uppercase());
    is_kind && year.len() == 4 && digits(year) && (1..=9).contains(&number.len()) && digits(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"key";

    fn of(fields: &str, recipients: &[&str]) -> Thread {
        let mail = super::super::read(format!("{fields}\n\ntext\n").as_bytes()).unwrap();
        let known = Known {
            keys: &[KEY],
            was_sent: &|id| id.ends_with("@bifold.example"),
            takes_part: &|reference, who| reference == "INC-2026-0042" && who == "anna@example.org",
        };
        decide(&mail, recipients, &known)
    }

    #[test]
    fn the_order_is_token_then_answer_then_reference() {
        let thing = [7; 16];
        let to = format!("Reply+{}@bifold.example", token::make(KEY, thing));
        let answer = "In-Reply-To: <x@other.example>\nReferences: <1@bifold.example> \
                      <2@bifold.example> <y@other.example>";
        let tagged = "From: Anna <ANNA@example.org>\nSubject: Re: [x] [INC-2026-0042] Shop";
        let all = format!("{tagged}\n{answer}\nTo: {to}");
        assert_eq!(of(&all, &[]), Thread::Token(thing));
        assert_eq!(of("Subject: a", &[&to]), Thread::Token(thing));
        let both = format!("{tagged}\n{answer}");
        assert_eq!(
            of(&both, &[]),
            Thread::Answer("2@bifold.example".to_owned())
        );
        assert_eq!(
            of(tagged, &[]),
            Thread::Reference("INC-2026-0042".to_owned())
        );
    }

    #[test]
    fn what_anybody_could_write_names_nothing() {
        let forged = format!("reply+{}@bifold.example", token::make(b"guess", [7; 16]));
        assert_eq!(
            of("Subject: a", &[&forged, "reply+@x", "@", "é+é@x"]),
            Thread::New
        );
        let stranger = "From: eve@example.org\nSubject: [INC-2026-0042] Shop";
        assert_eq!(of(stranger, &[]), Thread::New);
        for subject in [
            "INC-2026-0042",
            "[INC-26-1]",
            "[inc-2026-0042]",
            "[INC-2026-]",
            "[][",
        ] {
            let fields = format!("From: anna@example.org\nSubject: {subject}");
            assert_eq!(of(&fields, &[]), Thread::New, "{subject}");
        }
    }
}
