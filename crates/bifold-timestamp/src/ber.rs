//! From BER to DER, as far as authorities use BER: some answer with indefinite lengths and with
//! octet strings in pieces, because their signing software streams (X.690, section 8).
//!
//! DER comes out as it went in, so signatures stay what they are. Not undone, and so refused when
//! the field is read: pieces of any other string type, pieces under an implicit tag, and signed
//! attributes in another order than the signer hashed. What lies inside an octet string, as the
//! `TSTInfo` does, is left alone.

use crate::asn1::{CONSTRUCTED, Malformed, OCTET_STRING, Reader, header, write};

/// Elements within elements that are followed. Certificates need about ten.
const MAX_DEPTH: u8 = 32;

const END_MARK: &[u8] = &[0, 0];

/// The first element as DER, and the bytes behind it.
pub(crate) fn first<'a>(
    bytes: &'a [u8],
    what: &'static str,
) -> Result<(Vec<u8>, &'a [u8]), Malformed> {
    let mut der = Vec::with_capacity(bytes.len());
    let rest = convert(bytes, MAX_DEPTH, &mut der).ok_or(Malformed(what))?;
    Ok((der, rest))
}

fn convert<'a>(bytes: &'a [u8], depth: u8, out: &mut Vec<u8>) -> Option<&'a [u8]> {
    let head = header(bytes)?;
    if head.tag & CONSTRUCTED == 0 {
        let (content, rest) = head.rest.split_at_checked(head.length?)?;
        write(out, head.tag, content);
        return Some(rest);
    }
    let depth = depth.checked_sub(1)?;
    let mut content = Vec::new();
    let rest = if let Some(length) = head.length {
        let (mut inside, rest) = head.rest.split_at_checked(length)?;
        while !inside.is_empty() {
            inside = convert(inside, depth, &mut content)?;
        }
        rest
    } else {
        let mut inside = head.rest;
        loop {
            if let Some(rest) = inside.strip_prefix(END_MARK) {
                break rest;
            }
            inside = convert(inside, depth, &mut content)?;
        }
    };
    if head.tag == OCTET_STRING | CONSTRUCTED {
        write(out, OCTET_STRING, &joined(&content)?);
    } else {
        write(out, head.tag, &content);
    }
    Some(rest)
}

/// The octets of a string that came in pieces.
fn joined(pieces: &[u8]) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(pieces.len());
    let mut reader = Reader(pieces);
    while !reader.is_empty() {
        octets.extend_from_slice(reader.take(OCTET_STRING, "piece").ok()?.content);
    }
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn indefinite_lengths_and_pieces_become_der() {
        let ber = [
            0x30, 0x80, 0x24, 0x80, 0x04, 0x01, b'a', 0x04, 0x81, 0x02, b'b', b'c', 0, 0, 0x02, 1,
            7, 0, 0, 0xff,
        ];
        let (der, rest) = first(&ber, "x").unwrap();
        assert_eq!(der, [0x30, 8, 0x04, 3, b'a', b'b', b'c', 0x02, 1, 7]);
        assert_eq!(rest, [0xff]);
    }

    #[test]
    fn what_is_open_or_too_deep_is_refused() {
        assert!(first(&[0x30, 0x80, 0x02, 1, 7], "x").is_err());
        assert!(first(&[0x24, 0x03, 0x02, 1, 7], "x").is_err());
        assert!(first(&[0x04, 0x80, 0, 0], "x").is_err());
        assert!(first(&[0x30, 0x80].repeat(10_000), "x").is_err());
    }

    proptest! {
        #[test]
        fn der_stays_as_it_is(leaves in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut inner = Vec::new();
            leaves.chunks(7).for_each(|chunk| write(&mut inner, OCTET_STRING, chunk));
            let der = crate::asn1::element(0x30, &crate::asn1::element(0xa0, &inner));
            let (out, rest) = first(&der, "x").unwrap();
            prop_assert_eq!(out.as_slice(), der.as_slice());
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = first(&bytes, "x");
        }
    }
}
