//! Who knocks: a source is known by a token, or by a signature over what it sends.

use crate::error::{Error, Result};
use crate::server::Server;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bifold_domain::signal::source::Source;
use bifold_domain::{Refusal, SourceId};
use std::sync::Arc;

/// A header in which a token may come besides `Authorization`.
const TOKEN: &str = "x-bifold-token";

/// The token that a request brings: as a bearer, as the password of basic authentication, or in a
/// header of its own.
fn token(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(own) = text(TOKEN) {
        return Some(own.trim().to_owned());
    }
    let (scheme, rest) = text(header::AUTHORIZATION.as_str())?.split_once(' ')?;
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Some(rest.trim().to_owned()),
        "basic" => {
            let pair = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
            Some(pair.split_once(':')?.1.to_owned())
        }
        _ => None,
    }
}

/// The source that the request is from, if it proves it. `named` is the one of the path.
pub(super) async fn source(
    server: &Server,
    headers: &HeaderMap,
    named: Option<&str>,
    in_path: Option<&str>,
    body: &[u8],
) -> Result<(SourceId, Arc<bifold_domain::Directory>)> {
    let named = match named {
        // A wrong id and a wrong token are the same answer.
        Some(id) => Some(SourceId::parse(id).map_err(|_| Error::SignedOut)?),
        None => None,
    };
    let token = in_path.map(str::to_owned).or_else(|| token(headers));
    let found = match (&token, &named) {
        (Some(token), _) => {
            let knock = server.knocks.source(&server.store, token).await?;
            knock.map(|knock| (knock.source.clone(), knock.directory.clone()))
        }
        (None, Some(named)) => match signed(server, headers, named, body).await? {
            Some(id) => Some((id, server.store.directory().await?)),
            None => None,
        },
        (None, None) => None,
    };
    let found = found.filter(|(found, _)| named.as_ref().is_none_or(|named| named == found));
    let (id, directory) = found.ok_or(Error::SignedOut)?;
    let source = directory.sources.get(&id).ok_or(Error::SignedOut)?;
    is_open(source)?;
    Ok((id, directory))
}

fn is_open(source: &Source) -> Result<()> {
    if source.is_disconnected || source.settings.is_paused {
        return Err(Refusal::Settled {
            what: "the source",
            how: if source.is_disconnected {
                "disconnected"
            } else {
                "paused"
            },
        }
        .into());
    }
    Ok(())
}

async fn signed(
    server: &Server,
    headers: &HeaderMap,
    named: &SourceId,
    body: &[u8],
) -> Result<Option<SourceId>> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let keys = server.store.signing_keys(named).await?;
    let holds = keys
        .iter()
        .any(|key| bifold_intake::signature::holds(key.as_bytes(), text, body));
    Ok(holds.then(|| named.clone()))
}
