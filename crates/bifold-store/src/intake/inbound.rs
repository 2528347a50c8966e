//! Deliveries: taken in byte for byte, many in one transaction, answered when they are durable.

use crate::db::{Insert, Sql, Value};
use crate::error::{Error, Result};
use crate::store::{Inner, Store};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bifold_domain::{At, SourceId};
use sha2::{Digest, Sha256};
use sqlx::FromRow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// Deliveries that may wait to be written. More are answered with `Overloaded`.
const QUEUE_LIMIT: usize = 4_096;
/// Deliveries of one transaction at most.
const BATCH_LIMIT: usize = 512;
/// Bytes of one transaction at most, unless one delivery alone has more.
const BATCH_BYTES: usize = 8 << 20;
/// Bytes that are read and folded in one transaction at most: others wait behind it to be taken in.
const READ_BYTES: i64 = 1 << 20;
/// Whoever comes so soon after the last transaction comes with others, and
const SOON: Duration = Duration::from_millis(20);
/// waits so long for them, to be written together.
const GATHER: Duration = Duration::from_millis(2);
/// Deliveries that may be taken in and not read yet: whoever sends more is asked to wait.
const BACKLOG: i64 = 200_000;

pub(super) const INBOUND: Insert = Insert {
    table: "inbound",
    columns: &[
        "org",
        "id",
        "source",
        "received_at",
        "content_type",
        "headers",
        "sha256",
        "size",
        "is_text",
        "body",
        "replay_of",
    ],
    key: &[],
};

/// What came, as the carrier brought it.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// From which source.
    pub source: SourceId,
    /// The media type it said.
    pub content_type: Option<String>,
    /// Headers that reading it may ask for, by their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The bytes.
    pub body: Vec<u8>,
    /// Of which earlier delivery it is a replay.
    pub replay_of: Option<i64>,
}

/// A delivery as it was stored.
#[derive(Debug, Clone)]
pub struct Inbound {
    /// Its place in the order of arrival.
    pub id: i64,
    /// From which source.
    pub source: SourceId,
    /// When it came.
    pub received_at: At,
    /// The media type it said.
    pub content_type: Option<String>,
    /// Headers that were kept.
    pub headers: Vec<(String, String)>,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// The bytes.
    pub body: Vec<u8>,
    /// What was noticed when it was read.
    pub remarks: Option<String>,
    /// Why it could not be read.
    pub error: Option<String>,
    /// Of which earlier delivery it is a replay.
    pub replay_of: Option<i64>,
}

/// What waits to be read.
#[derive(Debug, Clone, Default)]
pub struct Unread {
    /// The id up to which reading had come.
    pub read_to: i64,
    /// What comes next, in order.
    pub deliveries: Vec<Inbound>,
    /// Whether more waits behind that.
    pub has_more: bool,
}

/// A delivery that could not be read.
#[derive(Debug, Clone, FromRow)]
pub struct Trouble {
    /// Its place in the order of arrival.
    pub id: i64,
    /// From which source.
    pub source: String,
    /// When it came, microseconds since the epoch.
    pub received_at: i64,
    /// Bytes.
    pub size: i64,
    /// Why it could not be read.
    pub error: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    source: String,
    received_at: i64,
    content_type: Option<String>,
    headers: String,
    sha256: String,
    is_text: bool,
    body: String,
    remarks: Option<String>,
    error: Option<String>,
    replay_of: Option<i64>,
}

const COLUMNS: &str = "SELECT id, source, received_at, content_type, headers, sha256, is_text, \
    body, remarks, error, replay_of FROM inbound WHERE org = ";

impl TryFrom<Row> for Inbound {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            source: SourceId::parse(&row.source).map_err(Error::damaged)?,
            received_at: At::from_micros(row.received_at),
            content_type: row.content_type,
            headers: serde_json::from_str(&row.headers).map_err(Error::damaged)?,
            sha256: row.sha256,
            body: if row.is_text {
                row.body.into_bytes()
            } else {
                STANDARD.decode(&row.body).map_err(Error::damaged)?
            },
            remarks: row.remarks,
            error: row.error,
            replay_of: row.replay_of,
        })
    }
}

type Asked = (Delivery, At, oneshot::Sender<Result<i64>>);

/// The way into the task that takes deliveries in.
#[derive(Clone, Debug)]
pub(crate) struct Intake {
    queue: mpsc::Sender<Asked>,
}

