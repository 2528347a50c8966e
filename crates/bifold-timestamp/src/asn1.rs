//! Reading and writing the few forms of ASN.1 that time-stamps are made of (ITU-T X.690).
//!
//! Every read names the field it is after, so that an error says where a message broke. Tags are
//! one byte; nothing in a time-stamp or a certificate needs more.

use const_oid::ObjectIdentifier;

/// Bit of a tag that says that the content is made of elements.
pub(crate) const CONSTRUCTED: u8 = 0x20;

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// The tag `[number]` of a field whose content is a plain value.
pub(crate) const fn context(number: u8) -> u8 {
    0x80 | number
}

/// The tag `[number]` of a field that holds elements.
pub(crate) const fn holder(number: u8) -> u8 {
    0xa0 | number
}

/// A part of a message that is not what its standard says; the text names the part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its {0} is missing or not as the standard wants it")]
pub struct Malformed(pub(crate) &'static str);

/// Tag and length of an element, and the bytes behind them.
pub(crate) struct Header<'a> {
    pub(crate) tag: u8,
    /// Bytes of content; `None` where an end mark closes it (BER only).
    pub(crate) length: Option<usize>,
    pub(crate) rest: &'a [u8],
}

/// Reads tag and length; `None` if they are cut off, or of a form nobody needs here.
pub(crate) fn header(bytes: &[u8]) -> Option<Header<'_>> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (length, rest) = match first {
        0x80 => (None, rest),
        0..=0x7f => (Some(usize::from(first)), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = digits
                .iter()
                .fold(0, |n, digit| n << 8 | usize::from(*digit));
            (Some(length), rest)
        }
        _ => return None,
    };
    Some(Header { tag, length, rest })
}

/// One element with a definite length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    /// Tag, length and content.
    pub(crate) whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// A reader of the elements inside.
    pub(crate) fn inside(&self) -> Reader<'a> {
        Reader(self.content)
    }
}

/// Reads elements one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The next element, whatever its tag.
    pub(crate) fn any(&mut self, what: &'static str) -> Result<Element<'a>, Malformed> {
        let bytes = self.0;
        let parts = header(bytes).and_then(|head| {
            let (content, rest) = head.rest.split_at_checked(head.length?)?;
            let (whole, _) = bytes.split_at_checked(bytes.len() - rest.len())?;
            Some((head.tag, content, whole, rest))
        });
        let (tag, content, whole, rest) = parts.ok_or(Malformed(what))?;
        self.0 = rest;
        Ok(Element {
            tag,
            content,
            whole,
        })
    }

    /// The next element, which must have this tag.
    pub(crate) fn take(&mut self, tag: u8, what: &'static str) -> Result<Element<'a>, Malformed> {
        self.optional(tag, what)?.ok_or(Malformed(what))
    }

    /// The next element if it has this tag.
    pub(crate) fn optional(
        &mut self,
        tag: u8,
        what: &'static str,
    ) -> Result<Option<Element<'a>>, Malformed> {
        if self.0.first() == Some(&tag) {
            self.any(what).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The elements of the next sequence.
    pub(crate) fn sequence(&mut self, what: &'static str) -> Result<Reader<'a>, Malformed> {
        Ok(self.take(SEQUENCE, what)?.inside())
    }

    /// The next element, an object identifier.
    pub(crate) fn oid(&mut self, what: &'static str) -> Result<ObjectIdentifier, Malformed> {
        let element = self.take(OBJECT_IDENTIFIER, what)?;
        ObjectIdentifier::from_bytes(element.content).map_err(|_| Malformed(what))
    }

    /// Refuses bytes that nothing asked for.
    pub(crate) fn end(self, what: &'static str) -> Result<(), Malformed> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(Malformed(what))
        }
    }
}

/// Reads a message that is one sequence and nothing else.
pub(crate) fn only_sequence<'a>(
    der: &'a [u8],
    what: &'static str,
) -> Result<Reader<'a>, Malformed> {
    let mut all = Reader(der);
    let body = all.sequence(what)?;
    all.end(what)?;
    Ok(body)
}

/// Appends an element.
pub(crate) fn write(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    out.push(tag);
    let digits = content.len().to_be_bytes();
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    let digits = digits.get(zeros..).unwrap_or_default();
    match (digits, u8::try_from(digits.len())) {
        ([], _) => out.push(0),
        ([length @ 0..0x80], _) => out.push(*length),
        (_, Ok(count)) => {
            out.push(0x80 | count);
            out.extend_from_slice(digits);
        }
        (_, Err(_)) => unreachable!("a usize has fewer than 256 bytes"),
    }
    out.extend_from_slice(content);
}

/// An element on its own.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 6);
    write(&mut out, tag, content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_element_that_is_cut_off_is_refused() {
        assert_eq!(Reader(&[0x04, 0x02, 0x01]).any("x").unwrap_err().0, "x");
        assert!(Reader(&[0x04, 0x80, 0x00, 0x00]).any("x").is_err());
        assert!(Reader(&[0x1f, 0x81, 0x01, 0x00]).any("x").is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            tag in 0u8..0x1f,
            length in prop_oneof![0usize..300, 0usize..70_000],
        ) {
            let content = vec![7; length];
            let written = element(tag, &content);
            let mut reader = Reader(&written);
            let read = reader.any("element").unwrap();
            prop_assert_eq!((read.tag, read.content), (tag, content.as_slice()));
            prop_assert_eq!(read.whole, written.as_slice());
            prop_assert!(reader.is_empty());
        }
    }
}
