//! Redaction: salt and value go, the leaf and every proof about it stay.
//!
//! A ledger entry says what was removed, on what legal basis and who asked and approved. The
//! record's state is folded again without the value, and the search index forgets it.

use crate::error::Result;
use crate::store::Store;
use serde::Serialize;

/// What a redaction did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Redacted {
    /// The log.
    pub log: i64,
    /// The entry that says so.
    pub by: u64,
    /// How many values were removed.
    pub values: usize,
}

impl Store {
    /// Whether redaction is possible at all: the ledger must be there.
    pub async fn can_redact(&self) -> Result<bool> {
        Ok(self.log_state().await?.size > 0)
    }
}
