//! Cosignatures: what a witness is to be asked, and what it signed.

use super::{CLAIM_MICROS, back_off, kept};
use crate::db::Sql;
use crate::error::{Error, Result};
use crate::ledger::stored_nodes;
use crate::store::Store;
use bifold_domain::time::{MINUTE, SECOND};
use bifold_ledger::checkpoint::Checkpoint;
use bifold_ledger::cosignature::{Cosignature, CosignatureError, WitnessKey, with_cosignatures};
use bifold_ledger::hash::Hash;
use bifold_ledger::proof::{FromStored, consistency_proof, needed_for_consistency};

/// How often a witness is asked about a log that grew, in microseconds.
const COSIGN_EVERY: i64 = MINUTE;

/// A checkpoint that a witness has not cosigned, claimed for whoever asks now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToCosign {
    /// The log's year.
    pub log: i64,
    /// Its size.
    pub size: u64,
    /// The signed checkpoint.
    pub note: String,
    /// The size that the witness cosigned last, as far as is known here.
    pub known: u64,
    attempts: i64,
}

impl ToCosign {
    /// How often it was asked for in vain when this attempt fails too.
    pub fn failures(&self) -> i64 {
        self.attempts
    }
}

impl Store {
    /// The newest checkpoints that a witness has not cosigned and is to be asked about now: of the
    /// current log, and of closed ones until their last is cosigned.
    pub async fn claim_checkpoints(&self, witness: &WitnessKey) -> Result<Vec<ToCosign>> {
        let mut claimed = Vec::new();
        for log in self.logs().await? {
            let Some((checkpoint, note)) = self.checkpoint(log, 0).await? else {
                continue;
            };
            let known = self.cosigned_size(log, witness).await?;
            if known < checkpoint.size
                && let Some(attempts) = self.claim_witness(log, witness).await?
            {
                claimed.push(ToCosign {
                    log,
                    size: checkpoint.size,
                    note,
                    known,
                    attempts,
                });
            }
        }
        Ok(claimed)
    }

