//! One transaction: load, decide, seal, project, commit.

use super::{EntryReceipt, Operation, Receipt, Seen, Touched, follow, project, seal};
use crate::db::{Conn, Insert, Sql, Tx, Value};
use crate::error::{Error, Result};
use crate::query::search;
use crate::store::Inner;
use bifold_domain::record::{self, Needs, State};
use bifold_domain::{At, Auth, Context, Directory, Fact, Meta, Neighbours, Subject};
use bifold_ledger::checkpoint::Checkpoint;
use bifold_ledger::disclosure::{Disclosure, digests_with_decoys};
use bifold_ledger::hash::Hash;
use bifold_ledger::leaf::{ActorRef, Leaf, SkewMs};
use bifold_ledger::system;
use bifold_ledger::tree::{Frontier, leaf_hash};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

const ENTRY: Insert = Insert {
    table: "ledger_entry",
    columns: &[
        "org",
        "log",
        "idx",
        "subject_type",
        "subject",
        "subject_n",
        "kind",
        "lane",
        "at",
        "actor",
        "leaf_hash",
        "leaf",
    ],
    key: &[],
};
const DISCLOSURE: Insert = Insert {
    table: "ledger_disclosure",
    columns: &["org", "log", "idx", "disclosures"],
    key: &[],
};
const NODE: Insert = Insert {
    table: "ledger_node",
    columns: &["org", "log", "level", "n", "hash"],
    key: &[],
};
const OPERATION: Insert = Insert {
    table: "operation",
    columns: &["org", "key", "digest", "receipt", "at"],
    key: &[],
};
const COUNTER: Insert = Insert {
    table: "counter",
    columns: &["org", "name", "value"],
    key: &["org", "name"],
};
const JOB: Insert = Insert {
    table: "job",
    columns: &["org", "id", "kind", "payload", "run_at", "attempts"],
    key: &[],
};
pub(crate) const ALARM: Insert = Insert {
    table: "alarm",
    columns: &["org", "subject", "n", "kind", "actor", "at"],
    key: &["org", "subject", "n"],
};

/// Record types that decisions look up everywhere; kept in memory.
const DIRECTORY_TYPES: [&str; 4] = ["person", "team", "service", "policy"];

/// The organisation's ledger head: the row that is its write lock.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub log: i64,
    pub frontier: Frontier,
    pub last_at: i64,
    pub directory_version: i64,
    /// The log's own chain: how many system leaves it has, and the hash of the last.
    pub log_n: u64,
    pub log_prev: Option<Hash>,
}

#[derive(sqlx::FromRow)]
struct HeadRow {
    log: i64,
    frontier: String,
    last_at: i64,
    directory_version: i64,
    log_n: i64,
    log_prev: Option<String>,
}

impl Head {
    /// Reads it; with `lock`, as the write lock of the organisation.
    pub(crate) async fn read(conn: Conn<'_>, org: &str, lock: &str) -> Result<Self> {
        let mut sql = Sql::new(
            "SELECT log, frontier, last_at, directory_version, log_n, log_prev \
             FROM ledger_head WHERE org = $1",
        )
        .arg(org);
        sql.push(lock);
        let row: HeadRow = sql.first(conn).await?.ok_or(Error::NoOrganisation)?;
        Ok(Self {
            log: row.log,
            frontier: row.frontier.parse().map_err(Error::damaged)?,
            last_at: row.last_at,
            directory_version: row.directory_version,
            log_n: u64::try_from(row.log_n).map_err(Error::damaged)?,
            log_prev: row
                .log_prev
                .map(|h| h.parse())
                .transpose()
                .map_err(Error::damaged)?,
        })
    }

    async fn write(&self, conn: Conn<'_>, org: &str) -> Result<()> {
        Sql::new(
            "UPDATE ledger_head SET log = $2, frontier = $3, last_at = $4, \
             directory_version = $5, log_n = $6, log_prev = $7 WHERE org = $1",
        )
        .arg(org)
        .arg(self.log)
        .arg(self.frontier.to_string())
        .arg(self.last_at)
        .arg(self.directory_version)
        .arg(self.log_n)
        .arg(self.log_prev.map(|h| h.to_string()))
        .run(conn)
        .await?;
        Ok(())
    }
}

