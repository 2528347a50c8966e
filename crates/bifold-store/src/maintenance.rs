//! Planned maintenance: begun and ended at its time, what it held let go, and its lists.

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::job::Next;
use crate::store::Store;
use crate::write::Operation;
use bifold_domain::maintenance::{Command as C, Complete, Maintenance, Stage};
use bifold_domain::record::State;
use bifold_domain::signal::triage::Disposition;
use bifold_domain::{Command, MaintenanceId, Viewer};

/// Where a list of ended ones goes on: when the last one shown began, and its id.
pub type Place = (i64, String);

impl Store {
    /// What is planned or goes on, the earliest first. Everybody may know it: it is for users.
    pub async fn coming_maintenance(&self) -> Result<Vec<Maintenance>> {
        let directory = self.directory().await?;
        let mut found: Vec<Maintenance> = directory.maintenances.values().cloned().collect();
        found.sort_by(|a, b| (a.plan.from, &a.id).cmp(&(b.plan.from, &b.id)));
        Ok(found)
    }

    /// What is over, the latest first, at most `limit`; for those who read incidents.
    pub async fn past_maintenance(
        &self,
        viewer: &Viewer,
        before: Option<Place>,
        limit: u32,
    ) -> Result<Vec<Maintenance>> {
        if !viewer.reads_incidents {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(
            "SELECT s.state FROM maintenance m JOIN snapshot s ON s.org = m.org AND s.id = m.id \
             WHERE m.org = ",
        );
        sql.bind(&self.inner.org).push(" AND m.is_over = TRUE");
        if let Some((from, id)) = before {
            sql.push(" AND (m.from_at < ").bind(from);
            sql.push(" OR (m.from_at = ").bind(from);
            sql.push(" AND m.id < ").bind(id.as_str()).push("))");
        }
        sql.push(" ORDER BY m.from_at DESC, m.id DESC LIMIT ")
            .bind(i64::from(limit));
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<(String,)> = sql.all(lease.conn()).await?;
        rows.into_iter().map(|(state,)| read(&state)).collect()
    }

    /// One, and its version; `None` when there is none for this viewer: whoever reads no
    /// incidents is shown what is to come, and not how it went.
    pub async fn maintenance(
        &self,
        viewer: &Viewer,
        id: &MaintenanceId,
    ) -> Result<Option<(Maintenance, u64)>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String, i64)> = Sql::new(
            "SELECT s.state, s.version FROM maintenance m JOIN snapshot s ON s.org = m.org \
             AND s.id = m.id WHERE m.org = $1 AND m.id = $2",
        )
        .arg(&self.inner.org)
        .arg(id.as_str())
        .first(lease.conn())
        .await?;
        let Some((state, version)) = row else {
            return Ok(None);
        };
        let found = read(&state)?;
        let version = u64::try_from(version).map_err(Error::damaged)?;
        let is_shown = viewer.reads_incidents || !found.stage.is_over();
        Ok(is_shown.then_some((found, version)))
    }

    /// Begins or ends one whose time has come.
    pub(crate) async fn maintain(&self, id: &str) -> Result<Next> {
        let id = MaintenanceId::parse(id).map_err(Error::damaged)?;
        let directory = self.directory().await?;
        let Some(found) = directory.maintenances.get(&id) else {
            return Ok(Next::Done);
        };
        let now = self.now();
        let command = match found.stage {
            Stage::Planned if now >= found.plan.from.micros() => C::Begin,
            Stage::InProgress if now >= found.plan.until.micros() => {
                C::Complete(Complete::default())
            }
            // Its end may come later than was planned.
            Stage::InProgress => return Ok(Next::NotBefore(found.plan.until.micros())),
            // Whatever put it off made a job of its own.
            Stage::Planned | Stage::Completed | Stage::Cancelled => return Ok(Next::Done),
        };
        let command = Command::Maintenance(id, command);
        match self.execute(Operation::one(&self.system(), command)).await {
            // Somebody was quicker.
            Ok(_) | Err(Error::Refused(_)) => Ok(Next::Done),
            Err(error) => Err(error),
        }
    }

    /// Has the faults looked at now that were held for the services of one that is over.
    pub(crate) async fn release_held(&self, id: &str) -> Result<()> {
        let id = MaintenanceId::parse(id).map_err(Error::damaged)?;
        let viewer = self.system().viewer();
        let Some((found, _)) = self.maintenance(&viewer, &id).await? else {
            return Ok(());
        };
        let services: Vec<String> = found
            .plan
            .services
            .iter()
            .map(ToString::to_string)
            .collect();
        let now = self.now();
        let mut tx = self.inner.db.begin().await?;
        let mut sql = Sql::new("UPDATE fault SET look_at = ");
        sql.bind(now).push(" WHERE org = ").bind(&self.inner.org);
        sql.push(" AND look_at > ").bind(now);
        sql.push(" AND disposition = ")
            .bind(Disposition::Maintenance.word());
        sql.push(" AND service IN ").list(&services);
        sql.run(tx.conn()).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn read(state: &str) -> Result<Maintenance> {
    match State::from_json("maintenance", state).map_err(Error::damaged)? {
        State::Maintenance(found) => Ok(*found),
        _ => Err(Error::damaged("a maintenance that is none")),
    }
}
