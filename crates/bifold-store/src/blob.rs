//! Bytes on disk, by their content address. Written once, never replaced, and destroyed only when
//! two people disposed of the evidence they are.

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::job::Next;
use crate::store::Store;
use crate::write::DESTROY_AFTER;
use sha2::{Digest, Sha256};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;

/// One blob at most, in bytes.
pub const BLOB_LIMIT_BYTES: u64 = 1 << 40;
/// Bytes read at a time.
const CHUNK_BYTES: usize = 1 << 20;
/// Chunks between the one who reads and the one who hashes and writes.
const CHUNKS_AHEAD: usize = 8;

/// In the place of the time it was kept: two people disposed of it and it is being destroyed.
const DOOMED: i64 = -1;

/// A kept blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its content address: SHA-256 in hex.
    pub sha256: String,
    /// How long it is.
    pub size_bytes: u64,
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Store {
    pub(crate) fn blob_path(&self, sha256: &str) -> PathBuf {
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

    /// Where bytes wait that nothing refers to yet.
    pub(crate) async fn staging(&self, name: &str) -> Result<PathBuf> {
        let staging = self.inner.data.join("blobs").join("staging");
        tokio::fs::create_dir_all(&staging)
            .await
            .map_err(Error::file("making the blob folder"))?;
        Ok(staging.join(name))
    }

    /// A name for a file that is made to be sent and removed.
    pub async fn scratch(&self) -> Result<PathBuf> {
        self.staging(&self.inner.shell.ids.next_uuid()).await
    }

    /// Keeps what is read. Hashes while writing, makes the bytes durable, then the row.
    pub async fn keep_blob(&self, mut from: impl AsyncRead + Unpin) -> Result<Kept> {
        let temporary = self.staging(&self.inner.shell.ids.next_uuid()).await?;
        let room = self.room().await?;
        match copy(&mut from, &temporary, room).await {
            Ok(kept) => {
                self.keep_staged(&temporary, &kept).await?;
                Ok(kept)
            }
            Err(error) => {
                // Nothing refers to a staged file; losing it loses nothing.
                let _ = tokio::fs::remove_file(&temporary).await;
                Err(error)
            }
        }
    }

    /// Gives a durable staged file its content address.
    ///
    /// The time in the row is moved first and last: bytes that somebody just brought are not
    /// destroyed, whatever became of the item they belonged to before.
    pub(crate) async fn keep_staged(&self, temporary: &Path, kept: &Kept) -> Result<()> {
        self.touch_row(&kept.sha256).await?;
        let path = self.blob_path(&kept.sha256);
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        tokio::fs::create_dir_all(&folder)
            .await
            .map_err(Error::file("making a blob folder"))?;
        read_only(temporary).await?;
        tokio::fs::rename(temporary, &path)
            .await
            .map_err(Error::file("keeping a blob"))?;
        // Safe now: the bytes and their name are on disk. A crash here leaves a blob without a
        // row, which the next keeping of the same bytes repairs.
        sync_folder(&folder).await?;
        let mut tx = self.inner.db.begin().await?;
        let kept = Sql::new(
            "INSERT INTO blob (org, sha256, size_bytes, kept_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (org, sha256) DO UPDATE SET kept_at = excluded.kept_at \
             WHERE blob.kept_at <> $5",
        )
        .arg(&self.inner.org)
        .arg(&kept.sha256)
        .arg(kept.size_bytes)
        .arg(self.now())
        .arg(DOOMED)
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        if kept == 0 {
            return Err(Error::BeingDestroyed);
        }
        Ok(())
    }

    /// Moves the time of a blob that is there already. From here on nobody begins to destroy it.
    async fn touch_row(&self, sha256: &str) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        let row: Option<(i64,)> =
            Sql::new("SELECT kept_at FROM blob WHERE org = $1 AND sha256 = $2")
                .arg(&self.inner.org)
                .arg(sha256)
                .first(tx.conn())
                .await?;
        let touched = Sql::new(
            "UPDATE blob SET kept_at = $3 WHERE org = $1 AND sha256 = $2 AND kept_at <> $4",
        )
        .arg(&self.inner.org)
        .arg(sha256)
        .arg(self.now())
        .arg(DOOMED)
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        match row {
            Some(_) if touched == 0 => Err(Error::BeingDestroyed),
            _ => Ok(()),
        }
    }

    /// Bytes that may still come.
    pub(crate) async fn room(&self) -> Result<u64> {
        let quota = self.inner.quota_bytes;
        if quota == u64::MAX {
            return Ok(BLOB_LIMIT_BYTES);
        }
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64,)> = Sql::new(
            "SELECT CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT) FROM blob WHERE org = $1",
        )
        .arg(&self.inner.org)
        .first(lease.conn())
        .await?;
        let used = row.map_or(0, |r| u64::try_from(r.0).unwrap_or(0));
        Ok(quota.saturating_sub(used).min(BLOB_LIMIT_BYTES))
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
        match tokio::fs::File::open(&path).await {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::file("opening a blob")(error)),
        }
    }

    /// Whether the bytes still have the content address they are kept under; `None` where there
    /// are none to look at.
    pub async fn look_at_blob(&self, sha256: &str) -> Result<Option<bool>> {
        let Some(file) = self.open_blob(sha256).await? else {
            return Ok(None);
        };
        let found = hash_of(file).await?;
        Ok(Some(found.sha256 == sha256))
    }

    /// Whether the bytes still have the content address they are kept under.
    pub async fn blob_is_intact(&self, sha256: &str) -> Result<bool> {
        Ok(self.look_at_blob(sha256).await? == Some(true))
    }

    /// Destroys bytes that nobody brought for a while.
    ///
    /// The row is marked first, and goes last: as long as it is marked nobody can keep the same
    /// bytes, so that what is removed here is never what somebody was told is kept.
    pub(crate) async fn destroy_blob(&self, sha256: &str) -> Result<Next> {
        let mut tx = self.inner.db.begin().await?;
        Sql::new("UPDATE blob SET kept_at = $3 WHERE org = $1 AND sha256 = $2 AND kept_at <= $4")
            .arg(&self.inner.org)
            .arg(sha256)
            .arg(DOOMED)
            .arg(self.now() - DESTROY_AFTER)
            .run(tx.conn())
            .await?;
        let row: Option<(i64,)> =
            Sql::new("SELECT kept_at FROM blob WHERE org = $1 AND sha256 = $2")
                .arg(&self.inner.org)
                .arg(sha256)
                .first(tx.conn())
                .await?;
        tx.commit().await?;
        match row {
            None => return Ok(Next::Done),
            Some((DOOMED,)) => {}
            Some((kept_at,)) => return Ok(Next::NotBefore(kept_at + DESTROY_AFTER)),
        }
        // A crash from here on leaves the mark; the job runs again and goes on.
        match tokio::fs::remove_file(self.blob_path(sha256)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::file("destroying a blob")(error));
            }
            _ => {}
        }
        let mut tx = self.inner.db.begin().await?;
        Sql::new("DELETE FROM blob WHERE org = $1 AND sha256 = $2 AND kept_at = $3")
            .arg(&self.inner.org)
            .arg(sha256)
            .arg(DOOMED)
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(Next::Done)
    }
}