#[derive(Clone)]
struct Loaded {
    state: Option<State>,
    version: u64,
    prev: Option<Hash>,
    /// Members, verdicts and relations as they are in the tables.
    side: project::Rows,
}

#[derive(sqlx::FromRow)]
struct SnapshotRow {
    id: String,
    subject_type: String,
    version: i64,
    leaf_hash: String,
    state: String,
}

#[derive(Default)]
struct Pending {
    entry: Vec<Vec<Value>>,
    disclosure: Vec<Vec<Value>>,
    node: Vec<Vec<Value>>,
    operation: Vec<Vec<Value>>,
    job: Vec<Vec<Value>>,
    alarm: Vec<Vec<Value>>,
    search: Vec<(i64, String)>,
}

struct Batch<'a> {
    inner: &'a Inner,
    tx: Tx,
    head: Head,
    directory: Arc<Directory>,
    /// Whether `directory` is what the database will hold after the commit.
    directory_is_known: bool,
    loaded: HashMap<String, Loaded>,
    touched: BTreeSet<String>,
    repeats: HashMap<String, (String, Receipt)>,
    counters: BTreeMap<String, i64>,
    counted: BTreeSet<String>,
    pending: Pending,
}

/// Carries out all operations in one transaction. `Err` means nothing happened.
pub(super) async fn run(inner: &Inner, operations: &[&Operation]) -> Result<Vec<Result<Receipt>>> {
    let mut batch = Batch::open(inner, operations).await?;
    batch.turn_of_the_year()?;
    let mut answers = Vec::with_capacity(operations.len());
    for operation in operations {
        match batch.carry_out(operation).await {
            Err(error @ (Error::Database(_) | Error::Damaged(_))) => return Err(error),
            answer => answers.push(answer),
        }
    }
    batch.commit().await?;
    Ok(answers)
}

/// What a redaction removes, and in whose name.
pub(crate) struct Removal<'a> {
    pub log: i64,
    pub index: u64,
    /// Digests of them, as they stand in the leaf.
    pub digests: Vec<String>,
    /// What is left of the entry's disclosures.
    pub rest: String,
    /// The legal basis.
    pub basis: &'a str,
    pub requested_by: &'a str,
    pub approved_by: &'a str,
    /// Which request is thereby done.
    pub request: &'a str,
}

/// Removes disclosures and says so in the ledger, in one transaction. Gives the saying entry.
pub(crate) async fn remove(inner: &Inner, removal: Removal<'_>) -> Result<u64> {
    let mut batch = Batch::open(inner, &[]).await?;
    batch.turn_of_the_year()?;
    if batch.head.log != removal.log {
        return Err(Error::Damaged("the log was closed meanwhile".to_owned()));
    }
    let clock = inner.shell.clock.now().micros();
    let now = At::from_micros(clock.max(batch.head.last_at));
    let redaction = system::Redaction {
        entry: removal.index,
        digests: removal.digests.clone(),
    };
    let disclose = |name: &str, value: serde_json::Value| {
        let salt = inner.shell.entropy.take();
        Disclosure {
            salt,
            name: name.to_owned(),
            value,
        }
        .encode()
    };
    let disclosures = [
        disclose(system::REDACTS, redaction.to_value()),
        disclose("basis", removal.basis.into()),
        disclose("requested_by", removal.requested_by.into()),
        disclose("approved_by", removal.approved_by.into()),
    ];
    let by = batch.head.frontier.size();
    batch.push_system(system::REDACTED, now, &disclosures)?;
    batch.take_away(&removal, by).await?;
    batch.commit().await?;
    Ok(by)
}

