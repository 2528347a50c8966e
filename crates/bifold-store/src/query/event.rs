//! Events: the register of everything reported or signalled, decided or not.

use super::PAGE_LIMIT;
use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_domain::event::Event;
use bifold_domain::record::State;
use bifold_domain::{EventId, Viewer};
use serde::Serialize;
use sqlx::FromRow;

/// One row of the register.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its version.
    pub version: i64,
    /// What the reporter says it is.
    pub sort: String,
    /// Its title.
    pub title: String,
    /// By which way it came.
    pub channel: String,
    /// What it was found to be.
    pub standing: String,
    /// On which ground it was dismissed.
    pub ground: Option<String>,
    /// The incident it belongs to.
    pub incident: Option<String>,
    /// When it was taken in, microseconds since the epoch.
    pub received_at: i64,
    /// Since when all a machine signalled of it is over.
    pub cleared_at: Option<i64>,
    /// When it was decided.
    pub decided_at: Option<i64>,
    /// By whom.
    pub decided_by: Option<String>,
    /// Its place in the order of numbers.
    pub seq: i64,
}

/// Which events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// What they were found to be.
    pub standing: Option<String>,
    /// What the reporter says they are.
    pub sort: Option<String>,
    /// From this machine.
    pub source: Option<String>,
    /// With this identity there.
    pub external_id: Option<String>,
}

/// The incident an event belongs to stays hidden from those who cannot read it, also from the
/// event's own reporter.
const VISIBLE_INCIDENT: &str = "CASE WHEN e.incident IS NULL THEN NULL \
    WHEN EXISTS (SELECT 1 FROM incident i WHERE i.org = e.org AND i.id = e.incident AND ";

const COLUMNS: &str = "e.id, e.number, e.version, e.sort, e.title, e.channel, e.standing, \
    e.ground, e.received_at, e.cleared_at, e.decided_at, e.decided_by, e.seq";

impl Store {
    fn events_select(&self, viewer: &Viewer, columns: &str) -> Sql {
        let mut sql = Sql::new("SELECT ");
        sql.push(columns).push(", ").push(VISIBLE_INCIDENT);
        super::visible(&mut sql, viewer, self.inner.shell.clock.now());
        sql.push(") THEN e.incident END AS incident FROM event e");
        sql
    }

    /// A page of the register, newest first.
    pub async fn events(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let mut sql = self.events_select(viewer, COLUMNS);
        sql.push(" WHERE e.org = ").bind(&self.inner.org);
        filtered(&mut sql, filter);
        if let Some(seq) = before {
            sql.push(" AND e.seq < ").bind(seq);
        }
        self.seen_by(&mut sql, viewer);
        sql.push(" ORDER BY e.seq DESC LIMIT ")
            .bind(i64::from(limit.min(PAGE_LIMIT + 1)));
        let mut lease = self.inner.db.reader().await?;
        Ok(sql.all(lease.conn()).await?)
    }

    /// Those that wait for a decision, oldest first, from the one after `after`.
    pub async fn waiting_events(
        &self,
        viewer: &Viewer,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let mut sql = self.events_select(viewer, COLUMNS);
        sql.push(" WHERE e.org = ")
            .bind(&self.inner.org)
            .push(" AND e.standing = 'undecided'");
        if let Some(seq) = after {
            sql.push(" AND e.seq > ").bind(seq);
        }
        self.seen_by(&mut sql, viewer);
        sql.push(" ORDER BY e.seq LIMIT ")
            .bind(i64::from(limit.min(PAGE_LIMIT + 1)));
        let mut lease = self.inner.db.reader().await?;
        Ok(sql.all(lease.conn()).await?)
    }

    /// How many events, counted up to `cap`, and whether there are more than that.
    pub async fn count_events(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        cap: u32,
    ) -> Result<(u32, bool)> {
        let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1 FROM event e WHERE e.org = ");
        sql.bind(&self.inner.org);
        filtered(&mut sql, filter);
        self.seen_by(&mut sql, viewer);
        sql.push(" LIMIT ")
            .bind(i64::from(cap) + 1)
            .push(") counted");
        let mut lease = self.inner.db.reader().await?;
        Ok(super::capped(sql.first(lease.conn()).await?, cap))
    }

