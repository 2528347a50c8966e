//! Redaction: salt and value go, the leaf and every proof about it stay.
//!
//! One person asks, another approves. A ledger entry then says what was removed, on what legal
//! basis and who asked and approved; the record is folded again without the value, and search
//! forgets it. Then the data keys of the removed values are destroyed, which reaches every backup.
//! Only entries of the current year's log: a closed log takes no more entries.

use crate::db::{Conn, Sql};
use crate::error::{Error, Result};
use crate::store::Store;
use crate::write::{self, seal};
use bifold_domain::{Actor, Permission, Refusal};
use bifold_ledger::disclosure::Disclosure;
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
        let known = names_of(&stored)?;
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

    /// Approves a redaction that somebody else asked for, and carries it out. Said again after
    /// something went wrong on the way, it finishes what is left to do.
    pub async fn approve_redaction(&self, actor: &Actor, id: &str) -> Result<Redacted> {
        let ids = [id.to_owned()];
        let mut answers = self.approve_redactions(actor, &ids).await;
        answers.pop().unwrap_or(Err(Error::Closed))
    }

    /// Approves many, each by itself and in order; the keys of all of them are then destroyed at
    /// once. One answer each.
    pub async fn approve_redactions(&self, actor: &Actor, ids: &[String]) -> Vec<Result<Redacted>> {
        let mut answers = Vec::with_capacity(ids.len());
        for id in ids {
            answers.push(self.redact(actor, id).await);
        }
        match self.forget_redacted(ids, &answers).await {
            Ok(finished) => {
                for (answer, finished) in answers.iter_mut().zip(finished) {
                    if let Some(redacted) = finished {
                        *answer = Ok(redacted);
                    }
                }
                answers
            }
            // The redactions stand, but their keys may still be there: no success to report.
            Err(error) => {
                tracing::error!(%error, "data keys of a redaction are not destroyed yet");
                let why = format!(
                    "the values are removed, but their keys are not destroyed yet; approve once \
                     more: {error}"
                );
                let failed = |answer: Result<Redacted>| {
                    answer.and_then(|_| Err(Error::KeyRing(why.clone())))
                };
                answers.into_iter().map(failed).collect()
            }
        }
    }

    async fn redact(&self, actor: &Actor, id: &str) -> Result<Redacted> {
        actor.needs(Permission::Redact)?;
        let request = self.redaction_request(id).await?;
        if request.done {
            return Err(Refusal::NothingToChange.into());
        }
        if request.requested_by == actor.person.as_str() {
            return Err(Refusal::SecondPersonNeeded { act: "a redaction" }.into());
        }
        let names: Vec<String> = request.names.lines().map(str::to_owned).collect();
        let index = u64::try_from(request.idx).map_err(Error::damaged)?;
        let removal = write::Removal {
            log: request.log,
            index,
            names: &names,
            basis: &request.basis,
            requested_by: &request.requested_by,
            approved_by: actor.person.as_str(),
            request: id,
        };
        let by = write::remove(&self.inner, removal).await?;
        let log = request.log;
        Ok(Redacted {
            log,
            index,
            by,
            names,
        })
    }

    async fn redaction_request(&self, id: &str) -> Result<Request> {
        let mut lease = self.inner.db.reader().await?;
        let request = Sql::new(
            "SELECT log, idx, names, basis, requested_by, done FROM redaction_request \
             WHERE org = $1 AND id = $2",
        )
        .arg(&self.inner.org)
        .arg(id)
        .first(lease.conn())
        .await?;
        request.ok_or_else(|| Refusal::no("redaction request").into())
    }

    /// After the commit: the keys, then what the database still holds of deleted rows. Gives the
    /// requests that had been carried out before, but not to their end.
    async fn forget_redacted(
        &self,
        ids: &[String],
        answers: &[Result<Redacted>],
    ) -> Result<Vec<Option<Redacted>>> {
        let is_new = answers.iter().any(Result::is_ok);
        let destroyed = self.inner.destroy_keys().await?;
        if !is_new && destroyed.is_empty() {
            return Ok(Vec::new());
        }
        self.inner.db.forget_deleted().await?;
        let mut finished = Vec::with_capacity(ids.len());
        for (id, answer) in ids.iter().zip(answers) {
            let by = destroyed.get(id).filter(|_| answer.is_err());
            finished.push(match by {
                Some(by) => Some(self.finished(id, *by).await?),
                None => None,
            });
        }
        Ok(finished)
    }

    async fn finished(&self, id: &str, by: u64) -> Result<Redacted> {
        let request = self.redaction_request(id).await?;
        Ok(Redacted {
            log: request.log,
            index: u64::try_from(request.idx).map_err(Error::damaged)?,
            by,
            names: request.names.lines().map(str::to_owned).collect(),
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
        let stored = row.ok_or_else(|| Refusal::no("ledger entry"))?.0;
        not_held(lease.conn(), &self.inner.org, log, index).await?;
        Ok(self.inner.envelopes()?.open(log, index, &stored)?.lines)
    }
}

/// Refuses to touch an entry of evidence that is on legal hold, of its incident, or of an event
/// of that incident. Asked when a redaction is requested, and again when it is carried out.
pub(crate) async fn not_held(conn: Conn<'_>, org: &str, log: i64, index: u64) -> Result<()> {
    let held: Vec<(String,)> = Sql::new(
        "SELECT x.number FROM ledger_entry e CROSS JOIN evidence x WHERE e.org = $1 \
         AND e.log = $2 AND e.idx = $3 AND x.org = e.org AND x.holds > 0 AND (x.id = e.subject \
         OR x.incident = e.subject OR x.incident = (SELECT v.incident FROM event v \
         WHERE v.org = e.org AND v.id = e.subject)) ORDER BY x.number LIMIT 20",
    )
    .arg(org)
    .arg(log)
    .arg(index)
    .all(conn)
    .await?;
    if held.is_empty() {
        return Ok(());
    }
    let numbers: Vec<String> = held.into_iter().map(|row| row.0).collect();
    let holds = numbers.join(", ");
    Err(Refusal::OnHold { holds }.into())
}

fn names_of(disclosures: &str) -> Result<Vec<String>> {
    let names = disclosures.lines().map(|line| {
        let disclosure = Disclosure::decode(line).map_err(Error::damaged)?;
        Ok(disclosure.name)
    });
    names.collect()
}
