//! What must not be believed, each with the refusal that says why.

use bifold_timestamp::{Options, Request, StampError, Stamped, Token, TrustedCertificates, verify};
use jiff::SignedDuration;

use crate::authority::{Authority, FOR_STAMPS, Kind, LONG, USUAL};
use crate::openssl::request;

/// An authority, and what is asked of it.
fn asked() -> Option<(Authority, Request)> {
    let authority = Authority::new(USUAL)?;
    let request = request(&authority, 7);
    Some((authority, request))
}

fn refusal(token: &[u8], request: &Request, trusted: &TrustedCertificates) -> StampError {
    let stamped = Stamped::Sha256(request.imprint);
    Token::parse(token)
        .and_then(|token| verify(&token, stamped, trusted, &Options::answer_to(request)))
        .unwrap_err()
}

#[test]
fn an_answer_to_another_request_is_refused() {
    let Some((authority, request)) = asked() else {
        return;
    };
    let token = authority.token(&request);
    let trusted = authority.trust(&["root.pem"]);
    let refusal = |request: Request| refusal(token.raw(), &request, &trusted);
    let nonce = Request {
        nonce: 8,
        ..request.clone()
    };
    let found = Some(7.into());
    assert_eq!(refusal(nonce), StampError::Nonce { expected: 8, found });
    let expected = "1.2.3.4.5".parse().unwrap();
    let policy = Request {
        policy: Some(expected),
        ..request.clone()
    };
    let found = "1.2.3.4.1".parse().unwrap();
    assert_eq!(refusal(policy), StampError::Policy { expected, found });
    let mut imprint = request;
    imprint.imprint[31] ^= 1;
    assert_eq!(refusal(imprint), StampError::Imprint);
}

#[test]
fn a_time_that_has_not_come_is_refused_beyond_its_accuracy() {
    let Some((authority, request)) = asked() else {
        return;
    };
    let token = authority.token(&request);
    let trusted = authority.trust(&["root.pem"]);
    let (gen_time, accuracy) = (token.info().gen_time, token.info().accuracy.unwrap());
    let ask = |at| {
        let options = Options {
            at: Some(at),
            ..Options::default()
        };
        verify(&token, Stamped::Sha256(request.imprint), &trusted, &options)
    };
    let at = gen_time - accuracy;
    assert!(ask(at).is_ok());
    let at = at - SignedDuration::from_nanos(1);
    assert_eq!(
        ask(at).unwrap_err(),
        StampError::FromTheFuture { gen_time, at }
    );
}

#[test]
fn another_root_vouches_for_nobody() {
    let Some((authority, request)) = asked() else {
        return;
    };
    let Some(other) = Authority::new(USUAL) else {
        return;
    };
    let token = authority.token(&request);
    // The other root has the same name, and another key.
    let refused = refusal(
        token.raw(),
        &request,
        &other.trust(&["root.pem", "between.pem"]),
    );
    assert!(matches!(refused, StampError::Untrusted { .. }), "{refused}");
    let refused = refusal(token.raw(), &request, &TrustedCertificates::default());
    assert!(matches!(refused, StampError::Untrusted { .. }), "{refused}");
    // An authority in the middle helps, but is no root.
    let refused = refusal(
        token.raw(),
        &request,
        &authority.trust(&["between.pem", "signer.pem"]),
    );
    assert!(matches!(refused, StampError::Untrusted { .. }), "{refused}");
}

#[test]
fn a_certificate_that_was_not_valid_at_the_time_is_refused() {
    const AUTHORITY: &str = "basicConstraints=critical,CA:true\n";
    const OVER: (&str, &str) = ("20200101000000Z", "20210101000000Z");
    const TO_COME: (&str, &str) = ("20480101000000Z", "20490101000000Z");
    for (name, issuer, extensions) in [
        ("signer", "between", FOR_STAMPS),
        ("between", "root", AUTHORITY),
        ("root", "root", AUTHORITY),
    ] {
        for when in [OVER, TO_COME] {
            let Some((authority, request)) = asked() else {
                return;
            };
            authority.issue(name, issuer, extensions, when);
            let token = authority.token(&request);
            let refused = refusal(token.raw(), &request, &authority.trust(&["root.pem"]));
            let gen_time = token.info().gen_time;
            let expected = format!("was not valid at {gen_time}");
            assert!(
                matches!(refused, StampError::OutsideValidity { .. }),
                "{name}: {refused:?}"
            );
            assert!(refused.to_string().contains(&expected), "{name}: {refused}");
        }
    }
}

