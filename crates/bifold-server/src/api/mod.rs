//! The endpoints: one file each where there is something of its own, one table for the rest.

pub(crate) mod alarms;
pub(crate) mod directory;
pub(crate) mod disclosures;
pub(crate) mod events;
pub(crate) mod evidence;
pub(crate) mod faults;
mod health;
mod holidays;
pub(crate) mod incidents;
mod ledger;
pub(crate) mod levels;
pub(crate) mod maintenances;
mod me;
pub(crate) mod on_call;
mod redactions;
pub(crate) mod reports;
pub(crate) mod search;
pub(crate) mod session;
pub(crate) mod sources;
mod status_pages;
pub(crate) mod telling;
pub(crate) mod tokens;

use crate::route::Route;

/// Every route, in the order of the document.
pub(crate) fn routes() -> Vec<Route> {
    [
        health::routes(),
        session::routes(),
        me::routes(),
        tokens::routes(),
        telling::routes(),
        incidents::routes(),
        events::routes(),
        evidence::routes(),
        directory::routes(),
        on_call::routes(),
        search::routes(),
        levels::routes(),
        holidays::routes(),
        reports::routes(),
        alarms::routes(),
        sources::routes(),
        faults::routes(),
        maintenances::routes(),
        status_pages::routes(),
        disclosures::routes(),
        crate::intake::http::routes(),
        ledger::routes(),
        redactions::routes(),
        crate::web::routes(),
    ]
    .concat()
}
