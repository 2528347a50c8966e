//! Evidence: registered, collected, sealed, handed over, released and destroyed (27001 A.5.28).

mod bytes;
pub(crate) mod dual;
mod list;
mod register;
mod show;
mod upload;
pub(crate) mod verbs;
mod zipped;

pub(crate) use bytes::{Form, hand_out};

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::route::Route;
use crate::server::Server;
use bifold_domain::evidence::Evidence;

/// Where items are.
pub(crate) const FOLDER: &str = "/api/v1/evidence";

pub(crate) fn routes() -> Vec<Route> {
    [
        register::routes(),
        list::routes(),
        show::routes(),
        verbs::routes(),
        bytes::routes(),
        upload::routes(),
        dual::routes(),
    ]
    .concat()
}

/// The item with this id or exhibit number, if it is there for the caller; its version and the
/// number of its incident.
pub(crate) async fn readable(
    server: &Server,
    caller: &Caller,
    name: &str,
) -> Result<(Evidence, u64, String)> {
    let found = server.store.evidence(&caller.viewer(), name).await?;
    found.ok_or_else(|| Error::no("evidence"))
}