impl<'a> Batch<'a> {
    /// Deletes the disclosures, and whatever was computed from them.
    async fn take_away(&mut self, removal: &Removal<'_>, by: u64) -> Result<()> {
        let org = self.inner.org.clone();
        let at = |text| {
            Sql::new(text)
                .arg(org.as_str())
                .arg(removal.log)
                .arg(removal.index)
        };
        at("UPDATE ledger_disclosure SET disclosures = $4 WHERE org = $1 AND log = $2 AND idx = $3")
            .arg(removal.rest.as_str())
            .run(self.tx.conn())
            .await?;
        at("INSERT INTO ledger_redaction (org, log, idx, by_idx) VALUES ($1, $2, $3, $4)")
            .arg(by)
            .run(self.tx.conn())
            .await?;
        Sql::new("UPDATE redaction_request SET done = TRUE WHERE org = $1 AND id = $2")
            .arg(org.as_str())
            .arg(removal.request)
            .run(self.tx.conn())
            .await?;
        let doc = search::document(self.inner.org_no, removal.log, removal.index);
        search::forget(&mut self.tx, doc).await?;
        let words = seal::words(&removal.rest)?;
        if !words.is_empty() {
            self.pending.search.push((doc, words));
        }
        let subject: Option<(String,)> =
            at("SELECT subject FROM ledger_entry WHERE org = $1 AND log = $2 AND idx = $3")
                .first(self.tx.conn())
                .await?;
        let subject = subject
            .ok_or_else(|| Error::damaged("the entry is missing"))?
            .0;
        self.load(BTreeSet::from([subject.clone()])).await?;
        let folded = crate::replay::fold_subject(self.inner, self.tx.conn(), &subject).await?;
        if let (Some(state), Some(loaded)) = (folded, self.loaded.get_mut(&subject)) {
            loaded.state = Some(state);
            self.touched.insert(subject);
            // The directory may hold the name that was removed: everybody reads it again.
            self.head.directory_version += 1;
            self.directory_is_known = false;
        }
        Ok(())
    }

    async fn open(inner: &'a Inner, operations: &[&Operation]) -> Result<Self> {
        let mut tx = inner.db.begin().await?;
        let head = Head::read(tx.conn(), &inner.org, inner.db.lock_clause()).await?;
        let directory = inner
            .directory_at(head.directory_version, tx.conn())
            .await?;
        let mut batch = Self {
            inner,
            tx,
            head,
            directory,
            directory_is_known: true,
            loaded: HashMap::new(),
            touched: BTreeSet::new(),
            repeats: HashMap::new(),
            counters: BTreeMap::new(),
            counted: BTreeSet::new(),
            pending: Pending::default(),
        };
        batch.load_repeats(operations).await?;
        let mut ids = BTreeSet::new();
        for command in operations.iter().flat_map(|o| &o.commands) {
            let needs = command.needs();
            // A number is given out only at creation, under an id nobody has used.
            if !needs.number {
                ids.insert(command.subject().id());
            }
            ids.extend(needs.incidents.iter().map(ToString::to_string));
            ids.extend(needs.assets.iter().map(ToString::to_string));
            ids.extend(needs.events.iter().map(ToString::to_string));
        }
        batch.load(ids).await?;
        Ok(batch)
    }

    async fn load_repeats(&mut self, operations: &[&Operation]) -> Result<()> {
        let keys: Vec<&str> = operations
            .iter()
            .filter_map(|o| o.key.as_ref())
            .map(|k| k.key.as_str())
            .collect();
        for keys in keys.chunks(500) {
            let mut sql = Sql::new("SELECT key, digest, receipt FROM operation WHERE org = ");
            sql.bind(&self.inner.org).push(" AND key IN ").list(keys);
            for (key, digest, receipt) in
                sql.all::<(String, String, String)>(self.tx.conn()).await?
            {
                let receipt = serde_json::from_str(&receipt).map_err(Error::damaged)?;
                self.repeats.insert(key, (digest, receipt));
            }
        }
        Ok(())
    }

