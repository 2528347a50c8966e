//! The API's client: one request, one answer, problems in words.

use crate::cli::Api;
use crate::exit::{Code, Coded};
use serde_json::Value;
use std::time::Duration;

/// A connection to a server.
pub(crate) struct Client {
    agent: ureq::Agent,
    base: String,
    token: Option<String>,
}

impl Client {
    /// A client for the server and token the command line names.
    pub(crate) fn new(api: &Api) -> anyhow::Result<Self> {
        let token = match (&api.token, &api.token_file) {
            (Some(token), _) => Some(token.trim().to_owned()),
            (None, Some(file)) => {
                let text = std::fs::read_to_string(file).map_err(|e| {
                    Coded::error(Code::Usage, format!("cannot read {}: {e}", file.display()))
                })?;
                Some(text.trim().to_owned())
            }
            (None, None) => None,
        };
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .build()
            .into();
        let base = format!("{}/api/v1", api.url.trim_end_matches('/'));
        Ok(Self { agent, base, token })
    }

    /// Reads.
    pub(crate) fn get(&self, path: &str) -> anyhow::Result<Value> {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.answer(request.call())
    }

    /// Changes something.
    pub(crate) fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let mut request = self.agent.post(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.answer(request.send_json(body))
    }

    fn answer(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> anyhow::Result<Value> {
        let mut answer = answer.map_err(|e| {
            let base = &self.base;
            Coded::error(
                Code::Unavailable,
                format!("cannot reach {base}: {e}. Is the server running?"),
            )
        })?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string()?;
        let json: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        if (200..300).contains(&status) {
            return Ok(json);
        }
        let word = |key: &str| json.get(key).and_then(Value::as_str).unwrap_or_default();
        let mut message = match (word("detail"), word("title")) {
            ("", "") => format!("the server answered {status}"),
            ("", title) => title.to_owned(),
            (detail, _) => detail.to_owned(),
        };
        for (label, key) in [("Rule: ", "rule"), ("Next: ", "next")] {
            if !word(key).is_empty() {
                message.push_str("\n  ");
                message.push_str(label);
                message.push_str(word(key));
            }
        }
        if status == 401 && self.token.is_none() {
            message.push_str("\n  Next: give --token, or set BIFOLD_TOKEN.");
        }
        Err(Coded::error(Code::of_status(status), message))
    }
}
