//! A stream that is counted and hashed while it is read.

use bifold_ledger::hash::hex;
use std::io::{self, Read};

use sha2::{Digest as _, Sha256};

/// What was wrong with a stream that was read.
pub(super) enum Problem {
    /// It had this many bytes instead.
    Length(u64),
    /// It could not be read on.
    Io(io::Error),
}

/// Reads at most the announced bytes.
pub(super) struct Measured<'a> {
    inner: &'a mut dyn Read,
    hash: Sha256,
    announced: u64,
    left: u64,
}

impl<'a> Measured<'a> {
    pub(super) fn new(inner: &'a mut dyn Read, announced: u64) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            announced,
            left: announced,
        }
    }

    /// The digest in hexadecimal, if the stream ends exactly where it was said to.
    pub(super) fn finish(self) -> Result<String, Problem> {
        if self.left > 0 {
            return Err(Problem::Length(self.announced - self.left));
        }
        let mut beyond = Vec::new();
        let more = self.inner.take(1).read_to_end(&mut beyond);
        match more.map_err(Problem::Io)? {
            0 => Ok(hex(&self.hash.finalize())),
            _ => Err(Problem::Length(self.announced.saturating_add(1))),
        }
    }
}

impl Read for Measured<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let Some(buffer) = buffer.get_mut(..room).filter(|b| !b.is_empty()) else {
            return Ok(0);
        };
        let read = self.inner.read(buffer)?;
        self.hash.update(buffer.get(..read).unwrap_or_default());
        self.left -= read as u64;
        Ok(read)
    }
}