    async fn load(&mut self, ids: BTreeSet<String>) -> Result<()> {
        let ids: Vec<String> = ids
            .into_iter()
            .filter(|id| !self.loaded.contains_key(id))
            .collect();
        for ids in ids.chunks(500) {
            let mut sql = Sql::new(
                "SELECT id, subject_type, version, leaf_hash, state FROM snapshot WHERE org = ",
            );
            sql.bind(&self.inner.org).push(" AND id IN ").list(ids);
            for row in sql.all::<SnapshotRow>(self.tx.conn()).await? {
                let state =
                    State::from_json(&row.subject_type, &row.state).map_err(Error::damaged)?;
                let mut side = project::Rows::default();
                project::side(&self.inner.org, &state, &mut side);
                let loaded = Loaded {
                    state: Some(state),
                    version: u64::try_from(row.version).map_err(Error::damaged)?,
                    prev: Some(row.leaf_hash.parse().map_err(Error::damaged)?),
                    side,
                };
                self.loaded.insert(row.id, loaded);
            }
        }
        Ok(())
    }

    fn look(&self, id: &str) -> Loaded {
        self.loaded.get(id).cloned().unwrap_or(Loaded {
            state: None,
            version: 0,
            prev: None,
            side: project::Rows::default(),
        })
    }

    async fn carry_out(&mut self, operation: &Operation) -> Result<Receipt> {
        if let Some(key) = &operation.key
            && let Some((digest, receipt)) = self.repeats.get(&key.key)
        {
            return if *digest == key.digest {
                Ok(Receipt {
                    is_repeated: true,
                    ..receipt.clone()
                })
            } else {
                Err(Error::OperationReused)
            };
        }
        let clock = self.inner.shell.clock.now().micros();
        let now = At::from_micros(clock.max(self.head.last_at));
        let staged = self.decide(operation, now).await?;
        let receipt = self.record(operation, now, clock, staged)?;
        if let Some(key) = &operation.key {
            let json = serde_json::to_string(&receipt).map_err(Error::damaged)?;
            self.pending.operation.push(vec![
                self.inner.org.as_str().into(),
                key.key.as_str().into(),
                key.digest.as_str().into(),
                json.into(),
                now.micros().into(),
            ]);
            self.repeats
                .insert(key.key.clone(), (key.digest.clone(), receipt.clone()));
        }
        Ok(receipt)
    }

    /// Decides all commands of an operation on copies; nothing of the batch changes yet.
    async fn decide(&mut self, operation: &Operation, now: At) -> Result<Staged> {
        let mut staged = Staged {
            directory: self.directory.clone(),
            ..Staged::default()
        };
        for (i, command) in operation.commands.iter().enumerate() {
            let subject = command.subject();
            let id = subject.id();
            let mut loaded = staged
                .states
                .get(&id)
                .cloned()
                .unwrap_or_else(|| self.look(&id));
            if i == 0
                && let Seen::Version(seen) = operation.seen
                && loaded.state.is_some()
                && loaded.version != seen
            {
                return Err(Error::Stale {
                    seen,
                    actual: loaded.version,
                });
            }
            let needs = command.needs();
            let neighbours = self
                .neighbours(operation, &subject, &needs, &staged, now)
                .await?;
            let directory = staged.directory.clone();
            let context = Context {
                actor: &operation.actor,
                now,
                directory: &directory,
                neighbours: &neighbours,
            };
            let facts = record::decide(loaded.state.as_ref(), command.clone(), &context)?;
            for fact in facts {
                let meta = Meta {
                    subject: id.clone(),
                    n: loaded.version,
                    at: now,
                    actor: operation.actor.person.clone(),
                };
                loaded.state = Some(record::evolve(loaded.state.take(), &fact, &meta)?);
                loaded.version += 1;
                staged.facts.push((subject.clone(), fact, meta.n));
            }
            if needs.number {
                let name = counter_name(&subject, now);
                staged.counters.insert(name, neighbours.next_number);
            }
            if DIRECTORY_TYPES.contains(&subject.record_type())
                && let Some(state) = &loaded.state
            {
                enter(Arc::make_mut(&mut staged.directory), state, &subject);
            }
            staged.states.insert(id, loaded);
        }
        Ok(staged)
    }

