//! Webhooks of the organisation: other programs that are told what happens.

use super::Tested;
use crate::answer;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::notify;
use crate::page::Page;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Method, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bifold_domain::{At, Permission, Short};
use bifold_notify::Clearance;
use bifold_store::notify::{HookDelivery, NewWebhook, Webhook as Kept};
use serde::{Deserialize, Serialize};

const ADMIN: Access = Access::Needs(Permission::ManagePolicy);
const ALL: &str = "/api/v1/webhooks";
const ONE: &str = "/api/v1/webhooks/{id}";
/// Deliveries of a log that are shown.
pub(crate) const LOG_LIMIT: u32 = 200;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(ALL, "webhooks", ADMIN, list)
            .summary("The webhooks, without their addresses and secrets.")
            .answers(200, Answer::Json(Described::page_of::<Webhook>())),
        Route::new(Method::Post, ALL, "webhook_add", ADMIN, add)
            .summary("Adds a webhook; its secret is in this answer and nowhere else.")
            .body(Described::of::<AddWebhook>())
            .answers(201, Answer::Json(Described::of::<Secret>())),
        Route::new(Method::Delete, ONE, "webhook_remove", ADMIN, remove)
            .summary("Removes a webhook and its log.")
            .answers(204, Answer::Empty),
        Route::get("/api/v1/webhooks/{id}/log", "webhook_log", ADMIN, log)
            .summary("What the webhook was told, the newest first.")
            .answers(200, Answer::Json(Described::page_of::<Delivery>())),
        Route::new(
            Method::Post,
            "/api/v1/webhooks/{id}/replay",
            "webhook_replay",
            ADMIN,
            replay,
        )
        .summary("Tells it again: one event, or all that it did not take.")
        .body(Described::of::<Replay>())
        .answers(200, Answer::Json(Described::of::<Replayed>())),
        Route::new(
            Method::Post,
            "/api/v1/webhooks/{id}/test",
            "webhook_test",
            ADMIN,
            test,
        )
        .summary("Sends a test event, now. One that is taken has the webhook told again.")
        .answers(200, Answer::Json(Described::of::<Tested>())),
        Route::new(
            Method::Post,
            "/api/v1/webhooks/{id}/secret",
            "webhook_secret",
            ADMIN,
            secret,
        )
        .summary(
            "Makes a new secret, shown in this answer only. The one before signs too, until the \
             next change.",
        )
        .answers(200, Answer::Json(Described::of::<Secret>())),
    ]
}

/// A webhook.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Webhook {
    /// Its id.
    id: String,
    /// What it is for.
    name: String,
    /// The host where it listens.
    host: String,
    /// Which events: `*`, `incident.*`, `incident.declared`.
    events: String,
    /// What it may be told besides reference and link.
    clearance: Clearance,
    /// Failures in a row.
    failures: i64,
    /// When it last took something.
    #[schema(required)]
    last_at: Option<At>,
    /// Since when it is told nothing, because it failed for days or said that it is gone.
    #[schema(required)]
    dead_at: Option<At>,
    /// What went wrong last.
    #[schema(required)]
    error: Option<String>,
}

impl From<Kept> for Webhook {
    fn from(kept: Kept) -> Self {
        Self {
            id: kept.id,
            name: kept.name,
            host: kept.host,
            events: kept.events,
            clearance: kept.clearance,
            failures: kept.failures,
            last_at: kept.last_at,
            dead_at: kept.dead_at,
            error: kept.error,
        }
    }
}

async fn list(State(server): State<Server>) -> Result<Response> {
    let hooks = server.store.webhooks().await?;
    let hooks: Vec<Webhook> = hooks.into_iter().map(Into::into).collect();
    Ok(answer::ok(&Page::whole(hooks)))
}

/// A webhook to be added.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddWebhook {
    /// What it is for.
    name: Short,
    /// Where it listens.
    #[schema(example = "https://hooks.example.org/bifold")]
    url: String,
    /// A bearer token that it asks for besides.
    #[serde(default)]
    bearer: Option<String>,
    /// Which events: `*`, `incident.*`, `incident.declared`, with commas between.
    events: String,
    /// What it may be told besides reference and link.
    clearance: Clearance,
}

/// A webhook and its new secret.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Secret {
    /// The webhook's id.
    id: String,
    /// The secret that signs from now on (Standard Webhooks). It is not shown again.
    secret: String,
}

async fn add(State(server): State<Server>, write: Write) -> Result<Response> {
    let (id, secret) = added(&server, write.body()?).await?;
    Ok(answer::json(StatusCode::CREATED, &Secret { id, secret }))
}

