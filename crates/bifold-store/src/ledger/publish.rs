//! The static log on disk: C2SP tlog-tiles, readable by software nobody here wrote.

use super::{durable, stored_nodes};
use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_ledger::anchor::{self, StampFile};
use bifold_ledger::checkpoint::open_checkpoint;
use bifold_ledger::cosignature::{WitnessKey, with_cosignatures};
use bifold_ledger::note::Verifier;
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
    ///
    /// The checkpoint comes after what it promises, and at once, with the cosignatures that are stored and, if it is
    /// the one that is in the folder already, those that were put there. Time-stamps are in the
    /// folder `anchors`, each with what it is of.
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
                    LogPath::Checkpoint => continue,
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
            self.write_checkpoint(log, checkpoint.size, &note, &folder)
                .await?;
            self.write_anchors(log, checkpoint.size, &folder).await?;
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

    /// Puts the checkpoint in place. Whoever brings a log to a witness by hand locks the folder
    /// too, so that neither loses the other's cosignature.
    async fn write_checkpoint(&self, log: i64, size: u64, note: &str, folder: &Path) -> Result<()> {
        let lines = self.cosignature_lines(log, size).await?;
        let vkey: Verifier = self.vkey(log)?.parse().map_err(Error::damaged)?;
        let put = || -> std::io::Result<()> {
            let turn = std::fs::File::open(folder)?;
            turn.lock()?;
            let path = folder.join("checkpoint");
            let there = std::fs::read_to_string(&path).unwrap_or_default();
            let text = cosigned(note, &there, &lines, &vkey);
            durable::replace(&path, "new", text.as_bytes())
        };
        put().map_err(Error::file(format!(
            "writing {}/checkpoint",
            folder.display()
        )))
    }

    /// Writes the time-stamps up to the published size: the request, the answer, and the checkpoint
    /// it is of.
    async fn write_anchors(&self, log: i64, published: u64, folder: &Path) -> Result<()> {
        let anchors = folder.join(anchor::FOLDER);
        for stamp in self.stamps(log).await? {
            let size = u64::try_from(stamp.size).map_err(Error::damaged)?;
            if size > published {
                // It came meanwhile, and belongs to the next publication.
                continue;
            }
            if let Some(note) = self.checkpoint_of_size(log, size).await? {
                write(&anchors.join(StampFile::checkpoint(size)), note.as_bytes())?;
            }
            let file = StampFile {
                size,
                authority: stamp.authority,
                round: u32::try_from(stamp.round).map_err(Error::damaged)?,
            };
            write(&anchors.join(file.request()), &stamp.request)?;
            write(&anchors.join(file.answer()), &stamp.answer)?;
        }
        Ok(())
    }

    /// The signed checkpoint of exactly this size, with the log's signature alone.
    async fn checkpoint_of_size(&self, log: i64, size: u64) -> Result<Option<String>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String,)> = Sql::new(
            "SELECT note FROM ledger_checkpoint WHERE org = $1 AND log = $2 AND size = $3",
        )
        .arg(&self.inner.org)
        .arg(log)
        .arg(size)
        .first(lease.conn())
        .await?;
        Ok(row.map(|row| row.0))
    }

    async fn write_disclosures(&self, log: i64, size: u64, folder: &Path) -> Result<()> {
        let path = folder.join("disclosures.jsonl");
        let file = std::fs::File::create(&path).map_err(Error::file("writing disclosures"))?;
        let mut out = std::io::BufWriter::new(file);
        let mut next = 0_u64;
        while next < size {
            let mut envelopes = self.inner.envelopes()?;
            let end = (next + 5_000).min(size);
            let mut lease = self.inner.db.reader().await?;
            let rows: Vec<Disclosed> = Sql::new(
                // What was said in confidence stays inside; its digests are in the leaves.
                "SELECT d.idx, d.disclosures FROM ledger_disclosure d JOIN ledger_entry e \
                 ON e.org = d.org AND e.log = d.log AND e.idx = d.idx WHERE d.org = $1 \
                 AND d.log = $2 AND d.idx >= $3 AND d.idx < $4 \
                 AND e.subject_type <> 'disclosure' ORDER BY d.idx",
            )
            .arg(&self.inner.org)
            .arg(log)
            .arg(next)
            .arg(end)
            .all(lease.conn())
            .await?;
            for row in rows {
                let index = u64::try_from(row.idx).map_err(Error::damaged)?;
                let opened = envelopes.open(log, index, &row.disclosures)?;
                let lines: Vec<&str> = opened.lines.lines().collect();
                let json = serde_json::json!({ "idx": row.idx, "d": lines });
                writeln!(out, "{json}").map_err(Error::file("writing disclosures"))?;
            }
            next = end;
        }
        out.flush().map_err(Error::file("writing disclosures"))
    }
}

/// The checkpoint `note` with these cosignatures, and with whatever stands on `there` if that is
/// the same checkpoint.
fn cosigned(note: &str, there: &str, lines: &[(WitnessKey, String)], log: &Verifier) -> String {
    let keys = std::slice::from_ref(log);
    let (new, old) = (
        open_checkpoint(note.as_bytes(), keys),
        open_checkpoint(there.as_bytes(), keys),
    );
    let start = if new.is_ok() && new == old {
        there
    } else {
        note
    };
    lines.iter().fold(start.to_owned(), |note, (key, line)| {
        // A line that does not fit was not verified by us, and is better left out.
        with_cosignatures(&note, line, std::slice::from_ref(key))
            .map_or(note, |(cosigned, _)| cosigned)
    })
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
