//! Bytes of evidence that come in parts, and go on where they stopped.
//!
//! A part is acknowledged when it is durable. The whole is hashed from its file before anything
//! refers to it, so that what is sealed is what was written, not what was sent.

mod hashing;

pub(crate) use hashing::Hashing;

use crate::blob::{Kept, sync_folder, too_much};
use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_domain::time::DAY;
use bifold_domain::{EvidenceId, PersonId, Refusal};
use bifold_ledger::hash::hex;
use sha2::{Digest, Sha256};
use sqlx::FromRow;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::SystemTime;
use tokio_util::bytes::Bytes;

/// One part at most, in bytes.
pub const PART_LIMIT_BYTES: usize = 16 << 20;
/// How long something unfinished is kept.
const FORGOTTEN_AFTER: i64 = 7 * DAY;

/// Something on its way in.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Upload {
    /// Its id.
    pub id: String,
    /// The item it is for.
    pub evidence: String,
    /// The name it comes under.
    pub filename: Option<String>,
    /// How many bytes there will be.
    pub size_bytes: i64,
    /// How many are here, and durable.
    pub received_bytes: i64,
}

/// A part of it.
#[derive(Debug)]
pub struct Part<'a> {
    /// Its place: bytes before it.
    pub offset: u64,
    /// Its bytes.
    pub bytes: Bytes,
    /// What the sender says their SHA-256 is, in hex.
    pub sha256: Option<&'a str>,
}

