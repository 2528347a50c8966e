//! Backups: one file with the tables that nothing else can give back.
//!
//! A backup is an embedded database with the kept tables, copied in one read snapshot of either
//! database. What people wrote is in it as the ledger's sealed disclosures only: projections,
//! which hold it in the clear, are made again by replay. Neither the key ring nor the signing key
//! is in it, so that redacting something today takes it out of all backups ever made, as long as
//! they are restored with today's ring.
//!
//! Left out: sessions, failed sign-ins, slips of reporters without an account, unfinished
//! uploads. Plain text that is in it: the organisation's name, addresses of accounts, names of
//! tokens, preferences and saved views, the legal basis of redaction requests, what went wrong
//! with jobs and anchors. Bytes of evidence are files; a backup names them by hash and size, and
//! takes them along in a folder beside it when asked.

mod copy;
mod restore;

pub use restore::{RedactedSince, Restored};

use crate::db::{Db, Sql};
use crate::error::{Error, Result};
use crate::ledger::LedgerReport;
use crate::migrate;
use crate::store::{Options, Purpose, Store};
use serde::Serialize;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Backup {
    /// The file.
    pub file: PathBuf,
    /// How long it is.
    pub size_bytes: u64,
    /// Entries of all logs.
    pub entries: u64,
    /// Files of evidence that it names.
    pub blobs: u64,
    /// How long these are together.
    pub blob_bytes: u64,
    /// The folder they were copied to.
    pub evidence: Option<PathBuf>,
}

/// What a look at a backup found.
#[derive(Debug, Serialize)]
pub struct Checked {
    /// The ledger, every part derived again.
    pub ledger: LedgerReport,
    /// Facts that were folded again.
    pub facts: u64,
}

/// Where the bytes of evidence lie that were copied with a backup.
fn evidence_beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".evidence");
    PathBuf::from(name)
}

/// A file beside the backup that is in use while this runs.
fn beside(file: &Path, what: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(what);
    PathBuf::from(name)
}

impl Store {
    /// Writes a backup. The file must not be there yet, and is there whole or not at all.
    pub async fn backup(&self, to: &Path, with_evidence: bool) -> Result<Backup> {
        if to.exists() {
            let cause = io::Error::from(io::ErrorKind::AlreadyExists);
            return Err(Error::file(format!("writing {}", to.display()))(cause));
        }
        match self.sign_checkpoint().await {
            // A node without the signing key makes backups as well.
            Ok(_) | Err(Error::NotSigned(_)) => {}
            Err(error) => return Err(error),
        }
        let partial = beside(to, ".partial");
        remove(&partial).map_err(Error::file(format!("removing {}", partial.display())))?;
        let entries = self.copy_into(&partial).await?;
        let evidence = if with_evidence {
            Some(self.copy_evidence(to).await?)
        } else {
            None
        };
        let keep = || -> io::Result<u64> {
            let file = File::open(&partial)?;
            file.sync_all()?;
            std::fs::rename(&partial, to)?;
            let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
            Ok(file.metadata()?.len())
        };
        let size_bytes = keep().map_err(Error::file(format!("keeping {}", to.display())))?;
        let blobs = self.blobs().await?;
        Ok(Backup {
            file: to.to_owned(),
            size_bytes,
            entries,
            blobs: blobs.len() as u64,
            blob_bytes: blobs.iter().map(|(_, bytes)| bytes.unsigned_abs()).sum(),
            evidence,
        })
    }

    /// Copies the kept tables as they are at one moment. How many entries.
    async fn copy_into(&self, file: &Path) -> Result<u64> {
        let target = Db::alone(file).await?;
        migrate::kept(&target).await?;
        let mut from = self.inner.db.snapshot().await?;
        let mut entries = 0;
        for table in copy::COPIED {
            let mut to = target.begin().await?;
            let copied = copy::copy(table, &self.inner.org, &mut from, &mut to).await?;
            to.commit().await?;
            if table.table == "ledger_entry" {
                entries = copied;
            }
        }
        drop(from);
        target.close().await;
        Ok(entries)
    }

    async fn blobs(&self) -> Result<Vec<(String, i64)>> {
        let mut lease = self.inner.db.reader().await?;
        let rows = Sql::new("SELECT sha256, size_bytes FROM blob WHERE org = $1 ORDER BY sha256")
            .arg(&self.inner.org)
            .all(lease.conn())
            .await?;
        Ok(rows)
    }

    async fn copy_evidence(&self, backup: &Path) -> Result<PathBuf> {
        let folder = evidence_beside(backup);
        std::fs::create_dir_all(&folder).map_err(Error::file("making the evidence folder"))?;
        for (sha256, _) in self.blobs().await? {
            let to = folder.join(&sha256);
            if to.exists() {
                continue;
            }
            let Some(from) = self.open_blob(&sha256).await? else {
                return Err(Error::Damaged(format!("the bytes of {sha256} are gone")));
            };
            let from = from.into_blocking().await;
            let what = format!("copying evidence to {}", to.display());
            copied(what, to, move || Ok(from)).await?;
        }
        Ok(folder)
    }

    /// Derives the ledger of a backup again, with the keys in the folder of `options`. Changes
    /// neither the backup nor the keys.
    pub async fn check_backup(file: &Path, mut options: Options) -> Result<Checked> {
        let copy = beside(file, ".checking");
        copy_file(file, &copy).await?;
        options.database_url = Db::at(&copy);
        let checked = Self::derived_again(options).await;
        for end in ["", "-wal", "-shm"] {
            let _ = remove(&beside(&copy, end));
        }
        checked
    }

    async fn derived_again(options: Options) -> Result<Checked> {
        let store = Self::open_for(options, Purpose::Look).await?;
        let ledger = store.verify_ledger(|_| {}).await?;
        let facts = crate::replay::fold_all(&store.inner).await?;
        store.close().await;
        Ok(Checked { ledger, facts })
    }
}

/// Copies a file durably. It is there whole or not at all.
async fn copy_file(from: &Path, to: &Path) -> Result<()> {
    let what = format!("copying {} to {}", from.display(), to.display());
    let from = from.to_owned();
    copied(what, to.to_owned(), move || File::open(from)).await
}

/// Reads to the end into a new durable file.
async fn copied<R: io::Read>(
    what: String,
    to: PathBuf,
    from: impl FnOnce() -> io::Result<R> + Send + 'static,
) -> Result<()> {
    let copied = tokio::task::spawn_blocking(move || {
        let partial = beside(&to, ".partial");
        let (mut from, mut copy) = (from()?, File::create(&partial)?);
        io::copy(&mut from, &mut copy)?;
        copy.sync_all()?;
        std::fs::rename(partial, to)
    });
    copied
        .await
        .map_err(|_| Error::Closed)?
        .map_err(Error::file(what))
}

/// Removes a file that may not be there.
fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
