//! Reading schedules.

use super::super::{STRETCH, Stretch};
use super::{FOLDER, ONE, parse};
use crate::answer;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::page::Page;
use crate::params::{Params, Place};
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::Names;
use crate::view::on_call::{ScheduleView, ShiftsView};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Viewer;
use bifold_domain::oncall::schedule::Schedule;
use bifold_store::query::PAGE_LIMIT;
use bifold_store::query::incident::{Filter, Order};
use std::collections::BTreeSet;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(FOLDER, "schedules", Access::SignedIn, list)
            .summary("The schedules in use that you can read, by name.")
            .answers(200, Answer::Json(Described::page_of::<ScheduleView>())),
        Route::get(ONE, "schedule", Access::SignedIn, show)
            .summary("One schedule.")
            .answers(200, Answer::Json(Described::of::<ScheduleView>())),
        Route::get(
            "/api/v1/schedules/{id}/shifts",
            "schedule_shifts",
            Access::SignedIn,
            shifts,
        )
        .summary("Who is on call when, and when nobody is.")
        .query(STRETCH)
        .answers(200, Answer::Json(Described::of::<ShiftsView>())),
    ]
}

/// Which incidents of the hand-overs that are shown the viewer can read, by id.
pub(crate) async fn readable(
    server: &Server,
    viewer: &Viewer,
    schedules: &[Schedule],
) -> Result<BTreeSet<String>> {
    let named: BTreeSet<String> = schedules
        .iter()
        .flat_map(|schedule| schedule.hand_overs_for(viewer))
        .flat_map(|hand_over| &hand_over.incidents)
        .map(ToString::to_string)
        .collect();
    let named: Vec<String> = named.into_iter().collect();
    let mut found = BTreeSet::new();
    for ids in named.chunks(PAGE_LIMIT as usize) {
        let filter = Filter {
            ids: ids.to_vec(),
            ..Filter::default()
        };
        let rows = server
            .store
            .incidents(viewer, &filter, Order::Newest, None, PAGE_LIMIT)
            .await?;
        found.extend(rows.into_iter().map(|row| row.id));
    }
    Ok(found)
}

async fn list(State(server): State<Server>, caller: Caller) -> Result<Response> {
    let viewer = caller.viewer();
    let all = server.store.schedules(&viewer).await?;
    let readable = readable(&server, &viewer, &all).await?;
    let directory = server.store.directory().await?;
    let view = |s: &Schedule| ScheduleView::of(s, &viewer, Names(&directory), &readable);
    let items = all.iter().map(view).collect();
    Ok(answer::ok(&Page::<ScheduleView>::whole(items)))
}

async fn show(
    State(server): State<Server>,
    caller: Caller,
    Place(id): Place<String>,
) -> Result<Response> {
    let viewer = caller.viewer();
    let found = server.store.schedule(&viewer, &parse(&id)?).await?;
    let (schedule, version) = found.ok_or_else(|| Error::no("schedule"))?;
    let readable = readable(&server, &viewer, std::slice::from_ref(&schedule)).await?;
    let directory = server.store.directory().await?;
    let view = ScheduleView::of(&schedule, &viewer, Names(&directory), &readable);
    Ok(answer::tagged(version, &view))
}

async fn shifts(
    State(server): State<Server>,
    caller: Caller,
    Place(id): Place<String>,
    Params(stretch): Params<Stretch>,
) -> Result<Response> {
    let span = stretch.span(server.store.shell().clock.now())?;
    let found = server
        .store
        .schedule(&caller.viewer(), &parse(&id)?)
        .await?;
    let (schedule, _) = found.ok_or_else(|| Error::no("schedule"))?;
    let directory = server.store.directory().await?;
    Ok(answer::ok(&ShiftsView::of(
        &schedule,
        span,
        Names(&directory),
    )))
}
