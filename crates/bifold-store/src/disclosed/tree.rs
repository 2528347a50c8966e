//! The tree of data keys: each derived from the one seed above it, and each can be destroyed alone.
//!
//! A binary tree after Goldreich, Goldwasser and Micali: a node's two children are hashes of it,
//! and from a child nobody comes back to its parent or over to its sibling. Whoever holds a seed
//! can derive every key below it. To *puncture* an address is to replace the seed that covers it
//! by the seeds beside the way down to it: every other key is still derived, as it always was,
//! and this one can never be again, not even by somebody with an old copy of all ciphertexts.
//! A million keys cost one seed; a puncture costs at most one seed a level.
//!
//! The way down is the log's year (16 bits), the entry's index (40 bits), and then a spine: at
//! each step the left child is the key of a disclosure, the right one leads to the keys of the
//! disclosures after it. So an entry has as many keys as it needs, and they are two hashes apart.
//!
//! Pure: no file, clock or randomness.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use zeroize::Zeroize;

/// Bits of the index of an entry in its log.
const INDEX_BITS: u32 = 40;
/// Levels above the spine: year and index.
const LEVELS: u8 = 56;
/// What the hashes of this tree begin with. With the side and the seed it fills one block.
const LABEL: &[u8; 22] = b"bifold disclosure keys";

/// 32 secret bytes that are overwritten when they are let go.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Seed(pub(super) [u8; 32]);

impl Drop for Seed {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

#[derive(Clone, Copy)]
enum Side {
    Left = 0,
    Right = 1,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

impl Seed {
    fn child(&self, side: Side) -> Self {
        let mut block = [0; 55];
        let (label, rest) = block.split_at_mut(LABEL.len());
        label.copy_from_slice(LABEL);
        if let Some((first, seed)) = rest.split_first_mut() {
            *first = side as u8;
            seed.copy_from_slice(&self.0);
        }
        let child = Self(Sha256::digest(block).into());
        block.zeroize();
        child
    }
}

/// Whose key it is: one disclosure of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address {
    /// Year and index, as the bits of the way down.
    pub(super) at: u64,
    /// Which of the entry's disclosures.
    pub(super) slot: u16,
}

impl Address {
    /// `None` where the tree has no such place: years and indexes that no log will have.
    pub(crate) fn new(log: i64, index: u64, slot: u16) -> Option<Self> {
        let log = u64::from(u16::try_from(log).ok()?);
        (index >> INDEX_BITS == 0).then_some(Self {
            at: log << INDEX_BITS | index,
            slot,
        })
    }

    /// The year of the log.
    pub(crate) fn log(self) -> i64 {
        (self.at >> INDEX_BITS).cast_signed()
    }

    /// The entry's index there.
    pub(crate) fn index(self) -> u64 {
        self.at & ((1 << INDEX_BITS) - 1)
    }

    fn side(self, depth: u8) -> Side {
        if self.at >> (LEVELS - 1 - depth) & 1 == 0 {
            Side::Left
        } else {
            Side::Right
        }
    }

    /// The first `depth` bits of the way, the rest zero.
    fn above(self, depth: u8) -> u64 {
        match LEVELS - depth {
            0 => self.at,
            gone => self.at >> gone << gone,
        }
    }
}

/// What a seed is above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    /// All entries whose way begins with so many bits; fewer than [`LEVELS`].
    Entries(u8),
    /// All keys of an entry from this slot on.
    Slots,
    /// One key.
    Key,
}

/// The seeds there are. No one covers another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tree {
    /// By the first address they cover.
    pub(super) seeds: BTreeMap<Address, (Span, Seed)>,
}

const START: Address = Address { at: 0, slot: 0 };

impl Tree {
    /// A tree with all keys.
    pub(crate) fn new(root: [u8; 32]) -> Self {
        Self {
            seeds: BTreeMap::from([(START, (Span::Entries(0), Seed(root)))]),
        }
    }

