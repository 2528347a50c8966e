//! Which files a published log of a given size consists of.
//!
//! This is an enumeration, not a writer: the caller reads the bytes and writes the files in the
//! order given, so that a checkpoint never appears before what it promises. It refuses to list
//! partial tiles of sizes other than those asked for.

use crate::tile::{Bundle, FULL_WIDTH, LogPath, TILE_HEIGHT, Tile};

/// Everything a reader needs for a checkpoint of `size`: entry bundles, hash tiles from the leaves
/// up, and the checkpoint last. An empty log is its checkpoint alone.
pub fn files(size: u64) -> impl Iterator<Item = LogPath> {
    files_between(0, size)
}

/// What is new since a publication of size `published`: full resources completed after it, the
/// partial ones of `size`, and the checkpoint last.
///
/// Partial files of earlier checkpoints may be deleted once their full file is there (tlog-tiles,
/// "Partial Tiles"); they may also stay.
pub fn files_between(published: u64, size: u64) -> impl Iterator<Item = LogPath> {
    let bundles =
        widths(published, size).map(|(index, width)| LogPath::Entries(Bundle { index, width }));
    // At tile level l, a hash covers 256^l leaves; above the highest level there are none.
    let levels = (0u8..).map_while(move |level| {
        let covered = u32::from(level * TILE_HEIGHT);
        let hashes = size.checked_shr(covered).filter(|hashes| *hashes > 0)?;
        Some((level, published >> covered, hashes))
    });
    let tiles = levels.flat_map(|(level, before, hashes)| {
        widths(before, hashes).map(move |(index, width)| {
            LogPath::Tile(Tile {
                level,
                index,
                width,
            })
        })
    });
    bundles.chain(tiles).chain([LogPath::Checkpoint])
}

/// (index, width) of each 256-wide row that `count` items fill, leaving out the rows that were
/// full with `before` items, and the last row if nothing was added to it.
fn widths(before: u64, count: u64) -> impl Iterator<Item = (u64, u16)> {
    let row = u64::from(FULL_WIDTH);
    let first = before / row;
    let partial = u16::try_from(count % row).unwrap_or(0);
    let full = (first..count / row).map(|index| (index, FULL_WIDTH));
    let last = (partial > 0 && count > before).then_some((count / row, partial));
    full.chain(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn paths(size: u64) -> Vec<String> {
        files(size).map(|file| file.path()).collect()
    }

    #[test]
    fn the_examples_of_the_specification() {
        assert_eq!(paths(0), ["checkpoint"]);
        assert_eq!(
            paths(256),
            [
                "tile/entries/000",
                "tile/0/000",
                "tile/1/000.p/1",
                "checkpoint"
            ]
        );
        let tiles: Vec<_> = files(70_000)
            .filter_map(|file| match file {
                LogPath::Tile(tile) => Some((tile.level, tile.width)),
                _ => None,
            })
            .collect();
        let count = |level, width| tiles.iter().filter(|t| **t == (level, width)).count();
        assert_eq!(count(0, 256), 273);
        assert_eq!(count(0, 112), 1);
        assert_eq!(count(1, 256), 1);
        assert_eq!(count(1, 17), 1);
        assert_eq!(count(2, 1), 1);
        assert_eq!(tiles.len(), 277);
    }

    #[test]
    fn publishing_step_by_step_leaves_nothing_out() {
        let steps = [
            0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000,
        ];
        let mut written = BTreeSet::new();
        for pair in steps.windows(2) {
            written.extend(files_between(pair[0], pair[1]));
            for file in files(pair[1]) {
                assert!(written.contains(&file), "{} at {}", file.path(), pair[1]);
            }
        }
    }

    #[test]
    fn the_checkpoint_comes_last_and_unchanged_files_are_not_listed() {
        assert_eq!(files(70_000).last(), Some(LogPath::Checkpoint));
        assert_eq!(
            files_between(300, 300).collect::<Vec<_>>(),
            [LogPath::Checkpoint]
        );
        let step: Vec<_> = files_between(300, 301).map(|file| file.path()).collect();
        assert_eq!(
            step,
            ["tile/entries/001.p/45", "tile/0/001.p/45", "checkpoint"]
        );
    }

    #[test]
    fn the_largest_size_ends() {
        // One bundle, one level-0 tile, the checkpoint; no shift or sum overflows on the way.
        assert_eq!(files_between(u64::MAX - 1, u64::MAX).count(), 3);
    }
}
