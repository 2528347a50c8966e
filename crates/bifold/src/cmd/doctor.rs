//! `bifold doctor`: is this installation well? One line a check, and what to do.

use crate::cli::{Doctor, Where};
use crate::exit::Code;
use bifold_domain::time;
use bifold_store::{Error, Store};

enum Outcome {
    Well(String),
    Worth(String),
    Ill(String),
}
use Outcome::{Ill, Well, Worth};

pub(crate) async fn run(args: Doctor) -> anyhow::Result<Code> {
    let Doctor { place, storage } = args;
    let mut ill = 0;
    let mut say = |name: &str, outcome: Outcome| {
        let (mark, text) = match outcome {
            Well(text) => ("ok  ", text),
            Worth(text) => ("look", text),
            Ill(text) => {
                ill += 1;
                ("BAD ", text)
            }
        };
        println!("{mark} {name:<12} {text}");
    };
    say("folder", folder(&place));
    match super::open_evidence(&place, &storage).await {
        Err(error) => say("database", Ill(format!("{error:#}"))),
        Ok(store) => {
            say(
                "database",
                Well(format!("{} answers, schema is current", store.database())),
            );
            say("key", key(&store).await);
            say("checkpoint", checkpoint(&store).await);
            say("directory", directory(&store).await);
            say("jobs", jobs(&store).await);
            say("evidence", evidence(&store).await);
            store.close().await;
        }
    }
    if ill == 0 {
        println!("This installation is well.");
    } else {
        println!("{ill} of these checks need attention.");
    }
    Ok(if ill == 0 { Code::Ok } else { Code::Failure })
}

fn folder(place: &Where) -> Outcome {
    let probe = place.data.join(".doctor");
    match std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) => Well(format!("{} can be written", place.data.display())),
        Err(e) => Ill(format!("{} cannot be written: {e}", place.data.display())),
    }
}

async fn key(store: &Store) -> Outcome {
    match store.log_state().await {
        Ok(state) if state.log == 0 => Worth("the ledger has no entry yet".to_owned()),
        Ok(state) => match store.vkey(state.log) {
            Ok(vkey) => Well(format!("signs as {vkey}")),
            Err(e) => Worth(format!("{e}; another node must sign")),
        },
        Err(e) => Ill(e.to_string()),
    }
}

async fn checkpoint(store: &Store) -> Outcome {
    // Signing is itself the check of the rollback guard; it is harmless to repeat.
    match store.sign_checkpoint().await {
        Ok(_) => match store.log_state().await {
            Ok(state) => Well(format!(
                "{} entries, signed, nothing went backwards",
                state.size
            )),
            Err(e) => Ill(e.to_string()),
        },
        Err(Error::NotSigned(why)) => Ill(format!("not signed: {why}")),
        Err(e) => Ill(e.to_string()),
    }
}

async fn directory(store: &Store) -> Outcome {
    match store.directory().await {
        Ok(d) if d.administrators() == 1 => {
            Worth("there is only one administrator; add a second".to_owned())
        }
        Ok(d) => Well(format!(
            "{} people, {} teams, {} services",
            d.people.len(),
            d.teams.len(),
            d.services.len()
        )),
        Err(e) => Ill(e.to_string()),
    }
}

async fn evidence(store: &Store) -> Outcome {
    let place = store.evidence_store();
    match store.probe_evidence_store().await {
        Ok(()) => Well(format!("{place} can be written, read and cleared")),
        Err(e) => Ill(format!("{place}: {e}")),
    }
}

async fn jobs(store: &Store) -> Outcome {
    let now = store.shell().clock.now().micros();
    match store.next_job_at().await {
        Ok(Some(at)) if at + 10 * time::MINUTE < now => {
            Worth("jobs wait for more than ten minutes; is a server running?".to_owned())
        }
        Ok(Some(_)) => Well("the next one is in the future".to_owned()),
        Ok(None) => Well("none waiting".to_owned()),
        Err(e) => Ill(e.to_string()),
    }
}