    /// The seed that an address is below, if it was not punctured.
    fn cover(&self, address: Address) -> Option<(Address, Span, &Seed)> {
        let (first, (span, seed)) = self.seeds.range(..=address).next_back()?;
        let covers = match span {
            Span::Entries(depth) => address.above(*depth) == first.at,
            Span::Slots => address.at == first.at,
            Span::Key => address == *first,
        };
        covers.then_some((*first, *span, seed))
    }

    /// Whether the key of this address cannot be derived any more.
    pub(crate) fn is_punctured(&self, address: Address) -> bool {
        self.cover(address).is_none()
    }

    /// From which slot on an entry's keys are all there. Always 0, but for a log that goes on
    /// from an old backup and comes to an index that had been redacted.
    pub(crate) fn first_free_slot(&self, address: Address) -> Option<u16> {
        let first = Address { slot: 0, ..address };
        if let Some((_, Span::Entries(_) | Span::Slots, _)) = self.cover(first) {
            return Some(0);
        }
        let last = Address {
            slot: u16::MAX,
            ..address
        };
        let (from, span, _) = self.cover(last)?;
        (span == Span::Slots).then_some(from.slot)
    }

    /// The key of an address, or `None` when it was punctured.
    pub(crate) fn key(&self, walk: &mut Walk, address: Address) -> Option<Seed> {
        let (mut slot, mut rest) = match walk.spine.take() {
            Some((at, slot, rest)) if at == address.at && slot <= address.slot => (slot, rest),
            _ => match self.cover(address)? {
                (_, Span::Key, seed) => return Some(seed.clone()),
                (first, Span::Slots, seed) => (first.slot, seed.clone()),
                (_, Span::Entries(depth), seed) => (0, walk.down(address, depth, seed)),
            },
        };
        while slot < address.slot {
            rest = rest.child(Side::Right);
            slot += 1;
        }
        let key = rest.child(Side::Left);
        walk.spine = Some((address.at, slot, rest));
        Some(key)
    }

    /// Destroys the key of an address; `false` if it was gone already.
    pub(crate) fn puncture(&mut self, address: Address) -> bool {
        let Some((first, span, _)) = self.cover(address) else {
            return false;
        };
        let Some((_, mut seed)) = self.seeds.remove(&first) else {
            return false;
        };
        let (from, to) = match span {
            Span::Key => return true,
            Span::Slots => (first.slot, LEVELS),
            Span::Entries(depth) => (0, depth),
        };
        for depth in to..LEVELS {
            let side = address.side(depth);
            let beside = Address {
                at: address.above(depth + 1) ^ 1 << (LEVELS - 1 - depth),
                slot: 0,
            };
            let span = match depth + 1 {
                LEVELS => Span::Slots,
                below => Span::Entries(below),
            };
            self.seeds.insert(beside, (span, seed.child(side.other())));
            seed = seed.child(side);
        }
        for slot in from..address.slot {
            let key = Address { slot, ..address };
            self.seeds.insert(key, (Span::Key, seed.child(Side::Left)));
            seed = seed.child(Side::Right);
        }
        if let Some(slot) = address.slot.checked_add(1) {
            let after = Address { slot, ..address };
            self.seeds
                .insert(after, (Span::Slots, seed.child(Side::Right)));
        }
        true
    }
}

/// Where a derivation was last, so that the next one close by costs two hashes and not sixty.
///
/// It belongs to one tree as that was: after a puncture it has to be thrown away with it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Walk {
    /// The seeds on the way down, with the bits that lead to each.
    way: Vec<(u8, u64, Seed)>,
    /// The seed from a slot of an entry on.
    spine: Option<(u64, u16, Seed)>,
}

impl Walk {
    /// The seed of an entry, below one that covers it.
    fn down(&mut self, address: Address, depth: u8, seed: &Seed) -> Seed {
        while self
            .way
            .last()
            .is_some_and(|(depth, bits, _)| address.above(*depth) != *bits)
        {
            self.way.pop();
        }
        let (mut depth, mut seed) = match self.way.last() {
            Some((depth, _, seed)) => (*depth, seed.clone()),
            None => (depth, seed.clone()),
        };
        while depth < LEVELS {
            seed = seed.child(address.side(depth));
            depth += 1;
            self.way.push((depth, address.above(depth), seed.clone()));
        }
        seed
    }
}
