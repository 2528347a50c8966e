//! The organisation: services, assets, teams, people, policy.

mod assets;
pub(crate) mod people;
mod policy;
mod services;
mod teams;

use crate::route::Route;

pub(crate) fn routes() -> Vec<Route> {
    [
        services::routes(),
        assets::routes(),
        teams::routes(),
        people::routes(),
        policy::routes(),
    ]
    .concat()
}
