//! The doors over HTTP.
//!
//! Accepted means durable: the answer comes after the commit. Whoever comes too fast is answered
//! 503 with `Retry-After`, the one code that every sender tries again; what cannot be read is
//! accepted all the same and waits for people, because no sender would mend it.

use super::knock;
use crate::body;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Described, Method, Route};
use crate::server::Server;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bifold_domain::SourceId;
use bifold_domain::signal::Format;
use bifold_store::intake::Delivery;
use serde::{Deserialize, Serialize};
use std::io::Read as _;

/// Bytes of a delivery at most.
const DELIVERY_BYTES: usize = 4 << 20;
/// Bytes of logs of OpenTelemetry at most, also after they were unpacked.
const LOGS_BYTES: usize = 16 << 20;
/// The media type of a message.
const MAIL: &[u8] = b"message/rfc822";
/// Where a header stands that reading needs: of `CloudEvents` in their binary form, and of the
/// envelope of a mail.
const KEPT: [&str; 2] = ["ce-", "x-envelope-"];
/// The identity that the door gave to an event that brought none.
pub(crate) const GIVEN_KEY: &str = "bifold-dedup-key";
const HEADERS_KEPT: usize = 64;

pub(crate) fn routes() -> Vec<Route> {
    let accepted = Answer::Json(Described::of::<Accepted>());
    vec![
        Route::new(
            Method::Post,
            "/in/{source}",
            "signal_in",
            Access::Anyone,
            by_header,
        )
        .summary("Takes in what a source sends, in the source's own format.")
        .answers(202, accepted),
        Route::new(
            Method::Post,
            "/in/{source}/{token}",
            "signal_in_by_path",
            Access::Anyone,
            by_path,
        )
        .summary("The same for senders that can set no header; the last resort.")
        .answers(202, accepted),
        Route::new(
            Method::Post,
            "/in/{source}/v1/logs",
            "signal_in_logs",
            Access::Anyone,
            logs,
        )
        .summary("Takes in logs of OpenTelemetry over HTTP.")
        .answers(200, Answer::Open),
        Route::new(
            Method::Options,
            "/in/{source}",
            "signal_in_handshake",
            Access::Anyone,
            handshake,
        )
        .summary("Says to a sender of CloudEvents that it may send.")
        .answers(200, Answer::Empty),
        Route::new(
            Method::Post,
            "/v2/enqueue",
            "signal_in_enqueue",
            Access::Anyone,
            enqueue,
        )
        .summary(
            "Takes in an event in the form of PagerDuty Events v2; the routing key is a token.",
        )
        .answers(202, Answer::Open),
    ]
}

/// What was taken in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Accepted {
    /// Its place in the order of arrival.
    delivery: i64,
}

async fn by_header(
    State(server): State<Server>,
    Place(source): Place<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    accept(&server, &headers, &source, None, body).await
}

async fn by_path(
    State(server): State<Server>,
    Place((source, token)): Place<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    accept(&server, &headers, &source, Some(&token), body).await
}

async fn accept(
    server: &Server,
    headers: &HeaderMap,
    source: &str,
    token: Option<&str>,
    body: Body,
) -> Result<Response> {
    let is_mail = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(MAIL));
    let limit = if is_mail {
        // Only who is known by a token may send so much: a signature is over what was read.
        knock::source(server, headers, Some(source), token, &[]).await?;
        bifold_intake::mail::BYTES
    } else {
        DELIVERY_BYTES
    };
    let bytes = body::read_within(headers, body, limit).await?;
    let (id, _) = knock::source(server, headers, Some(source), token, &bytes).await?;
    let bytes = unpacked(headers, bytes, limit)?;
    let delivery = store(server, headers, id, bytes, None).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { delivery })).into_response())
}

/// OpenTelemetry asks for 200, an answer in the encoding of the question, and 400 for what can
/// never be read; it would not send anything else again.
async fn logs(
    State(server): State<Server>,
    Place(source): Place<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    let bytes = body::read_within(&headers, body, LOGS_BYTES).await?;
    let (id, directory) = knock::source(&server, &headers, Some(&source), None, &bytes).await?;
    let is_logs = directory
        .sources
        .get(&id)
        .is_some_and(|source| source.settings.format == Format::OtlpLogs);
    Error::unless(is_logs, "source of logs")?;
    let bytes = unpacked(&headers, bytes, LOGS_BYTES)?;
    store(&server, &headers, id, bytes, None).await?;
    let json = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    Ok(if json {
        Json(serde_json::json!({})).into_response()
    } else {
        // An answer without fields is no bytes at all in protobuf.
        let protobuf = HeaderValue::from_static("application/x-protobuf");
        ([(header::CONTENT_TYPE, protobuf)], Bytes::new()).into_response()
    })
}

