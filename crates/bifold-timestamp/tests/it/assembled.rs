//! Tokens put together here, for signers and attributes that no command makes.

use bifold_timestamp::{Options, Stamp, StampError, Stamped, Token, verify};
use ring::digest::{SHA256, SHA512, digest};

use crate::authority::{Authority, FOR_STAMPS, LONG, USUAL};
use crate::openssl::request;

const TST_INFO: &[u8] = &[6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];
const SIGNED_DATA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
const CONTENT_TYPE: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
const MESSAGE_DIGEST: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
const BINDING: &[u8] = &[6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47];
const SHA_512: &[u8] = &[0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3];
const ED25519: &[u8] = &[0x30, 5, 6, 3, 0x2b, 0x65, 0x70];

/// An element around these parts.
fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = match u16::try_from(content.len()).unwrap().to_be_bytes() {
        [0, short @ ..0x80] => vec![short],
        [0, medium] => vec![0x81, medium],
        [high, low] => vec![0x82, high, low],
    };
    [&[tag][..], &length, &content].concat()
}

fn attribute(kind: &[u8], values: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &[kind, &tlv(0x31, values)])
}

fn content_type() -> Vec<u8> {
    attribute(CONTENT_TYPE, &[TST_INFO])
}

/// What the signature is about.
struct Draft {
    authority: Authority,
    statement: Vec<u8>,
    certificate: Vec<u8>,
    /// How often the certificate comes along.
    copies: usize,
    /// Whose key signs.
    key: &'static str,
    /// What kind of signature it is said to be.
    algorithm: &'static [u8],
    genuine: Token,
}

impl Draft {
    /// A genuine statement, and a signer with an Ed25519 key.
    fn new() -> Option<Self> {
        let authority = Authority::new(USUAL)?;
        let genuine = authority.token(&request(&authority, 7));
        authority.sign_again(&genuine, &["-signer", "signer.pem", "-inkey", "signer.key"]);
        authority.openssl(&["genpkey", "-algorithm", "ED25519", "-out", "edward.key"]);
        authority.issue("edward", "between", FOR_STAMPS, LONG);
        authority.openssl(&[
            "x509",
            "-in",
            "edward.pem",
            "-outform",
            "DER",
            "-out",
            "edward",
        ]);
        Some(Self {
            statement: authority.bytes("statement"),
            certificate: authority.bytes("edward"),
            copies: 1,
            key: "edward.key",
            algorithm: ED25519,
            authority,
            genuine,
        })
    }

    fn message_digest(&self) -> Vec<u8> {
        let digest = digest(&SHA512, &self.statement);
        attribute(MESSAGE_DIGEST, &[&tlv(4, &[digest.as_ref()])])
    }

    fn binding(&self) -> Vec<u8> {
        self.binding_and(&[])
    }

    /// The binding with an `IssuerSerial` behind the digest.
    fn binding_and(&self, issuer_serial: &[u8]) -> Vec<u8> {
        let digest = digest(&SHA256, &self.certificate);
        let id = tlv(0x30, &[&tlv(4, &[digest.as_ref()]), issuer_serial]);
        attribute(BINDING, &[&tlv(0x30, &[&tlv(0x30, &[&id])])])
    }

    /// Signs these attributes, and verifies the whole.
    fn check(&self, attributes: &[Vec<u8>]) -> Result<Stamp, StampError> {
        let attributes = attributes.concat();
        std::fs::write(self.authority.path("signed"), tlv(0x31, &[&attributes])).unwrap();
        self.authority.openssl(&[
            "pkeyutl",
            "-sign",
            "-rawin",
            "-inkey",
            self.key,
            "-in",
            "signed",
            "-out",
            "signature",
        ]);
        let signature = tlv(4, &[&self.authority.bytes("signature")]);
        // The subjectKeyIdentifier names the signer: it stands in the certificate once.
        let key = self.authority.openssl(&[
            "x509",
            "-in",
            "edward.pem",
            "-noout",
            "-ext",
            "subjectKeyIdentifier",
        ]);
        let key: Vec<u8> = key
            .lines()
            .last()
            .unwrap()
            .trim()
            .split(':')
            .map(|octet| u8::from_str_radix(octet, 16).unwrap())
            .collect();
        let attributes = tlv(0xa0, &[&attributes]);
        let id = tlv(0x80, &[&key]);
        let signer = tlv(
            0x30,
            &[
                &[2, 1, 3],
                &id,
                SHA_512,
                &attributes,
                self.algorithm,
                &signature,
            ],
        );
        let content = tlv(
            0x30,
            &[TST_INFO, &tlv(0xa0, &[&tlv(4, &[&self.statement])])],
        );
        let certificates = tlv(0xa0, &[&self.certificate.repeat(self.copies)]);
        let digests = tlv(0x31, &[SHA_512]);
        let signers = tlv(0x31, &[&signer]);
        let data = tlv(
            0x30,
            &[&[2, 1, 3], &digests, &content, &certificates, &signers],
        );
        let token = Token::parse(&tlv(0x30, &[SIGNED_DATA, &tlv(0xa0, &[&data])]))?;
        assert_eq!(token.info(), self.genuine.info());
        let trusted = self.authority.trust(&["root.pem", "between.pem"]);
        let stamped = Stamped::Sha256(request(&self.authority, 7).imprint);
        verify(&token, stamped, &trusted, &Options::default())
    }
}

