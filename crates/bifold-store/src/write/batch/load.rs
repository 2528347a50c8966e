//! What a batch needs to know: earlier answers, states, counters, neighbours.

use super::{Batch, Loaded, Staged, counter_name};
use crate::db::Sql;
use crate::error::{Error, Result};
use crate::write::clocked::Clocks;
use crate::write::{Operation, project};
use bifold_domain::record::{Needs, State};
use bifold_domain::{At, Neighbours, Subject};
use std::collections::BTreeSet;

/// Reports of an incident that rules look at: the latest.
const REPORTS: i64 = 1_000;

#[derive(sqlx::FromRow)]
struct SnapshotRow {
    id: String,
    subject_type: String,
    version: i64,
    leaf_hash: String,
    state: String,
}

impl Batch<'_> {
    pub(super) async fn load_repeats(&mut self, operations: &[&Operation]) -> Result<()> {
        let keys: Vec<&str> = operations
            .iter()
            .filter_map(|o| o.key.as_ref())
            .map(|k| k.key.as_str())
            .collect();
        for keys in keys.chunks(500) {
            let mut sql = Sql::new("SELECT key, digest, receipt FROM operation WHERE org = ");
            sql.bind(&self.inner.org).push(" AND key IN ").list(keys);
            for (key, digest, receipt) in
                sql.all::<(String, String, String)>(self.tx.conn()).await?
            {
                let receipt = serde_json::from_str(&receipt).map_err(Error::damaged)?;
                self.repeats.insert(key, (digest, receipt));
            }
        }
        Ok(())
    }

    pub(super) async fn load(&mut self, ids: BTreeSet<String>) -> Result<()> {
        let ids: Vec<String> = ids
            .into_iter()
            .filter(|id| !self.loaded.contains_key(id))
            .collect();
        for ids in ids.chunks(500) {
            let mut sql = Sql::new(
                "SELECT id, subject_type, version, leaf_hash, state FROM snapshot WHERE org = ",
            );
            sql.bind(&self.inner.org).push(" AND id IN ").list(ids);
            for row in sql.all::<SnapshotRow>(self.tx.conn()).await? {
                let state =
                    State::from_json(&row.subject_type, &row.state).map_err(Error::damaged)?;
                let mut side = project::Rows::default();
                let policy = &self.directory.policy;
                let mut clocks = Clocks::default();
                project::side(&self.inner.org, &state, policy, &mut clocks, &mut side);
                let loaded = Loaded {
                    state: Some(state),
                    version: u64::try_from(row.version).map_err(Error::damaged)?,
                    prev: Some(row.leaf_hash.parse().map_err(Error::damaged)?),
                    side,
                };
                self.loaded.insert(row.id, loaded);
            }
        }
        Ok(())
    }

    pub(super) fn look(&self, id: &str) -> Loaded {
        self.loaded.get(id).cloned().unwrap_or(Loaded {
            state: None,
            version: 0,
            prev: None,
            side: project::Rows::default(),
        })
    }

    pub(super) async fn neighbours(
        &mut self,
        operation: &Operation,
        subject: &Subject,
        needs: &Needs,
        staged: &Staged,
        now: At,
    ) -> Result<Neighbours> {
        let viewer = operation.actor.viewer();
        let mut neighbours = Neighbours::default();
        let state = |id: &str| match staged.states.get(id) {
            Some(loaded) => loaded.state.as_ref(),
            None => self.loaded.get(id).and_then(|l| l.state.as_ref()),
        };
        for id in &needs.incidents {
            if let Some(State::Incident(incident)) = state(id.as_str())
                && incident.is_readable_by(&viewer, now)
            {
                neighbours.incidents.insert(id.clone(), incident.summary());
            }
        }
        for id in &needs.evidence {
            if let Some(State::Evidence(item)) = state(id.as_str())
                && matches!(item.life, bifold_domain::evidence::Life::Sealed { .. })
            {
                neighbours.sealed.insert(id.clone(), item.incident.clone());
            }
        }
        let exists = |id: &str| state(id).is_some();
        for id in &needs.assets {
            if let Some(State::Asset(asset)) = state(id.as_str()) {
                let asset_type = asset.entry.asset_type.clone();
                neighbours.assets.insert(id.clone(), asset_type);
            }
        }
        neighbours
            .events
            .extend(needs.events.iter().filter(|e| exists(e.as_str())).cloned());
        if needs.open_children {
            neighbours.open_children = self.open_children(&subject.id()).await?;
        }
        if needs.reports {
            neighbours.reports = self.reports(&subject.id()).await?;
        }
        if needs.texts {
            neighbours.texts = self.texts(&subject.id()).await?;
        }
        if needs.number {
            let name = counter_name(subject, now);
            let last = match staged.counters.get(&name) {
                Some(last) => *last,
                None => self.counter(&name).await?,
            };
            neighbours.next_number = last + 1;
        }
        Ok(neighbours)
    }

    pub(super) async fn counter(&mut self, name: &str) -> Result<u64> {
        if let Some(value) = self.counters.get(name) {
            return u64::try_from(*value).map_err(Error::damaged);
        }
        let row: Option<(i64,)> =
            Sql::new("SELECT value FROM counter WHERE org = $1 AND name = $2")
                .arg(&self.inner.org)
                .arg(name)
                .first(self.tx.conn())
                .await?;
        let value = row.map_or(0, |r| r.0);
        self.counters.insert(name.to_owned(), value);
        u64::try_from(value).map_err(Error::damaged)
    }

    /// When an incident was reported, the latest first, as far as it is written.
    async fn reports(&mut self, incident: &str) -> Result<Vec<At>> {
        let rows: Vec<(i64,)> = Sql::new(
            "SELECT received_at FROM event WHERE org = $1 AND incident = $2 \
             ORDER BY received_at DESC LIMIT $3",
        )
        .arg(&self.inner.org)
        .arg(incident)
        .arg(REPORTS)
        .all(self.tx.conn())
        .await?;
        Ok(rows.into_iter().map(|row| At::from_micros(row.0)).collect())
    }

    /// Open children, counting what this batch has changed and not yet written.
    pub(super) async fn open_children(&mut self, parent: &str) -> Result<u64> {
        let rows: Vec<(String,)> =
            Sql::new("SELECT id FROM incident WHERE org = $1 AND parent = $2 AND is_open = TRUE")
                .arg(&self.inner.org)
                .arg(parent)
                .all(self.tx.conn())
                .await?;
        let mut open: BTreeSet<String> = rows.into_iter().map(|r| r.0).collect();
        for (id, loaded) in &self.loaded {
            if let Some(State::Incident(i)) = &loaded.state {
                let is_child = i.parent.as_ref().is_some_and(|p| p.as_str() == parent);
                if is_child && i.stage.is_open() {
                    open.insert(id.clone());
                } else {
                    open.remove(id);
                }
            }
        }
        Ok(open.len() as u64)
    }
}
