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
use bifold_domain::gate::{Course, Side};
use bifold_domain::service::{Command as C, Criticality, Entry, Service};
use bifold_domain::standing_order::{Draft, StandingOrder};
use bifold_domain::{At, Command, ServiceId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
        Route::post("/api/v1/services/{id}/order", "service_order", order)
            .summary("Drafts a standing order for the preservation gate.")
            .body(Described::of::<Draft>())
            .keyed(200),
        Route::post(
            "/api/v1/services/{id}/order/sign",
            "service_order_sign",
            sign,
        )
        .summary("Signs the standing order for one side; with both it is in force.")
        .body(Described::of::<Signature>())
        .keyed(200),
    ]
}

/// Signs a standing order.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Signature {
    /// Of which version.
    version: u32,
    /// For which side.
    side: Side,
}

/// A standing order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = StandingOrder)]
struct OrderView {
    version: u32,
    course: Course,
    text: String,
    /// Who signed for which side.
    #[schema(value_type = BTreeMap<String, SignatureView>)]
    signed: BTreeMap<Side, SignatureView>,
    /// Whether it is the one that holds now.
    is_in_force: bool,
}

/// Who signed, and when.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SignatureView {
    by: Named,
    at: At,
}

impl OrderView {
    fn of(order: &StandingOrder, service: &Service, names: Names<'_>) -> Self {
        let signed = order.signed.iter().map(|(side, (person, at))| {
            let by = names.person(person);
            (*side, SignatureView { by, at: *at })
        });
        Self {
            version: order.version,
            course: order.course,
            text: order.text.to_string(),
            signed: signed.collect(),
            is_in_force: service
                .order_in_force()
                .is_some_and(|o| o.version == order.version),
        }
    }
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
    /// How many people use it.
    #[schema(required)]
    users: Option<u32>,
    /// What a minute without it costs.
    #[schema(required)]
    minute_costs: Option<String>,
    is_retired: bool,
    /// Standing orders for the preservation gate, the last drafted last.
    orders: Vec<OrderView>,
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
            users: entry.users,
            minute_costs: entry.minute_costs.as_ref().map(ToString::to_string),
            is_retired: service.is_retired,
            orders: service
                .orders
                .iter()
                .map(|order| OrderView::of(order, service, names))
                .collect(),
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
    write.made(&server, command, FOLDER).await
}

async fn revise(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let command = Command::Service(parse(&id)?, C::Revise(write.body()?));
    write.done(&server, command).await
}

async fn retire(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    let command = Command::Service(parse(&id)?, C::Retire);
    write.done(&server, command).await
}

async fn order(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let command = Command::Service(parse(&id)?, C::DraftOrder(write.body()?));
    write.done(&server, command).await
}

async fn sign(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let signature: Signature = write.body()?;
    let sign = C::SignOrder(signature.version, signature.side);
    let command = Command::Service(parse(&id)?, sign);
    write.done(&server, command).await
}
