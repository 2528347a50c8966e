//! Numbers as long as an authority likes: serial numbers and nonces.

use std::fmt;

use crate::asn1::{INTEGER, Malformed, Reader, element};

/// A natural number of any length: big-endian, without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Integer(Vec<u8>);

impl Integer {
    /// The big-endian bytes; none for zero.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn take(reader: &mut Reader<'_>, what: &'static str) -> Result<Self, Malformed> {
        Self::from_content(reader.take(INTEGER, what)?.content, what)
    }

    /// From the content of an element. Negative numbers are refused: no field here has any.
    pub(crate) fn from_content(content: &[u8], what: &'static str) -> Result<Self, Malformed> {
        match content.first() {
            Some(0..=0x7f) => {
                let zeros = content.iter().take_while(|byte| **byte == 0).count();
                Ok(Self(content.get(zeros..).unwrap_or_default().to_vec()))
            }
            _ => Err(Malformed(what)),
        }
    }

    /// The number, if it fits.
    pub fn to_u64(&self) -> Option<u64> {
        (self.0.len() <= 8).then(|| self.0.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)))
    }

    /// As an element. A first bit that is set needs a zero before it, or it would be a sign.
    pub(crate) fn der(&self) -> Vec<u8> {
        let signless = self.0.first().is_some_and(|byte| *byte < 0x80);
        let pad: &[u8] = if signless { &[] } else { &[0] };
        element(INTEGER, &[pad, &self.0].concat())
    }
}

impl From<u64> for Integer {
    fn from(number: u64) -> Self {
        let bytes = number.to_be_bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        Self(bytes.get(zeros..).unwrap_or_default().to_vec())
    }
}

/// Hexadecimal, as authorities and `openssl` write serial numbers: `0x0123AB`.
impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        if self.0.is_empty() {
            return f.write_str("00");
        }
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn negative_and_empty_numbers_are_refused() {
        assert!(Integer::from_content(&[0x80], "n").is_err());
        assert!(Integer::from_content(&[], "n").is_err());
        assert_eq!(
            Integer::from_content(&[0, 0x80], "n").unwrap().to_string(),
            "0x80"
        );
        assert_eq!(Integer::from(0).to_string(), "0x00");
        assert_eq!(Integer::from_content(&[1; 9], "n").unwrap().to_u64(), None);
    }

    proptest! {
        #[test]
        fn every_number_comes_back(number: u64) {
            let der = Integer::from(number).der();
            let read = Integer::take(&mut Reader(&der), "n").unwrap();
            prop_assert_eq!(read.to_u64(), Some(number));
        }
    }
}
