//! The evidence bundle: what is handed to a court, the police or an auditor (features F128).
//!
//! First the handing out is recorded, naming up to which entry each record goes along and whose
//! bytes do; then the bag is made of what stands in the ledger up to there. So a bundle that
//! nobody recorded does not exist, and the end of one cannot be cut off.

mod exhibit;
mod gather;

use crate::api::evidence::dual::versions_of;
use crate::api::incidents::readable;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Answer, Described, Route};
use crate::server::Server;
use crate::write::Write;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bifold_domain::evidence::dual::{End, Release};
use bifold_domain::evidence::{Evidence, Life};
use bifold_domain::incident::{Command as C, Export, ExportTerms, Head, Tlp};
use bifold_domain::{At, Command, Refusal, RequestId, Short, Text};
use bifold_report::bag::{BagError, BagWriter, Sealed};
use bifold_report::bundle::BundleError;
use bifold_store::Store;
use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::io::ReaderStream;

const MANIFEST: HeaderName = HeaderName::from_static("bifold-tag-manifest-sha256");
/// Bytes read from disk at a time.
const READ_BYTES: usize = 256 * 1024;

/// How long a bundle waits for its time-stamp, and how often it looks.
const STAMP_PATIENCE: Duration = Duration::from_secs(10);
const STAMP_LOOK: Duration = Duration::from_millis(200);

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/v1/incidents/{id}/bundle", "incident_bundle", export)
            .summary("Hands the record out: a bag with evidence, timeline, custody and proofs.")
            .body(Described::of::<ExportBody>())
            .answers(200, Answer::Bytes("application/x-tar")),
    ]
}

/// To whom the record is handed out.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = ExportRecord)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportBody {
    /// A release that was carried out: its evidence goes along with its bytes, and recipient,
    /// purpose and legal basis are those that two people approved.
    #[serde(default)]
    release: Option<RequestId>,
    /// To whom, where no release says it; evidence then goes along by its hashes only.
    #[serde(default)]
    recipient: Option<Short>,
    /// What for.
    #[serde(default)]
    purpose: Option<Text>,
    /// On which legal basis.
    #[serde(default)]
    legal_basis: Option<Text>,
    /// Evidence with a stricter label stays out.
    #[serde(default)]
    tlp: Option<Tlp>,
}

async fn export(
    State(server): State<Server>,
    Place(name): Place<String>,
    write: Write,
) -> Result<Response> {
    let body: ExportBody = write.body()?;
    hand_out(&server, &write, &name, body).await
}

/// Records it and makes the bag of what was recorded, so that a repetition gets the same one.
pub(crate) async fn hand_out(
    server: &Server,
    write: &Write,
    name: &str,
    body: ExportBody,
) -> Result<Response> {
    let caller = &write.caller;
    let (incident, _) = readable(server, caller, name).await?;
    let items = versions_of(server, caller, &incident.id).await?;
    let now = server.store.shell().clock.now();
    let terms = terms(&body, &items, now)?;
    let export = Export {
        bundle: RequestId::from_bits(write.bits(server)),
        terms: terms.clone(),
        heads: heads(&items, &terms, body.release.as_ref())?,
        release: body.release,
    };
    let command = Command::Incident(incident.id.clone(), C::Export(export));
    let receipt = write.execute(server, vec![command]).await?;
    // The checkpoint that covers the entry; the worker may have signed it already.
    server.store.sign_checkpoint().await?;
    let entry = receipt.entries.last().ok_or(Error::Internal)?;
    await_stamp(server, entry.index).await?;
    let touched = receipt.touched.first().ok_or(Error::Internal)?;
    let recorded = gather::Recorded {
        incident: incident.id.clone(),
        last: touched.version.saturating_sub(1),
        at: receipt.at,
        terms,
    };
    let bundle = gather::bundle(server, caller, recorded).await?;
    let number = incident.shown_number();
    let packed = pack(server, bundle, &number).await?;
    sent(&number, packed).await
}

/// Waits a moment for an authority to stamp a checkpoint that covers the entry, as long as there is
/// one that is not known to fail. Without a stamp the bundle is as good; only how old it is stands
/// on the organisation's word.
async fn await_stamp(server: &Server, entry: u64) -> Result<()> {
    let log = server.store.log_state().await?.log;
    let covered = entry + 1;
    let patience = Instant::now() + STAMP_PATIENCE;
    while Instant::now() < patience && an_authority_answers(server, log).await? {
        if !server.store.stamps_covering(log, covered).await?.is_empty() {
            break;
        }
        tokio::time::sleep(STAMP_LOOK).await;
    }
    Ok(())
}