/// What nobody writes to by mistake. The bytes' own protection is their hash.
async fn read_only(path: &Path) -> Result<()> {
    let file = Error::file("protecting a blob");
    let metadata = tokio::fs::metadata(path).await.map_err(file)?;
    let mut permissions = metadata.permissions();
    permissions.set_readonly(true);
    tokio::fs::set_permissions(path, permissions)
        .await
        .map_err(Error::file("protecting a blob"))
}

/// Hash and length of a file, read anew.
pub(crate) async fn hash_of(file: tokio::fs::File) -> Result<Kept> {
    let mut file = file.into_std().await;
    tokio::task::spawn_blocking(move || {
        let mut hasher = Sha256::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut size_bytes = 0;
        loop {
            let n = std::io::Read::read(&mut file, &mut chunk)
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
async fn copy(from: &mut (impl AsyncRead + Unpin), to: &Path, room: u64) -> Result<Kept> {
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
        if chunk.is_empty() {
            break;
        }
        size += chunk.len() as u64;
        if size > room {
            return Err(too_much(room));
        }
        // The writer has ended only with an error, which is the better one to tell.
        if send.send(chunk).await.is_err() {
            break;
        }
    }
    drop(send);
    writer.await.map_err(Error::damaged)?
}

/// There is no room for so many bytes.
pub(crate) fn too_much(room: u64) -> Error {
    let limit = usize::try_from(room).unwrap_or(usize::MAX);
    bifold_domain::Refusal::TooMany {
        what: "bytes of evidence",
        limit,
    }
    .into()
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
