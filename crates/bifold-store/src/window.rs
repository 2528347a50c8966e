//! The window: what stands on status pages. It reads what was said to users and what is planned
//! for them, and no record behind it.

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_domain::incident::Announcement;
use bifold_domain::maintenance::Maintenance;
use bifold_domain::record::State;
use bifold_domain::status_page::StatusPage;
use bifold_domain::time::DAY;
use bifold_domain::{IncidentId, StatusPageId};

/// Days for which what is over stays on a page.
const KEPT_DAYS: i64 = 400;
/// What is told at once at most, the latest.
const TOLD_LIMIT: i64 = 2_000;

/// What stands on a page besides its settings.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Told {
    /// What was said, by the incident it is about; the latest begun first.
    pub announcements: Vec<(IncidentId, Announcement)>,
    /// Maintenance of services that are on it, the latest first.
    pub maintenances: Vec<Maintenance>,
}

impl Store {
    /// The pages in use, by their keys.
    pub async fn status_pages(&self) -> Result<Vec<StatusPage>> {
        let directory = self.directory().await?;
        let pages = directory.status_pages.values();
        let mut pages: Vec<StatusPage> = pages.filter(|p| !p.is_retired).cloned().collect();
        pages.sort_by(|a, b| a.settings.key.cmp(&b.settings.key));
        Ok(pages)
    }

    /// What stands on a page. There is no viewer: what is told is told to all who may see the
    /// page.
    pub async fn told_on(&self, page: &StatusPage) -> Result<Told> {
        let since = self.now() - KEPT_DAYS * DAY;
        let mut sql = Sql::new("SELECT incident, state FROM announcement WHERE org = ");
        sql.bind(&self.inner.org);
        sql.push(" AND page = ").bind(page.id.as_str());
        sql.push(" AND (is_open = TRUE OR said_at > ").bind(since);
        sql.push(") ORDER BY began_at DESC, incident LIMIT ")
            .bind(TOLD_LIMIT);
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<(String, String)> = sql.all(lease.conn()).await?;
        let announcements = rows.into_iter().map(|(id, state)| {
            let id = IncidentId::parse(&id).map_err(Error::damaged)?;
            Ok((id, serde_json::from_str(&state).map_err(Error::damaged)?))
        });
        let announcements = announcements.collect::<Result<Vec<_>>>()?;
        let mut sql = Sql::new(
            "SELECT s.state FROM maintenance m JOIN snapshot s ON s.org = m.org AND s.id = m.id \
             WHERE m.org = ",
        );
        sql.bind(&self.inner.org);
        sql.push(" AND m.until_at > ").bind(since);
        sql.push(" ORDER BY m.from_at DESC, m.id DESC LIMIT ")
            .bind(TOLD_LIMIT);
        let rows: Vec<(String,)> = sql.all(lease.conn()).await?;
        let mut maintenances = Vec::new();
        for (state,) in rows {
            let State::Maintenance(found) =
                State::from_json("maintenance", &state).map_err(Error::damaged)?
            else {
                continue;
            };
            let mut components = page.settings.components.iter();
            if components.any(|c| !c.services.is_disjoint(&found.plan.services)) {
                maintenances.push(*found);
            }
        }
        Ok(Told {
            announcements,
            maintenances,
        })
    }

    /// Changes whenever what was said on a page does: how much, when last, and how much of it
    /// goes on.
    pub async fn told_mark(&self, page: &StatusPageId) -> Result<(i64, i64, i64)> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(Option<i64>, Option<i64>, i64)> = Sql::new(
            "SELECT CAST(SUM(said) AS BIGINT), MAX(said_at), COUNT(CASE WHEN is_open = TRUE THEN 1 END) \
             FROM announcement WHERE org = $1 AND page = $2",
        )
        .arg(&self.inner.org)
        .arg(page.as_str())
        .first(lease.conn())
        .await?;
        let (all, last, open) = row.unwrap_or_default();
        Ok((all.unwrap_or(0), last.unwrap_or(0), open))
    }

    /// What users of these pages wait for the end of, for lists of who reports: the page and the
    /// incident, with what was said; the latest said first.
    pub async fn told_now(
        &self,
        pages: &[StatusPageId],
    ) -> Result<Vec<(StatusPageId, IncidentId, Announcement)>> {
        if pages.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new("SELECT page, incident, state FROM announcement WHERE org = ");
        sql.bind(&self.inner.org);
        let pages: Vec<&str> = pages.iter().map(StatusPageId::as_str).collect();
        sql.push(" AND is_open = TRUE AND page IN ").list(&pages);
        sql.push(" ORDER BY said_at DESC, incident LIMIT 20");
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<(String, String, String)> = sql.all(lease.conn()).await?;
        let read = |(page, incident, state): (String, String, String)| {
            Ok((
                StatusPageId::parse(&page).map_err(Error::damaged)?,
                IncidentId::parse(&incident).map_err(Error::damaged)?,
                serde_json::from_str(&state).map_err(Error::damaged)?,
            ))
        };
        rows.into_iter().map(read).collect()
    }
}
