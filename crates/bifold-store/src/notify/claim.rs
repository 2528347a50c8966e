//! Claiming what is due: who sends it now, and whether it is still to be sent.

use super::channel::{self, Channel};
use super::inbox::{self, Noted};
use super::{CLAIM_LIMIT, CLAIM_MICROS, Means, latest};
use crate::db::{Sql, Tx};
use crate::error::{Error, Result};
use crate::store::{Inner, Store};
use bifold_domain::{Auth, PersonId};
use bifold_notify::{Target, Urgency};
use sqlx::FromRow;
use std::collections::BTreeMap;

/// What goes over one way in one piece, claimed for whoever sends it now.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The way.
    pub channel: Channel,
    /// Where it leads.
    pub target: Target,
    /// What is told.
    pub notices: Vec<Noted>,
    pub(super) rows: Vec<Waiting>,
}

/// A delivery that is due.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Waiting {
    pub(super) notice: String,
    pub(super) channel: String,
    pub(super) person: String,
    urgency: String,
    /// Failures before this attempt.
    pub(super) attempts: i64,
    due_at: i64,
}

impl Waiting {
    pub(super) fn urgency(&self) -> Urgency {
        // An urgency that this version does not know presses as much as any.
        Urgency::from_word(&self.urgency).unwrap_or(Urgency::Page)
    }
}

/// Sets what became of a delivery.
pub(super) async fn mark(
    tx: &mut Tx,
    inner: &Inner,
    row: &Waiting,
    state: &'static str,
    said: Option<&str>,
) -> Result<()> {
    let is_sent = state == "sent";
    let said = said.map(super::kept);
    let (receipt, error) = if is_sent { (said, None) } else { (None, said) };
    Sql::new(
        "UPDATE delivery SET state = $4, sent_at = $5, receipt = $6, error = $7, \
         attempts = attempts + $8 WHERE org = $1 AND notice = $2 AND channel = $3",
    )
    .arg(&inner.org)
    .arg(&row.notice)
    .arg(&row.channel)
    .arg(state)
    .arg(is_sent.then(|| inner.shell.clock.now().micros()))
    .arg(receipt)
    .arg(error)
    .arg(i64::from(is_sent || matches!(state, "failed" | "dead")))
    .run(tx.conn())
    .await?;
    Ok(())
}

impl Store {
    /// Claims what is due, bundled by channel. A page is never bundled.
    ///
    /// What is not to be sent any more is settled here: read meanwhile, not readable any more by
    /// its person, too late, or on a channel that does not work, whose notices take the next one.
    pub async fn claim_parcels(&self, means: Means) -> Result<Vec<Parcel>> {
        let now = self.now();
        let mut lease = self.inner.db.reader().await?;
        let due: Vec<Waiting> = Sql::new(
            "SELECT notice, channel, person, urgency, attempts, due_at FROM delivery \
             WHERE org = $1 AND state = 'queued' AND due_at <= $2 ORDER BY due_at LIMIT $3",
        )
        .arg(&self.inner.org)
        .arg(now)
        .arg(CLAIM_LIMIT)
        .all(lease.conn())
        .await?;
        drop(lease);
        let mut bundles: BTreeMap<(String, String), Vec<Waiting>> = BTreeMap::new();
        for row in due {
            let own = match row.urgency() {
                Urgency::Page => row.notice.clone(),
                Urgency::Normal | Urgency::Low => String::new(),
            };
            bundles
                .entry((row.channel.clone(), own))
                .or_default()
                .push(row);
        }
        let mut parcels = Vec::new();
        for ((channel, _), rows) in bundles {
            let rows = self.claim_rows(rows, now).await?;
            parcels.extend(self.packed(&channel, rows, means).await?);
        }
        // The most pressing is sent first.
        parcels.sort_by_key(|parcel| {
            std::cmp::Reverse(parcel.notices.iter().map(|notice| notice.urgency).max())
        });
        Ok(parcels)
    }

    /// Those rows that nobody else claimed meanwhile.
    async fn claim_rows(&self, rows: Vec<Waiting>, now: i64) -> Result<Vec<Waiting>> {
        let mut tx = self.inner.db.begin().await?;
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            let touched = Sql::new(
                "UPDATE delivery SET due_at = $5 WHERE org = $1 AND notice = $2 AND channel = $3 \
                 AND due_at = $4 AND state = 'queued'",
            )
            .arg(&self.inner.org)
            .arg(&row.notice)
            .arg(&row.channel)
            .arg(row.due_at)
            .arg(now + CLAIM_MICROS)
            .run(tx.conn())
            .await?;
            if touched == 1 {
                claimed.push(row);
            }
        }
        // Should this node die from here on, they come due again in a moment.
        tx.commit().await?;
        Ok(claimed)
    }

    async fn packed(
        &self,
        channel: &str,
        rows: Vec<Waiting>,
        means: Means,
    ) -> Result<Option<Parcel>> {
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let inner = &*self.inner;
        let person = PersonId::parse(&first.person).map_err(Error::damaged)?;
        let directory = self.directory().await?;
        let mut tx = inner.db.begin().await?;
        let ids: Vec<String> = rows.iter().map(|row| row.notice.clone()).collect();
        let notices = match directory.actor(&person, Auth::System) {
            Some(actor) => inbox::some(tx.conn(), inner, &actor.viewer(), &ids).await?,
            None => Vec::new(),
        };
        let way = channel::one(tx.conn(), inner, channel).await?;
        let ready = way.filter(|way| way.as_way(means).is_ready);
        let now = inner.shell.clock.now().micros();
        let (mut kept, mut told) = (Vec::new(), Vec::new());
        for row in rows {
            let found = notices.iter().find(|notice| notice.id == row.notice);
            let Some(notice) = found else {
                mark(&mut tx, inner, &row, "void", Some("not readable any more")).await?;
                continue;
            };
            if notice.read_at.is_some() {
                mark(&mut tx, inner, &row, "read", None).await?;
            } else if now > notice.at.micros() + latest(notice.urgency) {
                mark(&mut tx, inner, &row, "void", Some("too late")).await?;
            } else if ready.is_none() {
                mark(
                    &mut tx,
                    inner,
                    &row,
                    "dead",
                    Some("the channel does not work"),
                )
                .await?;
                super::deliver::take_next(&mut tx, inner, &directory, &row, means).await?;
            } else {
                told.push(notice.clone());
                kept.push(row);
            }
        }
        tx.commit().await?;
        let target = ready.as_ref().and_then(|way| way.target.clone());
        Ok(match (ready, target) {
            (Some(channel), Some(target)) if !kept.is_empty() => Some(Parcel {
                channel,
                target,
                notices: told,
                rows: kept,
            }),
            _ => None,
        })
    }
}
