//! Signing checkpoints, never backwards.
//!
//! Before a checkpoint is published, what will be signed is made durable in a guard file outside
//! the database. A database restored from an older backup no longer contains what the guard says
//! was signed, and then nothing is signed: a silent split view becomes a visible refusal.

use super::{LogState, durable};
use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_ledger::checkpoint::{Checkpoint, sign_checkpoint};
use bifold_ledger::guard::{LastSigned, may_sign};

impl Store {
    /// Signs the newest state of the log if it is not signed yet. Also signs the final state of
    /// the year before, once. Gives the newest checkpoint when a new one was signed.
    pub async fn sign_checkpoint(&self) -> Result<Option<Checkpoint>> {
        // One at a time: comparing with the guard and writing it belong together.
        let _turn = self.inner.signing.lock().await;
        let state = self.log_state().await?;
        if state.log == 0 {
            return Ok(None);
        }
        let last: Option<(i64, i64)> = {
            let mut lease = self.inner.db.reader().await?;
            Sql::new(
                "SELECT log, size FROM ledger_checkpoint WHERE org = $1 \
                 ORDER BY log DESC, size DESC LIMIT 1",
            )
            .arg(&self.inner.org)
            .first(lease.conn())
            .await?
        };
        let size = i64::try_from(state.size).map_err(Error::damaged)?;
        match last {
            Some((log, signed)) if log == state.log && signed >= size => {
                // Signed already; but a log that became shorter must not pass in silence.
                self.guarded(&state).await?;
                return Ok(None);
            }
            Some((log, _)) if log < state.log => {
                let before = self.state_of(log).await?;
                self.sign(&before).await?;
            }
            _ => {}
        }
        self.sign(&state).await.map(Some)
    }

    async fn guarded(&self, state: &LogState) -> Result<()> {
        let file = self.inner.keys.guard_file(state.log);
        let last = match std::fs::read_to_string(&file) {
            Ok(text) => Some(text.parse::<LastSigned>().map_err(|e| {
                Error::NotSigned(format!("{} cannot be read: {e}", file.display()))
            })?),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
            Err(e) => return Err(Error::file("reading the rollback guard")(e)),
        };
        let origin = self.inner.origin(state.log);
        if let Some(other) = last.as_ref().filter(|l| l.origin != origin) {
            return Err(Error::NotSigned(format!(
                "the rollback guard is about {}, not {origin}",
                other.origin
            )));
        }
        let root = match &last {
            Some(last) if last.size < state.size => Some(self.root_at(state.log, last.size).await?),
            _ => None,
        };
        may_sign(last.as_ref(), root, (state.size, state.root))
            .map_err(|e| Error::NotSigned(e.to_string()))
    }

    async fn sign(&self, state: &LogState) -> Result<Checkpoint> {
        self.guarded(state).await?;
        let origin = self.inner.origin(state.log);
        let signer = self.inner.keys.signer(&origin)?;
        let checkpoint = Checkpoint {
            origin,
            size: state.size,
            root: state.root,
        };
        let note = sign_checkpoint(&checkpoint, &[&signer])
            .map_err(|e| Error::NotSigned(e.to_string()))?;
        self.write_guard(state.log, &LastSigned::from(checkpoint.clone()))?;
        // Safe now: the guard knows what is about to be published. A crash here only means that
        // the same state is signed again.
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "INSERT INTO ledger_checkpoint (org, log, size, root, note, signed_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (org, log, size) DO NOTHING",
        )
        .arg(&self.inner.org)
        .arg(state.log)
        .arg(state.size)
        .arg(state.root.to_string())
        .arg(note)
        .arg(self.now())
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(checkpoint)
    }

    fn write_guard(&self, log: i64, last: &LastSigned) -> Result<()> {
        let path = self.inner.keys.guard_file(log);
        // Two processes may sign at once, each with a file of its own.
        let extension = format!("{}.new", std::process::id());
        durable::replace(&path, &extension, last.to_string().as_bytes())
            .map_err(Error::file("writing the rollback guard"))
    }
}
