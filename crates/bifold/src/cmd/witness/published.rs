//! A published log on disk, as far as asking for a cosignature needs it: the checkpoint and the
//! tree nodes in its tiles.

use super::durable;
use crate::exit::{Code, Coded};
use bifold_ledger::checkpoint::{Checkpoint, open_checkpoint};
use bifold_ledger::cosignature::{Cosignature, WitnessKey, cosignatures, with_cosignatures};
use bifold_ledger::hash::Hash;
use bifold_ledger::note::Verifier;
use bifold_ledger::proof::{FromStored, NodeReader, consistency_proof, root_at};
use bifold_ledger::tile::{FULL_WIDTH, TILE_HEIGHT, Tile, parse_hashes};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The folder of one published log.
pub(super) struct PublishedLog {
    dir: PathBuf,
    pub(super) vkey: Verifier,
    pub(super) note: String,
    pub(super) checkpoint: Checkpoint,
}

impl PublishedLog {
    /// Opens the folder, and checks that its tiles give the tree of its checkpoint: a proof from
    /// other tiles would make the witness believe in a second history.
    pub(super) fn open(dir: &Path) -> anyhow::Result<Self> {
        let vkey = read(dir, "vkey")?;
        let vkey: Verifier = vkey.trim_end().parse().map_err(|why| refused(dir, &why))?;
        let note = read(dir, "checkpoint")?;
        let checkpoint = open_checkpoint(note.as_bytes(), std::slice::from_ref(&vkey));
        let log = Self {
            dir: dir.to_owned(),
            vkey,
            note,
            checkpoint: checkpoint.map_err(|why| refused(dir, &why))?,
        };
        let root = root_at(&FromStored(log.tiles()), log.checkpoint.size)?;
        if root != log.checkpoint.root {
            let why = "its tiles do not give the root of its checkpoint";
            return Err(refused(dir, &why));
        }
        Ok(log)
    }

    /// The proof that the first `old` entries are part of the log; empty where that needs none.
    pub(super) fn proof(&self, old: u64) -> anyhow::Result<Vec<Hash>> {
        let size = self.checkpoint.size;
        if old == 0 || old == size {
            return Ok(Vec::new());
        }
        let proof = consistency_proof(&FromStored(self.tiles()), old, size);
        proof.map_err(|why| refused(&self.dir, &why))
    }

    /// Whether this witness has cosigned the checkpoint already.
    pub(super) fn is_cosigned_by(&self, witness: &WitnessKey) -> bool {
        let found = cosignatures(self.note.as_bytes(), std::slice::from_ref(witness));
        found.is_ok_and(|found| !found.is_empty())
    }

    /// Adds a witness's answer to the checkpoint on disk, if it is good and still for that one.
    pub(super) fn keep(&self, answer: &str, witness: &WitnessKey) -> anyhow::Result<Cosignature> {
        // Another witness's answer may come at the same time; none may be lost.
        let _turn = durable::lock(&self.dir)?;
        let note = read(&self.dir, "checkpoint")?;
        let now = open_checkpoint(note.as_bytes(), std::slice::from_ref(&self.vkey));
        if now.as_ref() != Ok(&self.checkpoint) {
            let says = "the log was published anew while the witness was asked; ask again";
            return Err(Coded::error(Code::Conflict, says));
        }
        let kept = with_cosignatures(&note, answer, std::slice::from_ref(witness));
        let (note, found) = kept.map_err(|why| {
            let says = format!("the answer of the witness cannot be used: {why}");
            Coded::error(Code::VerificationFailed, says)
        })?;
        durable::replace(&self.dir.join("checkpoint"), note.as_bytes())?;
        let found = found.into_iter().next();
        found.ok_or_else(|| Coded::error(Code::Failure, "the cosignature is gone"))
    }

    fn tiles(&self) -> Tiles<'_> {
        Tiles {
            dir: &self.dir,
            size: self.checkpoint.size,
            read: RefCell::default(),
        }
    }
}

/// The hash tiles of a log of `size` entries, each read once.
struct Tiles<'a> {
    dir: &'a Path,
    size: u64,
    read: RefCell<HashMap<(u8, u64), Vec<Hash>>>,
}

impl Tiles<'_> {
    fn tile(&self, level: u8, index: u64) -> anyhow::Result<Vec<Hash>> {
        let hashes = self.size.checked_shr(u32::from(level * TILE_HEIGHT));
        let first = index * u64::from(FULL_WIDTH);
        let width = hashes.unwrap_or(0).saturating_sub(first);
        let width = u16::try_from(width).unwrap_or(FULL_WIDTH).min(FULL_WIDTH);
        let tile = |width| {
            Tile {
                level,
                index,
                width,
            }
            .path()
        };
        let path = self.dir.join(tile(width));
        let bytes = std::fs::read(&path)
            // A full tile may have taken the place of a partial one (tlog-tiles, "Partial Tiles").
            .or_else(|_| std::fs::read(self.dir.join(tile(FULL_WIDTH))))
            .map_err(|error| refused(self.dir, &format!("{}: {error}", path.display())))?;
        parse_hashes(&bytes).map_err(|why| refused(self.dir, &why))
    }
}

impl NodeReader for Tiles<'_> {
    type Error = anyhow::Error;

    fn node(&self, level: u8, index: u64) -> anyhow::Result<Hash> {
        let place = (level / TILE_HEIGHT, index / u64::from(FULL_WIDTH));
        if !self.read.borrow().contains_key(&place) {
            let hashes = self.tile(place.0, place.1)?;
            self.read.borrow_mut().insert(place, hashes);
        }
        let within = usize::try_from(index % u64::from(FULL_WIDTH))?;
        let read = self.read.borrow();
        let hash = read.get(&place).and_then(|hashes| hashes.get(within));
        let short = || refused(self.dir, &"a tile is shorter than the checkpoint promises");
        hash.copied().ok_or_else(short)
    }
}

fn read(dir: &Path, name: &str) -> anyhow::Result<String> {
    let path = dir.join(name);
    std::fs::read_to_string(&path).map_err(|error| {
        let message = format!(
            "{}: {error}. Give the folder of one log, which `bifold ledger publish` wrote for one \
             year",
            path.display()
        );
        Coded::error(Code::NotFound, message)
    })
}

fn refused(dir: &Path, why: &impl ToString) -> anyhow::Error {
    let message = format!(
        "the log in {}: {}; publish it again",
        dir.display(),
        why.to_string()
    );
    Coded::error(Code::VerificationFailed, message)
}

#[cfg(test)]
mod tests;
