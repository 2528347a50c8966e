//! Disclosures are kept encrypted, each under a data key of its own that can be destroyed.
//!
//! `tree` derives the keys and destroys single ones, `text` and `ring` are the file they come
//! from, `envelope` seals and opens rows of `ledger_disclosure`. Whatever reads such a row opens
//! it here. Destroying a key reaches every copy of the row that was ever made: the write-ahead
//! log, dead rows, backups. What it does not reach are copies of the ring itself.
//!
//! Salts stay what they are: fresh random bytes in each disclosure, derived from no key.

mod envelope;
pub(crate) mod ring;
pub(crate) mod text;
pub(crate) mod tree;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::default_trait_access)]
mod tests;

pub(crate) use envelope::{Envelopes, Opened, slot};
pub(crate) use ring::Ring;
pub(crate) use text::Gone;
pub(crate) use tree::Address;

use crate::db::{Db, Insert, Sql, Tx};
use crate::error::{Error, Result};
use crate::shell::Entropy;
use crate::store::{Inner, Options};
use crate::write::Head;
use sqlx::FromRow;
use std::collections::BTreeMap;

/// A key that a committed redaction wants destroyed.
#[derive(FromRow)]
struct Doomed {
    log: i64,
    idx: i64,
    slot: i64,
    by_idx: i64,
    digest: String,
    request: String,
}

/// Opens the ring of an organisation; makes it when the organisation has none yet.
///
/// The database names its ring, so that an organisation is never served with another one's: what
/// is written with the wrong ring nobody could read later.
pub(crate) async fn open(db: &Db, org: &str, options: &Options) -> Result<Ring> {
    let path = ring::file(&options.data);
    let mut tx = db.begin().await?;
    let named = || Sql::new("SELECT ring FROM key_ring WHERE org = $1").arg(org);
    let mut sealed = 0;
    let mut name: Option<(String,)> = named().first(tx.conn()).await?;
    if name.is_none() {
        // Whoever else opens it waits here, and finds the name afterwards.
        Head::read(tx.conn(), org, db.lock_clause()).await?;
        name = named().first(tx.conn()).await?;
    }
    if name.is_none() {
        // Durable before the database names it: a ring without an organisation is merely unused.
        Ring::create(&options.data, &options.shell.entropy)?;
        let ring = Ring::open(path.clone())?;
        Sql::new(
            "INSERT INTO key_ring (org, ring, made_at) VALUES ($1, $2, $3) \
             ON CONFLICT (org) DO NOTHING",
        )
        .arg(org)
        .arg(ring.id()?)
        .arg(options.shell.clock.now().micros())
        .run(tx.conn())
        .await?;
        sealed = seal_all(&mut tx, org, &ring, &options.shell.entropy).await?;
        name = named().first(tx.conn()).await?;
    }
    tx.commit().await?;
    if sealed > 0 {
        tracing::info!(
            entries = sealed,
            "sealed what was written before there was a key ring"
        );
        db.forget_deleted().await?;
    }
    let ring = Ring::open(path.clone())?;
    match name {
        Some((name,)) if name == ring.id()? => Ok(ring),
        _ => Err(ring::of_another(&path)),
    }
}

/// Entries sealed at a time.
const PAGE: usize = 2_000;
const DISCLOSURE: Insert = Insert {
    table: "ledger_disclosure",
    columns: &["org", "log", "idx", "disclosures"],
    key: &["org", "log", "idx"],
};

/// Seals the entries of an organisation from before there were keys. How many there were.
async fn seal_all(tx: &mut Tx, org: &str, ring: &Ring, entropy: &Entropy) -> Result<usize> {
    let mut envelopes = Envelopes::new(org, ring)?;
    let (mut after, mut sealed) = ((0, -1), 0);
    loop {
        let rows: Vec<(i64, i64, String)> = Sql::new(
            "SELECT log, idx, disclosures FROM ledger_disclosure WHERE org = $1 \
             AND (log, idx) > ($2, $3) ORDER BY log, idx LIMIT $4",
        )
        .arg(org)
        .arg(after.0)
        .arg(after.1)
        .arg(i64::try_from(PAGE).unwrap_or(i64::MAX))
        .all(tx.conn())
        .await?;
        let Some((log, index, _)) = rows.last() else {
            return Ok(sealed);
        };
        after = (*log, *index);
        let mut page = Vec::with_capacity(rows.len());
        for (log, index, stored) in rows {
            let at = u64::try_from(index).map_err(Error::damaged)?;
            let lines: Vec<String> = envelopes
                .open(log, at, &stored)?
                .lines
                .lines()
                .map(str::to_owned)
                .collect();
            let row = envelopes.seal(log, at, &lines, entropy)?;
            page.push(vec![org.into(), log.into(), index.into(), row.into()]);
        }
        sealed += page.len();
        DISCLOSURE.run(tx, page).await?;
    }
}

impl Inner {
    /// Destroys the keys that committed redactions name, where that was not done yet. Safe to
    /// repeat: what is destroyed stays so. Gives the requests this finished, with the entry that
    /// says so.
    pub(crate) async fn destroy_keys(&self) -> Result<BTreeMap<String, u64>> {
        let mut lease = self.db.reader().await?;
        let doomed: Vec<Doomed> = Sql::new(
            "SELECT log, idx, slot, by_idx, digest, request FROM key_destroyed WHERE org = $1 \
             ORDER BY log, idx, slot",
        )
        .arg(&self.org)
        .all(lease.conn())
        .await?;
        drop(lease);
        let known = self.ring.now()?;
        let mut keys = Vec::new();
        let mut requests = BTreeMap::new();
        for key in doomed {
            let index = u64::try_from(key.idx).map_err(Error::damaged)?;
            let slot = u16::try_from(key.slot).map_err(Error::damaged)?;
            let address = Address::new(key.log, index, slot)
                .ok_or_else(|| Error::damaged("a destroyed key without an address"))?;
            let by = u64::try_from(key.by_idx).map_err(Error::damaged)?;
            if !known.tree.is_punctured(address) || !known.gone.contains_key(&address) {
                let digest = key.digest;
                requests.insert(key.request, by);
                keys.push((address, Gone { by, digest }));
            }
        }
        if !keys.is_empty() {
            self.ring.destroy(keys)?;
        }
        Ok(requests)
    }

    /// What seals and opens this organisation's disclosures, with the keys as they are now.
    pub(crate) fn envelopes(&self) -> Result<Envelopes> {
        Envelopes::new(&self.org, &self.ring)
    }
}
