//! What may be malware leaves in a ZIP with the password that its analysts all know: no scanner on
//! the way deletes it and nobody opens it by a slip. It hides nothing from anybody.
//!
//! The ZIP is made while it is sent, in constant memory. The bytes are compared with their seal on
//! the way: a transfer of others breaks off instead of ending.

use axum::body::{Body, Bytes};
use bifold_ledger::hash::hex;
use bifold_store::blob::BlobReader;
use futures_util::stream;
use sha2::{Digest, Sha256};
use std::io::{self, Read, Write};
use tokio::sync::mpsc;
use zip::write::SimpleFileOptions;
use zip::{AesMode, CompressionMethod, ZipWriter};

/// Written into every manual of malware analysis; also on the page.
const PASSWORD: &str = "infected";
/// Bytes read and sent at a time, and how many of such blocks wait for a slow receiver.
const BLOCK_BYTES: usize = 256 * 1024;
const BLOCKS_AHEAD: usize = 4;

type Sent = io::Result<Bytes>;

/// The ZIP of these bytes, under this name, as it is sent.
pub(super) async fn body(bytes: BlobReader, name: String, sealed: String) -> Body {
    let (to, from) = mpsc::channel::<Sent>(BLOCKS_AHEAD);
    let bytes = bytes.into_blocking().await;
    tokio::task::spawn_blocking(move || {
        let pipe = io::BufWriter::with_capacity(BLOCK_BYTES, Pipe(to.clone()));
        if let Err(error) = write(bytes, &name, &sealed, pipe) {
            tracing::warn!(%error, name, "a download broke off");
            // Nobody listens any more where the receiver has gone.
            let _ = to.blocking_send(Err(error));
        }
    });
    Body::from_stream(stream::unfold(from, |mut from| async move {
        Some((from.recv().await?, from))
    }))
}

/// Sends what is written.
struct Pipe(mpsc::Sender<Sent>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let block = Bytes::copy_from_slice(bytes);
        match self.0.blocking_send(Ok(block)) {
            Ok(()) => Ok(bytes.len()),
            Err(_) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(mut bytes: impl Read, name: &str, sealed: &str, to: impl Write) -> io::Result<()> {
    let mut zip = ZipWriter::new_stream(to);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .large_file(true)
        .unix_permissions(0o400)
        .with_aes_encryption(AesMode::Aes256, PASSWORD);
    zip.start_file(name, options)?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        let n = bytes.read(&mut block)?;
        let read = block.get(..n).unwrap_or_default();
        if read.is_empty() {
            break;
        }
        hasher.update(read);
        zip.write_all(read)?;
    }
    if hex(&hasher.finalize()) != sealed {
        let why = "the bytes are not those that were sealed";
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    zip.finish()?.into_inner().flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zipped(bytes: &[u8], sealed: &str) -> io::Result<Vec<u8>> {
        let mut to = Vec::new();
        write(bytes, "EVD-2026-0007.bin", sealed, &mut to)?;
        Ok(to)
    }

    #[test]
    fn what_is_inside_needs_the_password_and_is_what_was_sealed() {
        let bytes = b"X5O!".repeat(200_000);
        let sealed = hex(&Sha256::digest(&bytes));
        let made = zipped(&bytes, &sealed).unwrap();
        assert!(!made.windows(8).any(|part| part == b"X5O!X5O!"));
        let mut archive = zip::ZipArchive::new(io::Cursor::new(made)).unwrap();
        assert!(archive.by_index(0).is_err());
        let mut inside = archive.by_index_decrypt(0, PASSWORD.as_bytes()).unwrap();
        let mut read = Vec::new();
        inside.read_to_end(&mut read).unwrap();
        assert!(read == bytes);
    }

    #[test]
    fn other_bytes_than_the_sealed_ones_break_off() {
        let error = zipped(b"other", &"ab".repeat(32)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
