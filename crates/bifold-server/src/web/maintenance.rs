//! Planned maintenance: a list of what is coming and what was, and a page of each.

use super::choice::{self, Choice};
use super::form::Form;
use super::frame::{Frame, Visit, page, see_other};
use super::say::Flash;
use crate::api::maintenances::{MaintenanceView, parse, place};
use crate::error::{Error, Result};
use crate::page as pages;
use crate::params::{Params, Place};
use crate::route::{Access, Answer, Method, Route};
use crate::server::Server;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::maintenance::{Command as C, Stage};
use bifold_domain::{Command, MaintenanceId, Permission};
use serde::Deserialize;
use serde_json::json;

const HERE: &str = "/maintenance";
/// Ended ones on a page.
const LISTED: u32 = 20;

pub(super) fn routes() -> Vec<Route> {
    let plans = Access::Needs(Permission::ManageMaintenance);
    vec![
        Route::get(HERE, "page_maintenances", Access::SignedIn, list)
            .summary("Planned maintenance: what is coming, what goes on, what was.")
            .query(&[("cursor", "string", "Where the list of ended ones begins.")])
            .page()
            .answers(200, Answer::Bytes("text/html")),
        Route::new(Method::Post, HERE, "page_maintenance_plan", plans, plan)
            .summary("Plans a maintenance.")
            .page(),
        Route::get(
            "/maintenance/{id}",
            "page_maintenance",
            Access::SignedIn,
            show,
        )
        .summary("One maintenance.")
        .page()
        .answers(200, Answer::Bytes("text/html")),
        Route::new(
            Method::Post,
            "/maintenance/{id}/do/{verb}",
            "page_maintenance_do",
            plans,
            act,
        )
        .summary("Moves, begins, extends, ends or cancels a maintenance.")
        .page(),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "maintenances.html")]
struct ListPage {
    f: Frame,
    key: String,
    running: Vec<MaintenanceView>,
    coming: Vec<MaintenanceView>,
    past: Vec<MaintenanceView>,
    next: Option<String>,
    services: Vec<Choice>,
    may_plan: bool,
    /// The fields of a new one are empty.
    edited: Option<MaintenanceView>,
    from: String,
    until: String,
}

async fn list(
    State(server): State<Server>,
    visit: Visit,
    Params(query): Params<Query>,
) -> Result<Response> {
    let before = pages::open(query.cursor.as_deref())?;
    let viewer = visit.caller.viewer();
    let past = server.store.past_maintenance(&viewer, before, LISTED + 1);
    let mut past = past.await?;
    let next = pages::cut(&mut past, LISTED, place);
    let directory = server.store.directory().await?;
    let shown = |found| MaintenanceView::of(found, &directory);
    let all = server.store.coming_maintenance().await?;
    let (running, coming): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|found| found.stage == Stage::InProgress);
    let l = visit.locale();
    page(&ListPage {
        f: visit
            .frame(&server, l.t("maintenance-title"), "maintenance")
            .await?,
        key: server.store.shell().ids.next_uuid(),
        running: running.into_iter().map(shown).collect(),
        coming: coming.into_iter().map(shown).collect(),
        past: past.into_iter().map(shown).collect(),
        next: next.map(|cursor| format!("{HERE}?cursor={cursor}")),
        services: choice::services(&directory, None),
        may_plan: visit.may(Permission::ManageMaintenance),
        edited: None,
        from: String::new(),
        until: String::new(),
    })
}

#[derive(Template)]
#[template(path = "maintenance.html")]
struct OnePage {
    f: Frame,
    key: String,
    m: MaintenanceView,
    version: u64,
    services: Vec<Choice>,
    may_plan: bool,
    is_planned: bool,
    is_running: bool,
    /// Its times as the fields of a form have them.
    from: String,
    until: String,
}

impl OnePage {
    fn action(&self, verb: &str) -> String {
        format!("{HERE}/{}/do/{verb}", self.m.id)
    }
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(id): Place<String>,
) -> Result<Response> {
    let viewer = visit.caller.viewer();
    let found = server.store.maintenance(&viewer, &parse(&id)?).await?;
    let (found, version) = found.ok_or_else(|| Error::no("maintenance"))?;
    let directory = server.store.directory().await?;
    let mut services = choice::services(&directory, None);
    for choice in &mut services {
        choice.is_on = found
            .plan
            .services
            .iter()
            .any(|s| s.as_str() == choice.value);
    }
    let local = |at: bifold_domain::At| at.to_string().chars().take(16).collect();
    let (is_planned, is_running) = (
        found.stage == Stage::Planned,
        found.stage == Stage::InProgress,
    );
    let (from, until) = (local(found.plan.from), local(found.plan.until));
    let m = MaintenanceView::of(found, &directory);
    page(&OnePage {
        f: visit
            .frame(&server, m.number.clone(), "maintenance")
            .await?,
        key: server.store.shell().ids.next_uuid(),
        m,
        version,
        services,
        may_plan: visit.may(Permission::ManageMaintenance),
        is_planned,
        is_running,
        from,
        until,
    })
}

async fn plan(State(server): State<Server>, form: Form) -> Result<Response> {
    let write = form.write()?;
    let id = MaintenanceId::from_bits(write.bits(&server));
    let command = Command::Maintenance(id.clone(), C::Plan(write.body()?));
    let receipt = write.execute(&server, vec![command]).await?;
    let number = receipt.touched.first().and_then(|t| t.number.clone());
    let said = Flash::new("done-maintenance-plan", number.unwrap_or_default());
    Ok(said.on(see_other(&format!("{HERE}/{id}"))))
}

async fn act(
    State(server): State<Server>,
    Place((id, verb)): Place<(String, String)>,
    form: Form,
) -> Result<Response> {
    let here = format!("{HERE}/{id}");
    let id = parse(&id)?;
    let (said, write, command) = match verb.as_str() {
        "revise" => {
            let mut plan = form.json()?;
            let reason = plan.as_object_mut().and_then(|plan| plan.remove("reason"));
            let body = json!({ "plan": plan, "reason": reason });
            let bytes = serde_json::to_vec(&body).map_err(|_| Error::Internal)?;
            let write = form.write_of(bytes);
            let command = C::Revise(write.body()?);
            ("done-maintenance-revise", write, command)
        }
        verb => {
            let write = form.write()?;
            let (said, command) = match verb {
                "begin" => ("done-maintenance-begin", C::Begin),
                "extend" => ("done-maintenance-extend", C::Extend(write.body()?)),
                "complete" => ("done-maintenance-complete", C::Complete(write.body()?)),
                "cancel" => ("done-maintenance-cancel", C::Cancel(write.body()?)),
                _ => return Err(Error::NoRoute),
            };
            (said, write, command)
        }
    };
    write
        .execute(&server, vec![Command::Maintenance(id, command)])
        .await?;
    Ok(Flash::new(said, "").on(see_other(&here)))
}
