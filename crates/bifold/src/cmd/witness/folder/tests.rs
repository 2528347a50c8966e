//! Many at once, and damage.

use super::*;
use bifold_ledger::checkpoint::{Checkpoint, sign_checkpoint};
use bifold_ledger::cosignature::cosignatures;
use bifold_ledger::note::Signer;
use bifold_ledger::proof::consistency_proof;
use bifold_ledger::tree::{Frontier, leaf_hash};
use std::collections::HashMap;

const ORIGIN: &str = "log.example/1";

fn log() -> Signer {
    Signer::new(ORIGIN, [1; 32]).unwrap()
}

fn witness(dir: &Path) -> Folder {
    let folder = Folder::create(dir, "witness.example", [2; 32]).unwrap();
    let key = log().verifier();
    let origin = ORIGIN.to_owned();
    assert!(folder.trust(&TrustedLog { origin, key }).unwrap());
    folder
}

/// The history `of`: the first `shared` entries are those of every history.
fn request(of: &str, shared: u64, from: u64, to: u64) -> String {
    let mut tree = Frontier::new();
    let mut nodes = HashMap::new();
    for n in 0..to {
        let name = if n < shared { "all" } else { of };
        let leaf = leaf_hash(format!("{name} {n}").as_bytes());
        nodes.insert((0, n), leaf);
        nodes.extend(
            tree.push(leaf)
                .into_iter()
                .map(|node| ((node.level, node.index), node.hash)),
        );
    }
    let root = tree.root();
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: to,
        root,
    };
    let note = sign_checkpoint(&checkpoint, &[&log()]).unwrap();
    let proof = consistency_proof(&nodes, from, to).unwrap_or_default();
    Request::new(from, proof, note).unwrap().to_string()
}

fn status(answer: &std::result::Result<String, NotCosigned>) -> u16 {
    match answer {
        Ok(_) => 200,
        Err(NotCosigned::Refused(refusal)) => refusal.status(),
        Err(NotCosigned::Folder(_)) => 500,
    }
}

#[test]
fn of_many_histories_asked_for_at_once_one_is_cosigned() {
    let dir = tempfile::tempdir().unwrap();
    let folder = witness(dir.path());
    folder
        .add_checkpoint(request("all", 8, 0, 5).as_bytes(), 100)
        .unwrap();
    for round in 0..10_u64 {
        let known = folder.seen(ORIGIN).unwrap().unwrap().size;
        let ask = |of: u64| {
            // Every one is consistent with what is known now, and none with another.
            let body = request(&format!("{of}"), 5, 5, 8 + of % 3);
            folder.add_checkpoint(body.as_bytes(), 100)
        };
        let answers: Vec<_> = std::thread::scope(|scope| {
            let asking: Vec<_> = (0..8).map(|of| scope.spawn(move || ask(of))).collect();
            asking
                .into_iter()
                .map(|asked| asked.join().unwrap())
                .collect()
        });
        let cosigned = answers
            .iter()
            .filter(|answer| status(answer) == 200)
            .count();
        // In the first round one wins; afterwards the old size is wrong for all.
        assert_eq!(cosigned, usize::from(round == 0), "{known}");
        let rest = answers.iter().filter(|answer| status(answer) != 200);
        assert!(rest.into_iter().all(|answer| status(answer) == 409));
    }
}

#[test]
fn what_was_cosigned_is_known_again_by_another_process() {
    let dir = tempfile::tempdir().unwrap();
    let answer = witness(dir.path())
        .add_checkpoint(request("a", 0, 0, 5).as_bytes(), 100)
        .unwrap();
    let folder = Folder::open(dir.path()).unwrap();
    let seen = folder.seen(ORIGIN).unwrap().unwrap();
    assert_eq!((seen.size, seen.time_s), (5, 100));
    assert_eq!(
        status(&folder.add_checkpoint(request("a", 0, 0, 9).as_bytes(), 100)),
        409
    );
    assert_eq!(
        status(&folder.add_checkpoint(request("b", 0, 5, 9).as_bytes(), 100)),
        422
    );
    assert_eq!(
        status(&folder.add_checkpoint(request("a", 0, 5, 9).as_bytes(), 100)),
        200
    );
    assert!(answer.starts_with("— witness.example "));
    assert_eq!(folder.seen("another.example").unwrap(), None);
}

