//! API tokens: for programs that act for a person. The text is shown once.

use crate::answer;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::page::Page;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Method, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bifold_domain::{At, Short};
use bifold_store::account::TokenRow;
use serde::{Deserialize, Serialize};

pub(crate) fn routes() -> Vec<Route> {
    const ALL: &str = "/api/v1/tokens";
    vec![
        Route::get(ALL, "tokens", Access::SignedIn, list)
            .summary("Your API tokens, without their text.")
            .answers(200, Answer::Json(Described::page_of::<Token>())),
        Route::post(ALL, "token_create", create)
            .summary("Makes an API token; its text is in this answer and nowhere else.")
            .body(Described::of::<NewToken>())
            .answers(201, Answer::Json(Described::of::<CreatedToken>())),
        Route::new(
            Method::Delete,
            "/api/v1/tokens/{id}",
            "token_revoke",
            Access::SignedIn,
            revoke,
        )
        .summary("Revokes one of your API tokens.")
        .answers(204, Answer::Empty),
    ]
}

/// A token, without its text.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Token {
    /// Its id.
    id: String,
    /// What it is for.
    name: String,
    /// When it was made.
    created_at: At,
    /// When it stops working.
    #[schema(required)]
    expires_at: Option<At>,
    /// Whether it was revoked.
    is_revoked: bool,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            created_at: At::from_micros(row.created_at),
            expires_at: row.expires_at.map(At::from_micros),
            is_revoked: row.revoked,
        }
    }
}

async fn list(State(server): State<Server>, caller: Caller) -> Result<Response> {
    let rows = server.store.tokens(&caller.actor.person).await?;
    let tokens: Vec<Token> = rows.into_iter().map(Into::into).collect();
    Ok(answer::ok(&Page::whole(tokens)))
}

/// A token to be made.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewToken {
    /// What it is for.
    pub(crate) name: Short,
    /// When it stops working; never when absent.
    #[serde(default)]
    pub(crate) expires_at: Option<At>,
}

/// A token that was made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct CreatedToken {
    /// Its id.
    id: String,
    /// Its text. Keep it; it is not shown again.
    token: String,
}

async fn create(State(server): State<Server>, write: Write) -> Result<Response> {
    let (id, token) = made(&server, &write.caller, write.body()?).await?;
    Ok(answer::json(
        StatusCode::CREATED,
        &CreatedToken { id, token },
    ))
}

/// Makes a token for the caller: its id, and its text for this once.
pub(crate) async fn made(
    server: &Server,
    caller: &Caller,
    new: NewToken,
) -> Result<(String, String)> {
    let (person, name) = (&caller.actor.person, new.name.as_str());
    Ok(server
        .store
        .create_token(person, name, new.expires_at)
        .await?)
}

async fn revoke(
    State(server): State<Server>,
    caller: Caller,
    Place(id): Place<String>,
) -> Result<Response> {
    let found = server.store.revoke_token(&caller.actor.person, &id).await?;
    server.known.forget();
    Error::unless(found, "token")?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
