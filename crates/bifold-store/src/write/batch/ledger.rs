//! Appending to the ledger: leaves, the tree, the log's own entries, and what follows.

use super::Batch;
use crate::db::Value;
use crate::error::{Error, Result};
use crate::query::search;
use crate::write::head::Head;
use crate::write::{EntryReceipt, Operation, follow, seal, tell};
use bifold_domain::record::State;
use bifold_domain::{At, Auth, Fact, Subject};
use bifold_ledger::checkpoint::Checkpoint;
use bifold_ledger::disclosure::{Disclosure, digests_with_decoys};
use bifold_ledger::leaf::{ActorRef, Leaf, SkewMs};
use bifold_ledger::system;
use bifold_ledger::tree::{Frontier, leaf_hash};

impl Batch<'_> {
    #[allow(clippy::too_many_arguments)] // One call; a struct would only rename its arguments.
    pub(super) fn append(
        &mut self,
        operation: &Operation,
        operation_id: &str,
        subject: &Subject,
        fact: &Fact,
        n: u64,
        now: At,
        clock: i64,
    ) -> Result<EntryReceipt> {
        let shell = &self.inner.shell;
        let parts = seal::split(subject, fact, &shell.entropy)?;
        let id = subject.id();
        let prev = self.loaded.get(&id).and_then(|l| l.prev);
        let auth = operation.actor.auth;
        let leaf = Leaf {
            index: self.head.frontier.size(),
            entry_id: shell.ids.next_uuid(),
            operation: operation_id.to_owned(),
            kind: parts.kind,
            at_micros: now.micros(),
            skew: (clock < now.micros()).then(|| SkewMs((clock - now.micros()) / 1_000)),
            subject: bifold_ledger::leaf::Subject {
                id: id.clone(),
                n,
                prev,
            },
            actor: ActorRef {
                id: operation.actor.person.to_string(),
                actor_type: if auth == Auth::System {
                    "system"
                } else {
                    "user"
                }
                .to_owned(),
                auth: auth.word().to_owned(),
            },
            digests: digests_with_decoys(&parts.disclosures, || shell.entropy.take()),
            disclosure_count: u32::try_from(parts.disclosures.len()).map_err(Error::damaged)?,
            imported: operation.is_imported,
        };
        let index = leaf.index;
        let receipt = self.push(
            leaf,
            subject.record_type(),
            fact.lane()
                .as_ref()
                .map(bifold_domain::kind::KindKey::as_str),
            &parts.disclosures,
        )?;
        if let Some(loaded) = self.loaded.get_mut(&id) {
            loaded.prev = Some(receipt.leaf_hash.parse().map_err(Error::damaged)?);
        }
        if seal::is_searched(subject.record_type()) && !parts.words.is_empty() {
            let doc = search::document(self.inner.org_no, self.head.log, index);
            self.pending.search.push((doc, parts.words));
        }
        self.follow_up(&id, n, fact, operation, now);
        self.touched.insert(id);
        Ok(receipt)
    }

    pub(super) fn follow_up(
        &mut self,
        id: &str,
        n: u64,
        fact: &Fact,
        operation: &Operation,
        now: At,
    ) {
        let org = self.inner.org.as_str();
        let state = self.loaded.get(id).and_then(|l| l.state.as_ref());
        let is_thing = matches!(state, Some(State::Evidence(e)) if e.sha256().is_none());
        let rules = &self.directory.policy.major.value;
        let weighs = !operation.is_imported && rules.looks_around();
        for job in follow::jobs(id, fact, now) {
            // There is nothing to look at where a thing was sealed with a number.
            if is_thing && job.kind == follow::LOOK {
                continue;
            }
            if job.kind == follow::WEIGH && !weighs {
                continue;
            }
            self.pending.job.push(vec![
                org.into(),
                self.inner.shell.ids.next_uuid().into(),
                job.kind.into(),
                job.payload.into(),
                job.run_at.into(),
                Value::Int(0),
            ]);
        }
        // What was taken over from elsewhere happened long ago and to others.
        if !operation.is_imported {
            let by = &operation.actor.person;
            for raise in tell::notices(fact, state, by, &self.directory, now) {
                for row in raise.rows(self.inner, now) {
                    // Several steps that are due at once are told once.
                    let is_told = |told: &Vec<Value>| same_notice(told, &row);
                    if !self.pending.notice.iter().any(is_told) {
                        self.pending.notice.push(row);
                    }
                }
            }
        }
        if let Some(kind) = follow::alarm(fact) {
            tracing::warn!(subject = id, kind, actor = %operation.actor.person, "alarm");
            self.pending.alarm.push(vec![
                org.into(),
                id.into(),
                n.into(),
                kind.into(),
                operation.actor.person.as_str().into(),
                now.micros().into(),
            ]);
        }
    }

    /// Adds a leaf to the tree and to what will be written.
    pub(super) fn push(
        &mut self,
        leaf: Leaf,
        subject_type: &str,
        lane: Option<&str>,
        disclosures: &[String],
    ) -> Result<EntryReceipt> {
        let org = self.inner.org.as_str();
        let bytes = leaf.seal().map_err(Error::damaged)?;
        let hash = leaf_hash(&bytes);
        let log = self.head.log;
        for node in self.head.frontier.push(hash) {
            // Levels 8, 16, 24 are the tiles' tops; the rest is hashed again when needed.
            if node.level.is_multiple_of(8) {
                self.pending.node.push(vec![
                    org.into(),
                    log.into(),
                    i64::from(node.level).into(),
                    node.index.into(),
                    node.hash.to_string().into(),
                ]);
            }
        }
        self.head.last_at = leaf.at_micros;
        let entropy = &self.inner.shell.entropy;
        let sealed = self.envelopes.seal(log, leaf.index, disclosures, entropy)?;
        self.pending.disclosure.push(vec![
            org.into(),
            log.into(),
            leaf.index.into(),
            sealed.into(),
        ]);
        let receipt = EntryReceipt {
            origin: self.inner.origin(log),
            index: leaf.index,
            leaf_hash: hash.to_string(),
            kind: leaf.kind.clone(),
        };
        self.pending.entry.push(vec![
            org.into(),
            log.into(),
            leaf.index.into(),
            subject_type.into(),
            leaf.subject.id.into(),
            leaf.subject.n.into(),
            leaf.kind.into(),
            lane.into(),
            leaf.at_micros.into(),
            leaf.actor.id.into(),
            hash.to_string().into(),
            String::from_utf8(bytes).map_err(Error::damaged)?.into(),
        ]);
        Ok(receipt)
    }

    /// A leaf about the log itself, in the log's own chain.
    pub(super) fn push_system(
        &mut self,
        kind: &str,
        now: At,
        disclosures: &[String],
    ) -> Result<EntryReceipt> {
        let shell = &self.inner.shell;
        let subject = format!("log_{}", self.head.log);
        let leaf = Leaf {
            index: self.head.frontier.size(),
            entry_id: shell.ids.next_uuid(),
            operation: shell.ids.next_uuid(),
            kind: kind.to_owned(),
            at_micros: now.micros(),
            skew: None,
            subject: bifold_ledger::leaf::Subject {
                id: subject,
                n: self.head.log_n,
                prev: self.head.log_prev,
            },
            actor: ActorRef {
                id: "bifold".to_owned(),
                actor_type: "system".to_owned(),
                auth: "system".to_owned(),
            },
            digests: digests_with_decoys(disclosures, || shell.entropy.take()),
            disclosure_count: u32::try_from(disclosures.len()).map_err(Error::damaged)?,
            imported: false,
        };
        let receipt = self.push(leaf, "ledger", None, disclosures)?;
        self.head.log_n += 1;
        self.head.log_prev = Some(receipt.leaf_hash.parse().map_err(Error::damaged)?);
        Ok(receipt)
    }

    /// Opens the year's log, and closes the one before it: the first leaf of a log names the
    /// final checkpoint of the last.
    pub(super) fn turn_of_the_year(&mut self) -> Result<()> {
        let clock = self.inner.shell.clock.now().micros();
        let now = At::from_micros(clock.max(self.head.last_at));
        let year = i64::from(now.year());
        if self.head.log == year {
            return Ok(());
        }
        let mut disclosures = Vec::new();
        if self.head.log != 0 {
            self.push_system(system::CLOSED, now, &[])?;
            let last = Checkpoint {
                origin: self.inner.origin(self.head.log),
                size: self.head.frontier.size(),
                root: self.head.frontier.root(),
            };
            let value = system::previous_to_value(&last);
            let salt = self.inner.shell.entropy.take();
            disclosures.push(
                Disclosure {
                    salt,
                    name: system::PREVIOUS.to_owned(),
                    value,
                }
                .encode(),
            );
        }
        self.head = Head {
            log: year,
            frontier: Frontier::new(),
            log_n: 0,
            log_prev: None,
            ..self.head.clone()
        };
        self.push_system(system::GENESIS, now, &disclosures)?;
        Ok(())
    }
}

/// Whether two notices of one transaction tell one person the same of the same record.
fn same_notice(one: &[Value], other: &[Value]) -> bool {
    let told = |row: &[Value]| TOLD.map(|place| row.get(place).cloned());
    told(one) == told(other)
}

/// Where person, occasion, urgency and subject stand in a notice's row.
const TOLD: [usize; 4] = [2, 3, 4, 6];