/// Adds a webhook: its id, and its secret for this once.
pub(crate) async fn added(server: &Server, add: AddWebhook) -> Result<(String, String)> {
    let new = NewWebhook {
        name: add.name,
        url: add.url,
        bearer: add.bearer,
        events: add.events,
        clearance: add.clearance,
    };
    let (id, secret) = server.store.add_webhook(&new).await?;
    Ok((id, secret.text()))
}

async fn remove(State(server): State<Server>, Place(id): Place<String>) -> Result<Response> {
    removed(&server, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(crate) async fn removed(server: &Server, id: &str) -> Result<()> {
    let found = server.store.remove_webhook(id).await?;
    found.then_some(()).ok_or_else(|| Error::no("webhook"))
}

/// Something a webhook was told.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Delivery {
    /// The event's id: place in the ledger.
    event: String,
    /// What happened.
    kind: String,
    /// When it happened.
    at: At,
    /// `queued`, `sent`, `failed` or `dead`.
    state: String,
    /// How often it was tried.
    attempts: i64,
    /// When it was taken.
    #[schema(required)]
    sent_at: Option<At>,
    /// When it is tried next.
    #[schema(required)]
    due_at: Option<At>,
    /// What the other side said, or what went wrong.
    #[schema(required)]
    says: Option<String>,
}

impl From<HookDelivery> for Delivery {
    fn from(row: HookDelivery) -> Self {
        let is_queued = row.state == "queued";
        Self {
            event: format!("{}-{}", row.log, row.idx),
            kind: row.kind,
            at: At::from_micros(row.at),
            state: row.state,
            attempts: row.attempts,
            sent_at: row.sent_at.map(At::from_micros),
            due_at: is_queued.then(|| At::from_micros(row.due_at)),
            says: row.receipt.or(row.error),
        }
    }
}

async fn log(State(server): State<Server>, Place(id): Place<String>) -> Result<Response> {
    known(&server, &id).await?;
    let rows = server.store.hook_log(&id, LOG_LIMIT).await?;
    let rows: Vec<Delivery> = rows.into_iter().map(Into::into).collect();
    Ok(answer::ok(&Page::whole(rows)))
}

/// Refuses what is no webhook.
async fn known(server: &Server, id: &str) -> Result<()> {
    let hook = server.store.webhook(id).await?;
    hook.map(drop).ok_or_else(|| Error::no("webhook"))
}

/// What is told again.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Replay {
    /// The event's id; everything that was not taken where it is absent.
    #[serde(default)]
    event: Option<String>,
}

/// How many are told again.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Replayed {
    /// How many.
    queued: u64,
}

async fn replay(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let Replay { event } = write.body()?;
    let queued = replayed(&server, &id, event.as_deref()).await?;
    Ok(answer::ok(&Replayed { queued }))
}

pub(crate) async fn replayed(server: &Server, id: &str, event: Option<&str>) -> Result<u64> {
    known(server, id).await?;
    let place = event.map(|event| {
        let (log, idx) = event.split_once('-')?;
        Some((log.parse().ok()?, idx.parse().ok()?))
    });
    match place {
        Some(None) => Err(Error::no("event")),
        Some(Some(place)) => match server.store.replay_hook(id, Some(place)).await? {
            0 => Err(Error::no("event")),
            queued => Ok(queued),
        },
        None => Ok(server.store.replay_hook(id, None).await?),
    }
}

async fn test(
    State(server): State<Server>,
    caller: Caller,
    Place(id): Place<String>,
) -> Result<Response> {
    Ok(answer::ok(&tested(&server, &caller, &id).await?))
}

pub(crate) async fn tested(server: &Server, caller: &Caller, id: &str) -> Result<Tested> {
    let outcome = notify::test_webhook(server, &caller.actor.person, id).await?;
    let outcome = outcome.ok_or_else(|| Error::no("webhook"))?;
    if matches!(outcome, bifold_notify::Outcome::Sent { .. }) {
        server.store.revive_webhook(id).await?;
    }
    Ok(outcome.into())
}

async fn secret(State(server): State<Server>, Place(id): Place<String>) -> Result<Response> {
    let secret = renewed(&server, &id).await?;
    Ok(answer::ok(&Secret { id, secret }))
}

pub(crate) async fn renewed(server: &Server, id: &str) -> Result<String> {
    let secret = server.store.change_webhook_secret(id).await?;
    let secret = secret.ok_or_else(|| Error::no("webhook"))?;
    Ok(secret.text())
}
