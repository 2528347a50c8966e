//! Webhooks of the organisation: where other programs listen, what for, and with which secret.

use super::seal;
use crate::db::{Conn, Sql};
use crate::error::{Error, Result};
use crate::store::{Inner, Store};
use bifold_domain::{At, Refusal, Short};
use bifold_notify::guard::parse_url;
use bifold_notify::{Clearance, Secret};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

/// Webhooks at most.
pub const WEBHOOKS_LIMIT: usize = 20;
/// Bytes of the list of events at most.
pub const EVENTS_BYTES: usize = 2_000;
/// Bytes of an address or a token at most.
const URL_BYTES: usize = 2_000;

/// A webhook to be made.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// What it is for.
    pub name: Short,
    /// Where it listens.
    pub url: String,
    /// A bearer token that it asks for besides.
    pub bearer: Option<String>,
    /// Which events: `*`, `incident.*` or `incident.declared`, with spaces or commas between.
    pub events: String,
    /// What it may be told.
    pub clearance: Clearance,
}

/// Where it listens and how it knows us; sealed as a whole.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookTarget {
    /// The address.
    pub url: String,
    /// The bearer token.
    #[serde(default)]
    pub bearer: Option<String>,
    /// The secrets that sign, the newest first; two while one is being changed.
    pub secrets: Vec<String>,
}

impl std::fmt::Debug for HookTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HookTarget(..)")
    }
}

impl HookTarget {
    /// The secrets, read.
    pub fn secrets(&self) -> Vec<Secret> {
        let read = self.secrets.iter().map(|text| Secret::parse(text));
        read.filter_map(std::result::Result::ok).collect()
    }
}

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// The host where it listens.
    pub host: String,
    /// Where it listens; `None` where the key to it is not here.
    pub target: Option<HookTarget>,
    /// Which events.
    pub events: String,
    /// What it may be told.
    pub clearance: Clearance,
    /// Failures in a row.
    pub failures: i64,
    /// When something was last taken by it.
    pub last_at: Option<At>,
    /// Since when it is told nothing.
    pub dead_at: Option<At>,
    /// What went wrong last.
    pub error: Option<String>,
    pub(super) log: i64,
    pub(super) idx: i64,
}

#[derive(FromRow)]
pub(super) struct Row {
    id: String,
    name: String,
    host: String,
    target: String,
    events: String,
    clearance: String,
    log: i64,
    idx: i64,
    failures: i64,
    last_at: Option<i64>,
    dead_at: Option<i64>,
    error: Option<String>,
}

const COLUMNS: &str = "SELECT id, name, host, target, events, clearance, log, idx, failures, \
     last_at, dead_at, error FROM webhook";

impl Row {
    fn opened(self, inner: &Inner) -> Result<Webhook> {
        let target = seal::open(inner, &self.id, &self.target)?;
        Ok(Webhook {
            target: target.and_then(|text| serde_json::from_str(&text).ok()),
            id: self.id,
            name: self.name,
            host: self.host,
            events: self.events,
            clearance: Clearance::from_word(&self.clearance)
                .ok_or_else(|| Error::damaged("a clearance"))?,
            failures: self.failures,
            last_at: self.last_at.map(At::from_micros),
            dead_at: self.dead_at.map(At::from_micros),
            error: self.error,
            log: self.log,
            idx: self.idx,
        })
    }
}

pub(super) async fn all(conn: Conn<'_>, inner: &Inner) -> Result<Vec<Webhook>> {
    let mut sql = Sql::new(COLUMNS);
    sql.push(" WHERE org = ").bind(&inner.org);
    sql.push(" ORDER BY created_at, id");
    let rows: Vec<Row> = sql.all(conn).await?;
    rows.into_iter().map(|row| row.opened(inner)).collect()
}

/// What is refused before it is kept: whether the address may be reached is found when it is.
fn check(new: &NewWebhook) -> Result<String> {
    let unfit = |why: &str| Error::Unfit(why.to_owned());
    let url = parse_url(&new.url).map_err(|e| Error::Unfit(e.to_string()))?;
    if new.url.len() > URL_BYTES || new.events.len() > EVENTS_BYTES {
        return Err(unfit("the address or the list of events is too long"));
    }
    let is_kind = |word: &str| {
        let plain = |c: char| c.is_ascii_lowercase() || "_.*".contains(c);
        word == "*" || (word.contains('.') && word.chars().all(plain))
    };
    let mut words = new
        .events
        .split([' ', ',', '\n', '\r'])
        .filter(|w| !w.is_empty());
    if words.clone().next().is_none() || !words.all(is_kind) {
        return Err(unfit(
            "events are *, incident.* or incident.declared, with commas between",
        ));
    }
    let token = new.bearer.as_deref().unwrap_or_default();
    if token.len() > URL_BYTES || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(unfit("the bearer token holds signs that cannot be in it"));
    }
    Ok(url.host_str().unwrap_or_default().to_owned())
}

