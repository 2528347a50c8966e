//! The history of one record: its ledger entries, as far as the viewer may see their lanes.

use super::{in_visible_lane, outside_room};
use crate::db::Sql;
use crate::disclosed::Envelopes;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::write::seal;
use bifold_domain::{At, Directory, EvidenceId, IncidentId, Viewer};
use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;
use std::collections::BTreeSet;

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

/// What sort of thing happened, as pages tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// What people wrote to each other.
    Conversation,
    /// What was said in the room while people worked on it together.
    Room,
    /// Verdicts, priority, major or not, steps of the lifecycle, and who may read.
    Decisions,
    /// Everything else.
    Changes,
}

const CONVERSATION: &[&str] = &[
    "incident.note_added",
    "incident.addition_made",
    "incident.situation_reported",
    "incident.message_kept",
];
const ROOM: &[&str] = &[
    "incident.message_said",
    "incident.message_amended",
    "incident.message_retracted",
];
const DECISIONS: &[&str] = &[
    "incident.declared",
    "incident.imported",
    "incident.verdict_given",
    "incident.rated",
    "incident.prioritised",
    "incident.priority_overridden",
    "incident.work_started",
    "incident.held",
    "incident.resumed",
    "incident.resolved",
    "incident.confirmed",
    "incident.closed",
    "incident.reopened",
    "incident.rejected",
    "incident.converted_to_request",
    "incident.cancelled",
    "incident.merged",
    "incident.unmerged",
    "incident.major_proposed",
    "incident.major_promoted",
    "incident.major_declined",
    "incident.major_stood_down",
    "incident.decision_proposed",
    "incident.decision_taken",
    "incident.decision_dropped",
    "incident.restricted",
    "incident.unrestricted",
    "incident.glass_broken",
];

impl Group {
    /// Every group, in order.
    pub const ALL: [Self; 4] = [
        Self::Conversation,
        Self::Decisions,
        Self::Changes,
        Self::Room,
    ];

    /// What is shown where nobody asked for a part: everything but the talk of the room.
    pub const USUAL: [Self; 3] = [Self::Conversation, Self::Decisions, Self::Changes];

    /// The group of a kind of fact, such as `incident.resolved`.
    pub fn of(kind: &str) -> Self {
        if CONVERSATION.contains(&kind) {
            Self::Conversation
        } else if ROOM.contains(&kind) {
            Self::Room
        } else if DECISIONS.contains(&kind) {
            Self::Decisions
        } else {
            Self::Changes
        }
    }

    /// The word in addresses and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Room => "room",
            Self::Decisions => "decisions",
            Self::Changes => "changes",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.word() == word)
    }
}

/// Everything that is said and decided in the room.
pub(super) const OF_ROOM: &[&str] = &[
    "incident.message_said",
    "incident.message_amended",
    "incident.message_retracted",
    "incident.message_kept",
    "incident.decision_proposed",
    "incident.decision_taken",
    "incident.decision_dropped",
    "incident.situation_reported",
    "incident.room_arranged",
];

/// In which order a history is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reading {
    /// As it happened.
    #[default]
    OldestFirst,
    /// What happened last comes first.
    NewestFirst,
}

/// Entries of one item's custody at most; more have never been seen.
const CUSTODY_LIMIT: i64 = 10_000;

