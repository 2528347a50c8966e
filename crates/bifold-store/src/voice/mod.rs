//! The confidential channel: taken in without a trace of who it was, read by those who may, and
//! answered through a receipt.
//!
//! Whoever holds the code reads what is for the reporter, and may reply. Nothing here knows an
//! address, a browser or a session, and none of it is asked for.

mod read;
mod receipt;
mod retain;
mod vault;

pub use read::{Filter, IdentityRequest, Row, Summary};
pub(crate) use retain::{custodians, readers, waiting};
pub use vault::Identity;

use crate::error::{Error, Result};
use crate::store::Store;
use crate::write::{Operation, OperationKey, Seen};
use bifold_domain::disclosure::{Command as C, Disclosure, Receive, Words};
use bifold_domain::{Command, DisclosureId, Refusal};

/// The operation that a form is, however often it is sent. What the form holds does not enter the
/// key: its digest would be something by which a guess at a name could be tried.
fn key(form: Option<&str>) -> Option<OperationKey> {
    form.map(|form| OperationKey {
        key: format!("speak-up:{form}"),
        digest: "speak-up".to_owned(),
    })
}

impl Store {
    /// Takes a disclosure in, and gives the code of its receipt, which is not kept. The same form
    /// sent twice is one disclosure, with a code each.
    pub async fn disclose(
        &self,
        report: Receive,
        identity: Option<&Identity>,
        form: Option<&str>,
    ) -> Result<String> {
        let id = DisclosureId::from_bits(self.inner.shell.ids.next());
        let operation = Operation {
            actor: self.system(),
            key: key(form),
            seen: Seen::Any,
            commands: vec![Command::Disclosure(id.clone(), C::Receive(report))],
            is_imported: false,
        };
        let receipt = self.execute(operation).await?;
        let first = receipt.touched.first();
        let id = first
            .and_then(|touched| DisclosureId::parse(&touched.id).ok())
            .unwrap_or(id);
        // Should it end here, the form is sent again: the same disclosure, then name and code.
        if let Some(identity) = identity {
            self.keep_identity(&id, identity).await?;
        }
        self.give_disclosure_receipt(&id).await
    }

    /// What is for its reporter of the disclosure that this code opens: turns that are not for
    /// them are left out.
    pub async fn disclosed_by(&self, code: &str) -> Result<Option<Disclosure>> {
        let Some(id) = self.disclosure_of_receipt(code).await? else {
            return Ok(None);
        };
        let found = self.any_disclosure(&id).await?;
        Ok(found.map(|(mut found, _)| {
            found.course.retain(|turn| turn.fact.is_for_reporter());
            found
        }))
    }

    /// What its reporter says, who is whoever has the code.
    pub async fn reply_to_disclosure(
        &self,
        code: &str,
        words: Words,
        form: Option<&str>,
    ) -> Result<()> {
        let id = self.disclosure_of_receipt(code).await?;
        let id = id.ok_or_else(|| Error::from(Refusal::no("receipt")))?;
        let operation = Operation {
            actor: self.system(),
            key: key(form),
            seen: Seen::Any,
            commands: vec![Command::Disclosure(id, C::Reply(words))],
            is_imported: false,
        };
        self.execute(operation).await?;
        Ok(())
    }
}