impl Intake {
    /// Starts the task of one organisation.
    pub(crate) fn start(inner: Arc<Inner>) -> Self {
        let (queue, asked) = mpsc::channel(QUEUE_LIMIT);
        tokio::spawn(drain(inner, asked));
        Self { queue }
    }

    async fn take(&self, delivery: Delivery, at: At) -> Result<i64> {
        let (reply, answer) = oneshot::channel();
        match self.queue.try_send((delivery, at, reply)) {
            Ok(()) => answer.await.unwrap_or(Err(Error::Closed)),
            Err(mpsc::error::TrySendError::Full(_)) => Err(Error::Overloaded),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(Error::Closed),
        }
    }
}

async fn drain(inner: Arc<Inner>, mut asked: mpsc::Receiver<Asked>) {
    let mut last: Option<Instant> = None;
    while let Some(first) = asked.recv().await {
        if last.is_some_and(|last| last.elapsed() < SOON) {
            tokio::time::sleep(GATHER).await;
        }
        let mut bytes = first.0.body.len();
        let mut batch = vec![first];
        while batch.len() < BATCH_LIMIT
            && bytes < BATCH_BYTES
            && let Ok(next) = asked.try_recv()
        {
            bytes += next.0.body.len();
            batch.push(next);
        }
        let (rows, replies): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .map(|(delivery, at, reply)| ((delivery, at), reply))
            .unzip();
        let answer = write(&inner, rows).await;
        if let Err(error) = &answer {
            tracing::error!(%error, deliveries = replies.len(), "nothing was taken in");
        }
        // A sender that went away does not undo what was stored.
        let mut next = answer.as_ref().ok().copied();
        for reply in replies {
            let _ = reply.send(match next {
                Some(id) => Ok(id),
                None => Err(match &answer {
                    Err(Error::Overloaded) => Error::Overloaded,
                    _ => Error::Closed,
                }),
            });
            next = next.map(|id| id + 1);
        }
        inner.arrived.notify_one();
        last = Some(Instant::now());
    }
}

/// Writes deliveries; the id of the first. They are numbered in the order of their commits, which
/// the lock of the cursor's row sees to: whoever reads up to an id has missed none before it.
async fn write(inner: &Inner, deliveries: Vec<(Delivery, At)>) -> Result<i64> {
    let count = i64::try_from(deliveries.len()).map_err(Error::damaged)?;
    let mut rows = Vec::with_capacity(deliveries.len());
    let mut seen: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for (delivery, at) in deliveries {
        let entry = seen.entry(delivery.source.to_string()).or_default();
        *entry = (entry.0 + 1, entry.1.max(at.micros()));
        rows.push(row(&inner.org, delivery, at)?);
    }
    let mut tx = inner.db.begin().await?;
    let (given, read_to): (i64, i64) = Sql::new(
        "INSERT INTO inbound_cursor (org, given, read_to, swept_to, fault_seq) \
         VALUES ($1, $2, 0, 0, 0) \
         ON CONFLICT (org) DO UPDATE SET given = inbound_cursor.given + excluded.given \
         RETURNING given, read_to",
    )
    .arg(&inner.org)
    .arg(count)
    .first(tx.conn())
    .await?
    .ok_or_else(|| Error::damaged("a cursor that was just written is gone"))?;
    if given - read_to > BACKLOG {
        return Err(Error::Overloaded);
    }
    let first = given - count + 1;
    for (row, id) in rows.iter_mut().zip(first..) {
        if let Some(place) = row.get_mut(1) {
            *place = id.into();
        }
    }
    INBOUND.run(&mut tx, rows).await?;
    for (source, (deliveries, last)) in seen {
        Sql::new(
            "INSERT INTO source_state (org, source, first_seen_at, last_seen_at, deliveries, \
             signals, unread, let_go) VALUES ($1, $2, $3, $3, $4, 0, 0, 0) \
             ON CONFLICT (org, source) DO UPDATE SET \
             first_seen_at = COALESCE(source_state.first_seen_at, excluded.first_seen_at), \
             last_seen_at = excluded.last_seen_at, \
             deliveries = source_state.deliveries + excluded.deliveries",
        )
        .arg(&inner.org)
        .arg(source)
        .arg(last)
        .arg(deliveries)
        .run(tx.conn())
        .await?;
    }
    tx.commit().await?;
    Ok(first)
}

