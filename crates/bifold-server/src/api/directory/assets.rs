//! The inventory of assets.

use crate::answer;
use crate::error::{Error, Result};
use crate::page::{self, Page};
use crate::params::{Params, Place};
use crate::route::{Access, Answer, Described, Method, Route};
use crate::server::Server;
use crate::view::{NamedService, Names};
use crate::{body, write::Write};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::asset::{Command as C, Entry};
use bifold_domain::{AssetId, Command, Permission};
use serde::{Deserialize, Serialize};

const FOLDER: &str = "/api/v1/assets";
const ONE: &str = "/api/v1/assets/{id}";
const READS: Access = Access::Needs(Permission::ReadIncidents);

pub(crate) fn routes() -> Vec<Route> {
    let entry = Described::of::<Entry>();
    vec![
        Route::get(FOLDER, "assets", READS, list)
            .summary("The inventory by name.")
            .query(&[
                ("cursor", "string", "Where the page begins, from `next`."),
                ("limit", "integer", "Rows, 1 to 200; 50 when absent."),
            ])
            .answers(200, Answer::Json(Described::page_of::<AssetRow>())),
        Route::post(FOLDER, "asset_enrol", enrol)
            .summary("Adds an asset to the inventory.")
            .body(entry)
            .keyed(201),
        Route::get(ONE, "asset", READS, show)
            .summary("One asset.")
            .answers(200, Answer::Json(Described::of::<AssetView>())),
        Route::new(Method::Put, ONE, "asset_revise", Access::Decided, revise)
            .summary("Replaces an inventory entry.")
            .body(entry)
            .keyed(200),
        Route::post("/api/v1/assets/{id}/retire", "asset_retire", retire)
            .summary("Takes an asset out of use.")
            .keyed(200),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    cursor: Option<String>,
    limit: Option<u32>,
}

/// One row of the inventory.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct AssetRow {
    id: String,
    version: i64,
    name: String,
    #[serde(rename = "type")]
    asset_type: String,
    is_retired: bool,
}

/// An asset.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Asset)]
struct AssetView {
    id: String,
    name: String,
    #[serde(rename = "type")]
    asset_type: String,
    services: Vec<NamedService>,
    #[schema(required)]
    classification: Option<String>,
    is_retired: bool,
}

async fn list(State(server): State<Server>, Params(query): Params<Query>) -> Result<Response> {
    let limit = page::limit(query.limit)?;
    let after: Option<(String, String)> = page::open(query.cursor.as_deref())?;
    let after = after
        .as_ref()
        .map(|(name, id)| (name.as_str(), id.as_str()));
    let mut rows = server.store.assets(after, limit + 1).await?;
    let next = page::cut(&mut rows, limit, |row| (row.name.clone(), row.id.clone()));
    let items = rows
        .into_iter()
        .map(|row| AssetRow {
            id: row.id,
            version: row.version,
            name: row.name,
            asset_type: row.asset_type,
            is_retired: row.is_retired,
        })
        .collect();
    Ok(answer::ok(&Page::<AssetRow> { items, next }))
}

fn parse(id: &str) -> Result<AssetId> {
    AssetId::parse(id).map_err(|_| Error::no("asset"))
}

async fn show(State(server): State<Server>, Place(id): Place<String>) -> Result<Response> {
    let found = server.store.asset(&parse(&id)?).await?;
    let (asset, version) = found.ok_or_else(|| Error::no("asset"))?;
    let directory = server.store.directory().await?;
    let names = Names(&directory);
    let view = AssetView {
        id: asset.id.to_string(),
        name: asset.entry.name.to_string(),
        asset_type: asset.entry.asset_type.to_string(),
        services: asset
            .entry
            .services
            .iter()
            .map(|id| names.service(id))
            .collect(),
        classification: asset.entry.classification.as_ref().map(ToString::to_string),
        is_retired: asset.is_retired,
    };
    Ok(answer::tagged(version, &view))
}

async fn enrol(State(server): State<Server>, write: Write) -> Result<Response> {
    let id = AssetId::from_bits(server.store.shell().ids.next());
    let command = Command::Asset(id, C::Enrol(write.body()?));
    write.made(&server, command, FOLDER).await
}

async fn revise(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let command = Command::Asset(parse(&id)?, C::Revise(write.body()?));
    write.done(&server, command).await
}

async fn retire(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    let command = Command::Asset(parse(&id)?, C::Retire);
    write.done(&server, command).await
}
