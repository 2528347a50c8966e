//! One request that changes something: its body, its operation id, what its sender had seen.
//!
//! `Idempotency-Key` makes a repetition harmless: the same key of the same person with the same
//! method, path and body has one effect and gets the same answer. `If-Match` makes a lost update
//! impossible.

use crate::answer;
use crate::auth::Caller;
use crate::body;
use crate::error::{Error, Result};
use crate::server::Server;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bifold_domain::{Actor, Command};
use bifold_store::{Operation, OperationKey, Receipt, Seen};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// The most bytes of an operation id.
const KEY_LIMIT: usize = 200;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A request that changes something.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) caller: Caller,
    pub(crate) seen: Seen,
    key: Option<OperationKey>,
    bytes: Bytes,
}

impl FromRequest<Server> for Write {
    type Rejection = Error;

    async fn from_request(request: Request, _: &Server) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let caller = parts
            .extensions
            .get::<Caller>()
            .cloned()
            .ok_or(Error::SignedOut)?;
        // First the body: whoever is refused before having sent all gets no answer to read.
        let bytes = body::read(&parts.headers, body).await?;
        let seen = seen(&parts.headers)?;
        let id = operation_id(&parts.headers)?;
        let what = format!("{} {}", parts.method, parts.uri.path());
        let key = id.map(|id| operation_key(&caller, id, &what, &bytes));
        Ok(Self {
            caller,
            seen,
            key,
            bytes,
        })
    }
}

impl Write {
    /// The same from a form of a page: `what` is its method and path, `id` the operation id that
    /// the page was rendered with.
    pub(crate) fn from_form(
        caller: Caller,
        what: &str,
        id: Option<&str>,
        seen: Seen,
        bytes: Vec<u8>,
    ) -> Self {
        let key = id.map(|id| operation_key(&caller, id, what, &bytes));
        Self {
            caller,
            seen,
            key,
            bytes: bytes.into(),
        }
    }

    pub(crate) fn actor(&self) -> &Actor {
        &self.caller.actor
    }

    /// The body, as what it must be here.
    pub(crate) fn body<T: DeserializeOwned>(&self) -> Result<T> {
        body::parse(&self.bytes)
    }

    /// The body as it came.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// 128 bits for an id that the answer names but the receipt does not: from the operation id
    /// where there is one, so that a repetition names the same.
    pub(crate) fn bits(&self, server: &Server) -> u128 {
        let Some(key) = &self.key else {
            return server.store.shell().ids.next();
        };
        let digest = Sha256::digest(key.key.as_bytes());
        digest
            .iter()
            .take(16)
            .fold(0, |bits, byte| bits << 8 | u128::from(*byte))
    }

    /// Carries it out. `Ok` means it is durable.
    pub(crate) async fn execute(&self, server: &Server, commands: Vec<Command>) -> Result<Receipt> {
        // Actors are remembered for a moment; who they are may be about to change.
        let changes_actors = commands
            .iter()
            .any(|c| matches!(c, Command::Person(..) | Command::Team(..)));
        let changes_sources = commands.iter().any(|c| matches!(c, Command::Source(..)));
        let operation = Operation {
            actor: self.actor().clone(),
            key: self.key.clone(),
            seen: self.seen,
            commands,
            is_imported: false,
        };
        let answer = server.store.execute(operation).await;
        if changes_actors {
            server.known.forget();
        }
        if changes_sources {
            server.knocks.forget();
        }
        Ok(answer?)
    }

    /// Carries out one command to a record that is there, and says so.
    pub(crate) async fn done(&self, server: &Server, command: Command) -> Result<Response> {
        let receipt = self.execute(server, vec![command]).await?;
        Ok(answer::done(receipt))
    }

    /// Carries out a command that makes a record under this path, and says where it is.
    pub(crate) async fn made(
        &self,
        server: &Server,
        command: Command,
        folder: &str,
    ) -> Result<Response> {
        let receipt = self.execute(server, vec![command]).await?;
        Ok(answer::created(receipt, folder))
    }
}

/// The same key with the same digest is the same request.
fn operation_key(caller: &Caller, id: &str, what: &str, bytes: &[u8]) -> OperationKey {
    let mut digest = Sha256::new();
    digest.update(what.as_bytes());
    digest.update(b"\n");
    digest.update(bytes);
    OperationKey {
        key: format!("{}:{id}", caller.actor.person),
        digest: URL_SAFE_NO_PAD.encode(digest.finalize()),
    }
}

fn operation_id(headers: &HeaderMap) -> Result<Option<&str>> {
    let Some(value) = headers.get(&IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let text = value.as_bytes();
    let fits = !text.is_empty() && text.len() <= KEY_LIMIT && text.iter().all(u8::is_ascii_graphic);
    match value.to_str() {
        Ok(text) if fits => Ok(Some(text)),
        _ => Err(Error::Header(
            "Idempotency-Key (1 to 200 visible ASCII characters)",
        )),
    }
}

fn seen(headers: &HeaderMap) -> Result<Seen> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(Seen::Any);
    };
    let wrong = Error::Header("If-Match (the ETag of one version, such as \"7\")");
    let text = value.to_str().map(str::trim).unwrap_or_default();
    if text == "*" {
        return Ok(Seen::Any);
    }
    text.strip_prefix('"')
        .and_then(|t| t.strip_suffix('"'))
        .and_then(|t| t.parse().ok())
        .map_or(Err(wrong), |version| Ok(Seen::Version(version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn a_version_is_one_strong_tag() {
        for (text, expected) in [
            ("\"7\"", Some(Seen::Version(7))),
            ("*", Some(Seen::Any)),
            ("7", None),
            ("W/\"7\"", None),
            ("\"7\", \"8\"", None),
        ] {
            assert_eq!(seen(&one(header::IF_MATCH, text)).ok(), expected, "{text}");
        }
        assert_eq!(seen(&HeaderMap::new()).ok(), Some(Seen::Any));
    }

    #[test]
    fn an_operation_id_is_short_and_visible() {
        assert!(operation_id(&one(IDEMPOTENCY_KEY, "a-1")).is_ok());
        assert!(operation_id(&one(IDEMPOTENCY_KEY, "a 1")).is_err());
        assert!(operation_id(&one(IDEMPOTENCY_KEY, "")).is_err());
    }
}
