//! Bytes on disk, by their content address. Written once, never replaced.

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

/// One blob at most, in bytes.
pub const BLOB_LIMIT_BYTES: u64 = 1 << 30;

/// A kept blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its content address: SHA-256 in hex.
    pub sha256: String,
    /// How long it is.
    pub size_bytes: u64,
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Store {
    fn blob_path(&self, sha256: &str) -> PathBuf {
        let (a, b) = (
            sha256.get(..2).unwrap_or("xx"),
            sha256.get(2..4).unwrap_or("xx"),
        );
        self.inner
            .data
            .join("blobs")
            .join("sha256")
            .join(a)
            .join(b)
            .join(sha256)
    }

    /// Keeps what is read. Hashes while writing, makes the bytes durable, then the row.
    pub async fn keep_blob(&self, mut from: impl AsyncRead + Unpin) -> Result<Kept> {
        let staging = self.inner.data.join("blobs").join("staging");
        tokio::fs::create_dir_all(&staging)
            .await
            .map_err(Error::file("making the blob folder"))?;
        let temporary = staging.join(self.inner.shell.ids.next_uuid());
        let copied = copy(&mut from, &temporary).await;
        let Ok((sha256, size_bytes)) = copied else {
            // Nothing refers to a staged file; losing it loses nothing.
            let _ = tokio::fs::remove_file(&temporary).await;
            return copied.map(|_| Kept {
                sha256: String::new(),
                size_bytes: 0,
            });
        };
        let path = self.blob_path(&sha256);
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        tokio::fs::create_dir_all(&folder)
            .await
            .map_err(Error::file("making a blob folder"))?;
        tokio::fs::rename(&temporary, &path)
            .await
            .map_err(Error::file("keeping a blob"))?;
        // Safe now: the bytes and their name are on disk. A crash here leaves a blob without a
        // row, which the next keeping of the same bytes repairs.
        sync_folder(&folder).await?;
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "INSERT INTO blob (org, sha256, size_bytes, kept_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (org, sha256) DO NOTHING",
        )
        .arg(&self.inner.org)
        .arg(&sha256)
        .arg(size_bytes)
        .arg(self.now())
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(Kept { sha256, size_bytes })
    }

    /// Opens a kept blob for reading, or `None` when this organisation has none such.
    pub async fn open_blob(&self, sha256: &str) -> Result<Option<tokio::fs::File>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64,)> =
            Sql::new("SELECT size_bytes FROM blob WHERE org = $1 AND sha256 = $2")
                .arg(&self.inner.org)
                .arg(sha256)
                .first(lease.conn())
                .await?;
        // Only a name the table knows becomes a path.
        if row.is_none() {
            return Ok(None);
        }
        let path = self.blob_path(sha256);
        tokio::fs::File::open(&path)
            .await
            .map(Some)
            .map_err(Error::file("opening a blob"))
    }

    /// Whether the bytes still have the content address they are kept under.
    pub async fn blob_is_intact(&self, sha256: &str) -> Result<bool> {
        let Some(mut file) = self.open_blob(sha256).await? else {
            return Ok(false);
        };
        let mut hasher = Sha256::new();
        let mut chunk = vec![0; 64 * 1024];
        loop {
            let n = file
                .read(&mut chunk)
                .await
                .map_err(Error::file("reading a blob"))?;
            if n == 0 {
                return Ok(hex(&hasher.finalize()) == sha256);
            }
            hasher.update(chunk.get(..n).unwrap_or_default());
        }
    }
}

async fn copy(from: &mut (impl AsyncRead + Unpin), to: &Path) -> Result<(String, u64)> {
    let mut file = tokio::fs::File::create_new(to)
        .await
        .map_err(Error::file("staging a blob"))?;
    let mut hasher = Sha256::new();
    let mut size = 0u64;
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let n = from
            .read(&mut chunk)
            .await
            .map_err(Error::file("receiving a blob"))?;
        let part = chunk.get(..n).unwrap_or_default();
        if part.is_empty() {
            break;
        }
        size += n as u64;
        if size > BLOB_LIMIT_BYTES {
            let limit = usize::try_from(BLOB_LIMIT_BYTES).unwrap_or(usize::MAX);
            return Err(bifold_domain::Refusal::TooMany {
                what: "bytes in one file",
                limit,
            }
            .into());
        }
        hasher.update(part);
        file.write_all(part)
            .await
            .map_err(Error::file("writing a blob"))?;
    }
    file.sync_all()
        .await
        .map_err(Error::file("writing a blob"))?;
    Ok((hex(&hasher.finalize()), size))
}

async fn sync_folder(folder: &Path) -> Result<()> {
    let handle = tokio::fs::File::open(folder)
        .await
        .map_err(Error::file("opening a folder"))?;
    handle
        .sync_all()
        .await
        .map_err(Error::file("making a folder durable"))
}
