//! What became of a sending, and what follows: another attempt, the next way, an alarm.

use super::channel::{self, REST_AFTER};
use super::claim::{Parcel, Waiting, mark};
use super::raise::{About, Raise, raise_in};
use super::{Means, keepers, plan, rules};
use crate::db::{Sql, Tx};
use crate::error::{Error, Result};
use crate::store::{Inner, Store};
use bifold_domain::{At, Directory, PersonId};
use bifold_notify::notice::Occasion;
use bifold_notify::retry::Course;
use bifold_notify::rules::{Leg, next};
use bifold_notify::{Outcome, Rules, Urgency};
use std::collections::BTreeSet;

/// Tells those who look after the system that a page reached nobody.
pub(super) async fn lost(
    tx: &mut Tx,
    inner: &Inner,
    directory: &Directory,
    person: &PersonId,
) -> Result<()> {
    tracing::error!(%person, "a page has no way that works");
    let raise = Raise {
        occasion: Occasion::PageLost,
        urgency: Urgency::Normal,
        to: keepers(directory),
        about: About::Part(person.to_string()),
        by: None,
    };
    raise_in(tx, inner, raise, inner.shell.clock.now()).await
}

/// Has a notice take the next way that it did not take yet.
pub(super) async fn take_next(
    tx: &mut Tx,
    inner: &Inner,
    directory: &Directory,
    row: &Waiting,
    means: Means,
) -> Result<()> {
    let taken: Vec<(String, String)> =
        Sql::new("SELECT channel, state FROM delivery WHERE org = $1 AND notice = $2")
            .arg(&inner.org)
            .arg(&row.notice)
            .all(tx.conn())
            .await?;
    let held = channel::of_person(tx.conn(), inner, &row.person).await?;
    let ways: Vec<_> = held.iter().map(|channel| channel.as_way(means)).collect();
    let names: Vec<String> = taken.iter().map(|(channel, _)| channel.clone()).collect();
    let now = inner.shell.clock.now();
    let urgency = row.urgency();
    if let Some(way) = next(&ways, &names) {
        let rules = rules::read(tx.conn(), &inner.org, &row.person).await?;
        let leg = Leg {
            channel: way.id.clone(),
            at: not_before(urgency, &rules, now),
        };
        return plan::queue(tx, inner, &row.notice, &row.person, urgency, &leg).await;
    }
    let has_hope = taken
        .iter()
        .any(|(_, state)| matches!(state.as_str(), "queued" | "sent"));
    if urgency == Urgency::Page && !has_hope {
        let person = PersonId::parse(&row.person).map_err(Error::damaged)?;
        lost(tx, inner, directory, &person).await?;
    }
    Ok(())
}

/// When something may be sent that would be sent at `at`.
fn not_before(urgency: Urgency, rules: &Rules, at: At) -> At {
    match urgency {
        Urgency::Page => at,
        Urgency::Normal | Urgency::Low => rules.disturbs(at),
    }
}

impl Store {
    /// Records what became of a parcel.
    pub async fn settle(&self, parcel: &Parcel, outcome: &Outcome, means: Means) -> Result<()> {
        let directory = self.directory().await?;
        let inner = &*self.inner;
        let mut tx = inner.db.begin().await?;
        match outcome {
            Outcome::Sent { receipt } => {
                for row in &parcel.rows {
                    mark(&mut tx, inner, row, "sent", Some(receipt)).await?;
                }
                works(&mut tx, inner, &parcel.channel.id).await?;
            }
            Outcome::Later { why, put_off } => {
                for row in &parcel.rows {
                    self.try_later(&mut tx, &directory, row, (why, *put_off), means)
                        .await?;
                }
                fails(&mut tx, inner, &directory, &parcel.channel, why).await?;
            }
            Outcome::Dead { why } => {
                // First the channel, so that nothing takes it as the next way.
                dies(&mut tx, inner, &directory, &parcel.channel, why).await?;
                for row in &parcel.rows {
                    mark(&mut tx, inner, row, "dead", Some(why)).await?;
                    take_next(&mut tx, inner, &directory, row, means).await?;
                }
            }
        }
        tx.commit().await?;
        Ok(())
    }

