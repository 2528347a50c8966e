//! The pages: what people see and press.
//!
//! A page is made of the same views as the API's answers and changes things with the same
//! commands, so it can neither show nor do more. Everything works as a plain page with links and
//! forms; the modules in `ui/js` make it quicker. No handler here holds a rule.

// Templates call methods and pass references; what is in them is known when they are compiled.
#![allow(clippy::unused_self, clippy::trivially_copy_pass_by_ref)]

mod act;
mod assets;
mod bulk;
mod call;
mod choice;
mod day;
mod evidence;
mod failure;
mod faults;
mod fields;
mod form;
mod frame;
mod gates;
mod guest;
mod inbox;
mod incident;
mod live;
pub(crate) mod locale;
mod maintenance;
mod markdown;
mod more;
mod on_call;
mod palette;
mod qr;
mod queue;
mod report;
mod reports;
mod rows;
mod say;
mod search;
mod settings;
mod sign_in;
mod subscribe;
mod triage;
mod views;
mod voice;
mod window;

pub(crate) use failure::{as_page, wants_page};
pub(crate) use form::is_fetched;
pub(crate) use guest::Guest;
pub(crate) use locale::Locale;

use crate::route::Route;

/// Every page, and what pages fetch.
pub(crate) fn routes() -> Vec<Route> {
    [
        assets::routes(),
        sign_in::routes(),
        report::routes(),
        settings::routes(),
        queue::routes(),
        incident::routes(),
        act::routes(),
        day::routes(),
        inbox::routes(),
        triage::routes(),
        live::routes(),
        search::routes(),
        palette::routes(),
        bulk::routes(),
        call::routes(),
        views::routes(),
        gates::routes(),
        reports::routes(),
        faults::routes(),
        maintenance::routes(),
        window::routes(),
        subscribe::routes(),
        voice::routes(),
        on_call::routes(),
        evidence::routes(),
        more::routes(),
    ]
    .concat()
}
