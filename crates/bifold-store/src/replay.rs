//! Folding the ledger again: what the facts give must be what the tables hold.

use crate::db::{Conn, Dynamic, Insert, Sql, Value};
use crate::disclosed::Envelopes;
use crate::error::{Error, Result};
use crate::query::search;
use crate::store::{Inner, Store};
use crate::write::clocked::{self, Clocks};
use crate::write::{confided, exhibit, project, reported, seal, state_type, window};
use bifold_domain::policy::{Policy, PolicyId};
use bifold_domain::record::{self, State};
use bifold_domain::{At, Meta, PersonId};
use serde::Serialize;
use sqlx::FromRow;
use std::collections::BTreeMap;

/// Entries read at a time.
const PAGE: i64 = 5_000;
/// Differences kept; more are only counted.
const KEPT: usize = 100;

/// What a replay found.
#[derive(Debug, Default, Serialize)]
pub struct ReplayReport {
    /// Facts folded.
    pub facts: u64,
    /// Records compared.
    pub records: u64,
    /// Where tables and facts differ.
    pub differences: Vec<Difference>,
    /// How many differences there are in all.
    pub difference_count: u64,
}

/// A row that is not what the facts give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The table.
    pub table: String,
    /// The record.
    pub id: String,
    /// What differs, in words.
    pub what: String,
}

impl ReplayReport {
    /// Whether tables and facts agree.
    pub fn is_equal(&self) -> bool {
        self.difference_count == 0
    }

    fn note(&mut self, table: &str, id: &str, what: String) {
        self.difference_count += 1;
        if self.differences.len() < KEPT {
            let (table, id) = (table.to_owned(), id.to_owned());
            self.differences.push(Difference { table, id, what });
        }
    }
}

#[derive(FromRow)]
struct EntryRow {
    log: i64,
    idx: i64,
    subject_type: String,
    subject: String,
    subject_n: i64,
    kind: String,
    at: i64,
    actor: String,
    leaf_hash: String,
    disclosures: Option<String>,
    by_idx: Option<i64>,
}

/// A record folded from its facts.
struct Folded {
    state: State,
    version: u64,
    leaf_hash: String,
}

fn same(a: &Value, b: &Value) -> bool {
    let null = |v: &Value| matches!(v, Value::NullInt | Value::NullText);
    a == b || (null(a) && null(b))
}

const SELECT: &str = "SELECT e.log, e.idx, e.subject_type, e.subject, e.subject_n, e.kind, e.at, \
    e.actor, e.leaf_hash, d.disclosures, (SELECT MAX(r.by_idx) FROM ledger_redaction r \
    WHERE r.org = e.org AND r.log = e.log AND r.idx = e.idx) AS by_idx FROM ledger_entry e \
    LEFT JOIN ledger_disclosure d ON d.org = e.org AND d.log = e.log AND d.idx = e.idx";

/// Walks all facts, subject by subject, and hands over pages of folded records.
struct Fold<'a> {
    inner: &'a Inner,
    envelopes: Envelopes,
    after: (String, i64),
    open: Option<(String, Folded)>,
    facts: u64,
    texts: Vec<(i64, String)>,
    alarms: Vec<Vec<Value>>,
    is_done: bool,
}

impl<'a> Fold<'a> {
    fn new(inner: &'a Inner) -> Result<Self> {
        Ok(Self {
            inner,
            envelopes: inner.envelopes()?,
            after: (String::new(), -1),
            open: None,
            facts: 0,
            texts: Vec::new(),
            alarms: Vec::new(),
            is_done: false,
        })
    }

    async fn next(&mut self, conn: Conn<'_>) -> Result<Option<Vec<(String, Folded)>>> {
        if self.is_done {
            return Ok(None);
        }
        let mut sql = Sql::new(SELECT);
        sql.push(" WHERE e.org = ").bind(&self.inner.org);
        sql.push(" AND (e.subject, e.subject_n) > (")
            .bind(&self.after.0)
            .push(", ");
        sql.bind(self.after.1)
            .push(") ORDER BY e.subject, e.subject_n LIMIT ")
            .bind(PAGE);
        let rows: Vec<EntryRow> = sql.all(conn).await?;
        self.is_done = i64::try_from(rows.len()).map_err(Error::damaged)? < PAGE;
        if let Some(last) = rows.last() {
            self.after = (last.subject.clone(), last.subject_n);
        }
        let mut folded = Vec::new();
        for row in rows.into_iter().filter(|row| row.subject_type != "ledger") {
            if self.open.as_ref().is_some_and(|(id, _)| *id != row.subject) {
                folded.extend(self.open.take());
            }
            self.fold(row)?;
        }
        if self.is_done {
            folded.extend(self.open.take());
        }
        Ok(Some(folded))
    }

