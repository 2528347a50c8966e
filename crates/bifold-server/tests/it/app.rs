//! A running server with eight people in it, and clients that speak HTTP to it.
//!
//! When a test ends, the harness looks behind it: no job is left that is due, the ledger
//! verifies, and the tables equal what the ledger's facts give.

pub(crate) use crate::answered::Answer;
use bifold_domain::time::HOUR;
use bifold_domain::{Actor, At, Auth, Command, PersonId, Role, Short, TeamId, person, team};
use bifold_server::{Anchors, Config};
use bifold_store::{Clock, Founding, Operation, Options, Shell, Store};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use ureq::http::Request;

const START: &str = "2026-03-02T09:00:00Z";

pub(crate) struct TestApp {
    pub(crate) store: Store,
    pub(crate) people: BTreeMap<Role, PersonId>,
    tokens: BTreeMap<Role, String>,
    pub(crate) address: String,
    agent: ureq::Agent,
    runtime: Runtime,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) database_url: String,
}

pub(crate) fn on_sqlite(story: fn(&TestApp)) {
    let mut app = TestApp::start(None);
    story(&app);
    app.finish();
}

pub(crate) fn on_postgres(story: fn(&TestApp)) {
    #[allow(clippy::disallowed_methods)] // The tests' own configuration.
    let Ok(server) = std::env::var("BIFOLD_TEST_POSTGRES") else {
        eprintln!("NOTICE: BIFOLD_TEST_POSTGRES is not set; this was not tested on PostgreSQL");
        return;
    };
    let database = Database::create(&server);
    let mut app = TestApp::start(Some(database.url.clone()));
    story(&app);
    app.finish();
    drop(app);
    database.drop();
}

/// A story that needs others to vouch for the ledger. They live now, so the story begins now.
pub(crate) fn vouched(anchors: Anchors, story: impl FnOnce(&TestApp)) {
    let mut app = TestApp::vouched(None, Clock::System.now(), anchors);
    story(&app);
    app.finish();
}

/// A story on a store with other options.
pub(crate) fn changed(change: impl FnOnce(&mut Options), story: impl FnOnce(&TestApp)) {
    let start = At::parse(START).unwrap();
    let mut app = TestApp::made(start, Config::default(), change);
    story(&app);
    app.finish();
}

/// A story on a server that is set up otherwise.
pub(crate) fn configured(config: Config, story: impl FnOnce(&TestApp)) {
    let start = At::parse(START).unwrap();
    let mut app = TestApp::made(start, config, |_| {});
    story(&app);
    app.finish();
}

/// A database of its own on the tests' server.
struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    fn create(server: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::SeqCst);
        let name = format!("server_{}_{n}", std::process::id());
        run_sql(server, &format!("CREATE DATABASE {name}"));
        let (base, rest) = server.rsplit_once('/').unwrap();
        let query = rest
            .split_once('?')
            .map_or(String::new(), |(_, q)| format!("?{q}"));
        Self {
            server: server.to_owned(),
            url: format!("{base}/{name}{query}"),
            name,
        }
    }

    fn drop(self) {
        let name = &self.name;
        run_sql(&self.server, &format!("DROP DATABASE {name} WITH (FORCE)"));
    }
}

fn run_sql(server: &str, sql: &str) {
    use sqlx::Connection;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    });
}

pub(crate) fn short(text: &str) -> Short {
    Short::parse(text).unwrap()
}

impl TestApp {
    fn start(database: Option<String>) -> Self {
        let start = At::parse(START).unwrap();
        Self::vouched(database, start, Anchors::default())
    }

    /// The same at this time, with others to vouch for the ledger.
    fn vouched(database: Option<String>, start: At, anchors: Anchors) -> Self {
        let config = Config {
            anchors,
            ..Config::default()
        };
        Self::made(start, config, |options| {
            if let Some(url) = database {
                options.database_url = url;
            }
        })
    }

