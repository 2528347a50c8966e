//! What is done on the page of a disclosure, by the commands of the API.

use super::inside::{HERE, one};
use crate::api::disclosures::{decide, execute, identity, referred};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::{Visit, see_other};
use crate::web::say::Flash;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::disclosure::Command as C;

pub(super) async fn act(
    State(server): State<Server>,
    Place((id, verb)): Place<(String, String)>,
    form: Form,
) -> Result<Response> {
    let write = form.write()?;
    let here = format!("{HERE}/{id}");
    match verb.as_str() {
        // The name stands in this one answer, and in no address, cookie or later page.
        "show-identity" => {
            let shown = identity(&server, &id, &form.caller).await?;
            let visit = Visit::of(form.caller.clone(), form.guest.clone());
            return one(&server, &visit, &id, Some(shown)).await;
        }
        "grant-identity" => {
            decide(&server, &id, &write, C::GrantIdentity(write.body()?)).await?;
            return Ok(Flash::new("done-disclosure-grant-identity", "").on(see_other(HERE)));
        }
        "refuse-identity" => {
            decide(&server, &id, &write, C::RefuseIdentity(write.body()?)).await?;
            return Ok(Flash::new("done-disclosure-refuse-identity", "").on(see_other(HERE)));
        }
        "refer" => {
            referred(&server, &id, &write).await?;
        }
        _ => {
            let command = match verb.as_str() {
                "assign" => C::Assign(write.body()?),
                "acknowledge" => C::Acknowledge,
                "answer" => C::Answer(write.body()?),
                "note" => C::Note(write.body()?),
                "feedback" => C::Feedback(write.body()?),
                "close" => C::Close(write.body()?),
                "reopen" => C::Reopen(write.body()?),
                "ask-identity" => C::AskIdentity(write.body()?),
                "delete-identity" => C::DeleteIdentity,
                _ => return Err(Error::NoRoute),
            };
            execute(&server, &id, &write, command).await?;
        }
    }
    let said = format!("done-disclosure-{verb}");
    Ok(Flash::new(said, "").on(see_other(&here)))
}
