//! The driver: rows become commands on the one write path, a batch a transaction.
//!
//! Every row is an operation with an id of its own, so a second run over the same file adds
//! nothing, and a run that was killed goes on where its last transaction ended: run it again. A
//! batch is in the store as a whole or not at all.
//!
//! It refuses to stop for a single row: a row that the rules refuse is listed with the reason and
//! the next one is tried. It stops when the store cannot write.

use super::report::Report;
use super::row::kind_of;
use super::{Format, Item, Opened, Options, Rejected, Row, open};
use anyhow::Context as _;
use bifold_domain::incident::{self, Import};
use bifold_domain::{Actor, Auth, Command, IncidentId, Permission, Short, TeamId, team};
use bifold_store::{Operation, OperationKey, Receipt, Seen, Store};
use std::collections::{BTreeSet, HashMap};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Rows of one transaction.
const BATCH_ROWS: usize = 1_000;
/// Batches that are read ahead while the store writes.
const BATCHES_AHEAD: usize = 4;
/// How long the ledger may stay unsigned (design §5).
const SIGN_EVERY: Duration = Duration::from_secs(1);

/// Why an import cannot begin or go on, besides what the file and the store say themselves.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Nobody in the organisation may import.
    #[error("nobody here may import; give somebody the role of administrator")]
    NobodyMay,
    /// The list of rejected rows cannot be written.
    #[error("cannot write {path}: {error}")]
    Rejected {
        /// Where to.
        path: String,
        /// Why.
        #[source]
        error: std::io::Error,
    },
}

/// Imports a file. Rejected rows go to a file of JSON lines when one is named; the report has the
/// first of them in any case.
pub async fn run(
    store: &Store,
    format: Format,
    file: &Path,
    options: Options,
    rejected: Option<&Path>,
) -> anyhow::Result<Report> {
    let actor = importer(store).await?;
    let opened = open(format, file, &options)?;
    let bar = bar(&opened);
    let mut report = Report {
        notes: opened.notes,
        ..Report::default()
    };
    let began = Instant::now();
    let mut driver = Driver {
        store,
        actor,
        teams: HashMap::new(),
        incidents: HashMap::new(),
        rejected: RejectedFile::create(rejected)?,
        signed: began,
        report: &mut report,
    };
    driver.know_teams().await?;
    // Reading and writing go on at the same time, each on its own core.
    let (batches, mut ready) = mpsc::channel(BATCHES_AHEAD);
    let items = opened.items;
    let reader = tokio::task::spawn_blocking(move || send(items, &batches));
    let mut result = Ok(());
    while let Some(batch) = ready.recv().await {
        result = driver.take(batch).await;
        if result.is_err() {
            break;
        }
        bar.set_position(opened.progress.bytes());
        bar.set_message(format!("{} rows", driver.report.rows));
    }
    // The reader ends when nobody takes its batches any more.
    drop(ready);
    let read = reader.await;
    bar.finish_and_clear();
    let rows = driver.report.rows;
    result
        .and(read.map_err(anyhow::Error::from))
        .with_context(|| {
            format!("stopped after {rows} rows; what came in is kept: run it again to go on")
        })?;
    driver.rejected.finish()?;
    store.sign_checkpoint().await?;
    report.seconds = began.elapsed().as_secs_f64();
    Ok(report)
}

/// Sends items on in batches, until there are no more or nobody takes them.
fn send(items: impl Iterator<Item = Item>, batches: &mpsc::Sender<Vec<Item>>) {
    let mut batch = Vec::with_capacity(BATCH_ROWS);
    for item in items {
        batch.push(item);
        if batch.len() >= BATCH_ROWS {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_ROWS));
            if batches.blocking_send(full).is_err() {
                return;
            }
        }
    }
    // Nobody taking the last batch is the driver's failure, and the driver says so.
    let _ = batches.blocking_send(batch);
}

/// Whoever works at the machine itself acts as the first person who may import.
async fn importer(store: &Store) -> anyhow::Result<Actor> {
    let directory = store.directory().await?;
    let mut people = directory.people.keys();
    let actor = people.find_map(|person| {
        let actor = directory.actor(person, Auth::Local)?;
        actor.may(Permission::Import).then_some(actor)
    });
    Ok(actor.ok_or(RunError::NobodyMay)?)
}

