//! Tasks of one person over all incidents.

use super::{in_visible_lane, visible};
use crate::db::Sql;
use crate::error::Result;
use crate::store::Store;
use bifold_domain::Viewer;
use serde::Serialize;
use sqlx::FromRow;

/// An open task, and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct Row {
    /// Number of the incident.
    pub number: String,
    /// The task's id.
    pub id: String,
    /// The lane it belongs to.
    pub lane: String,
    /// What is to be done.
    pub title: String,
    /// By when, in microseconds since the epoch.
    pub due: Option<i64>,
}

impl Store {
    /// What the viewer has to do in open incidents, the most pressing first. A task in a lane
    /// that was closed to its owner since is not there for them.
    pub async fn tasks_of(&self, viewer: &Viewer, limit: u32) -> Result<Vec<Row>> {
        let directory = self.directory().await?;
        let mut sql = Sql::new(
            "SELECT i.number, e.id, e.lane, e.title, e.due \
             FROM incident_task e CROSS JOIN incident i \
             WHERE i.org = e.org AND i.id = e.incident AND i.is_open = TRUE AND e.org = ",
        );
        sql.bind(self.inner.org.as_str())
            .push(" AND e.owner = ")
            .bind(viewer.person.as_str());
        sql.push(" AND ");
        in_visible_lane(&mut sql, viewer, &directory);
        sql.push(" AND ");
        visible(&mut sql, viewer, self.inner.shell.clock.now());
        // Those with a time first.
        sql.push(" ORDER BY CASE WHEN e.due IS NULL THEN 1 ELSE 0 END, e.due, e.id LIMIT ")
            .bind(i64::from(limit));
        let mut lease = self.inner.db.reader().await?;
        Ok(sql.all(lease.conn()).await?)
    }
}
