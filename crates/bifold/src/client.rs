//! The API's client: one request, one answer, problems in words.

use crate::cli::Api;
use crate::exit::{Code, Coded};
use serde_json::Value;
use std::io::Read;
use std::time::Duration;

/// The longest a connection may stand still while bytes of evidence pass.
const STALLED: Duration = Duration::from_mins(1);
/// The longest the server may take to hash what it was sent; its own limit is the same.
const HASHING: Duration = Duration::from_hours(2);

/// A connection to a server.
pub(crate) struct Client {
    agent: ureq::Agent,
    /// For bytes of evidence: no limit on the whole, but on standing still.
    patient: ureq::Agent,
    base: String,
    token: Option<String>,
}

/// What came of a request.
type Answered = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

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
        let patient = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(None)
            .timeout_connect(Some(STALLED))
            .timeout_per_write(Some(STALLED))
            .timeout_recv_response(Some(HASHING))
            .build()
            .into();
        let base = format!("{}/api/v1", api.url.trim_end_matches('/'));
        Ok(Self {
            agent,
            patient,
            base,
            token,
        })
    }

    /// Reads.
    pub(crate) fn get(&self, path: &str) -> anyhow::Result<Value> {
        let request = self.agent.get(format!("{}{path}", self.base));
        self.answer(self.signed(request).call())
    }

    /// Changes something.
    pub(crate) fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.agent.post(format!("{}{path}", self.base));
        self.answer(self.signed(request).send_json(body))
    }

    /// Changes something once, however often it is asked with the same key.
    pub(crate) fn post_once(&self, path: &str, body: &Value, key: &str) -> anyhow::Result<Value> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let request = self.signed(request).header("idempotency-key", key);
        self.answer(request.send_json(body))
    }

    /// Changes something for which the server reads many bytes first.
    pub(crate) fn post_patiently(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.patient.post(format!("{}{path}", self.base));
        self.answer(self.signed(request).send_json(body))
    }

    /// Sends bytes.
    pub(crate) fn put(&self, path: &str, bytes: &[u8]) -> anyhow::Result<Value> {
        let request = self.patient.put(format!("{}{path}", self.base));
        self.answer(self.signed(request).send(bytes))
    }

    /// Fetches bytes, however many.
    pub(crate) fn fetch(&self, path: &str) -> anyhow::Result<impl Read + use<>> {
        let request = self.patient.get(format!("{}{path}", self.base));
        let request = self.signed(request).config();
        let answer = request.timeout_per_read(Some(STALLED)).build().call();
        Ok(self.bytes(answer)?.1)
    }

    /// Sends bytes to a door, which is not part of the API.
    pub(crate) fn deliver(
        &self,
        path: &str,
        bytes: &[u8],
        content_type: &str,
    ) -> anyhow::Result<Value> {
        self.hand_over(path, bytes, content_type, &[])
    }

    /// The same with what the carrier knows besides.
    pub(crate) fn hand_over(
        &self,
        path: &str,
        bytes: &[u8],
        content_type: &str,
        headers: &[(&str, &str)],
    ) -> anyhow::Result<Value> {
        let server = self.base.trim_end_matches("/api/v1");
        let request = self.agent.post(format!("{server}{path}"));
        let mut request = self.signed(request).header("content-type", content_type);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(request.send(bytes))
    }

    /// Has bytes made, and fetches them: how many there are to be, and they.
    pub(crate) fn fetch_made(
        &self,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<(Option<u64>, impl Read + use<>)> {
        let request = self.patient.post(format!("{}{path}", self.base));
        let request = self.signed(request).config();
        let request = request.timeout_per_read(Some(STALLED)).build();
        self.bytes(request.send_json(body))
    }

    fn bytes(&self, answer: Answered) -> anyhow::Result<(Option<u64>, impl Read + use<>)> {
        match answer {
            Ok(answer) if answer.status().is_success() => {
                let body = answer.into_body();
                let size_bytes = body.content_length();
                let body = body.into_with_config().limit(u64::MAX);
                Ok((size_bytes, body.reader()))
            }
            refused => Err(self.answer(refused).err().unwrap_or_else(|| {
                Coded::error(Code::Failure, "the server sent no bytes; ask again")
            })),
        }
    }

    fn signed<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        }
    }

    fn answer(&self, answer: Answered) -> anyhow::Result<Value> {
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
