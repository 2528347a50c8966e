use super::*;
use proptest::prelude::*;

/// Decoys that tests can tell: 1, 2, 3, …
fn decoys() -> impl FnMut() -> [u8; 32] {
    let mut next = 0;
    move || {
        next += 1;
        [next; 32]
    }
}

fn sample() -> Leaf {
    Leaf {
        index: 42,
        entry_id: "0198f2d0-0000-7000-8000-3f1f0c1d2e3f".to_owned(),
        operation: "0198f2d0-0000-7000-8000-3f1f0c1d2e40".to_owned(),
        kind: "incident.state_changed".to_owned(),
        at_micros: 1_795_280_701_123_456,
        skew: None,
        subject: Subject {
            id: "i_4ZK3Q9V7".to_owned(),
            n: 17,
            prev: Some(Hash::of(b"16")),
        },
        actor: ActorRef {
            id: "p_9WJ2M0A4".to_owned(),
            actor_type: "user".to_owned(),
            auth: "webauthn".to_owned(),
        },
        digests: crate::disclosure::digests_with_decoys(&["x".to_owned()], decoys()),
        disclosure_count: 1,
        imported: false,
    }
}

#[test]
fn the_bytes_are_those_of_the_golden_file() {
    let golden = include_str!("../../tests/golden/leaf.json");
    assert_eq!(
        String::from_utf8(sample().seal().unwrap()).unwrap(),
        golden.trim_end()
    );
    let imported = Leaf {
        imported: true,
        skew: Some(SkewMs(-3_600_000)),
        subject: Subject {
            n: 0,
            prev: None,
            ..sample().subject
        },
        digests: Vec::new(),
        disclosure_count: 0,
        ..sample()
    };
    let golden = include_str!("../../tests/golden/leaf_imported.json");
    assert_eq!(
        String::from_utf8(imported.seal().unwrap()).unwrap(),
        golden.trim_end()
    );
}

fn refused(change: impl FnOnce(&mut Leaf)) {
    let mut leaf = sample();
    change(&mut leaf);
    assert!(leaf.seal().is_err(), "{leaf:?}");
    assert!(Leaf::parse(&leaf.to_bytes()).is_err(), "{leaf:?}");
}

#[test]
fn what_no_reader_would_accept_is_not_sealed() {
    refused(|leaf| leaf.index = 1 << 53);
    refused(|leaf| leaf.kind = String::new());
    refused(|leaf| leaf.kind = "Jürgen".to_owned());
    refused(|leaf| leaf.actor.id = "two words".to_owned());
    refused(|leaf| leaf.entry_id = "x".repeat(257));
    refused(|leaf| leaf.subject.prev = None);
    refused(|leaf| leaf.subject.n = 0);
    refused(|leaf| leaf.disclosure_count = 5);
    refused(|leaf| leaf.digests.push("AAAA".to_owned()));
    refused(|leaf| leaf.digests.push(leaf.digests[0].clone()));
    let mut leaf = sample();
    leaf.at_micros = i64::MAX;
    assert!(leaf.seal().is_err());
}

#[test]
fn a_leaf_beyond_16_kib_is_refused_both_ways() {
    let mut leaf = sample();
    let digest = |i: u32| Hash::of(&i.to_be_bytes()).to_base64url();
    leaf.digests = (0..400).map(digest).collect();
    leaf.digests.sort();
    let refused = leaf.seal().unwrap_err();
    assert!(matches!(refused, LeafError::TooLong { .. }));
    assert_eq!(Leaf::parse(&leaf.to_bytes()), Err(refused));
}

