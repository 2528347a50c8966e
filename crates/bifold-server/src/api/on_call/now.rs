//! Who is on call at an instant, schedule by schedule.

use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::page::Page;
use crate::params::Params;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::view::on_call::ShiftView;
use crate::view::{Named, Names};
use axum::extract::State;
use axum::response::Response;
use bifold_domain::At;
use serde::{Deserialize, Serialize};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/oncall", "on_call", Access::SignedIn, on_call)
            .summary("Who is on call in each schedule that you can read.")
            .query(&[(
                "at",
                "string",
                "At which instant, RFC 3339; now when absent.",
            )])
            .answers(200, Answer::Json(Described::page_of::<OnCallView>())),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    at: Option<At>,
}

/// Who is on call in a schedule.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = OnCall)]
struct OnCallView {
    schedule: String,
    name: String,
    /// Who; null when nobody is.
    #[schema(required)]
    shift: Option<ShiftView>,
    /// The next change; null when there is none in 400 days.
    #[schema(required)]
    next: Option<HandOff>,
}

/// Somebody else is on call from then on.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct HandOff {
    at: At,
    /// Null when nobody is.
    #[schema(required)]
    person: Option<Named>,
}

async fn on_call(
    State(server): State<Server>,
    caller: Caller,
    Params(query): Params<Query>,
) -> Result<Response> {
    let at = query.at.unwrap_or(server.store.shell().clock.now());
    let all = server.store.on_call(&caller.viewer(), at).await?;
    let directory = server.store.directory().await?;
    let names = Names(&directory);
    let items = all
        .into_iter()
        .map(|one| OnCallView {
            schedule: one.schedule.id.to_string(),
            name: one.schedule.plan.name.to_string(),
            shift: one.shift.as_ref().map(|s| ShiftView::of(s, names)),
            next: one.next.map(|(at, person)| HandOff {
                at,
                person: person.map(|p| names.person(&p)),
            }),
        })
        .collect();
    Ok(answer::ok(&Page::<OnCallView>::whole(items)))
}
