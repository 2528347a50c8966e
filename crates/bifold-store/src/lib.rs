//! The only crate that knows SQL.
//!
//! It carries out commands through one write path, appends their facts to the ledger and keeps
//! the projections, all in one transaction; it answers queries through one visibility predicate;
//! it keeps accounts, personal settings, jobs and blobs. It decides nothing: that is
//! `bifold-domain`'s.
#![warn(missing_docs)]

pub mod account;
pub mod anchor;
pub mod answer;
pub mod backup;
pub mod blob;
pub mod changes;
mod clock;
mod db;
mod disclosed;
mod error;
mod exhibit;
pub mod forecast;
pub mod holiday;
mod insert;
pub mod intake;
pub mod job;
pub mod ledger;
pub mod mail;
pub mod maintenance;
mod migrate;
pub mod notify;
mod own;
pub mod personal;
pub mod query;
mod replay;
mod shell;
pub mod slip;
mod store;
pub mod subscription;
pub mod upload;
mod value;
pub mod voice;
pub mod window;
mod write;

pub use error::{Error, Result};
pub use replay::{Difference, ReplayReport};
pub use shell::{Clock, Entropy, Ids, Shell};
pub use store::{Founding, Options, Store};
pub use write::{EntryReceipt, Operation, OperationKey, REQUEST_LIMIT, Receipt, Seen, Touched};
