//! Asking somebody else's server: briefly, with a bounded answer, and without being sent elsewhere.

use crate::anchor::authority::NotStamped;
use bifold_ledger::cosignature::CosignatureError;
use bifold_ledger::witness::{Malformed, NoSecondTry};
use std::time::Duration;

/// How long an answer may take, from looking up the name to its last byte.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// The longest answer that is read, in bytes.
const ANSWER_BYTES: u64 = 1024 * 1024;
/// Characters of a refusal's text that are told.
const SAYS_CHARS: usize = 200;

/// What came back, whatever it is.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// Why somebody did not vouch.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    #[error("{url} cannot be reached: {why}")]
    Unreachable { url: String, why: String },
    #[error("{url} answered {status}: {says}")]
    Status {
        url: String,
        status: u16,
        says: String,
    },
    #[error(transparent)]
    NotStamped(#[from] NotStamped),
    #[error("the witness's answer cannot be used: {0}")]
    NotCosigned(#[from] CosignatureError),
    #[error(transparent)]
    NoSecondTry(#[from] NoSecondTry),
    #[error(transparent)]
    Request(#[from] Malformed),
    #[error("{0}")]
    Store(#[from] bifold_store::Error),
}

/// Posts a body and reads the answer, on a thread where waiting holds nobody up.
pub(super) async fn post(
    url: String,
    kind: &'static str,
    body: Vec<u8>,
) -> Result<Answer, AskError> {
    let told = url.clone();
    let asked = tokio::task::spawn_blocking(move || send(&url, kind, &body)).await;
    let failed = |why: String| AskError::Unreachable { url: told, why };
    match asked {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(failed(error.to_string())),
        Err(error) => Err(failed(error.to_string())),
    }
}

fn send(url: &str, kind: &'static str, body: &[u8]) -> Result<Answer, ureq::Error> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(ANSWER_LIMIT))
        .build()
        .into();
    let mut answer = agent.post(url).content_type(kind).send(body)?;
    let body = answer.body_mut().with_config().limit(ANSWER_BYTES);
    Ok(Answer {
        body: body.read_to_vec()?,
        status: answer.status().as_u16(),
    })
}

/// An answer that says no.
pub(super) fn refused(url: &str, answer: &Answer) -> AskError {
    let says = String::from_utf8_lossy(&answer.body);
    let plain = says.trim().chars().filter(|c| !c.is_control());
    AskError::Status {
        url: url.to_owned(),
        status: answer.status,
        says: plain.take(SAYS_CHARS).collect(),
    }
}
