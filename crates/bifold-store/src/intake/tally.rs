//! Counting the faults of events: what stands in the ledger about them is a handful of lines,
//! however fast they come.

use crate::db::{Sql, Tx};
use crate::error::{Error, Result};
use crate::store::Store;
use crate::write::Operation;
use bifold_domain::event::{self, Dismissal, Event, Outcome, Standing, Tally};
use bifold_domain::record::State;
use bifold_domain::time::SECOND;
use bifold_domain::{Command, EventId, Refusal, SourceId, Text};
use std::collections::BTreeSet;

/// An event is counted once in this time at most.
const COUNT_EVERY: i64 = 20 * SECOND;
/// Events counted in one go.
const COUNT_LIMIT: i64 = 64;

impl Store {
    /// Has these events counted when their time has come.
    pub(super) async fn wish_tallies(&self, tx: &mut Tx, events: BTreeSet<String>) -> Result<()> {
        let now = self.now();
        for event in events {
            Sql::new(
                "INSERT INTO event_tally (org, event, due_at, counted_at) VALUES ($1, $2, $3, 0) \
                 ON CONFLICT (org, event) DO UPDATE SET due_at = COALESCE(event_tally.due_at, \
                 CASE WHEN event_tally.counted_at + $4 > excluded.due_at \
                 THEN event_tally.counted_at + $4 ELSE excluded.due_at END)",
            )
            .arg(&self.inner.org)
            .arg(event)
            .arg(now)
            .arg(COUNT_EVERY)
            .run(tx.conn())
            .await?;
        }
        Ok(())
    }

    /// Counts the events whose time has come; how many there were.
    pub async fn tally_events(&self) -> Result<usize> {
        let now = self.now();
        let mut lease = self.inner.db.reader().await?;
        let due: Vec<(String,)> = Sql::new(
            "SELECT event FROM event_tally WHERE org = $1 AND due_at IS NOT NULL \
             AND due_at <= $2 ORDER BY due_at LIMIT $3",
        )
        .arg(&self.inner.org)
        .arg(now)
        .arg(COUNT_LIMIT)
        .all(lease.conn())
        .await?;
        drop(lease);
        for (event,) in &due {
            // Before the count, so that what comes during it is counted again.
            let mut tx = self.inner.db.begin().await?;
            Sql::new(
                "UPDATE event_tally SET due_at = NULL, counted_at = $3 \
                 WHERE org = $1 AND event = $2",
            )
            .arg(&self.inner.org)
            .arg(event)
            .arg(now)
            .run(tx.conn())
            .await?;
            tx.commit().await?;
            self.tally(event).await?;
        }
        Ok(due.len())
    }

    async fn tally(&self, event: &str) -> Result<()> {
        let id = EventId::parse(event).map_err(Error::damaged)?;
        let tally = self.tally_of(&id).await?;
        let command = Command::Event(id.clone(), event::Command::Count(tally));
        match self.execute(Operation::one(&self.system(), command)).await {
            // Most counts are not worth a line.
            Err(Error::Refused(Refusal::NothingToChange)) => return Ok(()),
            answer => answer.map(drop)?,
        }
        self.put_aside(&id, tally).await
    }

    /// What the faults of an event add up to by now.
    pub async fn tally_of(&self, event: &EventId) -> Result<Tally> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64, i64, i64)> = Sql::new(
            "SELECT COUNT(*), CAST(COALESCE(SUM(count), 0) AS BIGINT), \
             CAST(COALESCE(SUM(CASE WHEN state IN ('firing', 'acknowledged') THEN 1 ELSE 0 END), \
             0) AS BIGINT) FROM fault WHERE org = $1 AND event = $2",
        )
        .arg(&self.inner.org)
        .arg(event.as_str())
        .first(lease.conn())
        .await?;
        let (faults, signals, firing) = row.unwrap_or_default();
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        Ok(Tally {
            faults: count(faults),
            signals: count(signals),
            firing: count(firing),
        })
    }

    /// Decides that an event is nothing any more, where its source is set so and nobody has
    /// decided about it.
    async fn put_aside(&self, id: &EventId, tally: Tally) -> Result<()> {
        if tally.firing > 0 {
            return Ok(());
        }
        let Some(event) = self.event_state(id).await? else {
            return Ok(());
        };
        let directory = self.directory().await?;
        let source = event.signal.as_ref();
        let source = source.and_then(|signal| SourceId::parse(signal.source.as_str()).ok());
        let source = source.and_then(|id| directory.sources.get(&id));
        let settles = source.is_some_and(|source| source.settings.settles_itself);
        if !settles || event.standing != Standing::Undecided {
            return Ok(());
        }
        let outcome = Outcome::NotAnIncident {
            ground: Dismissal::Benign,
            reason: Text::parse("It was over by itself before anybody decided.")
                .map_err(Error::damaged)?,
        };
        let command = Command::Event(id.clone(), event::Command::Decide(outcome));
        let operation = Operation::one(&self.system(), command);
        self.execute(operation).await.map(drop)
    }

    async fn event_state(&self, id: &EventId) -> Result<Option<Event>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String,)> =
            Sql::new("SELECT state FROM snapshot WHERE org = $1 AND id = $2")
                .arg(&self.inner.org)
                .arg(id.as_str())
                .first(lease.conn())
                .await?;
        let Some((state,)) = row else {
            return Ok(None);
        };
        match State::from_json("event", &state).map_err(Error::damaged)? {
            State::Event(event) => Ok(Some(*event)),
            _ => Err(Error::damaged("a snapshot of another type")),
        }
    }
}
