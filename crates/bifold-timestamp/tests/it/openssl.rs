//! Requests and tokens are understood by `openssl ts`, and its are understood here.

use bifold_timestamp::{Options, Request, Response, StampError, Stamped, Token, verify};
use jiff::SignedDuration;

use crate::authority::{Authority, Kind, P256, P384, RSA, USUAL};

const DATA: &[u8] = b"bifold.example/ledger\n42\n";

/// A request for `DATA`.
pub(crate) fn request(authority: &Authority, nonce: u64) -> Request {
    Request::new(digest(authority), nonce)
}

/// SHA-256 of `DATA`, by openssl.
fn digest(authority: &Authority) -> [u8; 32] {
    std::fs::write(authority.path("data"), DATA).unwrap();
    authority.openssl(&["dgst", "-sha256", "-binary", "-out", "digest", "data"]);
    authority.bytes("digest").try_into().unwrap()
}

#[test]
fn openssl_reads_the_requests() {
    let Some(authority) = Authority::new(USUAL) else {
        return;
    };
    let mut request = request(&authority, 0xfedc_ba98_7654_3210);
    request.policy = Some("1.2.3.4.5".parse().unwrap());
    std::fs::write(authority.path("query"), request.to_der()).unwrap();
    let text = authority.openssl(&["ts", "-query", "-in", "query", "-text"]);
    for line in [
        "Hash Algorithm: sha256",
        "Policy OID: 1.2.3.4.5",
        "Nonce: 0xFEDCBA9876543210",
        "Certificate required: yes",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn requests_of_openssl_are_read() {
    let Some(authority) = Authority::new(USUAL) else {
        return;
    };
    let imprint = digest(&authority);
    let ask = ["ts", "-query", "-data", "data", "-sha256", "-out", "query"];
    authority.openssl(&[&ask[..], &["-cert", "-tspolicy", "1.2.3.4.5"]].concat());
    let read = Request::parse(&authority.bytes("query")).unwrap();
    assert_eq!((read.imprint, read.cert_req), (imprint, true));
    assert_eq!(read.policy.unwrap().to_string(), "1.2.3.4.5");
    assert_eq!(read.to_der(), authority.bytes("query"));
}

#[test]
fn stamps_of_every_kind_are_verified_here_and_by_openssl() {
    for (key, digest) in [
        (RSA, "sha256"),
        (RSA, "sha384"),
        (RSA, "sha512"),
        (P256, "sha256"),
        (P256, "sha384"),
        (P256, "sha512"),
        (P384, "sha256"),
        (P384, "sha384"),
        (P384, "sha512"),
    ] {
        let Some(authority) = Authority::new(Kind { key, digest }) else {
            return;
        };
        for cert_req in [true, false] {
            let request = Request {
                cert_req,
                ..request(&authority, 0x8000_0000_0000_0001)
            };
            agree(&authority, &request);
        }
    }
}

/// Both sides accept the answer, and both refuse it for other data.
fn agree(authority: &Authority, request: &Request) {
    let answer = Response::parse(&authority.answer(&request.to_der())).unwrap();
    let token = answer.into_token().unwrap();
    let options = Options::answer_to(request);
    let root = authority.trust(&["root.pem"]);
    let trusted = if request.cert_req {
        root
    } else {
        let missing = verify(&token, Stamped::Data(DATA), &root, &options);
        assert_eq!(missing.unwrap_err(), StampError::NoSignerCertificate);
        authority.trust(&["root.pem", "between.pem", "signer.pem"])
    };
    let stamp = verify(&token, Stamped::Data(DATA), &trusted, &options).unwrap();
    let same = verify(&token, Stamped::Sha256(request.imprint), &trusted, &options).unwrap();
    assert_eq!(stamp, same);
    assert_eq!(stamp.signer().subject(), "O=Test, CN=signer");
    assert_eq!(stamp.signer().issuer(), "O=Test, CN=between");
    assert_eq!(stamp.path().count(), 3);

    authority.write("other", "other data");
    let check = |data: &str, also: &[&str]| {
        let args = [
            "ts", "-verify", "-in", "answer", "-CAfile", "root.pem", "-data", data,
        ];
        authority.try_openssl(&[&args[..], also].concat())
    };
    let also: &[&str] = if request.cert_req {
        &[]
    } else {
        std::fs::write(
            authority.path("helpers.pem"),
            [
                authority.bytes("signer.pem"),
                authority.bytes("between.pem"),
            ]
            .concat(),
        )
        .unwrap();
        &["-untrusted", "helpers.pem"]
    };
    assert!(check("data", also));
    assert!(!check("other", also));
    let refused = verify(&token, Stamped::Data(b"other data"), &trusted, &options);
    assert_eq!(refused.unwrap_err(), StampError::Imprint);
}

#[test]
fn everything_an_authority_says_is_told() {
    let Some(authority) = Authority::new(USUAL) else {
        return;
    };
    let request = request(&authority, 7);
    let token = authority.token(&request);
    let text = authority.openssl(&[
        "ts", "-reply", "-config", "config", "-in", "answer", "-text",
    ]);
    let info = token.info();
    assert!(
        text.contains(&format!("Serial number: {}", info.serial)),
        "{text}"
    );
    assert!(text.contains("Nonce: 0x07"), "{text}");
    assert_eq!(info.nonce, Some(7.into()));
    assert_eq!(info.policy.to_string(), "1.2.3.4.1");
    assert_eq!(info.imprint.digest, request.imprint);
    assert_eq!(info.accuracy, Some(SignedDuration::from_micros(1_500_100)));
    assert_eq!(info.tsa.as_deref(), Some("O=Test, CN=signer"));
    assert!(info.ordering);
    let time = info.gen_time.strftime("%b %e %H:%M:%S").to_string();
    assert!(text.contains(&time), "{time}\n{text}");
}

#[test]
fn a_stamp_without_a_nonce_is_verified_when_none_is_expected() {
    let Some(authority) = Authority::new(USUAL) else {
        return;
    };
    digest(&authority);
    let ask = [
        "ts",
        "-query",
        "-data",
        "data",
        "-sha512",
        "-no_nonce",
        "-cert",
    ];
    authority.openssl(&[&ask[..], &["-out", "asked"]].concat());
    let answer = authority.answer(&authority.bytes("asked"));
    let token = Response::parse(&answer).unwrap().into_token().unwrap();
    let trusted = authority.trust(&["root.pem"]);
    let check = |stamped, options: &Options| verify(&token, stamped, &trusted, options);
    let free = Options::default();
    assert_eq!(
        check(Stamped::Data(DATA), &free).unwrap().info().nonce,
        None
    );
    let strict = Options {
        nonce: Some(1),
        ..free
    };
    assert_eq!(
        check(Stamped::Data(DATA), &strict).unwrap_err(),
        StampError::Nonce {
            expected: 1,
            found: None
        }
    );
    let other_digest = check(Stamped::Sha256([0; 32]), &free).unwrap_err();
    assert!(matches!(other_digest, StampError::ImprintAlgorithm { .. }));
}

#[test]
fn a_kept_token_is_verified_like_the_answer_it_came_in() {
    let Some(authority) = Authority::new(USUAL) else {
        return;
    };
    let token = authority.token(&request(&authority, 7));
    std::fs::write(authority.path("kept"), token.raw()).unwrap();
    let args = [
        "ts",
        "-verify",
        "-token_in",
        "-in",
        "kept",
        "-CAfile",
        "root.pem",
    ];
    assert!(authority.try_openssl(&[&args[..], &["-data", "data"]].concat()));
    assert_eq!(Token::parse(token.raw()).unwrap(), token);
}

#[test]
fn a_policy_that_the_authority_does_not_have_is_refused_with_its_words() {
    let Some(authority) = Authority::new(USUAL) else {
        return;
    };
    let mut request = request(&authority, 7);
    request.policy = Some("1.2.3.4.6".parse().unwrap());
    let answer = Response::parse(&authority.answer(&request.to_der())).unwrap();
    let refusal = answer.into_token().unwrap_err().to_string();
    assert!(
        refusal.contains("rejected (unacceptedPolicy: "),
        "{refusal}"
    );
}

#[test]
fn a_stamp_is_to_be_renewed_before_the_first_certificate_expires() {
    let Some(authority) = Authority::new(USUAL) else {
        return;
    };
    let soon = ("20200101000000Z", "20300101000000Z");
    authority.issue("signer", "between", crate::authority::FOR_STAMPS, soon);
    let token = authority.token(&request(&authority, 7));
    let trusted = authority.trust(&["root.pem"]);
    let stamp = verify(&token, Stamped::Data(DATA), &trusted, &Options::default()).unwrap();
    let ends = stamp.expires();
    assert_eq!(ends.to_string(), "2030-01-01T00:00:00Z");
    let margin = SignedDuration::from_hours(24 * 90);
    assert!(!stamp.needs_renewal(ends - margin, margin));
    assert!(stamp.needs_renewal(ends - margin + SignedDuration::from_secs(1), margin));
    assert!(stamp.needs_renewal(ends + margin, margin));
}
