//! Slips: the receipts with which people who reported without an account come back.
//!
//! A code of 100 random bits is the only credential; as of a session, only its SHA-256 is kept.
//! It opens what was reported with it and nothing else, and the ledger knows nothing of it.

use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bifold_domain::{EventId, PersonId, Refusal};
use sha2::{Digest, Sha256};

/// Events that one slip may hold: the report and what was added to it.
pub const ENTRIES_LIMIT: usize = 40;
/// Crockford's base 32: no letter in it looks like another sign.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Signs of a code, five bits each.
const CODE_CHARS: usize = 20;

/// What was reported with one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// The report first, then what was added to it; each with who stands as its reporter.
    pub entries: Vec<(EventId, PersonId)>,
}

/// A new code, such as `7K2M-9QXD-…`, from random bytes.
pub(crate) fn written(random: [u8; 32]) -> String {
    let mut code = String::with_capacity(CODE_CHARS + CODE_CHARS / 4);
    for (n, byte) in random.iter().take(CODE_CHARS).enumerate() {
        if n > 0 && n % 4 == 0 {
            code.push('-');
        }
        let sign = ALPHABET.get(usize::from(byte & 31)).copied();
        code.push(char::from(sign.unwrap_or(b'0')));
    }
    code
}

/// The code as it is hashed, whatever a person made of it when copying it by hand.
pub(crate) fn normal(code: &str) -> Option<String> {
    let signs = code.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let normal: String = signs
        .take(CODE_CHARS + 1)
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let fits = normal.len() == CODE_CHARS && normal.bytes().all(|b| ALPHABET.contains(&b));
    fits.then_some(normal)
}

fn hash(normal: &str) -> String {
    let digest = Sha256::digest([b"report receipt ", normal.as_bytes()].concat());
    URL_SAFE_NO_PAD.encode(digest)
}

impl Store {
    /// Makes a slip for a report and gives its code; the code is not kept.
    pub async fn give_slip(&self, event: &EventId, reporter: &PersonId) -> Result<String> {
        let code = written(self.inner.shell.entropy.take());
        let normal = normal(&code).ok_or_else(|| Error::damaged("a code that does not read"))?;
        self.keep(&hash(&normal), event, reporter).await?;
        Ok(code)
    }

    /// What was reported with this code; `None` when nothing was.
    pub async fn slip(&self, code: &str) -> Result<Option<Slip>> {
        let Some(normal) = normal(code) else {
            return Ok(None);
        };
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<(String, String)> = Sql::new(
            "SELECT event, reporter FROM report_receipt WHERE org = $1 AND code_hash = $2 \
             ORDER BY added_at, event",
        )
        .arg(&self.inner.org)
        .arg(hash(&normal))
        .all(lease.conn())
        .await?;
        let entries = rows
            .into_iter()
            .map(|(event, reporter)| {
                let event = EventId::parse(&event).map_err(Error::damaged)?;
                Ok((event, PersonId::parse(&reporter).map_err(Error::damaged)?))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Some(Slip { entries }).filter(|slip| !slip.entries.is_empty()))
    }

    /// Puts what was added to a report on the same slip.
    pub async fn add_to_slip(
        &self,
        code: &str,
        event: &EventId,
        reporter: &PersonId,
    ) -> Result<()> {
        let slip = self.slip(code).await?;
        let slip = slip.ok_or_else(|| Refusal::no("receipt"))?;
        slip.has_room()?;
        let normal = normal(code).ok_or_else(|| Refusal::no("receipt"))?;
        self.keep(&hash(&normal), event, reporter).await
    }

    async fn keep(&self, hash: &str, event: &EventId, reporter: &PersonId) -> Result<()> {
        let mut tx = self.inner.db.begin().await?;
        Sql::new(
            "INSERT INTO report_receipt (org, code_hash, event, reporter, added_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (org, code_hash, event) DO NOTHING",
        )
        .arg(&self.inner.org)
        .arg(hash)
        .arg(event.as_str())
        .arg(reporter.as_str())
        .arg(self.now())
        .run(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

impl Slip {
    /// Refuses when so much was added that nothing more is taken.
    pub fn has_room(&self) -> Result<()> {
        if self.entries.len() < ENTRIES_LIMIT {
            return Ok(());
        }
        let (what, limit) = ("additions to one report", ENTRIES_LIMIT);
        Err(Refusal::TooMany { what, limit }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_groups_of_four_and_reads_as_people_copy_it() {
        let mut random = [0; 32];
        for (n, byte) in (0_u8..).zip(random.iter_mut()) {
            *byte = n;
        }
        let code = written(random);
        assert_eq!(code, "0123-4567-89AB-CDEF-GHJK");
        let plain = normal(&code);
        assert!(plain.is_some());
        for copied in [
            "01234567 89abcdef ghjk",
            "o1234567-89AB-CDEF-GHJK",
            "0l23-4567-89AB-CDEF-GHJK",
            " 0I23-4567-89AB-CDEF-GHJK\n",
        ] {
            assert_eq!(normal(copied), plain, "{copied}");
        }
        for wrong in [
            "",
            "0123",
            "0123-4567-89AB-CDEF-GHJKM",
            "0123-4567-89AB-CDEF-GHJU",
        ] {
            assert_eq!(normal(wrong), None, "{wrong}");
        }
    }
}
