//! How far the anchors reach: for people to see, and for the published log.

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bifold_domain::At;
use bifold_ledger::cosignature::WitnessKey;
use sqlx::FromRow;

/// The newest anchor of one kind: up to where, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// The size of the checkpoint.
    pub size: u64,
    /// The time that the authority or the witness states.
    pub at: At,
}

/// What an authority has stamped of a log, and what it owes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthorityStanding {
    /// The newest stamp of a checkpoint.
    pub newest: Option<Reach>,
    /// When the certificates behind that stamp expire.
    pub expires_at: Option<At>,
    /// Stamps that wait, renewals among them.
    pub waiting: u64,
    /// Since when the oldest of them waits that was asked for in vain.
    pub failing_since: Option<At>,
    /// What went wrong with it last.
    pub error: Option<String>,
}

/// What a witness has cosigned of a log, and what it is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WitnessStanding {
    /// The newest cosignature.
    pub newest: Option<Reach>,
    /// When the first checkpoint was signed that it has not seen.
    pub waiting_since: Option<At>,
    /// What went wrong when it was asked last.
    pub error: Option<String>,
}

/// A stamp as it is published and handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StampAnswer {
    /// The size of the checkpoint it is of.
    pub size: i64,
    /// Who stamped it.
    pub authority: String,
    /// 0 for a stamp of the checkpoint itself; otherwise how often it was renewed.
    pub round: i64,
    /// The request, as it was sent (DER).
    pub request: Vec<u8>,
    /// The authority's answer, as it came (`TimeStampResp`).
    pub answer: Vec<u8>,
}

#[derive(FromRow)]
struct WaitingRow {
    state: String,
    queued_at: i64,
    error: Option<String>,
}

impl Store {
    /// What an authority has stamped of a log.
    pub async fn authority_standing(&self, log: i64, authority: &str) -> Result<AuthorityStanding> {
        let mut lease = self.inner.db.reader().await?;
        let newest: Option<(i64, i64, i64)> = Sql::new(
            "SELECT size, gen_time, expires_at FROM anchor_stamp WHERE org = $1 \
             AND authority = $2 AND log = $3 AND round = 0 AND state = 'stamped' \
             ORDER BY size DESC LIMIT 1",
        )
        .arg(&self.inner.org)
        .arg(authority)
        .arg(log)
        .first(lease.conn())
        .await?;
        let waiting: Vec<WaitingRow> = Sql::new(
            "SELECT state, queued_at, error FROM anchor_stamp WHERE org = $1 AND authority = $2 \
             AND state <> 'stamped' ORDER BY queued_at",
        )
        .arg(&self.inner.org)
        .arg(authority)
        .all(lease.conn())
        .await?;
        let failed = waiting.iter().find(|row| row.state == "failed");
        Ok(AuthorityStanding {
            newest: newest
                .map(|(size, gen_time, _)| reach(size, gen_time))
                .transpose()?,
            expires_at: newest.map(|(_, _, expires_at)| At::from_micros(expires_at)),
            waiting: waiting.len() as u64,
            failing_since: failed.map(|row| At::from_micros(row.queued_at)),
            error: failed.and_then(|row| row.error.clone()),
        })
    }

    /// What a witness has cosigned of a log.
    pub async fn witness_standing(
        &self,
        log: i64,
        witness: &WitnessKey,
    ) -> Result<WitnessStanding> {
        let vkey = witness.to_string();
        let mut lease = self.inner.db.reader().await?;
        let newest: Option<(i64, i64)> = Sql::new(
            "SELECT size, at FROM anchor_cosignature WHERE org = $1 AND log = $2 \
             AND witness = $3 ORDER BY size DESC LIMIT 1",
        )
        .arg(&self.inner.org)
        .arg(log)
        .arg(&vkey)
        .first(lease.conn())
        .await?;
        let asked: Option<(Option<String>,)> = Sql::new(
            "SELECT error FROM anchor_witness WHERE org = $1 AND log = $2 AND witness = $3",
        )
        .arg(&self.inner.org)
        .arg(log)
        .arg(&vkey)
        .first(lease.conn())
        .await?;
        let unseen: Option<(i64,)> = Sql::new(
            "SELECT signed_at FROM ledger_checkpoint WHERE org = $1 AND log = $2 AND size > $3 \
             ORDER BY size LIMIT 1",
        )
        .arg(&self.inner.org)
        .arg(log)
        .arg(newest.map_or(0, |(size, _)| size))
        .first(lease.conn())
        .await?;
        Ok(WitnessStanding {
            newest: newest.map(|(size, at)| reach(size, at)).transpose()?,
            waiting_since: unseen.map(|(signed_at,)| At::from_micros(signed_at)),
            error: asked.and_then(|row| row.0),
        })
    }

    /// The authorities that have ever been asked, by name.
    pub async fn asked_authorities(&self) -> Result<Vec<String>> {
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<(String,)> = Sql::new(
            "SELECT DISTINCT authority FROM anchor_stamp WHERE org = $1 ORDER BY authority",
        )
        .arg(&self.inner.org)
        .all(lease.conn())
        .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// The witnesses that have ever been asked.
    pub async fn asked_witnesses(&self) -> Result<Vec<WitnessKey>> {
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<(String,)> =
            Sql::new("SELECT DISTINCT witness FROM anchor_witness WHERE org = $1 ORDER BY witness")
                .arg(&self.inner.org)
                .all(lease.conn())
                .await?;
        let keys = rows.into_iter();
        keys.map(|row| row.0.parse().map_err(Error::damaged))
            .collect()
    }

    /// The stamps of a log that are there, oldest checkpoint first.
    pub(crate) async fn stamps(&self, log: i64) -> Result<Vec<StampAnswer>> {
        let mut sql = self.stamps_sql(log);
        sql.push(" ORDER BY size, authority, round");
        self.stamp_answers(sql).await
    }

    /// The stamps of the first stamped checkpoint that covers so many entries; none where there is
    /// no such checkpoint.
    pub async fn stamps_covering(&self, log: i64, entries: u64) -> Result<Vec<StampAnswer>> {
        let mut sql = self.stamps_sql(log);
        sql.push(" AND round = 0 AND size = (SELECT MIN(size) FROM anchor_stamp WHERE org = ")
            .bind(&self.inner.org)
            .push(" AND log = ")
            .bind(log)
            .push(" AND state = 'stamped' AND round = 0 AND size >= ")
            .bind(i64::try_from(entries).map_err(Error::damaged)?)
            .push(") ORDER BY authority");
        self.stamp_answers(sql).await
    }

    fn stamps_sql(&self, log: i64) -> Sql {
        let mut sql = Sql::new(
            "SELECT size, authority, round, request, answer FROM anchor_stamp \
             WHERE state = 'stamped' AND org = ",
        );
        sql.bind(&self.inner.org).push(" AND log = ").bind(log);
        sql
    }

    async fn stamp_answers(&self, sql: Sql) -> Result<Vec<StampAnswer>> {
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<(i64, String, i64, String, String)> = sql.all(lease.conn()).await?;
        let decoded = rows
            .into_iter()
            .map(|(size, authority, round, request, answer)| {
                Ok(StampAnswer {
                    size,
                    authority,
                    round,
                    request: STANDARD.decode(request).map_err(Error::damaged)?,
                    answer: STANDARD.decode(answer).map_err(Error::damaged)?,
                })
            });
        decoded.collect()
    }
}

fn reach(size: i64, at: i64) -> Result<Reach> {
    Ok(Reach {
        size: u64::try_from(size).map_err(Error::damaged)?,
        at: At::from_micros(at),
    })
}