    fn fold(&mut self, row: EntryRow) -> Result<()> {
        let index = u64::try_from(row.idx).map_err(Error::damaged)?;
        let by = u64::try_from(row.by_idx.unwrap_or(0)).map_err(Error::damaged)?;
        let stored = row.disclosures.unwrap_or_default();
        let opened = self.envelopes.open(row.log, index, &stored)?;
        let fact = seal::join(&row.kind, &opened.lines, by.max(opened.by()))?;
        let meta = Meta {
            subject: row.subject.clone(),
            n: u64::try_from(row.subject_n).map_err(Error::damaged)?,
            at: At::from_micros(row.at),
            actor: PersonId::parse(&row.actor).map_err(Error::damaged)?,
        };
        let words = seal::words(&opened.lines)?;
        if seal::is_searched(&row.subject_type) && !words.is_empty() {
            self.texts
                .push((search::document(self.inner.org_no, row.log, index), words));
        }
        if let Some(kind) = crate::write::alarm(&fact) {
            self.alarms.push(vec![
                self.inner.org.as_str().into(),
                row.subject.as_str().into(),
                row.subject_n.into(),
                kind.into(),
                row.actor.into(),
                row.at.into(),
            ]);
        }
        let state = self.open.take().map(|(_, folded)| folded.state);
        let state = record::evolve(state, &fact, &meta)?;
        self.facts += 1;
        let folded = Folded {
            state,
            version: meta.n + 1,
            leaf_hash: row.leaf_hash,
        };
        self.open = Some((row.subject, folded));
        Ok(())
    }
}

/// Folds one record's facts as they are stored now; `None` when it has none.
pub(crate) async fn fold_subject(
    inner: &Inner,
    conn: Conn<'_>,
    subject: &str,
) -> Result<Option<State>> {
    fold_until(inner, conn, subject, u64::MAX).await
}

/// The same up to its fact `n`, counted from 0.
pub(crate) async fn fold_until(
    inner: &Inner,
    conn: Conn<'_>,
    subject: &str,
    n: u64,
) -> Result<Option<State>> {
    let mut sql = Sql::new(SELECT);
    sql.push(" WHERE e.org = ").bind(&inner.org);
    sql.push(" AND e.subject = ").bind(subject);
    sql.push(" AND e.subject_n <= ")
        .bind(i64::try_from(n).unwrap_or(i64::MAX))
        .push(" ORDER BY e.subject_n");
    let rows: Vec<EntryRow> = sql.all(conn).await?;
    let mut fold = Fold::new(inner)?;
    for row in rows.into_iter().filter(|row| row.subject_type != "ledger") {
        fold.fold(row)?;
    }
    Ok(fold.open.map(|(_, folded)| folded.state))
}

fn rows_of(
    org: &str,
    id: &str,
    folded: &Folded,
    policy: &Policy,
) -> Result<(Vec<Value>, project::Rows)> {
    let snapshot = vec![
        org.into(),
        id.into(),
        state_type(&folded.state).into(),
        folded.version.into(),
        folded.leaf_hash.as_str().into(),
        folded.state.to_json().map_err(Error::damaged)?.into(),
    ];
    let mut rows = project::Rows::default();
    let (state, mut clocks) = (&folded.state, Clocks::default());
    project::main(org, state, folded.version, policy, &mut clocks, &mut rows);
    project::side(org, state, policy, &mut clocks, &mut rows);
    Ok((snapshot, rows))
}

/// The policy as its facts give it, before there is a directory.
async fn policy_of(inner: &Inner, conn: Conn<'_>) -> Result<Policy> {
    match fold_subject(inner, conn, &PolicyId.to_string()).await? {
        Some(State::Policy(policy)) => Ok(*policy),
        _ => Ok(Policy::default()),
    }
}

/// Fills empty projections from the ledger.
pub(crate) async fn rebuild(inner: &Inner) -> Result<u64> {
    let mut tx = inner.db.begin().await?;
    let policy = policy_of(inner, tx.conn()).await?;
    let mut fold = Fold::new(inner)?;
    while let Some(records) = fold.next(tx.conn()).await? {
        let mut snapshots = Vec::new();
        let mut all = project::Rows::default();
        for (id, folded) in records {
            let (snapshot, rows) = rows_of(&inner.org, &id, &folded, &policy)?;
            snapshots.push(snapshot);
            all.extend(rows);
        }
        project::SNAPSHOT.run(&mut tx, snapshots).await?;
        all.insert(&mut tx).await?;
        crate::write::ALARM
            .run(&mut tx, std::mem::take(&mut fold.alarms))
            .await?;
        search::index(&mut tx, std::mem::take(&mut fold.texts)).await?;
    }
    tx.commit().await?;
    Ok(fold.facts)
}

/// Folds every fact again, only to see that it can be done. How many.
pub(crate) async fn fold_all(inner: &Inner) -> Result<u64> {
    let mut fold = Fold::new(inner)?;
    let mut lease = inner.db.reader().await?;
    while fold.next(lease.conn()).await?.is_some() {
        fold.texts.clear();
        fold.alarms.clear();
    }
    Ok(fold.facts)
}

