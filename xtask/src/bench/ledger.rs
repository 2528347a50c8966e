//! Verification of the whole ledger, beside SHA-256 over the same bytes.

use super::table::{Row, Table};
use super::usage::ended_children_cpu_ms;
use crate::paths;
use crate::process::output;
use crate::server::Organisation;
use anyhow::{Context, Result};
use std::process::Command;
use std::time::Instant;

pub(super) fn measure(organisation: &Organisation, table: &mut Table) -> Result<()> {
    let before = ended_children_cpu_ms()?;
    let start = Instant::now();
    output(&mut organisation.bifold(&["ledger", "verify"]))?;
    let took = start.elapsed().as_secs_f64();
    let cpu = f64::from(u32::try_from(ended_children_cpu_ms()? - before)?) / 1_000.0;
    let mut python = Command::new("python3");
    python
        .arg(paths::root().join("bench/baseline.py"))
        .arg("hash")
        .arg(organisation.data().join("bifold.db"));
    let said = output(&mut python)?;
    let mut figures = said.split_whitespace();
    let leaves: f64 = figures.next().context("leaves")?.parse()?;
    let hashing: f64 = figures.next().context("seconds")?.parse()?;
    table.note(format!("the ledger has {leaves} leaves"));
    table.add(Row::new("ledger verify", took, "s").against(hashing));
    table.add(Row::new("ledger verify: CPU", cpu, "s").against(hashing));
    let per_million = took / leaves.max(1.0) * 1e6;
    table.add(Row::new("ledger verify, per million leaves", per_million, "s").at_most(10.0));
    Ok(())
}