    pub(crate) fn made(start: At, given: Config, change: impl FnOnce(&mut Options)) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::in_folder(folder.path());
        change(&mut options);
        options.shell = Shell::manual(start, 1_000);
        let database_url = options.database_url.clone();
        let (store, people, tokens) = runtime.block_on(populate(options));
        let config = Config {
            insecure_cookies: true,
            window: Some(folder.path().join("window")),
            ..given
        };
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // What a page leads on to is looked at, and then followed.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .new_agent();
        let mut app = Self {
            store,
            people,
            tokens,
            address: String::new(),
            agent,
            runtime,
            stop: None,
            serving: None,
            folder,
            database_url,
        };
        app.serve(config);
        app
    }

    /// Serves what there is, at a new address.
    pub(crate) fn serve(&mut self, config: Config) {
        let (stop, stopped) = oneshot::channel::<()>();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0");
        let listener = self.runtime.block_on(listener).unwrap();
        self.address = format!("http://{}", listener.local_addr().unwrap());
        let store = self.store.clone();
        let serving = bifold_server::serve(store, config, listener, async {
            let _ = stopped.await;
        });
        self.serving = Some(self.runtime.spawn(serving));
        self.stop = Some(stop);
    }

    /// Ends the server in good order; the store stays.
    pub(crate) fn halt(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        let serving = self.serving.take().unwrap();
        self.runtime.block_on(serving).unwrap().unwrap();
    }

    /// The harness's own checks.
    pub(crate) fn finish(&mut self) {
        self.halt();
        self.runtime.block_on(async {
            self.store.run_due_jobs().await.unwrap();
            let now = self.store.shell().clock.now().micros();
            let next = self.store.next_job_at().await.unwrap();
            assert!(next.is_none_or(|at| at > now), "a due job was left");
            let state = self.store.log_state().await.unwrap();
            let signed = self.store.checkpoint(state.log, 0).await.unwrap();
            let size = signed.map(|(checkpoint, _)| checkpoint.size);
            assert_eq!(size, Some(state.size), "the last state was not signed");
            let report = self.store.verify_ledger(|_| ()).await.unwrap();
            assert!(report.is_sound(), "{:?}", report.mismatches);
            let replay = self.store.replay(|_| ()).await.unwrap();
            assert!(replay.is_equal(), "{:?}", replay.differences);
        });
    }

    /// Somebody with this role.
    pub(crate) fn as_role(&self, role: Role) -> Client<'_> {
        self.with_token(&self.tokens[&role])
    }

    pub(crate) fn with_token(&self, token: &str) -> Client<'_> {
        let header = ("authorization".to_owned(), format!("Bearer {token}"));
        Client {
            app: self,
            headers: vec![header],
        }
    }

    pub(crate) fn reporter(&self) -> Client<'_> {
        self.as_role(Role::Reporter)
    }
    pub(crate) fn agent(&self) -> Client<'_> {
        self.as_role(Role::Agent)
    }
    pub(crate) fn manager(&self) -> Client<'_> {
        self.as_role(Role::IncidentManager)
    }
    pub(crate) fn officer(&self) -> Client<'_> {
        self.as_role(Role::SecurityOfficer)
    }
    pub(crate) fn auditor(&self) -> Client<'_> {
        self.as_role(Role::Auditor)
    }
    pub(crate) fn administrator(&self) -> Client<'_> {
        self.as_role(Role::Administrator)
    }
    pub(crate) fn anonymous(&self) -> Client<'_> {
        Client {
            app: self,
            headers: Vec::new(),
        }
    }

    pub(crate) fn id(&self, role: Role) -> &str {
        self.people[&role].as_str()
    }

    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub(crate) fn actor(&self, role: Role) -> Actor {
        let actor = self.store.actor(&self.people[&role], Auth::Token);
        self.wait(actor).unwrap().unwrap()
    }

    /// Waits until the server has signed all there is, which it does within a second.
    pub(crate) fn signed(&self) {
        let patience = std::time::Instant::now() + std::time::Duration::from_secs(20);
        self.wait(async {
            let state = self.store.log_state().await.unwrap();
            while self
                .store
                .checkpoint(state.log, state.size)
                .await
                .unwrap()
                .is_none()
            {
                assert!(std::time::Instant::now() < patience, "nothing was signed");
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        });
    }

    /// Moves the clock.
    pub(crate) fn hours_later(&self, hours: i64) {
        self.store.shell().advance(hours * HOUR);
    }

    pub(crate) fn now_plus(&self, micros: i64) -> String {
        self.store.shell().clock.now().plus(micros).to_string()
    }

    /// A team of these roles' people.
    pub(crate) fn team(&self, name: &str, members: &[Role]) -> TeamId {
        let id = TeamId::from_bits(self.store.shell().ids.next());
        let form = team::Form {
            name: short(name),
            members: members.iter().map(|r| self.people[r].clone()).collect(),
        };
        let admin = self.actor(Role::Administrator);
        let command = Command::Team(id.clone(), team::Command::Form(form));
        self.wait(self.store.execute(Operation::one(&admin, command)))
            .unwrap();
        id
    }
}