impl Store {
    /// Folds every fact again and compares every projected row. Changes nothing.
    pub async fn replay(&self, mut progress: impl FnMut(u64)) -> Result<ReplayReport> {
        let mut report = ReplayReport::default();
        let mut fold = Fold::new(&self.inner)?;
        let mut lease = self.inner.db.reader().await?;
        let policy = policy_of(&self.inner, lease.conn()).await?;
        let mut counts: BTreeMap<&'static str, i64> = BTreeMap::new();
        while let Some(records) = fold.next(lease.conn()).await? {
            fold.texts.clear();
            fold.alarms.clear();
            report.records += records.len() as u64;
            for page in records.chunks(400) {
                let compared = self
                    .compare(lease.conn(), page, &policy, &mut report)
                    .await?;
                for (table, n) in compared {
                    *counts.entry(table).or_default() += n;
                }
            }
            progress(fold.facts);
        }
        report.facts = fold.facts;
        self.compare_counts(&mut lease, &counts, &mut report)
            .await?;
        Ok(report)
    }

    async fn compare(
        &self,
        mut conn: Conn<'_>,
        records: &[(String, Folded)],
        policy: &Policy,
        report: &mut ReplayReport,
    ) -> Result<Vec<(&'static str, i64)>> {
        let org = self.inner.org.as_str();
        let ids: Vec<String> = records.iter().map(|(id, _)| id.clone()).collect();
        let mut snapshots = Vec::new();
        let mut all = project::Rows::default();
        for (id, folded) in records {
            let (snapshot, rows) = rows_of(org, id, folded, policy)?;
            snapshots.push(snapshot);
            all.extend(rows);
        }
        let tables: [(&Insert, &str, Vec<Vec<Value>>); 19] = [
            (&project::SNAPSHOT, "id", snapshots),
            (&project::INCIDENT, "id", all.incident),
            (&project::MEMBER, "incident", all.member),
            (&project::VERDICT, "incident", all.verdict),
            (&project::SEAT, "incident", all.seat),
            (&project::RELATION, "from_id", all.relation),
            (&clocked::CLOCK, "incident", all.clock),
            (&project::ACTION, "incident", all.action),
            (&project::TASK, "incident", all.task),
            (&reported::EVENT, "id", all.event),
            (&reported::FAULT_REVIEW, "id", all.fault_review),
            (&reported::MAINTENANCE, "id", all.maintenance),
            (&window::ANNOUNCEMENT, "incident", all.announcement),
            (&confided::DISCLOSURE, "id", all.disclosure),
            (&confided::EXCLUDED, "disclosure", all.excluded),
            (&exhibit::EVIDENCE, "id", all.evidence),
            (&exhibit::PARTY, "evidence", all.party),
            (&project::ASSET, "id", all.asset),
            (&project::ASSET_SERVICE, "asset", all.asset_service),
        ];
        let mut counts = Vec::new();
        for (insert, column, expected) in tables {
            counts.push((
                insert.table,
                i64::try_from(expected.len()).unwrap_or(i64::MAX),
            ));
            let mut sql = Sql::new("SELECT ");
            sql.push(&insert.columns.join(", "))
                .push(" FROM ")
                .push(insert.table);
            sql.push(" WHERE org = ")
                .bind(org)
                .push(" AND ")
                .push(column)
                .push(" IN ");
            sql.list(&ids);
            let found: Vec<Dynamic> = sql.all(conn.reborrow()).await?;
            differ(insert, expected, found, report);
        }
        Ok(counts)
    }

    /// Rows that belong to no record would not be met above; the totals show them.
    async fn compare_counts(
        &self,
        lease: &mut crate::db::Lease,
        counts: &BTreeMap<&'static str, i64>,
        report: &mut ReplayReport,
    ) -> Result<()> {
        for (table, expected) in counts {
            let mut sql = Sql::new("SELECT COUNT(*) FROM ");
            sql.push(table).push(" WHERE org = ").bind(&self.inner.org);
            let found: Option<(i64,)> = sql.first(lease.conn()).await?;
            let found = found.map_or(0, |r| r.0);
            if found != *expected {
                report.note(table, "", format!("{found} rows instead of {expected}"));
            }
        }
        Ok(())
    }
}

/// Compares rows by their key.
fn differ(
    insert: &Insert,
    expected: Vec<Vec<Value>>,
    found: Vec<Dynamic>,
    report: &mut ReplayReport,
) {
    let width = insert.key.len();
    let key = |row: &[Value]| format!("{:?}", row.iter().take(width).collect::<Vec<_>>());
    let mut stored: BTreeMap<String, Vec<Value>> =
        found.into_iter().map(|row| (key(&row.0), row.0)).collect();
    for row in expected {
        let id = match row.get(1) {
            Some(Value::Text(id)) => id.clone(),
            _ => String::new(),
        };
        let Some(other) = stored.remove(&key(&row)) else {
            report.note(insert.table, &id, "the row is missing".to_owned());
            continue;
        };
        for ((column, a), b) in insert.columns.iter().zip(&row).zip(&other) {
            if !same(a, b) {
                report.note(
                    insert.table,
                    &id,
                    format!("{column} differs from what the facts give"),
                );
            }
        }
    }
    for row in stored.into_values() {
        let id = match row.get(1) {
            Some(Value::Text(id)) => id.clone(),
            _ => String::new(),
        };
        report.note(insert.table, &id, "the facts give no such row".to_owned());
    }
}
