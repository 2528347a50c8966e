//! Status pages: which there are, what they show, and by which names.

use crate::answer;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::page::Page;
use crate::params::Place;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::{body, write::Write};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::status_page::{Command as C, Settings, StatusPage};
use bifold_domain::{Command, Permission, StatusPageId};
use serde::Serialize;

const FOLDER: &str = "/api/v1/status-pages";
const ONE: &str = "/api/v1/status-pages/{id}";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(FOLDER, "status_pages", Access::SignedIn, list)
            .summary("The status pages in use.")
            .answers(200, Answer::Json(Described::page_of::<StatusPageView>())),
        Route::post(FOLDER, "status_page_make", make)
            .summary("Makes a status page; a public one is written out at once.")
            .body(Described::of::<Settings>())
            .keyed(201),
        Route::get(ONE, "status_page", Access::SignedIn, show)
            .summary("One status page.")
            .answers(200, Answer::Json(Described::of::<StatusPageView>())),
        Route::post(
            "/api/v1/status-pages/{id}/revise",
            "status_page_revise",
            revise,
        )
        .summary("Replaces what a status page shows and by which names.")
        .body(Described::of::<Settings>())
        .keyed(200),
        Route::post(
            "/api/v1/status-pages/{id}/retire",
            "status_page_retire",
            retire,
        )
        .summary("Takes a status page out of use: its files are removed.")
        .keyed(200),
    ]
}

/// A status page.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = StatusPage)]
pub(crate) struct StatusPageView {
    /// Its id.
    pub(crate) id: StatusPageId,
    /// What it is. The words not to be said on it are for those who keep or fill it.
    #[serde(flatten)]
    pub(crate) settings: Settings,
}

impl StatusPageView {
    fn of(page: StatusPage, caller: &Caller) -> Self {
        let mut settings = page.settings;
        let keeps = [Permission::ManageStatusPages, Permission::Announce];
        if !keeps.iter().any(|keep| caller.actor.may(*keep)) {
            settings.never_say.clear();
        }
        Self {
            id: page.id,
            settings,
        }
    }
}

pub(crate) fn parse(id: &str) -> Result<StatusPageId> {
    StatusPageId::parse(id).map_err(|_| Error::no("status page"))
}

async fn list(State(server): State<Server>, caller: Caller) -> Result<Response> {
    let pages = server.store.status_pages().await?;
    let items = pages
        .into_iter()
        .map(|page| StatusPageView::of(page, &caller));
    Ok(answer::ok(&Page::<StatusPageView>::whole(items.collect())))
}

async fn show(
    State(server): State<Server>,
    caller: Caller,
    Place(id): Place<String>,
) -> Result<Response> {
    let id = parse(&id)?;
    let pages = server.store.status_pages().await?;
    let found = pages.into_iter().find(|page| page.id == id);
    let found = found.ok_or_else(|| Error::no("status page"))?;
    let version = server.store.version(id.as_str()).await?.unwrap_or(0);
    Ok(answer::tagged(version, &StatusPageView::of(found, &caller)))
}

async fn make(State(server): State<Server>, write: Write) -> Result<Response> {
    let id = StatusPageId::from_bits(server.store.shell().ids.next());
    let command = Command::StatusPage(id, C::Make(Box::new(write.body()?)));
    write.made(&server, command, FOLDER).await
}

async fn revise(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    let command = Command::StatusPage(parse(&id)?, C::Revise(Box::new(write.body()?)));
    write.done(&server, command).await
}

async fn retire(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    let command = Command::StatusPage(parse(&id)?, C::Retire);
    write.done(&server, command).await
}
