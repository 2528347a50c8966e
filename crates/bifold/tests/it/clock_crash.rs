//! A server that is killed while it tells of what is due: afterwards everything was told once.

use crate::journey::Server;
use bifold_domain::incident::{Command as C, Declare};
use bifold_domain::time::MINUTE;
use bifold_domain::{Actor, Auth, Command, IncidentId, Role, Short};
use bifold_store::{Clock, Founding, Operation, Options, Shell, Store};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

/// Due at the same moment: more than one look takes.
const DUE: usize = 2_000;
/// How long ago they were declared, in microseconds.
const AGO: i64 = 23 * MINUTE;
const FOUNDER: &str = "ines@harbour.example";

async fn founder(store: &Store) -> Actor {
    let person = store.person_of(FOUNDER).await.unwrap().unwrap();
    store.actor(&person, Auth::Local).await.unwrap().unwrap()
}

/// Declares so many so long ago; P2 tells at three quarters of its thirty minutes to respond.
pub(crate) async fn declare(data: &Path, count: usize, ago: i64) -> Vec<IncidentId> {
    let past = Clock::System.now().plus(-ago);
    let options = Options {
        shell: Shell::manual(past, 7),
        ..Options::in_folder(data)
    };
    // Founded then, too: a ledger's time does not go back.
    let founding = Founding {
        organisation: Short::parse("Harbour Hospital").unwrap(),
        host: "harbour.example".to_owned(),
        name: Short::parse("Ines Marin").unwrap(),
        email: Short::parse(FOUNDER).unwrap(),
        roles: BTreeSet::from([Role::IncidentManager]),
    };
    let (store, _) = Store::found(options, founding).await.unwrap();
    let actor = founder(&store).await;
    let body = r#"{"title":"Printing fails","impact":"significant","urgency":"high"}"#;
    let (mut ids, mut operations) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let declare: Declare = serde_json::from_str(body).unwrap();
        let id = IncidentId::from_bits(store.shell().ids.next());
        let command = Command::Incident(id.clone(), C::Declare(Box::new(declare)));
        operations.push(Operation::one(&actor, command));
        ids.push(id);
    }
    for answer in store.execute_many(operations).await {
        answer.unwrap();
    }
    store.close().await;
    ids
}

/// How often each has such a fact, as the ledger has it.
pub(crate) async fn told(data: &Path, ids: &[IncidentId], kind: &str) -> Vec<usize> {
    let store = Store::open(Options::in_folder(data)).await.unwrap();
    let viewer = founder(&store).await.viewer();
    let mut told = Vec::with_capacity(ids.len());
    for id in ids {
        let entries = store.timeline(&viewer, id, None, 50).await.unwrap();
        let of_it = entries.iter().filter(|e| e.kind == kind);
        told.push(of_it.count());
    }
    store.close().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_in_the_middle_of_a_look_tells_everything_once() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let data = folder.display().to_string();
    let ids = declare(folder, DUE, AGO).await;
    // Killed again and again, each time later, until everything was told: however slow the
    // machine is, some of the kills come in the middle.
    let (mut wait, mut cut_short) = (Duration::from_millis(200), 0);
    loop {
        let server = Server::start(&data);
        std::thread::sleep(wait);
        drop(server);
        let told = told(folder, &ids, "incident.escalated").await;
        assert!(told.iter().all(|times| *times <= 1));
        let done = told.iter().filter(|times| **times == 1).count();
        if done == DUE {
            break;
        }
        cut_short += usize::from(done > 0);
        wait = wait * 3 / 2;
        assert!(wait < Duration::from_mins(1), "{done} of {DUE} were told");
    }
    println!("killed {cut_short} times in the middle");
}