#[test]
fn an_ed25519_signature_is_verified() {
    let Some(draft) = Draft::new() else { return };
    let stamp = draft
        .check(&[content_type(), draft.message_digest(), draft.binding()])
        .unwrap();
    assert_eq!(stamp.signer().subject(), "O=Test, CN=edward");
}

#[test]
fn a_signature_by_another_key_is_refused() {
    let Some(mut draft) = Draft::new() else {
        return;
    };
    let other = ["genpkey", "-algorithm", "ED25519", "-out", "mallory.key"];
    draft.authority.openssl(&other);
    let attributes = [content_type(), draft.message_digest(), draft.binding()];
    assert!(draft.check(&attributes).is_ok());
    draft.key = "mallory.key";
    assert_eq!(draft.check(&attributes).unwrap_err(), StampError::Signature);
    draft.algorithm = &[0x30, 4, 6, 2, 0x2a, 3];
    let algorithm = "1.2.3".parse().unwrap();
    assert_eq!(
        draft.check(&attributes).unwrap_err(),
        StampError::SignatureAlgorithm { algorithm }
    );
}

#[test]
fn a_binding_to_another_issuer_or_number_is_refused() {
    let Some(draft) = Draft::new() else { return };
    let check = |issuer: &str, number: &[u8]| {
        let pair = |last: u8, text: &str| {
            let kind = [6, 3, 0x55, 4, last];
            tlv(
                0x31,
                &[&tlv(0x30, &[&kind, &tlv(0x0c, &[text.as_bytes()])])],
            )
        };
        let name = tlv(0x30, &[&pair(10, "Test"), &pair(3, issuer)]);
        let names = tlv(0x30, &[&tlv(0xa4, &[&name])]);
        let id = tlv(0x30, &[&names, &tlv(2, &[number])]);
        let binding = draft.binding_and(&id);
        draft.check(&[content_type(), draft.message_digest(), binding])
    };
    // Root, between, signer, and so the fourth.
    assert!(check("between", &[4]).is_ok());
    for (issuer, number) in [("between", 5), ("root", 4)] {
        let refused = check(issuer, &[number]).unwrap_err();
        assert_eq!(refused, StampError::OtherCertificate, "{issuer} {number}");
    }
}

#[test]
fn attributes_that_say_nothing_or_too_much_are_refused() {
    let Some(draft) = Draft::new() else { return };
    let (kind, binding) = (content_type(), draft.binding());
    let told = draft.message_digest();
    let refused = |attributes: &[&Vec<u8>]| {
        let attributes: Vec<_> = attributes.iter().copied().cloned().collect();
        draft.check(&attributes).unwrap_err()
    };
    let missing = StampError::MissingAttribute;
    assert_eq!(refused(&[&told, &binding]), missing("content-type"));
    assert_eq!(refused(&[&kind, &binding]), missing("message-digest"));
    assert_eq!(refused(&[&kind, &told]), missing("signing-certificate-v2"));

    let plain = attribute(CONTENT_TYPE, &[SIGNED_DATA]);
    assert_eq!(refused(&[&plain, &told, &binding]), StampError::NotAToken);
    let wrong = attribute(MESSAGE_DIGEST, &[&tlv(4, &[&[0; 64]])]);
    assert_eq!(
        refused(&[&kind, &wrong, &binding]),
        StampError::ContentDigest
    );

    let twice = refused(&[&kind, &told, &wrong, &binding]);
    assert!(matches!(twice, StampError::Malformed(_)), "{twice}");
    let digest = digest(&SHA512, &draft.statement);
    let right = tlv(4, &[digest.as_ref()]);
    let two_values = attribute(MESSAGE_DIGEST, &[&right, &right]);
    let two_values = refused(&[&kind, &two_values, &binding]);
    assert!(
        matches!(two_values, StampError::Malformed(_)),
        "{two_values}"
    );
}

#[test]
fn more_certificates_than_a_path_can_have_are_refused() {
    let Some(mut draft) = Draft::new() else {
        return;
    };
    let attributes = [content_type(), draft.message_digest(), draft.binding()];
    draft.copies = 16;
    assert!(draft.check(&attributes).is_ok());
    draft.copies = 17;
    let refused = draft.check(&attributes).unwrap_err();
    assert_eq!(refused, StampError::TooManyCertificates { count: 17 });
}
