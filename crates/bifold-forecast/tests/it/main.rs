//! The forecast on a real log, and what no input may do to it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may end the test"
)]

mod leakage;
mod quality;
mod shared;
mod small;
