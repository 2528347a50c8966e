//! Bodies: JSON, of bounded size, read once and straight into the command they ask for.
//!
//! What is not JSON is a syntax error (400); JSON that is not the command is a shape error (422)
//! that names the place. Only then is the body looked at a second time, to find the place.

use crate::error::{Error, Result};
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use std::future::poll_fn;
use std::pin::Pin;

/// The most bytes of a body.
pub(crate) const BODY_LIMIT_BYTES: usize = 256 * 1024;

/// The most bytes read and thrown away of a body that is too large.
const DISCARD_LIMIT_BYTES: usize = 2 * 1024 * 1024;

/// Reads the body of a request with JSON or with nothing.
pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes> {
    let bytes = read_any(headers, body).await?;
    if !bytes.is_empty() && !is_json(headers) {
        return Err(Error::MediaType);
    }
    Ok(bytes)
}

/// Reads the body, whatever is in it.
pub(crate) async fn read_any(headers: &HeaderMap, body: Body) -> Result<Bytes> {
    read_within(headers, body, BODY_LIMIT_BYTES).await
}

/// Reads the body, whatever is in it, up to a limit of its own.
pub(crate) async fn read_within(
    headers: &HeaderMap,
    body: Body,
    limit_bytes: usize,
) -> Result<Bytes> {
    let too_large = || Error::TooLarge { limit_bytes };
    let stated = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if stated.is_some_and(|bytes| bytes > limit_bytes as u64) {
        discard(body).await;
        return Err(too_large());
    }
    // In one piece from the beginning: collecting frames first would hold everything twice.
    let stated = stated.and_then(|bytes| usize::try_from(bytes).ok());
    let mut bytes = Vec::with_capacity(stated.unwrap_or_default());
    let mut body = body;
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(data) = frame.map_err(|_| Error::Broken)?.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > limit_bytes {
            discard(body).await;
            return Err(too_large());
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.into())
}

/// Lets the client finish sending, so that it gets to read the answer; but not for ever.
pub(crate) async fn discard(mut body: Body) {
    let mut left = DISCARD_LIMIT_BYTES;
    while left > 0 {
        let frame = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        match frame {
            Some(Ok(frame)) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                left = left.saturating_sub(bytes.max(1));
            }
            Some(Err(_)) | None => return,
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("application/json"))
}

/// The body as a value of this type.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| explain::<T>(bytes, &error))
}

/// For commands that carry nothing: no body, or an empty object.
pub(crate) fn nothing(bytes: &[u8]) -> Result<()> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    if bytes.is_empty() {
        return Ok(());
    }
    parse::<Nothing>(bytes).map(|_| ())
}

fn explain<T: DeserializeOwned>(bytes: &[u8], error: &serde_json::Error) -> Error {
    if !error.is_data() {
        return Error::Syntax(error.to_string());
    }
    // Some shape errors come before the rest was read; what follows may not even be JSON.
    if let Err(syntax) = std::str::from_utf8(bytes) {
        return Error::Syntax(syntax.to_string());
    }
    if let Err(syntax) = serde_json::from_slice::<serde_json::Value>(bytes) {
        return Error::Syntax(syntax.to_string());
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(error) => Error::Shape {
            at: match error.path().to_string() {
                path if path == "." => "the body".to_owned(),
                path => path,
            },
            why: without_place(&error.inner().to_string()),
        },
        Ok(_) => Error::Shape {
            at: "the body".to_owned(),
            why: without_place(&error.to_string()),
        },
    }
}

/// The sentence without "at line 1 column 7": the path says it better.
fn without_place(text: &str) -> String {
    let end = text.rfind(" at line ").unwrap_or(text.len());
    text.get(..end).unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bifold_domain::incident::{Declare, Sleep};

    fn code<T: DeserializeOwned + std::fmt::Debug>(body: &[u8]) -> String {
        match parse::<T>(body).unwrap_err() {
            Error::Syntax(_) => "syntax".to_owned(),
            Error::Shape { at, .. } => format!("shape at {at}"),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn what_is_no_json_is_syntax_and_what_is_no_command_is_shape() {
        let deep = format!("{{\"title\":{}{}}}", "[".repeat(300), "]".repeat(300));
        for (body, expected) in [
            (b"{".as_slice(), "syntax"),
            (b"", "syntax"),
            (b"{\"title\":\"\xff\"}", "syntax"),
            (deep.as_bytes(), "syntax"),
            (b"[]", "shape at the body"),
            (b"{\"titel\":\"x\"}", "shape at titel"),
            (b"{\"title\":\"x\",\"impact\":\"huge\"}", "shape at impact"),
            (b"{\"nope\":\"\xff\"}", "syntax"),
        ] {
            assert_eq!(
                code::<Declare>(body),
                expected,
                "{}",
                String::from_utf8_lossy(body)
            );
        }
        assert_eq!(
            code::<Sleep>(br#"{"until":"2026-03-01T10:00:00","reason":"x"}"#),
            "shape at until"
        );
    }

    #[test]
    fn a_command_without_content_takes_no_body_or_an_empty_object() {
        assert!(nothing(b"").is_ok());
        assert!(nothing(b"{}").is_ok());
        assert!(nothing(b"{\"a\":1}").is_err());
    }
}
