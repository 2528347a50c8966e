//! Tests against data and formats that others made: vectors, logs, golden files.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may end the test"
)]

mod golden;
mod jcs;
mod merkle_vectors;
#[path = "../sample/mod.rs"]
mod sample;
mod shared;
mod tiled_log;
mod verify;
