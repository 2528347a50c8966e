//! The token in the address to which an answer goes: which thing it is about, signed, so that an
//! answer finds it without a subject or a header, and nobody can name a thing that was not told.
//!
//! Sixteen bytes of identity and sixteen of HMAC-SHA-256, in base 32 because some hosts change the
//! case of an address: 52 characters, which with `reply+` fit the 64 that a local part may have.

use ring::hmac;

/// What stands before the token in the local part.
pub const PREFIX: &str = "reply+";
const PURPOSE: &[u8] = b"bifold reply 1";
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Bytes of identity, and again of signature.
const HALF: usize = 16;

/// The token that names this thing.
pub fn make(key: &[u8], thing: [u8; HALF]) -> String {
    let tag = sign(key, thing);
    let bytes: Vec<u8> = thing.into_iter().chain(tag).collect();
    let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(held >> bits));
        }
    }
    text.push(letter(held << (5 - bits)));
    text
}

/// The thing that a token names, if it is signed with one of these keys: two while they change.
pub fn check(keys: &[&[u8]], token: &str) -> Option<[u8; HALF]> {
    let bytes = bytes(token)?;
    let (thing, tag) = bytes.split_first_chunk::<HALF>()?;
    let holds = keys.iter().any(|key| {
        // Compared as signatures of both, for `ring` compares only whole ones in constant time.
        let both = hmac::Key::new(hmac::HMAC_SHA256, key);
        let given = hmac::sign(&both, tag);
        hmac::verify(&both, &sign(key, *thing), given.as_ref()).is_ok()
    });
    holds.then_some(*thing)
}

fn sign(key: &[u8], thing: [u8; HALF]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let tag = hmac::sign(&key, &[PURPOSE, &thing].concat());
    tag.as_ref().iter().copied().take(HALF).collect()
}

fn letter(bits: u32) -> char {
    let letter = ALPHABET.get((bits & 31) as usize);
    char::from(letter.copied().unwrap_or(b'a'))
}

fn bytes(token: &str) -> Option<Vec<u8>> {
    if token.len() != (HALF * 2 * 8).div_ceil(5) {
        return None;
    }
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in token.bytes() {
        let letter = letter.to_ascii_lowercase();
        let value = ALPHABET.iter().position(|known| *known == letter)?;
        held = (held << 5 | u32::try_from(value).ok()?) & 0xffff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_token_names_its_thing_and_any_other_letter_breaks_it(
            thing in any::<[u8; 16]>(),
            place in 0_usize..51,
        ) {
            let token = make(b"key", thing);
            prop_assert_eq!(token.len(), 52);
            prop_assert_eq!(check(&[b"old", b"key"], &token), Some(thing));
            prop_assert_eq!(check(&[b"key"], &token.to_uppercase()), Some(thing));
            prop_assert_eq!(check(&[b"other"], &token), None);
            prop_assert_eq!(check(&[], &token), None);
            let mut letters: Vec<char> = token.chars().collect();
            letters[place] = if letters[place] == 'a' { 'b' } else { 'a' };
            let torn: String = letters.into_iter().collect();
            prop_assert_eq!(check(&[b"key"], &torn), None);
        }

        #[test]
        fn any_text_is_a_token_or_not(text in "\\PC{0,60}") {
            prop_assert_eq!(check(&[b"key"], &text), None);
        }
    }
}
