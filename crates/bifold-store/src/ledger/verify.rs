//! Verification of the stored ledger: every leaf, chain, disclosure and signature derived again,
//! and every column beside a leaf compared with what the leaf says.

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_ledger::checkpoint::{Checkpoint, open_checkpoint};
use bifold_ledger::leaf::Leaf;
use bifold_ledger::note::Verifier;
use bifold_ledger::tree::leaf_hash;
use bifold_ledger::verify::{Chains, Genesis, LogVerifier, Policy, Report};
use serde::Serialize;

/// Entries read at a time.
const PAGE: i64 = 5_000;
/// Mismatches kept; more are only counted.
const KEPT: usize = 100;

/// What a verification of the stored ledger found.
#[derive(Debug, Serialize)]
pub struct LedgerReport {
    /// One report a log, oldest first.
    pub logs: Vec<Report>,
    /// Where the database beside the leaves differs from them, and signatures that do not hold.
    pub mismatches: Vec<Mismatch>,
    /// How many there are in all.
    pub mismatch_count: u64,
    /// Signed checkpoints compared.
    pub checkpoints: u64,
}

/// Something in the database that contradicts the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// The log's year.
    pub log: i64,
    /// Which entry, where it is about one.
    pub index: Option<u64>,
    /// What is wrong, in words.
    pub what: String,
}

impl LedgerReport {
    /// Whether everything holds.
    pub fn is_sound(&self) -> bool {
        self.mismatch_count == 0 && self.logs.iter().all(Report::is_ok)
    }

    /// Entries verified.
    pub fn entries(&self) -> u64 {
        self.logs.iter().map(|log| log.entries).sum()
    }

    fn note(&mut self, log: i64, index: Option<u64>, what: String) {
        self.mismatch_count += 1;
        if self.mismatches.len() < KEPT {
            self.mismatches.push(Mismatch { log, index, what });
        }
    }
}

/// An entry as stored: index, leaf hash, leaf, the columns beside it as one text, disclosures.
/// Few columns, because a million rows are read.
type Row = (i64, String, String, String, Option<String>);

impl Store {
    /// Verifies everything. `progress` is told how many entries are done.
    pub async fn verify_ledger(&self, mut progress: impl FnMut(u64)) -> Result<LedgerReport> {
        let mut report = LedgerReport {
            logs: Vec::new(),
            mismatches: Vec::new(),
            mismatch_count: 0,
            checkpoints: 0,
        };
        let logs = self.logs().await?;
        let mut before: Option<Checkpoint> = None;
        let mut chains = Chains::default();
        for (i, log) in logs.iter().enumerate() {
            let state = self.state_of(*log).await?;
            let head = Checkpoint {
                origin: self.inner.origin(*log),
                size: state.size,
                root: state.root,
            };
            let genesis = match before.take() {
                Some(previous) => Genesis::Continues(previous),
                None => Genesis::Required,
            };
            let policy = Policy {
                origin: Some(head.origin.clone()),
                head: Some(head.clone()),
                genesis,
                must_be_closed: i + 1 < logs.len(),
                ..Policy::default()
            };
            let verifier = LogVerifier::continuing(policy, std::mem::take(&mut chains));
            let one;
            (one, chains) = self
                .verify_log(*log, state.size, verifier, &mut report, &mut progress)
                .await?;
            report.logs.push(one);
            before = Some(head);
        }
        Ok(report)
    }

