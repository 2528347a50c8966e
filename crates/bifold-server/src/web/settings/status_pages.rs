//! Status pages: a list, and a form of each.

use super::{Around, Section, done, sent, shown};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Route};
use crate::server::Server;
use crate::web::choice::{self, Choice};
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::status_page::{
    Approval, Command as C, PageAudience, PageLanguage, Settings, StatusPage,
};
use bifold_domain::{Command, Directory, Permission, Short, StatusPageId};
use serde_json::{Map, Value};

const ALL: &str = "/settings/status-pages";
const ONE: &str = "/settings/status-pages/{id}";
pub(super) const KEEPS: Access = Access::Needs(Permission::ManageStatusPages);
/// Rows of the form that are empty, for further components.
const SPARE: usize = 3;

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(ALL, "page_settings_status_pages", KEEPS, list).summary("The status pages."),
        sent(ALL, "page_settings_status_page_make", KEEPS, make).summary("Makes a status page."),
        shown(ONE, "page_settings_status_page", KEEPS, show)
            .summary("One status page, to be changed."),
        sent(ONE, "page_settings_status_page_revise", KEEPS, revise)
            .summary("Changes a status page."),
        sent(
            "/settings/status-pages/{id}/retire",
            "page_settings_status_page_retire",
            KEEPS,
            retire,
        )
        .summary("Takes a status page out of use."),
    ]
}

/// A row of the form: a component, or room for one.
struct Row {
    n: usize,
    key: String,
    name: String,
    group: String,
    about: String,
    services: Vec<Choice>,
}

/// The fields of a page, as the form has them.
struct Fields {
    key: String,
    name: String,
    about: String,
    zone: String,
    contact: String,
    address: String,
    never_say: String,
    languages: Vec<Choice>,
    audiences: Vec<Choice>,
    approvals: Vec<Choice>,
    rows: Vec<Row>,
}

impl Fields {
    fn of(visit: &Visit, directory: &Directory, page: Option<&StatusPage>) -> Self {
        let l = visit.locale();
        let settings = page.map(|page| &page.settings);
        let text = |of: fn(&Settings) -> Option<String>| settings.and_then(of).unwrap_or_default();
        let (language, audience, approval) = settings.map_or(
            (
                PageLanguage::En,
                PageAudience::Public,
                Approval::WhenSensitive,
            ),
            |s| (s.language, s.audience, s.approval),
        );
        let languages = PageLanguage::ALL.iter();
        let audiences = PageAudience::ALL.iter();
        let approvals = Approval::ALL.iter();
        Self {
            key: text(|s| Some(s.key.to_string())),
            name: text(|s| Some(s.name.to_string())),
            about: text(|s| s.about.as_ref().map(ToString::to_string)),
            zone: settings
                .map_or("Europe/Zurich", |s| s.zone.name())
                .to_owned(),
            contact: text(|s| s.contact.as_ref().map(ToString::to_string)),
            address: text(|s| s.address.as_ref().map(ToString::to_string)),
            never_say: text(|s| {
                let words: Vec<&str> = s.never_say.iter().map(Short::as_str).collect();
                Some(words.join("\n"))
            }),
            languages: languages
                .map(|of| {
                    Choice::new(
                        &of.word(),
                        &l.word("page-language", of.word()),
                        *of == language,
                    )
                })
                .collect(),
            audiences: audiences
                .map(|of| {
                    Choice::new(
                        &of.word(),
                        &l.word("page-audience", of.word()),
                        *of == audience,
                    )
                })
                .collect(),
            approvals: approvals
                .map(|of| {
                    Choice::new(
                        &of.word(),
                        &l.word("page-approval", of.word()),
                        *of == approval,
                    )
                })
                .collect(),
            rows: rows(directory, settings),
        }
    }
}

/// A row a component, and some for further ones.
fn rows(directory: &Directory, settings: Option<&Settings>) -> Vec<Row> {
    let text = |text: Option<&Short>| text.map(ToString::to_string).unwrap_or_default();
    let mut rows: Vec<Row> = Vec::new();
    for component in settings.iter().flat_map(|s| &s.components) {
        let mut services = choice::services(directory, None);
        for service in &mut services {
            let mut behind = component.services.iter();
            service.is_on = behind.any(|s| s.as_str() == service.value);
        }
        rows.push(Row {
            n: rows.len(),
            key: component.key.to_string(),
            name: component.name.to_string(),
            group: text(component.group.as_ref()),
            about: text(component.about.as_ref()),
            services,
        });
    }
    for _ in 0..SPARE {
        rows.push(Row {
            n: rows.len(),
            key: String::new(),
            name: String::new(),
            group: String::new(),
            about: String::new(),
            services: choice::services(directory, None),
        });
    }
    rows
}

