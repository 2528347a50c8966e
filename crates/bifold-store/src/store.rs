//! The open store of one organisation.

use crate::blob::{Blobs, EvidenceStore};
use crate::changes::Teller;
use crate::db::{Conn, Db, Sql, script};
use crate::disclosed::{self, Ring};
use crate::error::{Error, Result};
use crate::intake::Intake;
use crate::ledger::Keys;
use crate::migrate::{self, Projections};
use crate::shell::Shell;
use crate::upload::Hashing;
use crate::write::{self, Head, Operation, Receipt, Writer};
use bifold_domain::policy::PolicyId;
use bifold_domain::{Actor, At, Auth, Command, Directory, PersonId, Short, person};
use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use tokio::sync::watch;

/// Operations of a told history in one transaction.
const TOLD_LIMIT: usize = 500;

/// Where the store is.
#[derive(Debug, Clone)]
pub struct Options {
    /// A database URL, as [`Options::in_folder`] makes it, or that of a server.
    pub database_url: String,
    /// The folder for keys, the rollback guard and blobs; never inside the database.
    pub data: PathBuf,
    /// Where evidence is kept.
    pub evidence: EvidenceStore,
    /// Bytes of evidence at most.
    pub quota_bytes: u64,
    /// The outside.
    pub shell: Shell,
}

impl Options {
    /// Everything in one folder, on embedded SQLite.
    pub fn in_folder(data: impl Into<PathBuf>) -> Self {
        let data = data.into();
        let database_url = Db::in_folder(&data);
        Self {
            database_url,
            data,
            evidence: EvidenceStore::Disk,
            quota_bytes: u64::MAX,
            shell: Shell::default(),
        }
    }
}

/// A new organisation and its first administrator.
#[derive(Debug, Clone)]
pub struct Founding {
    /// The organisation's name.
    pub organisation: Short,
    /// The host part of the ledger's origin, such as `incidents.example.org`.
    pub host: String,
    /// The first administrator's name.
    pub name: Short,
    /// Their address.
    pub email: Short,
    /// Their roles; administrator is added.
    pub roles: std::collections::BTreeSet<bifold_domain::Role>,
}

pub(crate) struct Inner {
    pub db: Db,
    pub org: String,
    pub org_no: i64,
    pub quota_bytes: u64,
    pub blobs: Blobs,
    pub hashing: Hashing,
    pub organisation: String,
    pub origin_base: String,
    pub shell: Shell,
    pub data: PathBuf,
    pub keys: Keys,
    /// The data keys of disclosures.
    pub ring: Ring,
    directory: RwLock<(i64, Arc<Directory>)>,
    /// Held while a checkpoint is signed.
    pub signing: tokio::sync::Mutex<()>,
    /// (log, size) after the last commit, for those who wait for entries.
    pub size: watch::Sender<(i64, u64)>,
    /// The way to those who listen to changes.
    pub teller: Teller,
    /// Told when something was taken in here.
    pub arrived: tokio::sync::Notify,
    /// What was learned last, as far as it was read here.
    pub learned: RwLock<Option<Arc<crate::forecast::Learned>>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner")
            .field("org", &self.org)
            .finish_non_exhaustive()
    }
}

impl Inner {
    /// The ledger's name for a year.
    pub(crate) fn origin(&self, log: i64) -> String {
        format!("{}/{log}", self.origin_base)
    }

    /// The directory at this version: from memory, or read again when another node changed it.
    pub(crate) async fn directory_at(
        &self,
        version: i64,
        conn: Conn<'_>,
    ) -> Result<Arc<Directory>> {
        let (held, directory) = self.held();
        if held == version {
            return Ok(directory);
        }
        let directory = Arc::new(write::load_directory(conn, &self.org).await?);
        self.hold(version, directory.clone());
        Ok(directory)
    }

    fn held(&self) -> (i64, Arc<Directory>) {
        self.directory
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    fn hold(&self, version: i64, directory: Arc<Directory>) {
        let mut held = self
            .directory
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if version > held.0 {
            *held = (version, directory);
        }
    }

    pub(crate) fn committed(&self, head: &Head, directory: Option<Arc<Directory>>) {
        if let Some(directory) = directory {
            self.hold(head.directory_version, directory);
        }
        self.size.send_replace((head.log, head.frontier.size()));
    }
}

/// What a store is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be used.
    Work,
    /// To see whether a backup holds.
    Look,
}

