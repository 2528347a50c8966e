//! The store on both databases.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::default_trait_access, clippy::disallowed_methods)]

mod accounts;
mod anchors;
mod backup;
mod bucket;
mod changes;
mod clocks;
mod evidence;
mod facets;
mod filters;
mod forecast;
mod holidays;
mod intake;
mod ledger;
mod maintenance;
mod notices;
mod on_call;
mod outside;
mod paging;
mod passwords;
mod personal;
mod readers;
mod reading;
mod redaction;
mod service;
mod slips;
mod timeline;
mod traces;
mod voice;
mod webhooks;
mod window;
mod world;
mod writing;
