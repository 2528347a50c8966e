//! What webhooks are told: queued from the ledger, claimed, settled, listed, told again.
//!
//! Who may hear what: a fact of a sensitive lane, or of a record that is no incident, is told only
//! where the hook is cleared for restricted records; a title only where it is cleared for it.

use super::hook::{self, Webhook};
use super::raise::{About, Raise, raise_in};
use super::{CLAIM_LIMIT, CLAIM_MICROS, keepers};
use crate::db::{Insert, Sql, Tx};
use crate::error::Result;
use crate::store::Store;
use bifold_domain::disclosure::Disclosure;
use bifold_domain::incident::{Incident, Tlp};
use bifold_domain::kind::KindKey;
use bifold_domain::{At, Record as _};
use bifold_notify::notice::Occasion;
use bifold_notify::retry::Course;
use bifold_notify::webhook::wants;
use bifold_notify::{Clearance, Outcome, Urgency};
use sqlx::FromRow;

/// Failures in a row after which those who look after the system hear of it.
const ALARM_AFTER: i64 = 4;

/// Its table whole, as a backup copies it.
pub(crate) const HOOK_DELIVERY: Insert = Insert {
    table: "webhook_delivery",
    columns: &[
        "org",
        "webhook",
        "log",
        "idx",
        "kind",
        "subject_type",
        "subject",
        "at",
        "state",
        "due_at",
        "attempts",
        "sent_at",
        "receipt",
        "error",
    ],
    key: &["org", "webhook", "log", "idx"],
};

/// What is known when an event is queued: the rest is what became of it.
const QUEUED: Insert = HOOK_DELIVERY.first_columns(11);

/// An event for a webhook, as far as it may hear of it.
#[derive(Debug, Clone)]
pub struct HookEvent {
    /// The webhook.
    pub webhook: Webhook,
    /// Place in the ledger: the log's year and the entry's index.
    pub place: (i64, i64),
    /// What happened, such as `incident.declared`.
    pub kind: String,
    /// The record's id.
    pub record: String,
    /// Its number for people, where it has one.
    pub number: Option<String>,
    /// What it is called outside now.
    pub title: Option<String>,
    /// What the title asks of the webhook.
    pub clearance: Clearance,
    /// When it happened.
    pub at: At,
    attempts: i64,
}

/// What became of an event, as listed.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct HookDelivery {
    /// The log's year.
    pub log: i64,
    /// The entry's index.
    pub idx: i64,
    /// What happened.
    pub kind: String,
    /// When, in microseconds since the epoch.
    pub at: i64,
    /// `queued`, `sent`, `failed` or `dead`.
    pub state: String,
    /// When it is tried next, in microseconds since the epoch.
    pub due_at: i64,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was taken.
    pub sent_at: Option<i64>,
    /// What the other side said.
    pub receipt: Option<String>,
    /// What went wrong last.
    pub error: Option<String>,
}

#[derive(FromRow)]
struct Entry {
    log: i64,
    idx: i64,
    subject_type: String,
    subject: String,
    kind: String,
    lane: Option<String>,
    at: i64,
}

#[derive(FromRow)]
struct Waiting {
    webhook: String,
    log: i64,
    idx: i64,
    kind: String,
    subject: String,
    at: i64,
    attempts: i64,
    due_at: i64,
    number: Option<String>,
    title: Option<String>,
    tlp: Option<String>,
    restricted: Option<bool>,
}

impl Waiting {
    fn clearance(&self) -> Clearance {
        let tlp = self.tlp.as_deref().and_then(Tlp::from_word);
        let is_restricted = self.restricted == Some(true);
        tlp.map_or(Clearance::Restricted, |tlp| {
            Clearance::of(tlp, is_restricted)
        })
    }
}

impl Store {
    /// Queues what happened since each webhook was last looked after; how many entries were seen.
    pub async fn queue_hook_events(&self) -> Result<usize> {
        let mut lease = self.inner.db.reader().await?;
        let hooks = hook::all(lease.conn(), &self.inner).await?;
        drop(lease);
        let mut seen = 0;
        for hook in hooks.iter().filter(|hook| hook.dead_at.is_none()) {
            seen += self.queue_for(hook).await?;
        }
        Ok(seen)
    }