    /// Who sees an event: its reporter always; whoever reads incidents, unless it belongs to an
    /// incident they cannot read, whose words it repeats, or is for those who read sensitive lanes.
    pub(crate) fn seen_by(&self, sql: &mut Sql, viewer: &Viewer) {
        sql.push(" AND (e.reporter = ").bind(viewer.person.as_str());
        if viewer.reads_incidents {
            sql.push(if viewer.reads_sensitive_lanes {
                " OR "
            } else {
                " OR e.is_sensitive = FALSE AND "
            });
            sql.push(
                "(e.incident IS NULL OR EXISTS (SELECT 1 FROM incident i WHERE i.org = e.org \
                 AND i.id = e.incident AND ",
            );
            super::visible(sql, viewer, self.inner.shell.clock.now());
            sql.push("))");
        }
        sql.push(")");
    }

    /// One event by id or number, with the incident it belongs to if the viewer can read that.
    pub async fn event(
        &self,
        viewer: &Viewer,
        name: &str,
    ) -> Result<Option<(Event, u64, Option<String>)>> {
        let mut sql = self.events_select(viewer, "s.version, s.state");
        sql.push(" JOIN snapshot s ON s.org = e.org AND s.id = e.id WHERE e.org = ");
        sql.bind(&self.inner.org);
        sql.push(if EventId::parse(name).is_ok() {
            " AND e.id = "
        } else {
            " AND e.number = "
        });
        sql.bind(name);
        self.seen_by(&mut sql, viewer);
        let mut lease = self.inner.db.reader().await?;
        let row = sql
            .first::<(i64, String, Option<String>)>(lease.conn())
            .await?;
        let Some((version, state, incident)) = row else {
            return Ok(None);
        };
        match State::from_json("event", &state).map_err(Error::damaged)? {
            State::Event(event) => Ok(Some((
                *event,
                u64::try_from(version).map_err(Error::damaged)?,
                incident,
            ))),
            _ => Err(Error::damaged("a snapshot of another type")),
        }
    }

    /// The newest event with this machine identity that still waits for a decision or belongs to
    /// an open incident, if the viewer may see it: repeats find the first.
    pub async fn open_signal(
        &self,
        viewer: &Viewer,
        source: &str,
        external_id: &str,
    ) -> Result<Option<(EventId, String, u64)>> {
        let mut sql = Sql::new("SELECT e.id, e.number, e.version FROM event e WHERE e.org = ");
        sql.bind(&self.inner.org)
            .push(" AND e.source = ")
            .bind(source);
        sql.push(" AND e.external_id = ").bind(external_id).push(
            " AND (e.standing = 'undecided' OR EXISTS (SELECT 1 FROM incident i \
             WHERE i.org = e.org AND i.id = e.incident AND i.is_open = TRUE))",
        );
        self.seen_by(&mut sql, viewer);
        sql.push(" ORDER BY e.seq DESC LIMIT 1");
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String, String, i64)> = sql.first(lease.conn()).await?;
        row.map(|(id, number, version)| {
            let id = EventId::parse(&id).map_err(Error::damaged)?;
            Ok((id, number, u64::try_from(version).map_err(Error::damaged)?))
        })
        .transpose()
    }

    /// The id behind an id or a number, whoever asks; the command decides about the actor.
    pub async fn event_id(&self, name: &str) -> Result<Option<EventId>> {
        if let Ok(id) = EventId::parse(name) {
            return Ok(Some(id));
        }
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String,)> =
            Sql::new("SELECT id FROM event WHERE org = $1 AND number = $2")
                .arg(&self.inner.org)
                .arg(name)
                .first(lease.conn())
                .await?;
        row.map(|r| EventId::parse(&r.0).map_err(Error::damaged))
            .transpose()
    }
}

/// Adds the filter's conditions for events under the alias `e`.
fn filtered(sql: &mut Sql, filter: &Filter) {
    let equal = [
        (" AND e.standing = ", &filter.standing),
        (" AND e.sort = ", &filter.sort),
        (" AND e.source = ", &filter.source),
        (" AND e.external_id = ", &filter.external_id),
    ];
    for (text, value) in equal {
        if let Some(value) = value {
            sql.push(text).bind(value);
        }
    }
}
