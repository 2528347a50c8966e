//! The ledger beyond appending: keys, checkpoints, proofs, verification, publication.

mod durable;
mod part;
mod publish;
mod redact;
mod sign;
mod verify;

pub use part::{LogPart, PartEntry, Upto};
pub use redact::Redacted;
pub(crate) use redact::not_held;
pub use verify::{LedgerReport, Mismatch};

use crate::db::{Lease, Sql};
use crate::error::{Error, Result};
use crate::shell::Shell;
use crate::store::Store;
use crate::write::Head;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bifold_ledger::checkpoint::Checkpoint;
use bifold_ledger::hash::Hash;
use bifold_ledger::note::Signer;
use bifold_ledger::proof::{
    FromStored, inclusion_proof, needed_for_inclusion, needed_for_root, root_at, stored_for,
};
use bifold_ledger::tlog_proof::TlogProof;
use sqlx::FromRow;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The signing key of an organisation's logs. Kept in a file outside the database.
#[derive(Clone)]
pub(crate) struct Keys {
    seed: Option<[u8; 32]>,
    folder: PathBuf,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    fn file(data: &Path) -> PathBuf {
        data.join("keys").join("ledger.key")
    }

    /// Makes the key, unless there is one.
    pub(crate) fn create(data: &Path, shell: &Shell) -> Result<()> {
        let path = Self::file(data);
        if path.exists() {
            return Ok(());
        }
        let folder = data.join("keys");
        std::fs::create_dir_all(&folder).map_err(Error::file("making the key folder"))?;
        let mut file = private_file(&path).map_err(Error::file("making the ledger key"))?;
        writeln!(file, "{}", STANDARD.encode(shell.entropy.take()))
            .and_then(|()| file.sync_all())
            .map_err(Error::file("writing the ledger key"))
    }

    /// Reads the key. A node without one serves and writes, and leaves signing to others.
    pub(crate) fn open(data: &Path, _origin: &str) -> Result<Self> {
        let folder = data.join("keys");
        let path = Self::file(data);
        if !path.exists() {
            return Ok(Self { seed: None, folder });
        }
        let text = std::fs::read_to_string(&path).map_err(Error::file("reading the ledger key"))?;
        let seed = STANDARD
            .decode(text.trim())
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .ok_or_else(|| Error::NotSigned(format!("{} is not a key", path.display())))?;
        Ok(Self {
            seed: Some(seed),
            folder,
        })
    }

    pub(crate) fn signer(&self, origin: &str) -> Result<Signer> {
        let seed = self.seed.ok_or_else(|| {
            Error::NotSigned("this node has no ledger key (keys/ledger.key)".to_owned())
        })?;
        Signer::new(origin, seed).map_err(|e| Error::NotSigned(e.to_string()))
    }

    fn guard_file(&self, log: i64) -> PathBuf {
        self.folder.join(format!("last-signed-{log}"))
    }
}

#[cfg(unix)]
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
}

/// Keeps a secret in a new file that only its owner reads. One that is there stays as it is.
pub(crate) fn keep_private(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::file("making the key folder"))?;
    }
    let mut file = match private_file(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(Error::file(format!("making {}", path.display()))(error)),
    };
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(Error::file(format!("writing {}", path.display())))
}

/// A log as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogState {
    /// Its year.
    pub log: i64,
    /// How many entries.
    pub size: u64,
    /// Their root.
    pub root: Hash,
}

#[derive(FromRow)]
struct NodeRow {
    n: i64,
    hash: String,
}

/// Reads stored tree nodes: level 0 from the entries, levels 8, 16, … from their own table.
pub(crate) async fn stored_nodes(
    lease: &mut Lease,
    org: &str,
    log: i64,
    needed: &[(u8, u64)],
) -> Result<BTreeMap<(u8, u64), Hash>> {
    let mut nodes = BTreeMap::new();
    for (level, index) in needed {
        let (stored, range) = stored_for(*level, *index);
        let sql = if stored == 0 {
            Sql::new(
                "SELECT idx AS n, leaf_hash AS hash FROM ledger_entry WHERE org = $1 AND log = $2 \
                 AND idx >= $3 AND idx < $4",
            )
        } else {
            Sql::new(
                "SELECT n, hash FROM ledger_node WHERE org = $1 AND log = $2 AND n >= $3 \
                 AND n < $4 AND level = $5",
            )
        };
        let mut sql = sql.arg(org).arg(log).arg(range.start).arg(range.end);
        if stored != 0 {
            sql = sql.arg(i64::from(stored));
        }
        for row in sql.all::<NodeRow>(lease.conn()).await? {
            let n = u64::try_from(row.n).map_err(Error::damaged)?;
            nodes.insert((stored, n), row.hash.parse().map_err(Error::damaged)?);
        }
    }
    Ok(nodes)
}

impl Store {
    /// The current log's size and root.
    pub async fn log_state(&self) -> Result<LogState> {
        let mut lease = self.inner.db.reader().await?;
        let head = Head::read(lease.conn(), &self.inner.org, "").await?;
        Ok(LogState {
            log: head.log,
            size: head.frontier.size(),
            root: head.frontier.root(),
        })
    }

