//! Is it alive, is it ready, which version is it; and the document of this interface.

use crate::answer;
use crate::error::Error;
use crate::openapi::openapi_json;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::LazyLock;

pub(crate) fn routes() -> Vec<Route> {
    let text = Answer::Bytes("text/plain");
    vec![
        Route::get("/livez", "livez", Access::Anyone, livez)
            .summary("Whether the process answers.")
            .answers(200, text),
        Route::get("/readyz", "readyz", Access::Anyone, readyz)
            .summary("Whether new requests are welcome.")
            .answers(200, text),
        Route::get("/version", "version", Access::Anyone, version)
            .summary("Which version this is.")
            .answers(200, Answer::Json(Described::of::<Version>())),
        Route::get("/api/v1/openapi.json", "openapi", Access::Anyone, openapi)
            .summary("This document.")
            .answers(200, Answer::Open),
    ]
}

async fn livez() -> &'static str {
    "alive\n"
}

async fn readyz(State(server): State<Server>) -> Response {
    if server.is_ready() && server.store.ping().await.is_ok() {
        "ready\n".into_response()
    } else {
        Error::Full.into_response()
    }
}

/// Which version this is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Version {
    /// The program's version.
    version: &'static str,
}

async fn version() -> Response {
    let version = env!("CARGO_PKG_VERSION");
    answer::ok(&Version { version })
}

static DOCUMENT: LazyLock<String> = LazyLock::new(openapi_json);

async fn openapi() -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::OK, kind, DOCUMENT.as_str()).into_response()
}
