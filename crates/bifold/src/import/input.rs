//! Files as streams of bytes: plain or gzip, a file or a tar archive of files, with a count of
//! what was read for the progress bar.
//!
//! It refuses to unpack anything to disk, and to hold more than one document in memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The bytes of a file as they are after unpacking.
pub(crate) type Bytes = Box<dyn BufRead + Send>;

const BUFFER_BYTES: usize = 64 * 1024;
/// Enough to tell gzip and tar.
const HEAD_BYTES: u64 = 512;

/// How many bytes of the files were read so far, as they lie on the disk.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

struct Counted<R> {
    inner: R,
    progress: Progress,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.progress.0.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// What a stream is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// One document.
    Plain,
    /// A tar archive of documents.
    Tar,
}

/// Opens a file, unpacking gzip.
pub(super) fn open(path: &Path, progress: &Progress) -> io::Result<(Bytes, Content)> {
    let counted = Counted {
        inner: File::open(path)?,
        progress: progress.clone(),
    };
    let (head, plain) = peek(BufReader::with_capacity(BUFFER_BYTES, counted))?;
    if !head.starts_with(b"\x1f\x8b") {
        return Ok((Box::new(plain), content(&head)));
    }
    // Several gzip members one after another are one file, as gzip says.
    let unpacked = flate2::bufread::MultiGzDecoder::new(plain);
    let (head, plain) = peek(BufReader::with_capacity(BUFFER_BYTES, unpacked))?;
    Ok((Box::new(plain), content(&head)))
}

/// Opens a file that is one document, unpacking gzip.
pub(crate) fn open_bytes(path: &Path) -> io::Result<Bytes> {
    Ok(open(path, &Progress::default())?.0)
}

/// The first bytes, and the stream as if they had not been read.
fn peek<R: BufRead>(mut stream: R) -> io::Result<(Vec<u8>, impl BufRead)> {
    let mut head = Vec::new();
    stream.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok((head.clone(), Cursor::new(head).chain(stream)))
}

fn content(head: &[u8]) -> Content {
    match head.get(257..262) {
        Some(b"ustar") => Content::Tar,
        _ => Content::Plain,
    }
}

/// A stream that allows a number of bytes at a time, and counts lines.
///
/// Between two calls of `renew` no more than the allowance can be read: a reader that buffers a
/// tag, a comment or a value until it ends cannot be made to buffer without end.
pub(super) struct Leash<R> {
    inner: R,
    allowance: usize,
    used: usize,
    line: u64,
}

impl<R: BufRead> Leash<R> {
    pub(super) fn new(inner: R, allowance: usize) -> Self {
        Self {
            inner,
            allowance,
            used: 0,
            line: 1,
        }
    }

    pub(super) fn renew(&mut self) {
        self.used = 0;
    }

    /// The number of the line that is being read, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }
}

impl<R: BufRead> BufRead for Leash<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.used > self.allowance {
            let why = format!("a single element is longer than {} bytes", self.allowance);
            return Err(io::Error::other(why));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // The buffer is not empty here, so this reads nothing new.
        let lines = self
            .inner
            .fill_buf()
            .map_or(0, |buffer| newlines(buffer.get(..count).unwrap_or(buffer)));
        self.line += lines;
        self.used = self.used.saturating_add(count);
        self.inner.consume(count);
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.split(|b| *b == b'\n').skip(1).count() as u64
}

impl<R: BufRead> Read for Leash<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn gzip_and_tar_are_told_by_their_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let mut archive = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_size(2);
        header.set_cksum();
        archive
            .append_data(&mut header, "a.json", &b"{}"[..])
            .unwrap();
        let archive = archive.into_inner().unwrap();
        for (content, bytes) in [
            (Content::Plain, b"number,x\n1,2\n".to_vec()),
            (Content::Plain, Vec::new()),
            (Content::Tar, archive),
        ] {
            for is_packed in [false, true] {
                let path = dir.path().join("file");
                let mut stored = bytes.clone();
                if is_packed {
                    let mut gzip =
                        flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                    gzip.write_all(&bytes).unwrap();
                    stored = gzip.finish().unwrap();
                }
                std::fs::write(&path, &stored).unwrap();
                let progress = Progress::default();
                let (mut stream, found) = open(&path, &progress).unwrap();
                let mut read = Vec::new();
                stream.read_to_end(&mut read).unwrap();
                assert_eq!((found, &read), (content, &bytes));
                assert_eq!(progress.bytes(), stored.len() as u64);
            }
        }
    }

    #[test]
    fn a_leash_ends_what_does_not_end_and_counts_lines() {
        let mut leash = Leash::new(&b"ab\ncd\nef"[..], 4);
        let mut two = [0; 6];
        leash.read_exact(&mut two).unwrap();
        assert_eq!(leash.line(), 3);
        assert!(leash.fill_buf().is_err());
        leash.renew();
        assert_eq!(leash.fill_buf().unwrap(), b"ef");
    }
}
