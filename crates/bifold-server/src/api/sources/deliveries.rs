//! What a source sent: the bytes, what was read in them, once more, and a test.

use super::{KEEPS, readable};
use crate::answer;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::intake::read;
use crate::page::Page;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::{body, write::Write};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bifold_domain::signal::source::Source;
use bifold_domain::signal::{Format, Signal, State as SignalState};
use bifold_domain::{At, Permission, Short, Title};
use bifold_store::intake::{Delivery, Inbound};
use serde::Serialize;
use std::collections::BTreeMap;

/// Deliveries that are listed.
pub(crate) const LISTED: u32 = 50;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/sources/{id}/deliveries",
            "source_deliveries",
            KEEPS,
            list,
        )
        .summary("What a source sent last, and what was read in it.")
        .answers(200, Answer::Json(Described::page_of::<DeliveryView>())),
        Route::get(
            "/api/v1/sources/{id}/deliveries/{delivery}/body",
            "source_delivery_body",
            KEEPS,
            bytes,
        )
        .summary("The bytes of a delivery, as they came.")
        .answers(200, Answer::Bytes("application/octet-stream")),
        Route::new(
            crate::route::Method::Post,
            "/api/v1/sources/{id}/deliveries/{delivery}/replay",
            "source_delivery_replay",
            Access::Needs(Permission::ManageSources),
            replay,
        )
        .summary("Takes the same bytes in once more, with the settings as they are now.")
        .answers(202, Answer::Open),
        Route::new(
            crate::route::Method::Post,
            "/api/v1/sources/{id}/test",
            "source_test",
            Access::Needs(Permission::ManageSources),
            test,
        )
        .summary("Sends a test signal through the rules of a source.")
        .answers(202, Answer::Open),
    ]
}

/// A delivery, and what reading it with today's settings gives.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = SourceDelivery)]
pub(crate) struct DeliveryView {
    /// Its place in the order of arrival.
    pub(crate) id: i64,
    /// When it came.
    pub(crate) received_at: At,
    pub(crate) content_type: Option<String>,
    /// SHA-256 of its bytes, in hexadecimal.
    pub(crate) sha256: String,
    /// Its bytes.
    pub(crate) size: usize,
    /// Of which delivery it is a replay.
    pub(crate) replay_of: Option<i64>,
    /// What was read in it.
    pub(crate) signals: Vec<Signal>,
    /// What was noticed.
    pub(crate) remarks: Option<String>,
    /// Why it could not be read.
    pub(crate) error: Option<String>,
}

impl DeliveryView {
    pub(crate) fn of(source: &Source, inbound: &Inbound) -> Self {
        let (signals, remarks, error) = if source.settings.format == Format::Mail {
            // What came of a message stands with it; it is not read a second time.
            (Vec::new(), inbound.remarks.clone(), inbound.error.clone())
        } else {
            match read::read(&source.settings, inbound) {
                Ok((signals, remarks)) => (signals, remarks, None),
                Err(error) => (Vec::new(), None, Some(error)),
            }
        };
        Self {
            id: inbound.id,
            received_at: inbound.received_at,
            content_type: inbound.content_type.clone(),
            sha256: inbound.sha256.clone(),
            size: inbound.body.len(),
            replay_of: inbound.replay_of,
            signals,
            remarks,
            error,
        }
    }
}

async fn list(
    State(server): State<Server>,
    caller: Caller,
    Place(id): Place<String>,
) -> Result<Response> {
    let source = readable(&server, &caller, &id).await?;
    let found = server.store.deliveries(&source.id, LISTED).await?;
    let items = found
        .iter()
        .map(|inbound| DeliveryView::of(&source, inbound));
    Ok(answer::ok(&Page::<DeliveryView>::whole(items.collect())))
}

async fn one(
    server: &Server,
    caller: &Caller,
    id: &str,
    delivery: &str,
) -> Result<(Source, Inbound)> {
    let source = readable(server, caller, id).await?;
    let number = delivery.parse().map_err(|_| Error::no("delivery"))?;
    let found = server.store.delivery(&source.id, number).await?;
    Ok((source, found.ok_or_else(|| Error::no("delivery"))?))
}

async fn bytes(
    State(server): State<Server>,
    caller: Caller,
    Place((id, delivery)): Place<(String, String)>,
) -> Result<Response> {
    let (_, inbound) = one(&server, &caller, &id, &delivery).await?;
    // Never rendered here, whatever it says it is.
    let headers = [
        ("content-type", "application/octet-stream"),
        ("content-disposition", "attachment; filename=\"delivery\""),
    ];
    Ok((headers, inbound.body).into_response())
}

async fn replay(
    State(server): State<Server>,
    Place((id, delivery)): Place<(String, String)>,
    write: Write,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    let (source, inbound) = one(&server, &write.caller, &id, &delivery).await?;
    let taken = replayed(&server, &source, inbound).await?;
    let answer = axum::Json(serde_json::json!({ "delivery": taken }));
    Ok((StatusCode::ACCEPTED, answer).into_response())
}

/// Takes the bytes in once more.
pub(crate) async fn replayed(server: &Server, source: &Source, inbound: Inbound) -> Result<i64> {
    let delivery = Delivery {
        source: source.id.clone(),
        content_type: inbound.content_type,
        headers: inbound.headers,
        body: inbound.body,
        replay_of: Some(inbound.id),
    };
    Ok(server.store.take_in(delivery).await?)
}

async fn test(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    let source = readable(&server, &write.caller, &id).await?;
    tested(&server, &source).await?;
    let answer = axum::Json(serde_json::json!({}));
    Ok((StatusCode::ACCEPTED, answer).into_response())
}

/// Sends a test signal, just severe enough to be seen.
pub(crate) async fn tested(server: &Server, source: &Source) -> Result<()> {
    let now = server.store.shell().clock.now();
    let name = &source.settings.name;
    let internal = |_| Error::Internal;
    let signal = Signal {
        external_id: Short::parse(&format!("bifold:test:{}", now.micros())).map_err(internal)?,
        began_at: Some(now),
        state: SignalState::Info,
        severity: source.settings.floor,
        severity_word: None,
        title: Title::parse(&format!("Test signal of {name}")).map_err(internal)?,
        body: None,
        service: None,
        group: Some(Short::parse("bifold:test").map_err(internal)?),
        labels: BTreeMap::from([("test".to_owned(), "true".to_owned())]),
        links: Vec::new(),
        sent_at: Some(now),
    };
    Ok(server.store.signal(&source.id, signal).await?)
}