    /// Up to which size a witness cosigned a log; 0 when it did not.
    async fn cosigned_size(&self, log: i64, witness: &WitnessKey) -> Result<u64> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64,)> = Sql::new(
            "SELECT size FROM anchor_cosignature WHERE org = $1 AND log = $2 AND witness = $3 \
             ORDER BY size DESC LIMIT 1",
        )
        .arg(&self.inner.org)
        .arg(log)
        .arg(witness.to_string())
        .first(lease.conn())
        .await?;
        row.map_or(Ok(0), |(size,)| u64::try_from(size).map_err(Error::damaged))
    }

    /// How many attempts that makes, or `None` while it is too early to ask.
    async fn claim_witness(&self, log: i64, witness: &WitnessKey) -> Result<Option<i64>> {
        let now = self.now();
        let vkey = witness.to_string();
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64, i64)> = Sql::new(
            "SELECT next_at, attempts FROM anchor_witness WHERE org = $1 AND log = $2 \
             AND witness = $3",
        )
        .arg(&self.inner.org)
        .arg(log)
        .arg(&vkey)
        .first(lease.conn())
        .await?;
        drop(lease);
        if row.is_some_and(|(next_at, _)| next_at > now) {
            return Ok(None);
        }
        let mut tx = self.inner.db.begin().await?;
        let touched = Sql::new(
            "INSERT INTO anchor_witness (org, log, witness, attempts, next_at) \
             VALUES ($1, $2, $3, 1, $4) ON CONFLICT (org, log, witness) DO UPDATE SET \
             attempts = anchor_witness.attempts + 1, next_at = excluded.next_at \
             WHERE anchor_witness.next_at <= $5",
        )
        .arg(&self.inner.org)
        .arg(log)
        .arg(&vkey)
        .arg(now + CLAIM_MICROS)
        .arg(now)
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok((touched == 1).then_some(row.map_or(1, |(_, attempts)| attempts + 1)))
    }

    /// The proof that the first `from` entries are part of the first `to`, from the stored tree;
    /// empty where that needs none.
    pub async fn consistency(&self, log: i64, from: u64, to: u64) -> Result<Vec<Hash>> {
        if from == 0 || from == to {
            return Ok(Vec::new());
        }
        let needed = needed_for_consistency(from, to);
        let mut lease = self.inner.db.reader().await?;
        let nodes = stored_nodes(&mut lease, &self.inner.org, log, &needed).await?;
        consistency_proof(&FromStored(nodes), from, to).map_err(Error::damaged)
    }

    /// Verifies the answer of a witness and keeps its cosignature.
    pub async fn record_cosignature(
        &self,
        of: &ToCosign,
        answer: &str,
        witness: &WitnessKey,
    ) -> Result<std::result::Result<Cosignature, CosignatureError>> {
        let (line, cosignature) = match cosigned(&of.note, answer, witness) {
            Ok(cosigned) => cosigned,
            Err(why) => return Ok(Err(why)),
        };
        let vkey = witness.to_string();
        let at = i64::try_from(cosignature.time_s).map_err(Error::damaged)?;
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "INSERT INTO anchor_cosignature (org, log, size, witness, name, line, at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (org, log, size, witness) \
             DO UPDATE SET line = excluded.line, at = excluded.at \
             WHERE anchor_cosignature.at < excluded.at",
        )
        .arg(&self.inner.org)
        .arg(of.log)
        .arg(of.size)
        .arg(&vkey)
        .arg(witness.name())
        .arg(line)
        .arg(at.saturating_mul(SECOND))
        .run(tx.conn())
        .await?;
        Sql::new(
            "UPDATE anchor_witness SET attempts = 0, error = NULL, next_at = $4 WHERE org = $1 \
             AND log = $2 AND witness = $3",
        )
        .arg(&self.inner.org)
        .arg(of.log)
        .arg(&vkey)
        .arg(self.now() + COSIGN_EVERY)
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(Ok(cosignature))
    }

    /// Keeps why a witness did not cosign, and puts the next attempt off, up to an hour, for ever.
    pub async fn record_no_cosignature(
        &self,
        of: &ToCosign,
        witness: &WitnessKey,
        error: &str,
    ) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "UPDATE anchor_witness SET error = $4, next_at = $5 WHERE org = $1 AND log = $2 \
             AND witness = $3",
        )
        .arg(&self.inner.org)
        .arg(of.log)
        .arg(witness.to_string())
        .arg(kept(error))
        .arg(self.now() + back_off(of.attempts))
        .run(tx.conn())
        .await?;
        Ok(tx.commit().await?)
    }

    /// The newest signed checkpoint of a log, as a note with the cosignatures that it has.
    pub async fn cosigned_checkpoint(&self, log: i64) -> Result<Option<(Checkpoint, String)>> {
        let Some((checkpoint, note)) = self.checkpoint(log, 0).await? else {
            return Ok(None);
        };
        let lines = self.cosignature_lines(log, checkpoint.size).await?;
        let note = lines.into_iter().fold(note, |note, (_, line)| note + &line);
        Ok(Some((checkpoint, note)))
    }

    /// Who cosigned the checkpoint of this size, and their signature lines.
    pub(crate) async fn cosignature_lines(
        &self,
        log: i64,
        size: u64,
    ) -> Result<Vec<(WitnessKey, String)>> {
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<(String, String)> = Sql::new(
            "SELECT witness, line FROM anchor_cosignature WHERE org = $1 AND log = $2 \
             AND size = $3 ORDER BY at, witness",
        )
        .arg(&self.inner.org)
        .arg(log)
        .arg(size)
        .all(lease.conn())
        .await?;
        rows.into_iter()
            .map(|(vkey, line)| Ok((vkey.parse().map_err(Error::damaged)?, line)))
            .collect()
    }
}

/// The signature line of a witness in its answer, with what it says.
fn cosigned(
    note: &str,
    answer: &str,
    witness: &WitnessKey,
) -> std::result::Result<(String, Cosignature), CosignatureError> {
    let (cosigned, found) = with_cosignatures(note, answer, std::slice::from_ref(witness))?;
    // The stored note has the log's signature alone, so what stands behind it is new.
    let line = cosigned.strip_prefix(note).unwrap_or_default();
    let found = found.into_iter().next().filter(|_| !line.is_empty());
    let found = found.ok_or(CosignatureError::NotCosigned { known: 1 })?;
    Ok((line.to_owned(), found))
}
