//! One person: roles, the bar, and a password set by somebody else.

use super::me::new_password;
use super::people::{ALL, with_roles};
use super::{Around, DIRECTORY, Section, done, sent, shown};
use crate::api::directory::people::change_password;
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::Route;
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::person::{Command as C, Person};
use bifold_domain::{Command, PersonId, Role};
use bifold_store::account::PASSWORD_MIN_CHARS;
use serde_json::json;

pub(super) fn routes() -> Vec<Route> {
    let form = |path, name| sent(path, name, DIRECTORY, change);
    vec![
        shown(
            "/settings/people/{id}",
            "page_settings_person",
            DIRECTORY,
            show,
        )
        .summary("One person."),
        sent(
            "/settings/people/{id}/password",
            "page_settings_person_password",
            DIRECTORY,
            password,
        )
        .summary("Sets somebody else's password, with an alarm."),
        form(
            "/settings/people/{id}/do/{what}",
            "page_settings_person_change",
        )
        .summary("Changes roles, bars a person or lets them back in."),
    ]
}

#[derive(Template)]
#[template(path = "settings-person.html")]
struct PersonPage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    person: Person,
    version: u64,
    roles: &'static [Role],
    is_me: bool,
    min_chars: usize,
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(id): Place<String>,
) -> Result<Response> {
    let id = parse(&id)?;
    let directory = server.store.directory().await?;
    let person = directory.people.get(&id).cloned();
    let around = Around::of(&server, &visit, "people").await?;
    page(&PersonPage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        version: server.store.version(id.as_str()).await?.unwrap_or(0),
        person: person.ok_or_else(|| Error::no("person"))?,
        roles: Role::ALL,
        is_me: visit.caller.actor.person == id,
        min_chars: PASSWORD_MIN_CHARS,
    })
}

fn parse(id: &str) -> Result<PersonId> {
    PersonId::parse(id).map_err(|_| Error::no("person"))
}

async fn change(
    State(server): State<Server>,
    Place((id, what)): Place<(String, String)>,
    form: Form,
) -> Result<Response> {
    let person = parse(&id)?;
    let write = form.write_of(match what.as_str() {
        "roles" => with_roles(&form, json!({})),
        _ => Vec::new(),
    });
    let (command, say) = match what.as_str() {
        "roles" => (C::ChangeRoles(write.body()?), "done-roles"),
        "disable" => (C::Disable, "done-disable"),
        "enable" => (C::Enable, "done-enable"),
        _ => return Err(Error::NoRoute),
    };
    let command = Command::Person(person.clone(), command);
    write.execute(&server, vec![command]).await?;
    let name = name(&server, &person).await?;
    Ok(done(say, name, &format!("{ALL}/{id}")))
}

async fn password(
    State(server): State<Server>,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response> {
    let person = parse(&id)?;
    change_password(&server, &form.caller, &person, new_password(&form)).await?;
    let name = name(&server, &person).await?;
    Ok(done("done-person-password", name, &format!("{ALL}/{id}")))
}

async fn name(server: &Server, id: &PersonId) -> Result<String> {
    let directory = server.store.directory().await?;
    let person = directory.people.get(id);
    Ok(person.map(|p| p.name.shown()).unwrap_or_default())
}
