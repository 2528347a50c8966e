//! Restoring a backup into a new place, with the keys as they are today.
//!
//! What was redacted after the backup was made is in it, sealed under keys that are gone: it reads
//! as redacted. A log restored from an old backup is older than the last signed one; it is not
//! signed then, which is the rollback guard's rule and not changed by anything here.

use super::{copy, copy_file, evidence_beside, remove};
use crate::db::{Db, Sql};
use crate::disclosed::{Address, ring};
use crate::error::{Error, Result};
use crate::migrate;
use crate::store::{Options, Store};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// An entry that the backup has whole, and that lost values afterwards.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RedactedSince {
    /// Its log.
    pub log: i64,
    /// Its index there.
    pub index: u64,
    /// The entry that says so, in the log as it was before.
    pub by: u64,
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// Entries of all logs.
    pub entries: u64,
    /// What the backup still had and the ring had not.
    pub redacted_since: Vec<RedactedSince>,
    /// Files of evidence that are named and not there, by hash.
    pub missing_evidence: Vec<String>,
}

impl Store {
    /// Makes a new organisation's place out of a backup. `keys` is today's key ring, or the
    /// folder of keys with it: then signing key and rollback guard come along.
    pub async fn restore(file: &Path, keys: &Path, options: Options) -> Result<(Self, Restored)> {
        let data = options.data.clone();
        std::fs::create_dir_all(&data)
            .map_err(Error::file(format!("making {}", data.display())))?;
        let db = Db::open(&options.database_url).await?;
        migrate::run(&db).await?;
        let mut lease = db.reader().await?;
        let existing: Option<(i64,)> = Sql::new("SELECT no FROM organisation LIMIT 1")
            .first(lease.conn())
            .await?;
        drop(lease);
        if existing.is_some() {
            return Err(Error::AlreadyInitialised);
        }
        // A copy, because an older backup is first brought up to this program's schema.
        let copied = data.join("restoring.db");
        copy_file(file, &copied).await?;
        let entries = filled(&copied, keys, &data, &db).await;
        db.close().await;
        remove(&copied).map_err(Error::file("removing the copy of the backup"))?;
        let entries = entries?;
        let store = Self::open(options).await?;
        let missing_evidence = store.bring_evidence(file).await?;
        let redacted_since = store.redacted_since().await?;
        let restored = Restored {
            entries,
            redacted_since,
            missing_evidence,
        };
        Ok((store, restored))
    }

    async fn redacted_since(&self) -> Result<Vec<RedactedSince>> {
        let state = self.log_state().await?;
        let mut lease = self.inner.db.reader().await?;
        let known: Vec<(i64, i64, i64)> =
            Sql::new("SELECT log, idx, slot FROM key_destroyed WHERE org = $1")
                .arg(&self.inner.org)
                .all(lease.conn())
                .await?;
        let known: BTreeSet<Address> = known
            .into_iter()
            .filter_map(|(log, idx, slot)| {
                Address::new(log, u64::try_from(idx).ok()?, u16::try_from(slot).ok()?)
            })
            .collect();
        let ring = self.inner.ring.now()?;
        let mut since = BTreeSet::new();
        for (address, gone) in ring.gone.iter().filter(|(at, _)| !known.contains(at)) {
            let (log, index) = (address.log(), address.index());
            if log < state.log || (log == state.log && index < state.size) {
                let by = gone.by;
                since.insert(RedactedSince { log, index, by });
            }
        }
        Ok(since.into_iter().collect())
    }

    /// Copies the bytes that lie beside the backup; gives the hashes of those that do not.
    async fn bring_evidence(&self, backup: &Path) -> Result<Vec<String>> {
        let folder = evidence_beside(backup);
        let mut missing = Vec::new();
        for (sha256, _) in self.blobs().await? {
            let from = folder.join(&sha256);
            if !from.exists() {
                missing.push(sha256);
                continue;
            }
            // Hashed on the way, and kept under what they are: other bytes stay missing.
            let file = tokio::fs::File::open(&from)
                .await
                .map_err(Error::file(format!("reading {}", from.display())))?;
            if self.keep_blob(file).await?.sha256 != sha256 {
                missing.push(sha256);
            }
        }
        Ok(missing)
    }
}

/// Fills a new database from a backup, and brings the keys to it.
async fn filled(backup: &Path, keys: &Path, data: &Path, db: &Db) -> Result<u64> {
    let backup = Db::alone(backup).await?;
    migrate::kept(&backup).await?;
    let (org, name) = named(&backup).await?;
    bring_keys(keys, data, &name)?;
    let entries = fill(&backup, db, &org).await?;
    // Safe now: all rows are there. A crash before this leaves an empty database, and the same
    // command does it again.
    backup.close().await;
    Ok(entries)
}

/// The organisation of a backup and its ring.
async fn named(backup: &Db) -> Result<(String, String)> {
    let mut lease = backup.reader().await?;
    Sql::new("SELECT org, ring FROM key_ring LIMIT 1")
        .first(lease.conn())
        .await?
        .ok_or(Error::NoOrganisation)
}

/// Copies the ring, and from a folder of keys also what signs and guards.
fn bring_keys(keys: &Path, data: &Path, name: &str) -> Result<()> {
    let here = ring::file(data);
    let (from, folder) = if keys.is_dir() {
        let folder = match keys.join("keys") {
            inner if inner.is_dir() => inner,
            _ => keys.to_owned(),
        };
        let file = here.file_name().map(PathBuf::from).unwrap_or_default();
        (folder.join(file), Some(folder))
    } else {
        (keys.to_owned(), None)
    };
    ring::copy(&from, &here, name)?;
    let Some(folder) = folder else {
        return Ok(());
    };
    let names = std::fs::read_dir(&folder).map_err(Error::file("reading the folder of keys"))?;
    for entry in names.flatten() {
        let name = entry.file_name();
        if name == "identity" && entry.path().is_dir() {
            bring_identity_keys(&entry.path(), &here.with_file_name(&name))?;
        }
        let is_guard = name.to_string_lossy().starts_with("last-signed-")
            && !name.to_string_lossy().ends_with(".new");
        if name == "ledger.key" || is_guard {
            let to = here.with_file_name(&name);
            if !to.exists() {
                ring::copy_private(&entry.path(), &to)?;
            }
        }
    }
    Ok(())
}

/// Brings the keys of names given in trust, each a file: those deleted since the backup stay so.
fn bring_identity_keys(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).map_err(Error::file("making the folder of identity keys"))?;
    let names = std::fs::read_dir(from).map_err(Error::file("reading the keys of identities"))?;
    for entry in names.flatten() {
        let to = to.join(entry.file_name());
        if !to.exists() {
            ring::copy_private(&entry.path(), &to)?;
        }
    }
    Ok(())
}

/// Copies all rows in one transaction, and has the projections replayed at the next start.
async fn fill(backup: &Db, db: &Db, org: &str) -> Result<u64> {
    let mut from = backup.snapshot().await?;
    let mut to = db.begin().await?;
    let mut entries = 0;
    for table in copy::COPIED {
        let copied = copy::copy(table, org, &mut from, &mut to).await?;
        if table.table == "ledger_entry" {
            entries = copied;
        }
    }
    migrate::outdate(&mut to).await?;
    to.commit().await?;
    Ok(entries)
}
