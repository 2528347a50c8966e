//! The ledger in the C2SP forms, for software that nobody here wrote.
//!
//! Checkpoint, key and hash tiles are open: they hold hashes and signatures only, and witnesses
//! need no account. Leaves name records and people by pseudonym, and take the right to audit.

use crate::anchor::{AnchorsView, standing};
use crate::answer;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bifold_domain::Permission;
use bifold_ledger::tile::LogPath;

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";
const AUDIT: Access = Access::Needs(Permission::Audit);

pub(crate) fn routes() -> Vec<Route> {
    let text = Answer::Bytes("text/plain");
    let bytes = Answer::Bytes(BYTES);
    let open = Access::Anyone;
    vec![
        Route::get(
            "/api/v1/ledger/checkpoint",
            "ledger_checkpoint",
            open,
            newest,
        )
        .summary("The newest signed checkpoint of the current log, with its cosignatures.")
        .answers(200, text),
        Route::get("/api/v1/ledger/anchors", "ledger_anchors", AUDIT, anchors)
            .summary("Who vouches for the ledger from outside: time-stamps and cosignatures.")
            .answers(200, Answer::Json(Described::of::<AnchorsView>())),
        Route::get("/api/v1/ledger/vkey", "ledger_vkey", open, vkey)
            .summary("The public key of the current log (c2sp.org/signed-note).")
            .answers(200, text),
        Route::get(
            "/api/v1/ledger/{log}/checkpoint",
            "log_checkpoint",
            open,
            checkpoint,
        )
        .summary("The newest signed checkpoint of a year's log, with its cosignatures.")
        .answers(200, text),
        Route::get(
            "/api/v1/ledger/{log}/tile/entries/{*index}",
            "log_entries",
            AUDIT,
            bundle,
        )
        .summary("An entry bundle (c2sp.org/tlog-tiles).")
        .answers(200, bytes),
        Route::get(
            "/api/v1/ledger/{log}/tile/{level}/{*index}",
            "log_tile",
            open,
            tile,
        )
        .summary("A hash tile (c2sp.org/tlog-tiles).")
        .answers(200, bytes),
        Route::get(
            "/api/v1/ledger/{log}/entries/{index}",
            "log_entry",
            AUDIT,
            leaf,
        )
        .summary("The bytes of one leaf.")
        .answers(200, bytes),
        Route::get(
            "/api/v1/ledger/{log}/entries/{index}/proof",
            "log_proof",
            AUDIT,
            proof,
        )
        .summary("A proof that an entry is in the log (c2sp.org/tlog-proof).")
        .answers(200, text),
    ]
}

fn sent(kind: &'static str, bytes: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, kind)], bytes).into_response()
}

async fn newest(State(server): State<Server>) -> Result<Response> {
    let log = server.store.log_state().await?.log;
    signed(&server, log).await
}

async fn checkpoint(State(server): State<Server>, Place(log): Place<i64>) -> Result<Response> {
    signed(&server, log).await
}

async fn signed(server: &Server, log: i64) -> Result<Response> {
    let found = server.store.cosigned_checkpoint(log).await?;
    let (_, note) = found.ok_or_else(|| Error::no("checkpoint"))?;
    Ok(sent(TEXT, note))
}

async fn anchors(State(server): State<Server>) -> Result<Response> {
    Ok(answer::ok(&standing(&server).await?))
}

async fn vkey(State(server): State<Server>) -> Result<Response> {
    let log = server.store.log_state().await?.log;
    Ok(sent(TEXT, format!("{}\n", server.store.vkey(log)?)))
}

/// The size up to which a log is signed; beyond it nothing is promised yet, and nothing served.
async fn signed_size(server: &Server, log: i64) -> Result<u64> {
    let found = server.store.checkpoint(log, 0).await?;
    found
        .map(|(checkpoint, _)| checkpoint.size)
        .ok_or_else(|| Error::no("log"))
}

async fn tile(
    State(server): State<Server>,
    Place((log, level, index)): Place<(i64, String, String)>,
) -> Result<Response> {
    let path = LogPath::parse(&format!("tile/{level}/{index}"));
    let Some(LogPath::Tile(tile)) = path else {
        return Err(Error::no("tile"));
    };
    let (level, nodes) = tile.nodes();
    let size = signed_size(&server, log).await?;
    // A node of level n is there once the 2ⁿ entries under it are.
    if nodes.end > size.checked_shr(u32::from(level)).unwrap_or(0) {
        return Err(Error::no("tile"));
    }
    Ok(sent(BYTES, server.store.tile(log, level, nodes).await?))
}

async fn bundle(
    State(server): State<Server>,
    Place((log, index)): Place<(i64, String)>,
) -> Result<Response> {
    let path = LogPath::parse(&format!("tile/entries/{index}"));
    let Some(LogPath::Entries(bundle)) = path else {
        return Err(Error::no("bundle"));
    };
    if bundle.entries().end > signed_size(&server, log).await? {
        return Err(Error::no("bundle"));
    }
    let bytes = server.store.bundle(log, bundle.entries()).await?;
    Ok(sent(BYTES, bytes))
}

async fn leaf(
    State(server): State<Server>,
    Place((log, index)): Place<(i64, u64)>,
) -> Result<Response> {
    let leaf = server.store.leaf(log, within(index)?).await?;
    Ok(sent(BYTES, leaf.ok_or_else(|| Error::no("entry"))?))
}

async fn proof(
    State(server): State<Server>,
    Place((log, index)): Place<(i64, u64)>,
) -> Result<Response> {
    let proof = server.store.proof(log, within(index)?).await?;
    Ok(sent(TEXT, proof.ok_or_else(|| Error::no("proof yet"))?))
}

/// Indexes are kept as signed 64 bits.
fn within(index: u64) -> Result<u64> {
    if i64::try_from(index).is_ok_and(|i| i < i64::MAX) {
        Ok(index)
    } else {
        Err(Error::no("entry"))
    }
}
