//! What a person says for themselves: one document a person and table.

use crate::db::{Conn, Sql};
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_domain::PersonId;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A table of such documents, with the columns `org`, `person` and `body`.
pub(crate) struct Own {
    /// Its name.
    pub table: &'static str,
}

impl Own {
    /// What this person said; the given values when they never did.
    ///
    /// Members of a later version are ignored, and what cannot be read at all counts as never
    /// said.
    pub(crate) async fn read<T: DeserializeOwned + Default>(
        &self,
        conn: Conn<'_>,
        org: &str,
        person: &str,
    ) -> Result<T> {
        let mut sql = Sql::new("SELECT body FROM ");
        sql.push(self.table).push(" WHERE org = ").bind(org);
        sql.push(" AND person = ").bind(person);
        let row: Option<(String,)> = sql.first(conn).await?;
        Ok(row
            .and_then(|(body,)| serde_json::from_str(&body).ok())
            .unwrap_or_default())
    }
}

impl Store {
    /// Keeps what a person says, over what they said before.
    pub(crate) async fn keep_own<T: Serialize>(
        &self,
        own: &Own,
        person: &PersonId,
        said: &T,
    ) -> Result<()> {
        let body = serde_json::to_string(said).map_err(Error::damaged)?;
        let mut sql = Sql::new("INSERT INTO ");
        sql.push(own.table)
            .push(" (org, person, body) VALUES (")
            .bind(&self.inner.org);
        sql.push(", ").bind(person.as_str());
        sql.push(", ").bind(body);
        sql.push(") ON CONFLICT (org, person) DO UPDATE SET body = excluded.body");
        let mut tx = self.inner.db.begin().await?;
        sql.run(tx.conn()).await?;
        tx.commit().await?;
        Ok(())
    }
}
