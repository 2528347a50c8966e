//! Bytes in parts of at most 16 MiB, which go on where they stopped.

use super::bytes::{Arriving, seal, sealable};
use super::readable;
use crate::answer;
use crate::auth::Caller;
use crate::body;
use crate::error::{Error, Result};
use crate::params::{Params, Place};
use crate::route::{Access, Answer, Described, Method, Param, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::{Request, State};
use axum::response::Response;
use bifold_domain::Short;
use bifold_domain::evidence::Sha256;
use bifold_store::upload::{PART_LIMIT_BYTES, Part, Upload};
use serde::{Deserialize, Serialize};

const PART: &[Param] = &[
    ("offset", "integer", "bytes before this part"),
    (
        "sha256",
        "string",
        "hash of this part; refused when it is not its own",
    ),
];

pub(crate) fn routes() -> Vec<Route> {
    let of_upload = "/api/v1/evidence/{id}/uploads/{upload}";
    let state = Answer::Json(Described::of::<UploadView>());
    vec![
        Route::post("/api/v1/evidence/{id}/uploads", "evidence_upload", begin)
            .summary("Begins to send the bytes of a collected item in parts.")
            .body(Described::of::<Begin>())
            .answers(201, state),
        Route::get(
            of_upload,
            "evidence_upload_state",
            Access::Decided,
            standing,
        )
        .summary("How far it has come: send the next part from there.")
        .answers(200, state),
        Route::new(
            Method::Put,
            of_upload,
            "evidence_part",
            Access::Decided,
            part,
        )
        .summary("Takes a part of at most 16 MiB; acknowledged when it is durable.")
        .query(PART)
        .answers(200, state),
        Route::post(
            "/api/v1/evidence/{id}/uploads/{upload}/finish",
            "evidence_upload_finish",
            finish,
        )
        .summary("All parts are here: seals the item with the SHA-256 of the whole.")
        .body(Described::of::<Finish>())
        .answers(200, Answer::Json(Described::of::<answer::Done>())),
    ]
}

/// What will come.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = BeginUpload)]
#[serde(deny_unknown_fields)]
struct Begin {
    /// How many bytes.
    size_bytes: u64,
    /// The name they come under.
    #[serde(default)]
    filename: Option<Short>,
}

/// All of it came.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[schema(as = FinishUpload)]
#[serde(deny_unknown_fields)]
struct Finish {
    /// The hash of the whole at the source; refused when it is not its own.
    #[serde(default)]
    sha256: Option<Sha256>,
}

/// Something on its way in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Upload)]
struct UploadView {
    /// Its id.
    upload: String,
    /// How many bytes there will be.
    size_bytes: i64,
    /// How many are here, and durable.
    received_bytes: i64,
    /// Bytes of a part at most.
    part_limit_bytes: usize,
}

impl From<Upload> for UploadView {
    fn from(upload: Upload) -> Self {
        Self {
            upload: upload.id,
            size_bytes: upload.size_bytes,
            received_bytes: upload.received_bytes,
            part_limit_bytes: PART_LIMIT_BYTES,
        }
    }
}

async fn begin(
    State(server): State<Server>,
    Place(name): Place<String>,
    write: Write,
) -> Result<Response> {
    let begin: Begin = write.body()?;
    let (evidence, ..) = readable(&server, &write.caller, &name).await?;
    sealable(&evidence, &write.caller)?;
    let me = &write.actor().person;
    let filename = begin.filename.as_ref().map(Short::as_str);
    let upload = server
        .store
        .begin_upload(me, &evidence.id, filename, begin.size_bytes)
        .await?;
    Ok(answer::new(&UploadView::from(upload)))
}

async fn standing(
    State(server): State<Server>,
    caller: Caller,
    Place((name, upload)): Place<(String, String)>,
) -> Result<Response> {
    readable(&server, &caller, &name).await?;
    let upload = server.store.upload(&caller.actor.person, &upload).await?;
    Ok(answer::ok(&UploadView::from(upload)))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    offset: u64,
    sha256: Option<Sha256>,
}

async fn part(
    State(server): State<Server>,
    caller: Caller,
    Place((name, upload)): Place<(String, String)>,
    Params(which): Params<Which>,
    request: Request,
) -> Result<Response> {
    readable(&server, &caller, &name).await?;
    let (parts, body) = request.into_parts();
    let bytes = body::read_within(&parts.headers, body, PART_LIMIT_BYTES).await?;
    let part = Part {
        offset: which.offset,
        bytes,
        sha256: which.sha256.as_ref().map(Sha256::as_str),
    };
    let me = &caller.actor.person;
    let upload = server.store.append_upload(me, &upload, &part).await?;
    Ok(answer::ok(&UploadView::from(upload)))
}

async fn finish(
    State(server): State<Server>,
    Place((name, upload)): Place<(String, String)>,
    write: Write,
) -> Result<Response> {
    let finish: Finish = if write.bytes().is_empty() {
        Finish::default()
    } else {
        write.body()?
    };
    let (evidence, ..) = readable(&server, &write.caller, &name).await?;
    let me = &write.actor().person;
    if server.store.upload(me, &upload).await?.evidence != evidence.id.as_str() {
        return Err(Error::no("upload"));
    }
    let (upload, kept) = server.store.finish_upload(me, &upload).await?;
    let arriving = Arriving {
        filename: upload
            .filename
            .as_deref()
            .and_then(|name| Short::parse(name).ok()),
        sha256: finish.sha256,
    };
    let receipt = seal(&server, &write.caller, &evidence, arriving, &kept).await?;
    server.store.end_upload(&upload.id).await?;
    Ok(answer::done(receipt))
}
