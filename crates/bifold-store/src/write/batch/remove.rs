//! Redaction inside the write path: the saying entry and the deletion are one transaction.

use super::Batch;
use crate::db::Sql;
use crate::error::{Error, Result};
use crate::query::search;
use crate::store::Inner;
use crate::write::seal;
use bifold_domain::At;
use bifold_ledger::disclosure::Disclosure;
use bifold_ledger::system;
use std::collections::BTreeSet;

/// What a redaction removes, and in whose name.
pub(crate) struct Removal<'a> {
    pub log: i64,
    pub index: u64,
    /// Digests of them, as they stand in the leaf.
    pub digests: Vec<String>,
    /// What is left of the entry's disclosures.
    pub rest: String,
    /// The legal basis.
    pub basis: &'a str,
    pub requested_by: &'a str,
    pub approved_by: &'a str,
    /// Which request is thereby done.
    pub request: &'a str,
}

/// Removes disclosures and says so in the ledger, in one transaction. Gives the saying entry.
pub(crate) async fn remove(inner: &Inner, removal: Removal<'_>) -> Result<u64> {
    let mut batch = Batch::open(inner, &[]).await?;
    batch.turn_of_the_year()?;
    if batch.head.log != removal.log {
        return Err(Error::Damaged("the log was closed meanwhile".to_owned()));
    }
    let clock = inner.shell.clock.now().micros();
    let now = At::from_micros(clock.max(batch.head.last_at));
    let redaction = system::Redaction {
        entry: removal.index,
        digests: removal.digests.clone(),
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
    batch.take_away(&removal, by).await?;
    batch.commit().await?;
    Ok(by)
}

impl Batch<'_> {
    /// Deletes the disclosures, and whatever was computed from them.
    async fn take_away(&mut self, removal: &Removal<'_>, by: u64) -> Result<()> {
        let org = self.inner.org.clone();
        let at = |text| {
            Sql::new(text)
                .arg(org.as_str())
                .arg(removal.log)
                .arg(removal.index)
        };
        at("UPDATE ledger_disclosure SET disclosures = $4 WHERE org = $1 AND log = $2 AND idx = $3")
            .arg(removal.rest.as_str())
            .run(self.tx.conn())
            .await?;
        at("INSERT INTO ledger_redaction (org, log, idx, by_idx) VALUES ($1, $2, $3, $4)")
            .arg(by)
            .run(self.tx.conn())
            .await?;
        Sql::new("UPDATE redaction_request SET done = TRUE WHERE org = $1 AND id = $2")
            .arg(org.as_str())
            .arg(removal.request)
            .run(self.tx.conn())
            .await?;
        let doc = search::document(self.inner.org_no, removal.log, removal.index);
        search::forget(&mut self.tx, doc).await?;
        let words = seal::words(&removal.rest)?;
        if !words.is_empty() {
            self.pending.search.push((doc, words));
        }
        let subject: Option<(String,)> =
            at("SELECT subject FROM ledger_entry WHERE org = $1 AND log = $2 AND idx = $3")
                .first(self.tx.conn())
                .await?;
        let subject = subject
            .ok_or_else(|| Error::damaged("the entry is missing"))?
            .0;
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