    async fn queue_for(&self, hook: &Webhook) -> Result<usize> {
        let inner = &*self.inner;
        let directory = self.directory().await?;
        let mut tx = inner.db.begin().await?;
        let entries: Vec<Entry> = Sql::new(
            "SELECT log, idx, subject_type, subject, kind, lane, at FROM ledger_entry \
             WHERE org = $1 AND (log, idx) > ($2, $3) ORDER BY log, idx LIMIT $4",
        )
        .arg(&inner.org)
        .arg(hook.log)
        .arg(hook.idx)
        .arg(CLAIM_LIMIT)
        .all(tx.conn())
        .await?;
        let Some(last) = entries.last() else {
            return Ok(0);
        };
        // What is said in confidence goes nowhere, not even that something was said.
        let is_confided = |entry: &Entry| entry.subject_type == Disclosure::TYPE;
        let is_open = |entry: &Entry| {
            let lane = entry.lane.as_deref().map(KindKey::parse);
            let is_sensitive = |lane: &KindKey| directory.policy.is_sensitive(lane);
            let is_shut = lane.is_some_and(|lane| lane.map_or(true, |lane| is_sensitive(&lane)));
            !is_shut && entry.subject_type == Incident::TYPE
        };
        let now = inner.shell.clock.now().micros();
        let wanted = entries.iter().filter(|entry| {
            wants(&hook.events, &entry.kind)
                && !is_confided(entry)
                && (is_open(entry) || hook.clearance == Clearance::Restricted)
        });
        let rows = wanted.map(|entry| {
            vec![
                inner.org.as_str().into(),
                hook.id.as_str().into(),
                entry.log.into(),
                entry.idx.into(),
                entry.kind.as_str().into(),
                entry.subject_type.as_str().into(),
                entry.subject.as_str().into(),
                entry.at.into(),
                "queued".into(),
                now.into(),
                0_i64.into(),
            ]
        });
        let rows: Vec<_> = rows.collect();
        // Only from where this webhook stood: another node may have gone on meanwhile.
        let moved = Sql::new(
            "UPDATE webhook SET log = $5, idx = $6 \
             WHERE org = $1 AND id = $2 AND log = $3 AND idx = $4",
        )
        .arg(&inner.org)
        .arg(&hook.id)
        .arg(hook.log)
        .arg(hook.idx)
        .arg(last.log)
        .arg(last.idx)
        .run(tx.conn())
        .await?;
        if moved == 1 {
            QUEUED.run(&mut tx, rows).await?;
            tx.commit().await?;
        }
        Ok(entries.len())
    }

    /// Claims events that are due.
    pub async fn claim_hook_events(&self) -> Result<Vec<HookEvent>> {
        let now = self.now();
        let inner = &*self.inner;
        let mut tx = inner.db.begin().await?;
        let hooks = hook::all(tx.conn(), inner).await?;
        if hooks.is_empty() {
            return Ok(Vec::new());
        }
        let due: Vec<Waiting> = Sql::new(
            "SELECT d.webhook, d.log, d.idx, d.kind, d.subject, d.at, d.attempts, d.due_at, \
             i.number, i.title_outside AS title, i.tlp, i.restricted FROM webhook_delivery d \
             LEFT JOIN incident i ON i.org = d.org AND i.id = d.subject \
             WHERE d.org = $1 AND d.state = 'queued' AND d.due_at <= $2 \
             ORDER BY d.due_at, d.log, d.idx LIMIT $3",
        )
        .arg(&inner.org)
        .arg(now)
        .arg(CLAIM_LIMIT)
        .all(tx.conn())
        .await?;
        let mut claimed = Vec::new();
        for row in due {
            let touched = Sql::new(
                "UPDATE webhook_delivery SET due_at = $6 WHERE org = $1 AND webhook = $2 \
                 AND log = $3 AND idx = $4 AND due_at = $5 AND state = 'queued'",
            )
            .arg(&inner.org)
            .arg(&row.webhook)
            .arg(row.log)
            .arg(row.idx)
            .arg(row.due_at)
            .arg(now + CLAIM_MICROS)
            .run(tx.conn())
            .await?;
            let hook = hooks.iter().find(|hook| hook.id == row.webhook);
            if let Some(webhook) = hook.filter(|h| touched == 1 && h.dead_at.is_none()) {
                claimed.push(HookEvent {
                    webhook: webhook.clone(),
                    place: (row.log, row.idx),
                    clearance: row.clearance(),
                    kind: row.kind,
                    record: row.subject,
                    number: row.number,
                    title: row.title,
                    at: At::from_micros(row.at),
                    attempts: row.attempts,
                });
            }
        }
        tx.commit().await?;
        Ok(claimed)
    }