    async fn neighbours(
        &mut self,
        operation: &Operation,
        subject: &Subject,
        needs: &Needs,
        staged: &Staged,
        now: At,
    ) -> Result<Neighbours> {
        let viewer = operation.actor.viewer();
        let mut neighbours = Neighbours::default();
        let state = |id: &str| match staged.states.get(id) {
            Some(loaded) => loaded.state.as_ref(),
            None => self.loaded.get(id).and_then(|l| l.state.as_ref()),
        };
        for id in &needs.incidents {
            if let Some(State::Incident(incident)) = state(id.as_str())
                && incident.is_readable_by(&viewer, now)
            {
                neighbours.incidents.insert(id.clone(), incident.summary());
            }
        }
        let exists = |id: &str| state(id).is_some();
        neighbours
            .assets
            .extend(needs.assets.iter().filter(|a| exists(a.as_str())).cloned());
        neighbours
            .events
            .extend(needs.events.iter().filter(|e| exists(e.as_str())).cloned());
        if needs.open_children {
            neighbours.open_children = self.open_children(&subject.id()).await?;
        }
        if needs.number {
            let name = counter_name(subject, now);
            let last = match staged.counters.get(&name) {
                Some(last) => *last,
                None => self.counter(&name).await?,
            };
            neighbours.next_number = last + 1;
        }
        Ok(neighbours)
    }

    async fn counter(&mut self, name: &str) -> Result<u64> {
        if let Some(value) = self.counters.get(name) {
            return u64::try_from(*value).map_err(Error::damaged);
        }
        let row: Option<(i64,)> =
            Sql::new("SELECT value FROM counter WHERE org = $1 AND name = $2")
                .arg(&self.inner.org)
                .arg(name)
                .first(self.tx.conn())
                .await?;
        let value = row.map_or(0, |r| r.0);
        self.counters.insert(name.to_owned(), value);
        u64::try_from(value).map_err(Error::damaged)
    }

    /// Open children, counting what this batch has changed and not yet written.
    async fn open_children(&mut self, parent: &str) -> Result<u64> {
        let rows: Vec<(String,)> =
            Sql::new("SELECT id FROM incident WHERE org = $1 AND parent = $2 AND is_open = TRUE")
                .arg(&self.inner.org)
                .arg(parent)
                .all(self.tx.conn())
                .await?;
        let mut open: BTreeSet<String> = rows.into_iter().map(|r| r.0).collect();
        for (id, loaded) in &self.loaded {
            if let Some(State::Incident(i)) = &loaded.state {
                let is_child = i.parent.as_ref().is_some_and(|p| p.as_str() == parent);
                if is_child && i.stage.is_open() {
                    open.insert(id.clone());
                } else {
                    open.remove(id);
                }
            }
        }
        Ok(open.len() as u64)
    }

    /// Takes over what was decided: states into the batch, facts into the ledger.
    fn record(
        &mut self,
        operation: &Operation,
        now: At,
        clock: i64,
        staged: Staged,
    ) -> Result<Receipt> {
        let id = self.inner.shell.ids.next_uuid();
        let mut entries = Vec::with_capacity(staged.facts.len());
        let mut order: Vec<String> = Vec::new();
        for (id, loaded) in staged.states {
            let prev = self.loaded.get(&id).and_then(|l| l.prev);
            self.loaded.insert(id, Loaded { prev, ..loaded });
        }
        for (name, value) in staged.counters {
            self.counters
                .insert(name.clone(), i64::try_from(value).map_err(Error::damaged)?);
            self.counted.insert(name);
        }
        let in_directory =
            |(s, _, _): &(Subject, Fact, u64)| DIRECTORY_TYPES.contains(&s.record_type());
        if staged.facts.iter().any(in_directory) {
            self.head.directory_version += 1;
            self.directory = staged.directory;
        }
        for (subject, fact, n) in &staged.facts {
            entries.push(self.append(operation, &id, subject, fact, *n, now, clock)?);
            if !order.contains(&subject.id()) {
                order.push(subject.id());
            }
        }
        let touched = order
            .into_iter()
            .filter_map(|id| {
                let loaded = self.loaded.get(&id)?;
                let state = loaded.state.as_ref()?;
                let subject = staged.facts.iter().find(|f| f.0.id() == id)?;
                Some(Touched {
                    record_type: subject.0.record_type().to_owned(),
                    number: project::number(state),
                    version: loaded.version,
                    id,
                })
            })
            .collect();
        Ok(Receipt {
            operation: id,
            at: now,
            touched,
            entries,
            is_repeated: false,
        })
    }

