//! A server that is killed while machines send: whatever it acknowledged is in the fault log, once.

use crate::journey::Server;
use bifold_domain::signal::source::{Command as C, SecretKind, Settings};
use bifold_domain::{Actor, Auth, Command, Role, Short, SourceId};
use bifold_store::intake::FaultFilter;
use bifold_store::{Founding, Operation, Options, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub(crate) const FOUNDER: &str = "ines@harbour.example";
/// Senders at the same time.
const SENDERS: usize = 4;
/// Kills.
const ROUNDS: u32 = 5;

async fn founder(store: &Store) -> Actor {
    let person = store.person_of(FOUNDER).await.unwrap().unwrap();
    store.actor(&person, Auth::Local).await.unwrap().unwrap()
}

/// An organisation with one source; its id and token.
pub(crate) async fn founded(data: &Path, format: &str) -> (SourceId, String) {
    let settings = format!(r#"{{"name":"Cluster","format":"{format}"}}"#);
    founded_with(data, &settings).await
}

/// The same with these settings of the source.
pub(crate) async fn founded_with(data: &Path, settings: &str) -> (SourceId, String) {
    let founding = Founding {
        organisation: Short::parse("Harbour Hospital").unwrap(),
        host: "harbour.example".to_owned(),
        name: Short::parse("Ines Marin").unwrap(),
        email: Short::parse(FOUNDER).unwrap(),
        roles: BTreeSet::from([Role::IncidentManager]),
    };
    let options = Options::in_folder(data);
    let (store, _) = Store::found(options, founding).await.unwrap();
    let id = SourceId::from_bits(store.shell().ids.next());
    let settings: Settings = serde_json::from_str(settings).unwrap();
    let secret = store.new_secret().unwrap();
    let commands = [
        C::Connect(Box::new(settings)),
        C::IssueSecret(secret.name.clone()),
    ];
    let actor = founder(&store).await;
    for command in commands {
        let command = Command::Source(id.clone(), command);
        store
            .execute(Operation::one(&actor, command))
            .await
            .unwrap();
    }
    let kind = SecretKind::Token;
    store.keep_secret(&id, &secret, kind).await.unwrap();
    store.close().await;
    (id, secret.value)
}

/// Sends one event; whether it was acknowledged.
fn send(address: &str, token: &str, key: &str) -> bool {
    let body = format!(
        r#"{{"routing_key":"{token}","event_action":"trigger","dedup_key":"{key}","payload":{{"summary":"{key} fails","severity":"error","source":"x"}}}}"#
    );
    let text = format!(
        "POST /v2/enqueue HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let Ok(mut stream) = TcpStream::connect(address) else {
        return false;
    };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let mut answer = String::new();
    let _ = stream.write_all(text.as_bytes());
    let _ = stream.read_to_string(&mut answer);
    answer.starts_with("HTTP/1.1 202")
}

/// What the fault log holds, by identity: how often each was signalled.
pub(crate) async fn logged(data: &Path) -> BTreeMap<String, i64> {
    let store = Store::open(Options::in_folder(data)).await.unwrap();
    let viewer = founder(&store).await.viewer();
    let (mut found, mut before) = (BTreeMap::new(), None);
    loop {
        let filter = FaultFilter::default();
        let page = store.faults(&viewer, &filter, before, 200).await.unwrap();
        before = page.last().map(|fault| fault.seq);
        for fault in page {
            assert_ne!(fault.disposition, "waiting");
            let twice = found.insert(fault.external_id, fault.count);
            assert_eq!(twice, None, "one fault an occurrence");
        }
        if before.is_none() {
            break;
        }
    }
    store.close().await;
    found
}

pub(crate) async fn is_settled(data: &Path) -> bool {
    let store = Store::open(Options::in_folder(data)).await.unwrap();
    let waiting = store.unread_deliveries().await.unwrap().deliveries;
    let next = store.next_settling_at().await.unwrap();
    let now = store.shell().clock.now().micros();
    store.close().await;
    waiting.is_empty() && next.is_none_or(|at| at > now)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_kills_and_is_counted_once() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let (_, token) = founded(folder, "pager_duty").await;
    let token = Arc::new(token);
    let next = Arc::new(AtomicUsize::new(0));
    let mut acknowledged = BTreeSet::new();
    for round in 1..=ROUNDS {
        let server = Server::start(&folder.display().to_string());
        let address = server.url.strip_prefix("http://").unwrap().to_owned();
        let stop = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = (0..SENDERS)
            .map(|_| {
                let (address, token) = (address.clone(), token.clone());
                let (next, stop) = (next.clone(), stop.clone());
                std::thread::spawn(move || {
                    let mut mine = Vec::new();
                    while !stop.load(Ordering::SeqCst) {
                        let key = format!("k{}", next.fetch_add(1, Ordering::SeqCst));
                        if send(&address, &token, &key) {
                            mine.push(key);
                        }
                    }
                    mine
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(300) * round);
        drop(server);
        stop.store(true, Ordering::SeqCst);
        for sender in senders {
            acknowledged.extend(sender.join().unwrap());
        }
    }
    assert!(!acknowledged.is_empty());
    // One more start ends what the kills left undone.
    let patience = Instant::now() + Duration::from_mins(2);
    loop {
        let server = Server::start(&folder.display().to_string());
        std::thread::sleep(Duration::from_secs(3));
        drop(server);
        if is_settled(folder).await {
            break;
        }
        assert!(Instant::now() < patience, "it does not settle");
    }
    let logged = logged(folder).await;
    let lost: Vec<&String> = acknowledged
        .iter()
        .filter(|key| !logged.contains_key(*key))
        .collect();
    assert_eq!(lost, Vec::<&String>::new());
    assert!(logged.values().all(|count| *count == 1));
    println!(
        "{} acknowledged over {ROUNDS} kills, none lost",
        acknowledged.len()
    );
}