#[test]
fn a_certificate_that_is_not_for_time_stamps_alone_is_refused() {
    for (extensions, defect) in [
        ("basicConstraints=CA:false\n", "names no extended key usage"),
        (
            "extendedKeyUsage=timeStamping\n",
            "has an extended key usage that is not critical",
        ),
        (
            "extendedKeyUsage=critical,timeStamping,codeSigning\n",
            "is not for time-stamping alone",
        ),
        (
            "extendedKeyUsage=critical,serverAuth\n",
            "is not for time-stamping alone",
        ),
        (
            "extendedKeyUsage=critical,timeStamping\nkeyUsage=keyEncipherment\n",
            "has a key that may not sign",
        ),
    ] {
        let Some((authority, request)) = asked() else {
            return;
        };
        let token = authority.token(&request);
        authority.issue("unfit", "between", extensions, LONG);
        let signed = authority.sign_again(&token, &signing("unfit"));
        let refused = refusal(
            &signed,
            &request,
            &authority.trust(&["root.pem", "between.pem"]),
        );
        let subject = "O=Test, CN=unfit".to_owned();
        assert_eq!(refused, StampError::NotForTimestamping { subject, defect });
    }
}

#[test]
fn certificates_that_must_not_sign_or_vouch_are_refused() {
    let Some((authority, request)) = asked() else {
        return;
    };
    let token = authority.token(&request);
    let trusted = authority.trust(&["root.pem", "between.pem", "signer.pem"]);
    let cause = |name: &str, issuer: &str, extensions: &str| {
        authority.issue(name, issuer, extensions, LONG);
        match refusal(
            &authority.sign_again(&token, &signing(name)),
            &request,
            &trusted,
        ) {
            StampError::UnfitCertificate { cause, .. } => cause,
            other => panic!("{other}"),
        }
    };
    let authority_too = format!("{FOR_STAMPS}basicConstraints=critical,CA:true\n");
    assert_eq!(
        cause("both", "between", &authority_too),
        webpki::Error::CaUsedAsEndEntity
    );
    let critical = format!("{FOR_STAMPS}1.2.3.4=critical,ASN1:NULL\n");
    assert_eq!(
        cause("critical", "between", &critical),
        webpki::Error::UnsupportedCriticalExtension
    );
    // A signer has no business issuing certificates.
    assert_eq!(
        cause("below", "signer", FOR_STAMPS),
        webpki::Error::EndEntityUsedAsCa
    );
}

#[test]
fn a_signature_that_is_not_bound_to_its_certificate_is_refused() {
    let Some((authority, request)) = asked() else {
        return;
    };
    let token = authority.token(&request);
    let trusted = authority.trust(&["root.pem", "between.pem"]);
    let refused =
        |options: &[&str]| refusal(&authority.sign_again(&token, options), &request, &trusted);
    let signer = ["-signer", "signer.pem", "-inkey", "signer.key"];
    assert_eq!(
        refused(&signer),
        StampError::MissingAttribute("signing-certificate-v2")
    );
    let no_attributes = refused(&[&signer[..], &["-noattr"]].concat());
    assert!(
        matches!(no_attributes, StampError::Malformed(_)),
        "{no_attributes}"
    );
    let old_digest = refused(&[&signer[..], &["-cades", "-md", "sha1"]].concat());
    assert!(
        matches!(old_digest, StampError::DigestAlgorithm { .. }),
        "{old_digest}"
    );
}

