//! The inbox: what a person was told, as far as they may still read it.

use crate::db::{Conn, Sql};
use crate::error::{Error, Result};
use crate::query::visible;
use crate::store::{Inner, Store};
use bifold_domain::incident::Tlp;
use bifold_domain::{At, IncidentId, PersonId, Viewer};
use bifold_notify::notice::Occasion;
use bifold_notify::{Clearance, Urgency};
use sqlx::FromRow;

/// Unread notices that are counted; more are "and more".
const COUNT_CAP: i64 = 100;

/// What a notice is about, as its person may read it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// An incident.
    Incident {
        /// Its id.
        id: IncidentId,
        /// Its number, such as `INC-2026-0042`.
        number: String,
        /// Its title.
        title: String,
        /// What it is called outside; nothing where nothing may be said.
        outside: Option<String>,
        /// What it asks of a way.
        clearance: Clearance,
    },
    /// A part of the system, by name.
    Part(String),
}

/// A notice, as its person may read it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// Its id.
    pub id: String,
    /// Whom it tells.
    pub person: PersonId,
    /// Of what.
    pub occasion: Occasion,
    /// How much it presses.
    pub urgency: Urgency,
    /// About what.
    pub about: Shown,
    /// Who caused it, if somebody did.
    pub by: Option<String>,
    /// When it was raised.
    pub at: At,
    /// When it was read.
    pub read_at: Option<At>,
    /// What was wrong with its ways: `no_way`, `one_way`, `one_kind`.
    pub warning: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    person: String,
    occasion: String,
    urgency: String,
    subject_type: String,
    subject: String,
    actor: Option<String>,
    at: i64,
    read_at: Option<i64>,
    warning: Option<String>,
    number: Option<String>,
    title: Option<String>,
    title_outside: Option<String>,
    tlp: Option<String>,
    restricted: Option<bool>,
}

impl TryFrom<Row> for Noted {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let about = match (row.number, row.title, row.tlp) {
            (Some(number), Some(title), Some(tlp)) => Shown::Incident {
                id: IncidentId::parse(&row.subject).map_err(Error::damaged)?,
                number,
                title,
                outside: row.title_outside,
                clearance: Tlp::from_word(&tlp)
                    .map(|tlp| Clearance::of(tlp, row.restricted == Some(true)))
                    .ok_or_else(|| Error::damaged("a label of an incident"))?,
            },
            _ if row.subject_type == super::raise::PART => Shown::Part(row.subject),
            _ => return Err(Error::damaged("a notice about nothing")),
        };
        Ok(Self {
            id: row.id,
            person: PersonId::parse(&row.person).map_err(Error::damaged)?,
            occasion: Occasion::from_word(&row.occasion)
                .ok_or_else(|| Error::damaged("an occasion"))?,
            urgency: Urgency::from_word(&row.urgency)
                .ok_or_else(|| Error::damaged("an urgency"))?,
            about,
            by: row.actor,
            at: At::from_micros(row.at),
            read_at: row.read_at.map(At::from_micros),
            warning: row.warning,
        })
    }
}

/// From notices of this viewer that they may read now; the caller adds conditions and an order.
fn readable(sql: &mut Sql, org: &str, viewer: &Viewer, now: At) {
    sql.push(
        " FROM notice n LEFT JOIN incident i ON i.org = n.org AND i.id = n.subject \
         AND n.subject_type = 'incident' WHERE n.org = ",
    )
    .bind(org);
    sql.push(" AND n.person = ").bind(viewer.person.as_str());
    sql.push(" AND (n.subject_type = 'system' OR (i.id IS NOT NULL AND ");
    visible(sql, viewer, now);
    sql.push("))");
}

const SHOWN: &str = "SELECT n.id, n.person, n.occasion, n.urgency, n.subject_type, n.subject, \
     n.actor, n.at, n.read_at, n.warning, i.number, i.title, i.title_outside, i.tlp, i.restricted";

/// These notices of one person, as far as they may read them now.
pub(super) async fn some(
    conn: Conn<'_>,
    inner: &Inner,
    viewer: &Viewer,
    ids: &[String],
) -> Result<Vec<Noted>> {
    let mut sql = Sql::new(SHOWN);
    readable(&mut sql, &inner.org, viewer, inner.shell.clock.now());
    sql.push(" AND n.id IN ").list(ids);
    let rows: Vec<Row> = sql.all(conn).await?;
    rows.into_iter().map(Noted::try_from).collect()
}

impl Store {
    /// A person's notices, the newest first; after this one, where the page before ended.
    pub async fn inbox(
        &self,
        viewer: &Viewer,
        after: Option<(i64, &str)>,
        limit: u32,
    ) -> Result<Vec<Noted>> {
        let mut sql = Sql::new(SHOWN);
        readable(
            &mut sql,
            &self.inner.org,
            viewer,
            self.inner.shell.clock.now(),
        );
        if let Some((at, id)) = after {
            sql.push(" AND (n.at < ").bind(at);
            sql.push(" OR (n.at = ").bind(at);
            sql.push(" AND n.id < ").bind(id).push("))");
        }
        sql.push(" ORDER BY n.at DESC, n.id DESC LIMIT ")
            .bind(limit);
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<Row> = sql.all(lease.conn()).await?;
        rows.into_iter().map(Noted::try_from).collect()
    }

    /// How many a person has not read, up to a hundred, and whether there are more.
    pub async fn unread(&self, viewer: &Viewer) -> Result<(u32, bool)> {
        let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT n.id");
        readable(
            &mut sql,
            &self.inner.org,
            viewer,
            self.inner.shell.clock.now(),
        );
        sql.push(" AND n.read_at IS NULL LIMIT ")
            .bind(COUNT_CAP + 1);
        sql.push(") unread");
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64,)> = sql.first(lease.conn()).await?;
        let cap = u32::try_from(COUNT_CAP).unwrap_or(u32::MAX);
        Ok(crate::query::capped(row, cap))
    }

    /// Marks notices of a person as read: these, or all where none is named. How many were not.
    pub async fn mark_read(&self, person: &PersonId, ids: &[String]) -> Result<u64> {
        let mut sql = Sql::new("UPDATE notice SET read_at = ");
        sql.bind(self.now())
            .push(" WHERE read_at IS NULL AND org = ");
        sql.bind(&self.inner.org).push(" AND person = ");
        sql.bind(person.as_str());
        if !ids.is_empty() {
            sql.push(" AND id IN ").list(ids);
        }
        let mut tx = self.inner.db.begin().await?;
        let marked = sql.run(tx.conn()).await?;
        tx.commit().await?;
        Ok(marked)
    }

    /// Marks what everybody was told before this time as read: of a history that was told, nobody
    /// has to hear anew.
    pub async fn mark_old_read(&self, before: At) -> Result<u64> {
        let mut tx = self.inner.db.begin().await?;
        let marked = Sql::new(
            "UPDATE notice SET read_at = at WHERE org = $1 AND read_at IS NULL AND at < $2",
        )
        .arg(&self.inner.org)
        .arg(before.micros())
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(marked)
    }
}
