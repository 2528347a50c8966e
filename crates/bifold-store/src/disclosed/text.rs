//! A key ring as text: what its file holds. Pure.
//!
//! ```text
//! bifold key ring 1
//! id <which ring>
//! seed <year and index> <slot> <span> <base64>        what can still be derived
//! gone <year and index> <slot> <entry> <digest>       what was destroyed, and which entry says so
//! end <SHA-256 of all above>
//! ```

use super::tree::{Address, Seed, Span, Tree};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use zeroize::Zeroizing;

const TITLE: &str = "bifold key ring 1\n";

/// A disclosure whose key was destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gone {
    /// The entry that says so.
    pub by: u64,
    /// Its digest, as it stands in the leaf.
    pub digest: String,
}

/// All that a ring holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    /// Which ring it is. No secret; the database names it.
    pub id: String,
    /// The keys.
    pub tree: Tree,
    /// The keys that were destroyed.
    pub gone: BTreeMap<Address, Gone>,
}

impl Content {
    /// Destroys a key and keeps in whose name; `false` if it was gone already.
    pub(crate) fn destroy(&mut self, address: Address, gone: Gone) -> bool {
        let punctured = self.tree.puncture(address);
        self.gone.entry(address).or_insert(gone);
        punctured
    }

    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        // Room for all of it at once: a string that grows leaves copies behind.
        let room = 200 + 100 * (self.tree.seeds.len() + self.gone.len());
        let mut text = Zeroizing::new(String::with_capacity(room));
        text.push_str(TITLE);
        // Writing to a string does not fail.
        let _ = writeln!(text, "id {}", self.id);
        for (at, (span, seed)) in &self.tree.seeds {
            let seed = Zeroizing::new(BASE64.encode(seed.0));
            let span = match span {
                Span::Entries(depth) => depth.to_string(),
                Span::Slots => "slots".to_owned(),
                Span::Key => "key".to_owned(),
            };
            let _ = writeln!(text, "seed {:014x} {} {span} {}", at.at, at.slot, *seed);
        }
        for (at, Gone { by, digest }) in &self.gone {
            let _ = writeln!(text, "gone {:014x} {} {by} {digest}", at.at, at.slot);
        }
        let sum = BASE64.encode(Sha256::digest(text.as_bytes()));
        let _ = writeln!(text, "end {sum}");
        text
    }

    /// Reads it; `None` unless every byte is as it was written.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let end = text.rfind("end ")?;
        let (above, sum) = text.split_at(end);
        let sum = sum.strip_prefix("end ")?.strip_suffix('\n')?;
        if BASE64.encode(Sha256::digest(above.as_bytes())) != sum {
            return None;
        }
        let mut lines = above.strip_prefix(TITLE)?.lines();
        let mut content = Self {
            id: lines.next()?.strip_prefix("id ")?.to_owned(),
            tree: Tree {
                seeds: BTreeMap::new(),
            },
            gone: BTreeMap::new(),
        };
        for line in lines {
            let [sort, at, slot, third, last] =
                <[&str; 5]>::try_from(line.split(' ').collect::<Vec<_>>()).ok()?;
            let address = Address {
                at: u64::from_str_radix(at, 16).ok()?,
                slot: slot.parse().ok()?,
            };
            match sort {
                "seed" => {
                    let span = match third {
                        "slots" => Span::Slots,
                        "key" => Span::Key,
                        depth => Span::Entries(depth.parse().ok().filter(|depth| *depth < 56)?),
                    };
                    let bytes = Zeroizing::new(BASE64.decode(last).ok()?);
                    let seed = Seed(bytes.as_slice().try_into().ok()?);
                    content.tree.seeds.insert(address, (span, seed));
                }
                "gone" => {
                    let by = third.parse().ok()?;
                    let digest = last.to_owned();
                    content.gone.insert(address, Gone { by, digest });
                }
                _ => return None,
            }
        }
        Some(content)
    }
}
