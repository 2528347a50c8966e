//! Gates that wait for somebody, and what restoring and preserving cost each other.

use super::visible;
use crate::db::Sql;
use crate::error::Result;
use crate::query::filter::{Filter, filtered};
use crate::store::Store;
use bifold_domain::gate::minutes_of;
use bifold_domain::{At, Viewer};
use serde::Serialize;
use sqlx::FromRow;
use std::collections::BTreeMap;

/// An action that the gate holds up.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct Held {
    /// Number of the incident.
    pub number: String,
    /// Title of the incident.
    pub title: String,
    /// The action's id.
    pub id: String,
    /// Which of the catalogue.
    pub action: String,
    /// What it does to evidence.
    pub effect: String,
    /// Until when the gate holds it, in microseconds since the epoch.
    pub due: i64,
}

/// An action for which evidence was given up, and on which nobody has looked back.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct Waiver {
    /// Number of the incident.
    pub number: String,
    /// Title of the incident.
    pub title: String,
    /// The action's id.
    pub id: String,
    /// Which of the catalogue.
    pub action: String,
    /// On what it was let through.
    pub ground: String,
    /// When, in microseconds since the epoch.
    pub opened_at: i64,
}

/// What each side cost the other over many incidents (features F107, F111).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// Incidents in which the gate shut at least once.
    pub incidents: i64,
    /// Actions that met it.
    pub actions: i64,
    /// Minutes services waited for evidence; in one incident what overlaps counts once.
    pub waited_minutes: i64,
    /// Things saved before restoring.
    pub saved_items: i64,
    /// Things given up by restoring.
    pub lost_items: i64,
    /// Actions let through by giving evidence up.
    pub waivers: i64,
    /// Of those, not yet looked back on.
    pub unreviewed: i64,
}

#[derive(FromRow)]
struct Row {
    incident: String,
    wanted_at: i64,
    opened_at: Option<i64>,
    ground: Option<String>,
    standing: String,
    saved: i64,
    lost: i64,
    wants_review: bool,
}

impl Store {
    /// What waits at the gate, the most pressing first.
    pub async fn held_actions(&self, viewer: &Viewer, limit: u32) -> Result<Vec<Held>> {
        let mut sql = Sql::new(
            "SELECT i.number, i.title, a.id, a.action, a.effect, a.due \
             FROM restoring_action a CROSS JOIN incident i \
             WHERE a.due IS NOT NULL AND i.org = a.org AND i.id = a.incident \
             AND i.is_open = TRUE AND a.org = ",
        );
        sql.bind(self.inner.org.as_str()).push(" AND ");
        visible(&mut sql, viewer, self.inner.shell.clock.now());
        sql.push(" ORDER BY a.due, a.id LIMIT ").bind(limit);
        let mut lease = self.inner.db.reader().await?;
        Ok(sql.all(lease.conn()).await?)
    }

    /// Evidence that was given up and not yet looked back on, the oldest first.
    pub async fn waivers(&self, viewer: &Viewer, limit: u32) -> Result<Vec<Waiver>> {
        let mut sql = Sql::new(
            "SELECT i.number, i.title, a.id, a.action, a.ground, a.opened_at \
             FROM restoring_action a CROSS JOIN incident i \
             WHERE a.wants_review = TRUE AND i.org = a.org AND i.id = a.incident AND a.org = ",
        );
        sql.bind(self.inner.org.as_str()).push(" AND ");
        visible(&mut sql, viewer, self.inner.shell.clock.now());
        sql.push(" ORDER BY a.opened_at, a.id LIMIT ").bind(limit);
        let mut lease = self.inner.db.reader().await?;
        Ok(sql.all(lease.conn()).await?)
    }

    /// What preserving cost services, and restoring the evidence, among these incidents.
    pub async fn conflict(&self, viewer: &Viewer, filter: &Filter) -> Result<Conflict> {
        let now = self.inner.shell.clock.now();
        let mut sql = Sql::new(
            "SELECT a.incident, a.wanted_at, a.opened_at, a.ground, a.standing, a.saved, a.lost, \
             a.wants_review FROM restoring_action a CROSS JOIN incident i \
             WHERE i.org = a.org AND i.id = a.incident AND a.standing <> 'withdrawn' AND ",
        );
        filtered(&mut sql, &self.inner.org, filter, now);
        sql.push(" AND ");
        visible(&mut sql, viewer, now);
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<Row> = sql.all(lease.conn()).await?;
        Ok(sum(rows, now))
    }
}

fn sum(rows: Vec<Row>, now: At) -> Conflict {
    let mut total = Conflict::default();
    let mut spans: BTreeMap<String, Vec<(At, At)>> = BTreeMap::new();
    for row in rows {
        let gives_up = row
            .ground
            .as_deref()
            .and_then(bifold_domain::gate::Ground::from_word);
        total.actions += 1;
        total.saved_items += row.saved;
        total.lost_items += row.lost;
        total.waivers += i64::from(gives_up.is_some_and(bifold_domain::gate::Ground::gives_up));
        total.unreviewed += i64::from(row.wants_review);
        let until = match row.opened_at {
            Some(opened) => At::from_micros(opened),
            None if row.standing == "held" => now,
            None => At::from_micros(row.wanted_at),
        };
        let span = (At::from_micros(row.wanted_at), until);
        spans.entry(row.incident).or_default().push(span);
    }
    total.incidents = i64::try_from(spans.len()).unwrap_or(i64::MAX);
    total.waited_minutes = spans.into_values().map(minutes_of).sum();
    total
}
