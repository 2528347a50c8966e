//! The queue of time-stamps: what an authority owes, who asks for it, what came.
//!
//! An authority owes at most one stamp of a log, over whatever checkpoint is the newest when it is
//! asked: that one vouches for everything before it. So an authority that was away for days is
//! asked once when it is back.

use super::due::{Last, Log, RENEWAL_MARGIN, is_due};
use super::{CLAIM_MICROS, back_off, kept};
use crate::db::{Conn, Sql};
use crate::error::{Error, Result};
use crate::store::Store;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bifold_domain::{At, time};
use sqlx::FromRow;

/// Claimed in one go.
const CLAIM_LIMIT: i64 = 8;
/// Renewals queued in one go.
const RENEWALS_LIMIT: i64 = 64;

/// Something to be stamped, claimed for whoever asks now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToStamp {
    /// The log's year.
    pub log: i64,
    /// The size of the checkpoint.
    pub size: u64,
    /// Who is asked.
    pub authority: String,
    /// 0 for a stamp of the checkpoint itself; otherwise how often it was renewed.
    pub round: u32,
    /// What is to be stamped: the signed checkpoint, or the answer of the round before.
    pub data: Vec<u8>,
    attempts: i64,
}

impl ToStamp {
    /// How often it was asked for in vain when this attempt fails too.
    pub fn failures(&self) -> i64 {
        self.attempts
    }
}

/// A time-stamp that came and was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamped {
    /// The request, as it was sent (DER).
    pub request: Vec<u8>,
    /// The authority's answer, as it came (`TimeStampResp`); the token is in it.
    pub answer: Vec<u8>,
    /// The time it states.
    pub gen_time: At,
    /// When the first certificate of its path expires.
    pub expires_at: At,
}

#[derive(FromRow)]
struct Waiting {
    log: i64,
    size: i64,
    authority: String,
    round: i64,
    attempts: i64,
    next_at: i64,
}

#[derive(FromRow)]
struct Renewable {
    log: i64,
    size: i64,
    round: i64,
}