    async fn verify_log(
        &self,
        log: i64,
        size: u64,
        mut verifier: LogVerifier,
        report: &mut LedgerReport,
        progress: &mut impl FnMut(u64),
    ) -> Result<(Report, Chains)> {
        self.feed_checkpoints(log, size, &mut verifier, report)
            .await?;
        let done = report.entries();
        let end = i64::try_from(size).map_err(Error::damaged)?;
        let mut next = 0_i64;
        let mut rows = self.page(log, next, end).await?;
        while let Some(last) = rows.last().map(|row| row.0) {
            // The next page is read while this one is verified.
            let (store, from) = (self.clone(), last + 1);
            let ahead = tokio::spawn(async move { store.page(log, from, end).await });
            for (index, leaf_hash_column, bytes, columns, disclosures) in &rows {
                if *index != next {
                    report.note(log, None, format!("entry {next} is missing"));
                    next = *index;
                }
                let bytes = bytes.as_bytes();
                let (leaf, hash) = (Leaf::parse(bytes), leaf_hash(bytes));
                if hash.to_string() != *leaf_hash_column {
                    let what = "the stored hash is not that of the stored leaf".to_owned();
                    report.note(log, u64::try_from(next).ok(), what);
                }
                // A leaf that cannot be read is the verifier's finding, not one of the columns.
                if let Ok(leaf) = &leaf
                    && beside(leaf) != *columns
                {
                    let what = "a column beside the leaf contradicts it".to_owned();
                    report.note(log, u64::try_from(next).ok(), what);
                }
                let disclosures = disclosures.as_deref().unwrap_or_default();
                let lines: Vec<&str> = disclosures.lines().filter(|l| !l.is_empty()).collect();
                verifier.read_leaf(bytes, &leaf, hash, &lines);
                next += 1;
            }
            progress(done + u64::try_from(next).unwrap_or(0));
            rows = ahead.await.map_err(|_| Error::Closed)??;
        }
        Ok(verifier.finish_carrying())
    }

    async fn page(&self, log: i64, from: i64, end: i64) -> Result<Vec<Row>> {
        let mut lease = self.inner.db.reader().await?;
        Ok(Sql::new(
            "SELECT e.idx, e.leaf_hash, e.leaf, e.subject || ' ' || e.subject_n || ' ' || e.kind \
             || ' ' || e.at || ' ' || e.actor, d.disclosures FROM ledger_entry e LEFT JOIN ledger_disclosure d \
             ON d.org = e.org AND d.log = e.log AND d.idx = e.idx \
             WHERE e.org = $1 AND e.log = $2 AND e.idx >= $3 AND e.idx < $4 \
             ORDER BY e.idx LIMIT $5",
        )
        .arg(&self.inner.org)
        .arg(log)
        .arg(from)
        .arg(end)
        .arg(PAGE)
        .all(lease.conn())
        .await?)
    }

    async fn feed_checkpoints(
        &self,
        log: i64,
        size: u64,
        verifier: &mut LogVerifier,
        report: &mut LedgerReport,
    ) -> Result<()> {
        let Ok(vkey) = self.vkey(log) else {
            // Without the key on this node the roots are still compared, the signatures not.
            return Ok(());
        };
        let keys = [Verifier::from_vkey(&vkey).map_err(Error::damaged)?];
        let mut lease = self.inner.db.reader().await?;
        let notes: Vec<(i64, String)> = Sql::new(
            "SELECT size, note FROM ledger_checkpoint WHERE org = $1 AND log = $2 ORDER BY size",
        )
        .arg(&self.inner.org)
        .arg(log)
        .all(lease.conn())
        .await?;
        drop(lease);
        for (at, note) in notes {
            match open_checkpoint(note.as_bytes(), &keys) {
                Ok(checkpoint) if checkpoint.size <= size => {
                    report.checkpoints += 1;
                    verifier.checkpoint(&checkpoint);
                }
                Ok(checkpoint) => report.note(
                    log,
                    None,
                    format!(
                        "a checkpoint was signed at {} entries, but the log has only {size}",
                        checkpoint.size
                    ),
                ),
                Err(error) => report.note(log, None, format!("the checkpoint at {at}: {error}")),
            }
        }
        Ok(())
    }
}

/// The columns beside a leaf are for finding it; they must say what it says.
fn beside(leaf: &Leaf) -> String {
    let (subject, actor) = (&leaf.subject, &leaf.actor);
    let (id, n, kind, at) = (&subject.id, subject.n, &leaf.kind, leaf.at_micros);
    format!("{id} {n} {kind} {at} {}", actor.id)
}
