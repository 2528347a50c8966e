//! What was committed, told as it happens, so that open pages can read again what they show.
//!
//! A teller reads the ledger itself, from where it last stopped: at once after a commit of this
//! node, and about once a second for those of others. So it tells what is durable and nothing
//! else, whoever wrote it, and the writer knows nothing of it: no listener, however slow, can
//! hold a commit back. It works only while somebody listens.
//!
//! A change is an id and a place in the ledger, no words. Whoever passes it on to a person first
//! asks whether that person can read the record.

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::{Inner, Store};
use crate::write::Head;
use bifold_ledger::system;
use serde::Serialize;
use sqlx::FromRow;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::broadcast;

/// Changes that a listener may fall behind; further behind it hears [`Change::Everything`].
const BEHIND_LIMIT: usize = 1_024;
/// Entries told one by one; more at once, as an import brings, are told as everything.
const ENTRIES_LIMIT: i64 = 500;
/// How often commits of other nodes are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Commits that come together are told together.
const BREATH: Duration = Duration::from_millis(50);

/// Something that is durable now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// This record changed.
    Record {
        /// Its id.
        subject: String,
        /// Its type, such as `incident`.
        record_type: String,
        /// The year's log that holds the newest entry about it.
        log: i64,
        /// That entry's place there.
        index: i64,
    },
    /// Too much changed to tell one by one: read again whatever is shown.
    Everything,
}

/// A listener.
#[derive(Debug)]
pub struct Changes {
    receiver: broadcast::Receiver<Change>,
}

impl Changes {
    /// The next change; `None` when the store is gone. Nothing is lost when the wait is given up
    /// and taken up again.
    pub async fn next(&mut self) -> Option<Change> {
        match self.receiver.recv().await {
            Ok(change) => Some(change),
            Err(broadcast::error::RecvError::Lagged(_)) => {
                // What is still queued is older than what the listener reads from now on.
                self.receiver = self.receiver.resubscribe();
                Some(Change::Everything)
            }
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

/// The way to all listeners.
#[derive(Debug)]
pub(crate) struct Teller {
    listeners: broadcast::Sender<Change>,
    is_telling: AtomicBool,
}

impl Default for Teller {
    fn default() -> Self {
        Self {
            listeners: broadcast::Sender::new(BEHIND_LIMIT),
            is_telling: AtomicBool::new(false),
        }
    }
}

impl Teller {
    /// Whether nobody listens, so that telling ends.
    fn ends(&self) -> bool {
        if self.listeners.receiver_count() > 0 {
            return false;
        }
        self.is_telling.store(false, Ordering::SeqCst);
        // Somebody may have come between the two lines, and have found the telling under way.
        self.listeners.receiver_count() == 0 || self.is_telling.swap(true, Ordering::SeqCst)
    }
}

/// A place in the ledger: the year's log, and the entry in it.
type Place = (i64, i64);

#[derive(FromRow)]
struct Row {
    log: i64,
    idx: i64,
    subject_type: String,
    subject: String,
    kind: String,
}

impl Store {
    /// Listens to what is committed from now on, by this node and by others. The first listener
    /// after a silence may also hear of what others committed before.
    pub fn changes(&self) -> Changes {
        let teller = &self.inner.teller;
        let receiver = teller.listeners.subscribe();
        if !teller.is_telling.swap(true, Ordering::SeqCst) {
            let (log, size) = *self.inner.size.borrow();
            let place = (log, i64::try_from(size).unwrap_or(i64::MAX));
            tokio::spawn(tell(self.inner.clone(), place));
        }
        Changes { receiver }
    }
}

async fn tell(inner: Arc<Inner>, mut place: Place) {
    let mut size = inner.size.subscribe();
    while !inner.teller.ends() {
        match since(&inner, place).await {
            Ok((changes, reached)) => {
                place = reached;
                for change in changes {
                    // The last listener may have gone.
                    let _ = inner.teller.listeners.send(change);
                }
            }
            Err(Error::Database(sqlx::Error::PoolClosed)) => return,
            Err(error) => tracing::warn!(%error, "changes are not told for a moment"),
        }
        tokio::select! {
            _ = size.changed() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        tokio::time::sleep(BREATH).await;
    }
}

/// What was committed since a place, and the place reached.
async fn since(inner: &Inner, place: Place) -> Result<(Vec<Change>, Place)> {
    let mut lease = inner.db.reader().await?;
    let rows: Vec<Row> = since_sql(&inner.org, place).all(lease.conn()).await?;
    let Some(last) = rows.last() else {
        return Ok((Vec::new(), place));
    };
    let reached = (last.log, last.idx + 1);
    let are_too_many = rows.len() > usize::try_from(ENTRIES_LIMIT).unwrap_or(usize::MAX);
    if are_too_many {
        let head = Head::read(lease.conn(), &inner.org, "").await?;
        let size = i64::try_from(head.frontier.size()).map_err(Error::damaged)?;
        return Ok((vec![Change::Everything], (head.log, size)));
    }
    // Words were taken away from records that the entry does not name.
    if rows.iter().any(|row| row.kind == system::REDACTED) {
        return Ok((vec![Change::Everything], reached));
    }
    let mut seen = BTreeSet::new();
    let newest_first = rows.into_iter().rev();
    let mut changes: Vec<Change> = newest_first
        .filter(|row| row.subject_type != "ledger" && seen.insert(row.subject.clone()))
        .map(|row| Change::Record {
            subject: row.subject,
            record_type: row.subject_type,
            log: row.log,
            index: row.idx,
        })
        .collect();
    changes.reverse();
    Ok((changes, reached))
}

pub(crate) fn since_sql(org: &str, place: Place) -> Sql {
    let mut sql =
        Sql::new("SELECT log, idx, subject_type, subject, kind FROM ledger_entry WHERE org = ");
    sql.bind(org).push(" AND (log, idx) >= (").bind(place.0);
    sql.push(", ")
        .bind(place.1)
        .push(") ORDER BY log, idx LIMIT ");
    sql.bind(ENTRIES_LIMIT + 1);
    sql
}
