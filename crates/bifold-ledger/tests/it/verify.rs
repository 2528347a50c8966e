//! A whole log verifies, and every way of spoiling it is found and named.

use bifold_ledger::checkpoint::Checkpoint;
use bifold_ledger::disclosure::digest;
use bifold_ledger::leaf::Leaf;
use bifold_ledger::system::{self, Redaction};
use bifold_ledger::tree::EMPTY_ROOT;
use bifold_ledger::verify::{Disclosures, Genesis, LogVerifier, MAX_FINDINGS, Policy, Report};
use proptest::prelude::*;
use serde_json::json;

use crate::sample::{ORIGIN, SampleLog};

fn policy(log: &SampleLog) -> Policy {
    Policy {
        head: Some(log.checkpoint()),
        origin: Some(ORIGIN.to_owned()),
        ..Policy::default()
    }
}

fn verify(log: &SampleLog, policy: Policy) -> Report {
    let mut verifier = LogVerifier::new(policy);
    feed(&mut verifier, log);
    verifier.finish()
}

fn feed(verifier: &mut LogVerifier, log: &SampleLog) {
    for entry in &log.entries {
        let disclosures: Vec<&str> = entry.disclosures.iter().map(String::as_str).collect();
        verifier.leaf(&entry.leaf, &disclosures);
    }
}

/// The codes of the findings, with their places.
fn codes(report: &Report) -> Vec<(Option<u64>, &'static str)> {
    report
        .findings
        .iter()
        .map(|finding| (finding.at, finding.problem.code()))
        .collect()
}

/// Replaces the digests' disclosures of an entry by a redaction leaf, as the procedure demands.
fn redact(log: &mut SampleLog, entry: usize) {
    let removed: Vec<String> = std::mem::take(&mut log.entries[entry].disclosures);
    let digests = removed.iter().map(|encoded| digest(encoded)).collect();
    let value = Redaction {
        entry: entry as u64,
        digests,
    }
    .to_value();
    log.add(
        system::REDACTED,
        "redaction",
        &[(system::REDACTS, value)],
        |_| {},
    );
}

#[test]
fn a_good_log_verifies_with_every_older_checkpoint() {
    let mut log = SampleLog::with_facts(600);
    redact(&mut log, 5);
    log.close();
    let mut verifier = LogVerifier::new(Policy {
        must_be_closed: true,
        ..policy(&log)
    });
    for size in [0, 1, 2, 255, 256, 257, 600] {
        verifier.checkpoint(&log.checkpoint_at(size));
    }
    feed(&mut verifier, &log);
    let report = verifier.finish();
    assert!(report.is_ok(), "{report}");
    assert_eq!(report.entries, 603);
    assert_eq!(report.checkpoints_confirmed, 8);
    assert_eq!(report.subjects, 63);
    assert_eq!(report.operations, 603);
    assert_eq!(report.disclosures.present, 1199);
    assert_eq!(report.disclosures.redacted, 2);
    assert_eq!(report.disclosures.unexplained, 0);
    assert!(report.closed);
    insta::assert_snapshot!(report);
    insta::assert_json_snapshot!(report);
}

#[test]
fn without_disclosures_they_are_only_counted() {
    let mut log = SampleLog::with_facts(10);
    redact(&mut log, 5);
    for entry in &mut log.entries[..10] {
        entry.disclosures.clear();
    }
    let report = verify(
        &log,
        Policy {
            disclosures: Disclosures::Partial,
            ..policy(&log)
        },
    );
    assert!(report.is_ok(), "{report}");
    assert_eq!(
        (report.disclosures.withheld, report.disclosures.redacted),
        (16, 2)
    );
}

#[test]
fn one_operation_may_cause_several_facts_side_by_side() {
    let mut log = SampleLog::with_facts(3);
    let op = "0198f2d0-0000-7000-9000-00000000abcd";
    for _ in 0..3 {
        log.add("incident.noted", "i_0", &[], |leaf| {
            op.clone_into(&mut leaf.operation);
        });
    }
    assert!(verify(&log, policy(&log)).is_ok());
    log.add("incident.noted", "i_0", &[], |_| {});
    log.add("incident.noted", "i_0", &[], |leaf| {
        op.clone_into(&mut leaf.operation);
    });
    assert_eq!(
        codes(&verify(&log, policy(&log))),
        [(Some(8), "operation_repeated")]
    );
}

