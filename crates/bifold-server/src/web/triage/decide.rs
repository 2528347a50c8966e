//! Says what an event is, through the same decision as the API's.

use crate::api::events::decide::decided;
use crate::api::incidents::readable;
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
use bifold_domain::event::{Event, Standing};
use serde_json::Value;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/triage/{id}/decide", "page_triage_decide", decide)
            .summary("Says what an event is.")
            .page(),
    ]
}

async fn decide(
    State(server): State<Server>,
    Place(name): Place<String>,
    form: Form,
) -> Result<Response> {
    let viewer = form.caller.viewer();
    let found = server.store.event(&viewer, &name).await?;
    let (event, _, _) = found.ok_or_else(|| Error::no("event"))?;
    let mut json = form.json()?;
    if let Some(incident) = json.get_mut("incident") {
        // People write the number.
        let named = meant(&server, incident.as_str().unwrap_or_default());
        let (found, _) = readable(&server, &form.caller, &named).await?;
        *incident = Value::from(found.id.to_string());
    }
    let bytes = serde_json::to_vec(&json).map_err(|_| Error::Internal)?;
    let receipt = decided(&server, &name, &form.write_of(bytes)).await?;
    let outcome = form.get("outcome").unwrap_or_default().replace('_', "-");
    // Declared with it, the incident is what one wants to find again.
    let numbers = receipt.touched.into_iter().filter_map(|t| t.number);
    let declared = numbers
        .filter(|_| outcome == "declare")
        .find(|n| n.starts_with("INC-"));
    let about = declared.unwrap_or_else(|| event.shown_number());
    let undo = undo(&event, form.guest.locale.t("undo-reason"));
    let flash = Flash::new(format!("done-event-{outcome}"), about).undo(undo);
    Ok(flash.on(see_other(&form.then("/triage".to_owned()))))
}

/// Back to what was decided before. What was never decided cannot become so again.
fn undo(before: &Event, reason: String) -> Option<Undo> {
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut fields = match &before.standing {
        Standing::Undecided => return None,
        Standing::Incident { incident } => vec![
            field("outcome", "incident"),
            field("incident", incident.as_str()),
        ],
        Standing::Weakness => vec![field("outcome", "weakness")],
        Standing::Dismissed { ground } => vec![
            field("outcome", "not_an_incident"),
            field("ground", ground.word()),
        ],
    };
    fields.push(("reason".to_owned(), reason));
    Some(Undo {
        action: format!("/triage/{}/decide", before.shown_number()),
        fields,
    })
}
