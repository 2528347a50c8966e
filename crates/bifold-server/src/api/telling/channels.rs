//! One's own channels: the ways by which one is told.

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
use bifold_domain::{At, Short};
use bifold_notify::{Clearance, Kind, Target};
use bifold_store::notify::{Channel as Kept, NewChannel};
use serde::{Deserialize, Serialize};

const ALL: &str = "/api/v1/me/channels";
const ONE: &str = "/api/v1/me/channels/{id}";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/me/push-key", "push_key", Access::SignedIn, key)
            .summary("What a browser subscribes with to Web Push (RFC 8292).")
            .answers(200, Answer::Json(Described::of::<PushKey>())),
        Route::get(ALL, "channels", Access::SignedIn, list)
            .summary("Your channels in their order, without the secret part of their addresses.")
            .answers(200, Answer::Json(Described::page_of::<Channel>())),
        Route::new(Method::Post, ALL, "channel_add", Access::SignedIn, add)
            .summary("Adds a channel; it is used when a code that was sent there came back.")
            .body(Described::of::<AddChannel>())
            .answers(201, Answer::Json(Described::of::<Added>())),
        Route::new(Method::Put, ONE, "channel_change", Access::SignedIn, change)
            .summary("Changes a channel's name, what it may carry, and its place in the order.")
            .body(Described::of::<ChangeChannel>())
            .answers(204, Answer::Empty),
        Route::new(
            Method::Delete,
            ONE,
            "channel_remove",
            Access::SignedIn,
            remove,
        )
        .summary("Removes one of your channels.")
        .answers(204, Answer::Empty),
        Route::new(
            Method::Post,
            "/api/v1/me/channels/renew",
            "channel_renew",
            Access::SignedIn,
            renew,
        )
        .summary("Takes the new subscription of a browser in place of the one it had.")
        .body(Described::of::<RenewChannel>())
        .answers(204, Answer::Empty),
        Route::new(
            Method::Post,
            "/api/v1/me/channels/{id}/test",
            "channel_test",
            Access::SignedIn,
            test,
        )
        .summary("Sends a code to the channel, now.")
        .answers(200, Answer::Json(Described::of::<Tested>())),
        Route::new(
            Method::Post,
            "/api/v1/me/channels/{id}/verify",
            "channel_verify",
            Access::SignedIn,
            verify,
        )
        .summary("Takes the code that came by the channel.")
        .body(Described::of::<Code>())
        .answers(204, Answer::Empty),
    ]
}

/// A channel.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Channel {
    /// Its id.
    id: String,
    /// What you call it.
    label: String,
    /// Which kind.
    kind: Kind,
    /// Enough of its address to know it by.
    address: String,
    /// What it may carry: TLP 2.0, and above it restricted records. What asks for more is told
    /// by reference and link only.
    clearance: Clearance,
    /// `unverified`, `ready`, `resting` (failed, tried again later) or `dead`.
    state: &'static str,
    /// When something was last sent by it.
    #[schema(required)]
    last_at: Option<At>,
    /// What went wrong last.
    #[schema(required)]
    error: Option<String>,
}

impl From<Kept> for Channel {
    fn from(kept: Kept) -> Self {
        Self {
            address: kept.target.as_ref().map(Target::shown).unwrap_or_default(),
            state: kept.state.word(),
            id: kept.id,
            label: kept.label,
            kind: kept.kind,
            clearance: kept.clearance,
            last_at: kept.last_at,
            error: kept.error,
        }
    }
}

async fn list(State(server): State<Server>, caller: Caller) -> Result<Response> {
    let kept = server.store.channels(&caller.actor.person).await?;
    let channels: Vec<Channel> = kept.into_iter().map(Into::into).collect();
    Ok(answer::ok(&Page::whole(channels)))
}

/// A channel to be added.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddChannel {
    /// What you call it.
    pub(crate) label: Short,
    /// Where it leads.
    pub(crate) target: Target,
    /// What it may carry.
    pub(crate) clearance: Clearance,
}

/// Something that was added.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Added {
    /// Its id.
    id: String,
}

async fn add(State(server): State<Server>, write: Write) -> Result<Response> {
    let id = added(&server, &write.caller, write.body()?).await?;
    Ok(answer::json(StatusCode::CREATED, &Added { id }))
}

/// Adds a channel of the caller; its id.
pub(crate) async fn added(server: &Server, caller: &Caller, add: AddChannel) -> Result<String> {
    let new = NewChannel {
        label: add.label,
        target: add.target,
        clearance: add.clearance,
    };
    Ok(server.store.add_channel(&caller.actor.person, &new).await?)
}

/// What is changed of a channel.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeChannel {
    /// What you call it.
    label: Short,
    /// What it may carry.
    clearance: Clearance,
    /// Its place among your channels, from 0.
    place: u16,
}

async fn change(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    changed(&server, &write.caller, &id, write.body()?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(crate) async fn changed(
    server: &Server,
    caller: &Caller,
    id: &str,
    to: ChangeChannel,
) -> Result<()> {
    let me = &caller.actor.person;
    let found = server
        .store
        .change_channel(me, id, &to.label, to.clearance, to.place)
        .await?;
    Error::unless(found, "channel")
}

async fn remove(
    State(server): State<Server>,
    caller: Caller,
    Place(id): Place<String>,
) -> Result<Response> {
    removed(&server, &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(crate) async fn removed(server: &Server, caller: &Caller, id: &str) -> Result<()> {
    let me = &caller.actor.person;
    let found = server.store.remove_channel(me, id).await?;
    Error::unless(found, "channel")
}

/// A browser's new subscription.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RenewChannel {
    /// The address it had at its push service.
    before: String,
    /// What it subscribed with now; of the kind `push`.
    target: Target,
}

/// Sent by the browser's worker, which has nobody before it: name, clearance and place stay.
async fn renew(State(server): State<Server>, write: Write) -> Result<Response> {
    let RenewChannel { before, target } = write.body()?;
    let me = &write.caller.actor.person;
    let found = server.store.renew_channel(me, &before, &target).await?;
    Error::unless(found, "channel")?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn test(
    State(server): State<Server>,
    caller: Caller,
    Place(id): Place<String>,
) -> Result<Response> {
    Ok(answer::ok(&tested(&server, &caller, &id).await?))
}

pub(crate) async fn tested(server: &Server, caller: &Caller, id: &str) -> Result<Tested> {
    let outcome = notify::test_channel(server, &caller.actor.person, id).await?;
    outcome
        .map(Tested::from)
        .ok_or_else(|| Error::no("channel"))
}

/// The code that came.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    /// Six digits.
    pub(crate) code: String,
}

async fn verify(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let Code { code } = write.body()?;
    let me = &write.caller.actor.person;
    server.store.verify_channel(me, &id, &code).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What a browser subscribes with.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PushKey {
    /// The server's public key in base64url; null where Web Push is not set up.
    #[schema(required)]
    key: Option<String>,
}

async fn key(State(server): State<Server>) -> Result<Response> {
    let key = notify::push_key(&server);
    Ok(answer::ok(&PushKey { key }))
}
