use super::*;
use proptest::prelude::*;

/// From the documentation of golang.org/x/mod/sumdb/note.
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_SECRET: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PETER_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
then you don't know what your problem is.\n\n\
— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn log() -> Signer {
    Signer::new("log.example/1", [1; 32]).unwrap()
}

#[test]
fn a_note_of_gos_own_documentation_is_opened_and_written_alike() {
    let opened = open(PETER_NOTE.as_bytes(), &[PETER.parse().unwrap()]).unwrap();
    assert_eq!(opened.verified, ["PeterNeumann"]);
    let signer = Signer::from_skey(PETER_SECRET).unwrap();
    assert_eq!(signer.vkey(), PETER);
    assert_eq!(signer.skey(), PETER_SECRET);
    assert_eq!(sign(&opened.text, &[&signer]).unwrap(), PETER_NOTE);
}

#[test]
fn unknown_signatures_are_ignored_but_a_wrong_known_one_is_not() {
    let (ours, other) = (log(), Signer::new("other.example", [2; 32]).unwrap());
    let note = sign("text\n", &[&other, &ours]).unwrap();
    let opened = open(note.as_bytes(), &[ours.verifier()]).unwrap();
    assert_eq!(opened.verified, ["log.example/1"]);
    let both = open(note.as_bytes(), &[ours.verifier(), other.verifier()]).unwrap();
    assert_eq!(both.verified, ["other.example", "log.example/1"]);
    assert_eq!(
        open(note.as_bytes(), &[]),
        Err(NoteError::Unsigned { known: 0 })
    );

    let foreign = sign("another text\n", &[&other]).unwrap();
    let line = foreign.lines().last().unwrap();
    let mixed = format!("{}{line}\n", sign("text\n", &[&ours]).unwrap());
    assert!(open(mixed.as_bytes(), &[ours.verifier()]).is_ok());
    let refused = open(mixed.as_bytes(), &[ours.verifier(), other.verifier()]);
    assert_eq!(
        refused,
        Err(NoteError::WrongSignature("other.example".to_owned()))
    );
}

#[test]
fn a_key_with_our_name_but_another_id_is_another_key() {
    let impostor = Signer::new("log.example/1", [9; 32]).unwrap();
    let note = sign("text\n", &[&impostor]).unwrap();
    let refused = open(note.as_bytes(), &[log().verifier()]);
    assert_eq!(refused, Err(NoteError::Unsigned { known: 1 }));
}

#[test]
fn a_repeated_signature_counts_once() {
    let note = sign("text\n", &[&log(), &log()]).unwrap();
    assert_eq!(
        open(note.as_bytes(), &[log().verifier()])
            .unwrap()
            .verified
            .len(),
        1
    );
}

#[test]
fn a_hundred_signatures_are_read_and_one_more_is_refused() {
    let others: Vec<Signer> = (0..100u8)
        .map(|i| Signer::new(&format!("w{i}.example"), [i; 32]).unwrap())
        .collect();
    let mut signers: Vec<&Signer> = others.iter().take(99).collect();
    let ours = log();
    signers.push(&ours);
    let note = sign("text\n", &signers).unwrap();
    assert!(open(note.as_bytes(), &[ours.verifier()]).is_ok());
    signers.push(&others[99]);
    let note = sign("text\n", &signers).unwrap();
    assert!(matches!(
        open(note.as_bytes(), &[ours.verifier()]),
        Err(NoteError::Malformed(_))
    ));
}

#[test]
fn the_text_may_hold_blank_lines_and_the_last_one_separates() {
    let text = "first\n\nsecond\n\n— not a signature\n";
    let note = sign(text, &[&log()]).unwrap();
    assert_eq!(
        open(note.as_bytes(), &[log().verifier()]).unwrap().text,
        text
    );
}

#[test]
fn malformed_notes_are_refused() {
    let good = sign("text\n", &[&log()]).unwrap();
    for bad in [
        String::new(),
        "text\n".to_owned(),
        "text\n\n".to_owned(),
        good.trim_end().to_owned(),
        good.replace("text", "te\txt"),
        good.replace("— ", "- "),
        good.replace("— log.example/1 ", "— log.example/1  "),
        good.replace("— log.example/1 ", "— "),
        format!("{good}— short AAAAAA==\n"),
        format!("{good}trailing\n"),
    ] {
        assert!(
            matches!(
                open(bad.as_bytes(), &[log().verifier()]),
                Err(NoteError::Malformed(_))
            ),
            "{bad}"
        );
    }
    assert!(open(&[0xff, b'\n', b'\n'], &[]).is_err());
    assert!(open(&vec![b'a'; MAX_NOTE_BYTES + 1], &[]).is_err());
}

#[test]
fn names_texts_and_keys_that_could_be_misread_are_refused() {
    for name in ["", "a b", "a+b", "a\u{a0}b", "a\nb"] {
        assert!(Signer::new(name, [0; 32]).is_err(), "{name:?}");
    }
    for text in ["", "no newline", "tab\t\n"] {
        assert_eq!(sign(text, &[&log()]), Err(NoteError::BadText));
    }
    assert_eq!(sign("text\n", &[]), Err(NoteError::NoSigner));
    for bad in [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2Q==",
        "Peter+Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ] {
        assert!(Verifier::from_vkey(bad).is_err(), "{bad}");
    }
    assert!(Signer::from_skey(PETER).is_err());
    assert!(Signer::from_skey(&PETER_SECRET.replace("c74f20a3", "c74f20a4")).is_err());
}

#[test]
fn debug_output_holds_no_secret() {
    let signer = Signer::from_skey(PETER_SECRET).unwrap();
    assert!(!format!("{signer:?}").contains("AYEKFALVFGyNhPJEMzD1QIDr"));
}

proptest! {
    #[test]
    fn any_bytes_are_opened_or_refused_without_panic(bytes: Vec<u8>, text: String) {
        let _ = open(&bytes, &[log().verifier()]);
        let _ = Verifier::from_vkey(&text);
        let _ = Signer::from_skey(&text);
    }

    #[test]
    fn a_flipped_bit_in_a_signed_text_is_detected(at in 0usize..30, bit in 0u8..8) {
        let note = sign("log.example/1\n12345\nsome root\n", &[&log()]).unwrap();
        let mut bytes = note.into_bytes();
        bytes[at] ^= 1 << bit;
        prop_assert!(open(&bytes, &[log().verifier()]).is_err());
    }
}
