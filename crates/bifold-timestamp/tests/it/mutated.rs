//! Tokens with bits turned over, and bytes that are no tokens.

use std::sync::LazyLock;

use bifold_timestamp::{
    Options, Request, Response, Stamp, StampError, Stamped, Token, TrustedCertificates, verify,
};
use proptest::prelude::*;

use crate::authority::{Authority, Kind, RSA, USUAL};
use crate::openssl::request;

struct Genuine {
    answer: Vec<u8>,
    request: Request,
    trusted: TrustedCertificates,
    stamp: Stamp,
}

impl Genuine {
    fn new(kind: Kind) -> Option<Self> {
        let authority = Authority::new(kind)?;
        let request = request(&authority, 0x0123_4567_89AB_CDEF);
        let answer = authority.answer(&request.to_der());
        let trusted = authority.trust(&["root.pem"]);
        let stamp = check(&answer, &request, &trusted).unwrap();
        Some(Self {
            answer,
            request,
            trusted,
            stamp,
        })
    }

    fn check(&self, answer: &[u8]) -> Result<Stamp, StampError> {
        check(answer, &self.request, &self.trusted)
    }
}

fn check(
    answer: &[u8],
    request: &Request,
    trusted: &TrustedCertificates,
) -> Result<Stamp, StampError> {
    let token = Response::parse(answer)?.into_token()?;
    verify(
        &token,
        Stamped::Sha256(request.imprint),
        trusted,
        &Options::answer_to(request),
    )
}

#[test]
fn no_byte_can_be_changed_so_that_something_else_is_believed() {
    let rsa = Kind {
        key: RSA,
        digest: "sha512",
    };
    for (kind, flips) in [(USUAL, &[0x01, 0x20, 0x80, 0xff][..]), (rsa, &[0x04])] {
        let Some(genuine) = Genuine::new(kind) else {
            return;
        };
        let (mut refused, mut same) = (0, 0);
        for at in 0..genuine.answer.len() {
            for &flip in flips {
                let mut answer = genuine.answer.clone();
                answer[at] ^= flip;
                match genuine.check(&answer) {
                    Ok(stamp) => {
                        assert_eq!(stamp, genuine.stamp, "byte {at} with {flip:#x}");
                        same += 1;
                    }
                    Err(_) => refused += 1,
                }
            }
        }
        eprintln!("{kind:?}: {refused} refused, {same} told the same");
        assert!(refused > 20 * same, "what nobody signed is a small part");
    }
}

#[test]
fn a_token_that_is_cut_off_anywhere_is_refused() {
    let Some(genuine) = Genuine::new(USUAL) else {
        return;
    };
    for end in 0..genuine.answer.len() {
        assert!(genuine.check(&genuine.answer[..end]).is_err(), "{end}");
    }
}

static GENUINE: LazyLock<Option<Genuine>> = LazyLock::new(|| Genuine::new(USUAL));

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Response::parse(&bytes);
        let _ = Token::parse(&bytes);
        let _ = TrustedCertificates::read(&bytes);
        let _ = TrustedCertificates::read(&[b"0", &bytes[..]].concat());
    }

    #[test]
    fn mutated_tokens_never_panic_and_never_lie(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0u8..4, any::<u8>()), 1..6),
    ) {
        let Some(genuine) = &*GENUINE else { return Ok(()) };
        let mut answer = genuine.answer.clone();
        for (index, kind, byte) in edits {
            let at = index.index(answer.len());
            match kind {
                0 => answer[at] = byte,
                1 => answer.insert(at, byte),
                2 => drop(answer.remove(at)),
                _ => {
                    let copied = answer[at..].iter().copied().take(usize::from(byte)).collect::<Vec<_>>();
                    answer.splice(at..at, copied);
                }
            }
        }
        if let Ok(stamp) = genuine.check(&answer) {
            prop_assert_eq!(&stamp, &genuine.stamp);
        }
    }
}
