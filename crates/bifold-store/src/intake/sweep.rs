//! Throwing deliveries away that nobody will ask for.

use crate::db::Sql;
use crate::error::Result;
use crate::store::Store;
use bifold_domain::time::{DAY, HOUR};

/// How long every delivery is kept.
const KEPT: i64 = HOUR;
/// How long one is kept that began a fault, or that could not be read.
const KEPT_LONG: i64 = 90 * DAY;
/// The newest of each source are kept, whatever their age.
const NEWEST: i64 = 50;
/// Deliveries looked at in one go.
const SWEPT: i64 = 2_000;

impl Store {
    /// Throws away repeats that are older than an hour and not among the newest of their source,
    /// and everything older than ninety days. What began a fault stays with it for that long, and
    /// a message that people wrote as long as what came of it.
    pub async fn sweep_deliveries(&self) -> Result<u64> {
        let now = self.now();
        let mut lease = self.inner.db.reader().await?;
        let cursor: Option<(i64, i64)> =
            Sql::new("SELECT swept_to, read_to FROM inbound_cursor WHERE org = $1")
                .arg(&self.inner.org)
                .first(lease.conn())
                .await?;
        let Some((swept_to, read_to)) = cursor else {
            return Ok(0);
        };
        let looked: Vec<(i64, String)> = Sql::new(
            "SELECT id, source FROM inbound WHERE org = $1 AND id > $2 AND id <= $3 \
             AND received_at < $4 ORDER BY id LIMIT $5",
        )
        .arg(&self.inner.org)
        .arg(swept_to)
        .arg(read_to)
        .arg(now - KEPT)
        .arg(SWEPT)
        .all(lease.conn())
        .await?;
        drop(lease);
        let mut tx = self.inner.db.begin().await?;
        let mut gone = Sql::new(
            "DELETE FROM inbound WHERE org = $1 AND id <= $2 AND received_at < $3 \
                 AND NOT EXISTS (SELECT 1 FROM mail m WHERE m.org = inbound.org \
                 AND m.inbound = inbound.id AND m.record IS NOT NULL)",
        )
        .arg(&self.inner.org)
        .arg(swept_to)
        .arg(now - KEPT_LONG)
        .run(tx.conn())
        .await?;
        if let Some((last, _)) = looked.last() {
            let mut sources: Vec<&str> = looked.iter().map(|(_, s)| s.as_str()).collect();
            sources.sort_unstable();
            sources.dedup();
            for source in sources {
                gone += Sql::new(
                    "DELETE FROM inbound WHERE org = $1 AND source = $2 AND id > $3 AND id <= $4 \
                     AND error IS NULL AND NOT EXISTS (SELECT 1 FROM fault f \
                     WHERE f.org = inbound.org AND f.inbound = inbound.id) \
                     AND NOT EXISTS (SELECT 1 FROM mail m WHERE m.org = inbound.org \
                     AND m.inbound = inbound.id) \
                     AND id < COALESCE((SELECT MIN(n.id) FROM (SELECT id FROM inbound \
                     WHERE org = $1 AND source = $2 ORDER BY id DESC LIMIT $5) n), 0)",
                )
                .arg(&self.inner.org)
                .arg(source)
                .arg(swept_to)
                .arg(*last)
                .arg(NEWEST)
                .run(tx.conn())
                .await?;
            }
            Sql::new("UPDATE inbound_cursor SET swept_to = $2 WHERE org = $1")
                .arg(&self.inner.org)
                .arg(*last)
                .run(tx.conn())
                .await?;
        }
        tx.commit().await?;
        Ok(gone)
    }
}
