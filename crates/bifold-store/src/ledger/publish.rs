//! The static log on disk: C2SP tlog-tiles, readable by software nobody here wrote.

use super::stored_nodes;
use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_ledger::publish::files;
use bifold_ledger::tile::{LogPath, encode_entries, encode_hashes};
use sqlx::FromRow;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(FromRow)]
struct Disclosed {
    idx: i64,
    disclosures: String,
}

/// A published log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Its folder.
    pub folder: PathBuf,
    /// Its year.
    pub log: i64,
    /// How many entries.
    pub size: u64,
    /// Its public key.
    pub vkey: String,
}

impl Store {
    /// Writes every log as a static tile log under `to/<year>`, at its newest signed checkpoint.
    /// With `disclosures`, what the leaves commit to as well: for auditors, not for the public.
    pub async fn publish_ledger(&self, to: &Path, disclosures: bool) -> Result<Vec<Published>> {
        self.sign_checkpoint().await?;
        let mut published = Vec::new();
        for log in self.logs().await? {
            let Some((checkpoint, note)) = self.checkpoint(log, 0).await? else {
                continue;
            };
            let folder = to.join(log.to_string());
            for path in files(checkpoint.size) {
                let bytes = match &path {
                    LogPath::Checkpoint => note.clone().into_bytes(),
                    LogPath::Entries(bundle) => self.bundle(log, bundle.entries()).await?,
                    LogPath::Tile(tile) => {
                        let (level, range) = tile.nodes();
                        self.tile(log, level, range).await?
                    }
                };
                write(&folder.join(path.path()), &bytes)?;
            }
            let vkey = self.vkey(log)?;
            write(&folder.join("vkey"), format!("{vkey}\n").as_bytes())?;
            if disclosures {
                self.write_disclosures(log, checkpoint.size, &folder)
                    .await?;
            }
            published.push(Published {
                folder,
                log,
                size: checkpoint.size,
                vkey,
            });
        }
        Ok(published)
    }

    /// The leaves of a range, as an entry bundle. Shorter than asked when the log ends before.
    pub async fn bundle(&self, log: i64, range: std::ops::Range<u64>) -> Result<Vec<u8>> {
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<(String,)> = Sql::new(
            "SELECT leaf FROM ledger_entry WHERE org = $1 AND log = $2 AND idx >= $3 AND idx < $4 \
             ORDER BY idx",
        )
        .arg(&self.inner.org)
        .arg(log)
        .arg(range.start)
        .arg(range.end)
        .all(lease.conn())
        .await?;
        let leaves: Vec<&[u8]> = rows.iter().map(|r| r.0.as_bytes()).collect();
        encode_entries(&leaves).map_err(Error::damaged)
    }

    /// The hashes of a range of tree nodes, as a tile. The caller asks only for nodes the log has.
    pub async fn tile(&self, log: i64, level: u8, range: std::ops::Range<u64>) -> Result<Vec<u8>> {
        let needed: Vec<(u8, u64)> = range.map(|n| (level, n)).collect();
        let mut lease = self.inner.db.reader().await?;
        let hashes = if level == 0 || level.is_multiple_of(8) {
            // One range instead of one statement a node.
            self.stored_range(&mut lease, log, level, &needed).await?
        } else {
            stored_nodes(&mut lease, &self.inner.org, log, &needed)
                .await?
                .into_values()
                .collect()
        };
        Ok(encode_hashes(&hashes))
    }

    async fn stored_range(
        &self,
        lease: &mut crate::db::Lease,
        log: i64,
        level: u8,
        needed: &[(u8, u64)],
    ) -> Result<Vec<bifold_ledger::hash::Hash>> {
        let (Some(first), Some(last)) = (needed.first(), needed.last()) else {
            return Ok(Vec::new());
        };
        let text = if level == 0 {
            "SELECT leaf_hash FROM ledger_entry WHERE org = $1 AND log = $2 AND idx >= $3 \
             AND idx <= $4 ORDER BY idx"
        } else {
            "SELECT hash FROM ledger_node WHERE org = $1 AND log = $2 AND n >= $3 AND n <= $4 \
             AND level = $5 ORDER BY n"
        };
        let mut sql = Sql::new(text)
            .arg(&self.inner.org)
            .arg(log)
            .arg(first.1)
            .arg(last.1);
        if level != 0 {
            sql = sql.arg(i64::from(level));
        }
        let rows: Vec<(String,)> = sql.all(lease.conn()).await?;
        rows.into_iter()
            .map(|r| r.0.parse().map_err(Error::damaged))
            .collect()
    }

    async fn write_disclosures(&self, log: i64, size: u64, folder: &Path) -> Result<()> {
        let path = folder.join("disclosures.jsonl");
        let file = std::fs::File::create(&path).map_err(Error::file("writing disclosures"))?;
        let mut out = std::io::BufWriter::new(file);
        let mut next = 0_u64;
        while next < size {
            let end = (next + 5_000).min(size);
            let mut lease = self.inner.db.reader().await?;
            let rows: Vec<Disclosed> = Sql::new(
                "SELECT idx, disclosures FROM ledger_disclosure WHERE org = $1 AND log = $2 \
                 AND idx >= $3 AND idx < $4 ORDER BY idx",
            )
            .arg(&self.inner.org)
            .arg(log)
            .arg(next)
            .arg(end)
            .all(lease.conn())
            .await?;
            for row in rows {
                let lines: Vec<&str> = row.disclosures.lines().filter(|l| !l.is_empty()).collect();
                let json = serde_json::json!({ "idx": row.idx, "d": lines });
                writeln!(out, "{json}").map_err(Error::file("writing disclosures"))?;
            }
            next = end;
        }
        out.flush().map_err(Error::file("writing disclosures"))
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let put = || -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, bytes)
    };
    put().map_err(Error::file(format!("writing {}", path.display())))
}
