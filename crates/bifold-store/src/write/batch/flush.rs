//! Writing a batch: ledger rows, jobs, search documents, projections, the head, COMMIT.

use super::{Batch, Loaded, state_type};
use crate::db::{Insert, Sql, Value};
use crate::error::{Error, Result};
use crate::notify::NOTICE;
use crate::query::search;
use crate::write::clocked::Clocks;
use crate::write::project;

const ENTRY: Insert = Insert {
    table: "ledger_entry",
    columns: &[
        "org",
        "log",
        "idx",
        "subject_type",
        "subject",
        "subject_n",
        "kind",
        "lane",
        "at",
        "actor",
        "leaf_hash",
        "leaf",
    ],
    key: &[],
};
const DISCLOSURE: Insert = Insert {
    table: "ledger_disclosure",
    columns: &["org", "log", "idx", "disclosures"],
    key: &[],
};
const NODE: Insert = Insert {
    table: "ledger_node",
    columns: &["org", "log", "level", "n", "hash"],
    key: &[],
};
const OPERATION: Insert = Insert {
    table: "operation",
    columns: &["org", "key", "digest", "receipt", "at"],
    key: &[],
};
const COUNTER: Insert = Insert {
    table: "counter",
    columns: &["org", "name", "value"],
    key: &["org", "name"],
};
const JOB: Insert = Insert {
    table: "job",
    columns: &["org", "id", "kind", "payload", "run_at", "attempts"],
    key: &[],
};
pub(crate) const ALARM: Insert = Insert {
    table: "alarm",
    columns: &["org", "subject", "n", "kind", "actor", "at"],
    key: &["org", "subject", "n"],
};

/// What becomes of side rows that are not so any more, in the order of the tables.
const OUTDATED: [&str; 10] = [
    "DELETE FROM incident_member WHERE incident IN ",
    "DELETE FROM incident_verdict WHERE incident IN ",
    "DELETE FROM incident_seat WHERE incident IN ",
    "DELETE FROM relation WHERE from_id IN ",
    "DELETE FROM clock WHERE incident IN ",
    "DELETE FROM restoring_action WHERE incident IN ",
    "DELETE FROM incident_task WHERE incident IN ",
    "DELETE FROM evidence_party WHERE evidence IN ",
    "DELETE FROM asset_service WHERE asset IN ",
    "DELETE FROM announcement WHERE incident IN ",
];

impl Batch<'_> {
    pub(super) async fn commit(mut self) -> Result<()> {
        if self.pending.entry.is_empty() {
            // Only refusals and repetitions: nothing to write.
            return Ok(());
        }
        let org = self.inner.org.clone();
        let pending = std::mem::take(&mut self.pending);
        ENTRY.run(&mut self.tx, pending.entry).await?;
        DISCLOSURE.run(&mut self.tx, pending.disclosure).await?;
        NODE.run(&mut self.tx, pending.node).await?;
        OPERATION.run(&mut self.tx, pending.operation).await?;
        JOB.run(&mut self.tx, pending.job).await?;
        ALARM.run(&mut self.tx, pending.alarm).await?;
        NOTICE.run(&mut self.tx, pending.notice).await?;
        search::index(&mut self.tx, pending.search).await?;
        let counters = self.counted.iter().filter_map(|name| {
            let value = *self.counters.get(name)?;
            Some(vec![
                org.as_str().into(),
                name.as_str().into(),
                Value::Int(value),
            ])
        });
        COUNTER.run(&mut self.tx, counters.collect()).await?;
        self.project().await?;
        self.head.write(self.tx.conn(), &org).await?;
        let Self {
            inner,
            tx,
            head,
            directory,
            directory_is_known,
            ..
        } = self;
        tx.commit().await?;
        // From here on everything above is durable; what follows only wakes others up.
        inner.committed(&head, directory_is_known.then_some(directory));
        Ok(())
    }

    async fn project(&mut self) -> Result<()> {
        let org = self.inner.org.clone();
        let mut rows = project::Rows::default();
        let mut snapshots = Vec::new();
        let mut outdated: [Vec<String>; 10] = Default::default();
        for id in &self.touched {
            let Some(Loaded {
                state: Some(state),
                version,
                prev,
                side,
            }) = self.loaded.get(id)
            else {
                continue;
            };
            let subject_type = state_type(state);
            snapshots.push(vec![
                org.as_str().into(),
                id.as_str().into(),
                subject_type.into(),
                (*version).into(),
                prev.map(|h| h.to_string()).unwrap_or_default().into(),
                state.to_json().map_err(Error::damaged)?.into(),
            ]);
            let policy = &self.directory.policy;
            let mut clocks = Clocks::default();
            project::main(&org, state, *version, policy, &mut clocks, &mut rows);
            let mut new = project::Rows::default();
            project::side(&org, state, policy, &mut clocks, &mut new);
            let sides = [
                (&side.member, new.member, &mut rows.member),
                (&side.verdict, new.verdict, &mut rows.verdict),
                (&side.seat, new.seat, &mut rows.seat),
                (&side.relation, new.relation, &mut rows.relation),
                (&side.clock, new.clock, &mut rows.clock),
                (&side.action, new.action, &mut rows.action),
                (&side.task, new.task, &mut rows.task),
                (&side.party, new.party, &mut rows.party),
                (
                    &side.asset_service,
                    new.asset_service,
                    &mut rows.asset_service,
                ),
                (&side.announcement, new.announcement, &mut rows.announcement),
            ];
            for ((old, new, target), outdated) in sides.into_iter().zip(&mut outdated) {
                if *old != new {
                    if !old.is_empty() {
                        outdated.push(id.clone());
                    }
                    target.extend(new);
                }
            }
        }
        for (text, ids) in OUTDATED.into_iter().zip(&outdated) {
            for ids in ids.chunks(500) {
                let mut sql = Sql::new(text);
                sql.list(ids).push(" AND org = ").bind(org.as_str());
                sql.run(self.tx.conn()).await?;
            }
        }
        project::SNAPSHOT.run(&mut self.tx, snapshots).await?;
        rows.insert(&mut self.tx).await
    }
}
