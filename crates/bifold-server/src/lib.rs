//! The imperative shell: the HTTP API, the pages and the background workers.
//!
//! It turns requests into commands and records into JSON, and nothing more: what may be done is
//! decided in `bifold-domain`, what may be seen in `bifold-store`. Routes, their documentation
//! (OpenAPI 3.1) and their access come from one table, [`registry`]; a route that is not in it
//! does not exist, and a route whose access is not met is not run.
//!
//! It refuses to hold rules, to speak SQL, to trust a header that a browser can be made to send,
//! and to write secrets, titles or addresses into logs.

mod anchor;
mod answer;
mod api;
mod auth;
mod body;
mod config;
mod edge;
mod error;
mod holidays;
mod intake;
mod notify;
mod openapi;
mod page;
mod params;
mod route;
mod serve;
mod server;
mod view;
mod web;
mod window;
mod worker;
mod write;

pub use anchor::{AUTHORITIES_LIMIT, AnchorError, Anchors, Authority, WITNESSES_LIMIT, Witness};
pub use api::incidents::verbs::{VERBS, Verb};
pub use config::{Config, DemoPerson};
pub use intake::mail::lmtp::MailDoor;
pub use intake::syslog::{Carrier, SyslogDoor, SyslogTls, SyslogTlsError};
pub use openapi::openapi_json;
pub use route::{Access, Method, Route, registry};
pub use serve::{router, serve};
pub use server::Server;