/// The handshake of webhooks for events over HTTP: whoever asks may send, as fast as it likes; a
/// token is asked for with each event.
async fn handshake(headers: HeaderMap) -> Response {
    let origin = HeaderName::from_static("webhook-request-origin");
    let allowed = HeaderName::from_static("webhook-allowed-origin");
    let rate = HeaderName::from_static("webhook-allowed-rate");
    match headers.get(origin) {
        Some(origin) => {
            let answer = [
                (allowed, origin.clone()),
                (rate, HeaderValue::from_static("*")),
            ];
            (StatusCode::OK, answer).into_response()
        }
        None => (StatusCode::OK, [(header::ALLOW, "POST, OPTIONS")]).into_response(),
    }
}

/// What the door needs of an event of this form; the rest is read later.
#[derive(Deserialize)]
struct Enqueue {
    routing_key: String,
    #[serde(default)]
    dedup_key: Option<String>,
}

async fn enqueue(State(server): State<Server>, headers: HeaderMap, body: Body) -> Result<Response> {
    let bytes = body::read_within(&headers, body, DELIVERY_BYTES).await?;
    let asked: Enqueue =
        serde_json::from_slice(&bytes).map_err(|error| Error::Syntax(error.to_string()))?;
    let (id, _) = knock::source(&server, &headers, None, Some(&asked.routing_key), &bytes).await?;
    // The sender is told the key, so that it can end what it began.
    let brought = asked.dedup_key.filter(|key| !key.is_empty());
    let given = brought
        .is_none()
        .then(|| server.store.shell().ids.next_uuid());
    let key = brought.or_else(|| given.clone());
    store(&server, &headers, id, bytes, given).await?;
    let answer = serde_json::json!({
        "status": "success",
        "message": "Event processed",
        "dedup_key": key,
    });
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

async fn store(
    server: &Server,
    headers: &HeaderMap,
    source: SourceId,
    body: Bytes,
    given_key: Option<String>,
) -> Result<i64> {
    let kept = headers.iter().filter_map(|(name, value)| {
        let name = name.as_str();
        let value = value.to_str().ok()?;
        let is_kept = KEPT.iter().any(|start| name.starts_with(start));
        is_kept.then(|| (name.to_owned(), value.to_owned()))
    });
    let mut kept: Vec<(String, String)> = kept.take(HEADERS_KEPT).collect();
    kept.extend(given_key.map(|key| (GIVEN_KEY.to_owned(), key)));
    let content_type = headers.get(header::CONTENT_TYPE);
    let delivery = Delivery {
        source,
        content_type: content_type.and_then(|v| v.to_str().ok().map(str::to_owned)),
        headers: kept,
        body: body.into(),
        replay_of: None,
    };
    Ok(server.store.take_in(delivery).await?)
}

/// The bytes without their gzip, up to a limit that holds for what comes out.
fn unpacked(headers: &HeaderMap, bytes: Bytes, limit_bytes: usize) -> Result<Bytes> {
    let encoding = headers
        .get(header::CONTENT_ENCODING)
        .map(|value| value.as_bytes().to_ascii_lowercase());
    match encoding.as_deref() {
        None | Some(b"identity" | b"") => Ok(bytes),
        Some(b"gzip") => {
            let mut out = Vec::new();
            let limit = u64::try_from(limit_bytes).unwrap_or(u64::MAX) + 1;
            let mut unpacked = flate2::read::GzDecoder::new(bytes.as_ref()).take(limit);
            unpacked
                .read_to_end(&mut out)
                .map_err(|_| Error::Header("Content-Encoding (the body is not gzip)"))?;
            if out.len() > limit_bytes {
                return Err(Error::TooLarge { limit_bytes });
            }
            Ok(out.into())
        }
        Some(_) => Err(Error::Header("Content-Encoding (gzip, or none)")),
    }
}