fn row(org: &str, delivery: Delivery, at: At) -> Result<Vec<Value>> {
    let digest = Sha256::digest(&delivery.body);
    let mut sha256 = String::with_capacity(64);
    for byte in digest {
        // Writing into a text cannot fail.
        let _ = write!(sha256, "{byte:02x}");
    }
    let size = delivery.body.len() as u64;
    let (is_text, body) = match String::from_utf8(delivery.body) {
        Ok(text) if !text.contains('\0') => (true, text),
        Ok(text) => (false, STANDARD.encode(text)),
        Err(error) => (false, STANDARD.encode(error.as_bytes())),
    };
    let plain = |text: String| text.replace('\0', " ");
    Ok(vec![
        org.into(),
        0_i64.into(),
        delivery.source.as_str().into(),
        at.micros().into(),
        delivery.content_type.map(plain).into(),
        serde_json::to_string(&delivery.headers)
            .map_err(Error::damaged)?
            .into(),
        sha256.into(),
        size.into(),
        is_text.into(),
        body.into(),
        delivery.replay_of.into(),
    ])
}

impl Store {
    /// Takes a delivery in; `Ok` means that it is durable. Its place in the order of arrival.
    pub async fn take_in(&self, delivery: Delivery) -> Result<i64> {
        let now = self.inner.shell.clock.now();
        self.intake.take(delivery, now).await
    }

    /// Waits until something was taken in here.
    pub async fn arrival(&self) {
        self.inner.arrived.notified().await;
    }

    /// What was taken in and not read yet, in order, as much as is read in one go.
    pub async fn unread_deliveries(&self) -> Result<Unread> {
        let mut lease = self.inner.db.reader().await?;
        let cursor: Option<(i64,)> = Sql::new("SELECT read_to FROM inbound_cursor WHERE org = $1")
            .arg(&self.inner.org)
            .first(lease.conn())
            .await?;
        let Some((read_to,)) = cursor else {
            return Ok(Unread::default());
        };
        let sizes: Vec<(i64, i64)> = Sql::new(
            "SELECT id, size FROM inbound WHERE org = $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .arg(&self.inner.org)
        .arg(read_to)
        .arg(BATCH_LIMIT as u64)
        .all(lease.conn())
        .await?;
        let mut bytes = 0;
        let taken = sizes.iter().take_while(|(_, size)| {
            let fits = bytes == 0 || bytes + size <= READ_BYTES;
            bytes += size;
            fits
        });
        let Some((last, _)) = taken.last() else {
            return Ok(Unread {
                read_to,
                ..Unread::default()
            });
        };
        let mut sql = Sql::new(COLUMNS);
        sql.bind(&self.inner.org).push(" AND id > ").bind(read_to);
        sql.push(" AND id <= ").bind(*last).push(" ORDER BY id");
        let rows: Vec<Row> = sql.all(lease.conn()).await?;
        let found: Result<Vec<_>> = rows.into_iter().map(Inbound::try_from).collect();
        let is_last = sizes.last().is_none_or(|(id, _)| id == last);
        Ok(Unread {
            read_to,
            deliveries: found?,
            has_more: !is_last || sizes.len() == BATCH_LIMIT,
        })
    }

    /// One delivery of a source.
    pub async fn delivery(&self, source: &SourceId, id: i64) -> Result<Option<Inbound>> {
        let mut sql = Sql::new(COLUMNS);
        sql.bind(&self.inner.org).push(" AND id = ").bind(id);
        sql.push(" AND source = ").bind(source.as_str());
        let mut lease = self.inner.db.reader().await?;
        let row: Option<Row> = sql.first(lease.conn()).await?;
        row.map(Inbound::try_from).transpose()
    }

    /// The newest deliveries of a source, the newest first.
    pub async fn deliveries(&self, source: &SourceId, limit: u32) -> Result<Vec<Inbound>> {
        let mut sql = Sql::new(COLUMNS);
        sql.bind(&self.inner.org);
        sql.push(" AND source = ").bind(source.as_str());
        sql.push(" ORDER BY id DESC LIMIT ").bind(i64::from(limit));
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<Row> = sql.all(lease.conn()).await?;
        rows.into_iter().map(Inbound::try_from).collect()
    }

    /// The newest deliveries that could not be read, of all these sources.
    pub async fn troubles(&self, sources: &[&str], limit: u32) -> Result<Vec<Trouble>> {
        let mut sql =
            Sql::new("SELECT id, source, received_at, size, error FROM inbound WHERE org = ");
        sql.bind(&self.inner.org);
        sql.push(" AND error IS NOT NULL AND source IN ")
            .list(sources);
        sql.push(" ORDER BY id DESC LIMIT ").bind(i64::from(limit));
        let mut lease = self.inner.db.reader().await?;
        Ok(sql.all(lease.conn()).await?)
    }
}
