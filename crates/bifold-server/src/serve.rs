//! Running: the router under its outer layers, the listener, the end.
//!
//! The end is orderly: `/readyz` says so first, requests under way are finished (30 s at most),
//! what was committed is signed, and only then the store closes.

use crate::body::discard;
use crate::config::Config;
use crate::edge::{edge, panicked};
use crate::error::Error;
use crate::route;
use crate::server::Server;
use crate::worker::Workers;
use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn_with_state;
use axum::serve::ListenerExt;
use bifold_store::Store;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;

/// How long requests under way may still take once the end began.
const FINISH_LIMIT: Duration = Duration::from_secs(30);

/// Everything the server answers, as one router.
pub fn router(store: Store, config: Config) -> Router {
    layered(&Server::new(store, config))
}

fn layered(server: &Server) -> Router {
    route::router(server)
        .fallback(|body: Body| refused(body, Error::NoRoute))
        .method_not_allowed_fallback(|body: Body| refused(body, Error::Method))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(server.clone(), edge))
}

async fn refused(body: Body, error: Error) -> Error {
    discard(body).await;
    error
}

/// Serves until `shutdown` comes true, then ends in good order.
pub async fn serve(
    store: Store,
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let server = Server::new(store, config);
    let workers = Workers::start(&server);
    let (ending, mut ended) = watch::channel(false);
    let ending_server = server.clone();
    let graceful = async move {
        shutdown.await;
        ending_server.stop_intake();
        ending.send_replace(true);
    };
    let app = layered(&server).into_make_service_with_connect_info::<SocketAddr>();
    // Small answers must not wait for each other on the wire.
    let listener = listener.tap_io(|tcp| {
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
    });
    let serving = axum::serve(listener, app).with_graceful_shutdown(graceful);
    let overdue = async move {
        if ended.wait_for(|ended| *ended).await.is_ok() {
            tokio::time::sleep(FINISH_LIMIT).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    let result = tokio::select! {
        result = serving => result,
        () = overdue => {
            tracing::warn!("some requests did not end in time");
            Ok(())
        }
    };
    workers.stop().await;
    result
}