/// A progress bar on the terminal; none where there is no terminal.
fn bar(opened: &Opened) -> indicatif::ProgressBar {
    let bar = match opened.total_bytes {
        Some(total) => indicatif::ProgressBar::new(total),
        None => indicatif::ProgressBar::no_length(),
    };
    let template = "{bar:40} {percent:>3} %  {msg}  {elapsed_precise}, {eta} left";
    match indicatif::ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

struct Driver<'a> {
    store: &'a Store,
    actor: Actor,
    teams: HashMap<Short, TeamId>,
    /// Incidents by their ids there, as far as this run met them.
    incidents: HashMap<Short, IncidentId>,
    rejected: RejectedFile,
    signed: Instant,
    report: &'a mut Report,
}

impl Driver<'_> {
    async fn take(&mut self, batch: Vec<Item>) -> anyhow::Result<()> {
        let mut rows = Vec::with_capacity(batch.len());
        for item in batch {
            match item {
                Item::Row(row) => rows.push(*row),
                Item::Rejected(rejected) => self.reject(rejected)?,
                Item::Stopped(stop) => self.report.stopped = Some(stop),
            }
        }
        self.know_incidents(&rows).await?;
        self.form_teams(&rows).await?;
        self.write(rows).await?;
        if self.signed.elapsed() >= SIGN_EVERY {
            self.store.sign_checkpoint().await?;
            self.signed = Instant::now();
        }
        Ok(())
    }

    async fn know_teams(&mut self) -> anyhow::Result<()> {
        let directory = self.store.directory().await?;
        let known = directory
            .teams
            .iter()
            .map(|(id, team)| (team.name.clone(), id.clone()));
        self.teams = known.collect();
        Ok(())
    }

    /// Finds the incidents that are here already and were not met yet.
    async fn know_incidents(&mut self, rows: &[Row]) -> anyhow::Result<()> {
        let Some(source) = rows.first().map(|row| row.source.clone()) else {
            return Ok(());
        };
        let new = rows.iter().map(|row| &row.external_id);
        let new: BTreeSet<&Short> = new.filter(|id| !self.incidents.contains_key(*id)).collect();
        let new: Vec<String> = new.into_iter().map(ToString::to_string).collect();
        for (external_id, id) in self.store.imported(source.as_str(), &new).await? {
            // What is stored was a `Short` when it was written.
            if let Ok(external_id) = Short::parse(&external_id) {
                self.incidents.insert(external_id, id);
            }
        }
        Ok(())
    }

    async fn form_teams(&mut self, rows: &[Row]) -> anyhow::Result<()> {
        let names = rows.iter().filter_map(|row| row.team.as_ref());
        let new: BTreeSet<&Short> = names.filter(|n| !self.teams.contains_key(*n)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let operations = new.into_iter().map(|name| {
            let id = TeamId::from_bits(self.store.shell().ids.next());
            let command = Command::Team(id, team::Command::FormImported(name.clone()));
            Operation {
                is_imported: true,
                ..Operation::one(&self.actor, command)
            }
        });
        for answer in self.store.execute_many(operations.collect()).await {
            match answer {
                Ok(_) => self.report.teams += 1,
                // Somebody else formed it meanwhile: it is found below.
                Err(bifold_store::Error::Refused(_)) => {}
                Err(e) => return Err(e.into()),
            }
        }
        self.know_teams().await
    }

    async fn write(&mut self, rows: Vec<Row>) -> anyhow::Result<()> {
        let strays = self.attempt(rows).await?;
        // Their incidents are known now; a row that is a stray again is rejected.
        let lost = self.attempt(strays).await?;
        for row in lost {
            self.refuse(
                &row,
                "another import is making the same incident at this moment",
            )?;
        }
        Ok(())
    }

    /// Tries rows, and gives back those that went to an incident that turned out to be another.
    ///
    /// That happens when two imports of one file run at the same time: both made the incident, one
    /// was first, and the other is told so by the answer to its first row.
    async fn attempt(&mut self, rows: Vec<Row>) -> anyhow::Result<Vec<Row>> {
        if rows.is_empty() {
            return Ok(rows);
        }
        let is_new = |row: &Row| !self.incidents.contains_key(&row.external_id);
        let news: Vec<bool> = rows.iter().map(is_new).collect();
        let operations: Vec<Operation> = rows.iter().map(|row| self.operation(row)).collect();
        let ids: Vec<String> = operations.iter().map(subject).collect();
        let answers = self.store.execute_many(operations).await;
        let mut strays = Vec::new();
        for (((row, id), is_new), answer) in rows.into_iter().zip(ids).zip(news).zip(answers) {
            match answer {
                Ok(receipt) => self.took(&row, &receipt, &id),
                Err(bifold_store::Error::Refused(refusal)) => {
                    match self.incidents.get(&row.external_id) {
                        Some(known) if known.as_str() != id => strays.push(row),
                        _ => {
                            if is_new {
                                // It was not made, so the next row of it makes it.
                                self.incidents.remove(&row.external_id);
                            }
                            self.refuse(&row, &refusal.to_string())?;
                        }
                    }
                }
                Err(e) => return Err(e.into()),
            }
        }
        Ok(strays)
    }

    /// The command for a row: a new incident, or one more row of a known one.
    fn operation(&mut self, row: &Row) -> Operation {
        let mut observation = row.observation.clone();
        let team = row.team.as_ref().and_then(|name| self.teams.get(name));
        observation.team = team.cloned();
        let command = if let Some(id) = self.incidents.get(&row.external_id) {
            let observe = incident::Command::Observe(Box::new(observation));
            Command::Incident(id.clone(), observe)
        } else {
            let id = IncidentId::from_bits(self.store.shell().ids.next());
            self.incidents.insert(row.external_id.clone(), id.clone());
            let import = Import {
                source: row.source.clone(),
                external_id: row.external_id.clone(),
                title: row.first.title.clone(),
                description: row.first.description.clone(),
                opened_at: row.first.opened_at,
                channel: row.first.channel,
                first: observation,
            };
            Command::Incident(id, incident::Command::Import(Box::new(import)))
        };
        Operation {
            actor: self.actor.clone(),
            // The id is a digest of the row, so the same id is the same row.
            key: Some(OperationKey {
                key: row.operation.clone(),
                digest: row.operation.clone(),
            }),
            seen: Seen::Any,
            commands: vec![command],
            is_imported: true,
        }
    }

    /// Counts a row that is in the store.
    fn took(&mut self, row: &Row, receipt: &Receipt, id: &str) {
        self.report.rows += 1;
        if receipt.is_repeated {
            self.report.already_there += 1;
            let touched = receipt
                .touched
                .iter()
                .find_map(|t| IncidentId::parse(&t.id).ok());
            if let Some(known) = touched.filter(|known| known.as_str() != id) {
                self.incidents.insert(row.external_id.clone(), known);
            }
        } else {
            self.report.added += 1;
            let is_first = receipt.touched.iter().any(|t| t.id == id && t.version == 1);
            self.report.incidents += u64::from(is_first);
        }
        for oddity in &row.observation.oddities {
            self.report.odd(kind_of(oddity));
        }
    }

    fn refuse(&mut self, row: &Row, why: &str) -> anyhow::Result<()> {
        self.reject(Rejected::new(
            row.line,
            &format!("not taken: {why}"),
            format!("{}: {}", row.external_id, row.first.title).as_bytes(),
        ))
    }

    fn reject(&mut self, rejected: Rejected) -> anyhow::Result<()> {
        self.rejected.write(&rejected)?;
        self.report.reject(rejected);
        Ok(())
    }
}

