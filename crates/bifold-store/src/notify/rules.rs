//! How a person wants to be told.

use crate::db::{Conn, Sql};
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_domain::PersonId;
use bifold_notify::Rules;

pub(super) async fn read(conn: Conn<'_>, org: &str, person: &str) -> Result<Rules> {
    let row: Option<(String,)> =
        Sql::new("SELECT body FROM notify_rules WHERE org = $1 AND person = $2")
            .arg(org)
            .arg(person)
            .first(conn)
            .await?;
    // Rules that cannot be read must not keep a page from anybody: then the given ones hold.
    Ok(row
        .and_then(|(body,)| serde_json::from_str(&body).ok())
        .unwrap_or_default())
}

impl Store {
    /// A person's rules; the given ones when they never said.
    pub async fn notify_rules(&self, person: &PersonId) -> Result<Rules> {
        let mut lease = self.inner.db.reader().await?;
        read(lease.conn(), &self.inner.org, person.as_str()).await
    }

    /// Keeps a person's rules.
    pub async fn set_notify_rules(&self, person: &PersonId, rules: &Rules) -> Result<()> {
        rules.check().map_err(|e| Error::Unfit(e.to_string()))?;
        let body = serde_json::to_string(rules).map_err(Error::damaged)?;
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "INSERT INTO notify_rules (org, person, body) VALUES ($1, $2, $3) \
             ON CONFLICT (org, person) DO UPDATE SET body = excluded.body",
        )
        .arg(&self.inner.org)
        .arg(person.as_str())
        .arg(body)
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
