//! Writes a made-up log the way `bifold ledger publish` does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bifold_ledger::checkpoint::sign_checkpoint;
use bifold_ledger::hash::Hash;
use bifold_ledger::note::Signer;
use bifold_ledger::publish;
use bifold_ledger::tile::{LogPath, encode_entries, encode_hashes};
use bifold_ledger::tree::{Frontier, leaf_hash};
use tempfile::TempDir;

use crate::sample::{ORIGIN, SampleLog};

/// A log in a directory of its own.
pub(crate) struct Published {
    pub(crate) dir: TempDir,
}

pub(crate) fn signer() -> Signer {
    Signer::new(ORIGIN, [1; 32]).unwrap()
}

pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

impl Published {
    /// Publishes the log with its disclosures.
    pub(crate) fn new(log: &SampleLog) -> Self {
        let published = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        published.publish(log);
        let lines: Vec<String> = log
            .entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| !entry.disclosures.is_empty())
            .map(|(idx, entry)| serde_json::json!({"idx": idx, "d": entry.disclosures}).to_string())
            .collect();
        write(&published.path("disclosures.jsonl"), lines.join("\n"));
        published
    }

    /// Writes bundles, tiles and checkpoint.
    pub(crate) fn publish(&self, log: &SampleLog) {
        let nodes = stored_nodes(log);
        for file in publish::files(log.entries.len() as u64) {
            let bytes = match &file {
                LogPath::Entries(bundle) => {
                    let range = bundle.entries();
                    let range =
                        usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
                    let entries: Vec<&[u8]> = log.entries[range]
                        .iter()
                        .map(|entry| entry.leaf.as_slice())
                        .collect();
                    encode_entries(&entries).unwrap()
                }
                LogPath::Tile(tile) => {
                    let (level, indexes) = tile.nodes();
                    let hashes: Vec<Hash> = indexes.map(|index| nodes[&(level, index)]).collect();
                    encode_hashes(&hashes)
                }
                LogPath::Checkpoint => signed(log, log.entries.len()).into_bytes(),
            };
            write(&self.path(&file.path()), bytes);
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Flips the lowest bit of a byte of a file.
    pub(crate) fn flip(&self, name: &str, at: usize) {
        let mut bytes = fs::read(self.path(name)).unwrap();
        bytes[at] ^= 1;
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Runs `bifold-verify` on the directory.
    pub(crate) fn verify(&self, more: &[&str]) -> Answer {
        let vkey = signer().vkey();
        let dir = self.dir.path().to_str().unwrap();
        run(&[&[dir, "--vkey", vkey.as_str()], more].concat())
    }
}

/// A signed checkpoint of the first `size` entries.
pub(crate) fn signed(log: &SampleLog, size: usize) -> String {
    sign_checkpoint(&log.checkpoint_at(size), &[&signer()]).unwrap()
}

pub(crate) fn stored_nodes(log: &SampleLog) -> BTreeMap<(u8, u64), Hash> {
    let mut nodes = BTreeMap::new();
    let mut tree = Frontier::new();
    for entry in &log.entries {
        let leaf = leaf_hash(&entry.leaf);
        nodes.insert((0, tree.size()), leaf);
        let completed = tree
            .push(leaf)
            .into_iter()
            .filter(|node| node.level % 8 == 0);
        nodes.extend(completed.map(|node| ((node.level, node.index), node.hash)));
    }
    nodes
}

/// What a program said, and how it ended.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        let text = [output.stdout, output.stderr].concat();
        Self {
            code: output.status.code(),
            text: String::from_utf8(text).unwrap(),
        }
    }
}

/// Runs `bifold-verify` with these arguments.
pub(crate) fn run(args: &[&str]) -> Answer {
    Command::new(env!("CARGO_BIN_EXE_bifold-verify"))
        .args(args)
        .output()
        .unwrap()
        .into()
}
