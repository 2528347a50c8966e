//! Clocks of service levels: many that are due in the same second, and many that are not.

use super::table::{Row, Table, percentile};
use crate::server::ADMIN;
use anyhow::{Context, Result};
use bifold_domain::incident::{self, Declare};
use bifold_domain::time::MINUTE;
use bifold_domain::{Actor, Auth, Command, IncidentId};
use bifold_store::{Clock, Operation, Options, Shell, Store};
use std::path::Path;
use std::time::Instant;

/// Due in the same second.
const DUE: u64 = 10_000;
/// Open beside them, with clocks that are not due.
const BESIDE: u64 = 90_000;
const BATCH: u64 = 1_000;
/// Looks while nothing is due.
const LOOKS: usize = 200;
/// The starting levels give P2 thirty minutes to respond, and tell at three quarters of them.
const UNTIL_DUE: i64 = 23 * MINUTE;

/// Measures in a folder with a founded organisation that nobody serves.
pub(super) fn measure(data: &Path, table: &mut Table) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(all(data, table))
}

#[allow(clippy::cast_precision_loss)] // Some thousands.
async fn all(data: &Path, table: &mut Table) -> Result<()> {
    let now = Clock::System.now();
    let options = Options {
        shell: Shell::manual(now, now.micros().unsigned_abs()),
        ..Options::in_folder(data)
    };
    let store = Store::open(options).await?;
    let person = store.person_of(ADMIN).await?.context("the administrator")?;
    let actor = store.actor(&person, Auth::Local).await?;
    let actor = actor.context("the administrator may act")?;
    let declared = declare(&store, &actor, DUE).await?;
    let few = quiet(&store).await?;
    store.shell().advance(UNTIL_DUE);
    let start = Instant::now();
    let mut fired = 0;
    loop {
        match store.look_at_clocks().await? {
            0 => break,
            some => fired += some,
        }
    }
    let took = start.elapsed().as_secs_f64();
    anyhow::ensure!(fired as u64 == DUE, "{fired} fired of {DUE}");
    let row = Row::new("10,000 clocks due in one second, all fired", took, "s");
    table.add(row.against(declared).at_most(5.0));
    declare(&store, &actor, BESIDE).await?;
    let many = quiet(&store).await?;
    table.add(Row::new(
        "a look with nothing due, at 10,000 open",
        few,
        "ms",
    ));
    let row = Row::new("a look with nothing due, at 100,000 open", many, "ms");
    table.add(row.against(few));
    store.close().await;
    Ok(())
}

/// Declares so many at this very moment; the seconds it took.
async fn declare(store: &Store, actor: &Actor, count: u64) -> Result<f64> {
    let start = Instant::now();
    let body = r#"{"title":"Printing fails","impact":"significant","urgency":"high"}"#;
    let mut done = 0;
    while done < count {
        let mut operations = Vec::new();
        for _ in done..(done + BATCH).min(count) {
            let declare: Declare = serde_json::from_str(body)?;
            let command = incident::Command::Declare(Box::new(declare));
            let id = IncidentId::from_bits(store.shell().ids.next());
            operations.push(Operation::one(actor, Command::Incident(id, command)));
        }
        for answer in store.execute_many(operations).await {
            answer?;
        }
        done += BATCH;
    }
    Ok(start.elapsed().as_secs_f64())
}

/// How long a look takes that finds nothing, in milliseconds; the median.
async fn quiet(store: &Store) -> Result<f64> {
    let mut times = Vec::with_capacity(LOOKS);
    for _ in 0..LOOKS {
        let start = Instant::now();
        anyhow::ensure!(store.look_at_clocks().await? == 0, "something is due");
        store.next_look_at().await?;
        times.push(start.elapsed().as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok(percentile(&times, 0.5))
}
