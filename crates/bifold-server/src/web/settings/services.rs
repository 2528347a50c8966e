//! The service catalogue.

use super::{Around, DIRECTORY, Section, done, sent, shown, write};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::Route;
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::service::{Command as C, Criticality, Entry, Service};
use bifold_domain::{Command, Directory, ServiceId};
use std::sync::Arc;

const ALL: &str = "/settings/services";
const ONE: &str = "/settings/services/{id}";

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(ALL, "page_settings_services", DIRECTORY, list).summary("The service catalogue."),
        sent(ALL, "page_settings_service_offer", DIRECTORY, offer)
            .summary("Puts a service into the catalogue."),
        shown(ONE, "page_settings_service", DIRECTORY, show).summary("One service, to be changed."),
        sent(ONE, "page_settings_service_revise", DIRECTORY, revise)
            .summary("Replaces a catalogue entry."),
        sent(
            "/settings/services/{id}/retire",
            "page_settings_service_retire",
            DIRECTORY,
            retire,
        )
        .summary("Withdraws a service from the catalogue."),
    ]
}

#[derive(Template)]
#[template(path = "settings-services.html")]
struct ServicesPage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    directory: Arc<Directory>,
    criticalities: &'static [Criticality],
}

impl ServicesPage {
    /// By name, those in use first.
    fn services(&self) -> Vec<&Service> {
        let mut all: Vec<&Service> = self.directory.services.values().collect();
        all.sort_by(|a, b| {
            (a.is_retired, &a.entry.name, &a.id).cmp(&(b.is_retired, &b.entry.name, &b.id))
        });
        all
    }

    fn team(&self, service: &Service) -> String {
        let owner = service.entry.owner.as_ref();
        let team = owner.and_then(|id| self.directory.teams.get(id));
        team.map(|team| team.name.to_string()).unwrap_or_default()
    }
}

async fn list(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let around = Around::of(&server, &visit, "services").await?;
    page(&ServicesPage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        directory: server.store.directory().await?,
        criticalities: Criticality::ALL,
    })
}

async fn offer(State(server): State<Server>, form: Form) -> Result<Response> {
    let write = write(&form)?;
    let entry: Entry = write.body()?;
    let name = entry.name.to_string();
    let id = ServiceId::from_bits(server.store.shell().ids.next());
    let command = Command::Service(id, C::Offer(entry));
    write.execute(&server, vec![command]).await?;
    Ok(done("done-service", name, ALL))
}

#[derive(Template)]
#[template(path = "settings-service.html")]
struct ServicePage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    service: Service,
    version: u64,
    directory: Arc<Directory>,
    criticalities: &'static [Criticality],
}

impl ServicePage {
    /// The other services, and whether this one needs them.
    fn others(&self) -> Vec<(&Service, bool)> {
        let needs = &self.service.entry.depends_on;
        let others = self.directory.services.values().filter(|other| {
            other.id != self.service.id && (!other.is_retired || needs.contains(&other.id))
        });
        others
            .map(|other| (other, needs.contains(&other.id)))
            .collect()
    }

    fn description(&self) -> String {
        let description = self.service.entry.description.as_ref();
        description.map(ToString::to_string).unwrap_or_default()
    }
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(id): Place<String>,
) -> Result<Response> {
    let id = parse(&id)?;
    let directory = server.store.directory().await?;
    let service = directory.services.get(&id).cloned();
    let service = service.ok_or_else(|| Error::no("service"))?;
    let around = Around::of(&server, &visit, "services").await?;
    page(&ServicePage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        version: server.store.version(id.as_str()).await?.unwrap_or(0),
        service,
        directory,
        criticalities: Criticality::ALL,
    })
}

fn parse(id: &str) -> Result<ServiceId> {
    ServiceId::parse(id).map_err(|_| Error::no("service"))
}

async fn revise(
    State(server): State<Server>,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response> {
    let write = write(&form)?;
    let entry: Entry = write.body()?;
    let name = entry.name.to_string();
    let command = Command::Service(parse(&id)?, C::Revise(entry));
    write.execute(&server, vec![command]).await?;
    Ok(done("done-service", name, ALL))
}

async fn retire(
    State(server): State<Server>,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response> {
    let command = Command::Service(parse(&id)?, C::Retire);
    form.write_of(Vec::new())
        .execute(&server, vec![command])
        .await?;
    Ok(done("done-service-retire", "", ALL))
}
