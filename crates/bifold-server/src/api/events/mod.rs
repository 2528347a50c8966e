//! Events: what was reported or signalled, and what it was found to be.

pub(crate) mod decide;
mod list;
mod receive;
mod show;

use crate::route::Route;

/// Where events are.
const FOLDER: &str = "/api/v1/events";

pub(crate) fn routes() -> Vec<Route> {
    [
        receive::routes(),
        list::routes(),
        show::routes(),
        decide::routes(),
    ]
    .concat()
}
