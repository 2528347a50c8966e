//! People: who is there, and adding somebody.

use super::{Around, DIRECTORY, Section, done, sent, shown};
use crate::error::Result;
use crate::route::Route;
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::person::{Command as C, Person, Register};
use bifold_domain::{Command, Directory, PersonId, Role};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const ALL: &str = "/settings/people";

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(ALL, "page_settings_people", DIRECTORY, list).summary("People and their roles."),
        sent(ALL, "page_settings_person_register", DIRECTORY, register).summary("Adds a person."),
    ]
}

#[derive(Template)]
#[template(path = "settings-people.html")]
struct PeoplePage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    directory: Arc<Directory>,
    roles: &'static [Role],
}

impl PeoplePage {
    /// By name, those who are barred last.
    fn people(&self) -> Vec<&Person> {
        let mut all: Vec<&Person> = self.directory.people.values().collect();
        all.sort_by_key(|p| (!p.is_active, p.name.shown(), p.id.clone()));
        all
    }

    fn roles_of(&self, person: &Person) -> String {
        let l = self.f.l;
        let words: Vec<String> = person
            .roles
            .iter()
            .map(|role| l.word("role", role.word()))
            .collect();
        words.join(", ")
    }
}

async fn list(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let around = Around::of(&server, &visit, "people").await?;
    page(&PeoplePage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        directory: server.store.directory().await?,
        roles: Role::ALL,
    })
}

/// The ticked roles as the API's bodies have them; none is a list too.
pub(super) fn with_roles(form: &Form, mut body: Value) -> Vec<u8> {
    if let Some(object) = body.as_object_mut() {
        object.insert("roles".to_owned(), json!(form.all("roles[]")));
    }
    body.to_string().into_bytes()
}

async fn register(State(server): State<Server>, form: Form) -> Result<Response> {
    let write = form.write_of(with_roles(&form, form.json()?));
    let new: Register = write.body()?;
    let name = new.name.to_string();
    let id = PersonId::from_bits(server.store.shell().ids.next());
    let command = Command::Person(id.clone(), C::Register(new));
    let receipt = write.execute(&server, vec![command]).await?;
    let first = receipt.touched.first();
    let id = first.map_or_else(|| id.to_string(), |touched| touched.id.clone());
    Ok(done("done-person", name, &format!("{ALL}/{id}")))
}
