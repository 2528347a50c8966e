//! The verifier as people run it, on logs in temporary directories; and foreign verifiers on the
//! same logs.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may end the test"
)]

#[path = "../../../bifold-timestamp/tests/it/authority.rs"]
#[allow(
    dead_code,
    reason = "shared with the tests of time-stamps, which need more of it"
)]
mod authority;
mod bundle;
#[allow(
    dead_code,
    reason = "the tests of the bundle's documents use all of it"
)]
#[path = "../../../bifold-report/tests/sample/mod.rs"]
mod case;
mod cli;
mod foreign;
mod foreign_bundle;
mod mutations;
mod packed;
mod published;
mod stamps;
mod tools;
mod witnesses;

use case::log as sample;