    /// Tells (log, size) after every commit of this node, for those who wait for entries.
    pub fn watch_size(&self) -> tokio::sync::watch::Receiver<(i64, u64)> {
        self.inner.size.subscribe()
    }

    /// The name of a year's log.
    pub fn origin(&self, log: i64) -> String {
        self.inner.origin(log)
    }

    /// The public key of a year's log, in the form of c2sp.org/signed-note.
    pub fn vkey(&self, log: i64) -> Result<String> {
        Ok(self.inner.keys.signer(&self.inner.origin(log))?.vkey())
    }

    /// The newest signed checkpoint of a log at this size or above, as a note.
    pub async fn checkpoint(
        &self,
        log: i64,
        at_least: u64,
    ) -> Result<Option<(Checkpoint, String)>> {
        let at_least = i64::try_from(at_least).map_err(Error::damaged)?;
        self.signed_between(log, at_least, i64::MAX).await
    }

    /// The signed checkpoint of a log of exactly this size.
    pub(crate) async fn checkpoint_of(
        &self,
        log: i64,
        size: i64,
    ) -> Result<Option<(Checkpoint, String)>> {
        self.signed_between(log, size, size).await
    }

    /// The newest one whose size is between both.
    async fn signed_between(
        &self,
        log: i64,
        from: i64,
        to: i64,
    ) -> Result<Option<(Checkpoint, String)>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64, String, String)> = Sql::new(
            "SELECT size, root, note FROM ledger_checkpoint WHERE org = $1 AND log = $2 \
             AND size >= $3 AND size <= $4 ORDER BY size DESC LIMIT 1",
        )
        .arg(&self.inner.org)
        .arg(log)
        .arg(from)
        .arg(to)
        .first(lease.conn())
        .await?;
        row.map(|(size, root, note)| {
            let checkpoint = Checkpoint {
                origin: self.inner.origin(log),
                size: u64::try_from(size).map_err(Error::damaged)?,
                root: root.parse().map_err(Error::damaged)?,
            };
            Ok((checkpoint, note))
        })
        .transpose()
    }

    /// A self-contained proof that an entry is in the log (c2sp.org/tlog-proof), or `None` while
    /// no checkpoint covers it yet.
    pub async fn proof(&self, log: i64, index: u64) -> Result<Option<String>> {
        let Some((checkpoint, note)) = self.checkpoint(log, index + 1).await? else {
            return Ok(None);
        };
        let needed = needed_for_inclusion(index, checkpoint.size);
        let mut lease = self.inner.db.reader().await?;
        let nodes = stored_nodes(&mut lease, &self.inner.org, log, &needed).await?;
        let path =
            inclusion_proof(&FromStored(nodes), index, checkpoint.size).map_err(Error::damaged)?;
        Ok(Some(
            TlogProof {
                extra: None,
                index,
                hashes: path,
                checkpoint: note,
            }
            .to_string(),
        ))
    }

    /// The stored bytes of a leaf.
    pub async fn leaf(&self, log: i64, index: u64) -> Result<Option<String>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String,)> =
            Sql::new("SELECT leaf FROM ledger_entry WHERE org = $1 AND log = $2 AND idx = $3")
                .arg(&self.inner.org)
                .arg(log)
                .arg(index)
                .first(lease.conn())
                .await?;
        Ok(row.map(|r| r.0))
    }

    /// Every log there is, oldest first.
    pub(crate) async fn logs(&self) -> Result<Vec<i64>> {
        let mut lease = self.inner.db.reader().await?;
        let head = Head::read(lease.conn(), &self.inner.org, "").await?;
        let mut logs = Vec::new();
        let mut next = head.log;
        // Years are few; each is found from the one after it by the index.
        while next != 0 {
            logs.push(next);
            let row: Option<(i64,)> = Sql::new(
                "SELECT log FROM ledger_entry WHERE org = $1 AND log < $2 ORDER BY log DESC LIMIT 1",
            )
            .arg(&self.inner.org)
            .arg(next)
            .first(lease.conn())
            .await?;
            next = row.map_or(0, |r| r.0);
        }
        logs.reverse();
        Ok(logs)
    }

    /// The size and root of a log, whether it is the current one or closed.
    pub(crate) async fn state_of(&self, log: i64) -> Result<LogState> {
        let current = self.log_state().await?;
        if current.log == log {
            return Ok(current);
        }
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64,)> = Sql::new(
            "SELECT idx FROM ledger_entry WHERE org = $1 AND log = $2 ORDER BY idx DESC LIMIT 1",
        )
        .arg(&self.inner.org)
        .arg(log)
        .first(lease.conn())
        .await?;
        let size = match row {
            Some((index,)) => u64::try_from(index).map_err(Error::damaged)? + 1,
            None => 0,
        };
        drop(lease);
        Ok(LogState {
            log,
            size,
            root: self.root_at(log, size).await?,
        })
    }

    /// The root the log had at a size, from stored nodes.
    pub(crate) async fn root_at(&self, log: i64, size: u64) -> Result<Hash> {
        let mut lease = self.inner.db.reader().await?;
        let nodes = stored_nodes(&mut lease, &self.inner.org, log, &needed_for_root(size)).await?;
        root_at(&FromStored(nodes), size).map_err(Error::damaged)
    }
}
