//! Learning: all incidents are read, a model is trained beside requests and kept.

use super::course::{histories, seconds};
use crate::db::{Insert, Sql};
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_domain::incident::Incident;
use bifold_domain::record::State;
use bifold_domain::time::DAY;
use bifold_forecast::{History, Model, Options, train};
use std::sync::Arc;

/// Incidents that are learned from; the newest.
const INCIDENTS_LIMIT: usize = 20_000;
/// Read at a time.
const PAGE: u32 = 500;
/// How old a model becomes, in microseconds.
const AGE_LIMIT: i64 = DAY;
/// Fewer clocks that ended since then are not worth learning anew.
const LEAST_MORE: i64 = 50;

const MODEL: Insert = Insert {
    table: "forecast_model",
    columns: &[
        "org",
        "trained_at",
        "closed",
        "breached",
        "stopped",
        "model",
    ],
    key: &["org"],
};

/// What was learned last.
#[derive(Debug, Clone)]
pub struct Learned {
    /// When, in microseconds since the epoch.
    pub trained_at: i64,
    /// From how many closed clocks.
    pub closed: u32,
    /// How many of them ended late.
    pub breached: u32,
    /// How many clocks had come to their end then, learned from or not.
    pub stopped: i64,
    /// The model; absent while there is too little to learn from.
    pub model: Option<Arc<Model>>,
}

impl Store {
    /// What was learned last; `None` before anything was tried.
    pub async fn learned(&self) -> Result<Option<Arc<Learned>>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64,)> = Sql::new("SELECT trained_at FROM forecast_model WHERE org = $1")
            .arg(&self.inner.org)
            .first(lease.conn())
            .await?;
        let Some((trained_at,)) = row else {
            return Ok(None);
        };
        let held = self.inner.learned.read().ok().and_then(|held| held.clone());
        if let Some(held) = held.filter(|held| held.trained_at == trained_at) {
            return Ok(Some(held));
        }
        let row: Option<(i64, i64, i64, i64, Option<String>)> = Sql::new(
            "SELECT trained_at, closed, breached, stopped, model FROM forecast_model \
             WHERE org = $1",
        )
        .arg(&self.inner.org)
        .first(lease.conn())
        .await?;
        let Some((trained_at, closed, breached, stopped, model)) = row else {
            return Ok(None);
        };
        // One of another layout is not read; the next training makes one of this.
        let model = model.and_then(|json| serde_json::from_str::<Model>(&json).ok());
        let learned = Arc::new(Learned {
            trained_at,
            closed: u32::try_from(closed).map_err(Error::damaged)?,
            breached: u32::try_from(breached).map_err(Error::damaged)?,
            stopped,
            model: model.filter(Model::is_current).map(Arc::new),
        });
        if let Ok(mut held) = self.inner.learned.write() {
            *held = Some(learned.clone());
        }
        Ok(Some(learned))
    }

    /// Learns anew where the last time is a day ago, or a tenth more incidents are closed. Says
    /// whether it did.
    pub async fn learn_if_due(&self) -> Result<bool> {
        let now = self.inner.shell.clock.now();
        if let Some(last) = self.learned().await? {
            let is_old = now.micros() - last.trained_at > AGE_LIMIT;
            if !is_old && !self.has_grown(&last).await? {
                return Ok(false);
            }
        }
        self.learn().await?;
        Ok(true)
    }

    async fn has_grown(&self, last: &Learned) -> Result<bool> {
        let more = self.stopped().await?.saturating_sub(last.stopped);
        Ok(more >= LEAST_MORE && more * 10 >= last.stopped)
    }

    /// Runs of clocks that came to their end, whether or not they were learned from.
    async fn stopped(&self) -> Result<i64> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64,)> = Sql::new(
            "SELECT COUNT(*) FROM clock WHERE org = $1 AND standing = 'stopped' \
             AND metric IN ('response', 'restore', 'resolve')",
        )
        .arg(&self.inner.org)
        .first(lease.conn())
        .await?;
        Ok(row.map_or(0, |row| row.0))
    }

    /// Learns from the newest incidents, and keeps what was learned or that it was too little.
    pub async fn learn(&self) -> Result<Arc<Learned>> {
        let now = self.inner.shell.clock.now();
        let stopped = self.stopped().await?;
        let told = self.all_histories().await?;
        let closed = told.iter().filter(|history| history.outcome.is_some());
        let closed = u32::try_from(closed.count()).unwrap_or(u32::MAX);
        let late = told.iter().filter_map(|history| history.outcome);
        let late = late.filter(|outcome| outcome.is_breached).count();
        let breached = u32::try_from(late).unwrap_or(u32::MAX);
        let moment = seconds(now);
        let trained =
            tokio::task::spawn_blocking(move || train(&told, moment, &Options::default()));
        let model = trained.await.map_err(Error::damaged)?.ok();
        let json = model.as_ref().map(serde_json::to_string);
        let json = json.transpose().map_err(Error::damaged)?;
        let mut tx = self.inner.db.begin().await?;
        let row = vec![
            self.inner.org.as_str().into(),
            now.micros().into(),
            i64::from(closed).into(),
            i64::from(breached).into(),
            stopped.into(),
            json.into(),
        ];
        MODEL.run(&mut tx, vec![row]).await?;
        tx.commit().await?;
        let learned = self.learned().await?;
        learned.ok_or_else(|| Error::damaged("what was learned is not there"))
    }

    async fn all_histories(&self) -> Result<Vec<History>> {
        let directory = self.directory().await?;
        let policy = &directory.policy;
        let now = self.inner.shell.clock.now();
        let (mut told, mut before, mut seen) = (Vec::new(), i64::MAX, 0);
        while seen < INCIDENTS_LIMIT {
            let page = self.before(before).await?;
            let Some((last, _)) = page.last() else {
                break;
            };
            before = *last;
            seen += page.len();
            for (_, state) in &page {
                let incident = read(state)?;
                // What few may know of teaches nothing that many are told.
                if incident.compartment.is_some() {
                    continue;
                }
                let held = policy.terms.held(incident.times.recorded);
                let of_it = histories(&incident, &held, policy, now);
                told.extend(of_it.into_iter().map(|(_, history)| history));
            }
        }
        told.sort_by_key(|history| history.opened_s);
        Ok(told)
    }

    async fn before(&self, seq: i64) -> Result<Vec<(i64, String)>> {
        let mut lease = self.inner.db.reader().await?;
        Ok(Sql::new(
            "SELECT i.seq, s.state FROM incident i CROSS JOIN snapshot s WHERE s.org = i.org \
             AND s.id = i.id AND i.org = $1 AND i.seq < $2 ORDER BY i.seq DESC LIMIT $3",
        )
        .arg(&self.inner.org)
        .arg(seq)
        .arg(i64::from(PAGE))
        .all(lease.conn())
        .await?)
    }
}

pub(super) fn read(state: &str) -> Result<Box<Incident>> {
    match State::from_json("incident", state).map_err(Error::damaged)? {
        State::Incident(incident) => Ok(incident),
        _ => Err(Error::damaged("a snapshot of another type")),
    }
}
