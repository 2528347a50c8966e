//! Counts over incidents, each with its definition. Only what the viewer can read is counted.

use super::visible;
use crate::db::Sql;
use crate::error::Result;
use crate::query::filter::{Filter, filtered};
use crate::store::Store;
use bifold_domain::Viewer;
use serde::Serialize;
use sqlx::FromRow;

/// One cell of impact × urgency → priority as records show it.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize)]
pub struct Cell {
    /// Impact, in the source's own words where the record was imported.
    pub impact: String,
    /// Urgency, likewise.
    pub urgency: String,
    /// How many incidents.
    pub incidents: i64,
    /// How many different priorities they have; 1 where the matrix was followed.
    pub priorities: i64,
    /// The least of those priorities, as text.
    pub priority: String,
}

/// How often work changed hands and came back (standards 5.5).
#[derive(Debug, Clone, PartialEq, FromRow, Serialize)]
pub struct Flow {
    /// Incidents counted.
    pub incidents: i64,
    /// Rows taken in from other systems.
    pub observations: i64,
    /// Incidents whose team changed at least once after the first assignment.
    pub reassigned: i64,
    /// Incidents reopened at least once.
    pub reopened: i64,
    /// Incidents open now.
    pub open: i64,
}

/// How many incidents each combination of the two verdicts has.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize)]
pub struct Combination {
    /// Is a service hurt?
    pub service_is: String,
    /// Is information hurt?
    pub security_is: String,
    /// How many.
    pub incidents: i64,
}

impl Store {
    /// Only what the filter lets through and the viewer can read.
    fn among(&self, sql: &mut Sql, viewer: &Viewer, filter: &Filter) {
        let now = self.inner.shell.clock.now();
        filtered(sql, &self.inner.org, filter, now);
        sql.push(" AND ");
        visible(sql, viewer, now);
    }

    /// Impact × urgency → priority as the records show it; `priorities` above 1 is a mismatch.
    pub async fn matrix_in_use(&self, viewer: &Viewer, filter: &Filter) -> Result<Vec<Cell>> {
        let mut sql = Sql::new(
            "SELECT COALESCE(i.src_impact, i.impact) AS impact, \
             COALESCE(i.src_urgency, i.urgency) AS urgency, COUNT(*) AS incidents, \
             COUNT(DISTINCT COALESCE(i.src_priority, CAST(i.handling AS TEXT))) AS priorities, \
             MIN(COALESCE(i.src_priority, CAST(i.handling AS TEXT))) AS priority \
             FROM incident i WHERE ",
        );
        self.among(&mut sql, viewer, filter);
        sql.push(" GROUP BY 1, 2 ORDER BY 1, 2");
        let mut lease = self.inner.db.reader().await?;
        Ok(sql.all(lease.conn()).await?)
    }

    /// Reassignment and reopening.
    pub async fn flow(&self, viewer: &Viewer, filter: &Filter) -> Result<Flow> {
        let mut sql = Sql::new(
            "SELECT COUNT(*) AS incidents, \
             CAST(COALESCE(SUM(i.observations), 0) AS BIGINT) AS observations, \
             CAST(COALESCE(SUM(CASE WHEN i.reassigned > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS reassigned, \
             CAST(COALESCE(SUM(CASE WHEN i.reopened > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS reopened, \
             CAST(COALESCE(SUM(CASE WHEN i.is_open THEN 1 ELSE 0 END), 0) AS BIGINT) AS open \
             FROM incident i WHERE ",
        );
        self.among(&mut sql, viewer, filter);
        let mut lease = self.inner.db.reader().await?;
        let row: Option<Flow> = sql.first(lease.conn()).await?;
        Ok(row.unwrap_or(Flow {
            incidents: 0,
            observations: 0,
            reassigned: 0,
            reopened: 0,
            open: 0,
        }))
    }

    /// The four outcomes: service, security, both, neither, and what is undetermined.
    pub async fn outcomes(&self, viewer: &Viewer, filter: &Filter) -> Result<Vec<Combination>> {
        let mut sql = Sql::new(
            "SELECT i.service_is, i.security_is, COUNT(*) AS incidents FROM incident i WHERE ",
        );
        self.among(&mut sql, viewer, filter);
        sql.push(" GROUP BY i.service_is, i.security_is ORDER BY 1, 2");
        let mut lease = self.inner.db.reader().await?;
        Ok(sql.all(lease.conn()).await?)
    }
}
