//! Formats that others keep for years must not drift: each is compared with a committed file.

use bifold_ledger::checkpoint::{Checkpoint, sign_checkpoint};
use bifold_ledger::disclosure::{Disclosure, digest};
use bifold_ledger::guard::LastSigned;
use bifold_ledger::note::{self, Signer};
use bifold_ledger::tlog_proof::TlogProof;
use bifold_ledger::tree::{Frontier, leaf_hash};

/// Signatures are deterministic (RFC 8032), so the whole note can be a golden file.
fn signer(name: &str, seed: u8) -> Signer {
    Signer::new(name, [seed; 32]).unwrap()
}

fn tree() -> Frontier {
    let mut tree = Frontier::new();
    for entry in ["zero", "one", "two"] {
        tree.push(leaf_hash(entry.as_bytes()));
    }
    tree
}

fn checkpoint() -> String {
    let origin = "bifold.example/acme/2026".to_owned();
    let checkpoint = Checkpoint {
        origin,
        size: 3,
        root: tree().root(),
    };
    let (log, witness) = (
        signer("bifold.example/acme/2026", 1),
        signer("witness.example", 2),
    );
    sign_checkpoint(&checkpoint, &[&log, &witness]).unwrap()
}

#[test]
fn the_note() {
    let note = note::sign("Straße\n\nüber alles\n", &[&signer("bifold.example/x", 7)]).unwrap();
    assert_eq!(note, include_str!("../golden/note.txt"));
}

#[test]
fn the_keys() {
    let signer = signer("bifold.example/acme/2026", 1);
    let keys = format!("{}\n{}\n", signer.vkey(), signer.skey());
    assert_eq!(keys, include_str!("../golden/keys.txt"));
}

#[test]
fn the_checkpoint() {
    assert_eq!(checkpoint(), include_str!("../golden/checkpoint.txt"));
}

#[test]
fn the_tlog_proof() {
    let hashes = vec![leaf_hash(b"zero"), leaf_hash(b"two")];
    let extra = Some(b"i_4ZK3Q9V7".to_vec());
    let proof = TlogProof {
        extra,
        index: 1,
        hashes,
        checkpoint: checkpoint(),
    };
    assert_eq!(
        proof.to_string(),
        include_str!("../golden/proof.tlog-proof")
    );
    let key = [signer("bifold.example/acme/2026", 1).verifier()];
    assert!(proof.verify(b"one", &key).is_ok());
}

#[test]
fn the_guard_file_and_the_frontier() {
    let origin = "bifold.example/acme/2026".to_owned();
    let guard = LastSigned {
        origin,
        size: 3,
        root: tree().root(),
    };
    let text = format!("{guard}{}\n", tree());
    assert_eq!(text, include_str!("../golden/state.txt"));
}

#[test]
fn the_disclosure() {
    let disclosure = Disclosure {
        salt: [5; 32],
        name: "title".to_owned(),
        value: serde_json::json!({"now": "Straße \u{1F600}", "was": null, "z": [1, true]}),
    };
    let encoded = disclosure.encode();
    let text = format!("{encoded}\n{}\n", digest(&encoded));
    assert_eq!(text, include_str!("../golden/disclosure.txt"));
}