#[test]
fn a_twin_of_the_signers_certificate_is_refused() {
    let Some((authority, mut request)) = asked() else {
        return;
    };
    request.cert_req = false;
    let token = authority.token(&request);
    // Same issuer, number, name and key; only the validity differs.
    let number = authority.openssl(&["x509", "-in", "signer.pem", "-noout", "-serial"]);
    authority.write("serial", number.trim().trim_start_matches("serial="));
    authority.write("database", "");
    authority.issue(
        "signer",
        "between",
        FOR_STAMPS,
        ("20200101000000Z", "20480101000000Z"),
    );
    let trusted = authority.trust(&["root.pem", "between.pem", "signer.pem"]);
    assert_eq!(
        refusal(token.raw(), &request, &trusted),
        StampError::OtherCertificate
    );
}

#[test]
fn two_signatures_are_refused() {
    let Some((authority, request)) = asked() else {
        return;
    };
    let token = authority.token(&request);
    authority.issue("second", "between", FOR_STAMPS, LONG);
    let both = [signing("signer"), signing("second")].concat();
    let signed = authority.sign_again(&token, &both);
    let refused = refusal(
        &signed,
        &request,
        &authority.trust(&["root.pem", "between.pem"]),
    );
    assert_eq!(refused, StampError::Signers { count: 2 });
}

#[test]
fn other_messages_are_no_time_stamps() {
    let Some((authority, request)) = asked() else {
        return;
    };
    let token = authority.token(&request);
    let trusted = authority.trust(&["root.pem"]);
    authority.sign_again(&token, &signing("signer"));
    let plain = [
        "cms",
        "-sign",
        "-binary",
        "-nodetach",
        "-in",
        "statement",
        "-outform",
        "DER",
    ];
    authority.openssl(&[&plain[..], &signing("signer"), &["-out", "plain"]].concat());
    let signed = authority.bytes("plain");
    assert_eq!(refusal(&signed, &request, &trusted), StampError::NotAToken);
    let answer = authority.bytes("answer");
    let refused = refusal(&answer, &request, &trusted);
    assert!(matches!(refused, StampError::Malformed(_)), "{refused}");
    let long = vec![0x30; bifold_timestamp::MAX_BYTES + 1];
    let bytes = long.len();
    assert_eq!(
        refusal(&long, &request, &trusted),
        StampError::TooLong { bytes }
    );
}

#[test]
fn a_kind_of_key_that_is_not_known_is_refused() {
    let key = &["EC", "-pkeyopt", "ec_paramgen_curve:P-521"];
    let digest = "sha512";
    let Some(authority) = Authority::new(Kind { key, digest }) else {
        return;
    };
    let request = request(&authority, 7);
    let token = authority.token(&request);
    let refused = refusal(token.raw(), &request, &authority.trust(&["root.pem"]));
    let algorithm = "1.2.840.10045.4.3.4".parse().unwrap();
    assert_eq!(refused, StampError::SignatureAlgorithm { algorithm });
}

#[test]
fn files_without_certificates_are_refused() {
    let Some(authority) = Authority::new(USUAL) else {
        return;
    };
    for file in ["config", "signer.key"] {
        let refused = TrustedCertificates::read(&authority.bytes(file)).unwrap_err();
        assert_eq!(
            refused,
            StampError::Certificates("no certificate is in it"),
            "{file}"
        );
    }
    for broken in [
        &b"0\x82"[..],
        b"-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n",
    ] {
        let refused = TrustedCertificates::read(broken).unwrap_err();
        assert_eq!(
            refused,
            StampError::Certificates("a certificate in it is broken")
        );
    }
}

/// Options of `openssl cms -sign` for a token in the name of this certificate.
fn signing(name: &str) -> Vec<&'static str> {
    let leaked = |end: &str| -> &'static str { format!("{name}.{end}").leak() };
    vec![
        "-cades",
        "-md",
        "sha256",
        "-signer",
        leaked("pem"),
        "-inkey",
        leaked("key"),
    ]
}
