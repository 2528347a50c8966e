//! A fresh organisation on either database, with a clock moved by hand and ids from a seed.
//!
//! Every test runs on SQLite; with `BIFOLD_TEST_POSTGRES` naming a server, on PostgreSQL too.

use crate::service::Service;
use bifold_domain::incident::{self, Declare};
use bifold_domain::priority::{Impact, Urgency};
use bifold_domain::{
    Actor, At, Auth, Command, EventId, IncidentId, PersonId, Role, Short, TeamId, Title, event,
    person, team,
};
use bifold_store::blob::EvidenceStore;
use bifold_store::{Error, Founding, Operation, Options, Receipt, Shell, Store};
use std::collections::BTreeSet;

pub(crate) struct World {
    pub store: Store,
    pub admin: Actor,
    pub options: Options,
    _folder: tempfile::TempDir,
}

/// Where nothing is yet.
pub(crate) struct Vacant {
    pub options: Options,
    #[allow(dead_code)] // Removed when this is let go.
    folder: tempfile::TempDir,
}

pub(crate) fn short(text: &str) -> Short {
    Short::parse(text).unwrap()
}

/// The databases to test on: a name, and the URL when it is not SQLite in the world's folder.
pub(crate) async fn databases() -> Vec<Option<String>> {
    let mut all = vec![None];
    match std::env::var("BIFOLD_TEST_POSTGRES") {
        Ok(server) => all.push(Some(fresh_database(&server).await)),
        Err(_) => eprintln!("NOTICE: BIFOLD_TEST_POSTGRES is not set; PostgreSQL is not tested"),
    }
    all
}

/// What ids are made from.
const SEED: u64 = 1_000;

/// Where a world is: its database, and where its evidence is kept.
pub(crate) struct Place {
    pub(crate) database: Option<String>,
    pub(crate) evidence: EvidenceStore,
}

/// Evidence on disk with either database, and in a bucket where there is a service for it.
pub(crate) async fn places() -> Vec<Place> {
    let on_disk = |database| Place {
        database,
        evidence: EvidenceStore::Disk,
    };
    let mut all: Vec<Place> = databases().await.into_iter().map(on_disk).collect();
    all.extend(Service::get().map(|service| Place {
        database: None,
        evidence: service.place(None),
    }));
    all
}

async fn fresh_database(server: &str) -> String {
    use sqlx::Connection;
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let n = NEXT.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    let name = format!("store_{}_{n}", std::process::id());
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .unwrap();
    let (base, rest) = server.rsplit_once('/').unwrap();
    let query = rest
        .split_once('?')
        .map(|(_, q)| format!("?{q}"))
        .unwrap_or_default();
    format!("{base}/{name}{query}")
}

impl World {
    pub(crate) async fn on(database: Option<String>) -> Self {
        Self::at(database, "2026-03-01T09:00:00Z").await
    }

    pub(crate) async fn at(database: Option<String>, start: &str) -> Self {
        let evidence = EvidenceStore::Disk;
        Self::made(Place { database, evidence }, start, SEED).await
    }

    pub(crate) async fn in_place(place: Place) -> Self {
        Self::seeded(place, SEED).await
    }

    /// With ids of its own: those of two worlds from one seed are the same.
    pub(crate) async fn seeded(place: Place, seed: u64) -> Self {
        Self::made(place, "2026-03-01T09:00:00Z", seed).await
    }

    async fn made(place: Place, start: &str, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::in_folder(folder.path());
        if let Some(url) = place.database {
            options.database_url = url;
        }
        options.evidence = place.evidence;
        options.shell = Shell::manual(At::parse(start).unwrap(), seed);
        let founding = Founding {
            organisation: short("Example"),
            host: "test.example".to_owned(),
            name: short("Ada Admin"),
            email: short("ada@example.org"),
            roles: BTreeSet::from([Role::IncidentManager]),
        };
        let (store, person) = Store::found(options.clone(), founding).await.unwrap();
        let admin = store.actor(&person, Auth::Local).await.unwrap().unwrap();
        Self {
            store,
            admin,
            options,
            _folder: folder,
        }
    }

