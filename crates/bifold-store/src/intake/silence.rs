//! How sources stand, and those that should have spoken.

use crate::db::Sql;
use crate::error::Result;
use crate::store::Store;
use bifold_domain::signal::{Severity, Signal, State};
use bifold_domain::time::MINUTE;
use bifold_domain::{At, Short, SourceId, Text, Title};
use sqlx::FromRow;
use std::collections::BTreeMap;

/// The identity of a source's silence among its faults.
const SILENCE: &str = "bifold:silence";

/// How a source stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SourceStanding {
    /// When it was first heard, microseconds since the epoch.
    pub first_seen_at: Option<i64>,
    /// When it was last heard.
    pub last_seen_at: Option<i64>,
    /// Deliveries so far.
    pub deliveries: i64,
    /// Signals so far.
    pub signals: i64,
    /// Deliveries that could not be read.
    pub unread: i64,
    /// Lines that nobody wanted, and that were let go at the door.
    pub let_go: i64,
    /// Whether it is silent for longer than it should be.
    pub is_silent: bool,
}

#[derive(FromRow)]
struct Row {
    source: String,
    first_seen_at: Option<i64>,
    last_seen_at: Option<i64>,
    deliveries: i64,
    signals: i64,
    unread: i64,
    let_go: i64,
}

impl Store {
    /// Counts lines that nobody wanted; the source was heard all the same.
    pub async fn let_go(&self, source: &SourceId, lines: usize) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "INSERT INTO source_state (org, source, first_seen_at, last_seen_at, deliveries, \
             signals, unread, let_go) VALUES ($1, $2, $3, $3, 0, 0, 0, $4) \
             ON CONFLICT (org, source) DO UPDATE SET \
             first_seen_at = COALESCE(source_state.first_seen_at, excluded.first_seen_at), \
             last_seen_at = excluded.last_seen_at, \
             let_go = source_state.let_go + excluded.let_go",
        )
        .arg(&self.inner.org)
        .arg(source.as_str())
        .arg(self.now())
        .arg(lines as u64)
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// How the sources stand that were ever heard.
    pub async fn source_standings(&self) -> Result<BTreeMap<SourceId, SourceStanding>> {
        let directory = self.directory().await?;
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<Row> = Sql::new(
            "SELECT source, first_seen_at, last_seen_at, deliveries, signals, unread, let_go \
             FROM source_state WHERE org = $1",
        )
        .arg(&self.inner.org)
        .all(lease.conn())
        .await?;
        let now = self.now();
        let standing = |row: Row| {
            let id = SourceId::parse(&row.source).ok()?;
            let settings = directory.sources.get(&id).map(|source| &source.settings);
            let allowed = settings.and_then(|settings| settings.silence_minutes);
            let is_silent = allowed
                .zip(row.last_seen_at)
                .is_some_and(|(minutes, last)| last + i64::from(minutes) * MINUTE < now);
            let standing = SourceStanding {
                first_seen_at: row.first_seen_at,
                last_seen_at: row.last_seen_at,
                deliveries: row.deliveries,
                signals: row.signals,
                unread: row.unread,
                let_go: row.let_go,
                is_silent,
            };
            Some((id, standing))
        };
        Ok(rows.into_iter().filter_map(standing).collect())
    }

    /// Says of every source that fell silent that it did, and of every one that speaks again that
    /// it does: a fault like any other. How many changed.
    pub async fn notice_silence(&self) -> Result<usize> {
        let standings = self.source_standings().await?;
        let directory = self.directory().await?;
        let all = directory.sources.values();
        let told: Vec<&str> = all
            .filter(|source| source.settings.silence_minutes.is_some())
            .map(|source| source.id.as_str())
            .collect();
        let known = self.silent_so_far(&told).await?;
        let mut changed = 0;
        for (id, source) in &directory.sources {
            let is_asked = source.settings.silence_minutes.is_some();
            if source.is_disconnected || source.settings.is_paused || !is_asked {
                continue;
            }
            let Some(standing) = standings.get(id) else {
                continue;
            };
            if standing.is_silent == known.contains_key(id.as_str()) {
                continue;
            }
            let began = known.get(id.as_str()).copied();
            let began = began.unwrap_or_else(|| standing.last_seen_at.unwrap_or_default());
            let minutes = source.settings.silence_minutes.unwrap_or_default();
            let name = &source.settings.name;
            let signal = Signal {
                external_id: own(SILENCE),
                began_at: Some(At::from_micros(began)),
                state: if standing.is_silent {
                    State::Firing
                } else {
                    State::Resolved
                },
                severity: Severity::Major,
                severity_word: None,
                title: Title::parse(&format!("{name} has been silent for {minutes} minutes"))
                    .map_err(crate::Error::damaged)?,
                body: Some(
                    Text::parse(
                        "It should have been heard by now. Either nothing happens there, or what \
                         happens does not arrive.",
                    )
                    .map_err(crate::Error::damaged)?,
                ),
                service: None,
                group: Some(own(SILENCE)),
                labels: BTreeMap::new(),
                links: Vec::new(),
                sent_at: None,
            };
            self.signal(id, signal).await?;
            changed += 1;
        }
        Ok(changed)
    }

    /// Sources whose silence is a running fault, and since when.
    async fn silent_so_far(&self, sources: &[&str]) -> Result<BTreeMap<String, i64>> {
        let mut sql = Sql::new("SELECT source, began_at FROM fault WHERE org = ");
        sql.bind(&self.inner.org);
        sql.push(" AND is_latest = TRUE AND source IN ")
            .list(sources);
        sql.push(" AND external_id = ").bind(SILENCE);
        sql.push(" AND state = 'firing'");
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<(String, i64)> = sql.all(lease.conn()).await?;
        Ok(rows.into_iter().collect())
    }
}

#[allow(clippy::expect_used)] // Names written here.
fn own(name: &'static str) -> Short {
    Short::parse(name).expect("a name written here is a short text")
}
