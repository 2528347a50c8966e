//! The history of one record: its ledger entries, as far as the viewer may see their lanes.

use super::in_visible_lane;
use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::write::seal;
use bifold_domain::{At, Directory, IncidentId, Viewer};
use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;

#[derive(FromRow)]
struct EntryRow {
    log: i64,
    idx: i64,
    subject_n: i64,
    kind: String,
    lane: Option<String>,
    at: i64,
    actor: String,
    leaf_hash: String,
    disclosures: Option<String>,
    by_idx: Option<i64>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Its place in the record's own history, from 0.
    pub n: i64,
    /// What sort of fact, such as `incident.resolved`.
    pub kind: String,
    /// The lane it belongs to, if to one.
    pub lane: Option<String>,
    /// When it was recorded.
    pub at: At,
    /// Who did it, by pseudonym.
    pub actor: String,
    /// The ledger it stands in.
    pub origin: String,
    /// Its place there.
    pub index: i64,
    /// Its leaf hash, base64.
    pub leaf_hash: String,
    /// What was recorded.
    pub fact: Value,
}

impl Store {
    /// A page of a readable incident's history, oldest first, after the `n` given.
    ///
    /// The caller must have read the incident with the same viewer first; the lanes are filtered
    /// here.
    pub async fn timeline(
        &self,
        viewer: &Viewer,
        id: &IncidentId,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        let directory = self.directory().await?;
        let sql = self.timeline_sql(viewer, &directory, id, after, limit);
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<EntryRow> = sql.all(lease.conn()).await?;
        rows.into_iter().map(|row| self.entry(row)).collect()
    }

    pub(super) fn timeline_sql(
        &self,
        viewer: &Viewer,
        directory: &Directory,
        id: &IncidentId,
        after: Option<i64>,
        limit: u32,
    ) -> Sql {
        let mut sql = Sql::new(
            "SELECT e.log, e.idx, e.subject_n, e.kind, e.lane, e.at, e.actor, e.leaf_hash, \
             d.disclosures, (SELECT MAX(r.by_idx) FROM ledger_redaction r WHERE r.org = e.org \
             AND r.log = e.log AND r.idx = e.idx) AS by_idx \
             FROM incident i CROSS JOIN ledger_entry e LEFT JOIN ledger_disclosure d \
             ON d.org = e.org AND d.log = e.log AND d.idx = e.idx \
             WHERE i.org = e.org AND i.id = e.subject AND e.org = ",
        );
        sql.bind(&self.inner.org)
            .push(" AND e.subject = ")
            .bind(id.as_str());
        sql.push(" AND e.subject_n > ")
            .bind(after.unwrap_or(-1))
            .push(" AND ");
        in_visible_lane(&mut sql, viewer, directory);
        sql.push(" AND ");
        super::visible(&mut sql, viewer, self.inner.shell.clock.now());
        sql.push(" ORDER BY e.subject_n LIMIT ")
            .bind(i64::from(limit.min(super::PAGE_LIMIT + 1)));
        sql
    }

    fn entry(&self, row: EntryRow) -> Result<Entry> {
        let by = u64::try_from(row.by_idx.unwrap_or(0)).map_err(Error::damaged)?;
        let disclosures = row.disclosures.unwrap_or_default();
        let (_, fact) = seal::join_json(&row.kind, &disclosures, by)?;
        Ok(Entry {
            n: row.subject_n,
            kind: row.kind,
            lane: row.lane,
            at: At::from_micros(row.at),
            actor: row.actor,
            origin: self.inner.origin(row.log),
            index: row.idx,
            leaf_hash: row.leaf_hash,
            fact: plain(fact),
        })
    }
}

/// The fact as people read it: present values as themselves, removed ones as a mark.
fn plain(json: Value) -> Value {
    match json {
        Value::Object(mut map) if map.len() == 1 && map.contains_key("~") => {
            map.remove("~").unwrap_or_default()
        }
        Value::Object(map) if map.len() == 1 && map.contains_key("~redacted") => {
            let by = map.get("~redacted").and_then(Value::as_u64).unwrap_or(0);
            serde_json::json!({ "redacted_by_entry": by })
        }
        Value::Object(map) => map
            .into_iter()
            .filter(|(k, _)| k != "fact")
            .map(|(k, v)| (k, plain(v)))
            .collect(),
        Value::Array(items) => items.into_iter().map(plain).collect(),
        other => other,
    }
}
