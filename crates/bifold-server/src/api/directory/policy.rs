//! The policy in force: matrix, kinds, categories, codes, limits.

use crate::answer;
use crate::error::Result;
use crate::route::{Access, Answer, Described, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Command;
use bifold_domain::policy::{self, PolicyId};

const PATH: &str = "/api/v1/policy";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, "policy", Access::SignedIn, show)
            .summary("The policy in force.")
            .answers(200, Answer::Open),
        Route::post(PATH, "policy_set", set)
            .summary("Changes one part of the policy; what was decided keeps its version.")
            .body(Described::of::<policy::Command>())
            .keyed(200),
    ]
}

async fn show(State(server): State<Server>) -> Result<Response> {
    let id = PolicyId.to_string();
    let version = server.store.version(&id).await?.unwrap_or(0);
    let directory = server.store.directory().await?;
    Ok(answer::tagged(version, &directory.policy))
}

async fn set(State(server): State<Server>, write: Write) -> Result<Response> {
    let change: policy::Command = write.body()?;
    let command = Command::Policy(PolicyId, change);
    write.done(&server, command).await
}
