//! Bytes on their way in: hashed while they are written, and hashed again from where they lie.

use super::Kept;
use crate::error::{Error, Result};
use bifold_ledger::hash::hex;
use sha2::{Digest, Sha256};
use std::io::{Read, Write as _};
use std::path::Path;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;

/// Bytes read at a time.
const CHUNK_BYTES: usize = 1 << 20;
/// Chunks between the one who reads and the one who hashes and writes.
const CHUNKS_AHEAD: usize = 8;

/// Hash and length of what is read.
pub(crate) async fn hash_of(mut from: Box<dyn Read + Send>) -> Result<Kept> {
    tokio::task::spawn_blocking(move || {
        let mut hasher = Sha256::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut size_bytes = 0;
        loop {
            let n = from
                .read(&mut chunk)
                .map_err(Error::file("reading a blob"))?;
            if n == 0 {
                let sha256 = hex(&hasher.finalize());
                return Ok(Kept { sha256, size_bytes });
            }
            hasher.update(chunk.get(..n).unwrap_or_default());
            size_bytes += n as u64;
        }
    })
    .await
    .map_err(Error::damaged)?
}

/// Reads in one task while another hashes and writes, so that neither waits for the other's part.
pub(super) async fn copy(
    from: &mut (impl AsyncRead + Unpin),
    to: &Path,
    room: u64,
) -> Result<Kept> {
    let (send, mut receive) = mpsc::channel::<Vec<u8>>(CHUNKS_AHEAD);
    let to = to.to_path_buf();
    let writer = tokio::task::spawn_blocking(move || {
        let mut file = std::fs::File::create_new(&to).map_err(Error::file("staging a blob"))?;
        let mut hasher = Sha256::new();
        let mut size_bytes = 0;
        while let Some(chunk) = receive.blocking_recv() {
            hasher.update(&chunk);
            file.write_all(&chunk)
                .map_err(Error::file("writing a blob"))?;
            size_bytes += chunk.len() as u64;
        }
        file.sync_all().map_err(Error::file("writing a blob"))?;
        let sha256 = hex(&hasher.finalize());
        Ok::<Kept, Error>(Kept { sha256, size_bytes })
    });
    let read = feed(from, &send, room).await;
    drop(send);
    // Awaited in any case: whoever removes the file afterwards removes the last of it.
    let kept = writer.await.map_err(Error::damaged)?;
    read.and(kept)
}

/// Reads up to the end, unless the writer has ended, which it does only with an error.
async fn feed(
    from: &mut (impl AsyncRead + Unpin),
    send: &mpsc::Sender<Vec<u8>>,
    room: u64,
) -> Result<()> {
    let mut size = 0;
    loop {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        while chunk.len() < CHUNK_BYTES {
            let n = from
                .read_buf(&mut chunk)
                .await
                .map_err(Error::file("receiving a blob"))?;
            if n == 0 {
                break;
            }
        }
        size += chunk.len() as u64;
        if size > room {
            return Err(too_much(room));
        }
        if chunk.is_empty() || send.send(chunk).await.is_err() {
            return Ok(());
        }
    }
}

/// There is no room for so many bytes.
pub(crate) fn too_much(room: u64) -> Error {
    Error::OverQuota { left_bytes: room }
}

pub(crate) async fn sync_folder(folder: &Path) -> Result<()> {
    let handle = tokio::fs::File::open(folder)
        .await
        .map_err(Error::file("opening a folder"))?;
    handle
        .sync_all()
        .await
        .map_err(Error::file("making a folder durable"))
}