    async fn try_later(
        &self,
        tx: &mut Tx,
        directory: &Directory,
        row: &Waiting,
        (why, put_off): (&str, Option<i64>),
        means: Means,
    ) -> Result<()> {
        let inner = &*self.inner;
        let failures = u32::try_from(row.attempts + 1).unwrap_or(u32::MAX);
        let jitter = inner.shell.entropy.take().first().copied().unwrap_or(0);
        let urgency = row.urgency();
        let Some(wait) = Course::from(urgency).wait(failures, put_off, jitter) else {
            mark(tx, inner, row, "failed", Some(why)).await?;
            return take_next(tx, inner, directory, row, means).await;
        };
        let rules = rules::read(tx.conn(), &inner.org, &row.person).await?;
        let at = not_before(urgency, &rules, inner.shell.clock.now().plus(wait));
        Sql::new(
            "UPDATE delivery SET due_at = $4, attempts = attempts + 1, error = $5 \
             WHERE org = $1 AND notice = $2 AND channel = $3",
        )
        .arg(&inner.org)
        .arg(&row.notice)
        .arg(&row.channel)
        .arg(at.micros())
        .arg(super::kept(why))
        .run(tx.conn())
        .await?;
        // A page does not wait for a way to mend itself.
        if urgency == Urgency::Page && failures == 1 {
            take_next(tx, inner, directory, row, means).await?;
        }
        Ok(())
    }
}

async fn works(tx: &mut Tx, inner: &Inner, channel: &str) -> Result<()> {
    Sql::new(
        "UPDATE channel SET last_at = $3, failures = 0, dead_at = NULL, is_refused = FALSE, \
         error = NULL WHERE org = $1 AND id = $2",
    )
    .arg(&inner.org)
    .arg(channel)
    .arg(inner.shell.clock.now().micros())
    .run(tx.conn())
    .await?;
    Ok(())
}

/// One more failure; after several the channel rests, and its people hear of it.
async fn fails(
    tx: &mut Tx,
    inner: &Inner,
    directory: &Directory,
    channel: &channel::Channel,
    why: &str,
) -> Result<()> {
    let rests = channel.failures + 1 >= REST_AFTER;
    let now = inner.shell.clock.now();
    let mut sql = Sql::new("UPDATE channel SET failures = failures + 1, error = ");
    sql.bind(super::kept(why));
    if rests {
        sql.push(", dead_at = ").bind(now.micros());
    }
    sql.push(" WHERE org = ").bind(&inner.org);
    sql.push(" AND id = ").bind(&channel.id);
    sql.run(tx.conn()).await?;
    if rests {
        alarm(tx, inner, directory, channel).await?;
    }
    Ok(())
}

async fn dies(
    tx: &mut Tx,
    inner: &Inner,
    directory: &Directory,
    channel: &channel::Channel,
    why: &str,
) -> Result<()> {
    Sql::new(
        "UPDATE channel SET failures = failures + 1, dead_at = $3, is_refused = TRUE, error = $4 \
         WHERE org = $1 AND id = $2",
    )
    .arg(&inner.org)
    .arg(&channel.id)
    .arg(inner.shell.clock.now().micros())
    .arg(super::kept(why))
    .run(tx.conn())
    .await?;
    alarm(tx, inner, directory, channel).await
}

/// Tells the channel's person by what ways are left, and those who look after the system.
async fn alarm(
    tx: &mut Tx,
    inner: &Inner,
    directory: &Directory,
    channel: &channel::Channel,
) -> Result<()> {
    tracing::warn!(channel = %channel.id, kind = channel.kind.word(), "a channel does not work");
    let now = inner.shell.clock.now();
    let mut others = keepers(directory);
    others.remove(&channel.person);
    let told = [
        (
            BTreeSet::from([channel.person.clone()]),
            channel.label.clone(),
        ),
        (others, channel.person.to_string()),
    ];
    for (to, part) in told {
        let raise = Raise {
            occasion: Occasion::ChannelDead,
            urgency: Urgency::Normal,
            to,
            about: About::Part(part),
            by: None,
        };
        raise_in(tx, inner, raise, now).await?;
    }
    Ok(())
}
