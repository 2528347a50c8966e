//! One's own shifts, as a list and as a calendar.

use super::schedules::calendar;
use super::{STRETCH, Stretch};
use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::page::Page;
use crate::params::Params;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::Names;
use crate::view::on_call::ShiftView;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/oncall/mine",
            "on_call_mine",
            Access::SignedIn,
            mine,
        )
        .summary("Your own shifts in all schedules, the earliest first.")
        .query(STRETCH)
        .answers(200, Answer::Json(Described::page_of::<OwnShift>())),
        Route::get(
            "/api/v1/oncall/mine.ics",
            "on_call_mine_ics",
            Access::SignedIn,
            feed,
        )
        .summary("Your own shifts as a calendar (iCalendar).")
        .answers(200, Answer::Bytes(calendar::MEDIA_TYPE)),
    ]
}

/// One of your shifts.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct OwnShift {
    schedule: String,
    name: String,
    shift: ShiftView,
}

async fn mine(
    State(server): State<Server>,
    caller: Caller,
    Params(stretch): Params<Stretch>,
) -> Result<Response> {
    let span = stretch.span(server.store.shell().clock.now())?;
    let all = server.store.own_shifts(&caller.viewer(), span).await?;
    let directory = server.store.directory().await?;
    let items = all
        .into_iter()
        .map(|own| OwnShift {
            schedule: own.schedule.to_string(),
            name: own.name,
            shift: ShiftView::of(&own.shift, Names(&directory)),
        })
        .collect();
    Ok(answer::ok(&Page::<OwnShift>::whole(items)))
}

async fn feed(State(server): State<Server>, caller: Caller) -> Result<Response> {
    let now = server.store.shell().clock.now();
    let span = calendar::window(now);
    let all = server.store.own_shifts(&caller.viewer(), span).await?;
    let events: Vec<_> = all
        .iter()
        .map(|own| calendar::event(&own.schedule, &own.shift, own.name.clone()))
        .collect();
    Ok(calendar::answer("On call", now, &events))
}