#[test]
fn other_json_is_refused() {
    let good = String::from_utf8(sample().to_bytes()).unwrap();
    assert!(Leaf::parse(good.as_bytes()).is_ok());
    for (from, to) in [
        (r#""v":1"#, r#""v":2"#),
        ("bifold.fact.v1", "bifold.fact.v9"),
        (r#""sd_alg":"sha-256""#, r#""sd_alg":"sha-1""#),
        (r#""v":1"#, r#""v":1,"extra":1"#),
        (r#""v":1"#, r#""v":1,"v":1"#),
        (r#""v":1"#, r#""v":1,"imported":false"#),
        (r#""v":1"#, r#""v":1,"skew":"1""#),
        (r#""v":1"#, r#""v":1,"skew":"+1.000""#),
        (r#""idx":42"#, r#""idx":42.0"#),
        (r#""idx":42"#, r#""idx":-1"#),
        (".123456Z", ".123Z"),
        (".123456Z", ".1234567Z"),
        (".123456Z", ".123456+00:00"),
        ("2026-11-21T", "2026-11-21 "),
        ("2026-11-21T", "2026-13-21T"),
        (r#""n":17"#, r#""n":17,"m":1"#),
    ] {
        let changed = good.replace(from, to);
        assert_ne!(changed, good, "{from}");
        assert!(Leaf::parse(changed.as_bytes()).is_err(), "{changed}");
    }
    for bad in ["", "{}", "[]", "null", &good[1..], &format!("{good} x")] {
        assert!(Leaf::parse(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn the_fast_way_reads_the_leaves_of_every_form() {
    for golden in [
        include_str!("../../tests/golden/leaf.json"),
        include_str!("../../tests/golden/leaf_imported.json"),
    ] {
        let bytes = golden.trim_end().as_bytes();
        assert_eq!(read::canonical(bytes), Leaf::parse(bytes).ok());
        assert!(read::canonical(bytes).is_some());
    }
}

#[test]
fn other_spellings_of_the_same_leaf_are_read() {
    let good = String::from_utf8(sample().to_bytes()).unwrap();
    let spaced = good.replace(r#""v":1"#, r#" "v" : 1 "#);
    assert_eq!(Leaf::parse(spaced.as_bytes()), Ok(sample()));
}

fn id() -> impl Strategy<Value = String> {
    // Quotes and backslashes are visible ASCII too, and must be escaped.
    proptest::string::string_regex("[!-~]{1,40}").unwrap()
}

prop_compose! {
    fn any_leaf()(
        ids in proptest::collection::vec(id(), 7),
        index in 0..=MAX_INTEGER,
        n in 0..=MAX_INTEGER,
        at_micros in MIN_MICROS..=MAX_MICROS,
        skew in proptest::option::of(any::<i32>()),
        digests in proptest::collection::btree_set(any::<[u8; 32]>(), 0..9),
        imported: bool,
    ) -> Leaf {
        let mut ids = ids.into_iter();
        let mut next = || ids.next().unwrap();
        let mut digests: Vec<String> =
            digests.into_iter().map(|bytes| Hash(bytes).to_base64url()).collect();
        digests.sort();
        Leaf {
            index,
            entry_id: next(),
            operation: next(),
            kind: next(),
            at_micros,
            skew: skew.map(|ms| SkewMs(i64::from(ms))),
            subject: Subject { id: next(), n, prev: (n > 0).then(|| Hash::of(b"prev")) },
            actor: ActorRef { id: next(), actor_type: next(), auth: next() },
            disclosure_count: u32::try_from(digests.len() / 2).unwrap(),
            digests,
            imported,
        }
    }
}

proptest! {
    #[test]
    fn the_written_order_is_canonical_and_is_read_back(leaf in any_leaf()) {
        let bytes = leaf.seal().unwrap();
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(&bytes, &serde_json_canonicalizer::to_vec(&value).unwrap());
        prop_assert_eq!(Leaf::parse(&bytes), Ok(leaf));
    }

    #[test]
    fn the_fast_way_reads_what_the_general_way_reads(
        leaf in any_leaf(), at: proptest::sample::Index, byte: u8, change: bool,
    ) {
        let mut bytes = leaf.seal().unwrap();
        if change {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let general = Leaf::parse(&bytes);
        let is_canonical = general.as_ref().is_ok_and(|leaf| leaf.to_bytes() == bytes);
        if let Some(fast) = read::canonical(&bytes) {
            prop_assert!(is_canonical);
            prop_assert_eq!(Ok(&fast), general.as_ref());
        }
        prop_assert_eq!(Leaf::read(&bytes), (general, is_canonical));
    }

    #[test]
    fn strings_are_escaped_as_rfc_8785_demands(text: String) {
        // `to_bytes` refuses nothing, so that its escaping can be compared for any text.
        let leaf = Leaf { kind: text, ..sample() };
        let bytes = leaf.to_bytes();
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(&bytes, &serde_json_canonicalizer::to_vec(&value).unwrap());
    }

    #[test]
    fn any_bytes_are_read_or_refused_without_panic(bytes: Vec<u8>) {
        let _ = Leaf::parse(&bytes);
    }

    #[test]
    fn skew_text_round_trips(ms: i64) {
        prop_assert_eq!(parse_skew(&SkewMs(ms).to_string()), Ok(SkewMs(ms)));
    }
}
