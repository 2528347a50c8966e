//! Verification of the stored ledger: every leaf, chain, disclosure and signature derived again,
//! and every column beside a leaf compared with what the leaf says.

use crate::db::Sql;
use crate::disclosed::{Envelopes, Gone, Opened};
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_ledger::checkpoint::{Checkpoint, open_checkpoint};
use bifold_ledger::leaf::Leaf;
use bifold_ledger::note::Verifier;
use bifold_ledger::verify::{Chains, Entry, Genesis, LogVerifier, Policy, Report};
use serde::Serialize;
use std::collections::VecDeque;
use tokio::task::JoinHandle;

/// Entries read at a time, as one text: a million rows cost more than what is in them,
/// and a thousand pages less than three thousand.
const PAGE: i64 = 1_000;
/// Pages fetched and read while one is verified.
const AHEAD: usize = 4;
/// Between the entries of a page, and between the parts of an entry. JSON, base64 and ids have
/// none of these, so a stored text that does cannot pass for another one.
const ENTRY_END: char = '\u{1e}';
const PART_END: char = '\u{1f}';
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

/// Consecutive entries as stored, each text being of all of them.
struct Page {
    leaves: String,
    columns: String,
    disclosures: String,
}

/// An entry as stored, read and compared with the columns beside it.
struct Stored {
    index: Option<i64>,
    entry: Entry,
    /// What the columns say otherwise than the leaf.
    contradiction: Option<String>,
    /// Disclosures whose keys were destroyed under a later state of this log.
    gone: Vec<Gone>,
}

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
        let mut pages = self.pages(log, end);
        let mut next = 0_i64;
        while let Some(page) = pages.next().await {
            for stored in page? {
                if stored.index != Some(next) {
                    report.note(log, None, format!("entry {next} is missing"));
                    next = stored.index.unwrap_or(next);
                }
                if let Some(what) = stored.contradiction {
                    report.note(log, u64::try_from(next).ok(), what);
                }
                verifier.entry(&stored.entry);
                for gone in &stored.gone {
                    verifier.destroyed(u64::try_from(next).unwrap_or(0), &gone.digest);
                }
                next += 1;
            }
            progress(done + u64::try_from(next).unwrap_or(0));
        }
        Ok(verifier.finish_carrying())
    }

    fn pages(&self, log: i64, end: i64) -> Pages {
        Pages {
            store: self.clone(),
            log,
            from: 0,
            end,
            ahead: VecDeque::new(),
        }
    }

    /// The entries `from..end` as four texts: leaves, columns beside them, disclosures, and whose
    /// those are. Two plain scans; a join would seek once an entry.
    async fn page(&self, log: i64, from: i64, end: i64) -> Result<Page> {
        let mut lease = self.inner.db.reader().await?;
        let entries = Sql::new(
            "SELECT COALESCE(string_agg(leaf, $5), ''), COALESCE(string_agg(concat(idx, $6, \
             leaf_hash, $6, subject, ' ', subject_n, ' ', kind, ' ', at, ' ', actor), $5), '') \
             FROM (SELECT idx, leaf_hash, leaf, subject, subject_n, kind, at, actor FROM ledger_entry \
             WHERE org = $1 AND log = $2 AND idx >= $3 AND idx < $4 ORDER BY idx) page",
        );
        let disclosures = Sql::new(
            "SELECT COALESCE(string_agg(concat(idx, $6, disclosures), $5), '') FROM (SELECT idx, \
             disclosures FROM ledger_disclosure WHERE org = $1 AND log = $2 AND idx >= $3 \
             AND idx < $4 ORDER BY idx) page",
        );
        let bound = |sql: Sql| {
            sql.arg(&self.inner.org)
                .arg(log)
                .arg(from)
                .arg(end)
                .arg(ENTRY_END.to_string())
                .arg(PART_END.to_string())
        };
        let entries: Option<(String, String)> = bound(entries).first(lease.conn()).await?;
        let (leaves, columns) = entries.unwrap_or_default();
        let disclosures: Option<(String,)> = bound(disclosures).first(lease.conn()).await?;
        Ok(Page {
            leaves,
            columns,
            disclosures: disclosures.unwrap_or_default().0,
        })
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

/// The pages of a log in order, the next ones being fetched and read meanwhile.
struct Pages {
    store: Store,
    log: i64,
    from: i64,
    end: i64,
    ahead: VecDeque<JoinHandle<Result<Vec<Stored>>>>,
}

impl Pages {
    async fn next(&mut self) -> Option<Result<Vec<Stored>>> {
        while self.from < self.end && self.ahead.len() < AHEAD {
            let (store, log, from) = (self.store.clone(), self.log, self.from);
            let to = self.end.min(from + PAGE);
            self.from = to;
            self.ahead.push_back(tokio::spawn(async move {
                let page = store.page(log, from, to).await?;
                let mut envelopes = store.inner.envelopes()?;
                let read = tokio::task::spawn_blocking(move || read(&mut envelopes, log, &page));
                read.await.map_err(|_| Error::Closed)
            }));
        }
        let page = self.ahead.pop_front()?;
        Some(page.await.unwrap_or(Err(Error::Closed)))
    }
}

fn read(envelopes: &mut Envelopes, log: i64, page: &Page) -> Vec<Stored> {
    let parts = |text| str::split(text, ENTRY_END).filter(|part| !part.is_empty());
    let mut disclosures = parts(&page.disclosures)
        .filter_map(|part| part.split_once(PART_END))
        .peekable();
    let (mut leaves, mut columns) = (parts(&page.leaves), parts(&page.columns));
    let mut read = Vec::new();
    loop {
        // One more of the one than of the other is a finding as well.
        let (leaf, columns) = match (leaves.next(), columns.next()) {
            (None, None) => return read,
            (leaf, columns) => (leaf.unwrap_or_default(), columns.unwrap_or_default()),
        };
        let (index, columns) = columns.split_once(PART_END).unwrap_or_default();
        let shown = disclosures.next_if(|(of, _)| *of == index);
        let shown = shown.map_or("", |(_, shown)| shown);
        let index: Option<i64> = index.parse().ok();
        let at = index.and_then(|index| u64::try_from(index).ok());
        let opened = envelopes.open(log, at.unwrap_or(u64::MAX), shown);
        read.push(stored(index, leaf, columns, opened));
    }
}

fn stored(index: Option<i64>, leaf: &str, columns: &str, opened: Result<Opened>) -> Stored {
    let (opened, unopened) = match opened {
        Ok(opened) => (opened, None),
        Err(error) => (Opened::default(), Some(error.to_string())),
    };
    let disclosures: Vec<&str> = opened.lines.lines().collect();
    let entry = Entry::read(leaf.as_bytes(), &disclosures);
    let (hash, columns) = columns.split_once(PART_END).unwrap_or_default();
    let contradiction = if hash.parse() == Ok(entry.hash()) {
        // A leaf that cannot be read is the verifier's finding, not one of the columns.
        let differs = entry.leaf().is_ok_and(|leaf| beside(leaf) != columns);
        differs.then(|| "a column beside the leaf contradicts it".to_owned())
    } else {
        Some("the stored hash is not that of the stored leaf".to_owned())
    };
    Stored {
        index,
        entry,
        contradiction: unopened.or(contradiction),
        gone: opened.gone,
    }
}

/// The columns beside a leaf are for finding it; they must say what it says.
fn beside(leaf: &Leaf) -> String {
    let (subject, actor) = (&leaf.subject, &leaf.actor);
    let (id, n, kind, at) = (&subject.id, subject.n, &leaf.kind, leaf.at_micros);
    format!("{id} {n} {kind} {at} {}", actor.id)
}
