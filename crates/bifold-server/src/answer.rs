//! Answers of those requests that changed something: what, and where that stands in the ledger.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bifold_domain::At;
use bifold_store::{Receipt, Touched};
use serde::Serialize;

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What was done, and the receipt for it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Done {
    /// The record.
    id: String,
    /// Its number, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// Its version from now on, for `If-Match`.
    version: u64,
    /// When.
    at: At,
    /// The task this was about, where it made one.
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<String>,
    /// The restoring action this was about, where it made one.
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    /// The request that two people must approve, where it made one.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    /// Where it stands in the ledger.
    ledger: Ledger,
    /// The operation's id in the ledger.
    operation: String,
    /// Every record it touched, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    touched: Vec<Other>,
}

/// The ledger receipt: the first entry, and all of them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Ledger {
    /// The log.
    origin: String,
    /// The first entry's place in it.
    index: u64,
    /// Its RFC 6962 leaf hash, base64.
    leaf_hash: String,
    /// Every entry written.
    entries: Vec<LedgerEntry>,
}

/// One ledger entry.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LedgerEntry {
    /// Its place in the log.
    index: u64,
    /// Its RFC 6962 leaf hash, base64.
    leaf_hash: String,
    /// What sort of fact.
    kind: String,
}

/// A record that was touched.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = TouchedRecord)]
pub(crate) struct Other {
    /// Its type.
    #[serde(rename = "type")]
    record_type: String,
    /// Its id.
    id: String,
    /// Its number, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// Its version from now on.
    version: u64,
}

impl From<Touched> for Other {
    fn from(t: Touched) -> Self {
        Self {
            record_type: t.record_type,
            id: t.id,
            number: t.number,
            version: t.version,
        }
    }
}

impl Done {
    fn of(receipt: Receipt, part: Option<Part>) -> Self {
        let (mut task, mut action, mut request) = (None, None, None);
        match part {
            Some(Part::Task(id)) => task = Some(id),
            Some(Part::Action(id)) => action = Some(id),
            Some(Part::Request(id)) => request = Some(id),
            None => {}
        }
        let first = receipt.touched.first().cloned();
        let (id, number, version) =
            first.map_or_else(Default::default, |t| (t.id, t.number, t.version));
        let origin = receipt.entries.first().map(|e| e.origin.clone());
        let entries: Vec<LedgerEntry> = receipt
            .entries
            .into_iter()
            .map(|e| LedgerEntry {
                index: e.index,
                leaf_hash: e.leaf_hash,
                kind: e.kind,
            })
            .collect();
        let several = receipt.touched.len() > 1;
        Self {
            id,
            number,
            version,
            at: receipt.at,
            task,
            action,
            request,
            ledger: Ledger {
                origin: origin.unwrap_or_default(),
                index: entries.first().map_or(0, |e| e.index),
                leaf_hash: entries
                    .first()
                    .map(|e| e.leaf_hash.clone())
                    .unwrap_or_default(),
                entries,
            },
            operation: receipt.operation,
            touched: receipt
                .touched
                .into_iter()
                .filter(|_| several)
                .map(Into::into)
                .collect(),
        }
    }
}

/// Done to a record that was there.
pub(crate) fn done(receipt: Receipt) -> Response {
    answer(StatusCode::OK, receipt, None, None)
}

/// Done, and a record is new under this path.
pub(crate) fn created(receipt: Receipt, folder: &str) -> Response {
    answer(StatusCode::CREATED, receipt, Some(folder), None)
}

/// Done, and a task is new.
pub(crate) fn with_task(receipt: Receipt, task: String) -> Response {
    answer(StatusCode::CREATED, receipt, None, Some(Part::Task(task)))
}

/// Done, and a restoring action is new.
pub(crate) fn with_action(receipt: Receipt, action: String) -> Response {
    answer(
        StatusCode::CREATED,
        receipt,
        None,
        Some(Part::Action(action)),
    )
}

/// Done, and a request that two people must approve is new.
pub(crate) fn with_request(receipt: Receipt, request: String) -> Response {
    let part = Part::Request(request);
    answer(StatusCode::CREATED, receipt, None, Some(part))
}

/// Something new that is no record of the ledger.
pub(crate) fn new<T: Serialize>(value: &T) -> Response {
    let mut response = ok(value);
    *response.status_mut() = StatusCode::CREATED;
    response
}

/// A part of the record that was made.
enum Part {
    Task(String),
    Action(String),
    Request(String),
}

fn answer(
    status: StatusCode,
    receipt: Receipt,
    folder: Option<&str>,
    part: Option<Part>,
) -> Response {
    let is_repeated = receipt.is_repeated;
    let done = Done::of(receipt, part);
    let mut response = json(status, &done);
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag(done.version));
    if is_repeated {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    if let Some(folder) = folder
        && let Ok(location) = HeaderValue::from_str(&format!("{folder}/{}", done.id))
    {
        headers.insert(header::LOCATION, location);
    }
    response
}

/// The tag of a version.
pub(crate) fn etag(version: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\""))
        .unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// A value as JSON.
pub(crate) fn json<T: Serialize>(status: StatusCode, value: &T) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => (
            status,
            [(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            )],
            bytes,
        )
            .into_response(),
        Err(_) => crate::error::Error::Internal.into_response(),
    }
}

/// A value as JSON, found.
pub(crate) fn ok<T: Serialize>(value: &T) -> Response {
    json(StatusCode::OK, value)
}

/// A record as JSON with the tag of its version.
pub(crate) fn tagged<T: Serialize>(version: u64, value: &T) -> Response {
    let mut response = ok(value);
    response.headers_mut().insert(header::ETAG, etag(version));
    response
}
