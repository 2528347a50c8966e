//! Tiles and entry bundles of c2sp.org/tlog-tiles: coordinates, paths, bytes.
//!
//! A tile is 256 (full) or 1–255 (partial) consecutive hashes of one tree level; an entry bundle
//! is the entries below a level-0 tile. This file knows where things are and how they are written;
//! it refuses widths of 0 or above 256, and entries that do not fit a 16-bit length.

use std::ops::Range;

use crate::hash::Hash;
use crate::tree::parse_decimal;

/// Hashes in a full tile, entries in a full bundle.
pub const FULL_WIDTH: u16 = 256;
/// Tree levels between one tile level and the next.
pub const TILE_HEIGHT: u8 = 8;
/// The longest entry that a 16-bit length can announce.
pub const MAX_ENTRY_BYTES: usize = u16::MAX as usize;

/// A tile or bundle that cannot be written or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// An entry is longer than 65,535 bytes.
    #[error(
        "entry {position} of the bundle has {bytes} bytes; the tiled format ends at {MAX_ENTRY_BYTES}"
    )]
    EntryTooLong {
        /// Its position in the bundle, from 0.
        position: usize,
        /// Its length.
        bytes: usize,
    },
    /// More than 256 entries or hashes.
    #[error("{count} items in one tile or bundle; it holds at most {FULL_WIDTH}")]
    TooMany {
        /// How many there were.
        count: usize,
    },
    /// The bundle ends in the middle of an entry.
    #[error("the bundle is cut off in entry {position}; fetch or write the file again")]
    CutOff {
        /// The position of the broken entry, from 0.
        position: usize,
    },
    /// A hash tile is not a whole number of 32-byte hashes.
    #[error("the tile has {bytes} bytes, not a whole number of 32-byte hashes; fetch it again")]
    RaggedTile {
        /// Its length.
        bytes: usize,
    },
}

/// A tile's place: tile level (0 = leaf hashes), index in that level, and how many hashes it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// Tile level, 0–7 in a 64-bit tree. Its hashes stand at tree level `8 × level`.
    pub level: u8,
    /// Index among the tiles of this level.
    pub index: u64,
    /// 1–256.
    pub width: u16,
}

impl Tile {
    /// Where in the tree its hashes are: the tree level and the indexes there.
    pub fn nodes(&self) -> (u8, Range<u64>) {
        (
            self.level.saturating_mul(TILE_HEIGHT),
            row(self.index, self.width),
        )
    }

    /// Its path below the log's prefix.
    pub fn path(&self) -> String {
        tile_path(self.level, self.index, self.width)
    }
}

/// An entry bundle's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bundle {
    /// Index among the bundles.
    pub index: u64,
    /// 1–256.
    pub width: u16,
}

impl Bundle {
    /// The entries it holds.
    pub fn entries(&self) -> Range<u64> {
        row(self.index, self.width)
    }

    /// Its path below the log's prefix.
    pub fn path(&self) -> String {
        entries_path(self.index, self.width)
    }
}

/// The `width` items of row `index`. Rows beyond any 64-bit tree are empty at its far end.
fn row(index: u64, width: u16) -> Range<u64> {
    let first = index.saturating_mul(u64::from(FULL_WIDTH));
    first..first.saturating_add(u64::from(width))
}

/// `tile/<level>/<index>[.p/<width>]`, e.g. `tile/0/x001/x234/067` or `tile/0/273.p/112`.
pub fn tile_path(level: u8, index: u64, width: u16) -> String {
    format!("tile/{level}/{}{}", index_path(index), width_path(width))
}

/// `tile/entries/<index>[.p/<width>]`.
pub fn entries_path(index: u64, width: u16) -> String {
    format!("tile/entries/{}{}", index_path(index), width_path(width))
}

/// The index in groups of three digits, all but the last behind an `x`.
fn index_path(index: u64) -> String {
    let mut text = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        text = format!("x{:03}/{text}", rest % 1000);
        rest /= 1000;
    }
    text
}

fn width_path(width: u16) -> String {
    if width == FULL_WIDTH {
        String::new()
    } else {
        format!(".p/{width}")
    }
}

/// A path that a tiled log serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogPath {
    /// An entry bundle.
    Entries(Bundle),
    /// A hash tile.
    Tile(Tile),
    /// The newest signed checkpoint.
    Checkpoint,
}

impl LogPath {
    /// Reads a path below the log's prefix (no leading slash). Only the one spelling the
    /// specification allows is read, so equal resources have equal paths; and only resources that
    /// a tree of fewer than 2⁶⁴ leaves can have, so that their ranges can be computed.
    pub fn parse(path: &str) -> Option<Self> {
        if path == "checkpoint" {
            return Some(Self::Checkpoint);
        }
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, FULL_WIDTH),
            Some((index, width)) => {
                let width = u16::try_from(parse_decimal(width)?).ok()?;
                (index, (1..FULL_WIDTH).contains(&width).then_some(width)?)
            }
        };
        let index = parse_index(index)?;
        if level == "entries" {
            let exists = index <= u64::MAX >> TILE_HEIGHT;
            return exists.then_some(Self::Entries(Bundle { index, width }));
        }
        let level = u8::try_from(parse_decimal(level)?)
            .ok()
            .filter(|level| *level < 8)?;
        let covered = u32::from((level + 1) * TILE_HEIGHT);
        let exists = index <= u64::MAX.checked_shr(covered).unwrap_or(0);
        exists.then_some(Self::Tile(Tile {
            level,
            index,
            width,
        }))
    }

    /// The path below the log's prefix.
    pub fn path(&self) -> String {
        match self {
            Self::Entries(bundle) => bundle.path(),
            Self::Tile(tile) => tile.path(),
            Self::Checkpoint => "checkpoint".to_owned(),
        }
    }
}

