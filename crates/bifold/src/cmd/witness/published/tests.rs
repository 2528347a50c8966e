//! Logs of more than one tile.

use super::*;
use bifold_ledger::checkpoint::sign_checkpoint;
use bifold_ledger::cosignature::Cosigner;
use bifold_ledger::note::Signer;
use bifold_ledger::proof::verify_consistency;
use bifold_ledger::publish;
use bifold_ledger::tile::{LogPath, encode_hashes};
use bifold_ledger::tree::{Frontier, leaf_hash};

const ORIGIN: &str = "log.example/1";

/// Publishes the tiles and the checkpoint; nobody asks for the entries here. Gives the roots of all
/// sizes.
fn write(dir: &Path, size: u64) -> Vec<Hash> {
    let mut tree = Frontier::new();
    let mut nodes = HashMap::new();
    let mut roots = vec![tree.root()];
    for n in 0..size {
        let leaf = leaf_hash(&n.to_be_bytes());
        nodes.insert((0, n), leaf);
        let full = tree.push(leaf).into_iter();
        nodes.extend(full.map(|node| ((node.level, node.index), node.hash)));
        roots.push(tree.root());
    }
    let signer = Signer::new(ORIGIN, [1; 32]).unwrap();
    let (origin, root) = (ORIGIN.to_owned(), tree.root());
    let note = sign_checkpoint(&Checkpoint { origin, size, root }, &[&signer]).unwrap();
    for file in publish::files(size) {
        let bytes = match file {
            LogPath::Entries(_) => continue,
            LogPath::Tile(tile) => {
                let (level, indexes) = tile.nodes();
                let hashes: Vec<Hash> = indexes.map(|index| nodes[&(level, index)]).collect();
                encode_hashes(&hashes)
            }
            LogPath::Checkpoint => note.clone().into_bytes(),
        };
        let path = dir.join(file.path());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    std::fs::write(dir.join("vkey"), signer.vkey()).unwrap();
    roots
}

#[test]
fn proofs_from_tiles_of_every_level_are_good() {
    for size in [1, 2, 255, 256, 257, 700, 65_536, 70_000] {
        let dir = tempfile::tempdir().unwrap();
        let roots = write(dir.path(), size);
        let root = |size: u64| &roots[usize::try_from(size).unwrap()];
        let log = PublishedLog::open(dir.path()).unwrap();
        assert_eq!(log.checkpoint.root, *root(size));
        for old in [
            1,
            2,
            3,
            255,
            256,
            257,
            511,
            65_535,
            65_536,
            65_537,
            size - 1,
        ] {
            if old == 0 || old >= size {
                continue;
            }
            let proof = log.proof(old).unwrap();
            let checked = verify_consistency(old, size, &proof, root(old), root(size));
            assert_eq!(checked, Ok(()), "{old} to {size}");
        }
        assert!(log.proof(0).unwrap().is_empty() && log.proof(size).unwrap().is_empty());
        assert!(log.proof(size + 1).is_err());
    }
}

#[test]
fn a_full_tile_stands_in_for_a_partial_one_and_a_short_one_does_not() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), 300);
    let checkpoint = std::fs::read(dir.path().join("checkpoint")).unwrap();
    write(dir.path(), 600);
    std::fs::write(dir.path().join("checkpoint"), checkpoint).unwrap();
    std::fs::remove_file(dir.path().join("tile/0/001.p/44")).unwrap();
    assert!(PublishedLog::open(dir.path()).unwrap().proof(7).is_ok());
    std::fs::write(dir.path().join("tile/0/001"), [0; 64]).unwrap();
    assert!(PublishedLog::open(dir.path()).is_err());
}

#[test]
fn an_answer_for_a_checkpoint_that_is_gone_is_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), 5);
    let witness = Cosigner::new("witness.example", [2; 32]).unwrap();
    let log = PublishedLog::open(dir.path()).unwrap();
    let answer = witness.cosign(&log.checkpoint.to_string(), 60).unwrap();
    assert!(!log.is_cosigned_by(&witness.key()));
    write(dir.path(), 6);
    let refused = log.keep(&answer, &witness.key()).unwrap_err().to_string();
    assert!(refused.contains("published anew"), "{refused}");
    write(dir.path(), 5);
    assert_eq!(log.keep(&answer, &witness.key()).unwrap().time_s, 60);
    assert!(
        PublishedLog::open(dir.path())
            .unwrap()
            .is_cosigned_by(&witness.key())
    );
}