#[test]
fn each_spoilt_leaf_is_found_where_it_is() {
    type Change = fn(&mut Leaf);
    let cases: [(&str, Change); 8] = [
        ("other_index", |leaf| leaf.index = 7),
        ("time_backwards", |leaf| leaf.at_micros -= 1_000_000),
        ("entry_id_repeated", |leaf| {
            leaf.entry_id = "0198f2d0-0000-7000-8000-000000000001".into();
        }),
        ("operation_repeated", |leaf| {
            leaf.operation = "0198f2d0-0000-7000-9000-000000000001".into();
        }),
        ("chain_gap", |leaf| leaf.subject.n += 1),
        ("chain_broken", |leaf| leaf.subject.prev = Some(EMPTY_ROOT)),
        ("unreadable", |leaf| leaf.kind = "two words".into()),
        ("unexplained", |leaf| leaf.disclosure_count += 1),
    ];
    for (code, change) in cases {
        let mut log = SampleLog::with_facts(20);
        log.add("incident.noted", "i_1", &[("text", json!("x"))], change);
        // The head is signed over the spoilt log: this is the operator who cheats.
        let report = verify(&log, policy(&log));
        assert_eq!(codes(&report), [(Some(21), code)], "{report}");
    }
}

#[test]
fn altered_values_and_strange_disclosures_are_found() {
    let mut log = SampleLog::with_facts(5);
    let good = log.entries[3].disclosures.clone();
    log.entries[3].disclosures[0] = log.entries[2].disclosures[0].clone();
    let report = verify(&log, policy(&log));
    assert_eq!(
        codes(&report),
        [(Some(3), "foreign_disclosure"), (Some(3), "unexplained")]
    );

    log.entries[3].disclosures = [good.clone(), good].concat();
    let report = verify(&log, policy(&log));
    assert_eq!(codes(&report), [(Some(3), "repeated_disclosure"); 2]);

    let mut log = SampleLog::with_facts(5);
    log.add("incident.noted", "i_0", &[("text", json!("x"))], |leaf| {
        leaf.disclosure_count = 0;
    });
    assert_eq!(
        codes(&verify(&log, policy(&log))),
        [(Some(6), "more_than_counted")]
    );
}

#[test]
fn a_deletion_outside_the_procedure_is_found() {
    let mut log = SampleLog::with_facts(5);
    log.entries[2].disclosures.pop();
    let report = verify(&log, policy(&log));
    assert_eq!(codes(&report), [(Some(2), "unexplained")]);
    assert_eq!(report.disclosures.unexplained, 1);
}

#[test]
fn redactions_must_be_true() {
    // Not carried out: the disclosures are still there.
    let mut log = SampleLog::with_facts(5);
    let kept = log.entries[2].disclosures.clone();
    redact(&mut log, 2);
    log.entries[2].disclosures = kept;
    let report = verify(&log, policy(&log));
    assert_eq!(codes(&report), [(Some(6), "not_redacted"); 2]);

    // Of something in the future, of a strange digest, of nothing, in a strange form.
    for (value, code) in [
        (
            Redaction {
                entry: 6,
                digests: vec![],
            }
            .to_value(),
            "redacts_later",
        ),
        (
            Redaction {
                entry: 1,
                digests: vec!["x".to_owned()],
            }
            .to_value(),
            "not_redacted",
        ),
        (json!("x"), "form"),
    ] {
        let mut log = SampleLog::with_facts(5);
        log.add(
            system::REDACTED,
            "redaction",
            &[(system::REDACTS, value)],
            |_| {},
        );
        assert_eq!(codes(&verify(&log, policy(&log))), [(Some(6), code)]);
    }
    let mut log = SampleLog::with_facts(5);
    log.add(
        system::REDACTED,
        "redaction",
        &[("reason", json!("x"))],
        |_| {},
    );
    assert_eq!(
        codes(&verify(&log, policy(&log))),
        [(Some(6), "silent_redaction")]
    );
}

#[test]
fn beginning_and_end_must_be_there() {
    let mut log = SampleLog::default();
    log.add("incident.noted", "i_0", &[], |_| {});
    log.add(system::GENESIS, "ledger", &[], |_| {});
    log.close();
    log.add("incident.noted", "i_0", &[], |_| {});
    let report = verify(&log, policy(&log));
    let expected = [
        (Some(0), "no_genesis"),
        (Some(1), "second_genesis"),
        (Some(3), "after_closed"),
    ];
    assert_eq!(codes(&report), expected);
    let any = Policy {
        genesis: Genesis::Any,
        ..policy(&log)
    };
    assert_eq!(codes(&verify(&log, any)).len(), 2);

    let open = SampleLog::with_facts(3);
    let closed = Policy {
        must_be_closed: true,
        ..policy(&open)
    };
    assert_eq!(codes(&verify(&open, closed)), [(None, "not_closed")]);
    let nothing = SampleLog::default();
    assert_eq!(
        codes(&verify(&nothing, policy(&nothing))),
        [(None, "no_genesis")]
    );
}

