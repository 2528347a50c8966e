//! The service catalogue.

use crate::answer;
use crate::error::{Error, Result};
use crate::page::Page;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Method, Route};
use crate::server::Server;
use crate::view::{Named, NamedService, Names};
use crate::{body, write::Write};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::service::{Command as C, Criticality, Entry, Service};
use bifold_domain::{Command, ServiceId};
use serde::Serialize;

const FOLDER: &str = "/api/v1/services";
const ONE: &str = "/api/v1/services/{id}";

pub(crate) fn routes() -> Vec<Route> {
    let entry = Described::of::<Entry>();
    vec![
        Route::get(FOLDER, "services", Access::SignedIn, list)
            .summary("The service catalogue.")
            .answers(200, Answer::Json(Described::page_of::<ServiceView>())),
        Route::post(FOLDER, "service_offer", offer)
            .summary("Puts a service into the catalogue.")
            .body(entry)
            .keyed(201),
        Route::get(ONE, "service", Access::SignedIn, show)
            .summary("One service.")
            .answers(200, Answer::Json(Described::of::<ServiceView>())),
        Route::new(Method::Put, ONE, "service_revise", Access::Decided, revise)
            .summary("Replaces a catalogue entry.")
            .body(entry)
            .keyed(200),
        Route::post("/api/v1/services/{id}/retire", "service_retire", retire)
            .summary("Withdraws a service from the catalogue.")
            .keyed(200),
    ]
}

/// A service of the catalogue.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Service)]
struct ServiceView {
    id: String,
    key: String,
    name: String,
    #[schema(required)]
    description: Option<String>,
    /// The team that restores it.
    #[schema(required)]
    owner: Option<Named>,
    criticality: Criticality,
    depends_on: Vec<NamedService>,
    is_retired: bool,
}

impl ServiceView {
    fn of(service: &Service, names: Names<'_>) -> Self {
        let entry = &service.entry;
        Self {
            id: service.id.to_string(),
            key: entry.key.to_string(),
            name: entry.name.to_string(),
            description: entry.description.as_ref().map(ToString::to_string),
            owner: entry.owner.as_ref().map(|team| names.team(team)),
            criticality: entry.criticality,
            depends_on: entry
                .depends_on
                .iter()
                .map(|id| names.service(id))
                .collect(),
            is_retired: service.is_retired,
        }
    }
}

async fn list(State(server): State<Server>) -> Result<Response> {
    let directory = server.store.directory().await?;
    let view = |service| ServiceView::of(service, Names(&directory));
    let items = directory.services.values().map(view).collect();
    Ok(answer::ok(&Page::<ServiceView>::whole(items)))
}

async fn show(State(server): State<Server>, Place(id): Place<String>) -> Result<Response> {
    let id = parse(&id)?;
    let version = server.store.version(id.as_str()).await?;
    let directory = server.store.directory().await?;
    match (directory.services.get(&id), version) {
        (Some(service), Some(version)) => {
            let view = ServiceView::of(service, Names(&directory));
            Ok(answer::tagged(version, &view))
        }
        _ => Err(Error::no("service")),
    }
}

fn parse(id: &str) -> Result<ServiceId> {
    ServiceId::parse(id).map_err(|_| Error::no("service"))
}

async fn offer(State(server): State<Server>, write: Write) -> Result<Response> {
    let id = ServiceId::from_bits(server.store.shell().ids.next());
    let command = Command::Service(id, C::Offer(write.body()?));
    let receipt = write.execute(&server, vec![command]).await?;
    Ok(answer::created(receipt, FOLDER))
}

async fn revise(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let command = Command::Service(parse(&id)?, C::Revise(write.body()?));
    let receipt = write.execute(&server, vec![command]).await?;
    Ok(answer::done(receipt))
}

async fn retire(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    let command = Command::Service(parse(&id)?, C::Retire);
    let receipt = write.execute(&server, vec![command]).await?;
    Ok(answer::done(receipt))
}
