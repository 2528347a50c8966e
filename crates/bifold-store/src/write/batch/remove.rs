//! Redaction inside the write path: the saying entry, the deletion and the order to destroy the
//! keys are one transaction.

use super::Batch;
use crate::db::{Insert, Sql, Value};
use crate::disclosed;
use crate::error::{Error, Result};
use crate::query::search;
use crate::store::Inner;
use crate::write::seal;
use bifold_domain::{At, Refusal};
use bifold_ledger::disclosure::{Disclosure, digest};
use bifold_ledger::system;
use std::collections::BTreeSet;

/// What a redaction removes, and in whose name.
pub(crate) struct Removal<'a> {
    pub log: i64,
    pub index: u64,
    /// The values, by their JSON pointers.
    pub names: &'a [String],
    /// The legal basis.
    pub basis: &'a str,
    pub requested_by: &'a str,
    pub approved_by: &'a str,
    /// Which request is thereby done.
    pub request: &'a str,
}

/// An entry's disclosures, taken apart by a redaction.
#[derive(Default)]
struct Cut {
    /// Digests of what goes, as they stand in the leaf.
    digests: Vec<String>,
    /// Which keys are to be destroyed; what was stored in the clear has none.
    slots: Vec<(u16, String)>,
    /// What stays, as stored.
    rest: String,
    /// The same, opened.
    rest_opened: String,
}

const DESTROYED: Insert = Insert {
    table: "key_destroyed",
    columns: &["org", "log", "idx", "slot", "by_idx", "digest", "request"],
    key: &[],
};

/// Removes disclosures and says so in the ledger, in one transaction. Gives the saying entry.
pub(crate) async fn remove(inner: &Inner, removal: Removal<'_>) -> Result<u64> {
    let mut batch = Batch::open(inner, &[]).await?;
    batch.turn_of_the_year()?;
    if batch.head.log != removal.log {
        return Err(Error::Damaged("the log was closed meanwhile".to_owned()));
    }
    batch.not_done(&removal).await?;
    crate::ledger::not_held(batch.tx.conn(), &inner.org, removal.log, removal.index).await?;
    let cut = batch.cut(&removal).await?;
    let clock = inner.shell.clock.now().micros();
    let now = At::from_micros(clock.max(batch.head.last_at));
    let redaction = system::Redaction {
        entry: removal.index,
        digests: cut.digests.clone(),
    };
    let disclose = |name: &str, value: serde_json::Value| {
        let salt = inner.shell.entropy.take();
        Disclosure {
            salt,
            name: name.to_owned(),
            value,
        }
        .encode()
    };
    let disclosures = [
        disclose(system::REDACTS, redaction.to_value()),
        disclose("basis", removal.basis.into()),
        disclose("requested_by", removal.requested_by.into()),
        disclose("approved_by", removal.approved_by.into()),
    ];
    let by = batch.head.frontier.size();
    batch.push_system(system::REDACTED, now, &disclosures)?;
    batch.take_away(&removal, cut, by).await?;
    batch.commit().await?;
    // Safe now: the order is durable. A crash before the keys are destroyed only means that the
    // next start, or the approval said again, destroys them.
    Ok(by)
}

