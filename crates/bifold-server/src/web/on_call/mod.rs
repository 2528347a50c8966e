//! On-call: who answers now and in the next two weeks, one's own shifts, swaps, hand-overs; plans
//! and escalation chains for those who keep them.

mod act;
mod chains;
mod mine;
mod plan;
mod rota;

use super::choice::{self, Choice};
use super::frame::{Frame, Visit, page};
use crate::error::Result;
use crate::route::{Access, Answer, Method, Route};
use crate::server::Server;
use askama::Template;
use axum::extract::State;
use axum::handler::Handler;
use axum::response::Response;
use bifold_domain::Permission;
use mine::Mine;
use rota::Rota;

const HERE: &str = "/oncall";
const PLANS: Access = Access::Needs(Permission::ManageOnCall);

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        shown(HERE, "page_on_call", Access::SignedIn, show)
            .summary("Who is on call now and in the next two weeks, and your own shifts."),
        sent(
            "/oncall/schedules/{id}/do/{*verb}",
            "page_schedule_do",
            Access::Decided,
            act::act,
        )
        .summary("Sets an override, asks for a swap or answers one, hands a shift over."),
    ];
    routes.extend(plan::routes());
    routes.extend(chains::routes());
    routes
}

/// A page to look at.
fn shown<H, T>(path: &'static str, name: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, Server>,
    T: 'static,
{
    let route = Route::get(path, name, access, handler).page();
    route.answers(200, Answer::Bytes("text/html"))
}

/// A form to be sent.
fn sent<H, T>(path: &'static str, name: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, Server>,
    T: 'static,
{
    Route::new(Method::Post, path, name, access, handler).page()
}

#[derive(Template)]
#[template(path = "oncall.html")]
struct OnCallPage {
    f: Frame,
    mine: Mine,
    rotas: Vec<Rota>,
    people: Vec<Choice>,
    may_plan: bool,
    reads_chains: bool,
    key: String,
}

async fn show(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let viewer = visit.caller.viewer();
    let now = server.store.shell().clock.now();
    let all = server.store.on_call(&viewer, now).await?;
    let directory = server.store.directory().await?;
    let l = visit.locale();
    let rotas = all.iter().map(|one| Rota::of(l, one, &directory, now));
    page(&OnCallPage {
        f: visit.frame(&server, l.t("nav-on-call"), "on-call").await?,
        mine: Mine::of(&server, &visit, &all, now).await?,
        rotas: rotas.collect(),
        people: choice::people(&directory, None),
        may_plan: visit.may(Permission::ManageOnCall),
        reads_chains: viewer.reads_incidents,
        key: server.store.shell().ids.next_uuid(),
    })
}