#[test]
fn a_second_history_is_kept_as_proof() {
    let dir = tempfile::tempdir().unwrap();
    let folder = witness(dir.path());
    folder
        .add_checkpoint(request("a", 0, 0, 5).as_bytes(), 100)
        .unwrap();
    assert_eq!(folder.second_history(ORIGIN), None);
    assert_eq!(
        status(&folder.add_checkpoint(request("b", 0, 5, 5).as_bytes(), 100)),
        409
    );
    let kept = std::fs::read_to_string(folder.second_history(ORIGIN).unwrap()).unwrap();
    let contradicts = request("b", 0, 5, 5);
    assert!(contradicts.ends_with(&kept), "{kept}");
    // The first one stays.
    assert_eq!(
        status(&folder.add_checkpoint(request("c", 0, 5, 5).as_bytes(), 100)),
        409
    );
    assert_eq!(
        std::fs::read_to_string(folder.second_history(ORIGIN).unwrap()).unwrap(),
        kept
    );
}

#[test]
fn nothing_is_cosigned_from_a_damaged_record() {
    let dir = tempfile::tempdir().unwrap();
    let folder = witness(dir.path());
    folder
        .add_checkpoint(request("a", 0, 0, 5).as_bytes(), 100)
        .unwrap();
    let file = folder.seen_file(ORIGIN);
    let good = std::fs::read_to_string(&file).unwrap();
    assert_eq!(
        cosignatures(good.as_bytes(), &[folder.cosigner.key()])
            .unwrap()
            .len(),
        1
    );
    let swapped = good.replace(ORIGIN, "log.example/2");
    for bad in [
        "",
        &good.replace("\n5\n", "\n4\n"),
        &swapped,
        &good[..good.len() - 2],
    ] {
        std::fs::write(&file, bad).unwrap();
        assert_eq!(
            status(&folder.add_checkpoint(request("a", 0, 5, 9).as_bytes(), 100)),
            500
        );
        assert_eq!(
            status(&folder.add_checkpoint(request("a", 0, 0, 9).as_bytes(), 100)),
            500
        );
    }
    std::fs::write(&file, &good).unwrap();
    assert_eq!(
        status(&folder.add_checkpoint(request("a", 0, 5, 9).as_bytes(), 100)),
        200
    );
}

#[test]
fn keys_and_logs_are_kept_and_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let folder = witness(dir.path());
    let sumdb = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    let sumdb = TrustedLog {
        origin: "go.sum database tree".into(),
        key: sumdb.parse().unwrap(),
    };
    assert!(folder.trust(&sumdb).unwrap());
    assert!(!folder.trust(&sumdb).unwrap());
    let again = Folder::open(dir.path()).unwrap();
    assert_eq!(again.logs().unwrap()[1], sumdb);
    assert_eq!(again.vkey(), folder.vkey());
    for origin in ["", " x", "a\nb"] {
        let key = sumdb.key.clone();
        assert!(
            folder
                .trust(&TrustedLog {
                    origin: origin.into(),
                    key
                })
                .is_err(),
            "{origin:?}"
        );
    }
    assert!(Folder::create(dir.path(), "witness.example", [3; 32]).is_err());
    assert_eq!(Folder::open(dir.path()).unwrap().vkey(), folder.vkey());
    let _serving = folder.serving().unwrap();
    assert_eq!(again.serving().unwrap_err().code, Code::Conflict);
    std::fs::write(dir.path().join("logs"), "nonsense\n").unwrap();
    assert_eq!(folder.logs().unwrap_err().code, Code::VerificationFailed);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(dir.path().join("witness.key"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
