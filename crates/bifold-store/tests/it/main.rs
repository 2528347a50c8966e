//! The store on both databases.

mod accounts;
mod ledger;
mod reading;
mod world;
mod writing;