    #[allow(clippy::too_many_arguments)] // One call; a struct would only rename its arguments.
    fn append(
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
            fact.lane().as_ref().map(|l| l.as_str()),
            &parts.disclosures,
        )?;
        if let Some(loaded) = self.loaded.get_mut(&id) {
            loaded.prev = Some(receipt.leaf_hash.parse().map_err(Error::damaged)?);
        }
        if !parts.words.is_empty() {
            let doc = search::document(self.inner.org_no, self.head.log, index);
            self.pending.search.push((doc, parts.words));
        }
        self.follow_up(&id, n, fact, operation, now);
        self.touched.insert(id);
        Ok(receipt)
    }

    fn follow_up(&mut self, id: &str, n: u64, fact: &Fact, operation: &Operation, now: At) {
        let org = self.inner.org.as_str();
        for job in follow::jobs(id, fact) {
            self.pending.job.push(vec![
                org.into(),
                self.inner.shell.ids.next_uuid().into(),
                job.kind.into(),
                job.payload.into(),
                job.run_at.into(),
                Value::Int(0),
            ]);
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
    fn push(
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
        self.pending.disclosure.push(vec![
            org.into(),
            log.into(),
            leaf.index.into(),
            disclosures.join("\n").into(),
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
    fn push_system(&mut self, kind: &str, now: At, disclosures: &[String]) -> Result<EntryReceipt> {
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
    fn turn_of_the_year(&mut self) -> Result<()> {
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

    async fn commit(mut self) -> Result<()> {
        if self.pending.entry.is_empty() {
            // Only refusals and repetitions: nothing to write.
            return Ok(());
        }
        let org = self.inner.org.clone();
        let pending = std::mem::take(&mut self.pending);
        ENTRY.run(&mut self.tx, pending.entry).await?;
        DISCLOSURE.run(&mut self.tx, pending.disclosure).await?;
        NODE.run(&mut self.tx, pending.node).await?;
        OPERATION.run(&mut self.tx, pending.operation).await?;
        JOB.run(&mut self.tx, pending.job).await?;
        ALARM.run(&mut self.tx, pending.alarm).await?;
        search::index(&mut self.tx, pending.search).await?;
        let counters = self.counted.iter().filter_map(|name| {
            let value = *self.counters.get(name)?;
            Some(vec![
                org.as_str().into(),
                name.as_str().into(),
                Value::Int(value),
            ])
        });
        COUNTER.run(&mut self.tx, counters.collect()).await?;
        self.project().await?;
        self.head.write(self.tx.conn(), &org).await?;
        let Self {
            inner,
            tx,
            head,
            directory,
            directory_is_known,
            ..
        } = self;
        tx.commit().await?;
        // From here on everything above is durable; what follows only wakes others up.
        inner.committed(&head, directory_is_known.then_some(directory));
        Ok(())
    }

    async fn project(&mut self) -> Result<()> {
        let org = self.inner.org.clone();
        let mut rows = project::Rows::default();
        let mut snapshots = Vec::new();
        let mut stale: [Vec<String>; 3] = Default::default();
        for id in &self.touched {
            let Some(Loaded {
                state: Some(state),
                version,
                prev,
                side,
            }) = self.loaded.get(id)
            else {
                continue;
            };
            let subject_type = state_type(state);
            snapshots.push(vec![
                org.as_str().into(),
                id.as_str().into(),
                subject_type.into(),
                (*version).into(),
                prev.map(|h| h.to_string()).unwrap_or_default().into(),
                state.to_json().map_err(Error::damaged)?.into(),
            ]);
            project::main(&org, state, *version, &mut rows);
            let mut new = project::Rows::default();
            project::side(&org, state, &mut new);
            let sides = [
                (&side.member, new.member, &mut rows.member),
                (&side.verdict, new.verdict, &mut rows.verdict),
                (&side.relation, new.relation, &mut rows.relation),
            ];
            for ((old, new, target), stale) in sides.into_iter().zip(&mut stale) {
                if *old != new {
                    if !old.is_empty() {
                        stale.push(id.clone());
                    }
                    target.extend(new);
                }
            }
        }
        let deletes = [
            "DELETE FROM incident_member WHERE incident IN ",
            "DELETE FROM incident_verdict WHERE incident IN ",
            "DELETE FROM relation WHERE from_id IN ",
        ];
        for (text, ids) in deletes.into_iter().zip(&stale) {
            for ids in ids.chunks(500) {
                let mut sql = Sql::new(text);
                sql.list(ids).push(" AND org = ").bind(org.as_str());
                sql.run(self.tx.conn()).await?;
            }
        }
        project::SNAPSHOT.run(&mut self.tx, snapshots).await?;
        project::INCIDENT.run(&mut self.tx, rows.incident).await?;
        project::MEMBER.run(&mut self.tx, rows.member).await?;
        project::VERDICT.run(&mut self.tx, rows.verdict).await?;
        project::RELATION.run(&mut self.tx, rows.relation).await?;
        project::EVENT.run(&mut self.tx, rows.event).await?;
        project::ASSET.run(&mut self.tx, rows.asset).await?;
        Ok(())
    }
}

/// What an operation decided, before any of it counts.
#[derive(Default)]
struct Staged {
    states: BTreeMap<String, Loaded>,
    facts: Vec<(Subject, Fact, u64)>,
    counters: BTreeMap<String, u64>,
    directory: Arc<Directory>,
}

fn counter_name(subject: &Subject, now: At) -> String {
    format!("{}-{}", subject.record_type(), now.year())
}

pub(crate) fn state_type(state: &State) -> &'static str {
    use bifold_domain::Record;
    match state {
        State::Incident(_) => bifold_domain::incident::Incident::TYPE,
        State::Event(_) => bifold_domain::event::Event::TYPE,
        State::Service(_) => bifold_domain::service::Service::TYPE,
        State::Asset(_) => bifold_domain::asset::Asset::TYPE,
        State::Team(_) => bifold_domain::team::Team::TYPE,
        State::Person(_) => bifold_domain::person::Person::TYPE,
        State::Policy(_) => bifold_domain::policy::Policy::TYPE,
    }
}

/// Enters a directory record into the directory; others are left out.
fn enter(directory: &mut Directory, state: &State, subject: &Subject) {
    match (state, subject) {
        (State::Person(p), Subject::Person(id)) => {
            directory.people.insert(id.clone(), (**p).clone());
        }
        (State::Team(t), Subject::Team(id)) => {
            directory.teams.insert(id.clone(), (**t).clone());
        }
        (State::Service(s), Subject::Service(id)) => {
            directory.services.insert(id.clone(), (**s).clone());
        }
        (State::Policy(p), Subject::Policy(_)) => directory.policy = (**p).clone(),
        _ => {}
    }
}

/// Reads the whole directory from its snapshots.
pub(crate) async fn load_directory(conn: Conn<'_>, org: &str) -> Result<Directory> {
    let rows: Vec<(String, String, String)> = Sql::new(
        "SELECT id, subject_type, state FROM snapshot WHERE org = $1 \
         AND subject_type IN ('person', 'team', 'service', 'policy')",
    )
    .arg(org)
    .all(conn)
    .await?;
    let mut directory = Directory::default();
    for (id, subject_type, state) in rows {
        let state = State::from_json(&subject_type, &state).map_err(Error::damaged)?;
        let subject = Subject::parse(&subject_type, &id)
            .ok_or_else(|| Error::damaged(format!("a snapshot with id {id:?}")))?;
        enter(&mut directory, &state, &subject);
    }
    Ok(directory)
}
