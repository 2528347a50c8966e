use super::*;
use crate::checkpoint::{Checkpoint, sign_checkpoint};
use crate::cosignature::Cosigner;
use crate::note::Signer;
use crate::tree::EMPTY_ROOT;
use proptest::prelude::*;

const ORIGIN: &str = "log.example/1";

fn log() -> Signer {
    Signer::new(ORIGIN, [100; 32]).unwrap()
}

fn cosigner(seed: u8) -> Cosigner {
    Cosigner::new(&format!("w{seed}.example"), [seed; 32]).unwrap()
}

/// A checkpoint that these witnesses cosigned.
fn cosigned(by: &[u8]) -> String {
    let (origin, size, root) = (ORIGIN.to_owned(), 0, EMPTY_ROOT);
    let checkpoint = Checkpoint { origin, size, root };
    let note = sign_checkpoint(&checkpoint, &[&log()]).unwrap();
    let line = |seed: &u8| cosigner(*seed).cosign(&checkpoint.to_string(), 60).unwrap();
    note + &by.iter().map(line).collect::<String>()
}

fn met(policy: &Policy, by: &[u8]) -> bool {
    quorum_met(cosigned(by).as_bytes(), policy).is_ok()
}

/// The draft's example: two of three witnesses of X, and any of Y.
fn two_levels() -> Policy {
    let vkey = |seed| cosigner(seed).vkey();
    let text = format!(
        "# who watches\nlog {}\n\n\twitness X1 {}  https://x1.example/w \nwitness X2 {}\n\
         witness X3 {}\ngroup X-witnesses 2 X1 X2 X3\n  # the others\nwitness Y1 {}\n\
         witness Y2 {}\ngroup Y-witnesses any Y1 Y2\n\
         group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y",
        log().vkey(),
        vkey(1),
        vkey(2),
        vkey(3),
        vkey(4),
        vkey(5)
    );
    text.parse().unwrap()
}

#[test]
fn a_quorum_of_groups_needs_enough_of_each() {
    let policy = two_levels();
    for (by, expected) in [
        (&[1, 2, 4][..], true),
        (&[2, 3, 5], true),
        (&[1, 2, 3, 4, 5], true),
        (&[1, 2, 3], false),
        (&[1, 4, 5], false),
        (&[], false),
    ] {
        assert_eq!(met(&policy, by), expected, "{by:?}");
    }
    assert_eq!(policy.quorum_name(), "X-and-Y");
    assert_eq!(
        policy.witnesses[0].url.as_deref(),
        Some("https://x1.example/w")
    );
}

#[test]
fn it_says_who_cosigned_and_when() {
    let found = quorum_met(cosigned(&[1, 2, 4]).as_bytes(), &two_levels()).unwrap();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found[2], "w4.example at 1970-01-01T00:01:00Z");
    let refused = quorum_met(cosigned(&[1]).as_bytes(), &two_levels()).unwrap_err();
    let says = "the quorum `X-and-Y` is missing: 1 of 5 known witnesses cosigned";
    assert!(refused.to_string().starts_with(says), "{refused}");
}

#[test]
fn a_log_that_the_policy_does_not_name_is_refused() {
    let other = Signer::new(ORIGIN, [101; 32]).unwrap();
    let text = format!("log {}\nquorum none\n", other.vkey());
    let refused = quorum_met(cosigned(&[]).as_bytes(), &text.parse().unwrap());
    assert!(matches!(refused, Err(QuorumRefused::Checkpoint(_))));
    let text = format!("log {}\nquorum none\n", log().vkey());
    assert_eq!(
        quorum_met(cosigned(&[]).as_bytes(), &text.parse().unwrap()),
        Ok(Vec::new())
    );
}

#[test]
fn a_wrong_cosignature_is_not_a_missing_one() {
    let policy = Policy::quorum(1, vec![cosigner(1).key(), cosigner(2).key()]).unwrap();
    let good = cosigned(&[1, 2]);
    let forged = good.replace("\n0\n", "\n1\n");
    let refused = quorum_met(forged.as_bytes(), &policy);
    assert!(matches!(refused, Err(QuorumRefused::Checkpoint(_))));
}