impl Store {
    /// Has the log stamped as soon as what is in it now is signed.
    pub async fn wish_stamp(&self) -> Result<()> {
        let state = self.log_state().await?;
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "INSERT INTO anchor_wish (org, log, size, asked_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (org, log) DO UPDATE SET size = excluded.size, \
             asked_at = excluded.asked_at WHERE anchor_wish.size < excluded.size",
        )
        .arg(&self.inner.org)
        .arg(state.log)
        .arg(state.size)
        .arg(self.now())
        .run(tx.conn())
        .await?;
        Ok(tx.commit().await?)
    }

    /// The same, if the incident is one of security.
    pub(crate) async fn wish_stamp_of_security(&self, incident: &str) -> Result<()> {
        let mut lease = self.inner.db.reader().await?;
        let verdict: Option<(String,)> = Sql::new(
            "SELECT finding FROM incident_verdict WHERE org = $1 AND incident = $2 \
             AND kind = 'security' AND finding = 'yes'",
        )
        .arg(&self.inner.org)
        .arg(incident)
        .first(lease.conn())
        .await?;
        drop(lease);
        match verdict {
            Some(_) => self.wish_stamp().await,
            None => Ok(()),
        }
    }

    /// Queues what these authorities are to stamp by now; how many stamps were queued.
    pub async fn queue_stamps(&self, authorities: &[String]) -> Result<usize> {
        let mut queued = 0;
        let current = self.log_state().await?.log;
        for log in self.logs().await? {
            let Some((checkpoint, _)) = self.checkpoint(log, 0).await? else {
                continue;
            };
            let log_now = Log {
                signed: i64::try_from(checkpoint.size).map_err(Error::damaged)?,
                wished: self.wished(log).await?,
                is_closed: log < current,
            };
            for authority in authorities {
                queued += usize::from(self.queue_stamp(log, log_now, authority).await?);
            }
        }
        Ok(queued)
    }

    async fn wished(&self, log: i64) -> Result<i64> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64,)> =
            Sql::new("SELECT size FROM anchor_wish WHERE org = $1 AND log = $2")
                .arg(&self.inner.org)
                .arg(log)
                .first(lease.conn())
                .await?;
        Ok(row.map_or(0, |r| r.0))
    }

    async fn queue_stamp(&self, log: i64, log_now: Log, authority: &str) -> Result<bool> {
        let mut lease = self.inner.db.reader().await?;
        let waits: Option<(i64,)> = Sql::new(
            "SELECT size FROM anchor_stamp WHERE org = $1 AND authority = $2 AND log = $3 \
             AND round = 0 AND state <> 'stamped' LIMIT 1",
        )
        .arg(&self.inner.org)
        .arg(authority)
        .arg(log)
        .first(lease.conn())
        .await?;
        let last: Option<(i64, i64)> = Sql::new(
            "SELECT size, answered_at FROM anchor_stamp WHERE org = $1 AND authority = $2 \
             AND log = $3 AND round = 0 AND state = 'stamped' ORDER BY size DESC LIMIT 1",
        )
        .arg(&self.inner.org)
        .arg(authority)
        .arg(log)
        .first(lease.conn())
        .await?;
        drop(lease);
        let last = last.map(|(size, answered_at)| Last { size, answered_at });
        if waits.is_some() || !is_due(log_now, last, self.now()) {
            return Ok(false);
        }
        self.queue(log, log_now.signed, authority, 0).await
    }

    async fn queue(&self, log: i64, size: i64, authority: &str, round: i64) -> Result<bool> {
        let mut tx = self.inner.db.begin().await?;
        let rows = Sql::new(
            "INSERT INTO anchor_stamp (org, log, size, authority, round, state, queued_at, \
             attempts, next_at) VALUES ($1, $2, $3, $4, $5, 'queued', $6, 0, $6) \
             ON CONFLICT (org, log, size, authority, round) DO NOTHING",
        )
        .arg(&self.inner.org)
        .arg(log)
        .arg(size)
        .arg(authority)
        .arg(round)
        .arg(self.now())
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(rows == 1)
    }

    /// Queues a stamp over every stamp of this authority that is about to outlive the certificates
    /// behind it; how many. They are renewed once the authority stamps with certificates that last
    /// longer; until it is known to, only its newest stamp is, once a day, to find out.
    pub async fn queue_renewals(&self, authority: &str) -> Result<usize> {
        let now = self.now();
        let mut lease = self.inner.db.reader().await?;
        let newest: Option<(i64, i64)> = Sql::new(
            "SELECT expires_at, answered_at FROM anchor_stamp WHERE org = $1 AND authority = $2 \
             AND state = 'stamped' ORDER BY answered_at DESC LIMIT 1",
        )
        .arg(&self.inner.org)
        .arg(authority)
        .first(lease.conn())
        .await?;
        let limit = match newest {
            Some((expires_at, _)) if expires_at > now + RENEWAL_MARGIN => RENEWALS_LIMIT,
            Some((_, answered_at)) if answered_at <= now - time::DAY => 1,
            _ => return Ok(0),
        };
        let rows: Vec<Renewable> = Sql::new(
            "SELECT s.log, s.size, s.round FROM anchor_stamp s WHERE s.org = $1 \
             AND s.authority = $2 AND s.state = 'stamped' AND s.expires_at < $3 \
             AND NOT EXISTS (SELECT 1 FROM anchor_stamp n WHERE n.org = s.org AND n.log = s.log \
             AND n.size = s.size AND n.authority = s.authority AND n.round > s.round) \
             ORDER BY s.answered_at DESC LIMIT $4",
        )
        .arg(&self.inner.org)
        .arg(authority)
        .arg(now + RENEWAL_MARGIN)
        .arg(limit)
        .all(lease.conn())
        .await?;
        drop(lease);
        let mut queued = 0;
        for row in rows {
            let is_new = self
                .queue(row.log, row.size, authority, row.round + 1)
                .await?;
            queued += usize::from(is_new);
        }
        Ok(queued)
    }

    /// What these authorities are to be asked now, claimed: until the claim ends, nobody else asks.
    pub async fn claim_stamps(&self, authorities: &[String]) -> Result<Vec<ToStamp>> {
        let mut sql = Sql::new(
            "SELECT log, size, authority, round, attempts, next_at FROM anchor_stamp \
             WHERE state <> 'stamped' AND org = ",
        );
        sql.bind(&self.inner.org).push(" AND next_at <= ");
        sql.bind(self.now()).push(" AND authority IN ");
        sql.list(authorities).push(" ORDER BY next_at LIMIT ");
        sql.bind(CLAIM_LIMIT);
        let mut lease = self.inner.db.reader().await?;
        let waiting: Vec<Waiting> = sql.all(lease.conn()).await?;
        drop(lease);
        let mut claimed = Vec::new();
        for row in waiting {
            claimed.extend(self.claim_stamp(row).await?);
        }
        Ok(claimed)
    }

    async fn claim_stamp(&self, row: Waiting) -> Result<Option<ToStamp>> {
        let Some((size, data)) = self.to_be_stamped(&row).await? else {
            return Ok(None);
        };
        let mut tx = self.inner.db.begin().await?;
        if size != row.size && self.is_queued(tx.conn(), &row, size).await? {
            // Two nodes queued at once; the one for the larger size is enough.
            self.unqueue(tx.conn(), &row).await?;
            tx.commit().await?;
            return Ok(None);
        }
        let touched = Sql::new(
            "UPDATE anchor_stamp SET size = $7, next_at = $8, attempts = attempts + 1 \
             WHERE org = $1 AND log = $2 AND size = $3 AND authority = $4 AND round = $5 \
             AND next_at = $6 AND state <> 'stamped'",
        )
        .arg(&self.inner.org)
        .arg(row.log)
        .arg(row.size)
        .arg(&row.authority)
        .arg(row.round)
        .arg(row.next_at)
        .arg(size)
        .arg(self.now() + CLAIM_MICROS)
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok((touched == 1).then_some(ToStamp {
            log: row.log,
            size: u64::try_from(size).map_err(Error::damaged)?,
            authority: row.authority,
            round: u32::try_from(row.round).map_err(Error::damaged)?,
            data,
            attempts: row.attempts + 1,
        }))
    }

    /// The size and the bytes to stamp for what waits: the newest checkpoint, or what is renewed.
    async fn to_be_stamped(&self, row: &Waiting) -> Result<Option<(i64, Vec<u8>)>> {
        if row.round == 0 {
            let newest = self.checkpoint(row.log, 0).await?;
            return newest
                .map(|(checkpoint, note)| {
                    let size = i64::try_from(checkpoint.size).map_err(Error::damaged)?;
                    Ok((size, note.into_bytes()))
                })
                .transpose();
        }
        let mut lease = self.inner.db.reader().await?;
        let before: Option<(Option<String>,)> = Sql::new(
            "SELECT answer FROM anchor_stamp WHERE org = $1 AND log = $2 AND size = $3 \
             AND authority = $4 AND round = $5",
        )
        .arg(&self.inner.org)
        .arg(row.log)
        .arg(row.size)
        .arg(&row.authority)
        .arg(row.round - 1)
        .first(lease.conn())
        .await?;
        let answer = before.and_then(|r| r.0);
        let answer = answer.map(|a| STANDARD.decode(a).map_err(Error::damaged));
        Ok(answer.transpose()?.map(|answer| (row.size, answer)))
    }

    async fn is_queued(&self, conn: Conn<'_>, row: &Waiting, size: i64) -> Result<bool> {
        let found: Option<(i64,)> = Sql::new(
            "SELECT size FROM anchor_stamp WHERE org = $1 AND log = $2 AND size = $3 \
             AND authority = $4 AND round = $5",
        )
        .arg(&self.inner.org)
        .arg(row.log)
        .arg(size)
        .arg(&row.authority)
        .arg(row.round)
        .first(conn)
        .await?;
        Ok(found.is_some())
    }

    async fn unqueue(&self, conn: Conn<'_>, row: &Waiting) -> Result<()> {
        Sql::new(
            "DELETE FROM anchor_stamp WHERE org = $1 AND log = $2 AND size = $3 \
             AND authority = $4 AND round = $5 AND state <> 'stamped'",
        )
        .arg(&self.inner.org)
        .arg(row.log)
        .arg(row.size)
        .arg(&row.authority)
        .arg(row.round)
        .run(conn)
        .await?;
        Ok(())
    }

    /// Keeps a time-stamp that came. The caller has verified it.
    pub async fn record_stamp(&self, of: &ToStamp, stamped: &Stamped) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "UPDATE anchor_stamp SET state = 'stamped', error = NULL, request = $6, answer = $7, \
             gen_time = $8, expires_at = $9, answered_at = $10 WHERE org = $1 AND log = $2 \
             AND size = $3 AND authority = $4 AND round = $5 AND state <> 'stamped'",
        )
        .arg(&self.inner.org)
        .arg(of.log)
        .arg(of.size)
        .arg(&of.authority)
        .arg(of.round)
        .arg(STANDARD.encode(&stamped.request))
        .arg(STANDARD.encode(&stamped.answer))
        .arg(stamped.gen_time.micros())
        .arg(stamped.expires_at.micros())
        .arg(self.now())
        .run(tx.conn())
        .await?;
        Ok(tx.commit().await?)
    }

    /// Keeps why none came, and puts the next attempt off, up to an hour, for ever.
    pub async fn record_no_stamp(&self, of: &ToStamp, error: &str) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "UPDATE anchor_stamp SET state = 'failed', error = $6, next_at = $7 WHERE org = $1 \
             AND log = $2 AND size = $3 AND authority = $4 AND round = $5 AND state <> 'stamped'",
        )
        .arg(&self.inner.org)
        .arg(of.log)
        .arg(of.size)
        .arg(&of.authority)
        .arg(of.round)
        .arg(kept(error))
        .arg(self.now() + back_off(of.attempts))
        .run(tx.conn())
        .await?;
        Ok(tx.commit().await?)
    }
}