impl Store {
    /// The webhooks, the oldest first.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>> {
        let mut lease = self.inner.db.reader().await?;
        all(lease.conn(), &self.inner).await
    }

    /// One of them.
    pub async fn webhook(&self, id: &str) -> Result<Option<Webhook>> {
        let all = self.webhooks().await?;
        Ok(all.into_iter().find(|hook| hook.id == id))
    }

    /// Adds a webhook, which is told of what happens from now on; its id and its secret, which is
    /// not shown again.
    pub async fn add_webhook(&self, new: &NewWebhook) -> Result<(String, Secret)> {
        let host = check(new)?;
        let inner = &*self.inner;
        let secret = Secret::new(inner.shell.entropy.take());
        let target = HookTarget {
            url: new.url.clone(),
            bearer: new.bearer.clone().filter(|token| !token.is_empty()),
            secrets: vec![secret.text()],
        };
        let target = serde_json::to_string(&target).map_err(Error::damaged)?;
        let id = format!("whk_{}", inner.shell.ids.next_uuid());
        let sealed = seal::seal(inner, &id, &target)?;
        let mut tx = inner.db.begin().await?;
        if all(tx.conn(), inner).await?.len() >= WEBHOOKS_LIMIT {
            let (what, limit) = ("webhooks", WEBHOOKS_LIMIT);
            return Err(Refusal::TooMany { what, limit }.into());
        }
        let last: Option<(i64, i64)> = Sql::new(
            "SELECT log, idx FROM ledger_entry WHERE org = $1 ORDER BY log DESC, idx DESC LIMIT 1",
        )
        .arg(&inner.org)
        .first(tx.conn())
        .await?;
        let (log, idx) = last.unwrap_or((0, -1));
        Sql::new(
            "INSERT INTO webhook (org, id, name, host, target, events, clearance, log, idx, \
             failures, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10)",
        )
        .arg(&inner.org)
        .arg(&id)
        .arg(new.name.as_str())
        .arg(host)
        .arg(sealed)
        .arg(new.events.trim())
        .arg(new.clearance.word())
        .arg(log)
        .arg(idx)
        .arg(inner.shell.clock.now().micros())
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok((id, secret))
    }

    /// Gives a webhook a new secret. The one before signs too, until the next change.
    pub async fn change_webhook_secret(&self, id: &str) -> Result<Option<Secret>> {
        let Some(mut target) = self.webhook(id).await?.and_then(|hook| hook.target) else {
            return Ok(None);
        };
        let inner = &*self.inner;
        let secret = Secret::new(inner.shell.entropy.take());
        target.secrets.insert(0, secret.text());
        target.secrets.truncate(2);
        let text = serde_json::to_string(&target).map_err(Error::damaged)?;
        let sealed = seal::seal(inner, id, &text)?;
        let mut tx = inner.db.begin().await?;
        Sql::new("UPDATE webhook SET target = $3 WHERE org = $1 AND id = $2")
            .arg(&inner.org)
            .arg(id)
            .arg(sealed)
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(Some(secret))
    }

    /// Tells a webhook again that was told nothing; `false` when there is none such.
    pub async fn revive_webhook(&self, id: &str) -> Result<bool> {
        let mut tx = self.inner.db.begin().await?;
        let touched = Sql::new(
            "UPDATE webhook SET dead_at = NULL, failures = 0, error = NULL \
             WHERE org = $1 AND id = $2",
        )
        .arg(&self.inner.org)
        .arg(id)
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(touched > 0)
    }

    /// Removes a webhook with its log; `false` when there is none such.
    pub async fn remove_webhook(&self, id: &str) -> Result<bool> {
        let mut tx = self.inner.db.begin().await?;
        Sql::new("DELETE FROM webhook_delivery WHERE org = $1 AND webhook = $2")
            .arg(&self.inner.org)
            .arg(id)
            .run(tx.conn())
            .await?;
        let removed = Sql::new("DELETE FROM webhook WHERE org = $1 AND id = $2")
            .arg(&self.inner.org)
            .arg(id)
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(removed > 0)
    }
}
