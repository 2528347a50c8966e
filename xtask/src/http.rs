//! A client of the API, no more than these tasks need.

use anyhow::{Context, Result};
use serde_json::Value;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub status: u16,
    pub body: String,
}

impl Reply {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.body)
            .with_context(|| format!("not JSON ({}): {}", self.status, self.body))
    }
}

/// A client with its own connection. Cloning gives a second one.
pub(crate) struct Client {
    agent: ureq::Agent,
    base: String,
    token: String,
}

impl Clone for Client {
    fn clone(&self) -> Self {
        Self::new(&self.base, &self.token)
    }
}

impl Client {
    /// `base` is the address up to, not including, `/api/v1`.
    pub(crate) fn new(base: &str, token: &str) -> Self {
        Self {
            agent: agent(Some(TIMEOUT)),
            base: base.to_owned(),
            token: format!("Bearer {token}"),
        }
    }

    /// The same for what may take long.
    #[cfg(feature = "bench")]
    pub(crate) fn patient(self) -> Self {
        Self {
            agent: agent(None),
            ..self
        }
    }

    /// Sends so many bytes.
    #[cfg(feature = "bench")]
    pub(crate) fn put(
        &self,
        path: &str,
        bytes: impl std::io::Read,
        size_bytes: u64,
    ) -> Result<Reply> {
        let mut bytes = bytes;
        let request = self
            .agent
            .put(format!("{}{path}", self.base))
            .header("Authorization", &self.token)
            .header("Content-Length", size_bytes.to_string());
        Self::reply(request.send(ureq::SendBody::from_reader(&mut bytes))?)
    }

    /// Reads something. An error means that no answer came.
    pub(crate) fn get(&self, path: &str) -> Result<Reply> {
        let request = self
            .agent
            .get(format!("{}{path}", self.base))
            .header("Authorization", &self.token);
        Self::reply(request.call()?)
    }

    /// Reads a page as a browser does.
    #[cfg(feature = "bench")]
    pub(crate) fn page(&self, path: &str) -> Result<Reply> {
        let request = self
            .agent
            .get(format!("{}{path}", self.base))
            .header("Accept", "text/html")
            .header("Authorization", &self.token);
        Self::reply(request.call()?)
    }

    /// Asks for a change under an operation id. An error means that no answer came: the change
    /// may or may not have happened.
    pub(crate) fn post(&self, path: &str, key: &str, body: &str) -> Result<Reply> {
        let request = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("Authorization", &self.token)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key);
        Self::reply(request.send(body)?)
    }

    fn reply(mut response: ureq::http::Response<ureq::Body>) -> Result<Reply> {
        Ok(Reply {
            status: response.status().as_u16(),
            body: response.body_mut().read_to_string()?,
        })
    }
}

fn agent(timeout: Option<Duration>) -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(timeout)
        .max_redirects(0)
        .build()
        .into()
}
