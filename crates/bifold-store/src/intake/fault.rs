//! Faults: one row an occurrence, however often it is signalled.

use crate::db::{Insert, Sql, Tx, Value};
use crate::error::{Error, Result};
use crate::insert::Change;
use bifold_domain::signal::triage::{Disposition, next_milestone};
use bifold_domain::signal::{Severity, Signal, State};
use bifold_domain::time::{HOUR, SECOND};
use sqlx::FromRow;

/// How long after a change of its state a fault is looked at: what goes on and off within it is
/// one change.
const CALM: i64 = 20 * SECOND;
/// How long something that is never said to be over is the same occurrence.
const INFO_REPEATS: i64 = HOUR;

pub(super) const FAULT: Insert = Insert {
    table: "fault",
    columns: &[
        "org",
        "seq",
        "source",
        "external_id",
        "began_at",
        "is_latest",
        "state",
        "severity",
        "title",
        "service",
        "grouped",
        "signal",
        "first_at",
        "last_at",
        "ended_at",
        "count",
        "offset_us",
        "inbound",
        "disposition",
        "look_at",
    ],
    key: &[],
};

const CHANGED: Change = Change {
    table: "fault",
    given: &[
        "seq",
        "is_latest",
        "state",
        "severity",
        "last_at",
        "ended_at",
        "count",
        "look_at",
    ],
    set: "is_latest = given.is_latest, state = given.state, severity = given.severity, \
          last_at = given.last_at, ended_at = given.ended_at, count = given.count, \
          look_at = given.look_at",
};

/// What is asked of a fault when more is signalled of it.
#[derive(Debug, Clone, FromRow)]
struct Row {
    seq: i64,
    external_id: String,
    began_at: i64,
    state: String,
    severity: String,
    last_at: i64,
    ended_at: Option<i64>,
    count: i64,
    look_at: Option<i64>,
}

const ASKED: &str = "SELECT seq, external_id, began_at, state, severity, last_at, ended_at, \
     count, look_at FROM fault WHERE org = ";

/// An occurrence while signals are folded into it.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    /// Its row; `None` while it has none.
    seq: Option<i64>,
    pub(super) external_id: String,
    began_at: i64,
    is_latest: bool,
    state: State,
    severity: Severity,
    first_at: i64,
    last_at: i64,
    ended_at: Option<i64>,
    count: i64,
    look_at: Option<i64>,
    /// What was first said of it, for a new one.
    first: Option<Box<First>>,
    is_changed: bool,
}

/// What was first said of an occurrence.
#[derive(Debug, Clone)]
pub(super) struct First {
    pub(super) signal: Signal,
    pub(super) service: Option<String>,
    pub(super) group: String,
    pub(super) inbound: Option<i64>,
}

impl Fault {
    fn of(row: Row) -> Result<Self> {
        let unknown = |what: &str| Error::damaged(format!("the {what} of fault {}", row.seq));
        Ok(Self {
            seq: Some(row.seq),
            state: State::from_word(&row.state).ok_or_else(|| unknown("state"))?,
            severity: Severity::from_word(&row.severity).ok_or_else(|| unknown("severity"))?,
            external_id: row.external_id,
            began_at: row.began_at,
            is_latest: true,
            first_at: row.last_at,
            last_at: row.last_at,
            ended_at: row.ended_at,
            count: row.count,
            look_at: row.look_at,
            first: None,
            is_changed: false,
        })
    }

    /// A new occurrence, to be looked at at once.
    pub(super) fn new(first: First, at: i64) -> Self {
        let signal = &first.signal;
        let is_over = signal.state == State::Resolved;
        Self {
            seq: None,
            external_id: signal.external_id.to_string(),
            began_at: signal.began_at.map_or(at, bifold_domain::At::micros),
            is_latest: true,
            state: signal.state,
            severity: signal.severity,
            first_at: at,
            last_at: at,
            ended_at: is_over.then_some(at),
            count: 1,
            look_at: Some(at),
            first: Some(Box::new(first)),
            is_changed: true,
        }
    }

    /// Whether a signal that came at `at` speaks of this occurrence, of an earlier, or of a later
    /// one.
    pub(super) fn compare(&self, signal: &Signal, at: i64) -> std::cmp::Ordering {
        use std::cmp::Ordering::{Equal, Greater};
        if let Some(began) = signal.began_at {
            let order = began.micros().cmp(&self.began_at);
            // An end begins nothing: it ends what is known, also where the sender has forgotten
            // when that began.
            let is_end = signal.state == State::Resolved;
            return if is_end { order.min(Equal) } else { order };
        }
        match (self.state, signal.state) {
            // Without a beginning, what fires again after its end is another one.
            (State::Resolved, State::Firing | State::Acknowledged) => Greater,
            (State::Info, State::Info) if at - self.last_at > INFO_REPEATS => Greater,
            _ => Equal,
        }
    }

