//! Looking at the clocks of service levels when something is due on one.
//!
//! The time of the next look stands in an incident's row. A look is a command like any other:
//! it computes the clocks again and records what fires, in one transaction with the next time.
//! So a node that dies, a second node and a repeated look change nothing, and the cost of a look
//! does not depend on how many clocks run that are not due.

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::write::Operation;
use bifold_domain::{Command, IncidentId, incident};

/// Incidents looked at in one go: as many as one transaction carries well.
const AT_ONCE: i64 = 512;

impl Store {
    /// Looks at the incidents on whose clocks something is due; how many were looked at.
    pub async fn look_at_clocks(&self) -> Result<usize> {
        let mut lease = self.inner.db.reader().await?;
        let due: Vec<(String,)> = Sql::new(
            "SELECT id FROM incident WHERE org = $1 AND clock_look IS NOT NULL \
             AND clock_look <= $2 ORDER BY clock_look LIMIT $3",
        )
        .arg(&self.inner.org)
        .arg(self.now())
        .arg(AT_ONCE)
        .all(lease.conn())
        .await?;
        drop(lease);
        let mut looks = Vec::with_capacity(due.len());
        for (id,) in due {
            let id = IncidentId::parse(&id).map_err(Error::damaged)?;
            let command = Command::Incident(id, incident::Command::Tick);
            looks.push(Operation::one(&self.system(), command));
        }
        let mut looked = 0;
        for answer in self.execute_many(looks).await {
            match answer {
                Ok(_) => looked += 1,
                // Another node was there first.
                Err(Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(looked)
    }

    /// When something is due next, in microseconds since the epoch.
    pub async fn next_look_at(&self) -> Result<Option<i64>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(Option<i64>,)> = Sql::new(
            "SELECT MIN(clock_look) FROM incident WHERE org = $1 AND clock_look IS NOT NULL",
        )
        .arg(&self.inner.org)
        .first(lease.conn())
        .await?;
        Ok(row.and_then(|r| r.0))
    }
}
