//! Redaction: salt and value go, the leaf and every proof about it stay.
//!
//! One person asks, another approves. A ledger entry then says what was removed, on what legal
//! basis and who asked and approved; the record is folded again without the value, and search
//! forgets it. Only entries of the current year's log: a closed log takes no more entries.

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::write::{self, seal};
use bifold_domain::{Actor, Permission, Refusal};
use bifold_ledger::disclosure::{Disclosure, digest};
use serde::Serialize;
use sqlx::FromRow;

/// What a redaction did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Redacted {
    /// The log.
    pub log: i64,
    /// The entry that lost values.
    pub index: u64,
    /// The entry that says so.
    pub by: u64,
    /// Which values.
    pub names: Vec<String>,
}

#[derive(FromRow)]
struct Request {
    log: i64,
    idx: i64,
    names: String,
    basis: String,
    requested_by: String,
    done: bool,
}

impl Store {
    /// Asks for values of one entry to be removed, by their JSON pointers (`/title`). Gives the
    /// id that another person approves.
    pub async fn request_redaction(
        &self,
        actor: &Actor,
        log: i64,
        index: u64,
        names: &[String],
        basis: &str,
    ) -> Result<String> {
        actor.needs(Permission::Redact)?;
        if basis.trim().is_empty() {
            return Err(Refusal::ReasonRequired { act: "a redaction" }.into());
        }
        let stored = self.disclosures(log, index).await?;
        let known: Vec<String> = decoded(&stored)?
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        let removable = |name: &String| name != seal::BODY && known.contains(name);
        if names.is_empty() || !names.iter().all(removable) {
            let list = names.join(", ");
            return Err(Refusal::Unknown {
                what: "redactable value",
                named: list,
            }
            .into());
        }
        let id = self.inner.shell.ids.next_uuid();
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "INSERT INTO redaction_request (org, id, log, idx, names, basis, requested_by, \
             requested_at, done) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, FALSE)",
        )
        .arg(&self.inner.org)
        .arg(&id)
        .arg(log)
        .arg(index)
        .arg(names.join("\n"))
        .arg(basis.trim())
        .arg(actor.person.as_str())
        .arg(self.now())
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Approves a redaction that somebody else asked for, and carries it out.
    pub async fn approve_redaction(&self, actor: &Actor, id: &str) -> Result<Redacted> {
        actor.needs(Permission::Redact)?;
        let mut lease = self.inner.db.reader().await?;
        let request: Request = Sql::new(
            "SELECT log, idx, names, basis, requested_by, done FROM redaction_request \
             WHERE org = $1 AND id = $2",
        )
        .arg(&self.inner.org)
        .arg(id)
        .first(lease.conn())
        .await?
        .ok_or_else(|| Refusal::no("redaction request"))?;
        drop(lease);
        if request.done {
            return Err(Refusal::NothingToChange.into());
        }
        if request.requested_by == actor.person.as_str() {
            return Err(Refusal::SecondPersonNeeded { act: "a redaction" }.into());
        }
        let names: Vec<String> = request.names.lines().map(str::to_owned).collect();
        let index = u64::try_from(request.idx).map_err(Error::damaged)?;
        let stored = self.disclosures(request.log, index).await?;
        let (gone, rest): (Vec<_>, Vec<_>) = decoded(&stored)?
            .into_iter()
            .partition(|(name, _)| names.contains(name));
        let removal = write::Removal {
            log: request.log,
            index,
            digests: gone.iter().map(|(_, line)| digest(line)).collect(),
            rest: rest
                .into_iter()
                .map(|(_, line)| line)
                .collect::<Vec<_>>()
                .join("\n"),
            basis: &request.basis,
            requested_by: &request.requested_by,
            approved_by: actor.person.as_str(),
            request: id,
        };
        let by = write::remove(&self.inner, removal).await?;
        self.inner.db.forget_deleted().await?;
        Ok(Redacted {
            log: request.log,
            index,
            by,
            names,
        })
    }

    async fn disclosures(&self, log: i64, index: u64) -> Result<String> {
        let current = self.log_state().await?.log;
        if log != current {
            let verb = "remove values";
            return Err(Refusal::WrongStage {
                verb,
                stage: "in a closed year's log",
            }
            .into());
        }
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String,)> = Sql::new(
            "SELECT disclosures FROM ledger_disclosure WHERE org = $1 AND log = $2 AND idx = $3",
        )
        .arg(&self.inner.org)
        .arg(log)
        .arg(index)
        .first(lease.conn())
        .await?;
        row.map(|r| r.0)
            .ok_or_else(|| Refusal::no("ledger entry").into())
    }
}

fn decoded(stored: &str) -> Result<Vec<(String, String)>> {
    stored
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            let disclosure = Disclosure::decode(line).map_err(Error::damaged)?;
            Ok((disclosure.name, line.to_owned()))
        })
        .collect()
}