/// The id of the incident an operation is for.
fn subject(operation: &Operation) -> String {
    let first = operation.commands.first();
    first
        .map(|command| command.subject().id())
        .unwrap_or_default()
}

/// The file of rejected rows, if one was named.
struct RejectedFile {
    to: Option<(std::io::BufWriter<std::fs::File>, String)>,
}

impl RejectedFile {
    fn create(path: Option<&Path>) -> Result<Self, RunError> {
        let Some(path) = path else {
            return Ok(Self { to: None });
        };
        let name = path.display().to_string();
        match std::fs::File::create(path) {
            Ok(file) => Ok(Self {
                to: Some((std::io::BufWriter::new(file), name)),
            }),
            Err(error) => Err(RunError::Rejected { path: name, error }),
        }
    }

    fn write(&mut self, rejected: &Rejected) -> Result<(), RunError> {
        let Some((file, name)) = &mut self.to else {
            return Ok(());
        };
        let line = serde_json::to_string(rejected).unwrap_or_default();
        writeln!(file, "{line}").map_err(|error| RunError::Rejected {
            path: name.clone(),
            error,
        })
    }

    fn finish(self) -> Result<(), RunError> {
        let Some((mut file, path)) = self.to else {
            return Ok(());
        };
        file.flush()
            .map_err(|error| RunError::Rejected { path, error })
    }
}
