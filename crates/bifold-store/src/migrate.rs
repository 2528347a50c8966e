//! Schema versions. Kept tables only move forward; projections are dropped and replayed when
//! their version changes.

use crate::db::{Db, Sql, script};
use crate::error::{Error, Result};
use crate::query::search;

/// Forward-only steps for kept tables. A released step never changes; a change is a new step.
const STEPS: &[&str] = &[
    include_str!("../schema/0001_kept.sql"),
    include_str!("../schema/0002_personal.sql"),
    include_str!("../schema/0003_report_receipt.sql"),
    include_str!("../schema/0004_upload.sql"),
    include_str!("../schema/0005_anchor.sql"),
];
/// Raised whenever `projections.sql` changes.
pub(crate) const PROJECTION_VERSION: i64 = 3;
const PROJECTIONS: &str = include_str!("../schema/projections.sql");
/// Made when absent, at every start.
const INDEXES: &str = include_str!("../schema/indexes.sql");

/// The tables of `projections.sql`, for dropping.
pub(crate) const PROJECTION_TABLES: &[&str] = &[
    "snapshot",
    "incident",
    "incident_member",
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

/// Brings the schema up to the program's version, or refuses a newer one.
pub(crate) async fn run(db: &Db) -> Result<Projections> {
    let mut tx = db.begin().await?;
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
    let outcome = if version("projections") == PROJECTION_VERSION {
        Projections::Current
    } else {
        for table in PROJECTION_TABLES {
            let mut sql = Sql::new("DROP TABLE IF EXISTS ");
            sql.push(table);
            sql.run(tx.conn()).await?;
        }
        script(tx.conn(), PROJECTIONS).await?;
        search::create(db, &mut tx).await?;
        if version("projections") == 0 {
            Projections::Current
        } else {
            Projections::Emptied
        }
    };
    script(tx.conn(), INDEXES).await?;
    for (name, version) in [("kept", known), ("projections", PROJECTION_VERSION)] {
        Sql::new(
            "INSERT INTO schema_version (name, version) VALUES ($1, $2) \
             ON CONFLICT (name) DO UPDATE SET version = excluded.version",
        )
        .arg(name)
        .arg(version)
        .run(tx.conn())
        .await?;
    }
    tx.commit().await?;
    Ok(outcome)
}
