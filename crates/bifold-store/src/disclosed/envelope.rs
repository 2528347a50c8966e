//! One entry's disclosures, sealed line by line, as a row holds them.
//!
//! A sealed line is `~1.<slot>.<base64url of nonce and ciphertext>`, where what is encrypted are
//! the bytes that the disclosure is the base64url of. Anything that does not begin with `~` is a
//! disclosure in the clear, from before there were keys, and is read as such.
//!
//! ChaCha20-Poly1305: no key schedule to set up for a key that is used once, and nothing that
//! depends on the processor. A key seals one line in an undisturbed life. But a transaction may
//! be rolled back and another one come to the same index, and a log may go on from an old backup;
//! so the nonce is random and not fixed, which keeps both from giving anything away.

use super::ring::Ring;
use super::text::{Content, Gone};
use super::tree::{Address, Seed, Walk};
use crate::error::{Error, Result};
use crate::shell::Entropy;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::fmt::Write as _;
use std::sync::Arc;

const MARK: char = '~';
const VERSION: &str = "1";

/// Seals and opens the disclosures of one organisation. For a run of entries take one for all of
/// them: it remembers where in the tree it was.
pub(crate) struct Envelopes {
    org: String,
    content: Arc<Content>,
    walk: Walk,
}

/// The disclosures of an entry that can be read.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    /// The disclosures, a line each.
    pub lines: String,
    /// Those whose lines are here, but whose keys were destroyed.
    pub gone: Vec<Gone>,
}

impl Opened {
    /// The entry that says that something was removed, when only the ring knows it.
    pub(crate) fn by(&self) -> u64 {
        self.gone.iter().map(|gone| gone.by).max().unwrap_or(0)
    }
}

/// The slot of a sealed line.
pub(crate) fn slot(line: &str) -> Option<u16> {
    line.strip_prefix(MARK)?.split('.').nth(1)?.parse().ok()
}

impl Envelopes {
    pub(super) fn new(org: &str, ring: &Ring) -> Result<Self> {
        Ok(Self {
            org: org.to_owned(),
            content: ring.now()?,
            walk: Walk::default(),
        })
    }

    fn address(log: i64, index: u64, slot: u16) -> Result<Address> {
        Address::new(log, index, slot)
            .ok_or_else(|| Error::damaged(format!("entry {index} of log {log} has no data key")))
    }

    fn aad(&self, log: i64, index: u64, slot: u16) -> Aad<String> {
        Aad::from(format!("{}\n{log}\n{index}\n{slot}", self.org))
    }

    /// Seals an entry's disclosures, each with a key of its own.
    pub(crate) fn seal(
        &mut self,
        log: i64,
        index: u64,
        disclosures: &[String],
        entropy: &Entropy,
    ) -> Result<String> {
        let no_key = || Error::damaged(format!("the data keys of entry {index} were destroyed"));
        let first = Self::address(log, index, 0)?;
        if disclosures.is_empty() {
            return Ok(String::new());
        }
        let free = self.content.tree.first_free_slot(first);
        let mut slot = free.ok_or_else(no_key)?;
        let room = disclosures.iter().map(|line| line.len() + 48).sum();
        let mut sealed = String::with_capacity(room);
        for disclosure in disclosures {
            let address = Address { slot, ..first };
            let seed = self.content.tree.key(&mut self.walk, address);
            let key = cipher(&seed.ok_or_else(no_key)?)?;
            let (nonce, fresh) = nonce(entropy)?;
            let mut bytes = BASE64.decode(disclosure).map_err(Error::damaged)?;
            let tag = key
                .seal_in_place_separate_tag(nonce, self.aad(log, index, slot), &mut bytes)
                .map_err(|_| Error::damaged("a disclosure is too long"))?;
            if !sealed.is_empty() {
                sealed.push('\n');
            }
            // Writing to a string does not fail.
            let _ = write!(sealed, "{MARK}{VERSION}.{slot}.");
            BASE64.encode_string(
                [&fresh, bytes.as_slice(), tag.as_ref()].concat(),
                &mut sealed,
            );
            slot = slot.checked_add(1).ok_or_else(no_key)?;
        }
        Ok(sealed)
    }

    /// Opens an entry's row. What was destroyed is left out and told of; what cannot be opened
    /// for another reason is damage.
    pub(crate) fn open(&mut self, log: i64, index: u64, stored: &str) -> Result<Opened> {
        let mut opened = Opened {
            lines: String::with_capacity(stored.len()),
            gone: Vec::new(),
        };
        for line in stored.lines().filter(|line| !line.is_empty()) {
            let clear = if line.starts_with(MARK) {
                self.open_line(log, index, line, &mut opened)?
            } else {
                opened.lines.push_str(line);
                true
            };
            if clear {
                opened.lines.push('\n');
            }
        }
        Ok(opened)
    }

    /// Adds an opened line; `false` if its key was destroyed.
    fn open_line(&mut self, log: i64, index: u64, line: &str, to: &mut Opened) -> Result<bool> {
        let damaged = || Error::damaged(format!("a disclosure of entry {index} cannot be opened"));
        let mut parts = line.get(MARK.len_utf8()..).unwrap_or_default().split('.');
        let (version, slot, sealed) = (parts.next(), parts.next(), parts.next());
        if version != Some(VERSION) || parts.next().is_some() {
            return Err(damaged());
        }
        let slot: u16 = slot
            .and_then(|slot| slot.parse().ok())
            .ok_or_else(damaged)?;
        let address = Self::address(log, index, slot)?;
        let Some(seed) = self.content.tree.key(&mut self.walk, address) else {
            let gone = self.content.gone.get(&address).ok_or_else(damaged)?;
            to.gone.push(gone.clone());
            return Ok(false);
        };
        let mut bytes = BASE64
            .decode(sealed.unwrap_or_default())
            .map_err(|_| damaged())?;
        let (nonce, body) = bytes
            .split_first_chunk_mut::<NONCE_LEN>()
            .ok_or_else(damaged)?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let clear = cipher(&seed)?
            .open_in_place(nonce, self.aad(log, index, slot), body)
            .map_err(|_| damaged())?;
        BASE64.encode_string(clear, &mut to.lines);
        Ok(true)
    }
}

fn cipher(seed: &Seed) -> Result<LessSafeKey> {
    UnboundKey::new(&CHACHA20_POLY1305, &seed.0)
        .map(LessSafeKey::new)
        .map_err(|_| Error::damaged("a data key of another length"))
}

fn nonce(entropy: &Entropy) -> Result<(Nonce, [u8; NONCE_LEN])> {
    let random = entropy.take();
    let fresh: [u8; NONCE_LEN] = *random
        .first_chunk()
        .ok_or_else(|| Error::damaged("too little randomness"))?;
    Ok((Nonce::assume_unique_for_key(fresh), fresh))
}
