//! Reporting: for anybody, signed in or not, without scripts, on a slow line.
//!
//! What is written becomes an event in the words it was written in, through the same command as
//! everything else. Who is not signed in, or does not want to be named, is no person to the
//! record: Bifold stands as the reporter, and a receipt is the way back.

mod follow;
mod form;
mod receipt;
mod same;
mod security_txt;
mod sent;

pub(in crate::web) use sent::title_of;
pub(super) use sent::{Sent, whoever};

use crate::auth::Caller;
use crate::error::Result;
use crate::route::Route;
use crate::server::Server;
use crate::web::frame::page_with;
use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bifold_domain::event::{Command as C, Receive};
use bifold_domain::{Actor, Command, EventId};
use bifold_store::{Operation, OperationKey, Seen};

/// The most bytes of a report.
const BODY_LIMIT_BYTES: usize = 64 * 1024;

pub(super) fn routes() -> Vec<Route> {
    [
        form::routes(),
        receipt::routes(),
        same::routes(),
        follow::routes(),
        security_txt::routes(),
    ]
    .concat()
}

/// As whom the report stands: the person, if one is signed in who may report and wants to be
/// named, else Bifold itself.
fn reporter(server: &Server, caller: Option<&Caller>, is_unnamed: bool) -> Actor {
    let may = |caller: &&Caller| caller.actor.may(bifold_domain::Permission::Report);
    match caller.filter(may).filter(|_| !is_unnamed) {
        Some(caller) => (*caller.actor).clone(),
        None => server.store.system(),
    }
}

/// Takes the report in. The same form sent twice is one report.
async fn take_in(
    server: &Server,
    actor: &Actor,
    report: Receive,
    key: Option<OperationKey>,
) -> Result<EventId> {
    let id = EventId::from_bits(server.store.shell().ids.next());
    let operation = Operation {
        actor: actor.clone(),
        key,
        seen: Seen::Any,
        commands: vec![Command::Event(id.clone(), C::Receive(report))],
        is_imported: false,
    };
    let receipt = server.store.execute(operation).await?;
    // Sent again, it is the event of the first time.
    let first = receipt.touched.first();
    Ok(first.and_then(|t| EventId::parse(&t.id).ok()).unwrap_or(id))
}

/// A page for everybody, from which a browser says where its form comes from. Under the policy of
/// every other answer, old browsers would not, and be taken for another site.
pub(super) fn for_everybody(status: StatusCode, page: &impl Template) -> Result<Response> {
    let mut response = page_with(status, page)?;
    let same_origin = HeaderValue::from_static("same-origin");
    response
        .headers_mut()
        .insert(header::REFERRER_POLICY, same_origin);
    Ok(response)
}