    /// One more signal of it.
    pub(super) fn add(&mut self, signal: &Signal, at: i64) {
        let before = self.state;
        self.count += 1;
        self.last_at = self.last_at.max(at);
        self.severity = self.severity.min(signal.severity);
        self.state = signal.state;
        let is_over = |state| state == State::Resolved;
        self.ended_at = is_over(self.state).then(|| self.ended_at.unwrap_or(at));
        let told = u64::try_from(self.count - 1).unwrap_or(0);
        let wanted = if u64::try_from(self.count).ok() == Some(next_milestone(told)) {
            Some(at)
        } else if is_over(before) == is_over(self.state) {
            None
        } else {
            Some(at + CALM)
        };
        self.look_at = [self.look_at, wanted].into_iter().flatten().min();
        self.is_changed = true;
    }

    /// There is a later occurrence.
    pub(super) fn surpass(&mut self) {
        self.is_latest = false;
        self.is_changed = true;
    }

    /// The row of a new one.
    fn row(&self, org: &str, seq: i64, source: &str) -> Result<Option<Vec<Value>>> {
        let Some(first) = &self.first else {
            return Ok(None);
        };
        let signal = &first.signal;
        let offset = signal.sent_at.map(|sent| sent.micros() - self.first_at);
        Ok(Some(vec![
            org.into(),
            seq.into(),
            source.into(),
            self.external_id.as_str().into(),
            self.began_at.into(),
            self.is_latest.into(),
            self.state.word().into(),
            self.severity.word().into(),
            signal.title.as_str().into(),
            first.service.as_deref().into(),
            first.group.as_str().into(),
            serde_json::to_string(signal)
                .map_err(Error::damaged)?
                .into(),
            self.first_at.into(),
            self.last_at.into(),
            self.ended_at.into(),
            self.count.into(),
            offset.into(),
            first.inbound.into(),
            Disposition::Waiting.word().into(),
            self.look_at.into(),
        ]))
    }

    /// What changed of one that has a row.
    fn change(&self, seq: i64) -> Vec<Value> {
        vec![
            seq.into(),
            self.is_latest.into(),
            self.state.word().into(),
            self.severity.word().into(),
            self.last_at.into(),
            self.ended_at.into(),
            self.count.into(),
            self.look_at.into(),
        ]
    }
}

/// The latest occurrences of these identities of a source.
pub(super) async fn latest(
    tx: &mut Tx,
    org: &str,
    source: &str,
    identities: &[String],
) -> Result<Vec<Fault>> {
    let mut found = Vec::new();
    for identities in identities.chunks(256) {
        let mut sql = Sql::new(ASKED);
        sql.bind(org).push(" AND is_latest = TRUE AND source = ");
        sql.bind(source)
            .push(" AND external_id IN ")
            .list(identities);
        for row in sql.all::<Row>(tx.conn()).await? {
            found.push(Fault::of(row)?);
        }
    }
    Ok(found)
}

/// An occurrence before the latest one.
pub(super) async fn earlier(
    tx: &mut Tx,
    org: &str,
    source: &str,
    identity: &str,
    began_at: i64,
) -> Result<Option<Fault>> {
    let mut sql = Sql::new(ASKED);
    sql.bind(org).push(" AND source = ").bind(source);
    sql.push(" AND external_id = ").bind(identity);
    sql.push(" AND began_at = ")
        .bind(began_at)
        .push(" ORDER BY seq DESC LIMIT 1");
    let row: Option<Row> = sql.first(tx.conn()).await?;
    let fault = row.map(Fault::of).transpose()?;
    Ok(fault.map(|fault| Fault {
        is_latest: false,
        ..fault
    }))
}

/// Writes what changed: first what is there, so that a later occurrence finds its place free.
pub(super) async fn write(
    tx: &mut Tx,
    org: &str,
    source: &str,
    faults: &[Fault],
    next_seq: &mut i64,
) -> Result<()> {
    let (mut rows, mut changes) = (Vec::new(), Vec::new());
    for fault in faults.iter().filter(|fault| fault.is_changed) {
        if let Some(seq) = fault.seq {
            changes.push(fault.change(seq));
        } else {
            *next_seq += 1;
            rows.extend(fault.row(org, *next_seq, source)?);
        }
    }
    CHANGED.run(tx, org, changes).await?;
    FAULT.run(tx, rows).await?;
    Ok(())
}
