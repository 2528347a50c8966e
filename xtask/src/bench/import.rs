//! The import of a real service desk's log, where it lies beside the repository.

use super::table::{Row, Table};
use super::usage::ended_children_cpu_ms;
use crate::paths;
use crate::process::output;
use crate::server::Organisation;
use anyhow::Result;
use std::path::Path;
use std::time::Instant;

const FILE: &str = "itsm/uci_stream_asof.csv.gz";
/// Rows of the file.
const ROWS: f64 = 120_003.0;

pub(super) fn measure(programs: &Path, data: &Path, table: &mut Table) -> Result<()> {
    let Some(file) = paths::shared_data().map(|shared| shared.join(FILE)) else {
        table.note("SKIPPED: the ServiceNow log is not at ../shared/data".to_owned());
        return Ok(());
    };
    let organisation = Organisation::found(programs, data, None)?;
    let before = ended_children_cpu_ms()?;
    let start = Instant::now();
    output(organisation.bifold(&["import", "servicenow"]).arg(file))?;
    let took = start.elapsed().as_secs_f64();
    table.add(Row::new("import of the ServiceNow log", took, "s").at_most(60.0));
    let cpu = f64::from(u32::try_from(ended_children_cpu_ms()? - before)?) / 1_000.0;
    table.add(Row::new("import: CPU", cpu, "s"));
    table.add(Row::new("import: rows per second", ROWS / took, "1/s"));
    Ok(())
}
