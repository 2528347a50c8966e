//! Comparing the published hash tiles with the tree that the entries give.
//!
//! Tiles are never trusted, only compared; the comparison tells *which* entry or tile was altered,
//! which the root alone cannot.

use std::path::Path;

use bifold_ledger::hash::Hash;
use bifold_ledger::tile::{FULL_WIDTH, TILE_HEIGHT, Tile, parse_hashes};
use bifold_ledger::tree::Frontier;

use crate::files::{self, FileError};
use crate::report::{Problem, Report};

/// Bytes of a full tile.
const MAX_TILE_BYTES: u64 = 8192;

/// One row of hashes at a tile level that is not full yet.
#[derive(Default)]
struct Row {
    index: u64,
    hashes: Vec<Hash>,
}

pub(crate) struct TileChecker<'a> {
    dir: &'a Path,
    tree: Frontier,
    rows: Vec<Row>,
}

impl<'a> TileChecker<'a> {
    pub(crate) fn new(dir: &'a Path) -> Self {
        Self {
            dir,
            tree: Frontier::new(),
            rows: Vec::new(),
        }
    }

    /// Adds a leaf and compares every tile that became full by it.
    pub(crate) fn push(&mut self, leaf: Hash, report: &mut Report) {
        let completed = self.tree.push(leaf);
        let stored = completed
            .iter()
            .filter(|node| node.level % TILE_HEIGHT == 0);
        let hashes = std::iter::once(leaf).chain(stored.map(|node| node.hash));
        for (level, hash) in hashes.enumerate() {
            if self.rows.len() == level {
                self.rows.push(Row::default());
            }
            let Some(row) = self.rows.get_mut(level) else {
                continue;
            };
            row.hashes.push(hash);
            if row.hashes.len() == usize::from(FULL_WIDTH) {
                compare(self.dir, level, row, report);
                row.index += 1;
                row.hashes.clear();
            }
        }
    }

    /// Compares the partial tiles at the right edge.
    pub(crate) fn finish(self, report: &mut Report) {
        for (level, row) in self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| !row.hashes.is_empty())
        {
            compare(self.dir, level, row, report);
        }
    }
}

fn compare(dir: &Path, level: usize, row: &Row, report: &mut Report) {
    // Eight levels cover 2⁶⁴ leaves, and a row has at most 256 hashes.
    let (Ok(level), Ok(width)) = (u8::try_from(level), u16::try_from(row.hashes.len())) else {
        return;
    };
    let tile = Tile {
        level,
        index: row.index,
        width,
    };
    let (path, bytes) = match read_either(dir, &tile) {
        Ok(found) => found,
        Err(problem) => return report.add(problem),
    };
    let mut published = match parse_hashes(&bytes) {
        Ok(hashes) => hashes,
        Err(why) => return report.add(Problem::Form { path, why }),
    };
    if path != tile.path() {
        published.truncate(row.hashes.len());
    }
    if published.len() != row.hashes.len() {
        let (expected, found) = (row.hashes.len(), published.len());
        return report.add(Problem::Count {
            path,
            expected,
            found,
        });
    }
    let first = row.index * u64::from(FULL_WIDTH);
    for (position, (ours, theirs)) in row.hashes.iter().zip(&published).enumerate() {
        if ours != theirs {
            let path = path.clone();
            report.add(match level {
                0 => Problem::EntryAltered {
                    path,
                    entry: first + position as u64,
                },
                _ => Problem::TileAltered { path, position },
            });
        }
    }
}

/// The tile's file; if a partial one is gone, the full one that took its place (tlog-tiles,
/// "Partial Tiles").
fn read_either(dir: &Path, tile: &Tile) -> Result<(String, Vec<u8>), Problem> {
    let full = Tile {
        width: FULL_WIDTH,
        ..*tile
    };
    read_first(dir, [tile.path(), full.path()], MAX_TILE_BYTES)
}

/// The first of the files that is there.
pub(crate) fn read_first(
    dir: &Path,
    paths: [String; 2],
    limit: u64,
) -> Result<(String, Vec<u8>), Problem> {
    let [preferred, _] = paths.clone();
    for path in paths {
        match files::read(&dir.join(&path), limit) {
            Ok(bytes) => return Ok((path, bytes)),
            Err(FileError::Missing) => {}
            Err(FileError::Unreadable(why)) => return Err(Problem::Unreadable { path, why }),
        }
    }
    Err(Problem::Missing { path: preferred })
}