impl Batch<'_> {
    /// Under the lock: two may approve the same request at the same moment.
    async fn not_done(&mut self, removal: &Removal<'_>) -> Result<()> {
        let row: Option<(bool,)> =
            Sql::new("SELECT done FROM redaction_request WHERE org = $1 AND id = $2")
                .arg(&self.inner.org)
                .arg(removal.request)
                .first(self.tx.conn())
                .await?;
        match row {
            Some((false,)) => Ok(()),
            _ => Err(Refusal::NothingToChange.into()),
        }
    }

    /// Reads the entry's disclosures under the lock, so that two redactions of one entry do not
    /// bring back each other's values.
    async fn cut(&mut self, removal: &Removal<'_>) -> Result<Cut> {
        let (log, index) = (removal.log, removal.index);
        let row: Option<(String,)> = Sql::new(
            "SELECT disclosures FROM ledger_disclosure WHERE org = $1 AND log = $2 AND idx = $3",
        )
        .arg(&self.inner.org)
        .arg(log)
        .arg(index)
        .first(self.tx.conn())
        .await?;
        let stored = row.ok_or_else(|| Refusal::no("ledger entry"))?.0;
        let mut cut = Cut::default();
        for line in stored.lines().filter(|line| !line.is_empty()) {
            let opened = self.envelopes.open(log, index, line)?.lines;
            let shown = opened.trim_end();
            let name = match shown {
                // Its key is gone, and so is whatever it was; the line stays to say so.
                "" => None,
                shown => Some(Disclosure::decode(shown).map_err(Error::damaged)?.name),
            };
            if name.is_some_and(|name| removal.names.contains(&name)) {
                let digest = digest(shown);
                let slot = disclosed::slot(line);
                cut.slots.extend(slot.map(|slot| (slot, digest.clone())));
                cut.digests.push(digest);
            } else {
                cut.rest.push_str(line);
                cut.rest.push('\n');
                cut.rest_opened.push_str(&opened);
            }
        }
        if cut.digests.is_empty() {
            return Err(Refusal::NothingToChange.into());
        }
        cut.rest.truncate(cut.rest.trim_end().len());
        Ok(cut)
    }

    /// Deletes the disclosures, and whatever was computed from them.
    async fn take_away(&mut self, removal: &Removal<'_>, cut: Cut, by: u64) -> Result<()> {
        let org = self.inner.org.clone();
        let at = |text| {
            Sql::new(text)
                .arg(org.as_str())
                .arg(removal.log)
                .arg(removal.index)
        };
        at("UPDATE ledger_disclosure SET disclosures = $4 WHERE org = $1 AND log = $2 AND idx = $3")
            .arg(cut.rest)
            .run(self.tx.conn())
            .await?;
        at("INSERT INTO ledger_redaction (org, log, idx, by_idx) VALUES ($1, $2, $3, $4)")
            .arg(by)
            .run(self.tx.conn())
            .await?;
        let destroyed = cut.slots.into_iter().map(|(slot, digest)| {
            vec![
                org.as_str().into(),
                removal.log.into(),
                removal.index.into(),
                Value::Int(i64::from(slot)),
                by.into(),
                digest.into(),
                removal.request.into(),
            ]
        });
        DESTROYED.run(&mut self.tx, destroyed.collect()).await?;
        Sql::new("UPDATE redaction_request SET done = TRUE WHERE org = $1 AND id = $2")
            .arg(org.as_str())
            .arg(removal.request)
            .run(self.tx.conn())
            .await?;
        let doc = search::document(self.inner.org_no, removal.log, removal.index);
        search::forget(&mut self.tx, doc).await?;
        let words = seal::words(&cut.rest_opened)?;
        if !words.is_empty() {
            self.pending.search.push((doc, words));
        }
        self.fold_again(removal).await
    }

    /// Makes the record's projections anew from what is left of its facts.
    async fn fold_again(&mut self, removal: &Removal<'_>) -> Result<()> {
        let row: Option<(String,)> =
            Sql::new("SELECT subject FROM ledger_entry WHERE org = $1 AND log = $2 AND idx = $3")
                .arg(&self.inner.org)
                .arg(removal.log)
                .arg(removal.index)
                .first(self.tx.conn())
                .await?;
        let subject = row.ok_or_else(|| Error::damaged("the entry is missing"))?.0;
        self.load(BTreeSet::from([subject.clone()])).await?;
        let folded = crate::replay::fold_subject(self.inner, self.tx.conn(), &subject).await?;
        if let (Some(state), Some(loaded)) = (folded, self.loaded.get_mut(&subject)) {
            loaded.state = Some(state);
            self.touched.insert(subject);
            // The directory may hold the name that was removed: everybody reads it again.
            self.head.directory_version += 1;
            self.directory_is_known = false;
        }
        Ok(())
    }
}
