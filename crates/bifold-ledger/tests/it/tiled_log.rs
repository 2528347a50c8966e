//! A log that transparency-dev/tessera wrote: checkpoint, tiles and bundles at sizes 0 to 15.

use std::collections::BTreeMap;

use bifold_ledger::checkpoint::{Checkpoint, open_checkpoint};
use bifold_ledger::hash::Hash;
use bifold_ledger::note::Verifier;
use bifold_ledger::proof::{
    FromStored, consistency_proof, inclusion_proof, root_at, verify_consistency, verify_inclusion,
};
use bifold_ledger::publish;
use bifold_ledger::tile::{LogPath, parse_entries, parse_hashes};
use bifold_ledger::tree::{Frontier, leaf_hash};

use crate::shared;

/// The log's public key, as tessera's test data documents it.
const VKEY: &str = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

#[test]
fn every_size_of_a_log_by_tessera_is_read_and_proved() {
    let Some(files) = shared::archive("tlog_tiles_log") else {
        return;
    };
    let file = |path: &str| {
        files
            .get(&format!("log/{path}"))
            .unwrap_or_else(|| panic!("{path}"))
    };
    let key = [Verifier::from_vkey(VKEY).unwrap()];
    let mut stored = BTreeMap::new();
    let mut tree = Frontier::new();
    let mut checkpoints: Vec<Checkpoint> = Vec::new();
    for size in 0..=15 {
        let note = file(&format!("checkpoint.{size}"));
        let checkpoint = open_checkpoint(note, &key).unwrap();
        assert_eq!(checkpoint.size, size);
        for path in publish::files(size) {
            match path {
                LogPath::Checkpoint => {}
                LogPath::Tile(tile) => {
                    let hashes = parse_hashes(file(&tile.path())).unwrap();
                    let (level, indexes) = tile.nodes();
                    assert_eq!(hashes.len(), usize::from(tile.width));
                    stored.extend(indexes.map(|index| (level, index)).zip(hashes));
                }
                LogPath::Entries(bundle) => {
                    let entries = parse_entries(file(&bundle.path())).unwrap();
                    assert_eq!(entries.len() as u64, size);
                    tree.push(leaf_hash(entries.last().unwrap()));
                }
            }
        }
        assert_eq!(
            tree.root(),
            checkpoint.root,
            "root of {size} from the entries"
        );
        let reader = FromStored(&stored);
        assert_eq!(
            root_at(&reader, size),
            Ok(checkpoint.root),
            "root of {size} from the tiles"
        );
        prove_everything(&stored, &checkpoint, &checkpoints);
        checkpoints.push(checkpoint);
    }
}

fn prove_everything(
    stored: &BTreeMap<(u8, u64), Hash>,
    checkpoint: &Checkpoint,
    older: &[Checkpoint],
) {
    let reader = FromStored(stored);
    let Checkpoint { size, root, .. } = checkpoint;
    for index in 0..*size {
        let proof = inclusion_proof(&reader, index, *size).unwrap();
        let leaf = stored[&(0, index)];
        assert_eq!(verify_inclusion(&leaf, index, *size, &proof, root), Ok(()));
    }
    for old in older.iter().skip(1) {
        let proof = consistency_proof(&reader, old.size, *size).unwrap();
        assert_eq!(
            verify_consistency(old.size, *size, &proof, &old.root, root),
            Ok(())
        );
    }
}
