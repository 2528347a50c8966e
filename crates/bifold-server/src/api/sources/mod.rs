//! Sources of signals: what they are, by what they are known, what they sent.

pub(crate) mod deliveries;
mod preview;
pub(crate) mod secrets;

use crate::answer;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::page::Page;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Method, Route};
use crate::server::Server;
use crate::{body, write::Write};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::signal::Format;
use bifold_domain::signal::source::{Command as C, Settings, Source};
use bifold_domain::{At, Command, Permission, SourceId};
use bifold_store::intake::SourceStanding;
use serde::Serialize;

const FOLDER: &str = "/api/v1/sources";
const ONE: &str = "/api/v1/sources/{id}";
/// Who connects sources also sees them.
const KEEPS: Access = Access::Needs(Permission::ManageSources);

pub(crate) fn routes() -> Vec<Route> {
    let settings = Described::of::<Settings>();
    let mut routes = vec![
        Route::get(FOLDER, "sources", KEEPS, list)
            .summary("Sources in use, by name, and how each stands.")
            .answers(200, Answer::Json(Described::page_of::<SourceView>())),
        Route::post(FOLDER, "source_connect", connect)
            .summary("Connects a source of signals.")
            .body(settings)
            .keyed(201),
        Route::get(ONE, "source", KEEPS, show)
            .summary("One source.")
            .answers(200, Answer::Json(Described::of::<SourceView>())),
        Route::new(Method::Put, ONE, "source_revise", Access::Decided, revise)
            .summary("Replaces the settings of a source.")
            .body(settings)
            .keyed(200),
        Route::post(
            "/api/v1/sources/{id}/disconnect",
            "source_disconnect",
            disconnect,
        )
        .summary("Takes nothing more from a source, and forgets its secrets.")
        .keyed(200),
    ];
    routes.extend(secrets::routes());
    routes.extend(deliveries::routes());
    routes.extend(preview::routes());
    routes
}

/// A source and how it stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Source)]
pub(crate) struct SourceView {
    pub(crate) id: SourceId,
    pub(crate) settings: Settings,
    pub(crate) is_disconnected: bool,
    /// The path to which it sends.
    pub(crate) address: String,
    /// When it was first heard.
    pub(crate) first_seen_at: Option<At>,
    /// When it was last heard.
    pub(crate) last_seen_at: Option<At>,
    /// Deliveries so far.
    pub(crate) deliveries: i64,
    /// Signals so far.
    pub(crate) signals: i64,
    /// Deliveries that could not be read.
    pub(crate) unread: i64,
    /// Lines of syslog that nobody wanted, and that were let go.
    pub(crate) let_go: i64,
    /// Whether it is silent for longer than it should be.
    pub(crate) is_silent: bool,
}

impl SourceView {
    pub(crate) fn of(source: &Source, standing: Option<&SourceStanding>) -> Self {
        let standing = standing.copied().unwrap_or_default();
        Self {
            id: source.id.clone(),
            settings: source.settings.clone(),
            is_disconnected: source.is_disconnected,
            address: address(source),
            first_seen_at: standing.first_seen_at.map(At::from_micros),
            last_seen_at: standing.last_seen_at.map(At::from_micros),
            deliveries: standing.deliveries,
            signals: standing.signals,
            unread: standing.unread,
            let_go: standing.let_go,
            is_silent: standing.is_silent,
        }
    }
}

/// The path to which a source sends.
pub(crate) fn address(source: &Source) -> String {
    match source.settings.format {
        Format::PagerDuty => "/v2/enqueue".to_owned(),
        Format::OtlpLogs => format!("/in/{}/v1/logs", source.id),
        _ => format!("/in/{}", source.id),
    }
}

pub(crate) fn parse(id: &str) -> Result<SourceId> {
    SourceId::parse(id).map_err(|_| Error::no("source"))
}

/// Refuses a mapping that cannot work before anything is decided.
pub(crate) fn checked(settings: Settings) -> Result<Settings> {
    if let Some(text) = &settings.mapping {
        let shape = |why: String| Error::Shape {
            at: "mapping".to_owned(),
            why,
        };
        let mapping: bifold_intake::Mapping =
            serde_json::from_str(text.as_str()).map_err(|error| shape(error.to_string()))?;
        mapping.check().map_err(|error| shape(error.to_string()))?;
    }
    Ok(settings)
}

async fn list(State(server): State<Server>) -> Result<Response> {
    let directory = server.store.directory().await?;
    let standings = server.store.source_standings().await?;
    let used = directory.sources.values().filter(|s| !s.is_disconnected);
    let mut items: Vec<SourceView> = used
        .map(|source| SourceView::of(source, standings.get(&source.id)))
        .collect();
    items.sort_by(|a, b| a.settings.name.cmp(&b.settings.name));
    Ok(answer::ok(&Page::<SourceView>::whole(items)))
}

async fn show(State(server): State<Server>, Place(id): Place<String>) -> Result<Response> {
    let id = parse(&id)?;
    let directory = server.store.directory().await?;
    let source = directory.sources.get(&id);
    let source = source.ok_or_else(|| Error::no("source"))?;
    let standings = server.store.source_standings().await?;
    let view = SourceView::of(source, standings.get(&id));
    let version = server.store.version(id.as_str()).await?;
    let version = version.ok_or_else(|| Error::no("source"))?;
    Ok(answer::tagged(version, &view))
}

async fn connect(State(server): State<Server>, write: Write) -> Result<Response> {
    let id = SourceId::from_bits(server.store.shell().ids.next());
    let settings = Box::new(checked(write.body()?)?);
    let command = Command::Source(id, C::Connect(settings));
    write.made(&server, command, FOLDER).await
}

async fn revise(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let settings = Box::new(checked(write.body()?)?);
    let command = Command::Source(parse(&id)?, C::Revise(settings));
    write.done(&server, command).await
}

async fn disconnect(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    let id = parse(&id)?;
    let done = write
        .done(&server, Command::Source(id.clone(), C::Disconnect))
        .await?;
    server.store.forget_secret(&id, None).await?;
    Ok(done)
}

/// The source, for somebody who may see what it sent.
pub(crate) async fn readable(server: &Server, caller: &Caller, id: &str) -> Result<Source> {
    let id = parse(id)?;
    let directory = server.store.directory().await?;
    let source = directory.sources.get(&id);
    let source = source.ok_or_else(|| Error::no("source"))?;
    if source.settings.is_sensitive {
        caller.needs(Permission::ReadSensitiveLanes)?;
    }
    Ok(source.clone())
}
