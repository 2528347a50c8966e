//! Merging into another incident and splitting a new one off: forms that name incidents by number.

use crate::api::incidents::{readable, split::declare_split};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::Route;
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::see_other;
use crate::web::say::{Flash, Undo};
use crate::web::search::meant;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Command;
use bifold_domain::incident::{Command as C, Merge};
use serde_json::Value;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/incidents/{id}/join", "page_incident_join", join)
            .summary("Merges it into the incident with this number.")
            .page(),
        Route::post("/incidents/{id}/split", "page_incident_split", split)
            .summary("Declares a new incident split off this one.")
            .page(),
    ]
}

async fn join(
    State(server): State<Server>,
    Place(name): Place<String>,
    form: Form,
) -> Result<Response> {
    let (from, _) = readable(&server, &form.caller, &name).await?;
    let named = meant(&server, form.get("into").unwrap_or_default());
    let (into, _) = readable(&server, &form.caller, &named).await?;
    let mut json = form.json()?;
    if let Some(field) = json.get_mut("into") {
        *field = Value::from(into.id.to_string());
    }
    let bytes = serde_json::to_vec(&json).map_err(|_| Error::Internal)?;
    let write = form.write_of(bytes);
    let merge: Merge = write.body()?;
    let number = from.shown_number();
    write
        .execute(&server, vec![Command::Incident(from.id, C::Merge(merge))])
        .await?;
    let undo = Undo {
        action: format!("/incidents/{number}/do/unmerge"),
        fields: vec![("reason".to_owned(), form.guest.locale.t("undo-reason"))],
    };
    let then = form.then(format!("/incidents/{}", into.shown_number()));
    Ok(Flash::new("done-merge", number)
        .undo(Some(undo))
        .on(see_other(&then)))
}

async fn split(
    State(server): State<Server>,
    Place(name): Place<String>,
    form: Form,
) -> Result<Response> {
    let (from, _) = readable(&server, &form.caller, &name).await?;
    let mut json = form.json()?;
    if let Some(object) = json.as_object_mut() {
        // The new one begins with the old one's ratings; they are changed there.
        object
            .entry("impact")
            .or_insert_with(|| Value::from(from.impact.word()));
        object
            .entry("urgency")
            .or_insert_with(|| Value::from(from.urgency.word()));
    }
    let bytes = serde_json::to_vec(&json).map_err(|_| Error::Internal)?;
    let write = form.write_of(bytes);
    let receipt = declare_split(&server, &name, &write).await?;
    let number = receipt.number();
    Ok(Flash::new("done-split", number).on(see_other(&format!("/incidents/{number}"))))
}
