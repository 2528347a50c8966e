//! The fault log as people read it, and what a review of it signs (27001:2022 8.15).

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::query::PAGE_LIMIT;
use crate::store::Store;
use bifold_domain::signal::review::{Found, line};
use bifold_domain::{At, EventId, SourceId, Viewer};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::FromRow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Lines digested at a time.
const PAGE: i64 = 5_000;

/// One fault as it stands in the log.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize)]
pub struct FaultRow {
    /// Its place in the log.
    pub seq: i64,
    /// Which source signalled it.
    pub source: String,
    /// Its identity there.
    pub external_id: String,
    /// Since when it was so, by the sender; microseconds since the epoch.
    pub began_at: i64,
    /// What the sender said last.
    pub state: String,
    /// How bad it was at worst.
    pub severity: String,
    /// What it is.
    pub title: String,
    /// The service concerned.
    pub service: Option<String>,
    /// When it was first heard of.
    pub first_at: i64,
    /// When it was last heard of.
    pub last_at: i64,
    /// When it was said to be over.
    pub ended_at: Option<i64>,
    /// How often it was signalled.
    pub count: i64,
    /// How far the sender's clock was ahead, in microseconds; negative when behind.
    pub offset_us: Option<i64>,
    /// The delivery that began it.
    pub inbound: Option<i64>,
    /// What became of it.
    pub disposition: String,
    /// The rule that decided.
    pub rule: Option<String>,
    /// The event it is part of.
    pub event: Option<String>,
}

/// Which faults.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FaultFilter {
    /// Of this source.
    pub source: Option<SourceId>,
    /// Of which this became.
    pub disposition: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// Of this event.
    pub event: Option<EventId>,
}

/// A signed review.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize)]
pub struct ReviewRow {
    /// Its id.
    pub id: String,
    /// The first instant of the period, microseconds since the epoch.
    pub from_at: i64,
    /// The first instant after it.
    pub until_at: i64,
    /// Faults of the period.
    pub faults: i64,
    /// Signals of the period.
    pub signals: i64,
    /// SHA-256 of its lines.
    pub digest: String,
    /// Who signed.
    pub signed_by: String,
    /// When.
    pub signed_at: i64,
}

#[derive(FromRow)]
struct Line {
    seq: i64,
    source: String,
    external_id: String,
    began_at: i64,
    first_at: i64,
    severity: String,
    title: String,
    count: i64,
    disposition: String,
    event: Option<String>,
}

