//! Planned maintenance: what is coming, and planning, moving, beginning and ending it.

use crate::answer;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::page::{self, Page};
use crate::params::{Params, Place};
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::{NamedService, Names};
use crate::{body, write::Write};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::maintenance::{
    Because, Command as C, Complete, Extend, Maintenance, Plan, Revise,
};
use bifold_domain::{At, Command, Directory, MaintenanceId};
use serde::{Deserialize, Serialize};

const FOLDER: &str = "/api/v1/maintenances";
const ONE: &str = "/api/v1/maintenances/{id}";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(FOLDER, "maintenances", Access::SignedIn, list)
            .summary("Planned maintenance: what is coming or goes on, the earliest first; what is over for those who read incidents, the latest first.")
            .query(&[
                ("over", "boolean", "What is over, instead of what is coming."),
                ("limit", "integer", "Rows of a page, 1 to 200; only of what is over."),
                ("cursor", "string", "Where the page begins."),
            ])
            .answers(200, Answer::Json(Described::page_of::<MaintenanceView>())),
        Route::post(FOLDER, "maintenance_plan", plan)
            .summary("Plans a maintenance: it begins and ends by itself, and alerts of its services are held meanwhile.")
            .body(Described::of::<Plan>())
            .keyed(201),
        Route::get(ONE, "maintenance", Access::SignedIn, show)
            .summary("One maintenance.")
            .answers(200, Answer::Json(Described::of::<MaintenanceView>())),
        Route::post("/api/v1/maintenances/{id}/revise", "maintenance_revise", revise)
            .summary("Changes what is planned, before it begins.")
            .body(Described::of::<Revise>())
            .keyed(200),
        Route::post("/api/v1/maintenances/{id}/begin", "maintenance_begin", begin)
            .summary("Begins it before its time.")
            .keyed(200),
        Route::post("/api/v1/maintenances/{id}/extend", "maintenance_extend", extend)
            .summary("Lets one that goes on go on for longer.")
            .body(Described::of::<Extend>())
            .keyed(200),
        Route::post("/api/v1/maintenances/{id}/complete", "maintenance_complete", complete)
            .summary("Ends it: alerts that were held are looked at, and raise what still is wrong.")
            .body(Described::of::<Complete>())
            .keyed(200),
        Route::post("/api/v1/maintenances/{id}/cancel", "maintenance_cancel", cancel)
            .summary("Calls it off.")
            .body(Described::of::<Because>())
            .keyed(200),
    ]
}

/// A planned maintenance.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Maintenance)]
pub(crate) struct MaintenanceView {
    /// Its id.
    pub(crate) id: MaintenanceId,
    /// Its number, such as `MNT-2026-0003`.
    pub(crate) number: String,
    /// One line that names it.
    pub(crate) title: String,
    /// What users should know.
    pub(crate) text: Option<String>,
    /// The services that are worked on.
    pub(crate) services: Vec<NamedService>,
    /// When it begins.
    pub(crate) from: At,
    /// When it is to be over.
    pub(crate) until: At,
    /// Where it stands: `planned`, `in_progress`, `completed`, `cancelled`.
    pub(crate) stage: String,
    /// When it was planned.
    pub(crate) planned_at: At,
    /// When it really began.
    pub(crate) began_at: Option<At>,
    /// When it was over or called off.
    pub(crate) ended_at: Option<At>,
    /// What was done, or why it was called off.
    pub(crate) note: Option<String>,
}

impl MaintenanceView {
    pub(crate) fn of(found: Maintenance, directory: &Directory) -> Self {
        let names = Names(directory);
        let services = found.plan.services.iter();
        Self {
            number: found.shown_number(),
            services: services.map(|id| names.service(id)).collect(),
            id: found.id,
            title: found.plan.title.to_string(),
            text: found.plan.text.map(|text| text.to_string()),
            from: found.plan.from,
            until: found.plan.until,
            stage: found.stage.word().to_owned(),
            planned_at: found.planned_at,
            began_at: found.began_at,
            ended_at: found.ended_at,
            note: found.note.map(|note| note.shown()),
        }
    }

    /// When it began, or was to begin.
    pub(crate) fn since(&self) -> &At {
        self.began_at.as_ref().unwrap_or(&self.from)
    }

    /// When it was over, or would have been.
    pub(crate) fn till(&self) -> &At {
        let really = self.ended_at.as_ref().filter(|_| self.began_at.is_some());
        really.unwrap_or(&self.until)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    over: Option<bool>,
    limit: Option<u32>,
    cursor: Option<String>,
}

pub(crate) fn parse(id: &str) -> Result<MaintenanceId> {
    MaintenanceId::parse(id).map_err(|_| Error::no("maintenance"))
}

async fn list(
    State(server): State<Server>,
    caller: Caller,
    Params(query): Params<Query>,
) -> Result<Response> {
    let directory = server.store.directory().await?;
    let shown = |found| MaintenanceView::of(found, &directory);
    if query.over != Some(true) {
        let all = server.store.coming_maintenance().await?;
        let items = all.into_iter().map(shown).collect();
        return Ok(answer::ok(&Page::<MaintenanceView>::whole(items)));
    }
    let (limit, before) = (
        page::limit(query.limit)?,
        page::open(query.cursor.as_deref())?,
    );
    let viewer = caller.viewer();
    let found = server.store.past_maintenance(&viewer, before, limit + 1);
    let mut rows = found.await?;
    let next = page::cut(&mut rows, limit, place);
    let items = rows.into_iter().map(shown).collect();
    Ok(answer::ok(&Page::<MaintenanceView> { items, next }))
}

/// Where a list goes on after this one.
pub(crate) fn place(found: &Maintenance) -> bifold_store::maintenance::Place {
    (found.plan.from.micros(), found.id.to_string())
}

async fn show(
    State(server): State<Server>,
    caller: Caller,
    Place(id): Place<String>,
) -> Result<Response> {
    let viewer = caller.viewer();
    let found = server.store.maintenance(&viewer, &parse(&id)?).await?;
    let (found, version) = found.ok_or_else(|| Error::no("maintenance"))?;
    let directory = server.store.directory().await?;
    Ok(answer::tagged(
        version,
        &MaintenanceView::of(found, &directory),
    ))
}

async fn plan(State(server): State<Server>, write: Write) -> Result<Response> {
    let id = MaintenanceId::from_bits(server.store.shell().ids.next());
    let command = Command::Maintenance(id, C::Plan(write.body()?));
    write.made(&server, command, FOLDER).await
}

async fn done(server: &Server, id: &str, write: &Write, command: C) -> Result<Response> {
    let command = Command::Maintenance(parse(id)?, command);
    write.done(server, command).await
}

async fn revise(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    done(&server, &id, &write, C::Revise(write.body()?)).await
}

async fn begin(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    body::nothing(write.bytes())?;
    done(&server, &id, &write, C::Begin).await
}

async fn extend(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    done(&server, &id, &write, C::Extend(write.body()?)).await
}

async fn complete(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    done(&server, &id, &write, C::Complete(write.body()?)).await
}

async fn cancel(
    State(server): State<Server>,
    Place(id): Place<String>,
    write: Write,
) -> Result<Response> {
    done(&server, &id, &write, C::Cancel(write.body()?)).await
}
