//! Serving: `POST /add-checkpoint` (c2sp.org/tlog-witness), and the verifier key at `GET /`.
//!
//! Requests need no authentication: a checkpoint carries the signature of its log. Bodies are small
//! and must arrive soon; deciding, which waits for the disk, does not hold up other connections.

use super::folder::{Folder, NotCosigned};
use crate::exit::{Code, Coded};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bifold_ledger::witness::{KNOWN_SIZE_TYPE, MAX_REQUEST_BYTES, Refusal};
use bifold_store::Clock;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long a request may take, from its first line to its answer.
const REQUEST_LIMIT: Duration = Duration::from_secs(20);

pub(super) async fn run(folder: Folder, listen: SocketAddr) -> anyhow::Result<Code> {
    let _serving = folder.serving()?;
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        Coded::error(
            Code::Unavailable,
            format!("cannot listen on {listen}: {error}"),
        )
    })?;
    let address = listener.local_addr()?;
    tracing::info!(%address, witness = folder.vkey(), "serving");
    eprintln!("The witness {} listens on http://{address}", folder.name());
    let app = router(Arc::new(folder));
    let stopped = crate::cmd::serve::stopped();
    axum::serve(listener, app)
        .with_graceful_shutdown(stopped)
        .await?;
    Ok(Code::Ok)
}

fn router(folder: Arc<Folder>) -> Router {
    Router::new()
        .route("/", get(vkey))
        .route("/add-checkpoint", post(add_checkpoint))
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .layer(from_fn(in_time))
        .with_state(folder)
}

async fn in_time(request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(REQUEST_LIMIT, next.run(request)).await;
    answer.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}

async fn vkey(State(folder): State<Arc<Folder>>) -> String {
    format!("{}\n", folder.vkey())
}

async fn add_checkpoint(State(folder): State<Arc<Folder>>, body: Bytes) -> Response {
    let now_s = u64::try_from(Clock::System.now().micros() / 1_000_000).unwrap_or(0);
    let decide = move || folder.add_checkpoint(&body, now_s);
    match tokio::task::spawn_blocking(decide).await {
        Ok(Ok(answer)) => answer.into_response(),
        Ok(Err(NotCosigned::Refused(refusal))) => refused(&refusal),
        Ok(Err(NotCosigned::Folder(error))) => failed(&error),
        Err(error) => failed(&error),
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match refusal.known_size() {
        Some(known) => {
            let kind = [(header::CONTENT_TYPE, KNOWN_SIZE_TYPE)];
            (status, kind, format!("{known}\n")).into_response()
        }
        None => (status, format!("{refusal}\n")).into_response(),
    }
}

/// What is wrong here is told to the operator, not to whoever asked.
fn failed(error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "not cosigned");
    let says = "the witness cannot cosign at the moment; its operator finds out why in its log\n";
    (StatusCode::INTERNAL_SERVER_ERROR, says).into_response()
}
