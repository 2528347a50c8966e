//! How a person wants to be told.

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::own::Own;
use crate::store::Store;
use bifold_domain::PersonId;
use bifold_notify::Rules;

const OWN_RULES: Own = Own {
    table: "notify_rules",
};

pub(super) async fn read(conn: Conn<'_>, org: &str, person: &str) -> Result<Rules> {
    // Rules that cannot be read must not keep a page from anybody: then the given ones hold.
    OWN_RULES.read(conn, org, person).await
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
        self.keep_own(&OWN_RULES, person, rules).await
    }
}
