//! SHA-256 of bytes while they pass by. Holds the state of the hash and nothing of the bytes.

use bifold_ledger::hash::hex;
use sha2::{Digest as _, Sha256};
use std::io::{self, Read, Write};

/// Bytes read at a time.
const READ_BYTES: usize = 256 * 1024;

/// What passed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summed {
    /// SHA-256 in lower-case hex.
    pub(crate) sha256: String,
    /// How many bytes.
    pub(crate) size_bytes: u64,
}

/// A writer or reader whose bytes are hashed as they pass.
#[derive(Debug)]
pub(crate) struct Hashing<T> {
    inner: T,
    state: Sha256,
    size_bytes: u64,
}

impl<T> Hashing<T> {
    pub(crate) fn new(inner: T) -> Self {
        let state = Sha256::new();
        Self {
            inner,
            state,
            size_bytes: 0,
        }
    }

    /// What passed so far.
    pub(crate) fn passed_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Ends it: what was inside, and what passed.
    pub(crate) fn end(self) -> (T, Summed) {
        let summed = Summed {
            sha256: hex(&self.state.finalize()),
            size_bytes: self.size_bytes,
        };
        (self.inner, summed)
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.state.update(bytes);
        self.size_bytes += bytes.len() as u64;
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.pass(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.pass(into.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// Copies everything, a piece at a time.
pub(crate) fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<u64> {
    let mut piece = vec![0; READ_BYTES];
    let mut copied = 0;
    loop {
        let count = match from.read(&mut piece) {
            Ok(0) => return Ok(copied),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        to.write_all(piece.get(..count).unwrap_or_default())?;
        copied += count as u64;
    }
}

/// The hash of everything a reader gives.
pub(crate) fn of_reader(reader: impl Read) -> io::Result<Summed> {
    let mut hashing = Hashing::new(reader);
    copy(&mut hashing, &mut io::sink())?;
    Ok(hashing.end().1)
}

/// The hash of bytes that are here.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Whether a text is a SHA-256 as this project writes it: 64 lower-case hex digits.
pub(crate) fn is_sha256(text: &str) -> bool {
    let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    text.len() == 64 && text.bytes().all(digit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_hash_of_abc_is_the_published_one() {
        let summed = of_reader(&b"abc"[..]).unwrap();
        let published = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((summed.sha256.as_str(), summed.size_bytes), (published, 3));
        assert!(is_sha256(published) && !is_sha256(&published.to_uppercase()));
    }

    proptest! {
        #[test]
        fn reading_and_writing_hash_the_same(pieces in prop::collection::vec(
            prop::collection::vec(any::<u8>(), 0..300), 0..8))
        {
            let whole = pieces.concat();
            let mut writing = Hashing::new(Vec::new());
            for piece in &pieces {
                writing.write_all(piece).unwrap();
            }
            let (written, summed) = writing.end();
            prop_assert_eq!(&written, &whole);
            prop_assert_eq!(&summed, &of_reader(whole.as_slice()).unwrap());
            prop_assert_eq!(summed.sha256, of_bytes(&whole));
        }
    }
}
