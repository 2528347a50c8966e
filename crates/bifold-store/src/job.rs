//! Jobs: what follows from facts and is done at least once afterwards.
//!
//! A node claims a job by moving its run time into the future; should the node die, the job comes
//! due again. Handlers are idempotent, so a second run changes nothing.

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::write::Operation;
use bifold_domain::{ActionId, Command, IncidentId, incident, time};
use sqlx::FromRow;

/// Jobs claimed in one go.
const CLAIM_LIMIT: i64 = 32;
/// How long a claim lasts before others may try.
const CLAIM_MICROS: i64 = 5 * time::MINUTE;
/// The longest wait between two attempts.
const RETRY_MAX: i64 = time::HOUR;

#[derive(FromRow)]
struct Row {
    id: String,
    kind: String,
    payload: String,
    run_at: i64,
    attempts: i64,
}

/// What becomes of a job that went well.
pub(crate) enum Next {
    /// It is done.
    Done,
    /// It is too early; it runs again at this time, in microseconds since the epoch.
    NotBefore(i64),
}

impl Store {
    /// Runs what is due now; how many jobs were done.
    pub async fn run_due_jobs(&self) -> Result<usize> {
        let now = self.now();
        let mut lease = self.inner.db.reader().await?;
        let due: Vec<Row> = Sql::new(
            "SELECT id, kind, payload, run_at, attempts FROM job \
             WHERE org = $1 AND run_at <= $2 ORDER BY run_at LIMIT $3",
        )
        .arg(&self.inner.org)
        .arg(now)
        .arg(CLAIM_LIMIT)
        .all(lease.conn())
        .await?;
        drop(lease);
        let mut done = 0;
        for job in due {
            if self.claim(&job, now).await? {
                match self.handle(&job).await {
                    Ok(Next::Done) => self.finish(&job).await?,
                    Ok(Next::NotBefore(at)) => self.wait_until(&job, at).await?,
                    Err(error) => self.put_off(&job, now, &error).await?,
                }
                done += 1;
            }
        }
        Ok(done)
    }

    /// When the next job comes due, in microseconds since the epoch.
    pub async fn next_job_at(&self) -> Result<Option<i64>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(Option<i64>,)> = Sql::new("SELECT MIN(run_at) FROM job WHERE org = $1")
            .arg(&self.inner.org)
            .first(lease.conn())
            .await?;
        Ok(row.and_then(|r| r.0))
    }

    async fn claim(&self, job: &Row, now: i64) -> Result<bool> {
        let mut tx = self.inner.db.begin().await?;
        let touched = Sql::new(
            "UPDATE job SET run_at = $4, attempts = attempts + 1 \
             WHERE org = $1 AND id = $2 AND run_at = $3",
        )
        .arg(&self.inner.org)
        .arg(&job.id)
        .arg(job.run_at)
        .arg(now + CLAIM_MICROS)
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(touched == 1)
    }

    async fn handle(&self, job: &Row) -> Result<Next> {
        match job.kind.as_str() {
            crate::write::DESTROY => return self.destroy(&job.payload).await,
            crate::write::MAINTAIN => return self.maintain(&job.payload).await,
            crate::write::ANSWER => self.answer(&job.payload).await,
            crate::write::CONFIDED => return self.remind_of_disclosure(&job.payload).await,
            crate::write::RETAIN_IDENTITY => return self.retain_identity(&job.payload).await,
            crate::write::ERASE_IDENTITY => self.erase_identity(&job.payload).await,
            crate::write::RELEASE => self.release_held(&job.payload).await,
            crate::write::WAKE => self.wake(&job.payload).await,
            crate::write::WEIGH => self.weigh(&job.payload).await,
            crate::write::ELAPSE => self.elapse(&job.payload).await,
            crate::write::LOOK => self.look(&job.payload).await,
            crate::write::MISMATCH => self.mismatch(&job.payload).await,
            crate::write::STAMP => self.wish_stamp().await,
            crate::write::STAMP_CLOSED => self.wish_stamp_of_security(&job.payload).await,
            other => Err(Error::Damaged(format!("a job of unknown kind {other:?}"))),
        }?;
        Ok(Next::Done)
    }

    /// Wakes an incident if it still sleeps and its time has come.
    async fn wake(&self, id: &str) -> Result<()> {
        let id = IncidentId::parse(id).map_err(Error::damaged)?;
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(Option<i64>,)> =
            Sql::new("SELECT snoozed_until FROM incident WHERE org = $1 AND id = $2")
                .arg(&self.inner.org)
                .arg(id.as_str())
                .first(lease.conn())
                .await?;
        drop(lease);
        if row.and_then(|r| r.0).is_none_or(|until| until > self.now()) {
            return Ok(());
        }
        let command = Command::Incident(id, incident::Command::Wake);
        match self.execute(Operation::one(&self.system(), command)).await {
            // Woken, closed or restricted meanwhile: there is nothing left to do.
            Ok(_) | Err(Error::Refused(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Asks the rules whether an incident looks like a major one.
    async fn weigh(&self, id: &str) -> Result<()> {
        let id = IncidentId::parse(id).map_err(Error::damaged)?;
        let command = Command::Incident(id, incident::Command::Weigh);
        match self.execute(Operation::one(&self.system(), command)).await {
            // No rule fits, or a person was faster.
            Ok(_) | Err(Error::Refused(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Tells a gate that its time is over, if it still holds its action up then.
    async fn elapse(&self, payload: &str) -> Result<()> {
        let (incident, action) = payload
            .split_once(' ')
            .ok_or_else(|| Error::Damaged("a job without its action".to_owned()))?;
        let incident = IncidentId::parse(incident).map_err(Error::damaged)?;
        let action = ActionId::parse(action).map_err(Error::damaged)?;
        let command = Command::Incident(incident, incident::Command::Elapse(action));
        match self.execute(Operation::one(&self.system(), command)).await {
            // Decided meanwhile, or a later time was set, which has a job of its own.
            Ok(_) | Err(Error::Refused(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn finish(&self, job: &Row) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        Sql::new("DELETE FROM job WHERE org = $1 AND id = $2")
            .arg(&self.inner.org)
            .arg(&job.id)
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn wait_until(&self, job: &Row, at: i64) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        Sql::new("UPDATE job SET run_at = $3 WHERE org = $1 AND id = $2")
            .arg(&self.inner.org)
            .arg(&job.id)
            .arg(at)
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn put_off(&self, job: &Row, now: i64, error: &Error) -> Result<()> {
        tracing::warn!(job = %job.id, kind = %job.kind, %error, "a job failed and will run again");
        let steps = u32::try_from(job.attempts.clamp(0, 12)).unwrap_or(12);
        let wait = (time::SECOND << steps).min(RETRY_MAX);
        let mut tx = self.inner.db.begin().await?;
        Sql::new("UPDATE job SET run_at = $3, error = $4 WHERE org = $1 AND id = $2")
            .arg(&self.inner.org)
            .arg(&job.id)
            .arg(now + wait)
            .arg(error.to_string())
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
