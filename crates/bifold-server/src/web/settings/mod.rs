//! Settings: one's own, and the organisation's for those who run it. Every change is the same
//! command as the API's, and lands in the ledger like any other.

mod alarms;
mod calendars;
mod codes;
mod functions;
mod gate;
mod kinds;
mod ledger;
mod levels;
mod limits;
mod majors;
mod matrix;
mod me;
mod notify;
mod people;
mod person;
mod services;
mod sources;
mod status_pages;
mod teams;
mod templates;
mod tokens;
mod webhooks;

pub(super) use me::look_cookies;

use super::form::Form;
use super::frame::{Frame, Visit, page};
use super::say::Flash;
use crate::api::alarms::READERS;
use crate::auth::admits;
use crate::error::Result;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::write::Write;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Permission;

const DIRECTORY: Access = Access::Needs(Permission::ManageDirectory);
const POLICY: Access = Access::Needs(Permission::ManagePolicy);

/// The sections: path, key of its words, icon, whom it is for.
const SECTIONS: &[(&str, &str, &str, Access)] = &[
    ("/settings/me", "me", "user", Access::SignedIn),
    ("/settings/notify", "notify", "bell", Access::SignedIn),
    ("/settings/services", "services", "server-2", DIRECTORY),
    ("/settings/teams", "teams", "users", DIRECTORY),
    ("/settings/people", "people", "user", DIRECTORY),
    ("/settings/matrix", "matrix", "adjustments", POLICY),
    ("/settings/codes", "codes", "tag", POLICY),
    ("/settings/kinds", "kinds", "help-circle", POLICY),
    ("/settings/levels", "levels", "target", POLICY),
    ("/settings/calendars", "calendars", "calendar", POLICY),
    ("/settings/functions", "functions", "users", POLICY),
    ("/settings/limits", "limits", "clock", POLICY),
    ("/settings/gate", "gate", "shield-half", POLICY),
    ("/settings/majors", "majors", "flame", POLICY),
    ("/settings/sources", "sources", "activity", sources::KEEPS),
    (
        "/settings/status-pages",
        "status-pages",
        "eye",
        status_pages::KEEPS,
    ),
    ("/settings/templates", "templates", "message", POLICY),
    ("/settings/webhooks", "webhooks", "link", POLICY),
    ("/settings/alarms", "alarms", "bell", Access::Roles(READERS)),
    (
        "/settings/ledger",
        "ledger",
        "certificate",
        Access::Needs(Permission::Audit),
    ),
];

pub(super) fn routes() -> Vec<Route> {
    [
        vec![
            shown("/settings", "page_settings", Access::SignedIn, index)
                .summary("The settings that are open to you."),
        ],
        me::routes(),
        notify::routes(),
        tokens::routes(),
        services::routes(),
        teams::routes(),
        people::routes(),
        person::routes(),
        matrix::routes(),
        codes::routes(),
        kinds::routes(),
        functions::routes(),
        limits::routes(),
        levels::routes(),
        calendars::routes(),
        gate::routes(),
        majors::routes(),
        templates::routes(),
        alarms::routes(),
        ledger::routes(),
        webhooks::routes(),
        sources::routes(),
        status_pages::routes(),
    ]
    .concat()
}

/// A page to look at.
fn shown<H, T>(path: &'static str, name: &'static str, access: Access, handler: H) -> Route
where
    H: axum::handler::Handler<T, Server>,
    T: 'static,
{
    Route::get(path, name, access, handler)
        .page()
        .answers(200, Answer::Bytes("text/html"))
}

/// A form to be sent; the domain decides besides.
fn sent<H, T>(path: &'static str, name: &'static str, access: Access, handler: H) -> Route
where
    H: axum::handler::Handler<T, Server>,
    T: 'static,
{
    Route::new(crate::route::Method::Post, path, name, access, handler).page()
}

/// One section in the list beside the page.
pub(super) struct Section {
    path: &'static str,
    key: &'static str,
    label: String,
    icon: &'static str,
    is_here: bool,
}

/// Those that are open to this person.
fn sections(visit: &Visit, here: &str) -> Vec<Section> {
    let open = SECTIONS
        .iter()
        .filter(|(.., access)| admits(*access, &visit.caller.actor));
    open.map(|(path, key, icon, _)| Section {
        path,
        key,
        label: visit.locale().t(&format!("settings-{key}")),
        icon,
        is_here: *key == here,
    })
    .collect()
}

/// What every page of the settings has around it.
pub(super) struct Around {
    f: Frame,
    sections: Vec<Section>,
    key: String,
}

impl Around {
    async fn of(server: &Server, visit: &Visit, here: &str) -> Result<Self> {
        let title = visit.locale().t(&format!("settings-{here}"));
        Ok(Self {
            f: visit.frame(server, title, "settings").await?,
            sections: sections(visit, here),
            key: server.store.shell().ids.next_uuid(),
        })
    }
}

/// The form as a write; an empty one is a body without members, which says what is missing.
fn write(form: &Form) -> Result<Write> {
    Ok(form.write_of(form.json()?.to_string().into_bytes()))
}

/// Back to a page, with a word about what was done.
fn done(say: &str, about: impl Into<String>, to: &str) -> Response {
    Flash::new(say, about).on(super::frame::see_other(to))
}

#[derive(Template)]
#[template(path = "settings.html")]
struct IndexPage {
    f: Frame,
    sections: Vec<Section>,
}

async fn index(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let title = visit.locale().t("settings-title");
    page(&IndexPage {
        f: visit.frame(&server, title, "settings").await?,
        sections: sections(&visit, ""),
    })
}
