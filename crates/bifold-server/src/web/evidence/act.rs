//! Forms of an exhibit, turned into the API's own bodies.

use crate::api::evidence::{self, dual, readable, verbs};
use crate::api::incidents::bundle::{ExportBody, hand_out};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::Route;
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::see_other;
use crate::web::say::Flash;
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::evidence::{
    AskDisposal, AskRelease, Command as C, Derive, DisposalTerms, Register, ReleaseTerms, Verb,
};
use bifold_domain::{Command, EvidenceId, RequestId, Text};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/evidence/{id}/do/{*verb}", "page_evidence_do", act)
            .summary("Does one thing to an exhibit, as the form of its page says.")
            .page(),
        Route::post(
            "/incidents/{id}/evidence",
            "page_evidence_register",
            register,
        )
        .summary("Enters an item of evidence.")
        .page(),
        Route::post("/incidents/{id}/bundle", "page_incident_bundle", bundle)
            .summary("Hands the record out as a bundle.")
            .page(),
    ]
}

/// A derived item, from one flat form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeriveForm {
    how: Text,
    item: Register,
}

async fn act(
    State(server): State<Server>,
    Place((name, verb)): Place<(String, String)>,
    form: Form,
) -> Result<Response> {
    let write = form.write()?;
    let (item, _, incident) = readable(&server, &form.caller, &name).await?;
    let here = format!("/evidence/{}", item.shown_number());
    let ask = |id: &EvidenceId, verb: Verb| {
        let incident = item.incident.clone();
        Command::Evidence(id.clone(), C { incident, verb })
    };
    match verb.split('/').collect::<Vec<_>>().as_slice() {
        ["download"] => {
            let purpose = form.get("purpose").unwrap_or_default();
            let purpose = Text::parse(purpose).map_err(bifold_domain::Refusal::from)?;
            let way = match form.get("as") {
                Some("zip") => evidence::Form::Zip,
                _ => evidence::Form::Bytes,
            };
            return evidence::hand_out(&server, &form.caller, &item, purpose, way).await;
        }
        ["requests", request, word] => {
            dual::act(&server, &write, &incident, request, word).await?;
        }
        ["request-release"] => {
            let terms: ReleaseTerms = write.body()?;
            let release = RequestId::from_bits(write.bits(&server));
            let asked = Verb::RequestRelease(AskRelease { release, terms });
            run(&server, &write, vec![ask(&item.id, asked)]).await?;
        }
        ["request-disposal"] => {
            let terms: DisposalTerms = write.body()?;
            let disposal = RequestId::from_bits(write.bits(&server));
            let asked = Verb::RequestDisposal(AskDisposal { disposal, terms });
            run(&server, &write, vec![ask(&item.id, asked)]).await?;
        }
        ["derive"] => {
            let mut body: DeriveForm = write.body()?;
            let copy = EvidenceId::from_bits(write.bits(&server));
            body.item.derived_from = Some(item.id.clone());
            let how = Verb::Derive(Derive {
                copy: copy.clone(),
                how: body.how,
            });
            let commands = vec![ask(&copy, Verb::Register(body.item)), ask(&item.id, how)];
            run(&server, &write, commands).await?;
        }
        ["verify"] => {
            let found = server.store.look_at(&item).await?;
            run(&server, &write, vec![ask(&item.id, Verb::Verify(found))]).await?;
        }
        [word] => {
            let asked = verbs::asked(word, write.bytes()).ok_or(Error::NoRoute)??;
            run(&server, &write, vec![ask(&item.id, asked)]).await?;
        }
        _ => return Err(Error::NoRoute),
    }
    let then = form.then(here);
    Ok(Flash::new("done-evidence", item.shown_number()).on(see_other(&then)))
}

async fn bundle(
    State(server): State<Server>,
    Place(name): Place<String>,
    form: Form,
) -> Result<Response> {
    let write = form.write()?;
    let body: ExportBody = write.body()?;
    hand_out(&server, &write, &name, body).await
}

async fn run(server: &Server, write: &Write, commands: Vec<Command>) -> Result<()> {
    write.execute(server, commands).await.map(drop)
}

async fn register(
    State(server): State<Server>,
    Place(name): Place<String>,
    form: Form,
) -> Result<Response> {
    let write = form.write()?;
    let new: Register = write.body()?;
    let incident = crate::api::incidents::id_of(&server, &name).await?;
    let id = EvidenceId::from_bits(write.bits(&server));
    let verb = Verb::Register(new);
    let command = Command::Evidence(id.clone(), C { incident, verb });
    let receipt = write.execute(&server, vec![command]).await?;
    let number = receipt.number().to_owned();
    let then = form.then(format!("/evidence/{number}"));
    Ok(Flash::new("done-evidence", number).on(see_other(&then)))
}
