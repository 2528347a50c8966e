//! Incidents: declared, listed, read, and asked for one thing at a time.

mod access;
pub(crate) mod actions;
pub(crate) mod announcements;
pub(crate) mod assessment;
pub(crate) mod bundle;
mod clocks;
pub(crate) mod declare;
mod export;
mod filter;
pub(crate) mod list;
mod relatives;
pub(crate) mod room;
pub(crate) mod show;
pub(crate) mod split;
pub(crate) mod tasks;
pub(crate) mod timeline;
pub(crate) mod verbs;

pub(crate) use filter::{FILTER_PARAMS, IncidentQuery};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::route::Route;
use crate::server::Server;
use bifold_domain::IncidentId;
use bifold_domain::incident::Incident;

/// Where incidents are.
pub(crate) const FOLDER: &str = "/api/v1/incidents";

pub(crate) fn routes() -> Vec<Route> {
    [
        declare::routes(),
        list::routes(),
        export::routes(),
        bundle::routes(),
        show::routes(),
        timeline::routes(),
        relatives::routes(),
        clocks::routes(),
        announcements::routes(),
        room::routes(),
        access::routes(),
        assessment::routes(),
        split::routes(),
        actions::routes(),
        tasks::routes(),
        verbs::routes(),
    ]
    .concat()
}

/// The incident with this id or number, if it is there for the caller.
pub(crate) async fn readable(
    server: &Server,
    caller: &Caller,
    name: &str,
) -> Result<(Incident, u64)> {
    let found = server.store.incident(&caller.viewer(), name).await?;
    found.ok_or_else(|| Error::no("incident"))
}

/// The id behind an id or number, for a command. Whether it is there for the actor is decided
/// with the command.
pub(crate) async fn id_of(server: &Server, name: &str) -> Result<IncidentId> {
    let found = server.store.incident_id(name).await?;
    found.ok_or_else(|| Error::no("incident"))
}
