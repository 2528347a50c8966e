//! How one wants to be told: which ways for what, quiet hours, bundles.

use crate::answer;
use crate::auth::Caller;
use crate::error::Result;
use crate::route::{Access, Answer, Described, Method, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bifold_notify::Rules;

const HERE: &str = "/api/v1/me/rules";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(HERE, "notify_rules", Access::SignedIn, show)
            .summary("How you want to be told.")
            .answers(200, Answer::Json(Described::of::<Rules>())),
        Route::new(Method::Put, HERE, "notify_rules_set", Access::SignedIn, set)
            .summary(
                "Keeps how you want to be told. Quiet hours never hold a page, and a page goes \
                 over two channels where you have two.",
            )
            .body(Described::of::<Rules>())
            .answers(204, Answer::Empty),
    ]
}

async fn show(State(server): State<Server>, caller: Caller) -> Result<Response> {
    let rules = server.store.notify_rules(&caller.actor.person).await?;
    Ok(answer::ok(&rules))
}

async fn set(State(server): State<Server>, write: Write) -> Result<Response> {
    let rules: Rules = write.body()?;
    let me = &write.caller.actor.person;
    server.store.set_notify_rules(me, &rules).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
