//! The bytes of an item: in, in one go, and out, never as anything a browser would show.
//!
//! Bytes are hashed while they are written and kept before the fact that seals them. They leave
//! as an attachment of no type, and the purpose is recorded before the first of them does.

use super::{readable, zipped};
use crate::answer;
use crate::auth::Caller;
use crate::body;
use crate::error::{Error, Result};
use crate::params::{Params, Place};
use crate::route::{Answer, Method, Param, Route};
use crate::server::Server;
use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bifold_domain::evidence::{Access, Command as C, Evidence, Fix, Life, Seal, Sha256, Verb, Way};
use bifold_domain::{Command, Refusal, Short, Text};
use bifold_store::blob::Kept;
use bifold_store::{Operation, Receipt};
use futures_util::TryStreamExt as _;
use serde::Deserialize;
use tokio_util::io::{ReaderStream, StreamReader};

/// Bytes read from disk at a time.
const READ_BYTES: usize = 256 * 1024;

const IN: &[Param] = &[
    ("filename", "string", "the name the bytes come under"),
    (
        "sha256",
        "string",
        "their hash at the source; refused when it is not theirs",
    ),
];
const OUT: &[Param] = &[
    ("purpose", "string", "what for"),
    (
        "as",
        "string",
        "`zip` for a ZIP with the password `infected`, for what may be malware; else `bytes`",
    ),
];

pub(crate) fn routes() -> Vec<Route> {
    let path = "/api/v1/evidence/{id}/content";
    vec![
        Route::new(
            Method::Put,
            path,
            "evidence_content",
            crate::route::Access::Decided,
            keep,
        )
        .summary("Takes the bytes of a collected item and seals it with their SHA-256.")
        .query(IN)
        .answers(
            200,
            Answer::Json(crate::route::Described::of::<answer::Done>()),
        ),
        Route::get(
            path,
            "evidence_download",
            crate::route::Access::Decided,
            download,
        )
        .summary("The bytes of an item as an attachment; the purpose is recorded.")
        .query(OUT)
        .answers(200, Answer::Bytes("application/octet-stream")),
    ]
}

/// What comes with bytes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arriving {
    pub(super) filename: Option<Short>,
    pub(super) sha256: Option<Sha256>,
}

async fn keep(
    State(server): State<Server>,
    caller: Caller,
    Place(name): Place<String>,
    Params(arriving): Params<Arriving>,
    request: Request,
) -> Result<Response> {
    let (evidence, ..) = readable(&server, &caller, &name).await?;
    sealable(&evidence, &caller)?;
    let stream = request.into_body().into_data_stream();
    let stream = stream.map_err(std::io::Error::other);
    let mut reader = StreamReader::new(stream);
    let kept = match server.store.keep_blob(&mut reader).await {
        Ok(kept) => kept,
        Err(error) => {
            // Whoever still sends gets to read why not.
            body::discard(Body::from_stream(reader.into_inner())).await;
            return Err(error.into());
        }
    };
    let receipt = seal(&server, &caller, &evidence, arriving, &kept).await?;
    Ok(answer::done(receipt))
}

/// Refuses before the bytes are read what would be refused after.
pub(super) fn sealable(evidence: &Evidence, caller: &Caller) -> Result<()> {
    let Life::Collected { acquisition } = &evidence.life else {
        let (verb, stage) = ("seal", "not collected, or sealed already");
        return Err(Refusal::WrongStage { verb, stage }.into());
    };
    if acquisition.by == caller.actor.person {
        Ok(())
    } else {
        // The rule knows who may when the one who has it has left; this only saves the sending.
        caller
            .actor
            .needs(bifold_domain::Permission::Work)
            .map_err(Into::into)
    }
}

/// Seals an item with bytes that are kept.
pub(super) async fn seal(
    server: &Server,
    caller: &Caller,
    evidence: &Evidence,
    arriving: Arriving,
    kept: &Kept,
) -> Result<Receipt> {
    let sha256 = Sha256::parse(&kept.sha256).map_err(Refusal::from)?;
    if let Some(said) = arriving.sha256.filter(|said| *said != sha256) {
        let (said, found) = (said.into(), sha256.into());
        return Err(Refusal::HashDiffers { said, found }.into());
    }
    let fix = Fix::Bytes {
        sha256,
        size_bytes: kept.size_bytes,
        filename: arriving.filename,
    };
    ask(server, caller, evidence, Verb::Seal(fix)).await
}

async fn ask(server: &Server, caller: &Caller, evidence: &Evidence, verb: Verb) -> Result<Receipt> {
    let incident = evidence.incident.clone();
    let command = Command::Evidence(evidence.id.clone(), C { incident, verb });
    let operation = Operation::one(&caller.actor, command);
    Ok(server.store.execute(operation).await?)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Leaving {
    purpose: Text,
    #[serde(default, rename = "as")]
    form: Form,
}

/// As what bytes leave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Form {
    /// As they are.
    #[default]
    Bytes,
    /// In a ZIP that nothing opens by itself.
    Zip,
}

async fn download(
    State(server): State<Server>,
    caller: Caller,
    Place(name): Place<String>,
    Params(leaving): Params<Leaving>,
) -> Result<Response> {
    let (evidence, ..) = readable(&server, &caller, &name).await?;
    hand_out(&server, &caller, &evidence, leaving.purpose, leaving.form).await
}

/// Records the purpose, then sends the bytes.
pub(crate) async fn hand_out(
    server: &Server,
    caller: &Caller,
    evidence: &Evidence,
    purpose: Text,
    form: Form,
) -> Result<Response> {
    let hash = evidence.sha256().ok_or_else(|| Error::no("bytes"))?;
    let file = server.store.open_blob(hash.as_str()).await?;
    let file = file.ok_or_else(|| Error::no("bytes"))?;
    let way = Way::Download;
    ask(
        server,
        caller,
        evidence,
        Verb::Access(Access { way, purpose }),
    )
    .await?;
    let number = evidence.shown_number();
    if form == Form::Zip {
        let zip = zipped::body(file, format!("{number}.bin"), hash.as_str().to_owned()).await;
        return Ok(attachment(
            &format!("{number}.zip"),
            "application/zip",
            None,
            zip,
        ));
    }
    let size = match evidence.seal() {
        Some(Seal::Bytes { size_bytes, .. }) => Some(*size_bytes),
        _ => None,
    };
    let body = Body::from_stream(ReaderStream::with_capacity(file, READ_BYTES));
    debug_assert!(body.size_hint().exact().is_none());
    let name = format!("{number}.bin");
    Ok(attachment(&name, "application/octet-stream", size, body))
}

/// Something to keep, never to show.
fn attachment(name: &str, of: &'static str, size: Option<u64>, body: Body) -> Response {
    let name = format!("attachment; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(of)),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment")),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        ),
    ];
    let size = size.map(|size| [(header::CONTENT_LENGTH, HeaderValue::from(size))]);
    (headers, size, body).into_response()
}
