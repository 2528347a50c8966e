//! Items of evidence: those of an incident, and all that the viewer may see.
//!
//! An item stands behind its incident and behind the lane of security; whoever had a hand in it
//! sees it although that lane is closed to them. The predicate says in SQL what
//! `decide` says in Rust about acting.

use super::{PAGE_LIMIT, in_visible_lane, principals, visible};
use crate::db::Sql;
use crate::error::{Error, Result};
use crate::replay::fold_until;
use crate::store::Store;
use bifold_domain::evidence::Evidence;
use bifold_domain::record::State;
use bifold_domain::{Directory, EvidenceId, IncidentId, Viewer};
use serde::Serialize;
use sqlx::FromRow;

/// One row of a list of items.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its exhibit number.
    pub number: String,
    /// Its version.
    pub version: i64,
    /// Number of the incident.
    pub incident: String,
    /// What sort of thing it is.
    pub sort: String,
    /// What it is.
    pub title: String,
    /// How far it has come, and where it is.
    pub standing: String,
    /// The asset it comes from.
    pub asset: Option<String>,
    /// Who has it.
    pub holder: Option<String>,
    /// Who is to get it.
    pub assignee: Option<String>,
    /// Its label.
    pub tlp: String,
    /// The hash of its bytes.
    pub sha256: Option<String>,
    /// How many bytes.
    pub size_bytes: Option<i64>,
    /// What the last look at the bytes found.
    pub verified: Option<String>,
    /// When that was, in microseconds since the epoch.
    pub verified_at: Option<i64>,
    /// Orders that it is not to be destroyed.
    pub holds: i64,
    /// Until when it can still be had.
    pub wanted_until: Option<i64>,
    /// What waits for two people to approve it: release or disposal.
    pub asked: Option<String>,
    /// Its place in the order of numbers.
    pub seq: i64,
}

/// Which items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of this incident.
    pub incident: Option<String>,
    /// Those in this state.
    pub standing: Option<String>,
    /// Those this person has.
    pub holder: Option<String>,
    /// Those under legal hold.
    pub is_held: bool,
    /// Those that wait for an approval.
    pub is_asked: bool,
    /// Those with these bytes.
    pub sha256: Option<String>,
}

const COLUMNS: &str = "x.id, x.number, x.version, i.number AS incident, x.sort, x.title, \
    x.standing, x.asset, x.holder, x.assignee, x.tlp, x.sha256, x.size_bytes, x.verified, \
    x.verified_at, x.holds, x.wanted_until, x.asked, x.seq";

/// Adds the predicate for items under the alias `x` of incidents under the alias `i`.
pub(super) fn seen(sql: &mut Sql, viewer: &Viewer, directory: &Directory, now: bifold_domain::At) {
    visible(sql, viewer, now);
    if viewer.reads_sensitive_lanes {
        return;
    }
    sql.push(" AND (EXISTS (SELECT 1 FROM evidence_party p WHERE p.org = x.org AND p.evidence = x.id AND p.principal IN ");
    sql.list(&principals(viewer))
        .push(") OR EXISTS (SELECT 1 FROM (SELECT CAST('security' AS TEXT) AS lane) e WHERE ");
    in_visible_lane(sql, viewer, directory);
    sql.push("))");
}

impl Store {
    /// A page of items, newest first.
    pub async fn evidence_list(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let directory = self.directory().await?;
        let mut sql = Sql::new("SELECT ");
        sql.push(COLUMNS)
            .push(" FROM evidence x CROSS JOIN incident i WHERE i.org = x.org AND i.id = x.incident AND x.org = ")
            .bind(self.inner.org.as_str());
        for (text, value) in [
            (" AND x.incident = ", &filter.incident),
            (" AND x.standing = ", &filter.standing),
            (" AND x.holder = ", &filter.holder),
            (" AND x.sha256 = ", &filter.sha256),
        ] {
            if let Some(value) = value {
                sql.push(text).bind(value);
            }
        }
        if filter.is_held {
            sql.push(" AND x.holds > 0");
        }
        if filter.is_asked {
            sql.push(" AND x.asked IS NOT NULL");
        }
        if let Some(seq) = before {
            sql.push(" AND x.seq < ").bind(seq);
        }
        sql.push(" AND ");
        seen(&mut sql, viewer, &directory, self.inner.shell.clock.now());
        sql.push(" ORDER BY x.seq DESC LIMIT ")
            .bind(i64::from(limit.min(PAGE_LIMIT + 1)));
        let mut lease = self.inner.db.reader().await?;
        Ok(sql.all(lease.conn()).await?)
    }

    /// Items of a readable incident, oldest first.
    pub async fn evidence_of(&self, viewer: &Viewer, incident: &IncidentId) -> Result<Vec<Row>> {
        let filter = Filter {
            incident: Some(incident.to_string()),
            ..Filter::default()
        };
        let mut rows = self
            .evidence_list(viewer, &filter, None, PAGE_LIMIT)
            .await?;
        rows.reverse();
        Ok(rows)
    }

    /// One item by id or exhibit number, with its version and its incident's number.
    pub async fn evidence(
        &self,
        viewer: &Viewer,
        name: &str,
    ) -> Result<Option<(Evidence, u64, String)>> {
        let directory = self.directory().await?;
        let mut sql = Sql::new(
            "SELECT s.version, s.state, i.number FROM evidence x CROSS JOIN incident i \
             CROSS JOIN snapshot s WHERE i.org = x.org AND i.id = x.incident \
             AND s.org = x.org AND s.id = x.id AND x.org = ",
        );
        sql.bind(self.inner.org.as_str());
        sql.push(if EvidenceId::parse(name).is_ok() {
            " AND x.id = "
        } else {
            " AND x.number = "
        });
        sql.bind(name).push(" AND ");
        seen(&mut sql, viewer, &directory, self.inner.shell.clock.now());
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64, String, String)> = sql.first(lease.conn()).await?;
        let Some((version, state, number)) = row else {
            return Ok(None);
        };
        let version = u64::try_from(version).map_err(Error::damaged)?;
        Ok(Some((exhibit(&state)?, version, number)))
    }

    /// An item as it was after its entry `n`, counted from 0, for those who see it now.
    pub async fn evidence_as_of(
        &self,
        viewer: &Viewer,
        id: &EvidenceId,
        n: u64,
    ) -> Result<Option<Evidence>> {
        if self.evidence(viewer, id.as_str()).await?.is_none() {
            return Ok(None);
        }
        let mut lease = self.inner.db.reader().await?;
        let state = fold_until(&self.inner, lease.conn(), id.as_str(), n).await?;
        match state {
            Some(State::Evidence(evidence)) => Ok(Some(*evidence)),
            Some(_) => Err(Error::damaged("an exhibit of another type")),
            None => Ok(None),
        }
    }

    /// One item for the system, whoever may read it.
    pub(crate) async fn evidence_state(&self, id: &EvidenceId) -> Result<Option<Evidence>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String,)> = Sql::new(
            "SELECT state FROM snapshot WHERE org = $1 AND id = $2 AND subject_type = 'evidence'",
        )
        .arg(&self.inner.org)
        .arg(id.as_str())
        .first(lease.conn())
        .await?;
        row.map(|row| exhibit(&row.0)).transpose()
    }
}

fn exhibit(state: &str) -> Result<Evidence> {
    match State::from_json("evidence", state).map_err(Error::damaged)? {
        State::Evidence(evidence) => Ok(*evidence),
        _ => Err(Error::damaged("a snapshot of another type")),
    }
}