/// The open store of one organisation. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
    writer: Writer,
    pub(crate) intake: Intake,
}

#[derive(sqlx::FromRow)]
struct OrganisationRow {
    org: String,
    no: i64,
    name: String,
    origin: String,
}

impl Store {
    /// Founds an organisation in an empty database: keys, ledger, policy, first administrator.
    pub async fn found(options: Options, founding: Founding) -> Result<(Self, PersonId)> {
        std::fs::create_dir_all(&options.data)
            .map_err(Error::file(format!("making {}", options.data.display())))?;
        let db = Db::open(&options.database_url).await?;
        migrate::run(&db).await?;
        let shell = &options.shell;
        let org = format!(
            "org_{}",
            &PersonId::from_bits(shell.ids.next()).as_str()[4..]
        );
        let origin = format!("{}/bifold/{org}", founding.host);
        let mut tx = db.begin().await?;
        let existing: Option<(i64,)> = Sql::new("SELECT no FROM organisation LIMIT 1")
            .first(tx.conn())
            .await?;
        if existing.is_some() {
            return Err(Error::AlreadyInitialised);
        }
        Sql::new(
            "INSERT INTO organisation (org, no, name, origin, created_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .arg(&org)
        .arg(1_i64)
        .arg(founding.organisation.as_str())
        .arg(&origin)
        .arg(shell.clock.now().micros())
        .run(tx.conn())
        .await?;
        // An empty head; the first commit opens the year's log.
        Sql::new(
            "INSERT INTO ledger_head (org, log, frontier, last_at, directory_version, log_n, log_prev) \
             VALUES ($1, 0, $2, 0, 0, 0, NULL)",
        )
        .arg(&org)
        .arg("0:")
        .run(tx.conn())
        .await?;
        // The key must be durable before the organisation is: an organisation without its key
        // could never sign, a key without an organisation is merely unused.
        Keys::create(&options.data, shell)?;
        tx.commit().await?;
        db.close().await;
        let store = Self::open(options).await?;
        let person = store.first_administrator(founding).await?;
        Ok((store, person))
    }

    async fn first_administrator(&self, founding: Founding) -> Result<PersonId> {
        let mut roles = founding.roles;
        roles.insert(bifold_domain::Role::Administrator);
        let id = PersonId::from_bits(self.inner.shell.ids.next());
        let actor = Actor {
            person: id.clone(),
            roles: roles.iter().copied().collect(),
            teams: Vec::new(),
            auth: Auth::Local,
        };
        let register = person::Register {
            name: founding.name,
            email: founding.email,
            roles,
        };
        let command = Command::Person(id.clone(), person::Command::Found(register));
        self.execute(Operation::one(&actor, command)).await?;
        Ok(id)
    }

    /// Opens an existing store and starts its writer.
    pub async fn open(options: Options) -> Result<Self> {
        Self::open_for(options, Purpose::Work).await
    }

    pub(crate) async fn open_for(options: Options, purpose: Purpose) -> Result<Self> {
        let db = Db::open(&options.database_url).await?;
        let projections = migrate::run(&db).await?;
        let mut lease = db.reader().await?;
        let row: OrganisationRow =
            Sql::new("SELECT org, no, name, origin FROM organisation ORDER BY no LIMIT 1")
                .first(lease.conn())
                .await?
                .ok_or(Error::NoOrganisation)?;
        let keys = Keys::open(&options.data, &row.origin)?;
        let ring = disclosed::open(&db, &row.org, &options).await?;
        let head = Head::read(lease.conn(), &row.org, "").await?;
        drop(lease);
        let inner = Arc::new(Inner {
            db,
            blobs: Blobs::open(&options.evidence, &options.data, &row.org)?,
            org: row.org,
            org_no: row.no,
            quota_bytes: options.quota_bytes,
            hashing: Hashing::default(),
            organisation: row.name,
            origin_base: row.origin,
            shell: options.shell,
            data: options.data,
            keys,
            ring,
            signing: tokio::sync::Mutex::new(()),
            directory: RwLock::new((-1, Arc::new(Directory::default()))),
            size: watch::Sender::new((head.log, head.frontier.size())),
            teller: Teller::default(),
            arrived: tokio::sync::Notify::new(),
            learned: RwLock::new(None),
        });
        // What a crash left undone, before anything is read with the keys that are to be gone.
        // Not for a backup that is only looked at: what it says is not believed of these keys.
        if purpose == Purpose::Work {
            inner.destroy_keys().await?;
        }
        if projections == Projections::Emptied {
            crate::replay::rebuild(&inner).await?;
        }
        let writer = Writer::start(inner.clone());
        let intake = Intake::start(inner.clone());
        let store = Self {
            inner,
            writer,
            intake,
        };
        store.directory().await?;
        Ok(store)
    }

    /// Carries out one operation. `Ok` means it is durable.
    pub async fn execute(&self, operation: Operation) -> Result<Receipt> {
        self.writer
            .execute(vec![operation])
            .await
            .pop()
            .unwrap_or(Err(Error::Closed))
    }

    /// Carries out many operations, each by itself and in order, in as few transactions as
    /// possible. One answer each.
    pub async fn execute_many(&self, operations: Vec<Operation>) -> Vec<Result<Receipt>> {
        self.writer.execute(operations).await
    }

    /// Carries out operations at times of the past, for a history told with a manual clock.
    ///
    /// Each is an operation like any other, decided and recorded when its time has come, and the
    /// times must not go back. The machine's clock is not moved by anything: with that one, all of
    /// it happens now.
    pub async fn execute_told(&self, story: Vec<(At, Operation)>) -> Vec<Result<Receipt>> {
        let mut answers = Vec::with_capacity(story.len());
        let mut rest = story.into_iter().peekable();
        while let Some(first) = rest.next() {
            // A transaction opens at most one year's log.
            let year = first.0.year();
            let mut part = vec![first];
            while part.len() < TOLD_LIMIT
                && let Some(next) = rest.next_if(|(at, _)| at.year() == year)
            {
                part.push(next);
            }
            answers.extend(self.writer.execute_told(part).await);
        }
        answers
    }

    /// The people, teams, services and policy as they are now.
    pub async fn directory(&self) -> Result<Arc<Directory>> {
        let mut lease = self.inner.db.reader().await?;
        let (version,): (i64,) =
            Sql::new("SELECT directory_version FROM ledger_head WHERE org = $1")
                .arg(&self.inner.org)
                .first(lease.conn())
                .await?
                .ok_or(Error::NoOrganisation)?;
        self.inner.directory_at(version, lease.conn()).await
    }

    /// The actor a person is now, or `None` when unknown or barred.
    pub async fn actor(&self, person: &PersonId, auth: Auth) -> Result<Option<Actor>> {
        Ok(self.directory().await?.actor(person, auth))
    }

    /// Bifold itself, acting on a rule. It may do the few things its jobs need.
    pub fn system(&self) -> Actor {
        Actor {
            person: PersonId::from_bits(0),
            roles: vec![bifold_domain::Role::IncidentManager],
            teams: Vec::new(),
            auth: Auth::System,
        }
    }

    /// The host part of the ledger's origin.
    pub fn host(&self) -> &str {
        let origin = self.inner.origin_base.as_str();
        origin.split_once('/').map_or(origin, |(host, _)| host)
    }

    /// The outside of this store.
    pub fn shell(&self) -> &Shell {
        &self.inner.shell
    }

    /// The organisation's name.
    pub fn organisation(&self) -> &str {
        &self.inner.organisation
    }

    /// The id of the policy record.
    pub fn policy_id(&self) -> PolicyId {
        PolicyId
    }

    /// Where keys, guard and blobs are.
    pub fn data(&self) -> &std::path::Path {
        &self.inner.data
    }

    /// Which database it is, in a word.
    pub fn database(&self) -> &'static str {
        self.inner.db.name()
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        let mut lease = self.inner.db.reader().await?;
        script(lease.conn(), "SELECT 1").await?;
        Ok(())
    }

    /// Closes connections in good order. Commands still waiting are answered first.
    pub async fn close(self) {
        self.inner.db.close().await;
    }
}
