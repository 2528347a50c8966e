//! The binary as people run it, and whole imports.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may end the test"
)]

mod journey;
#[path = "../../../bifold-verify/tests/it/tools.rs"]
mod tools;
