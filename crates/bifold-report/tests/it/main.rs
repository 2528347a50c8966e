//! The documents of a bundle, as whole files.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may end the test"
)]

mod documents;
#[path = "../sample/mod.rs"]
mod sample;
mod writing;
