//! Secrets of a source: made here, shown once, withdrawn when the sender has the new one.

use super::{KEEPS, parse};
use crate::answer;
use crate::error::Result;
use crate::page::Page;
use crate::params::Place;
use crate::route::{Answer, Described, Method, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bifold_domain::signal::source::{Command as C, SecretKind};
use bifold_domain::{At, Command, Short, SourceId};
use serde::{Deserialize, Serialize};

const FOLDER: &str = "/api/v1/sources/{id}/secrets";
const ONE: &str = "/api/v1/sources/{id}/secrets/{name}";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(FOLDER, "source_secrets", KEEPS, list)
            .summary("By what a source is known; never the secrets themselves.")
            .answers(200, Answer::Json(Described::page_of::<SecretView>())),
        Route::new(Method::Post, FOLDER, "source_secret_issue", KEEPS, issue)
            .summary("Makes a secret for a source; it is shown this once.")
            .body(Described::of::<NewSecretBody>())
            .answers(201, Answer::Json(Described::of::<IssuedSecret>())),
        Route::new(
            Method::Delete,
            ONE,
            "source_secret_withdraw",
            KEEPS,
            withdraw,
        )
        .summary("Takes a secret back; what is sent with it is refused from then on.")
        .answers(204, Answer::Empty),
    ]
}

/// Which sort of secret.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = NewSourceSecret)]
#[serde(deny_unknown_fields)]
struct NewSecretBody {
    kind: SecretKind,
}

/// A secret that was just made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = SourceSecretIssued)]
struct IssuedSecret {
    /// Its name.
    name: String,
    /// What the sender is told. It is not shown again.
    value: String,
}

/// A secret of a source.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = SourceSecret)]
struct SecretView {
    name: String,
    kind: String,
    created_at: At,
}

async fn list(State(server): State<Server>, Place(id): Place<String>) -> Result<Response> {
    let rows = server.store.secrets_of(&parse(&id)?).await?;
    let items = rows.into_iter().map(|row| SecretView {
        name: row.name,
        kind: row.kind,
        created_at: At::from_micros(row.created_at),
    });
    Ok(answer::ok(&Page::<SecretView>::whole(items.collect())))
}

async fn issue(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let asked: NewSecretBody = write.body()?;
    let (name, value) = issued(&server, &write, &parse(&id)?, asked.kind).await?;
    let name = name.to_string();
    let answer = IssuedSecret { name, value };
    Ok((StatusCode::CREATED, axum::Json(answer)).into_response())
}

/// Makes a secret: its name and what it is.
pub(crate) async fn issued(
    server: &Server,
    write: &Write,
    id: &SourceId,
    kind: SecretKind,
) -> Result<(Short, String)> {
    let secret = server.store.new_secret()?;
    let issue = C::IssueSecret(secret.name.clone());
    let command = Command::Source(id.clone(), issue);
    write.execute(server, vec![command]).await?;
    server.store.keep_secret(id, &secret, kind).await?;
    Ok((secret.name, secret.value))
}

async fn withdraw(
    State(server): State<Server>,
    Place((id, name)): Place<(String, String)>,
    write: Write,
) -> Result<Response> {
    withdrawn(&server, &write, &parse(&id)?, &name).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Takes a secret back.
pub(crate) async fn withdrawn(
    server: &Server,
    write: &Write,
    id: &SourceId,
    name: &str,
) -> Result<()> {
    let unknown = |_| crate::error::Error::no("secret");
    let command = C::WithdrawSecret(Short::parse(name).map_err(unknown)?);
    let command = Command::Source(id.clone(), command);
    write.execute(server, vec![command]).await?;
    server.store.forget_secret(id, Some(name)).await?;
    Ok(())
}