#[derive(Template)]
#[template(path = "settings-status-pages.html")]
struct ListPage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    pages: Vec<StatusPage>,
    fields: Fields,
}

async fn list(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let around = Around::of(&server, &visit, "status-pages").await?;
    let directory = server.store.directory().await?;
    page(&ListPage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        pages: server.store.status_pages().await?,
        fields: Fields::of(&visit, &directory, None),
    })
}

#[derive(Template)]
#[template(path = "settings-status-page.html")]
struct OnePage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    page: StatusPage,
    version: u64,
    fields: Fields,
    /// Where its files are written to.
    folder: Option<String>,
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(id): Place<String>,
) -> Result<Response> {
    let id = parse(&id)?;
    let directory = server.store.directory().await?;
    let found = directory.status_pages.get(&id).filter(|p| !p.is_retired);
    let found = found.cloned().ok_or_else(|| Error::no("status page"))?;
    let around = Around::of(&server, &visit, "status-pages").await?;
    let is_public = found.settings.audience == PageAudience::Public;
    let folder = server.config.window.as_ref().filter(|_| is_public);
    let folder = folder.map(|f| f.join(found.settings.key.as_str()).display().to_string());
    page(&OnePage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        version: server.store.version(id.as_str()).await?.unwrap_or(0),
        fields: Fields::of(&visit, &directory, Some(&found)),
        page: found,
        folder,
    })
}

fn parse(id: &str) -> Result<StatusPageId> {
    StatusPageId::parse(id).map_err(|_| Error::no("status page"))
}

/// The settings that the form stands for: rows without a name are none, and a key that is not
/// written is made of the name.
fn settings(form: &Form) -> Result<Vec<u8>> {
    let mut json = form.json()?;
    if let Some(object) = json.as_object_mut() {
        let rows = match object.remove("components") {
            Some(Value::Object(rows)) => rows,
            _ => Map::new(),
        };
        let mut rows: Vec<(usize, Value)> = rows
            .into_iter()
            .filter(|(_, row)| row.get("name").is_some())
            .map(|(n, row)| (n.parse().unwrap_or(usize::MAX), row))
            .collect();
        rows.sort_by_key(|(n, _)| *n);
        let rows = rows.into_iter().map(|(_, mut row)| {
            if let Some(row) = row.as_object_mut()
                && row.get("key").is_none()
            {
                let name = row.get("name").and_then(Value::as_str).unwrap_or_default();
                row.insert("key".to_owned(), Value::from(slug(name)));
            }
            row
        });
        object.insert("components".to_owned(), rows.collect());
        if let Some(Value::String(words)) = object.remove("never_say") {
            let words = words.lines().map(str::trim).filter(|word| !word.is_empty());
            object.insert("never_say".to_owned(), words.collect());
        }
    }
    serde_json::to_vec(&json).map_err(|_| Error::Internal)
}

/// A name as a part of an address.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            'ä' => slug.push_str("ae"),
            'ö' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.truncate(40);
    slug.trim_end_matches('-').to_owned()
}

async fn make(State(server): State<Server>, form: Form) -> Result<Response> {
    let write = form.write_of(settings(&form)?);
    let made: Settings = write.body()?;
    let name = made.name.to_string();
    let id = StatusPageId::from_bits(write.bits(&server));
    let to = format!("{ALL}/{id}");
    let command = Command::StatusPage(id, C::Make(Box::new(made)));
    write.execute(&server, vec![command]).await?;
    Ok(done("done-status-page", name, &to))
}

async fn revise(
    State(server): State<Server>,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response> {
    let write = form.write_of(settings(&form)?);
    let revised: Settings = write.body()?;
    let name = revised.name.to_string();
    let command = Command::StatusPage(parse(&id)?, C::Revise(Box::new(revised)));
    write.execute(&server, vec![command]).await?;
    Ok(done("done-status-page", name, &format!("{ALL}/{id}")))
}

async fn retire(
    State(server): State<Server>,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response> {
    let command = Command::StatusPage(parse(&id)?, C::Retire);
    form.write_of(Vec::new())
        .execute(&server, vec![command])
        .await?;
    Ok(done("done-status-page-retire", "", ALL))
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_name_becomes_a_part_of_an_address() {
        for (name, part) in [
            ("Checkout & Paying", "checkout-paying"),
            ("Störungsdienst Süd", "stoerungsdienst-sued"),
            ("  (beta) ", "beta"),
            ("—", ""),
        ] {
            assert_eq!(slug(name), part);
        }
    }
}
