//! By what a source is known: tokens, kept as digests, and keys that sign, kept sealed.

use crate::db::{Sql, Value};
use crate::error::{Error, Result};
use crate::notify::{open_sealed, sealed};
use crate::store::Store;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bifold_domain::{Short, SourceId};
use sha2::{Digest, Sha256};
use sqlx::FromRow;

pub use bifold_domain::signal::source::SecretKind;

/// A secret that was just made. It is shown once.
pub struct NewSecret {
    /// Its name.
    pub name: Short,
    /// What the sender is told.
    pub value: String,
}

impl std::fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewSecret({})", self.name)
    }
}

/// A secret as it is listed.
#[derive(Debug, Clone, FromRow)]
pub struct SecretRow {
    /// Its name.
    pub name: String,
    /// `token` or `hmac`.
    pub kind: String,
    /// When it was made, microseconds since the epoch.
    pub created_at: i64,
}

fn digest(value: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(value.as_bytes()))
}

impl Store {
    /// Makes up a secret; nothing knows it before [`Store::keep_secret`].
    pub fn new_secret(&self) -> Result<NewSecret> {
        let random = self.inner.shell.entropy.take();
        let value = format!("bfs_{}", URL_SAFE_NO_PAD.encode(random));
        let name: String = digest(&value).chars().take(6).collect();
        Ok(NewSecret {
            name: Short::parse(&name).map_err(Error::damaged)?,
            value,
        })
    }

    /// From now on the source is known by it.
    pub async fn keep_secret(
        &self,
        source: &SourceId,
        secret: &NewSecret,
        kind: SecretKind,
    ) -> Result<()> {
        let row = format!("{source}/{}", secret.name);
        let kept = match kind {
            SecretKind::Token => Value::NullText,
            SecretKind::Hmac => Value::Text(sealed(&self.inner, &row, &secret.value)?),
        };
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "INSERT INTO source_secret (org, source, name, kind, digest, sealed, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .arg(&self.inner.org)
        .arg(source.as_str())
        .arg(secret.name.as_str())
        .arg(kind.word())
        .arg(digest(&secret.value))
        .arg(kept)
        .arg(self.now())
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Forgets a secret; without a name, all of the source.
    pub async fn forget_secret(&self, source: &SourceId, name: Option<&str>) -> Result<()> {
        let mut sql = Sql::new("DELETE FROM source_secret WHERE org = ");
        sql.bind(&self.inner.org);
        sql.push(" AND source = ").bind(source.as_str());
        if let Some(name) = name {
            sql.push(" AND name = ").bind(name);
        }
        let mut tx = self.inner.db.begin().await?;
        sql.run(tx.conn()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The source that a token is of.
    pub async fn source_of_token(&self, token: &str) -> Result<Option<SourceId>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String,)> = Sql::new(
            "SELECT source FROM source_secret WHERE org = $1 AND digest = $2 AND kind = 'token'",
        )
        .arg(&self.inner.org)
        .arg(digest(token))
        .first(lease.conn())
        .await?;
        row.map(|(id,)| SourceId::parse(&id).map_err(Error::damaged))
            .transpose()
    }

    /// The keys with which a source may sign.
    pub async fn signing_keys(&self, source: &SourceId) -> Result<Vec<String>> {
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<(String, Option<String>)> = Sql::new(
            "SELECT name, sealed FROM source_secret WHERE org = $1 AND source = $2 \
             AND kind = 'hmac' ORDER BY created_at DESC",
        )
        .arg(&self.inner.org)
        .arg(source.as_str())
        .all(lease.conn())
        .await?;
        drop(lease);
        let mut keys = Vec::new();
        for (name, text) in rows {
            if let Some(text) = text {
                keys.extend(open_sealed(
                    &self.inner,
                    &format!("{source}/{name}"),
                    &text,
                )?);
            }
        }
        Ok(keys)
    }

    /// The secrets of a source, without what they are.
    pub async fn secrets_of(&self, source: &SourceId) -> Result<Vec<SecretRow>> {
        let mut lease = self.inner.db.reader().await?;
        Ok(Sql::new(
            "SELECT name, kind, created_at FROM source_secret WHERE org = $1 AND source = $2 \
             ORDER BY created_at, name",
        )
        .arg(&self.inner.org)
        .arg(source.as_str())
        .all(lease.conn())
        .await?)
    }
}
