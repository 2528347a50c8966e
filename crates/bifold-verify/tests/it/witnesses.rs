//! Given a checkpoint with cosignatures, when witnesses are asked for, then words and exit code.

use std::fs;
use std::process::Command;

use bifold_ledger::cosignature::Cosigner;

use crate::published::{Answer, Published, signed, signer, write};
use crate::sample::SampleLog;
use crate::tools::{go_cosignatures, go_verifier};

fn witness(seed: u8) -> Cosigner {
    Cosigner::new(&format!("w{seed}.example"), [seed; 32]).unwrap()
}

/// A log that these witnesses cosigned at 1,800,000,000 seconds.
fn cosigned(by: &[u8]) -> Published {
    let log = SampleLog::with_facts(600);
    let published = Published::new(&log);
    let text = log.checkpoint().to_string();
    let line = |seed: &u8| witness(*seed).cosign(&text, 1_800_000_000).unwrap();
    let lines: String = by.iter().map(line).collect();
    write(&published.path("checkpoint"), signed(&log, 601) + &lines);
    published
}

fn verify(published: &Published, witnesses: &[u8], more: &[&str]) -> Answer {
    let vkeys: Vec<String> = witnesses.iter().map(|seed| witness(*seed).vkey()).collect();
    let named = vkeys.iter().flat_map(|vkey| ["--witness", vkey]);
    let args: Vec<&str> = named.chain(more.iter().copied()).collect();
    published.verify(&args)
}

#[track_caller]
fn ends(answer: &Answer, code: i32, says: &str) {
    assert_eq!(answer.code, Some(code), "{}", answer.text);
    assert!(
        answer.text.contains(says),
        "expected `{says}` in:\n{}",
        answer.text
    );
}

#[test]
fn a_cosigned_log_is_verified_with_its_witnesses_and_without() {
    let published = cosigned(&[2, 3]);
    ends(&published.verify(&[]), 0, "VERIFIED");
    let both = verify(&published, &[2, 3], &[]);
    ends(
        &both,
        0,
        "  witnessed by  w2.example at 2027-01-15T08:00:00Z\n",
    );
    ends(&both, 0, "  quorum        2 of 2 met\n");
    ends(
        &verify(&published, &[9, 3], &["--quorum", "1"]),
        0,
        "1 of 2 met",
    );
}

#[test]
fn without_a_quorum_it_is_not_verified_but_not_contradicted_either() {
    let published = cosigned(&[2]);
    let answer = verify(&published, &[2, 3], &[]);
    ends(
        &answer,
        1,
        "! the quorum `2 of 2` is missing: 1 of 2 known witnesses cosigned",
    );
    ends(&answer, 1, "UNWITNESSED: every entry is what was signed");
    // What contradicts weighs more.
    published.flip("tile/entries/001", 40);
    ends(&verify(&published, &[2, 3], &[]), 6, "FAILED");
}

#[test]
fn json_says_who_cosigned_and_when() {
    for (by, code, verdict) in [(&[2, 3][..], 0, "verified"), (&[2], 1, "unwitnessed")] {
        let answer = verify(&cosigned(by), &[2, 3], &["--json"]);
        assert_eq!(answer.code, Some(code), "{}", answer.text);
        let json: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(json["verdict"], verdict);
        assert_eq!(json["witnesses"]["quorum_met"], code == 0);
        assert_eq!(json["witnesses"]["quorum"], "2 of 2");
        let found = &json["witnesses"]["cosignatures"];
        assert_eq!(found.as_array().unwrap().len(), by.len());
        assert_eq!(found[0]["vkey"], witness(2).vkey());
        assert_eq!(found[0]["time_s"], 1_800_000_000_i64);
    }
}

#[test]
fn a_wrong_cosignature_of_a_known_witness_is_refused() {
    let published = cosigned(&[2]);
    let other = SampleLog::with_facts(599);
    let line = witness(3)
        .cosign(&other.checkpoint().to_string(), 5)
        .unwrap();
    let note = fs::read_to_string(published.path("checkpoint")).unwrap();
    write(&published.path("checkpoint"), note + &line);
    ends(&verify(&published, &[2], &[]), 0, "VERIFIED");
    let answer = verify(&published, &[2, 3], &["--quorum", "1"]);
    ends(&answer, 6, "the signature of `w3.example` does not fit");
}

#[test]
fn a_policy_file_says_the_same() {
    let published = cosigned(&[2]);
    let file = published.path("policy");
    let policy = |rule: &str| {
        let (w2, w3) = (witness(2).vkey(), witness(3).vkey());
        let log = signer().vkey();
        let text = format!(
            "log {log}\nwitness a {w2}\nwitness b {w3}\ngroup both {rule} a b\nquorum both\n"
        );
        write(&file, text);
        published.verify(&["--policy", file.to_str().unwrap()])
    };
    ends(&policy("any"), 0, "quorum        both met");
    ends(&policy("all"), 1, "the quorum `both` is missing");
    ends(
        &policy("most"),
        2,
        "policy: line 4 of the policy: a group needs",
    );
    write(&file, format!("log {}\nquorum none\n", another_log()));
    let answer = published.verify(&["--policy", file.to_str().unwrap()]);
    ends(&answer, 6, "none of the 1 known keys signed");
    fs::remove_file(&file).unwrap();
    let answer = published.verify(&["--policy", file.to_str().unwrap()]);
    ends(&answer, 2, "cannot be read");
}

/// The key of a log that has nothing to do with this one.
fn another_log() -> String {
    bifold_ledger::note::Signer::new("other.example", [9; 32])
        .unwrap()
        .vkey()
}

#[test]
fn wrong_usage_ends_with_2() {
    let published = cosigned(&[2]);
    ends(
        &verify(&published, &[2], &["--quorum", "2"]),
        2,
        "a quorum of 2 cannot be made of 1",
    );
    ends(
        &verify(&published, &[2], &["--quorum", "0"]),
        2,
        "a quorum of 0",
    );
    ends(&verify(&published, &[2, 2], &[]), 2, "is given twice");
    ends(&verify(&published, &[], &["--quorum", "1"]), 2, "--witness");
    let log = signer().vkey();
    ends(
        &published.verify(&["--witness", &log]),
        2,
        "it is a log's key (type 1)",
    );
    ends(
        &verify(&published, &[2], &["--policy", "x"]),
        2,
        "cannot be used with",
    );
}

#[test]
fn go_reads_a_cosigned_checkpoint_and_agrees_about_every_cosignature() {
    let published = cosigned(&[2, 3]);
    let log = signer().vkey();
    if let Some(go) = go_verifier() {
        let output = Command::new(go)
            .arg(published.dir.path())
            .arg(&log)
            .output();
        let answer = Answer::from(output.unwrap());
        assert_eq!(answer.code, Some(0), "{}", answer.text);
    }
    let Some(go) = go_cosignatures() else { return };
    let check = |witnesses: &[u8]| -> Answer {
        let mut command = Command::new(go);
        command.arg(published.path("checkpoint")).arg(&log);
        command.args(witnesses.iter().map(|seed| witness(*seed).vkey()));
        command.output().unwrap().into()
    };
    ends(&check(&[2, 3]), 0, "verified: 2 cosignatures");
    ends(&check(&[3, 4]), 1, "2 of 3 keys signed");
    let note = fs::read_to_string(published.path("checkpoint")).unwrap();
    let later = witness(4).cosign("x\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", 7);
    write(&published.path("checkpoint"), note + &later.unwrap());
    ends(&check(&[4]), 1, "NOT VERIFIED");
    ends(&check(&[2]), 0, "verified: 1 cosignatures");
}
