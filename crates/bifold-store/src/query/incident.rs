//! Incidents: the queue, one incident, and who it hangs together with.

use super::filter::filtered;
pub use super::filter::{Filter, IDS_LIMIT};
use super::{PAGE_LIMIT, visible};
use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::write::clocked::NEVER;
use bifold_domain::incident::Incident;
use bifold_domain::record::State;
use bifold_domain::{At, IncidentId, Viewer};
use serde::Serialize;
use sqlx::FromRow;

/// One row of the queue.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its version.
    pub version: i64,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub stage: String,
    /// Handling priority, 1 to 5.
    pub handling: i64,
    /// How much is hurt.
    pub impact: String,
    /// How soon it must be dealt with.
    pub urgency: String,
    /// Is a service hurt?
    pub service_is: String,
    /// Is information hurt?
    pub security_is: String,
    /// Further kinds it is, separated by spaces.
    pub further_kinds: String,
    /// The service concerned.
    pub service: Option<String>,
    /// Its category.
    pub category: Option<String>,
    /// The team it is assigned to.
    pub team: Option<String>,
    /// The person it is assigned to.
    pub assignee: Option<String>,
    /// Whether it is restricted to named people.
    pub restricted: bool,
    /// Major or not.
    pub major: String,
    /// TLP 2.0 label.
    pub tlp: String,
    /// When it was recorded, microseconds since the epoch.
    pub recorded_at: i64,
    /// When it was resolved.
    pub resolved_at: Option<i64>,
    /// Until when it sleeps.
    pub snoozed_until: Option<i64>,
    /// The next end of a time on its clocks; far beyond all times when none runs.
    pub clock_due: i64,
    /// Of which clock it is, as `agreement/metric`.
    pub clock_of: Option<String>,
    /// Whether its clocks are paused.
    pub clock_paused: bool,
    /// Where it was imported from.
    pub source: Option<String>,
    /// Its id there.
    pub external_id: Option<String>,
    /// Its place in the order of numbers.
    pub seq: i64,
    /// How probable it is that one of its times is missed, in thousandths, as said in the last
    /// minutes.
    #[sqlx(skip)]
    pub risk: Option<i64>,
}

const COLUMNS: &str = "i.id, i.number, i.version, i.title, i.stage, i.handling, i.impact, \
    i.urgency, i.service_is, i.security_is, i.further_kinds, i.service, i.category, i.team, \
    i.assignee, i.restricted, i.major, i.tlp, i.recorded_at, i.resolved_at, i.snoozed_until, \
    i.clock_due, i.clock_of, i.clock_paused, i.source, i.external_id, i.seq";

/// How the queue is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Most urgent first, oldest first among equals.
    #[default]
    MostUrgent,
    /// Newest first.
    Newest,
    /// Whose time ends first comes first.
    Due,
}

/// Where the next page begins: after this row of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// Its handling priority.
    pub handling: i64,
    /// The next end of a time on its clocks.
    pub due: i64,
    /// Its place in the order of numbers.
    pub seq: i64,
}

impl Row {
    /// The next end of a time on its clocks.
    pub fn due(&self) -> Option<At> {
        (self.clock_due != NEVER).then_some(At::from_micros(self.clock_due))
    }
}

impl Store {
    /// A page of the queue. Ask for one row more than shown to know whether there is a next page.
    pub async fn incidents(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        order: Order,
        after: Option<After>,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let sql = self.queue_sql(viewer, filter, order, after, limit);
        let mut lease = self.inner.db.reader().await?;
        let mut rows: Vec<Row> = sql.all(lease.conn()).await?;
        drop(lease);
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let risks = self.risks(&ids).await?;
        for row in &mut rows {
            row.risk = risks.get(&row.id).copied();
        }
        Ok(rows)
    }

    pub(super) fn queue_sql(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        order: Order,
        after: Option<After>,
        limit: u32,
    ) -> Sql {
        let now = self.inner.shell.clock.now();
        let mut sql = Sql::new("SELECT ");
        sql.push(COLUMNS).push(" FROM incident i WHERE ");
        filtered(&mut sql, &self.inner.org, filter, now);
        match (order, after) {
            (Order::MostUrgent, Some(After { handling, seq, .. })) => {
                sql.push(" AND (i.handling, i.seq) > (")
                    .bind(handling)
                    .push(", ");
                sql.bind(seq).push(")");
            }
            (Order::Newest, Some(After { seq, .. })) => {
                sql.push(" AND i.seq < ").bind(seq);
            }
            (Order::Due, Some(After { due, seq, .. })) => {
                sql.push(" AND (i.clock_due, i.seq) > (")
                    .bind(due)
                    .push(", ");
                sql.bind(seq).push(")");
            }
            (_, None) => {}
        }
        sql.push(" AND ");
        visible(&mut sql, viewer, now);
        sql.push(match order {
            Order::MostUrgent => " ORDER BY i.handling, i.seq LIMIT ",
            Order::Newest => " ORDER BY i.seq DESC LIMIT ",
            Order::Due => " ORDER BY i.clock_due, i.seq LIMIT ",
        });
        sql.bind(i64::from(limit.min(PAGE_LIMIT + 1)));
        sql
    }