fn parse_index(text: &str) -> Option<u64> {
    let mut index = 0u64;
    let mut groups = text.split('/').peekable();
    while let Some(group) = groups.next() {
        let digits = if groups.peek().is_some() {
            group.strip_prefix('x')?
        } else {
            group
        };
        if digits.len() != 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    // One spelling only: a leading group of zeros is not what the writer produces.
    (index_path(index) == text).then_some(index)
}

/// An entry bundle: each entry behind its length as a big-endian 16-bit number.
pub fn encode_entries(entries: &[&[u8]]) -> Result<Vec<u8>, TileError> {
    if entries.len() > usize::from(FULL_WIDTH) {
        return Err(TileError::TooMany {
            count: entries.len(),
        });
    }
    let mut bytes = Vec::with_capacity(entries.iter().map(|entry| entry.len() + 2).sum());
    for (position, entry) in entries.iter().enumerate() {
        let length = u16::try_from(entry.len()).map_err(|_| TileError::EntryTooLong {
            position,
            bytes: entry.len(),
        })?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// The entries of a bundle, in order, as slices of it.
pub fn parse_entries(bundle: &[u8]) -> Result<Vec<&[u8]>, TileError> {
    let mut entries = Vec::new();
    let mut rest = bundle;
    while !rest.is_empty() {
        let position = entries.len();
        let cut_off = TileError::CutOff { position };
        let (length, after) = rest.split_first_chunk::<2>().ok_or(cut_off)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(cut_off)?;
        entries.push(entry);
        rest = after;
        if entries.len() > usize::from(FULL_WIDTH) {
            return Err(TileError::TooMany {
                count: entries.len(),
            });
        }
    }
    Ok(entries)
}

/// A hash tile's bytes: the hashes one after the other.
pub fn encode_hashes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// The hashes of a tile.
pub fn parse_hashes(tile: &[u8]) -> Result<Vec<Hash>, TileError> {
    let (chunks, rest) = tile.as_chunks::<32>();
    if !rest.is_empty() {
        return Err(TileError::RaggedTile { bytes: tile.len() });
    }
    if chunks.len() > usize::from(FULL_WIDTH) {
        return Err(TileError::TooMany {
            count: chunks.len(),
        });
    }
    Ok(chunks.iter().copied().map(Hash).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_are_spelled_as_the_specification_spells_them() {
        for (index, width, text) in [
            (0, 256, "tile/0/000"),
            (1_234_067, 256, "tile/0/x001/x234/067"),
            (273, 112, "tile/0/273.p/112"),
            (1_000, 1, "tile/0/x001/000.p/1"),
        ] {
            assert_eq!(tile_path(0, index, width), text);
        }
        assert_eq!(entries_path(1_234_067, 9), "tile/entries/x001/x234/067.p/9");
    }

    #[test]
    fn other_spellings_are_not_read() {
        for bad in [
            "",
            "tile",
            "tile/0/",
            "tile/0/1",
            "tile/0/0000",
            "tile/00/000",
            "tile/8/000",
            "tile/7/001",
            "tile/0/x000/001",
            "tile/0/001/001",
            "tile/0/x001",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p",
            "tile/entries/../checkpoint",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "/checkpoint",
        ] {
            assert_eq!(LogPath::parse(bad), None, "{bad}");
        }
        assert_eq!(LogPath::parse("checkpoint"), Some(LogPath::Checkpoint));
    }

    #[test]
    fn bundles_refuse_what_they_cannot_hold() {
        let long = vec![0u8; 65_536];
        assert_eq!(
            encode_entries(&[b"a", &long]),
            Err(TileError::EntryTooLong {
                position: 1,
                bytes: 65_536
            })
        );
        let many = vec![b"".as_slice(); 257];
        assert_eq!(
            encode_entries(&many),
            Err(TileError::TooMany { count: 257 })
        );
        assert_eq!(
            parse_entries(&[0, 1, 7, 0]),
            Err(TileError::CutOff { position: 1 })
        );
        assert_eq!(
            parse_entries(&[0, 2, 7]),
            Err(TileError::CutOff { position: 0 })
        );
        assert_eq!(
            parse_entries(&[0; 514]),
            Err(TileError::TooMany { count: 257 })
        );
        assert_eq!(
            parse_hashes(&[0; 33]),
            Err(TileError::RaggedTile { bytes: 33 })
        );
    }

    proptest! {
        #[test]
        fn every_path_is_read_back(level in 0u8..8, any: u64, width in 1u16..=256) {
            let index = any.checked_shr(u32::from((level + 1) * TILE_HEIGHT)).unwrap_or(0);
            let tile = LogPath::Tile(Tile { level, index, width });
            prop_assert_eq!(LogPath::parse(&tile.path()), Some(tile));
            let entries = LogPath::Entries(Bundle { index, width });
            prop_assert_eq!(LogPath::parse(&entries.path()), Some(entries));
        }

        #[test]
        fn every_bundle_is_read_back(entries in proptest::collection::vec(any::<Vec<u8>>(), 0..20)) {
            let slices: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
            let bytes = encode_entries(&slices).unwrap();
            prop_assert_eq!(parse_entries(&bytes).unwrap(), slices);
        }

        #[test]
        fn any_bytes_are_read_or_refused_without_panic(bytes: Vec<u8>, text: String) {
            let _ = parse_entries(&bytes);
            let _ = parse_hashes(&bytes);
            let _ = LogPath::parse(&text);
        }
    }
}