#[test]
fn a_year_continues_the_year_before() {
    let old = SampleLog::with_facts(3).checkpoint();
    let mut log = SampleLog::default();
    let value = system::previous_to_value(&old);
    log.add(
        system::GENESIS,
        "ledger",
        &[(system::PREVIOUS, value)],
        |_| {},
    );
    let continues = |previous: &Checkpoint| Policy {
        genesis: Genesis::Continues(previous.clone()),
        ..policy(&log)
    };
    let report = verify(&log, continues(&old));
    assert!(report.is_ok(), "{report}");
    assert_eq!(report.previous.as_ref(), Some(&old));
    let other = Checkpoint { size: 3, ..old };
    assert_eq!(
        codes(&verify(&log, continues(&other))),
        [(Some(0), "other_previous")]
    );
}

#[test]
fn checkpoints_that_do_not_fit_are_found() {
    let log = SampleLog::with_facts(20);
    let head = log.checkpoint();
    let wrong = Checkpoint {
        root: EMPTY_ROOT,
        ..head.clone()
    };
    let longer = Checkpoint {
        size: 22,
        ..head.clone()
    };
    let shorter = log.checkpoint_at(20);
    let foreign = Checkpoint {
        origin: "other.example".to_owned(),
        ..head
    };
    for (head, code) in [
        (wrong, "other_root"),
        (longer, "cut_off"),
        (shorter, "beyond_head"),
        (foreign, "other_origin"),
    ] {
        let report = verify(
            &log,
            Policy {
                head: Some(head),
                ..policy(&log)
            },
        );
        assert_eq!(codes(&report), [(None, code)], "{report}");
    }
    let mut verifier = LogVerifier::new(policy(&log));
    feed(&mut verifier, &log);
    verifier.checkpoint(&log.checkpoint_at(4));
    assert_eq!(codes(&verifier.finish()), [(None, "checkpoint_too_late")]);
}

#[test]
fn findings_are_bounded_but_all_are_counted() {
    let mut log = SampleLog::with_facts(300);
    for entry in &mut log.entries {
        entry.leaf = b"{}".to_vec();
    }
    let report = verify(&log, policy(&SampleLog::with_facts(300)));
    assert_eq!(report.findings.len(), MAX_FINDINGS);
    assert_eq!(report.findings_total, 302);
    assert!(report.to_string().contains("and 202 more findings"));
}

#[test]
fn what_an_attacker_wrote_cannot_steer_a_terminal() {
    let mut verifier = LogVerifier::new(Policy::default());
    let key = "x".repeat(5000);
    verifier.leaf(format!(r#"{{"\u001b[2J{key}":1}}"#).as_bytes(), &[]);
    let value = json!({"origin": "a\u{9b}2J", "root": EMPTY_ROOT, "size": "1"});
    let mut log = SampleLog::default();
    log.add(
        system::GENESIS,
        "ledger",
        &[(system::PREVIOUS, value)],
        |_| {},
    );
    let linked = verify(&log, policy(&log));
    for text in [verifier.finish().to_string(), linked.to_string()] {
        assert!(text.contains('\u{fffd}'), "{text}");
        assert!(
            text.chars().all(|c| c == '\n' || !c.is_control()),
            "{text:?}"
        );
        assert!(text.len() < 2000);
    }
}

#[test]
fn one_change_gives_one_finding_not_thousands() {
    let mut log = SampleLog::with_facts(100);
    let text = String::from_utf8(log.entries[50].leaf.clone()).unwrap();
    let (size, head) = (log.entries.len(), log.checkpoint());
    log.entries[50].leaf = text
        .replace("incident.noted", "incident.moved")
        .into_bytes();
    let report = verify(
        &log,
        Policy {
            head: Some(head),
            ..policy(&log)
        },
    );
    assert_eq!(report.entries, size as u64);
    // The root, and the next leaf about the same subject.
    assert_eq!(
        codes(&report),
        [(Some(61), "chain_broken"), (None, "other_root")]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_flipped_bit_anywhere_is_found(entry in 0usize..40, at: usize, bit in 0u8..8) {
        let log = SampleLog::with_facts(40);
        let mut spoilt = log.clone();
        let leaf = &mut spoilt.entries[entry].leaf;
        let at = at % leaf.len();
        leaf[at] ^= 1 << bit;
        let report = verify(&spoilt, policy(&log));
        prop_assert!(codes(&report).contains(&(None, "other_root")), "{}", report);
    }

    #[test]
    fn a_removed_added_or_exchanged_entry_is_found(a in 0usize..40, b in 0usize..40) {
        let log = SampleLog::with_facts(40);
        let mut removed = log.clone();
        removed.entries.remove(a);
        prop_assert!(!verify(&removed, policy(&log)).is_ok());
        let mut doubled = log.clone();
        doubled.entries.insert(a, log.entries[b].clone());
        prop_assert!(!verify(&doubled, policy(&log)).is_ok());
        let mut exchanged = log.clone();
        exchanged.entries.swap(a, b);
        prop_assert_eq!(verify(&exchanged, policy(&log)).is_ok(), a == b);
    }
}