impl Store {
    /// A page of the fault log, newest first: what the viewer may see of it. A fault is seen by
    /// whoever sees its event; one without an event by whoever reads incidents, and of a sensitive
    /// source by whoever reads sensitive lanes.
    pub async fn faults(
        &self,
        viewer: &Viewer,
        filter: &FaultFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<FaultRow>> {
        if !viewer.reads_incidents {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(
            "SELECT f.seq, f.source, f.external_id, f.began_at, f.state, f.severity, f.title, \
             f.service, f.first_at, f.last_at, f.ended_at, f.count, f.offset_us, f.inbound, \
             f.disposition, f.rule, f.event FROM fault f WHERE f.org = ",
        );
        sql.bind(&self.inner.org);
        let source = filter.source.as_ref().map(ToString::to_string);
        let event = filter.event.as_ref().map(ToString::to_string);
        for (text, value) in [
            (" AND f.source = ", &source),
            (" AND f.disposition = ", &filter.disposition),
            (" AND f.state = ", &filter.state),
            (" AND f.event = ", &event),
        ] {
            if let Some(value) = value {
                sql.push(text).bind(value);
            }
        }
        if !viewer.reads_sensitive_lanes {
            let directory = self.directory().await?;
            let hidden = directory.sources.values();
            let hidden: Vec<String> = hidden
                .filter(|source| source.settings.is_sensitive)
                .map(|source| source.id.to_string())
                .collect();
            if !hidden.is_empty() {
                sql.push(" AND f.source NOT IN ").list(&hidden);
            }
        }
        sql.push(
            " AND (f.event IS NULL OR EXISTS (SELECT 1 FROM event e WHERE e.org = f.org \
             AND e.id = f.event",
        );
        self.seen_by(&mut sql, viewer);
        sql.push("))");
        if let Some(seq) = before {
            sql.push(" AND f.seq < ").bind(seq);
        }
        sql.push(" ORDER BY f.seq DESC LIMIT ")
            .bind(i64::from(limit.min(PAGE_LIMIT + 1)));
        let mut lease = self.inner.db.reader().await?;
        Ok(sql.all(lease.conn()).await?)
    }

    /// What the log holds of a period, counted and digested line by line: everything, also what
    /// the one who asks could not open. It names nothing.
    pub async fn fault_log_of(&self, from: At, until: At) -> Result<Found> {
        let mut found = Found {
            faults: 0,
            signals: 0,
            by_disposition: BTreeMap::new(),
            digest: String::new(),
        };
        let mut digest = Sha256::new();
        let mut after = 0;
        loop {
            let mut lease = self.inner.db.reader().await?;
            let lines: Vec<Line> = Sql::new(
                "SELECT seq, source, external_id, began_at, first_at, severity, title, count, \
                 disposition, event FROM fault WHERE org = $1 AND seq > $2 AND first_at >= $3 \
                 AND first_at < $4 ORDER BY seq LIMIT $5",
            )
            .arg(&self.inner.org)
            .arg(after)
            .arg(from.micros())
            .arg(until.micros())
            .arg(PAGE)
            .all(lease.conn())
            .await?;
            drop(lease);
            for found_line in &lines {
                found.faults += 1;
                found.signals += u64::try_from(found_line.count).unwrap_or(0);
                let word = found_line.disposition.clone();
                *found.by_disposition.entry(word).or_default() += 1;
                digest.update(found_line.text());
                after = found_line.seq;
            }
            if i64::try_from(lines.len()).map_err(Error::damaged)? < PAGE {
                break;
            }
        }
        for byte in digest.finalize() {
            // Writing into a text cannot fail.
            let _ = write!(found.digest, "{byte:02x}");
        }
        Ok(found)
    }

    /// Signed reviews, the newest period first.
    pub async fn fault_reviews(&self, limit: u32) -> Result<Vec<ReviewRow>> {
        let mut lease = self.inner.db.reader().await?;
        Ok(Sql::new(
            "SELECT id, from_at, until_at, faults, signals, digest, signed_by, signed_at \
             FROM fault_review WHERE org = $1 ORDER BY until_at DESC, id DESC LIMIT $2",
        )
        .arg(&self.inner.org)
        .arg(i64::from(limit))
        .all(lease.conn())
        .await?)
    }

    /// When the first fault was heard of that no review covers; `None` when there is none.
    pub async fn unreviewed_since(&self) -> Result<Option<At>> {
        let mut lease = self.inner.db.reader().await?;
        let last: Option<(Option<i64>,)> =
            Sql::new("SELECT MAX(until_at) FROM fault_review WHERE org = $1")
                .arg(&self.inner.org)
                .first(lease.conn())
                .await?;
        if let Some(last) = last.and_then(|row| row.0) {
            return Ok(Some(At::from_micros(last)));
        }
        let first: Option<(i64,)> =
            Sql::new("SELECT first_at FROM fault WHERE org = $1 ORDER BY seq LIMIT 1")
                .arg(&self.inner.org)
                .first(lease.conn())
                .await?;
        Ok(first.map(|row| At::from_micros(row.0)))
    }
}

impl Line {
    fn text(&self) -> String {
        let number = |n: i64| n.to_string();
        let at = |micros: i64| At::from_micros(micros).to_string();
        line(&[
            &number(self.seq),
            &self.source,
            &self.external_id,
            &at(self.began_at),
            &at(self.first_at),
            &self.severity,
            &self.title,
            &number(self.count),
            &self.disposition,
            self.event.as_deref().unwrap_or(""),
        ])
    }
}