/// Which part of a history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// In which order.
    pub reading: Reading,
    /// Begins after the entry with this `n`, in that order.
    pub after: Option<i64>,
    /// Only these groups; empty means all.
    pub groups: BTreeSet<Group>,
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
        let part = Part {
            after,
            ..Part::default()
        };
        self.timeline_part(viewer, id, &part, limit).await
    }

    /// A page of a part of a readable incident's history. The `n` of its last entry is where the
    /// next page goes on.
    pub async fn timeline_part(
        &self,
        viewer: &Viewer,
        id: &IncidentId,
        part: &Part,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        let directory = self.directory().await?;
        let sql = self.timeline_sql(viewer, &directory, id, part, limit);
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<EntryRow> = sql.all(lease.conn()).await?;
        self.entries(rows)
    }

    /// Everything that happened to an item of evidence, for those who see the item.
    pub async fn custody(&self, viewer: &Viewer, id: &EvidenceId) -> Result<Vec<Entry>> {
        let directory = self.directory().await?;
        let mut sql = Sql::new(
            "SELECT e.log, e.idx, e.subject_n, e.kind, e.lane, e.at, e.actor, e.leaf_hash, \
             d.disclosures, (SELECT MAX(r.by_idx) FROM ledger_redaction r WHERE r.org = e.org \
             AND r.log = e.log AND r.idx = e.idx) AS by_idx \
             FROM evidence x CROSS JOIN incident i CROSS JOIN ledger_entry e \
             LEFT JOIN ledger_disclosure d ON d.org = e.org AND d.log = e.log AND d.idx = e.idx \
             WHERE i.org = x.org AND i.id = x.incident AND e.org = x.org AND e.subject = x.id \
             AND x.org = ",
        );
        sql.bind(&self.inner.org)
            .push(" AND x.id = ")
            .bind(id.as_str())
            .push(" AND ");
        super::evidence::seen(&mut sql, viewer, &directory, self.inner.shell.clock.now());
        sql.push(" ORDER BY e.subject_n LIMIT ").bind(CUSTODY_LIMIT);
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<EntryRow> = sql.all(lease.conn()).await?;
        self.entries(rows)
    }

    pub(super) fn timeline_sql(
        &self,
        viewer: &Viewer,
        directory: &Directory,
        id: &IncidentId,
        part: &Part,
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
        if let Some(n) = part.after {
            sql.push(match part.reading {
                Reading::OldestFirst => " AND e.subject_n > ",
                Reading::NewestFirst => " AND e.subject_n < ",
            });
            sql.bind(n);
        }
        of_groups(&mut sql, &part.groups);
        sql.push(" AND ");
        in_visible_lane(&mut sql, viewer, directory);
        outside_room(&mut sql, viewer);
        sql.push(" AND ");
        super::visible(&mut sql, viewer, self.inner.shell.clock.now());
        sql.push(match part.reading {
            Reading::OldestFirst => " ORDER BY e.subject_n LIMIT ",
            Reading::NewestFirst => " ORDER BY e.subject_n DESC LIMIT ",
        });
        sql.bind(i64::from(limit.min(super::PAGE_LIMIT + 1)));
        sql
    }

    fn entries(&self, rows: Vec<EntryRow>) -> Result<Vec<Entry>> {
        let mut envelopes = self.inner.envelopes()?;
        let entries = rows.into_iter().map(|row| self.entry(&mut envelopes, row));
        entries.collect()
    }

    fn entry(&self, envelopes: &mut Envelopes, row: EntryRow) -> Result<Entry> {
        let index = u64::try_from(row.idx).map_err(Error::damaged)?;
        let by = u64::try_from(row.by_idx.unwrap_or(0)).map_err(Error::damaged)?;
        let stored = row.disclosures.unwrap_or_default();
        let opened = envelopes.open(row.log, index, &stored)?;
        let (_, fact) = seal::join_json(&row.kind, &opened.lines, by.max(opened.by()))?;
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

/// Adds the condition that an entry belongs to one of these groups.
fn of_groups(sql: &mut Sql, groups: &BTreeSet<Group>) {
    if groups.is_empty() || groups.len() == Group::ALL.len() {
        return;
    }
    sql.push(" AND (FALSE");
    for group in groups {
        match group {
            Group::Conversation => sql.push(" OR e.kind IN ").list(CONVERSATION),
            Group::Room => sql.push(" OR e.kind IN ").list(ROOM),
            Group::Decisions => sql.push(" OR e.kind IN ").list(DECISIONS),
            // The rest, so that a new kind is somewhere.
            Group::Changes => sql
                .push(" OR e.kind NOT IN ")
                .list(&[CONVERSATION, ROOM, DECISIONS].concat()),
        };
    }
    sql.push(")");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_named_is_one_that_facts_have() {
        let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../bifold-domain/tests/golden");
        for kind in [CONVERSATION, ROOM, DECISIONS, OF_ROOM].concat() {
            let file = std::path::Path::new(golden).join(format!("{kind}.json"));
            assert!(file.exists(), "{kind}");
        }
        for group in Group::ALL {
            assert_eq!(Group::from_word(group.word()), Some(group));
            assert_eq!(serde_json::to_value(group).unwrap(), group.word());
        }
        assert_eq!(Group::of("incident.note_added"), Group::Conversation);
        assert_eq!(Group::of("incident.resolved"), Group::Decisions);
        assert_eq!(Group::of("incident.assigned"), Group::Changes);
    }
}
