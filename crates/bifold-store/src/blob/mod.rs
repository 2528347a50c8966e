//! Bytes by their content address. Written once, never replaced, and destroyed only when two
//! people disposed of the evidence they are.

mod bucket;
mod disk;
mod place;
mod reader;
mod shelf;
mod stage;

pub(crate) use place::Blobs;
pub use place::{BucketOptions, Credentials, EvidenceStore};
pub use reader::BlobReader;
pub use shelf::Shelf;
use stage::hash_of;
pub(crate) use stage::{sync_folder, too_much};

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::job::Next;
use crate::store::Store;
use crate::write::DESTROY_AFTER;
use std::path::{Path, PathBuf};
use tokio::io::AsyncRead;

/// One blob at most, in bytes.
pub const BLOB_LIMIT_BYTES: u64 = 1 << 40;
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

impl Store {
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
        self.inner.blobs.answers().await?;
        let temporary = self.staging(&self.inner.shell.ids.next_uuid()).await?;
        let room = self.room().await?;
        let kept = match stage::copy(&mut from, &temporary, room).await {
            Ok(kept) => self.keep_staged(&temporary, &kept).await.map(|()| kept),
            Err(error) => Err(error),
        };
        if kept.is_err() {
            // Nothing refers to a staged file, and nobody was told that it is kept.
            let _ = tokio::fs::remove_file(&temporary).await;
        }
        kept
    }

    /// Gives a durable staged file its content address.
    ///
    /// The time in the row is moved first and last: bytes that somebody just brought are not
    /// destroyed, whatever became of the item they belonged to before.
    pub(crate) async fn keep_staged(&self, temporary: &Path, kept: &Kept) -> Result<()> {
        self.touch_row(&kept.sha256).await?;
        self.inner.blobs.keep(temporary, kept).await?;
        // Safe now: the bytes are where they stay. A crash here leaves a blob without a row, which
        // the next keeping of the same bytes repairs.
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
    pub async fn open_blob(&self, sha256: &str) -> Result<Option<BlobReader>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64,)> =
            Sql::new("SELECT size_bytes FROM blob WHERE org = $1 AND sha256 = $2")
                .arg(&self.inner.org)
                .arg(sha256)
                .first(lease.conn())
                .await?;
        // Only a name the table knows becomes a path, or a key.
        if row.is_none() {
            return Ok(None);
        }
        drop(lease);
        self.inner.blobs.read(sha256).await
    }

    /// Whether the bytes still have the content address they are kept under; `None` where there
    /// are none to look at.
    pub async fn look_at_blob(&self, sha256: &str) -> Result<Option<bool>> {
        let Some(blob) = self.open_blob(sha256).await? else {
            return Ok(None);
        };
        let is_remote = matches!(blob, BlobReader::Object(_));
        let found = hash_of(blob.into_blocking().await)
            .await
            .map_err(|error| match error {
                // The service stopped answering on the way, which says nothing about the bytes.
                Error::File { cause, .. } if is_remote => Error::EvidenceStore {
                    what: "reading evidence",
                    cause: cause.to_string(),
                },
                other => other,
            })?;
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
        self.inner.blobs.remove(sha256).await?;
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

    /// Where blobs are kept, in words.
    pub fn evidence_store(&self) -> String {
        self.inner.blobs.name()
    }

    /// Writes, reads and removes a probe where blobs are kept.
    pub async fn probe_evidence_store(&self) -> Result<()> {
        self.inner
            .blobs
            .probe(&self.inner.shell.ids.next_uuid())
            .await
    }
}
