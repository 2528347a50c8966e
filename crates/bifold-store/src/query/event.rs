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

/// Events are seen by those who read incidents, and by who reported them. What an event says
/// about a restricted incident is only its existence; the incident's id stays hidden from those
/// who cannot read it.
const VISIBLE_INCIDENT: &str = "CASE WHEN e.incident IS NULL THEN NULL \
    WHEN EXISTS (SELECT 1 FROM incident i WHERE i.org = e.org AND i.id = e.incident AND ";

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
        let mut sql = self.events_select(
            viewer,
            "e.id, e.number, e.version, e.sort, e.title, e.channel, e.standing, e.ground, \
             e.received_at, e.decided_at, e.decided_by, e.seq",
        );
        sql.push(" WHERE e.org = ").bind(&self.inner.org);
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
        if let Some(seq) = before {
            sql.push(" AND e.seq < ").bind(seq);
        }
        self.seen_by(&mut sql, viewer);
        sql.push(" ORDER BY e.seq DESC LIMIT ")
            .bind(i64::from(limit.min(PAGE_LIMIT + 1)));
        let mut lease = self.inner.db.reader().await?;
        Ok(sql.all(lease.conn()).await?)
    }

    #[allow(clippy::unused_self)] // Reads as a sentence where it is used.
    fn seen_by(&self, sql: &mut Sql, viewer: &Viewer) {
        if !viewer.reads_incidents {
            sql.push(" AND e.reporter = ").bind(viewer.person.as_str());
        }
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

    /// The event with this machine identity, whoever asks: repeats find the first.
    pub async fn event_of_signal(
        &self,
        source: &str,
        external_id: &str,
    ) -> Result<Option<EventId>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String,)> = Sql::new(
            "SELECT id FROM event WHERE org = $1 AND source = $2 AND external_id = $3 \
             ORDER BY seq DESC LIMIT 1",
        )
        .arg(&self.inner.org)
        .arg(source)
        .arg(external_id)
        .first(lease.conn())
        .await?;
        row.map(|r| EventId::parse(&r.0).map_err(Error::damaged))
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
