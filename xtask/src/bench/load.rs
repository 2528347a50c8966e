//! Fills the store through its one write path, a thousand operations to a transaction.

use super::text;
use crate::server::ADMIN;
use anyhow::{Context, Result};
use bifold_domain::incident::{self, Declare};
use bifold_domain::{Actor, Auth, Command, IncidentId};
use bifold_store::{Operation, Options, Store};
use std::path::Path;

const BATCH: u64 = 1_000;
/// Ids that are kept for measuring.
const SAMPLE: u64 = 500;

/// Declares incidents `from` up to, not including, `to`, while no server runs. Gives the ids of
/// some of them, spread evenly.
pub(super) fn incidents(data: &Path, from: u64, to: u64) -> Result<Vec<String>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(declare(data, from, to))
}

async fn declare(data: &Path, from: u64, to: u64) -> Result<Vec<String>> {
    let store = Store::open(Options::in_folder(data)).await?;
    let person = store.person_of(ADMIN).await?.context("the administrator")?;
    let actor = store.actor(&person, Auth::Local).await?;
    let actor = actor.context("the administrator may act")?;
    let every = ((to - from) / SAMPLE).max(1);
    let mut sample = Vec::new();
    let mut next = from;
    while next < to {
        let end = (next + BATCH).min(to);
        let mut operations = Vec::new();
        for i in next..end {
            let id = IncidentId::from_bits(store.shell().ids.next());
            if i % every == 0 {
                sample.push(id.to_string());
            }
            operations.push(operation(&actor, id, i)?);
        }
        for answer in store.execute_many(operations).await {
            answer?;
        }
        next = end;
        if next.is_multiple_of(100_000) {
            println!("  {next} incidents");
        }
    }
    store.close().await;
    Ok(sample)
}

/// The operation that the same body over HTTP gives.
fn operation(actor: &Actor, id: IncidentId, i: u64) -> Result<Operation> {
    let declare: Declare = serde_json::from_str(&text::incident(i).body())?;
    let command = incident::Command::Declare(Box::new(declare));
    Ok(Operation::one(actor, Command::Incident(id, command)))
}
