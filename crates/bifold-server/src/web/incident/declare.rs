//! Declares an incident: one screen, the order of a telephone call, one question about safety.

use crate::error::Result;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::web::choice::{self, Choice};
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page, see_other};
use crate::web::say::Flash;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::incident::{Command as C, Declare};
use bifold_domain::priority::{Impact, Urgency};
use bifold_domain::{Command, IncidentId, Permission};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/declare",
            "page_declare",
            Access::Needs(Permission::Declare),
            show,
        )
        .summary("The form to declare an incident.")
        .page()
        .answers(200, Answer::Bytes("text/html")),
        Route::post("/declare", "page_declare_send", send)
            .summary("Declares an incident.")
            .page(),
    ]
}

#[derive(Template)]
#[template(path = "declare.html")]
struct DeclarePage {
    f: Frame,
    services: Vec<Choice>,
    customers: Vec<Choice>,
    teams: Vec<Choice>,
    categories: Vec<String>,
    impacts: Vec<&'static str>,
    urgencies: Vec<&'static str>,
    key: String,
}

async fn show(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let directory = server.store.directory().await?;
    page(&DeclarePage {
        f: visit
            .frame(&server, visit.locale().t("declare-title"), "incidents")
            .await?,
        services: choice::services(&directory, None),
        customers: choice::customers(&directory, None),
        teams: choice::teams(&directory, None),
        categories: directory
            .policy
            .categories
            .value
            .iter()
            .map(ToString::to_string)
            .collect(),
        impacts: Impact::ALL.iter().map(|i| i.word()).collect(),
        urgencies: Urgency::ALL.iter().map(|u| u.word()).collect(),
        key: server.store.shell().ids.next_uuid(),
    })
}

async fn send(State(server): State<Server>, form: Form) -> Result<Response> {
    let write = form.write()?;
    let new: Declare = write.body()?;
    let id = IncidentId::from_bits(server.store.shell().ids.next());
    let command = Command::Incident(id, C::Declare(Box::new(new)));
    let receipt = write.execute(&server, vec![command]).await?;
    let number = receipt.number();
    Ok(Flash::new("done-declare", number).on(see_other(&format!("/incidents/{number}"))))
}
