//! From notices to deliveries: who is told by which ways, and when.

use super::{CLAIM_LIMIT, Means, channel, latest, rules};
use crate::db::{Sql, Tx};
use crate::error::{Error, Result};
use crate::store::{Inner, Store};
use bifold_domain::{At, PersonId};
use bifold_notify::Urgency;
use bifold_notify::rules::{Leg, Plan, Warning, plan};
use sqlx::FromRow;

#[derive(FromRow)]
struct Row {
    id: String,
    person: String,
    urgency: String,
    at: i64,
}

/// Queues a notice on a way; not again where it was queued before.
pub(super) async fn queue(
    tx: &mut Tx,
    inner: &Inner,
    notice: &str,
    person: &str,
    urgency: Urgency,
    leg: &Leg,
) -> Result<()> {
    Sql::new(
        "INSERT INTO delivery (org, notice, channel, person, urgency, state, queued_at, due_at, \
         attempts) VALUES ($1, $2, $3, $4, $5, 'queued', $6, $7, 0) \
         ON CONFLICT (org, notice, channel) DO NOTHING",
    )
    .arg(&inner.org)
    .arg(notice)
    .arg(&leg.channel)
    .arg(person)
    .arg(urgency.word())
    .arg(inner.shell.clock.now().micros())
    .arg(leg.at.micros())
    .run(tx.conn())
    .await?;
    Ok(())
}

impl Store {
    /// Plans the notices that were raised; how many.
    pub async fn plan_notices(&self, means: Means) -> Result<usize> {
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<Row> = Sql::new(
            "SELECT id, person, urgency, at FROM notice WHERE org = $1 AND planned_at IS NULL \
             ORDER BY at LIMIT $2",
        )
        .arg(&self.inner.org)
        .arg(CLAIM_LIMIT)
        .all(lease.conn())
        .await?;
        drop(lease);
        let mut planned = 0;
        for row in rows {
            planned += usize::from(self.plan_notice(&row, means).await?);
        }
        Ok(planned)
    }

    async fn plan_notice(&self, row: &Row, means: Means) -> Result<bool> {
        let inner = &*self.inner;
        let directory = self.directory().await?;
        let person = PersonId::parse(&row.person).map_err(Error::damaged)?;
        let urgency = Urgency::from_word(&row.urgency).ok_or_else(|| Error::damaged("urgency"))?;
        let now = inner.shell.clock.now();
        let is_late = now.micros() > row.at + latest(urgency);
        let mut tx = inner.db.begin().await?;
        let mut chosen = Plan {
            legs: Vec::new(),
            warning: None,
        };
        if !is_late && directory.is_active(&person) {
            let mut held = channel::of_person(tx.conn(), inner, &row.person).await?;
            if held.is_empty() && means.mail {
                channel::insert_account(&mut tx, inner, &directory, &person).await?;
                held = channel::of_person(tx.conn(), inner, &row.person).await?;
            }
            let rules = rules::read(tx.conn(), &inner.org, &row.person).await?;
            let ways: Vec<_> = held.iter().map(|channel| channel.as_way(means)).collect();
            chosen = plan(urgency, At::from_micros(now.micros()), &rules, &ways);
        }
        let taken = Sql::new(
            "UPDATE notice SET planned_at = $3, warning = $4 \
             WHERE org = $1 AND id = $2 AND planned_at IS NULL",
        )
        .arg(&inner.org)
        .arg(&row.id)
        .arg(now.micros())
        .arg(chosen.warning.map(Warning::word))
        .run(tx.conn())
        .await?;
        if taken == 0 {
            return Ok(false);
        }
        for leg in &chosen.legs {
            queue(&mut tx, inner, &row.id, &row.person, urgency, leg).await?;
        }
        if chosen.warning == Some(Warning::NoWay) {
            super::deliver::lost(&mut tx, inner, &directory, &person).await?;
        }
        // From here on the ways are durable; a crash before leaves the notice unplanned.
        tx.commit().await?;
        Ok(true)
    }
}
