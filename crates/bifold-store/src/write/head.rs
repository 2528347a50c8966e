//! The organisation's ledger head: one row, and the write lock.

use crate::db::{Conn, Sql};
use crate::error::{Error, Result};
use bifold_ledger::hash::Hash;
use bifold_ledger::tree::Frontier;

/// The organisation's ledger head: the row that is its write lock.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub log: i64,
    pub frontier: Frontier,
    pub last_at: i64,
    pub directory_version: i64,
    /// The log's own chain: how many system leaves it has, and the hash of the last.
    pub log_n: u64,
    pub log_prev: Option<Hash>,
}

#[derive(sqlx::FromRow)]
struct HeadRow {
    log: i64,
    frontier: String,
    last_at: i64,
    directory_version: i64,
    log_n: i64,
    log_prev: Option<String>,
}

impl Head {
    /// Reads it; with `lock`, as the write lock of the organisation.
    pub(crate) async fn read(conn: Conn<'_>, org: &str, lock: &str) -> Result<Self> {
        let mut sql = Sql::new(
            "SELECT log, frontier, last_at, directory_version, log_n, log_prev \
             FROM ledger_head WHERE org = $1",
        )
        .arg(org);
        sql.push(lock);
        let row: HeadRow = sql.first(conn).await?.ok_or(Error::NoOrganisation)?;
        Ok(Self {
            log: row.log,
            frontier: row.frontier.parse().map_err(Error::damaged)?,
            last_at: row.last_at,
            directory_version: row.directory_version,
            log_n: u64::try_from(row.log_n).map_err(Error::damaged)?,
            log_prev: row
                .log_prev
                .map(|h| h.parse())
                .transpose()
                .map_err(Error::damaged)?,
        })
    }

    pub(super) async fn write(&self, conn: Conn<'_>, org: &str) -> Result<()> {
        Sql::new(
            "UPDATE ledger_head SET log = $2, frontier = $3, last_at = $4, \
             directory_version = $5, log_n = $6, log_prev = $7 WHERE org = $1",
        )
        .arg(org)
        .arg(self.log)
        .arg(self.frontier.to_string())
        .arg(self.last_at)
        .arg(self.directory_version)
        .arg(self.log_n)
        .arg(self.log_prev.map(|h| h.to_string()))
        .run(conn)
        .await?;
        Ok(())
    }
}
