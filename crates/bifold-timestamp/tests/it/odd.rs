//! Tokens that are unusual and right.

use bifold_timestamp::{Options, Response, Stamp, Stamped, Token, TrustedCertificates, verify};

use crate::authority::{Authority, Kind, RSA, USUAL};
use crate::openssl::request;

/// A genuine token, and the same statement signed with other options of `openssl cms`; both are
/// verified.
fn signed_oddly(kind: Kind, options: &[&str]) -> Option<(Vec<u8>, Stamp)> {
    let authority = Authority::new(kind)?;
    let request = request(&authority, 7);
    let token = authority.token(&request);
    let by = ["-signer", "signer.pem", "-inkey", "signer.key", "-cades"];
    let signed = authority.sign_again(&token, &[&by[..], options].concat());
    let trusted = authority.trust(&["root.pem", "between.pem"]);
    let odd = Token::parse(&signed).unwrap();
    assert_eq!(odd.raw(), signed);
    let options = Options::answer_to(&request);
    let stamped = Stamped::Sha256(request.imprint);
    let stamp = verify(&odd, stamped, &trusted, &options).unwrap();
    assert_eq!(stamp, verify(&token, stamped, &trusted, &options).unwrap());
    Some((signed, stamp))
}

#[test]
fn ber_with_indefinite_lengths_is_read() {
    let Some((signed, _)) = signed_oddly(USUAL, &["-md", "sha256", "-stream"]) else {
        return;
    };
    assert_eq!(signed[..2], [0x30, 0x80], "openssl streams in BER");
    let answer = [
        &[0x30, 0x80, 0x30, 0x80, 2, 1, 0, 0, 0],
        &signed[..],
        &[0, 0],
    ]
    .concat();
    let token = Response::parse(&answer).unwrap().into_token().unwrap();
    assert_eq!(token.raw(), signed);
}

#[test]
fn a_signer_may_be_named_by_its_key() {
    let named = signed_oddly(USUAL, &["-md", "sha256", "-keyid"]);
    let Some((signed, stamp)) = named else { return };
    let issuer = b"CN=between";
    assert!(!signed.windows(issuer.len()).any(|window| window == issuer));
    assert_eq!(stamp.path().count(), 3);
}

#[test]
fn rsa_pss_is_verified() {
    for md in ["sha256", "sha384", "sha512"] {
        let kind = Kind {
            key: RSA,
            digest: md,
        };
        let salt = "rsa_pss_saltlen:-1";
        let pss = [
            "-md",
            md,
            "-keyopt",
            "rsa_padding_mode:pss",
            "-keyopt",
            salt,
        ];
        let Some((signed, _)) = signed_oddly(kind, &pss) else {
            return;
        };
        let rsassa_pss = [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
        assert!(
            signed.windows(11).any(|window| window == rsassa_pss),
            "{md}"
        );
    }
}

#[test]
fn the_old_binding_by_sha1_and_the_whole_chain_in_it_are_accepted() {
    for (alg, chain) in [
        ("sha1", "no"),
        ("sha1", "yes"),
        ("sha256", "yes"),
        ("sha512", "no"),
    ] {
        let Some(authority) = Authority::new(USUAL) else {
            return;
        };
        let config = String::from_utf8(authority.bytes("config")).unwrap();
        let changed = config.replace("ess_cert_id_alg=sha256", &format!("ess_cert_id_alg={alg}"));
        authority.write("config", &format!("{changed}ess_cert_id_chain={chain}\n"));
        let request = request(&authority, 7);
        let token = authority.token(&request);
        let trusted = authority.trust(&["root.pem"]);
        let stamped = Stamped::Sha256(request.imprint);
        verify(&token, stamped, &trusted, &Options::answer_to(&request)).unwrap();
    }
}

#[test]
fn certificates_are_read_as_der_and_in_any_order() {
    let Some(authority) = Authority::new(USUAL) else {
        return;
    };
    authority.openssl(&[
        "x509", "-in", "root.pem", "-outform", "DER", "-out", "root.der",
    ]);
    let der = authority.trust(&["root.der"]);
    let files = ["signer.pem", "between.pem", "root.pem"];
    let bundle = files.map(|file| authority.bytes(file)).concat();
    let bundle = TrustedCertificates::read(&bundle).unwrap();
    assert_eq!(der.roots(), bundle.roots());
    assert_eq!(der.roots()[0].subject(), "O=Test, CN=root");
}