type Populated = (Store, BTreeMap<Role, PersonId>, BTreeMap<Role, String>);

async fn populate(options: Options) -> Populated {
    let founding = Founding {
        organisation: short("Example"),
        host: "test.example".to_owned(),
        name: short("Ada Administrator"),
        email: short("administrator@example.org"),
        roles: BTreeSet::new(),
    };
    let (store, admin) = Store::found(options, founding).await.unwrap();
    let actor = store.actor(&admin, Auth::Local).await.unwrap().unwrap();
    let mut people = BTreeMap::from([(Role::Administrator, admin)]);
    for role in Role::ALL.iter().filter(|r| **r != Role::Administrator) {
        let id = register(&store, &actor, role.word(), BTreeSet::from([*role])).await;
        people.insert(*role, id);
    }
    let mut tokens = BTreeMap::new();
    for (role, id) in &people {
        let (_, token) = store.create_token(id, "test", None).await.unwrap();
        tokens.insert(*role, token);
    }
    (store, people, tokens)
}

async fn register(store: &Store, admin: &Actor, name: &str, roles: BTreeSet<Role>) -> PersonId {
    let id = PersonId::from_bits(store.shell().ids.next());
    let new = person::Register {
        name: short(name),
        email: short(&format!("{name}@example.org")),
        roles,
    };
    let command = Command::Person(id.clone(), person::Command::Register(new));
    store.execute(Operation::one(admin, command)).await.unwrap();
    id
}

/// Somebody who sends requests.
#[derive(Clone)]
pub(crate) struct Client<'a> {
    app: &'a TestApp,
    headers: Vec<(String, String)>,
}

impl Client<'_> {
    /// The same, with a header more.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    /// A connection on which this was asked for, to read an answer that does not end.
    pub(crate) fn listen(&self, path: &str) -> std::net::TcpStream {
        use std::io::Write;
        let host = self.app.address.strip_prefix("http://").unwrap();
        let mut stream = std::net::TcpStream::connect(host).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {host}\r\n").unwrap();
        for (name, value) in &self.headers {
            write!(stream, "{name}: {value}\r\n").unwrap();
        }
        stream.write_all(b"\r\n").unwrap();
        stream
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Answer {
        self.json("POST", path, &body)
    }

    /// A verb without a body.
    pub(crate) fn act(&self, path: &str) -> Answer {
        self.send("POST", path, Some(Vec::new()))
    }

    pub(crate) fn put(&self, path: &str, body: Value) -> Answer {
        self.json("PUT", path, &body)
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None)
    }

    pub(crate) fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        let client = self.clone().with("content-type", "application/json");
        client.send(method, path, Some(serde_json::to_vec(body).unwrap()))
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> Answer {
        let path_only = path;
        let path = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/api/v1/{path}")
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.app.address));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(body.unwrap_or_default()).unwrap();
        let response = match self.app.agent.run(request.clone()) {
            // The connection was kept from an answer that came before all of its request was
            // read, and the server has closed it since: nothing of this one was seen.
            Err(error) if error.to_string().contains("Peer disconnected") => {
                self.app.agent.run(request)
            }
            response => response,
        };
        let mut response = response.unwrap_or_else(|e| panic!("{method} {path_only}: {e}"));
        let bytes = response.body_mut().read_to_vec().unwrap();
        Answer {
            asked: format!("{method} {path}"),
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        }
    }

    /// Declares an incident with this title and gives its id.
    #[track_caller]
    pub(crate) fn declare(&self, title: &str) -> String {
        let body = serde_json::json!({
            "title": title, "impact": "significant", "urgency": "high",
        });
        self.post("incidents", body).is(201).text_at("/id")
    }

    /// Asks one thing of an incident and expects it to be done.
    #[track_caller]
    pub(crate) fn does(&self, incident: &str, verb: &str, body: Value) -> Answer {
        self.post(&format!("incidents/{incident}/{verb}"), body)
            .is(200)
    }

    /// The incident as this client sees it.
    #[track_caller]
    pub(crate) fn sees(&self, incident: &str) -> Answer {
        self.get(&format!("incidents/{incident}")).is(200)
    }
}
