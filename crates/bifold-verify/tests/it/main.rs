//! The verifier as people run it, on logs in temporary directories; and foreign verifiers on the
//! same logs.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may end the test"
)]

mod cli;
mod foreign;
mod published;
#[path = "../../../bifold-ledger/tests/sample/mod.rs"]
mod sample;
mod tools;
mod witnesses;