    /// A place for another organisation, on the same sort of database.
    pub(crate) async fn beside(&self) -> Vacant {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::in_folder(folder.path());
        let url = &self.options.database_url;
        if url.starts_with("postgres") {
            options.database_url = fresh_database(url).await;
        }
        options.shell = self.options.shell.clone();
        Vacant { options, folder }
    }

    pub(crate) fn incident_id(&self) -> IncidentId {
        IncidentId::from_bits(self.store.shell().ids.next())
    }

    pub(crate) async fn person(&self, name: &str, roles: &[Role]) -> Actor {
        let id = PersonId::from_bits(self.store.shell().ids.next());
        let register = person::Register {
            name: short(name),
            email: short(&format!("{name}@example.org")),
            roles: roles.iter().copied().collect(),
        };
        let command = Command::Person(id.clone(), person::Command::Register(register));
        self.store
            .execute(Operation::one(&self.admin, command))
            .await
            .unwrap();
        self.store.actor(&id, Auth::Token).await.unwrap().unwrap()
    }

    pub(crate) async fn team(&self, name: &str, members: &[&Actor]) -> TeamId {
        let id = TeamId::from_bits(self.store.shell().ids.next());
        let form = team::Form {
            name: short(name),
            members: members.iter().map(|a| a.person.clone()).collect(),
        };
        let command = Command::Team(id.clone(), team::Command::Form(form));
        self.store
            .execute(Operation::one(&self.admin, command))
            .await
            .unwrap();
        id
    }

    pub(crate) async fn declare(&self, actor: &Actor, title: &str) -> (IncidentId, Receipt) {
        let id = self.incident_id();
        let command = Command::Incident(id.clone(), declare(title));
        let receipt = self
            .store
            .execute(Operation::one(actor, command))
            .await
            .unwrap();
        (id, receipt)
    }

    pub(crate) async fn report(&self, actor: &Actor, title: &str) -> EventId {
        let id = EventId::from_bits(self.store.shell().ids.next());
        let receive = event::Receive {
            is_sensitive: false,
            told: None,
            title: Title::parse(title).unwrap(),
            description: None,
            sort: event::Sort::Unsure,
            channel: event::Channel::Web,
            service: None,
            contact: None,
            occurred_at: None,
            signal: None,
        };
        let command = Command::Event(id.clone(), event::Command::Receive(receive));
        self.store
            .execute(Operation::one(actor, command))
            .await
            .unwrap();
        id
    }

    pub(crate) async fn act(
        &self,
        actor: &Actor,
        id: &IncidentId,
        command: incident::Command,
    ) -> Result<Receipt, Error> {
        self.store
            .execute(Operation::one(
                actor,
                Command::Incident(id.clone(), command),
            ))
            .await
    }

    /// What every world must satisfy at its end: the ledger verifies, projections equal replay.
    pub(crate) async fn check(self) {
        self.store.sign_checkpoint().await.unwrap();
        let report = self.store.verify_ledger(|_| {}).await.unwrap();
        assert!(report.is_sound(), "{report:#?}");
        let replay = self.store.replay(|_| {}).await.unwrap();
        assert!(replay.is_equal(), "{replay:#?}");
        self.store.close().await;
    }
}

pub(crate) fn declaration(title: &str) -> Declare {
    Declare {
        title: Title::parse(title).unwrap(),
        description: None,
        impact: Impact::Significant,
        urgency: Urgency::High,
        service: None,
        customer: None,
        assets: BTreeSet::new(),
        category: None,
        reporter: None,
        channel: bifold_domain::event::Channel::Api,
        times: incident::StatedTimes::default(),
        team: None,
        split_from: None,
        event: None,
        compartment: None,
        tlp: None,
    }
}

pub(crate) fn declare(title: &str) -> incident::Command {
    incident::Command::Declare(Box::new(declaration(title)))
}
