//! Browsers among a person's channels: one channel a browser, however often it subscribes.
//!
//! A browser is known by the address that its push service gave it. The push service may give it
//! another at any time, of which only the browser learns, so the browser brings both.

use super::channel::{self, Channel};
use super::seal;
use crate::db::{Sql, Tx};
use crate::error::{Error, Result};
use crate::store::{Inner, Store};
use bifold_domain::PersonId;
use bifold_notify::Target;

/// The channel, among these, of the browser with this address.
pub(super) fn known<'a>(held: &'a [Channel], endpoint: &str) -> Option<&'a Channel> {
    let is_it = |target: &Target| target.endpoint() == Some(endpoint);
    held.iter().find(|c| c.target.as_ref().is_some_and(is_it))
}

/// Gives a channel what its browser subscribed with last. It works again, whatever was before.
pub(super) async fn subscribed(tx: &mut Tx, inner: &Inner, id: &str, to: &Target) -> Result<()> {
    let target = serde_json::to_string(to).map_err(Error::damaged)?;
    Sql::new(
        "UPDATE channel SET target = $3, verified_at = $4, failures = 0, dead_at = NULL, \
         is_refused = FALSE, error = NULL WHERE org = $1 AND id = $2",
    )
    .arg(&inner.org)
    .arg(id)
    .arg(seal::seal(inner, id, &target)?)
    .arg(inner.shell.clock.now().micros())
    .run(tx.conn())
    .await?;
    Ok(())
}

impl Store {
    /// Takes the new subscription of a person's browser in place of the one with the address
    /// `before`; name, clearance and place stay. `false` when this person has none such.
    pub async fn renew_channel(
        &self,
        person: &PersonId,
        before: &str,
        to: &Target,
    ) -> Result<bool> {
        to.check().map_err(|e| Error::Unfit(e.to_string()))?;
        if to.endpoint().is_none() {
            return Err(Error::Unfit("only a browser is renewed so".to_owned()));
        }
        let mut tx = self.inner.db.begin().await?;
        let held = channel::of_person(tx.conn(), &self.inner, person.as_str()).await?;
        let Some(found) = known(&held, before) else {
            return Ok(false);
        };
        subscribed(&mut tx, &self.inner, &found.id, to).await?;
        tx.commit().await?;
        Ok(true)
    }
}