/// Whether there is an authority that was not asked in vain last.
async fn an_authority_answers(server: &Server, log: i64) -> Result<bool> {
    for authority in server.config.anchors.authorities() {
        let standing = server.store.authority_standing(log, &authority.name);
        if standing.await?.failing_since.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn short(text: &str) -> Result<Short> {
    Ok(Short::parse(text).map_err(Refusal::from)?)
}

/// What two people approved, or what is said now.
fn terms(body: &ExportBody, items: &[(Evidence, u64)], now: At) -> Result<ExportTerms> {
    let tlp = body.tlp.unwrap_or(Tlp::AmberStrict);
    let Some(id) = &body.release else {
        let missing = |at: &str| Error::Shape {
            at: at.to_owned(),
            why: "is missing; say it, or name a release".to_owned(),
        };
        return Ok(ExportTerms {
            recipient: body.recipient.clone().ok_or_else(|| missing("recipient"))?,
            purpose: body.purpose.clone().ok_or_else(|| missing("purpose"))?,
            legal_basis: body.legal_basis.clone(),
            tlp,
        });
    };
    let mut releases = items.iter().flat_map(|(item, _)| &item.releases);
    let release = releases.find(|r| r.request.id == *id && r.request.end == End::Done);
    let release = release.ok_or_else(|| Error::no("release that was carried out"))?;
    release.request.doable(now)?;
    let parts = (release.recipient.present(), release.purpose.present());
    let (Some(recipient), Some(purpose)) = parts else {
        return Err(Error::no("release whose words are still there"));
    };
    Ok(ExportTerms {
        recipient: recipient.clone(),
        purpose: purpose.clone(),
        legal_basis: release.legal_basis.present().cloned(),
        tlp,
    })
}

/// Which evidence goes along, up to which of its entries, and whose bytes do.
fn heads(
    items: &[(Evidence, u64)],
    terms: &ExportTerms,
    release: Option<&RequestId>,
) -> Result<Vec<Head>> {
    let is_released = |item: &Evidence| {
        let done = |r: &Release| Some(&r.request.id) == release && r.request.end == End::Done;
        matches!(item.life, Life::Sealed { .. })
            && item.sha256().is_some()
            && item.releases.iter().any(done)
    };
    let open = items.iter().filter(|(item, _)| item.tlp <= terms.tlp);
    open.map(|(item, version)| {
        Ok(Head {
            record: short("evidence")?,
            id: short(item.id.as_str())?,
            n: version.saturating_sub(1),
            with_bytes: is_released(item),
        })
    })
    .collect()
}

/// A bag on disk, until it is sent.
struct Packed {
    path: PathBuf,
    sealed: Sealed,
}

async fn pack(
    server: &Server,
    bundle: bifold_report::bundle::Bundle,
    number: &str,
) -> Result<Packed> {
    let path = server.store.scratch().await?;
    let (to, number) = (path.clone(), number.to_owned());
    let store = server.store.clone();
    let runtime = tokio::runtime::Handle::current();
    let made = tokio::task::spawn_blocking(move || {
        let file = std::fs::File::create_new(&to).map_err(not_written)?;
        let at = bundle.export.at;
        let bag = BagWriter::as_tar(&number, at, std::io::BufWriter::new(file));
        let bag = bag.map_err(|e| Error::NotPacked(e.to_string()))?;
        let mut failed = None;
        // One blob is open at a time, however many go along.
        let made = bifold_report::bundle::write(&bundle, bag, |exhibit| {
            let opened = runtime.block_on(bytes_of(&store, exhibit.sha256.as_deref()));
            let opened = opened.map_err(|error| failed = Some(error));
            Ok(opened.ok().flatten().ok_or(std::io::ErrorKind::NotFound)?)
        });
        made.map_err(|error| match (failed, error) {
            (Some(store), _) => Error::Store(store),
            (None, BundleError::Bag(BagError::Io { source, .. })) => not_written(source),
            (None, other) => Error::NotPacked(other.to_string()),
        })
    })
    .await;
    match made {
        Ok(Ok(sealed)) => Ok(Packed { path, sealed }),
        Ok(Err(error)) => {
            tracing::error!(%error, "a bundle was not made");
            let _ = tokio::fs::remove_file(&path).await;
            Err(error)
        }
        Err(error) => {
            tracing::error!(%error, "a bundle was not made");
            Err(Error::Internal)
        }
    }
}

/// The bytes of an exhibit, if they are there.
async fn bytes_of(
    store: &Store,
    sha256: Option<&str>,
) -> bifold_store::Result<Option<Box<dyn std::io::Read>>> {
    let Some(sha256) = sha256 else {
        return Ok(None);
    };
    let Some(blob) = store.open_blob(sha256).await? else {
        return Ok(None);
    };
    Ok(Some(blob.into_blocking().await))
}

fn not_written(cause: std::io::Error) -> Error {
    Error::Store(bifold_store::Error::File {
        what: "making a bundle".to_owned(),
        cause,
    })
}

async fn sent(number: &str, packed: Packed) -> Result<Response> {
    let file = tokio::fs::File::open(&packed.path).await;
    let file = file.map_err(|_| Error::Internal)?;
    let size = file.metadata().await.map_err(|_| Error::Internal)?.len();
    // What is open stays readable; nothing of it is left behind, however the sending ends.
    let _ = tokio::fs::remove_file(&packed.path).await;
    let name = format!("attachment; filename=\"{number}.tar\"");
    let value = |text: &str| HeaderValue::from_str(text).map_err(|_| Error::Internal);
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/x-tar"),
        ),
        (header::CONTENT_LENGTH, HeaderValue::from(size)),
        (header::CONTENT_DISPOSITION, value(&name)?),
        (MANIFEST, value(&packed.sealed.tag_manifest_sha256)?),
    ];
    let body = Body::from_stream(ReaderStream::with_capacity(file, READ_BYTES));
    Ok((headers, body).into_response())
}
