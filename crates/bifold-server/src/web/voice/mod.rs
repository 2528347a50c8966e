//! The confidential channel: the pages before which anybody stands, and those of the people who
//! handle what comes in.

mod decided;
mod inside;
mod outside;
mod spoken;

use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    [outside::routes(), inside::routes()].concat()
}
