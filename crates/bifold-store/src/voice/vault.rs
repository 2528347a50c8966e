//! The identity vault: what a reporter said of themselves in trust.
//!
//! Each identity is sealed with a key of its own in a file of its own, `keys/identity/…`. To
//! delete it is to destroy that file: no copy of the row, in whatever backup, opens afterwards.
//! The ring of `ledger_disclosure` does not fit, as its keys belong to places in the ledger, and
//! an identity has none.

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::notify::seal;
use crate::store::Store;
use crate::write::{Operation, Receipt};
use bifold_domain::disclosure::{Command as C, Disclosure};
use bifold_domain::{Actor, Command, DisclosureId, Refusal, Short};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Who a reporter is, as they said it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The name.
    pub name: Short,
    /// How to reach them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Short>,
}

impl Store {
    fn identity_key(&self, id: &DisclosureId) -> PathBuf {
        let folder = self.inner.data.join("keys").join("identity");
        folder.join(format!("{id}.key"))
    }

    /// Puts an identity into the vault.
    pub(super) async fn keep_identity(&self, id: &DisclosureId, identity: &Identity) -> Result<()> {
        let text = serde_json::to_string(identity).map_err(Error::damaged)?;
        let key = seal::made_at(&self.inner, &self.identity_key(id))?;
        let sealed = seal::seal_with(&key, &self.inner, id.as_str(), &text)?;
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "INSERT INTO identity_vault (org, disclosure, sealed) VALUES ($1, $2, $3) \
             ON CONFLICT (org, disclosure) DO UPDATE SET sealed = excluded.sealed",
        )
        .arg(&self.inner.org)
        .arg(id.as_str())
        .arg(sealed)
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Shows a name to somebody who asked for it and was let by another. That it was shown is in
    /// the ledger before anybody sees it.
    pub async fn show_identity(
        &self,
        actor: &Actor,
        id: &DisclosureId,
    ) -> Result<(Identity, Receipt)> {
        let command = Command::Disclosure(id.clone(), C::ShowIdentity);
        let receipt = self.execute(Operation::one(actor, command)).await?;
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String,)> =
            Sql::new("SELECT sealed FROM identity_vault WHERE org = $1 AND disclosure = $2")
                .arg(&self.inner.org)
                .arg(id.as_str())
                .first(lease.conn())
                .await?;
        drop(lease);
        let Some((sealed,)) = row else {
            return Err(Refusal::no("identity").into());
        };
        let opened = match seal::key_at(&self.identity_key(id))? {
            Some(key) => seal::open_with(&key, id.as_str(), &sealed)?,
            None => None,
        };
        // Deleted after the backup that this row comes from.
        let text = opened.ok_or_else(|| Error::from(Refusal::no("identity")))?;
        let identity = serde_json::from_str(&text).map_err(Error::damaged)?;
        Ok((identity, receipt))
    }

    /// Destroys the key of an identity, and then its row: what follows the fact that says so.
    pub(crate) async fn erase_identity(&self, id: &str) -> Result<()> {
        let id = DisclosureId::parse(id).map_err(Error::damaged)?;
        let found = self.any_disclosure(&id).await?;
        let is_deleted = |(found, _): &(Disclosure, u64)| found.identity_deleted_at.is_some();
        if !found.as_ref().is_some_and(is_deleted) {
            return Ok(());
        }
        match std::fs::remove_file(self.identity_key(&id)) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::file("removing the key of an identity")(error)),
        }
        // From here on nothing opens it any more. Its row only takes up room.
        let mut tx = self.inner.db.begin().await?;
        Sql::new("DELETE FROM identity_vault WHERE org = $1 AND disclosure = $2")
            .arg(&self.inner.org)
            .arg(id.as_str())
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
