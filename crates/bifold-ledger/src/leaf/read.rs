//! The fast way to read a leaf that is spelled canonically, as all of ours are: one pass over
//! the bytes in the order in which they are written. Whatever differs in a single byte is left
//! to the general reader, so this one decides nothing: it only saves a verification of a million
//! leaves from parsing each as JSON and writing it again to compare.

use super::{ActorRef, Leaf, Subject, parse_micros, parse_skew};
use crate::hash::Hash;

/// The leaf, if these are exactly the bytes that [`Leaf::to_bytes`] gives for it.
pub(super) fn canonical(bytes: &[u8]) -> Option<Leaf> {
    let mut rest = Rest(str::from_utf8(bytes).ok()?);
    rest.literal("{\"actor\":{\"auth\":\"")?;
    let auth = rest.text()?;
    rest.literal(",\"id\":\"")?;
    let actor_id = rest.text()?;
    rest.literal(",\"t\":\"")?;
    let actor_type = rest.text()?;
    rest.literal("},\"eid\":\"")?;
    let entry_id = rest.text()?;
    rest.literal(",\"idx\":")?;
    let index = rest.number()?;
    let imported = rest.literal(",\"imported\":true").is_some();
    rest.literal(",\"kind\":\"")?;
    let kind = rest.text()?;
    rest.literal(",\"op\":\"")?;
    let operation = rest.text()?;
    let digests = rest.digests()?;
    rest.literal(",\"sd_alg\":\"sha-256\",\"sdn\":")?;
    let disclosure_count = u32::try_from(rest.number()?).ok()?;
    let skew = match rest.literal(",\"skew\":\"") {
        Some(()) => Some(parse_skew(rest.part()?).ok()?),
        None => None,
    };
    let subject = rest.subject()?;
    rest.literal(",\"ts\":\"")?;
    let at_micros = parse_micros(rest.part()?).ok()?;
    rest.literal(",\"typ\":\"bifold.fact.v1\",\"v\":1}")?;
    let leaf = Leaf {
        index,
        entry_id,
        operation,
        kind,
        at_micros,
        skew,
        subject,
        actor: ActorRef {
            id: actor_id,
            actor_type,
            auth,
        },
        digests,
        disclosure_count,
        imported,
    };
    (rest.0.is_empty() && leaf.check().is_ok()).then_some(leaf)
}

/// What was not read yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn literal(&mut self, expected: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    /// Up to the closing quotation mark. A text with an escape is for the general reader.
    fn part(&mut self) -> Option<&'a str> {
        let (part, rest) = self.0.split_once('"')?;
        // Looking at every byte, without stopping early, is what the processor does many at a time.
        let is_other = |b: u8| b < b' ' || b == b'\\';
        let is_plain = !part.bytes().fold(false, |any, b| any | is_other(b));
        self.0 = rest;
        is_plain.then_some(part)
    }

    fn text(&mut self) -> Option<String> {
        self.part().map(str::to_owned)
    }

    /// Decimal digits as they are written: no sign, no leading zero.
    fn number(&mut self) -> Option<u64> {
        let end = self.0.bytes().position(|b| !b.is_ascii_digit())?;
        let (digits, rest) = self.0.split_at_checked(end)?;
        if digits.len() > 1 && digits.starts_with('0') {
            return None;
        }
        self.0 = rest;
        digits.parse().ok()
    }

    fn digests(&mut self) -> Option<Vec<String>> {
        self.literal(",\"sd\":[")?;
        let mut digests = Vec::with_capacity(8);
        if self.literal("]").is_some() {
            return Some(digests);
        }
        loop {
            self.literal("\"")?;
            digests.push(self.text()?);
            if self.literal("]").is_some() {
                return Some(digests);
            }
            self.literal(",")?;
        }
    }

    fn subject(&mut self) -> Option<Subject> {
        self.literal(",\"subj\":{\"id\":\"")?;
        let id = self.text()?;
        self.literal(",\"n\":")?;
        let n = self.number()?;
        let prev = match self.literal(",\"prev\":\"") {
            Some(()) => Some(Hash::from_base64url(self.part()?).ok()?),
            None => None,
        };
        self.literal("}")?;
        Some(Subject { id, n, prev })
    }
}