#[test]
fn a_plain_quorum_counts_keys_and_each_key_once() {
    let keys = |seeds: &[u8]| {
        seeds
            .iter()
            .map(|seed| cosigner(*seed).key())
            .collect::<Vec<_>>()
    };
    let policy = Policy::quorum(2, keys(&[1, 2, 3])).unwrap();
    assert_eq!(policy.quorum_name(), "2 of 3");
    assert!(met(&policy, &[3, 1]) && !met(&policy, &[1, 1]) && !met(&policy, &[1, 9]));
    for (needed, seeds) in [(0, &[1][..]), (2, &[1]), (1, &[]), (1, &[1, 1])] {
        assert!(
            Policy::quorum(needed, keys(seeds)).is_err(),
            "{needed} {seeds:?}"
        );
    }
    let same_key = Cosigner::new("another.name", [1; 32]).unwrap().key();
    let twice = Policy::quorum(2, vec![cosigner(1).key(), same_key]);
    assert_eq!(twice, Err(PolicyError::Duplicate("w1.example".to_owned())));
}

#[test]
fn policies_that_the_draft_forbids_are_refused() {
    let (w1, w2) = (cosigner(1).vkey(), cosigner(2).vkey());
    let alias = Cosigner::new("alias", [1; 32]).unwrap().vkey();
    let log = log().vkey();
    let two = format!("witness a {w1}\nwitness b {w2}\n");
    for (text, says) in [
        (String::new(), "no line `quorum NAME`"),
        (format!("witness a {w1}\n"), "no line `quorum NAME`"),
        (
            "quorum a\n".into(),
            "line 1 of the policy: `a` is not defined above",
        ),
        (
            "quorum none\nquorum none\n".into(),
            "line 2 of the policy: there is a quorum already",
        ),
        (
            format!("{two}group g any a\ngroup h any a\n"),
            "`a` is a member of a group already",
        ),
        (
            format!("{two}group g any a a\n"),
            "`a` is a member of a group already",
        ),
        (
            format!("{two}group g 3 a b\n"),
            "a group needs `all`, `any`",
        ),
        (
            format!("{two}group g 0 a b\n"),
            "a group needs `all`, `any`",
        ),
        (
            format!("{two}group g 02 a b\n"),
            "a group needs `all`, `any`",
        ),
        (format!("{two}group g all\n"), "a group needs `all`, `any`"),
        (format!("{two}group a any b\n"), "the name `a` is taken"),
        (
            format!("{two}group g any none\n"),
            "`none` is not defined above",
        ),
        (
            format!("witness none {w1}\n"),
            "`none` is a name of the format",
        ),
        (
            format!("witness a {w1}\nwitness b {alias}\n"),
            "the key of `b` stands above already",
        ),
        (format!("log {log}\nlog {log}\n"), "stands above already"),
        (format!("witness a {log}\n"), "it is a log's key (type 1)"),
        (format!("log {w1}\n"), "it is a witness's key (type 4)"),
        ("quorum\u{a0}none\n".into(), "it is none of"),
        ("quorum none\r\n".into(), "control characters"),
        ("trust me\n".into(), "it is none of"),
    ] {
        let refused = text.parse::<Policy>().unwrap_err().to_string();
        assert!(
            refused.contains(says),
            "expected `{says}` in `{refused}`:\n{text}"
        );
    }
}

#[test]
fn a_policy_of_more_than_256_names_is_refused() {
    let witness = |n: usize| {
        let seed: [u8; 32] = std::array::from_fn(|at| if at < 8 { n.to_be_bytes()[at] } else { 0 });
        format!(
            "witness w{n} {}\n",
            Cosigner::new("w", seed).unwrap().vkey()
        )
    };
    let most: String = (0..MAX_NAMES).map(witness).collect();
    assert!(format!("{most}quorum w7\n").parse::<Policy>().is_ok());
    let refused = format!("{most}{}", witness(MAX_NAMES)).parse::<Policy>();
    assert!(matches!(refused, Err(PolicyError::Line { line: 257, .. })));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_panic(
        text: String, words in proptest::collection::vec("(group|quorum|a|b|any|all|1|\n)", 0..30),
    ) {
        let _ = text.parse::<Policy>();
        let known = format!("witness a {}\nwitness b {}\n", cosigner(1).vkey(), cosigner(2).vkey());
        let _ = (known + &words.join(" ")).parse::<Policy>();
    }

    #[test]
    fn more_cosignatures_never_unmake_a_quorum(by in proptest::collection::vec(1u8..6, 0..5), more in 1u8..6) {
        let policy = two_levels();
        let with_more = [by.as_slice(), &[more]].concat();
        prop_assert!(!met(&policy, &by) || met(&policy, &with_more));
    }
}
