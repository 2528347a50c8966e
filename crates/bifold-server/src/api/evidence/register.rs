//! A new item: wanted, or about to be collected; or derived from another one.

use crate::answer;
use crate::error::Result;
use crate::params::Place;
use crate::route::{Described, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::evidence::{Command as C, Derive, Register, Verb};
use bifold_domain::{Command, EvidenceId, Text};
use serde::Deserialize;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::post(
            "/api/v1/incidents/{id}/evidence",
            "evidence_register",
            register,
        )
        .summary("Enters an item of evidence: wanted, or about to be collected.")
        .body(Described::of::<Register>())
        .keyed(201),
        Route::post("/api/v1/evidence/{id}/derive", "evidence_derive", derive)
            .summary("Enters an item that was derived from this one.")
            .body(Described::of::<DeriveBody>())
            .keyed(201),
    ]
}

/// An item derived from another one.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = DeriveEvidence)]
#[serde(deny_unknown_fields)]
struct DeriveBody {
    /// How it was derived.
    how: Text,
    /// The new item.
    item: Register,
}

async fn register(
    State(server): State<Server>,
    Place(name): Place<String>,
    write: Write,
) -> Result<Response> {
    let new: Register = write.body()?;
    let incident = crate::api::incidents::id_of(&server, &name).await?;
    let id = EvidenceId::from_bits(write.bits(&server));
    let verb = Verb::Register(new);
    let command = Command::Evidence(id, C { incident, verb });
    write.made(&server, command, super::FOLDER).await
}

async fn derive(
    State(server): State<Server>,
    Place(name): Place<String>,
    write: Write,
) -> Result<Response> {
    let mut body: DeriveBody = write.body()?;
    let (original, ..) = super::readable(&server, &write.caller, &name).await?;
    let copy = EvidenceId::from_bits(write.bits(&server));
    body.item.derived_from = Some(original.id.clone());
    let asked = |id: EvidenceId, verb: Verb| {
        let incident = original.incident.clone();
        Command::Evidence(id, C { incident, verb })
    };
    let how = Derive {
        copy: copy.clone(),
        how: body.how,
    };
    let commands = vec![
        asked(copy, Verb::Register(body.item)),
        asked(original.id.clone(), Verb::Derive(how)),
    ];
    let receipt = write.execute(&server, commands).await?;
    Ok(answer::created(receipt, super::FOLDER))
}