impl Store {
    /// Begins. Refuses what there is no room for before anybody sends it.
    pub async fn begin_upload(
        &self,
        person: &PersonId,
        evidence: &EvidenceId,
        filename: Option<&str>,
        size_bytes: u64,
    ) -> Result<Upload> {
        self.forget_uploads().await?;
        let room = self.room().await?;
        if size_bytes > room {
            return Err(too_much(room));
        }
        let id = self.inner.shell.ids.next_uuid();
        let path = self.staging(&id).await?;
        tokio::fs::File::create_new(&path)
            .await
            .map_err(Error::file("staging an upload"))?;
        let size = i64::try_from(size_bytes).map_err(Error::damaged)?;
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "INSERT INTO upload (org, id, evidence, person, filename, size_bytes, \
             received_bytes, started_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)",
        )
        .arg(&self.inner.org)
        .arg(&id)
        .arg(evidence.as_str())
        .arg(person.as_str())
        .arg(filename.map(str::to_owned))
        .arg(size)
        .arg(self.now())
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(Upload {
            id,
            evidence: evidence.to_string(),
            filename: filename.map(str::to_owned),
            size_bytes: size,
            received_bytes: 0,
        })
    }

    /// Where it stands. Only for the one who began it.
    pub async fn upload(&self, person: &PersonId, id: &str) -> Result<Upload> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<Upload> = Sql::new(
            "SELECT id, evidence, filename, size_bytes, received_bytes FROM upload \
             WHERE org = $1 AND id = $2 AND person = $3",
        )
        .arg(&self.inner.org)
        .arg(id)
        .arg(person.as_str())
        .first(lease.conn())
        .await?;
        row.ok_or_else(|| Refusal::no("upload").into())
    }

    /// Takes a part. One that is here already changes nothing; one that leaves a hole is refused.
    pub async fn append_upload(
        &self,
        person: &PersonId,
        id: &str,
        part: &Part<'_>,
    ) -> Result<Upload> {
        self.upload(person, id).await?;
        let upcoming = self.inner.hashing.of(id);
        let _turn = upcoming.turn.lock().await;
        let mut upload = self.upload(person, id).await?;
        let received = u64::try_from(upload.received_bytes).map_err(Error::damaged)?;
        let whole = u64::try_from(upload.size_bytes).map_err(Error::damaged)?;
        let end = part.offset + part.bytes.len() as u64;
        if let Some(said) = part.sha256 {
            let bytes = part.bytes.clone();
            let found = blocking(move || hex(&Sha256::digest(&bytes))).await?;
            if !said.eq_ignore_ascii_case(&found) {
                let said = said.to_owned();
                return Err(Refusal::HashDiffers { said, found }.into());
            }
        }
        if end <= received {
            return Ok(upload);
        }
        if part.offset != received || end > whole {
            return Err(refused("a part that begins where the last one ended"));
        }
        let path = self.staging(id).await?;
        let (to, offset, bytes) = (path.clone(), part.offset, part.bytes.clone());
        let written = blocking(move || write_at(&to, offset, &bytes))
            .await?
            .map_err(Error::file("writing an upload"))?;
        // Durable now; the row says so.
        upload.received_bytes = i64::try_from(end).map_err(Error::damaged)?;
        let mut tx = self.inner.db.begin().await?;
        Sql::new("UPDATE upload SET received_bytes = $3 WHERE org = $1 AND id = $2")
            .arg(&self.inner.org)
            .arg(id)
            .arg(upload.received_bytes)
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        upcoming.go_on(&path, end, written);
        Ok(upload)
    }

    /// The whole is here: hashes it from the disk and keeps it under its content address.
    ///
    /// The caller seals the item with what comes back; should that fail, the bytes are kept and
    /// the same can be asked again.
    pub async fn finish_upload(&self, person: &PersonId, id: &str) -> Result<(Upload, Kept)> {
        self.upload(person, id).await?;
        let upcoming = self.inner.hashing.of(id);
        let _turn = upcoming.turn.lock().await;
        let upload = self.upload(person, id).await?;
        if upload.received_bytes != upload.size_bytes {
            return Err(refused("the end of an upload after all its parts"));
        }
        let path = self.staging(id).await?;
        let (hashed, from) = (upcoming.clone(), path.clone());
        let size_bytes = u64::try_from(upload.size_bytes).map_err(Error::damaged)?;
        let kept = blocking(move || hashed.finish(&from, size_bytes))
            .await?
            .map_err(Error::file("reading an upload"))?;
        if let Some(folder) = path.parent() {
            sync_folder(folder).await?;
        }
        // A second link, so that asking again after a crash finds the bytes still here.
        let link = self.staging(&self.inner.shell.ids.next_uuid()).await?;
        tokio::fs::hard_link(&path, &link)
            .await
            .map_err(Error::file("keeping an upload"))?;
        let done = self.keep_staged(&link, &kept).await;
        if done.is_err() {
            // The upload itself stays, to be finished later.
            let _ = tokio::fs::remove_file(&link).await;
        }
        done.map(|()| (upload, kept))
    }

    /// Forgets an upload; what was kept of it stays kept.
    pub async fn end_upload(&self, id: &str) -> Result<()> {
        self.inner.hashing.forget(id);
        let mut tx = self.inner.db.begin().await?;
        Sql::new("DELETE FROM upload WHERE org = $1 AND id = $2")
            .arg(&self.inner.org)
            .arg(id)
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        let _ = tokio::fs::remove_file(self.staging(id).await?).await;
        Ok(())
    }

    async fn forget_uploads(&self) -> Result<()> {
        let before = self.now() - FORGOTTEN_AFTER;
        let mut lease = self.inner.db.reader().await?;
        let old: Vec<(String,)> =
            Sql::new("SELECT id FROM upload WHERE org = $1 AND started_at < $2")
                .arg(&self.inner.org)
                .arg(before)
                .all(lease.conn())
                .await?;
        drop(lease);
        for (id,) in old {
            self.end_upload(&id).await?;
        }
        Ok(())
    }
}

/// Writes a part and makes it durable. In one piece on a thread of its own: an error of the last
/// bytes must be the answer, and a file that writes behind one's back keeps it for the next time.
fn write_at(path: &Path, offset: u64, bytes: &[u8]) -> std::io::Result<SystemTime> {
    let mut to = std::fs::OpenOptions::new().write(true).open(path)?;
    // Whatever a crash left behind the acknowledged end is written over.
    to.seek(SeekFrom::Start(offset))?;
    to.write_all(bytes)?;
    to.sync_data()?;
    to.metadata()?.modified()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::damaged)
}

fn refused(named: &str) -> Error {
    Refusal::Unknown {
        what: "upload",
        named: named.to_owned(),
    }
    .into()
}
