//! Reads a blob from its beginning to its end, wherever it is.

use std::io::Read;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::io::SyncIoBridge;

/// A kept blob, open for reading. Needs little memory however long the blob is.
pub enum BlobReader {
    /// From a file.
    File(tokio::fs::File),
    /// From a bucket, a range at a time.
    Object(Pin<Box<dyn AsyncRead + Send>>),
}

impl std::fmt::Debug for BlobReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::File(_) => "BlobReader::File",
            Self::Object(_) => "BlobReader::Object",
        })
    }
}

impl BlobReader {
    /// The same for those who may block. Made in a runtime, read outside of its own threads
    /// (`spawn_blocking`).
    pub async fn into_blocking(self) -> Box<dyn Read + Send> {
        match self {
            Self::File(file) => Box::new(file.into_std().await),
            Self::Object(object) => Box::new(SyncIoBridge::new(object)),
        }
    }
}

impl AsyncRead for BlobReader {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        match self.get_mut() {
            Self::File(file) => Pin::new(file).poll_read(cx, buf),
            Self::Object(object) => object.as_mut().poll_read(cx, buf),
        }
    }
}
