//! A part of a log that stands by itself: some records' entries, with all that proves them.

use super::stored_nodes;
use crate::anchor::StampAnswer;
use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_domain::Viewer;
use bifold_ledger::proof::{FromStored, inclusion_proof, needed_for_inclusion};
use bifold_ledger::tlog_proof::TlogProof;
use sqlx::FromRow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Up to which of its entries a record is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upto {
    /// The record's id.
    pub id: String,
    /// The place of the last entry in its own history, from 0.
    pub n: u64,
}

/// Some records' entries, and what proves them.
#[derive(Debug, Clone)]
pub struct LogPart {
    /// The checkpoint that all proofs lead to.
    pub checkpoint: String,
    /// Its size.
    pub size: u64,
    /// The log's verifier key.
    pub vkey: String,
    /// The log.
    pub log: i64,
    /// The entries, in the order of the log.
    pub entries: Vec<PartEntry>,
    /// Which entry lost disclosures, and by which later one.
    pub redactions: Vec<(u64, u64)>,
    /// The time-stamps of the checkpoint. One that is stamped is preferred to a newer one.
    pub stamps: Vec<StampAnswer>,
}

/// One entry.
#[derive(Debug, Clone)]
pub struct PartEntry {
    /// Its place in the log.
    pub index: u64,
    /// Its bytes, as stored.
    pub leaf: Vec<u8>,
    /// The disclosures that still exist.
    pub disclosures: Vec<String>,
    /// Its proof.
    pub proof: String,
}

#[derive(FromRow)]
struct Row {
    log: i64,
    idx: i64,
    leaf: String,
    disclosures: Option<String>,
}

impl Store {
    /// The entries of an incident and of its evidence, under one checkpoint that covers them all.
    /// Only for who can read the incident and sees every sensitive lane of it: nothing is left
    /// out, or the part would not stand by itself.
    pub async fn ledger_part(&self, viewer: &Viewer, records: &[Upto]) -> Result<LogPart> {
        let no = || Error::from(bifold_domain::Refusal::no("incident"));
        let first = records.first().ok_or_else(no)?;
        let readable = self.incident(viewer, &first.id).await?;
        if readable.is_none() || !viewer.reads_sensitive_lanes {
            return Err(no());
        }
        for item in records.iter().skip(1) {
            self.evidence(viewer, &item.id).await?.ok_or_else(no)?;
        }
        let mut rows = BTreeMap::new();
        for record in records {
            for row in self.entries_of(record).await? {
                rows.insert(row.idx, row);
            }
        }
        let logs: BTreeSet<i64> = rows.values().map(|row| row.log).collect();
        let log = *logs.first().ok_or_else(no)?;
        if logs.len() > 1 {
            return Err(Error::Refused(bifold_domain::Refusal::WrongStage {
                verb: "prove it with one checkpoint",
                stage: "in the logs of two years",
            }));
        }
        let redactions = self.redactions_of(log, &rows).await?;
        for by in redactions.iter().map(|(_, by)| *by) {
            let index = i64::try_from(by).map_err(Error::damaged)?;
            if let Entry::Vacant(place) = rows.entry(index) {
                place.insert(self.entry_at(log, index).await?);
            }
        }
        self.proven(log, rows, redactions).await
    }

    async fn entries_of(&self, record: &Upto) -> Result<Vec<Row>> {
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<Row> = Sql::new(
            "SELECT e.log, e.idx, e.leaf, d.disclosures FROM ledger_entry e \
             LEFT JOIN ledger_disclosure d ON d.org = e.org AND d.log = e.log AND d.idx = e.idx \
             WHERE e.org = $1 AND e.subject = $2 AND e.subject_n <= $3 ORDER BY e.subject_n",
        )
        .arg(&self.inner.org)
        .arg(&record.id)
        .arg(record.n)
        .all(lease.conn())
        .await?;
        Ok(rows)
    }

    async fn entry_at(&self, log: i64, index: i64) -> Result<Row> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<Row> = Sql::new(
            "SELECT e.log, e.idx, e.leaf, d.disclosures FROM ledger_entry e \
             LEFT JOIN ledger_disclosure d ON d.org = e.org AND d.log = e.log AND d.idx = e.idx \
             WHERE e.org = $1 AND e.log = $2 AND e.idx = $3",
        )
        .arg(&self.inner.org)
        .arg(log)
        .arg(index)
        .first(lease.conn())
        .await?;
        row.ok_or_else(|| Error::damaged("an entry that a redaction names is not there"))
    }

    async fn redactions_of(&self, log: i64, rows: &BTreeMap<i64, Row>) -> Result<Vec<(u64, u64)>> {
        let mut all = Vec::new();
        let indexes: Vec<i64> = rows.keys().copied().collect();
        for some in indexes.chunks(500) {
            let mut sql = Sql::new("SELECT idx, by_idx FROM ledger_redaction WHERE org = ");
            sql.bind(&self.inner.org).push(" AND log = ").bind(log);
            sql.push(" AND idx IN ").list(some);
            sql.push(" ORDER BY idx, by_idx");
            let mut lease = self.inner.db.reader().await?;
            for (index, by) in sql.all::<(i64, i64)>(lease.conn()).await? {
                let index = u64::try_from(index).map_err(Error::damaged)?;
                all.push((index, u64::try_from(by).map_err(Error::damaged)?));
            }
        }
        Ok(all)
    }

    async fn proven(
        &self,
        log: i64,
        rows: BTreeMap<i64, Row>,
        redactions: Vec<(u64, u64)>,
    ) -> Result<LogPart> {
        let last = rows.keys().last().copied().unwrap_or(0);
        let needed = u64::try_from(last).map_err(Error::damaged)? + 1;
        let stamps = self.stamps_covering(log, needed).await?;
        let found = match stamps.first() {
            Some(stamp) => self.checkpoint_of(log, stamp.size).await?,
            None => self.checkpoint(log, needed).await?,
        };
        let (checkpoint, note) = found.ok_or_else(|| {
            Error::NotSigned("no checkpoint covers the newest entry yet; try again".to_owned())
        })?;
        let mut entries = Vec::with_capacity(rows.len());
        let mut envelopes = self.inner.envelopes()?;
        for (index, row) in rows {
            let index = u64::try_from(index).map_err(Error::damaged)?;
            let nodes = needed_for_inclusion(index, checkpoint.size);
            let mut lease = self.inner.db.reader().await?;
            let nodes = stored_nodes(&mut lease, &self.inner.org, log, &nodes).await?;
            drop(lease);
            let hashes = inclusion_proof(&FromStored(nodes), index, checkpoint.size)
                .map_err(Error::damaged)?;
            let proof = TlogProof {
                extra: None,
                index,
                hashes,
                checkpoint: note.clone(),
            };
            let stored = row.disclosures.unwrap_or_default();
            let lines = envelopes.open(log, index, &stored)?.lines;
            entries.push(PartEntry {
                index,
                leaf: row.leaf.into_bytes(),
                disclosures: lines.lines().map(str::to_owned).collect(),
                proof: proof.to_string(),
            });
        }
        Ok(LogPart {
            checkpoint: note,
            size: checkpoint.size,
            vkey: self.vkey(log)?,
            log,
            entries,
            redactions,
            stamps,
        })
    }
}
