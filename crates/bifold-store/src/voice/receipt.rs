//! Receipts of the confidential channel: the same codes as those of other reports, apart from
//! them, and without a time.

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::slip::{normal, written};
use crate::store::Store;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bifold_domain::DisclosureId;
use sha2::{Digest, Sha256};

fn hash(normal: &str) -> String {
    let digest = Sha256::digest([b"disclosure receipt ", normal.as_bytes()].concat());
    URL_SAFE_NO_PAD.encode(digest)
}

impl Store {
    /// Makes a receipt and gives its code; the code is not kept.
    pub(super) async fn give_disclosure_receipt(&self, id: &DisclosureId) -> Result<String> {
        let code = written(self.inner.shell.entropy.take());
        let normal = normal(&code).ok_or_else(|| Error::damaged("a code that does not read"))?;
        let mut tx = self.inner.db.begin().await?;
        Sql::new("INSERT INTO disclosure_receipt (org, code_hash, disclosure) VALUES ($1, $2, $3)")
            .arg(&self.inner.org)
            .arg(hash(&normal))
            .arg(id.as_str())
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(code)
    }

    /// The disclosure that this code opens.
    pub(super) async fn disclosure_of_receipt(&self, code: &str) -> Result<Option<DisclosureId>> {
        let Some(normal) = normal(code) else {
            return Ok(None);
        };
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(String,)> =
            Sql::new("SELECT disclosure FROM disclosure_receipt WHERE org = $1 AND code_hash = $2")
                .arg(&self.inner.org)
                .arg(hash(&normal))
                .first(lease.conn())
                .await?;
        row.map(|(id,)| DisclosureId::parse(&id).map_err(Error::damaged))
            .transpose()
    }
}
