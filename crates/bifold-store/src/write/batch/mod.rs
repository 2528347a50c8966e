//! One transaction: load, decide, seal, project, commit.
//!
//! `load` brings in what the operations need, `ledger` appends facts, `flush` writes rows, and
//! `remove` takes redacted values away.

mod flush;
mod ledger;
mod load;
mod remove;
mod texts;

pub(crate) use flush::ALARM;
pub(crate) use remove::{Removal, remove};

use super::head::Head;
use super::{Operation, Receipt, Seen, Told, Touched, directory, project};
use crate::db::{Tx, Value};
use crate::disclosed::Envelopes;
use crate::error::{Error, Result};
use crate::store::Inner;
use bifold_domain::record::{self, State};
use bifold_domain::{At, Context, Directory, Fact, Meta, Subject};
use bifold_ledger::hash::Hash;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

#[derive(Clone)]
struct Loaded {
    state: Option<State>,
    version: u64,
    prev: Option<Hash>,
    /// Members, verdicts and relations as they are in the tables.
    side: project::Rows,
}

#[derive(Default)]
struct Pending {
    entry: Vec<Vec<Value>>,
    disclosure: Vec<Vec<Value>>,
    node: Vec<Vec<Value>>,
    operation: Vec<Vec<Value>>,
    job: Vec<Vec<Value>>,
    alarm: Vec<Vec<Value>>,
    notice: Vec<Vec<Value>>,
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
    envelopes: Envelopes,
}

/// Carries out all operations in one transaction. `Err` means nothing happened.
pub(super) async fn run(inner: &Inner, told: &[Told<'_>]) -> Result<Vec<Result<Receipt>>> {
    let operations: Vec<&Operation> = told.iter().map(|(operation, _)| *operation).collect();
    let mut batch = Batch::open(inner, &operations).await?;
    batch.reach(told.first().and_then(|(_, at)| *at));
    batch.turn_of_the_year()?;
    let mut answers = Vec::with_capacity(operations.len());
    for (operation, at) in told {
        batch.reach(*at);
        match batch.carry_out(operation).await {
            Err(error @ (Error::Database(_) | Error::Damaged(_))) => return Err(error),
            answer => answers.push(answer),
        }
    }
    batch.commit().await?;
    Ok(answers)
}

impl<'a> Batch<'a> {
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
            envelopes: inner.envelopes()?,
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
            ids.extend(needs.evidence.iter().map(ToString::to_string));
        }
        batch.load(ids).await?;
        Ok(batch)
    }

    /// Moves a manual clock to the time that a told history has come to.
    fn reach(&self, at: Option<At>) {
        if let Some(at) = at {
            self.inner.shell.set(at);
        }
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
            if directory::TYPES.contains(&subject.record_type())
                && let Some(state) = &loaded.state
            {
                directory::enter(Arc::make_mut(&mut staged.directory), state, &subject);
            }
            staged.states.insert(id, loaded);
        }
        Ok(staged)
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
            |(s, _, _): &(Subject, Fact, u64)| directory::TYPES.contains(&s.record_type());
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
        State::Evidence(_) => bifold_domain::evidence::Evidence::TYPE,
        State::Service(_) => bifold_domain::service::Service::TYPE,
        State::Asset(_) => bifold_domain::asset::Asset::TYPE,
        State::Team(_) => bifold_domain::team::Team::TYPE,
        State::Person(_) => bifold_domain::person::Person::TYPE,
        State::Policy(_) => bifold_domain::policy::Policy::TYPE,
        State::Schedule(_) => bifold_domain::oncall::schedule::Schedule::TYPE,
        State::Chain(_) => bifold_domain::oncall::chain::Chain::TYPE,
        State::Source(_) => bifold_domain::signal::source::Source::TYPE,
        State::FaultReview(_) => bifold_domain::signal::review::FaultReview::TYPE,
        State::StatusPage(_) => bifold_domain::status_page::StatusPage::TYPE,
        State::Disclosure(_) => bifold_domain::disclosure::Disclosure::TYPE,
        State::Maintenance(_) => bifold_domain::maintenance::Maintenance::TYPE,
    }
}