    /// How many incidents, counted up to `cap`, and whether there are more than that.
    pub async fn count(&self, viewer: &Viewer, filter: &Filter, cap: u32) -> Result<(u32, bool)> {
        let sql = self.count_sql(viewer, filter, cap);
        let mut lease = self.inner.db.reader().await?;
        Ok(super::capped(sql.first(lease.conn()).await?, cap))
    }

    pub(super) fn count_sql(&self, viewer: &Viewer, filter: &Filter, cap: u32) -> Sql {
        let now = self.inner.shell.clock.now();
        let mut filter = filter.clone();
        let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1 FROM incident i WHERE ");
        if filter.take_open() {
            sql.push("i.is_open IS TRUE AND ");
        }
        filtered(&mut sql, &self.inner.org, &filter, now);
        sql.push(" AND ");
        visible(&mut sql, viewer, now);
        // One more than the cap shows that there are more.
        sql.push(" LIMIT ")
            .bind(i64::from(cap) + 1)
            .push(") counted");
        sql
    }

    /// One incident by id or number, or `None` when it is not there for this viewer.
    pub async fn incident(&self, viewer: &Viewer, name: &str) -> Result<Option<(Incident, u64)>> {
        let sql = self.incident_sql(viewer, name);
        let mut lease = self.inner.db.reader().await?;
        let Some((version, state)) = sql.first::<(i64, String)>(lease.conn()).await? else {
            return Ok(None);
        };
        match State::from_json("incident", &state).map_err(Error::damaged)? {
            State::Incident(incident) => Ok(Some((
                *incident,
                u64::try_from(version).map_err(Error::damaged)?,
            ))),
            _ => Err(Error::damaged("a snapshot of another type")),
        }
    }

    pub(super) fn incident_sql(&self, viewer: &Viewer, name: &str) -> Sql {
        let mut sql = Sql::new(
            "SELECT s.version, s.state FROM incident i CROSS JOIN snapshot s \
             WHERE s.org = i.org AND s.id = i.id AND i.org = ",
        );
        sql.bind(&self.inner.org);
        sql.push(if IncidentId::parse(name).is_ok() {
            " AND i.id = "
        } else {
            " AND i.number = "
        });
        sql.bind(name).push(" AND ");
        visible(&mut sql, viewer, self.inner.shell.clock.now());
        sql
    }

    /// The id behind an id or a number, whoever asks; for commands, which decide themselves
    /// whether the actor may know of it.
    pub async fn incident_id(&self, name: &str) -> Result<Option<IncidentId>> {
        if let Ok(id) = IncidentId::parse(name) {
            return Ok(Some(id));
        }
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String,)> =
            Sql::new("SELECT id FROM incident WHERE org = $1 AND number = $2")
                .arg(&self.inner.org)
                .arg(name)
                .first(lease.conn())
                .await?;
        row.map(|r| IncidentId::parse(&r.0).map_err(Error::damaged))
            .transpose()
    }

    /// Children, and relations in both directions, as far as the viewer may see the other end.
    pub async fn relatives(&self, viewer: &Viewer, id: &IncidentId) -> Result<Vec<Relative>> {
        let mut lease = self.inner.db.reader().await?;
        Ok(self.relatives_sql(viewer, id).all(lease.conn()).await?)
    }

    pub(super) fn relatives_sql(&self, viewer: &Viewer, id: &IncidentId) -> Sql {
        let now = self.inner.shell.clock.now();
        let mut sql = Sql::new(
            "SELECT x.kind, i.id, i.number, i.title, i.stage FROM (SELECT kind, to_id AS other \
             FROM relation WHERE org = ",
        );
        sql.bind(&self.inner.org)
            .push(" AND from_id = ")
            .bind(id.as_str());
        sql.push(" UNION ALL SELECT 'is_' || kind || '_of', from_id FROM relation WHERE org = ");
        sql.bind(&self.inner.org)
            .push(" AND to_id = ")
            .bind(id.as_str());
        sql.push(" UNION ALL SELECT 'child', id FROM incident WHERE org = ");
        sql.bind(&self.inner.org)
            .push(" AND parent = ")
            .bind(id.as_str());
        // CROSS JOIN: SQLite then looks up the few others and never walks all incidents.
        sql.push(") x CROSS JOIN incident i WHERE i.id = x.other AND i.org = ")
            .bind(&self.inner.org);
        sql.push(" AND ");
        visible(&mut sql, viewer, now);
        sql.push(" ORDER BY x.kind, i.seq LIMIT 500");
        sql
    }

    /// Which imported incidents are already here: external id → id.
    pub async fn imported(
        &self,
        source: &str,
        external_ids: &[String],
    ) -> Result<Vec<(String, IncidentId)>> {
        let mut found = Vec::new();
        let mut lease = self.inner.db.reader().await?;
        for ids in external_ids.chunks(500) {
            let mut sql = Sql::new("SELECT external_id, id FROM incident WHERE org = ");
            sql.bind(&self.inner.org)
                .push(" AND source = ")
                .bind(source);
            sql.push(" AND external_id IN ").list(ids);
            for (external, id) in sql.all::<(String, String)>(lease.conn()).await? {
                found.push((external, IncidentId::parse(&id).map_err(Error::damaged)?));
            }
        }
        Ok(found)
    }
}

/// Another incident and how it hangs together with this one.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize)]
pub struct Relative {
    /// How.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub stage: String,
}