    /// Records what became of an event.
    pub async fn settle_hook_event(&self, event: &HookEvent, outcome: &Outcome) -> Result<()> {
        let inner = &*self.inner;
        let now = inner.shell.clock.now();
        let failures = u32::try_from(event.attempts + 1).unwrap_or(u32::MAX);
        let jitter = inner.shell.entropy.take().first().copied().unwrap_or(0);
        let (state, due_at, said) = match outcome {
            Outcome::Sent { receipt } => ("sent", now, receipt),
            Outcome::Dead { why } => ("dead", now, why),
            Outcome::Later { why, put_off } => {
                match Course::Webhook.wait(failures, *put_off, jitter) {
                    Some(wait) => ("queued", now.plus(wait), why),
                    None => ("failed", now, why),
                }
            }
        };
        let said = super::kept(said);
        let (receipt, error) = if state == "sent" {
            (Some(said), None)
        } else {
            (None, Some(said))
        };
        let mut tx = inner.db.begin().await?;
        Sql::new(
            "UPDATE webhook_delivery SET state = $5, due_at = $6, attempts = attempts + 1, \
             sent_at = $7, receipt = $8, error = $9 \
             WHERE org = $1 AND webhook = $2 AND log = $3 AND idx = $4",
        )
        .arg(&inner.org)
        .arg(&event.webhook.id)
        .arg(event.place.0)
        .arg(event.place.1)
        .arg(state)
        .arg(due_at.micros())
        .arg((state == "sent").then(|| now.micros()))
        .arg(receipt)
        .arg(error.clone())
        .run(tx.conn())
        .await?;
        self.settle_hook(&mut tx, event, state, error).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn settle_hook(
        &self,
        tx: &mut Tx,
        event: &HookEvent,
        state: &'static str,
        error: Option<String>,
    ) -> Result<()> {
        let (inner, hook) = (&*self.inner, &event.webhook);
        let now = inner.shell.clock.now();
        let mut sql = Sql::new("UPDATE webhook SET error = ");
        sql.bind(error);
        let is_dead = matches!(state, "failed" | "dead");
        if state == "sent" {
            sql.push(", failures = 0, last_at = ").bind(now.micros());
        } else {
            sql.push(", failures = failures + 1");
        }
        if is_dead {
            sql.push(", dead_at = ").bind(now.micros());
        }
        sql.push(" WHERE org = ").bind(&inner.org);
        sql.push(" AND id = ").bind(&hook.id);
        sql.run(tx.conn()).await?;
        if is_dead || (state == "queued" && hook.failures + 1 >= ALARM_AFTER) {
            tracing::warn!(webhook = %hook.id, "a webhook does not work");
            let directory = self.directory().await?;
            let raise = Raise {
                occasion: Occasion::WebhookDead,
                urgency: Urgency::Normal,
                to: keepers(&directory),
                about: About::Part(hook.name.clone()),
                by: None,
            };
            raise_in(tx, inner, raise, now).await?;
        }
        Ok(())
    }

    /// What a webhook was told, the newest first.
    pub async fn hook_log(&self, webhook: &str, limit: u32) -> Result<Vec<HookDelivery>> {
        let mut lease = self.inner.db.reader().await?;
        Ok(Sql::new(
            "SELECT log, idx, kind, at, state, due_at, attempts, sent_at, receipt, error \
             FROM webhook_delivery WHERE org = $1 AND webhook = $2 \
             ORDER BY log DESC, idx DESC LIMIT $3",
        )
        .arg(&self.inner.org)
        .arg(webhook)
        .arg(limit)
        .all(lease.conn())
        .await?)
    }

    /// Has a webhook told again: one event, or everything that was not taken. How many.
    pub async fn replay_hook(&self, webhook: &str, place: Option<(i64, i64)>) -> Result<u64> {
        let mut sql =
            Sql::new("UPDATE webhook_delivery SET state = 'queued', attempts = 0, due_at = ");
        sql.bind(self.now())
            .push(" WHERE org = ")
            .bind(&self.inner.org);
        sql.push(" AND webhook = ").bind(webhook);
        match place {
            Some((log, idx)) => {
                sql.push(" AND log = ").bind(log);
                sql.push(" AND idx = ").bind(idx);
            }
            None => {
                sql.push(" AND state IN ('failed', 'dead')");
            }
        }
        let mut tx = self.inner.db.begin().await?;
        let queued = sql.run(tx.conn()).await?;
        tx.commit().await?;
        Ok(queued)
    }
}
