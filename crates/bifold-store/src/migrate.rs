//! Schema versions. Kept tables only move forward; projections are dropped and replayed when
//! their version changes.

use crate::db::{Db, Sql, Tx, script};
use crate::error::{Error, Result};
use crate::query::search;

/// Forward-only steps for kept tables. A released step never changes; a change is a new step.
const STEPS: &[&str] = &[
    include_str!("../schema/0001_kept.sql"),
    include_str!("../schema/0002_personal.sql"),
    include_str!("../schema/0003_report_receipt.sql"),
    include_str!("../schema/0004_upload.sql"),
    include_str!("../schema/0005_anchor.sql"),
    include_str!("../schema/0006_key_ring.sql"),
    include_str!("../schema/0007_notify.sql"),
    include_str!("../schema/0008_forecast.sql"),
    include_str!("../schema/0009_holidays.sql"),
    include_str!("../schema/0010_intake.sql"),
    include_str!("../schema/0011_mail.sql"),
    include_str!("../schema/0012_window.sql"),
    include_str!("../schema/0013_voice.sql"),
];
/// Raised whenever `projections.sql` changes.
pub(crate) const PROJECTION_VERSION: i64 = 8;
const PROJECTIONS: &str = include_str!("../schema/projections.sql");
/// Made when absent, at every start.
const INDEXES: &str = include_str!("../schema/indexes.sql");

/// The tables of `projections.sql`, for dropping.
pub(crate) const PROJECTION_TABLES: &[&str] = &[
    "snapshot",
    "incident",
    "incident_member",
    "clock",
    "incident_verdict",
    "incident_seat",
    "restoring_action",
    "incident_task",
    "relation",
    "event",
    "evidence",
    "evidence_party",
    "asset",
    "asset_service",
    "fault_review",
    "maintenance",
    "announcement",
    "disclosure",
    "disclosure_excluded",
    "alarm",
];

/// What a start has to do besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Projections {
    /// They fit the program.
    Current,
    /// They were made empty and have to be replayed.
    Emptied,
}

/// Has projections replayed at the next start.
pub(crate) async fn outdate(tx: &mut Tx) -> Result<()> {
    // No version that was ever released, and not the 0 of a database that has no facts yet.
    write(tx, "projections", -1).await
}

async fn write(tx: &mut Tx, name: &str, version: i64) -> Result<()> {
    Sql::new(
        "INSERT INTO schema_version (name, version) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET version = excluded.version",
    )
    .arg(name)
    .arg(version)
    .run(tx.conn())
    .await?;
    Ok(())
}

/// Brings the kept tables alone up to the program's version: of a backup, which has no others.
pub(crate) async fn kept(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    step(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Brings the kept tables up to the program's version, or refuses a newer one. Gives the version
/// of the projections.
async fn step(tx: &mut Tx) -> Result<i64> {
    script(
        tx.conn(),
        "CREATE TABLE IF NOT EXISTS schema_version (name TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL)",
    )
    .await?;
    let rows: Vec<(String, i64)> = Sql::new("SELECT name, version FROM schema_version")
        .all(tx.conn())
        .await?;
    let version = |name: &str| rows.iter().find(|r| r.0 == name).map_or(0, |r| r.1);
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    let found = version("kept");
    if found > known || version("projections") > PROJECTION_VERSION {
        return Err(Error::NewerSchema { found, known });
    }
    for step in STEPS
        .iter()
        .skip(usize::try_from(found).unwrap_or(usize::MAX))
    {
        script(tx.conn(), step).await?;
    }
    write(tx, "kept", known).await?;
    Ok(version("projections"))
}

/// Brings the schema up to the program's version, or refuses a newer one.
pub(crate) async fn run(db: &Db) -> Result<Projections> {
    let mut tx = db.begin().await?;
    let projections = step(&mut tx).await?;
    let outcome = if projections == PROJECTION_VERSION {
        Projections::Current
    } else {
        for table in PROJECTION_TABLES {
            let mut sql = Sql::new("DROP TABLE IF EXISTS ");
            sql.push(table);
            sql.run(tx.conn()).await?;
        }
        script(tx.conn(), PROJECTIONS).await?;
        search::create(db, &mut tx).await?;
        if projections == 0 {
            Projections::Current
        } else {
            Projections::Emptied
        }
    };
    script(tx.conn(), INDEXES).await?;
    write(&mut tx, "projections", PROJECTION_VERSION).await?;
    tx.commit().await?;
    Ok(outcome)
}
